-- What this is: one row per period: the people of its closed waves, each once a wave, and of its weeks whose month is open.
-- $metric: varchar, id of a metric on answers
-- $topic: varchar, employees, customers or other: what its surveys are on
-- $grain: varchar, month, quarter or year, or all for one period from $from_on on
-- $from_on: date, first day in view
-- $to_on: date, last day in view
with told as (
    select wave_on as day, people
    from wave_views
    where metric = $metric
        and place_1 = 0
        and place_2 = 0
        and place_3 = 0
        and ends_on between $from_on and $to_on
    union all
    select u.day, u.people
    from told_units as u
    anti join told_waves as w on w.survey = u.survey and w.wave_on = u.wave_on
    where u.topic = $topic
        and u.day between $from_on and $to_on
)

select
    case $grain when 'month' then c.month when 'quarter' then c.quarter when 'year' then c.year else $from_on end as period,
    cast(sum(t.people) as double) as people,
from told as t
join calendar as c on c.day = t.day
group by all
order by period
