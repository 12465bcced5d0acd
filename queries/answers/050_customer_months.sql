-- What this is: one row per customer and calendar month with order lines.
with months as (
    select
        customer_id,
        cast(date_trunc('month', day) as date) as month,
        cast(sum(revenue) as decimal(28, 4)) as revenue,
        cast(sum(margin) as decimal(28, 4)) as margin,
        sum(purchases) as purchases,
    from customer_days
    group by 1, 2
)

select
    m.customer_id,
    m.month,
    c.number,
    c.region,
    c.segment,
    c.first_purchase_on,
    m.revenue,
    m.margin,
    m.purchases,
from months as m
join customers as c on c.customer_id = m.customer_id
