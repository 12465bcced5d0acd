-- What this is: one row per month whose revenue, as every page shows it, is not that of its sales: a sentence.
with shown_months as (
    select month, sum(num) as revenue
    from observations
    where metric = 'revenue'
        and place = 7
    group by month
),

sales_months as (
    select date_trunc('month', day) as month, sum(revenue) as revenue
    from sales
    group by month
)

select
    'revenue of ' || strftime(coalesce(s.month, o.month), '%Y-%m') || ': ' || coalesce(o.revenue, 0)
        || '; the sales are ' || coalesce(s.revenue, 0) || '. Rebuild the store.' as fault,
from sales_months as s
full join shown_months as o on o.month = s.month
where s.revenue is distinct from o.revenue
order by fault
