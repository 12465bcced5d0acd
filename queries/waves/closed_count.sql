-- What this is: one row per unit, block, question and value of a wave: how many gave that answer.
select
    u.survey,
    u.wave_on,
    u.unit_on,
    c.block,
    q.text as question,
    c.value,
    c.answers,
from counts as c
join telling_units as u on u.unit = c.unit
join telling_questions as q on q.question = c.question
join writing as o on o.wave = u.wave
