-- What this is: one row per order and day with an amount above zero (returns are not orders), of the touched days. A line
-- without an order number is an order of its own.
select
    day,
    coalesce(order_id, 'line ' || batch || '.' || "row") as order_key,
    max(coalesce(region, '')) as region,
    max(coalesce(segment, '')) as segment,
    max(coalesce(channel, '')) as channel,
    max(coalesce(team, '')) as team,
from order_lines
where amount > 0
    and day in (select day from touched)
group by day, order_key
