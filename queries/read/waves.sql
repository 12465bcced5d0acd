-- What this is: one row per period x member x second member of one metric on answers, from closed waves: a filter or a member
-- is told of a wave only if every group of cells that holds it holds nothing else. told, asked: of how many waves.
-- $metric: varchar, id of the metric
-- $grain: varchar, month, quarter or year, or all for one period from $from_on on
-- $from_on: date, first day of the first wave in view at the earliest
-- $to_on: date, last day in view
-- $by: integer, which dimension to split by, 1 to 6; 0 for none
-- $and_by: integer, a second dimension to split by; 0 for none
-- $d1: varchar, only this member of the first dimension; null for all
-- $d2: varchar, the same of the second
-- $d3: varchar, the same of the third
-- $d4: varchar, the same of the fourth
-- $d5: varchar, the same of the fifth
-- $d6: varchar, the same of the sixth
with asked as (
    select
        *,
        ($d1 is null or len(members[1]) = 1)
            and ($d2 is null or len(members[2]) = 1)
            and ($d3 is null or len(members[3]) = 1)
            and ($d4 is null or len(members[4]) = 1)
            and ($d5 is null or len(members[5]) = 1)
            and ($d6 is null or len(members[6]) = 1)
            and ($by = 0 or len(members[$by]) = 1)
            and ($and_by = 0 or len(members[$and_by]) = 1) as is_whole,
        case when $by = 0 then [''] else members[$by] end as split,
        case when $and_by = 0 then [''] else members[$and_by] end as second_split,
    from wave_sums
    where metric = $metric
        and wave_on >= $from_on
        and ends_on <= $to_on
        and ($d1 is null or list_contains(members[1], $d1))
        and ($d2 is null or list_contains(members[2], $d2))
        and ($d3 is null or list_contains(members[3], $d3))
        and ($d4 is null or list_contains(members[4], $d4))
        and ($d5 is null or list_contains(members[5], $d5))
        and ($d6 is null or list_contains(members[6], $d6))
),

placed as (
    select a.*, m.member, s.second_member
    from asked as a, unnest(a.split) as m(member), unnest(a.second_split) as s(second_member)
),

waves as (
    select
        survey,
        wave_on,
        member,
        second_member,
        bool_and(is_whole) as is_told,
        sum(num) as num,
        sum(den) as den,
        sum(people) as people,
        sum(squares) as squares,
    from placed
    group by survey, wave_on, member, second_member
)

select
    case $grain when 'month' then c.month when 'quarter' then c.quarter when 'year' then c.year else $from_on end as period,
    w.member,
    w.second_member,
    cast(sum(w.num) filter (w.is_told) as double) as num,
    cast(sum(w.den) filter (w.is_told) as double) as den,
    cast(sum(w.people) filter (w.is_told) as bigint) as people,
    cast(sum(w.squares) filter (w.is_told) as double) as squares,
    count(*) filter (w.is_told) as told,
    count(*) as asked,
from waves as w
join calendar as c on c.day = w.wave_on
group by all
order by period, w.member, w.second_member
