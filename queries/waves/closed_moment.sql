-- What this is: one row per wave that closes for the first time and two questions, or one alone: see 007_driver_moments.sql.
select
    w.survey,
    w.wave_on,
    q.text as question,
    coalesce(p.text, '') as other,
    m.total,
    m.people,
    m.fewest,
from moments as m
join telling_waves as w on w.wave = m.wave
join telling_questions as q on q.question = m.question
left join telling_questions as p on p.question = m.other
join writing as o on o.wave = m.wave and o.is_first
