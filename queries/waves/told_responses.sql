-- What this is: one row per response that was told in a wave, whether or not it is still in.
-- $survey: varchar
-- $wave_on: date, first day of the wave
-- $is_retold: boolean, only those that are still in
select
    c.key,
    c.unit_on,
from closed_response as c
left join responses as r on r.survey = c.survey and r.key = c.key and not r.is_named
where c.survey = $survey
    and c.wave_on = $wave_on
    and (r.key is not null or not $is_retold)
