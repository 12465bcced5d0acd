-- What this is: one row per day x region x segment x channel x team: distinct orders with at least one amount above zero,
-- each counted once, on its first day.
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
)

select
    day,
    region,
    segment,
    channel,
    team,
    count(*) as num,
    null as den,
    null as people,
from heads
group by all
