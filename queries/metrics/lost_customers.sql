-- What this is: one row per period (of every grain) x region x segment: customers whose last purchase lies more than
-- lost_after_months calendar months (or the segment's own) before the period's close, month end clamped; exactly so many is not lost.
-- Nothing before the first whole window: until then nobody can be lost.
with parts as (
    select distinct region, segment
    from spells
)

select
    p.grain,
    p.period as day,
    parts.region,
    parts.segment,
    coalesce(sum(a.lost), 0) as num,
    null as den,
    null as people,
from periods as p
join coverage as c
    on c.source = 'orders'
    and least(p.closes_on, c.last_on) >= c.first_on + to_months((select lost_after_months from settings)) - interval 1 day
    and p.period <= c.last_on
cross join parts
left join activity as a
    on a.region = parts.region
    and a.segment = parts.segment
    and a.day <= least(p.closes_on, c.last_on)
group by all
