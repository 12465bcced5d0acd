-- What this is: one row per day x region x segment x channel x team: revenue of everything over the number of orders.
with heads as (
    select
        order_key,
        min(day) as day,
        max(region) as region,
        max(segment) as segment,
        max(channel) as channel,
        max(team) as team,
    from order_days
    group by order_key
),

both_sides as (
    select day, region, segment, channel, team, revenue as num, 0 as den from sales
    union all
    select day, region, segment, channel, team, 0 as num, 1 as den from heads
)

select
    day,
    region,
    segment,
    channel,
    team,
    sum(num) as num,
    sum(den) as den,
    null as people,
from both_sides
group by all
