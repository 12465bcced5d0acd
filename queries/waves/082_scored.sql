-- What this is: one row per cell, metric and score: how many gave it. Reversed items are turned round.
select
    k.wave,
    k.cell,
    q.role,
    case when q.is_reversed then q.low + q.high - a.value else a.value end as score,
    case when q.is_reversed then q.low + q.high - a.value else a.value end >= q.favourable_from as is_favourable,
    count(*) as answers,
from told_answers as a
join cells as k on k.kind = a.kind
join telling_questions as q on q.question = a.question
group by all
