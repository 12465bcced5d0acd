-- What this is: one row per period x member x second member of one metric: the roll-up behind every number. Of the roll `last` one
-- row per day as well (day; else null): the last day with rows in a period is the one that counts.
-- $metric: varchar, id of the metric
-- $grain: varchar, week, month, quarter, year, or all for one period from $from_on on
-- $rows_grain: varchar, 'day' for rows by day, else the grain itself
-- $roll: varchar, sum, ratio, last, mean, min or max
-- $from_on: date, first day in view
-- $to_on: date, last day in view
-- $one: integer, 0 where the company as a whole is asked for; which dimension, where it is split or narrowed down by that alone;
-- null for groups of several
-- $by: integer, which dimension to split by, 1 to 6; 0 for none
-- $and_by: integer, a second dimension to split by; 0 for none
-- $d1: varchar, only this member of the first dimension; null for all
-- $d2: varchar, the same of the second
-- $d3: varchar, the same of the third
-- $d4: varchar, the same of the fourth
-- $d5: varchar, the same of the fifth
-- $d6: varchar, the same of the sixth
with asked as (
    select metric, grain, day, num, den, people, squares, '' as member, '' as second_member
    from observation_totals
    where $one = 0
    union all
    select metric, grain, day, num, den, people, squares, case $by when 0 then '' else member end, ''
    from observation_members
    where place = $one
        and (coalesce($d1, $d2, $d3, $d4, $d5, $d6) is null or member = coalesce($d1, $d2, $d3, $d4, $d5, $d6))
    union all
    select
        metric,
        grain,
        day,
        num,
        den,
        people,
        squares,
        case $by when 1 then d1 when 2 then d2 when 3 then d3 when 4 then d4 when 5 then d5 when 6 then d6 else '' end,
        case $and_by when 1 then d1 when 2 then d2 when 3 then d3 when 4 then d4 when 5 then d5 when 6 then d6 else '' end,
    from observations
    where $one is null
        and ($d1 is null or d1 = $d1)
        and ($d2 is null or d2 = $d2)
        and ($d3 is null or d3 = $d3)
        and ($d4 is null or d4 = $d4)
        and ($d5 is null or d5 = $d5)
        and ($d6 is null or d6 = $d6)
),

placed as (
    select
        case $grain when 'week' then c.week when 'month' then c.month when 'quarter' then c.quarter
            when 'year' then c.year else $from_on end as period,
        case when $roll = 'last' then o.day end as day,
        o.member,
        o.second_member,
        o.num,
        o.den,
        o.people,
        o.squares,
    from asked as o
    join calendar as c on c.day = o.day
    where o.metric = $metric
        and o.grain = $rows_grain
        and o.day between $from_on and $to_on
),

rolled as (
    select
        period,
        day,
        member,
        second_member,
        case $roll when 'min' then min(num) when 'max' then max(num) else sum(num) end as num,
        sum(den) as den,
        sum(people) as people,
        sum(squares) as squares,
    from placed
    group by period, day, member, second_member
)

select
    period,
    day,
    member,
    second_member,
    cast(num as double) as num,
    cast(den as double) as den,
    cast(people as bigint) as people,
    cast(squares as double) as squares,
    case when $roll in ('ratio', 'mean') then cast(num as double) / nullif(cast(den as double), 0)
        else cast(num as double) end as value,
from rolled
order by period, member, second_member
