-- What this is: one row per month whose customers do not add up to the orders with a customer: a sentence.
with order_months as (
    select date_trunc('month', day) as month, sum(amount) as revenue
    from order_lines
    where customer_id is not null
    group by month
),

answer_months as (
    select date_trunc('month', day) as month, sum(revenue) as revenue
    from buying_days
    group by month
)

select
    'customers of ' || strftime(coalesce(o.month, c.month), '%Y-%m') || ': revenue ' || coalesce(c.revenue, 0)
        || '; their orders say ' || coalesce(o.revenue, 0) || '. Rebuild the store.' as fault,
from order_months as o
full join answer_months as c on c.month = o.month
where o.revenue is distinct from c.revenue
order by fault
