-- What this is: one row per wave that was ever told: how often.
select survey, wave_on, version
from closed_wave
