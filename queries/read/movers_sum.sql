-- What this is: one row: how many customers made one movement of the last whole month, and what their changes add up to.
-- $window_months: integer, 3, 6 or 12
-- $movement: varchar, which
-- $region: varchar, only this one; null for all
-- $segment: varchar, the same
select
    count(*) as customers,
    any_value(month) as month,
    cast(sum(opening) as double) as opening,
    cast(sum(closing) as double) as closing,
    cast(sum(closing - opening) as double) as change,
from movers
where window_months = $window_months
    and movement = $movement
    and ($region is null or region = $region)
    and ($segment is null or segment = $segment)
