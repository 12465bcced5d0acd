-- What this is: one row per response that counted in a wave, whether or not it is still in.
-- $survey: varchar
-- $wave_on: date, first day of the wave
select key, unit_on
from closed_response
where survey = $survey
    and wave_on = $wave_on
    and is_counted
