-- What this is: one row per wave that was ever told.
select survey, wave_on
from closed_wave
