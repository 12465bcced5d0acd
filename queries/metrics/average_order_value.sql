-- What this is: one row per day x region x segment x channel x team: revenue of everything over the number of orders.
with both_sides as (
    select day, region, segment, channel, team, revenue as num, 0 as den from sales
    union all
    select day, region, segment, channel, team, 0 as num, orders as den from order_counts
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
