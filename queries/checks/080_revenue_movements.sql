-- What this is: one row per month in which opening revenue and its movements, as every page shows them, do not add up
-- to the closing revenue of the window: a sentence.
with shown as (
    select day as month, sum(num) as closing
    from observations
    where metric = 'revenue_movements'
        and place = 7
        and grain = 'month'
    group by day
),

moved as (
    select m.month, sum(m.closing) as closing
    from movements as m
    join settings as s on s.movement_window_months = m.window_months
    group by m.month
)

select
    'revenue movements of ' || strftime(coalesce(m.month, o.month), '%Y-%m') || ': opening and changes add up to '
        || coalesce(o.closing, 0) || '; the window closes with ' || coalesce(m.closing, 0) || '. Rebuild the store.' as fault,
from moved as m
full join shown as o on o.month = m.month
where m.closing is distinct from o.closing
order by fault
