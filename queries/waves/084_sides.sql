-- What this is: one row per cell and metric: how many people of it answered at all, and on either side.
with people as (
    select
        k.wave,
        k.cell,
        q.role,
        a.person,
        bool_or(
            case when q.role in ('enps', 'nps') then a.value >= 9
                else case when q.is_reversed then q.low + q.high - a.value else a.value end >= q.favourable_from end
        ) as is_high,
        bool_or(
            case when q.role in ('enps', 'nps') then a.value <= 6
                else case when q.is_reversed then q.low + q.high - a.value else a.value end < q.favourable_from end
        ) as is_low,
    from told_answers as a
    join cells as k on k.kind = a.kind
    join telling_questions as q on q.question = a.question
    group by all
)

select
    wave,
    cell,
    role,
    count(*) as people,
    count(*) filter (is_high) as high,
    count(*) filter (not coalesce(is_high, false) and not coalesce(is_low, false)) as middle,
    count(*) filter (is_low) as low,
from people
group by all
