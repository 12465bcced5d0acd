-- What this is: one row per day x region x segment x channel x team: distinct orders with at least one amount above zero (returns are
-- not orders), each counted once, on its first day. An order in several places counts in the last of each by name.
with ranks as (
    select
        *,
        dense_rank() over (order by region) as region_rank,
        dense_rank() over (order by segment) as segment_rank,
        dense_rank() over (order by channel) as channel_rank,
        dense_rank() over (order by team) as team_rank,
    from places
),

orders as (
    select
        min(l.day) as day,
        max(r.region_rank) as region_rank,
        max(r.segment_rank) as segment_rank,
        max(r.channel_rank) as channel_rank,
        max(r.team_rank) as team_rank,
    from lines as l
    join ranks as r on r.place = l.place
    where l.amount > 0
    group by l.order_key
),

counted as (
    select day, region_rank, segment_rank, channel_rank, team_rank, count(*) as orders
    from orders
    group by all
)

select
    c.day,
    r.region,
    s.segment,
    h.channel,
    t.team,
    c.orders,
from counted as c
join (select distinct region, region_rank from ranks) as r on r.region_rank = c.region_rank
join (select distinct segment, segment_rank from ranks) as s on s.segment_rank = c.segment_rank
join (select distinct channel, channel_rank from ranks) as h on h.channel_rank = c.channel_rank
join (select distinct team, team_rank from ranks) as t on t.team_rank = c.team_rank
