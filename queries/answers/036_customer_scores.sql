-- What this is: one row per answer that a customer gave in its own name to a question on its satisfaction (role nps, csat, ces),
-- or to one on why it left (reason: the choice it made). Nothing of a survey that was promised to be anonymous is in here.
select
    r.customer_id,
    r.day,
    r.survey,
    q.text as question,
    q.role,
    q.low,
    q.high,
    case
        when q.role is null then null
        when q.is_reversed then q.low + q.high - a.value
        else a.value
    end as score,
    case when q.role is null then a.label end as reason,
    r.batch,
    r."row",
from raw_answers as a
join raw_questions as q on q.batch = a.batch and q.question = a.question
join responses as r on r.batch = a.batch and r."row" = a."row"
where r.is_named
    and r.customer_id is not null
    and (
        q.role in ('nps', 'csat', 'ces') and a.value is not null
        or q.kind in ('single', 'multi') and a.label is not null and regexp_matches(lower(q.text), '\b(why|reasons?)\b')
    )
