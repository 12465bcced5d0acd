-- What this is: one row per order line, in numbers: what grows with the orders is made of it, and the names behind a number are
-- found in it. number: the customer; null for lines without one. place (region, segment, channel, team), item (product, product
-- line) and order_key are hashes of 64 bits.
select
    batch,
    "row",
    day,
    number,
    place,
    item,
    order_key,
    quantity,
    amount,
    cost,
from order_lines
