-- What this is: one row per period (of every grain) x region x segment: customers with a purchase in the window that
-- trails from the period's close. A customer is in one region and segment, so the parts add up.
-- Nothing before the first whole window: until then the count only climbs.
with steps as (
    select active_from as day, region, segment, 1 as step from spells
    union all
    select active_until, region, segment, -1 from spells
),

daily as (
    select day, region, segment, sum(step) as step
    from steps
    group by day, region, segment
)

select
    p.grain,
    p.period as day,
    d.region,
    d.segment,
    sum(d.step) as num,
    null as den,
    null as people,
from periods as p
join coverage as c
    on c.source = 'orders'
    and least(p.closes_on, c.last_on) >= c.first_on + to_months((select lost_after_months from settings)) - interval 1 day
    and p.period <= c.last_on
join daily as d on d.day <= least(p.closes_on, c.last_on)
group by all
having sum(d.step) > 0
