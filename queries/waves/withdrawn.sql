-- What this is: one row per wave that was told and of which no response is in any more.
select w.survey, w.wave_on
from closed_wave as w
anti join closed_response as c on c.survey = w.survey and c.wave_on = w.wave_on
