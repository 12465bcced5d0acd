-- What this is: one row per scored answer of the waves to be told that was kept when its unit closed.
select
    c.response,
    cast(q.question as smallint) as question,
    f.value,
from counted as c
join closed_answer as f on f.survey = c.survey and f.key = c.key
join telling_questions as q on q.survey = f.survey and q.text = f.question
