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
    select w.grain, w.period, s.number, s.region, s.segment
    from whole as w
    join spells as s
        on s.active_from <= w.opens_on
        and s.active_until > w.opens_on
),

at_close as (
    select w.grain, w.period, s.number
    from whole as w
    join spells as s
        on s.active_from <= w.closes_on
        and s.active_until > w.closes_on
)

select
    a.grain,
    a.period as day,
    a.region,
    a.segment,
    sum(case when z.number is null then 1 else 0 end) as num,
    count(*) as den,
    null as people,
from at_start as a
left join at_close as z
    on z.grain = a.grain
    and z.period = a.period
    and z.number = a.number
group by all
