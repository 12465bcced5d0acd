-- What this is: one row per unit and question that counts in it, of units told for the first time, or anew.
select
    u.survey,
    u.unit_on,
    u.wave_on,
    q.text as question,
    q.role,
    q.driver,
    q.is_reversed,
    q.low,
    q.high,
    q.favourable_from,
    c.people,
from counted_questions as c
join telling_units as u on u.unit = c.unit
join telling_questions as q on q.question = c.question
join writing as o on o.wave = u.wave
where u.is_new
