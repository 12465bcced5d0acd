-- What this is: one row per point of the curve of customers by value, the largest first: how many, and what they make together.
-- The first twenty, the end of the 80 % set, the last, and every so many between.
-- $step: integer, every how many customers
select
    place,
    cast(running as double) as running,
    name,
    customer_id,
from standing
where place <= 20
    or place % $step = 0
    or place = (select k from concentration)
    or place = (select customers from concentration)
order by place
