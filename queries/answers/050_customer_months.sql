-- What this is: one row per customer and calendar month with order lines.
select
    d.customer_id,
    cast(date_trunc('month', d.day) as date) as month,
    c.region,
    c.segment,
    cast(sum(d.revenue) as decimal(28, 4)) as revenue,
    cast(sum(d.margin) as decimal(28, 4)) as margin,
    sum(d.purchases) as purchases,
    min(case when d.purchases > 0 then d.day end) as first_purchase_on,
from customer_days as d
join customers as c on c.customer_id = d.customer_id
group by all
