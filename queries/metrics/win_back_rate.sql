-- What this is: one row per month, quarter or year x region x segment in which customers became lost: how many of them bought again
-- within the follow-up, over how many there were. Only where the follow-up of the last of them is over.
with lost as (
    select
        number,
        region,
        segment,
        active_until as lost_on,
        lead(active_from) over (partition by number order by active_from) as back_on,
    from spells
),

followed as (
    select
        region,
        segment,
        lost_on,
        coalesce(back_on < cast(lost_on + to_months((select win_back_months from settings)) as date), false) as is_back,
    from lost
)

select
    p.grain,
    p.period as day,
    f.region,
    f.segment,
    sum(case when f.is_back then 1 else 0 end) as num,
    count(*) as den,
    null as people,
from periods as p
join coverage as c
    on c.source = 'orders'
    and cast(p.closes_on + 1 + to_months((select win_back_months from settings)) as date) <= c.last_on + 1
join followed as f on f.lost_on between p.period and p.closes_on
where p.grain <> 'week'
group by all
