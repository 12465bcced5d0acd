-- What this is: one row per answer that counts of a wave of which only the first weeks are told, as it is at their close.
select
    c.survey,
    c.key,
    q.text as question,
    a.value,
from open_answers as a
join counted as c on c.response = a.response
join telling_questions as q on q.question = a.question
join writing as o on o.wave = c.wave
where not c.is_frozen
