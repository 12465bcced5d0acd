-- What this is: one row per window and movement of the last whole month in which the customers named do not add up to the
-- movement that is shown: a sentence.
with named as (
    select window_months, month, movement, sum(opening) as opening, sum(closing) as closing, count(*) as customers
    from movers
    group by all
),

shown as (
    select
        window_months,
        month,
        movement,
        sum(opening) as opening,
        sum(closing) as closing,
        cast(sum(customers) as bigint) as customers,
    from movements
    where month = (select max(month) from movements)
    group by all
)

select
    'movements over ' || coalesce(n.window_months, s.window_months) || ' months, ' || coalesce(n.movement, s.movement) || ': '
        || coalesce(n.customers, 0) || ' customers named go from ' || coalesce(n.opening, 0) || ' to ' || coalesce(n.closing, 0)
        || '; ' || coalesce(s.customers, 0) || ' going from ' || coalesce(s.opening, 0) || ' to ' || coalesce(s.closing, 0)
        || ' are shown. Rebuild the store.' as fault,
from named as n
full join shown as s on s.window_months = n.window_months and s.movement = n.movement
where n.opening is distinct from s.opening
    or n.closing is distinct from s.closing
    or n.customers is distinct from s.customers
order by fault
