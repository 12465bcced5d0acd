-- What this is: one row per closed week, or part of one, of a survey on people that is told: who answered, who was invited.
-- A unit none of whose responses is in any more is not told.
with there as (
    select distinct c.survey, c.wave_on, r.topic
    from closed_response as c
    join responses as r on r.survey = c.survey and r.key = c.key
    where not r.is_named
)

select
    u.survey,
    t.topic,
    u.wave_on,
    u.unit_on as day,
    u.ends_on,
    u.people,
    u.invited,
from closed_unit as u
join there as t on t.survey = u.survey and t.wave_on = u.wave_on
