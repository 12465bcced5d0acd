-- What this is: one row per closing month x movement for one window, with the amounts that take opening to closing.
-- $window_months: integer, 3, 6 or 12
-- $region: varchar, only this one; null for all
-- $segment: varchar, the same
select
    month,
    movement,
    cast(sum(opening) as double) as opening,
    cast(sum(closing) as double) as closing,
    cast(sum(closing - opening) as double) as change,
    cast(sum(customers) as bigint) as customers,
from movements
where window_months = $window_months
    and ($region is null or region = $region)
    and ($segment is null or segment = $segment)
group by month, movement
order by month, movement
