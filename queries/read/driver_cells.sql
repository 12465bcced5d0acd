-- What this is: one row per driver and group of members of the first dimension with which it is told, in view.
-- $from_on: date, first day of the first wave in view at the earliest
-- $to_on: date, last day in view
select driver, members, cast(sum(people) as bigint) as people
from driver_sums
where wave_on >= $from_on
    and ends_on <= $to_on
group by driver, members
order by driver, people
