-- What this is: one row per order line, in numbers: what grows with the orders is made of it, and the names behind a number are
-- found in it. number: the customer; null for lines without one. place (region, segment, channel, team), item (product, product
-- line) and the order (order_key, order_check: 96 bits) are hashes of their names; a line without an order number is an order
-- of its own.
select
    batch,
    "row",
    day,
    number,
    hash(coalesce(region, ''), coalesce(segment, ''), coalesce(channel, ''), coalesce(team, '')) as place,
    hash(coalesce(product, ''), coalesce(product_line, '')) as item,
    hash(coalesce(order_id, 'line ' || batch || '.' || "row")) as order_key,
    cast(hash(coalesce(order_id, 'line ' || batch || '.' || "row") || '.') & 4294967295 as uinteger) as order_check,
    quantity,
    amount,
    cost,
from order_lines
