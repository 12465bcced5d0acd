-- What this is: one row per group of cells of one metric in a closed wave: who is in it, how many people, and its sums.
-- $metric: varchar, id of the metric
-- $wave_on: date, first day of the wave
select
    survey,
    members,
    cast(people as bigint) as people,
    cast(num as double) as num,
    cast(den as double) as den,
from wave_sums
where metric = $metric
    and wave_on = $wave_on
order by survey, grp
