-- What this is: one row per customer and day with order lines, of the touched days.
-- purchases: lines with an amount above zero (returns are not purchases); sales: their amounts.
select
    o.customer_id,
    o.day,
    cast(sum(o.amount) as decimal(28, 4)) as revenue,
    cast(sum(o.amount - o.cost) as decimal(28, 4)) as margin,
    cast(sum(case when o.amount > 0 then o.amount else 0 end) as decimal(28, 4)) as sales,
    sum(case when o.amount > 0 then 1 else 0 end) as purchases,
from order_lines as o
where o.customer_id is not null
    and o.day in (select day from touched)
group by o.customer_id, o.day
