-- What this is: one row per period x member x second member of one metric: the roll-up behind every number. Of the roll `last` one
-- row per day as well (day; else null): the last day with rows in a period is the one that counts. In no order.
-- $metric: varchar, id of the metric
-- $grain: varchar, week, month, quarter, year, or all for one period from $from_on on
-- $rows_grain: varchar, 'day' for rows by day, else the grain itself
-- $roll: varchar, sum, ratio, last, mean, min or max
-- $from_on: date, first day in view
-- $to_on: date, last day in view
-- $place: integer, 0 where the company as a whole is asked for; which dimension, where it is split or narrowed down by that alone;
-- 7 for groups of several
-- $by: integer, which dimension to split by, 1 to 6; 0 for none
-- $and_by: integer, a second dimension to split by; 0 for none
-- $d1: varchar, only this member of the first dimension; null for all
-- $d2: varchar, the same of the second
-- $d3: varchar, the same of the third
-- $d4: varchar, the same of the fourth
-- $d5: varchar, the same of the fifth
-- $d6: varchar, the same of the sixth
select
    case $grain when 'week' then week when 'month' then month when 'quarter' then quarter when 'year' then year
        else $from_on end as period,
    case when $roll = 'last' then day end as day,
    case $by when 1 then d1 when 2 then d2 when 3 then d3 when 4 then d4 when 5 then d5 when 6 then d6 else '' end as member,
    case $and_by when 1 then d1 when 2 then d2 when 3 then d3 when 4 then d4 when 5 then d5 when 6 then d6 else '' end
        as second_member,
    cast(case $roll when 'min' then min(num) when 'max' then max(num) else sum(num) end as double) as num,
    cast(sum(den) as double) as den,
    cast(sum(people) as bigint) as people,
    cast(sum(squares) as double) as squares,
from observations
where metric = $metric
    and grain = $rows_grain
    and place = $place
    and day between $from_on and $to_on
    and ($d1 is null or d1 = $d1)
    and ($d2 is null or d2 = $d2)
    and ($d3 is null or d3 = $d3)
    and ($d4 is null or d4 = $d4)
    and ($d5 is null or d5 = $d5)
    and ($d6 is null or d6 = $d6)
group by all
