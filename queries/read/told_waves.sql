-- What this is: one row per closed wave of a survey on people: its month, how many answered, how often it was told.
select survey, topic, wave_on, ends_on, version, people
from told_waves
order by survey, wave_on
