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

-- nearly every order has its lines in one place: only of those that are spread the places are looked at one by one
orders as (
    select
        order_key,
        min(day) as day,
        min(place) as place,
        max(place) as last_place,
    from lines
    where amount > 0
    group by order_key
),

days as materialized (
    select
        day,
        place,
        count(*) filter (where place = last_place) as orders,
        list(order_key) filter (where place <> last_place) as spread,
    from orders
    group by day, place
),

spread as (
    select
        o.day,
        max(r.region_rank) as region_rank,
        max(r.segment_rank) as segment_rank,
        max(r.channel_rank) as channel_rank,
        max(r.team_rank) as team_rank,
    from (select day, unnest(spread) as order_key from days) as o
    join lines as l on l.order_key = o.order_key and l.amount > 0
    join ranks as r on r.place = l.place
    group by o.day, o.order_key
),

counted as (
    select d.day, r.region_rank, r.segment_rank, r.channel_rank, r.team_rank, d.orders
    from days as d
    join ranks as r on r.place = d.place
    union all
    select day, region_rank, segment_rank, channel_rank, team_rank, 1
    from spread
)

select
    c.day,
    r.region,
    s.segment,
    h.channel,
    t.team,
    cast(sum(c.orders) as bigint) as orders,
from counted as c
join (select distinct region, region_rank from ranks) as r on r.region_rank = c.region_rank
join (select distinct segment, segment_rank from ranks) as s on s.segment_rank = c.segment_rank
join (select distinct channel, channel_rank from ranks) as h on h.channel_rank = c.channel_rank
join (select distinct team, team_rank from ranks) as t on t.team_rank = c.team_rank
where c.orders > 0
group by all
