-- What this is: one row per order line of one customer (null: lines without a customer) in view, the newest first.
-- $customer_id: varchar, the customer; null for lines without one
-- $from_on: date, first day in view
-- $to_on: date, last day in view
-- $region: varchar, only this one; null for all ('' for lines without one)
-- $segment: varchar, the same
-- $product_line: varchar, the same
-- $channel: varchar, the same
-- $team: varchar, the same
-- $most: integer, how many lines
with lines as (
    select
        day,
        order_id,
        product,
        product_line,
        cast(quantity as double) as quantity,
        amount,
        amount - cost as margin,
        batch,
        "row",
    from order_lines
    where ($customer_id is null and customer_id is null or customer_id = $customer_id)
        and day between $from_on and $to_on
        and ($region is null or coalesce(region, '') = $region)
        and ($segment is null or coalesce(segment, '') = $segment)
        and ($product_line is null or coalesce(product_line, '') = $product_line)
        and ($channel is null or coalesce(channel, '') = $channel)
        and ($team is null or coalesce(team, '') = $team)
)

select
    day,
    order_id,
    product,
    product_line,
    quantity,
    cast(amount as double) as amount,
    cast(margin as double) as margin,
    count(*) over () as all_lines,
    cast(sum(amount) over () as double) as all_amount,
from lines
order by day desc, order_id desc, batch, "row"
limit $most
