-- What this is: one row per answer that counts of a wave of which only the first weeks are told, as it is at their close.
select
    c.survey,
    c.key,
    q.text as question,
    a.value,
from told_answers as a
join counted as c on c.unit = a.unit and c.person = a.person
join telling_questions as q on q.question = a.question
join telling_waves as w on w.wave = c.wave
join writing as o on o.wave = w.wave
where not c.is_frozen
    and not w.closes
