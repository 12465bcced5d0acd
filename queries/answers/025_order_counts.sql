-- What this is: one row per day x region x segment x channel x team: distinct orders with at least one amount above zero, each
-- counted once, on its first day. An order in several places counts in the last of each by name.
with places as (
    select distinct
        hash(region, segment, channel, team) as place,
        region,
        segment,
        channel,
        team,
    from sales
),

several as (
    select order_key, order_check
    from order_days
    group by order_key, order_check
    having count(*) > 1
),

single as (
    select day, place, count(*) as orders
    from order_days
    where (order_key, order_check) not in (select (order_key, order_check) from several)
    group by day, place
),

heads as (
    select
        min(d.day) as day,
        max(p.region) as region,
        max(p.segment) as segment,
        max(p.channel) as channel,
        max(p.team) as team,
    from order_days as d
    join several as s on s.order_key = d.order_key and s.order_check = d.order_check
    join places as p on p.place = d.place
    group by d.order_key, d.order_check
),

counted as (
    select s.day, p.region, p.segment, p.channel, p.team, s.orders
    from single as s
    join places as p on p.place = s.place
    union all
    select day, region, segment, channel, team, count(*)
    from heads
    group by all
)

select
    day,
    region,
    segment,
    channel,
    team,
    cast(sum(orders) as bigint) as orders,
from counted
group by all
