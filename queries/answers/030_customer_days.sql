-- What this is: one row per customer, by number, and day with order lines.
-- purchases: lines with an amount above zero (returns are not purchases); sales: their amounts.
select
    n.number,
    o.day,
    cast(sum(o.amount) as decimal(18, 4)) as revenue,
    cast(sum(o.amount - o.cost) as decimal(18, 4)) as margin,
    cast(sum(case when o.amount > 0 then o.amount else 0 end) as decimal(18, 4)) as sales,
    cast(count(case when o.amount > 0 then 1 end) as integer) as purchases,
from order_lines as o
join customer_numbers as n on n.customer_id = o.customer_id
group by n.number, o.day
