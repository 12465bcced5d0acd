-- What this is: one row per period x member x second member of one metric: the roll-up behind every number.
-- $metric: varchar, id of the metric
-- $grain: varchar, week, month, quarter, year, or all for one period from $from_on on
-- $rows_grain: varchar, 'day' for rows by day, else the grain itself
-- $roll: varchar, sum, ratio, last, mean, min or max
-- $from_on: date, first day in view
-- $to_on: date, last day in view
-- $by: integer, which dimension to split by, 1 to 6; 0 for none
-- $and_by: integer, a second dimension to split by; 0 for none
-- $d1: varchar, only this member of the first dimension; null for all
-- $d2: varchar, the same of the second
-- $d3: varchar, the same of the third
-- $d4: varchar, the same of the fourth
-- $d5: varchar, the same of the fifth
-- $d6: varchar, the same of the sixth
with company as (
    -- The company as a whole needs no groups: a row a day. (Least and greatest must see every row.)
    select *, '' as d1, '' as d2, '' as d3, '' as d4, '' as d5, '' as d6
    from observation_totals
    where $by = 0
        and coalesce($d1, $d2, $d3, $d4, $d5, $d6) is null
        and $roll not in ('min', 'max')
),

in_groups as (
    select metric, grain, day, num, den, people, squares, d1, d2, d3, d4, d5, d6
    from observations
    where not (
            $by = 0
            and coalesce($d1, $d2, $d3, $d4, $d5, $d6) is null
            and $roll not in ('min', 'max')
        )
        and ($d1 is null or d1 = $d1)
        and ($d2 is null or d2 = $d2)
        and ($d3 is null or d3 = $d3)
        and ($d4 is null or d4 = $d4)
        and ($d5 is null or d5 = $d5)
        and ($d6 is null or d6 = $d6)
),

asked as (
    select * from company
    union all
    select * from in_groups
),

placed as (
    select
        case $grain when 'week' then c.week when 'month' then c.month when 'quarter' then c.quarter
            when 'year' then c.year else $from_on end as period,
        o.day,
        case $by when 1 then o.d1 when 2 then o.d2 when 3 then o.d3 when 4 then o.d4 when 5 then o.d5
            when 6 then o.d6 else '' end as member,
        case $and_by when 1 then o.d1 when 2 then o.d2 when 3 then o.d3 when 4 then o.d4 when 5 then o.d5
            when 6 then o.d6 else '' end as second_member,
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

-- For the roll `last`: the last day with rows in each period; empty for every other roll.
closings as (
    select period, max(day) as last_day
    from placed
    where $roll = 'last'
    group by period
),

rolled as (
    select
        p.period,
        p.member,
        p.second_member,
        case $roll when 'min' then min(p.num) when 'max' then max(p.num) else sum(p.num) end as num,
        sum(p.den) as den,
        sum(p.people) as people,
        sum(p.squares) as squares,
    from placed as p
    left join closings as c on c.period = p.period
    where c.last_day is null
        or p.day = c.last_day
    group by p.period, p.member, p.second_member
)

select
    period,
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
