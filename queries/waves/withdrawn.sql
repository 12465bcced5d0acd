-- What this is: one row per wave that was told and of which no response was in any more.
select survey, wave_on
from closed_wave
where is_withdrawn
