-- What this is: one row per metric x day of the company as a whole, of metrics whose rows are by day.
-- A ratio of two uploaded measures has a row only on a day on which both have one.
-- $sums: varchar[], ids of the metrics whose groups add up
-- $least: varchar[], ids of those of which the least over the groups counts
-- $greatest: varchar[], ids of those of which the greatest counts
-- $from_on: date, first day in view
-- $to_on: date, last day in view
with added_up as (
    select metric, day, num, den
    from observations
    where place = 0
        and grain = 'day'
        and day between $from_on and $to_on
        and list_contains($sums, metric)
),

extremes as (
    select
        metric,
        day,
        case when list_contains($least, metric) then min(num) else max(num) end as num,
        sum(den) as den,
    from observations
    where place = 7
        and grain = 'day'
        and day between $from_on and $to_on
        and (list_contains($least, metric) or list_contains($greatest, metric))
    group by metric, day
),

halves as (
    select t.metric, t.day
    from added_up as t
    join ratios as r on r.ratio = t.metric
    where not exists (select 1 from measure_rows as m where m.measure = r.num and m.day = t.day)
        or not exists (select 1 from measure_rows as m where m.measure = r.den and m.day = t.day)
)

select metric, day, cast(num as double) as num, cast(den as double) as den
from added_up
anti join halves using (metric, day)
union all
select metric, day, cast(num as double), cast(den as double)
from extremes
order by metric, day
