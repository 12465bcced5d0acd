-- What this is: one row per survey, question on a scale of words and value: the word for it.
select
    b.survey,
    q.text,
    a.value,
    any_value(a.label order by a.label) as label,
from raw_answers as a
join raw_questions as q on q.batch = a.batch and q.question = a.question
join batch as b on b.batch = a.batch
where q.kind = 'scale'
    and a.value is not null
    and a.label is not null
group by all
