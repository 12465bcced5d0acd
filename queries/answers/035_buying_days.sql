-- What this is: one row per customer, by number, and day with order lines, customer by customer: what is asked of one customer
-- is found at once, in 64-bit decimals, which are read ten times as fast. The sums are those of customer_days, which an upload brings up to date day by day.
select
    n.number,
    d.day,
    cast(d.revenue as decimal(18, 4)) as revenue,
    cast(d.margin as decimal(18, 4)) as margin,
    cast(d.sales as decimal(18, 4)) as sales,
    d.purchases,
from customer_days as d
join customer_numbers as n on n.customer_id = d.customer_id
order by n.number, d.day
