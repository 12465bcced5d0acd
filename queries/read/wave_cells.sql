-- What this is: one row per group of cells of one metric in its closed waves: who is in it, how many people, and its sums.
-- $metric: varchar, id of the metric
-- $from_on: date, first day of the first wave in view at the earliest
-- $to_on: date, last day in view
select
    survey,
    wave_on,
    ends_on,
    members,
    cast(people as bigint) as people,
    cast(num as double) as num,
    cast(den as double) as den,
from wave_sums
where metric = $metric
    and wave_on >= $from_on
    and ends_on <= $to_on
order by survey, wave_on, grp
