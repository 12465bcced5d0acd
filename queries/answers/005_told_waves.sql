-- What this is: one row per closed wave of a survey on people that is told: its month, how many answered.
select distinct
    w.survey,
    u.topic,
    w.wave_on,
    w.ends_on,
    w.is_kept,
    w.people,
    w.minimum,
    w.most_units,
    w.batch,
from closed_wave as w
join told_units as u on u.survey = w.survey and u.wave_on = w.wave_on
where w.is_closed
