-- What this is: one row per score given to the questions of one role in view: how many answers gave it. On people: company
-- level, of closed waves.
-- $role: varchar, nps, csat, ces or enps
-- $from_on: date, first day in view
-- $to_on: date, last day in view
-- $region: varchar, only this one; null for all
-- $segment: varchar, the same
with given as (
    select score, 1 as answers
    from named_answers
    where role = $role
        and day between $from_on and $to_on
        and ($region is null or region = $region)
        and ($segment is null or segment = $segment)
    union all
    select score, answers
    from told_counts
    where role = $role
        and wave_on >= $from_on
        and ends_on <= $to_on
        and $region is null
        and $segment is null
)

select
    score,
    cast(sum(answers) as bigint) as answers,
from given
group by score
order by score
