-- What this is: one row per order, day and customer, of the touched days. A line without an order number is
-- an order of its own. is_purchase: at least one line with an amount above zero (returns are not purchases).
select
    day,
    coalesce(order_id, 'line ' || batch || '.' || "row") as order_key,
    customer_id,
    max(coalesce(region, '')) as region,
    max(coalesce(segment, '')) as segment,
    max(coalesce(channel, '')) as channel,
    max(coalesce(team, '')) as team,
    cast(sum(amount) as decimal(28, 4)) as revenue,
    cast(sum(amount - cost) as decimal(28, 4)) as margin,
    max(case when amount > 0 then 1 else 0 end) as is_purchase,
from order_lines
where day in (select day from touched)
group by day, order_key, customer_id
