-- What this is: one row per period (of every grain) x region x segment: customers with a purchase in the window that
-- trails from the period's close. A customer is in one region and segment, so the parts add up.
-- Nothing before the first whole window: until then the count only climbs.
select
    p.grain,
    p.period as day,
    a.region,
    a.segment,
    sum(a.active) as num,
    null as den,
    null as people,
from periods as p
join coverage as c
    on c.source = 'orders'
    and least(p.closes_on, c.last_on) >= c.first_on + to_months((select lost_after_months from settings)) - interval 1 day
    and p.period <= c.last_on
join activity as a on a.day <= least(p.closes_on, c.last_on)
group by all
having sum(a.active) > 0
