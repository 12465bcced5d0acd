-- What this is: one row per named survey, question and answer: how often it was given; of text only that it was.
select
    r.survey,
    q.text,
    a.value,
    case when q.kind in ('text', 'date') then '' else a.label end as label,
    count(*) as answers,
from raw_answers as a
join raw_questions as q on q.batch = a.batch and q.question = a.question
join responses as r on r.batch = a.batch and r."row" = a."row"
where r.is_named
group by all
