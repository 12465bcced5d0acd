-- What this is: one row per period (of every grain) x region x segment: customers whose last purchase lies more than
-- lost_after_months calendar months (or the segment's own) before the period's close, month end clamped; exactly so many is not lost.
-- Nothing before the first whole window: until then nobody can be lost.
with steps as (
    select active_until as day, region, segment, 1 as step from spells
    union all
    select back_on, region, segment, -1 from spells where back_on is not null
),

daily as (
    select day, region, segment, sum(step) as step
    from steps
    group by day, region, segment
),

parts as (
    select distinct region, segment
    from spells
)

select
    p.grain,
    p.period as day,
    parts.region,
    parts.segment,
    coalesce(sum(d.step), 0) as num,
    null as den,
    null as people,
from periods as p
join coverage as c
    on c.source = 'orders'
    and least(p.closes_on, c.last_on) >= c.first_on + to_months((select lost_after_months from settings)) - interval 1 day
    and p.period <= c.last_on
cross join parts
left join daily as d
    on d.region = parts.region
    and d.segment = parts.segment
    and d.day <= least(p.closes_on, c.last_on)
group by all
