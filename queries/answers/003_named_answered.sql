-- What this is: one row per named survey and question: how many people answered it, in how many responses.
select
    r.survey,
    q.text,
    count(distinct r.person) as people,
    count(distinct (r.batch, r."row")) as answered,
from raw_answers as a
join raw_questions as q on q.batch = a.batch and q.question = a.question
join responses as r on r.batch = a.batch and r."row" = a."row"
where r.is_named
group by all
