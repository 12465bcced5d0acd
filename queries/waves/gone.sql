-- What this is: one row per wave that is told and of which no response is in any more.
select w.survey, w.wave_on
from closed_wave as w
where not w.is_withdrawn
    and not exists (
        select 1
        from closed_response as c
        join responses as r on r.survey = c.survey and r.key = c.key and not r.is_named
        where c.survey = w.survey
            and c.wave_on = w.wave_on
    )
