-- What this is: one row per closed wave of a survey on people: its month, how many answered, and whether it was brought
-- again with other answers and stays as it was told.
select survey, topic, wave_on, ends_on, is_kept, people, minimum
from told_waves
order by survey, wave_on
