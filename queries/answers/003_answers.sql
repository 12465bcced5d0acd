-- What this is: one row per scored answer, reversed items turned round.
select
    r.batch,
    r."row",
    a.question,
    r.day,
    r.person,
    r.customer_id,
    r.department,
    r.site,
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
