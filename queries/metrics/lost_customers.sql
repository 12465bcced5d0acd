-- What this is: one row per period (of every grain) x region x segment: customers whose last purchase lies more than
-- lost_after_months calendar months (or the segment's own) before the period's close, month end clamped; exactly so many is not lost.
-- Nothing before the first whole window: until then nobody can be lost.
with lost as (
    select
        number,
        region,
        segment,
        active_until as lost_on,
        coalesce(lead(active_from) over (partition by number order by active_from), date '9999-12-31') as back_on,
    from spells
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
    count(l.number) as num,
    null as den,
    null as people,
from periods as p
join coverage as c
    on c.source = 'orders'
    and least(p.closes_on, c.last_on) >= c.first_on + to_months((select lost_after_months from settings)) - interval 1 day
    and p.period <= c.last_on
cross join parts
left join lost as l
    on l.region = parts.region
    and l.segment = parts.segment
    and l.lost_on <= least(p.closes_on, c.last_on)
    and l.back_on > least(p.closes_on, c.last_on)
group by all
