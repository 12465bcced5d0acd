-- What this is: one row per customer, by number, and day with order lines, customer by customer: what is asked of one customer
-- is found at once. The sums are those of customer_days, which an upload brings up to date day by day.
select
    n.number,
    d.day,
    d.revenue,
    d.margin,
    d.sales,
    d.purchases,
from customer_days as d
join customer_numbers as n on n.customer_id = d.customer_id
order by n.number, d.day
