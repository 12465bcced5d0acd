-- What this is: one row per scored answer of an upload.
-- $batch: integer
select
    a."row",
    cast(t.question as smallint) as question,
    a.value,
from raw_answers as a
join raw_questions as q on q.batch = a.batch and q.question = a.question
join batch as b on b.batch = q.batch
join telling_questions as t on t.survey = b.survey and t.text = q.text
where a.batch = $batch
    and a.value is not null
