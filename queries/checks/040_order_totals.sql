-- What this is: one row per month whose orders do not add up to its order lines, to the cent: a sentence.
with raw_months as (
    select
        date_trunc('month', day) as month,
        sum(amount) as revenue,
        sum(amount - cost) as margin,
    from order_lines
    group by month
),

answer_months as (
    select
        date_trunc('month', day) as month,
        sum(revenue) as revenue,
        sum(margin) as margin,
    from order_totals
    group by month
)

select
    'orders of ' || strftime(coalesce(r.month, a.month), '%Y-%m') || ': revenue ' || coalesce(a.revenue, 0) || ', margin '
        || coalesce(a.margin, 0) || '; the order lines say ' || coalesce(r.revenue, 0) || ' and ' || coalesce(r.margin, 0)
        || '. Rebuild the store.' as fault,
from raw_months as r
full join answer_months as a on a.month = r.month
where r.revenue is distinct from a.revenue
    or r.margin is distinct from a.margin
order by fault
