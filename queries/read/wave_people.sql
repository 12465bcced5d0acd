-- What this is: one row per closed wave of a metric, and per closed week of a wave that is open: its days, and its people,
-- each once.
-- $metric: varchar, id of a metric on answers
-- $topic: varchar, employees, customers or other: what its surveys are on
select wave_on as from_on, ends_on as to_on, cast(people as bigint) as people
from wave_views
where metric = $metric
    and place_1 = 0
    and place_2 = 0
    and place_3 = 0
union all
select u.day, u.day, cast(u.people as bigint)
from told_units as u
anti join told_waves as w on w.survey = u.survey and w.wave_on = u.wave_on
where u.topic = $topic
order by all
