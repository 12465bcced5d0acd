-- What this is: one row per customer (by number) and calendar month with order lines.
with months as (
    select
        customer_id,
        cast(date_trunc('month', day) as date) as month,
        cast(sum(revenue) as decimal(28, 4)) as revenue,
    from customer_days
    group by 1, 2
)

select
    n.number,
    m.month,
    m.revenue,
from months as m
join customer_numbers as n on n.customer_id = m.customer_id
