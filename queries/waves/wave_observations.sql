-- What this is: one row per closed week (or part of one), metric and survey of the whole company, as observations are.
select
    r.metric,
    'day' as grain,
    r.day,
    sum(r.num) as num,
    sum(r.den) as den,
    any_value(u.people) as people,
    sum(r.squares) as squares,
from wave_rows as r
join told_units as u on u.survey = r.survey and u.day = r.day
group by r.metric, r.survey, r.day
