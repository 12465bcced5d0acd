-- What this is: one row per survey and question that was ever asked in it.
select distinct
    b.survey,
    q.text,
from raw_questions as q
join batch as b on b.batch = q.batch
order by b.survey, q.text
