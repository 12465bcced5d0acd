-- What this is: one row per month whose orders are not those of its order lines: a sentence.
with raw_months as (
    select
        date_trunc('month', day) as month,
        count(distinct (day, coalesce(order_id, 'line ' || batch || '.' || "row"))) as orders,
    from order_lines
    where amount > 0
    group by month
),

answer_months as (
    select date_trunc('month', day) as month, count(*) as orders
    from order_days
    group by month
)

select
    'orders of ' || strftime(coalesce(r.month, a.month), '%Y-%m') || ': ' || coalesce(a.orders, 0)
        || '; the order lines say ' || coalesce(r.orders, 0) || '. Rebuild the store.' as fault,
from raw_months as r
full join answer_months as a on a.month = r.month
where r.orders is distinct from a.orders
order by fault
