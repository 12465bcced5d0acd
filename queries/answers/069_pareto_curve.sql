-- What this is: one row per point of the curve of customers by value, the largest first: how many, what they make together (running),
-- and whose point it is. The first twenty, the end of the 80 % set, the last, and of the rest some 250 at equal distances.
select
    s.place,
    s.running,
    s.name,
    s.customer_id,
from standing as s
cross join concentration as c
where s.place <= 20
    or s.place % greatest(c.customers // 250, 1) = 0
    or s.place = c.k
    or s.place = c.customers
order by s.place
