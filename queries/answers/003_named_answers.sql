-- What this is: one row per scored answer of a survey whose answers are named (customers' feedback), reversed items turned
-- round. Answers on people are not in here: they are told by closed waves.
select
    r.survey,
    q.text as question,
    r.day,
    r.region,
    r.segment,
    r.team,
    q.role,
    case when q.is_reversed then q.low + q.high - a.value else a.value end as score,
    case when q.is_reversed then q.low + q.high - a.value else a.value end >= q.favourable_from as is_favourable,
from raw_answers as a
join raw_questions as q on q.batch = a.batch and q.question = a.question
join responses as r on r.batch = a.batch and r."row" = a."row"
where q.role is not null
    and a.value is not null
    and r.is_named
