-- What this is: one row per whole month, quarter or year x region x segment: customers active at its start and no
-- longer at its close, over those active at its start. Won and lost inside the period: in neither.
with whole as (
    select
        p.grain,
        p.period,
        p.closes_on,
        cast(p.period - interval 1 day as date) as opens_on,
    from periods as p
    join coverage as c
        on c.source = 'orders'
        and p.period - interval 1 day >= c.first_on + to_months((select lost_after_months from settings)) - interval 1 day
        and p.closes_on <= c.last_on
    where p.grain <> 'week'
),

at_start as (
    select w.grain, w.period, a.region, a.segment, sum(a.active) as customers
    from whole as w
    join activity as a on a.day <= w.opens_on
    group by all
),

days as (
    select 'month' as grain, month as period, day from calendar
    union all
    select 'quarter', quarter, day from calendar
    union all
    select 'year', year, day from calendar
),

-- Spells that were on at the start of the period and ended in it.
ended as (
    select w.grain, w.period, w.closes_on, s.number, s.region, s.segment, s.back_on
    from spells as s
    join days as d on d.day = s.active_until
    join whole as w on w.grain = d.grain and w.period = d.period
    where s.active_from <= w.opens_on
        and s.active_until <= w.closes_on -- past the last period the calendar's days are counted into it
),

-- Of these who was active again at its close.
again as (
    select e.grain, e.period, e.region, e.segment, count(*) as customers
    from ended as e
    join spells as s
        on s.number = e.number
        and s.active_from <= e.closes_on
        and s.active_until > e.closes_on
    where e.back_on <= e.closes_on
    group by all
),

gone as (
    select grain, period, region, segment, count(*) as customers
    from ended
    group by all
)

select
    a.grain,
    a.period as day,
    a.region,
    a.segment,
    coalesce(g.customers, 0) - coalesce(b.customers, 0) as num,
    a.customers as den,
    null as people,
from at_start as a
left join gone as g on g.grain = a.grain and g.period = a.period and g.region = a.region and g.segment = a.segment
left join again as b on b.grain = a.grain and b.period = a.period and b.region = a.region and b.segment = a.segment
where a.customers > 0
