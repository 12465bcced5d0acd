-- What this is: one row per unit that closed and still counts: where it lies, and whether its wave is closed.
with there as (
    select distinct c.survey, c.wave_on
    from closed_response as c
    join responses as r on r.survey = c.survey and r.key = c.key and not r.is_named
)

select
    u.survey,
    u.unit_on,
    u.ends_on,
    u.wave_on,
    w.ends_on as wave_ends_on,
    w.is_closed,
    u.batch,
from closed_unit as u
join closed_wave as w on w.survey = u.survey and w.wave_on = u.wave_on
join there as t on t.survey = u.survey and t.wave_on = u.wave_on
order by u.survey, u.unit_on
