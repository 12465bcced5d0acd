-- What this is: one row per answer of a named survey, and per unit x block x question x value of closed waves; answers = how
-- many gave it. survey, wave_on and part are null for named answers, which have a region, segment and team of their own.
select
    cast(null as varchar) as survey,
    cast(null as date) as wave_on,
    cast(null as integer) as part,
    question,
    cast(null as varchar) as driver,
    role,
    day,
    region,
    segment,
    team,
    score,
    is_favourable,
    1 as answers,
from named_answers
union all
select
    c.survey,
    c.wave_on,
    c.block,
    c.question,
    q.driver,
    q.role,
    c.unit_on,
    null,
    null,
    null,
    case when q.is_reversed then q.low + q.high - c.value else c.value end,
    case when q.is_reversed then q.low + q.high - c.value else c.value end >= q.favourable_from,
    c.answers,
from closed_count as c
join closed_question as q on q.survey = c.survey and q.unit_on = c.unit_on and q.question = c.question
join told_units as u on u.survey = c.survey and u.day = c.unit_on
