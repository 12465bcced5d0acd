-- What this is: one row per metric on answers, dimension number and member that occurs in a wave.
select distinct
    s.metric,
    d.place,
    unnest(s.members[d.place]) as member,
from wave_sums as s
join wave_dimensions as d on d.metric = s.metric
order by all
