-- What this is: one row per month whose orders, as every page shows them, are not those of its order lines: a sentence.
with heads as (
    select min(day) as day
    from order_lines
    where amount > 0
    group by coalesce(order_id, 'line ' || batch || '.' || "row")
),

raw_months as (
    select date_trunc('month', day) as month, count(*) as orders
    from heads
    group by month
),

answer_months as (
    select date_trunc('month', day) as month, sum(orders) as orders
    from order_counts
    group by month
)

select
    'orders of ' || strftime(coalesce(r.month, a.month), '%Y-%m') || ': ' || coalesce(a.orders, 0)
        || '; the order lines say ' || coalesce(r.orders, 0) || '. Rebuild the store.' as fault,
from raw_months as r
full join answer_months as a on a.month = r.month
where r.orders is distinct from a.orders
order by fault
