-- What this is: one row per order, day and place (region, segment, channel and team, as a hash) with an amount above zero:
-- returns are not orders. An order is told by two hashes of its number, 128 bits; a line without one is an order of its own.
select
    day,
    hash(coalesce(order_id, 'line ' || batch || '.' || "row")) as order_key,
    hash(coalesce(order_id, 'line ' || batch || '.' || "row") || '.') as order_check,
    hash(coalesce(region, ''), coalesce(segment, ''), coalesce(channel, ''), coalesce(team, '')) as place,
from order_lines
where amount > 0
group by all
