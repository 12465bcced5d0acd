-- What this is: one row per wave that was ever told, and whether it had closed.
select survey, wave_on, is_closed
from closed_wave
