-- What this is: one row per month, quarter or year x region x segment in which customers became lost: how many of them bought again
-- within the follow-up, over how many there were. Only where the follow-up of the last of them is over.
with lost as (
    select
        active_until as lost_on,
        region,
        segment,
        count(case when back_on < cast(active_until + to_months((select win_back_months from settings)) as date) then 1 end) as back,
        count(*) as customers,
    from spells
    group by active_until, region, segment
)

select
    p.grain,
    p.period as day,
    l.region,
    l.segment,
    sum(l.back) as num,
    sum(l.customers) as den,
    null as people,
from periods as p
join coverage as c
    on c.source = 'orders'
    and cast(p.closes_on + 1 + to_months((select win_back_months from settings)) as date) <= c.last_on + 1
join lost as l on l.lost_on between p.period and p.closes_on
where p.grain <> 'week'
group by all
