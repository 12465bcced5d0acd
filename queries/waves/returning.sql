-- What this is: one row per response that was told in a wave which was withdrawn, and is in again: where it was told.
select
    c.survey,
    c.key,
    c.unit_on,
    w.wave_on,
    w.ends_on,
    w.is_closed,
    w.batch,
from closed_wave as w
join closed_response as c on c.survey = w.survey and c.wave_on = w.wave_on
join responses as r on r.survey = c.survey and r.key = c.key and not r.is_named
where w.is_withdrawn
order by c.survey, w.wave_on, c.key
