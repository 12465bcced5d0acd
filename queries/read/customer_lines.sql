-- What this is: one row per order line of one customer on its days in view, the newest first; only the days on which it has
-- any are looked at.
-- $number: integer, of the customer
-- $from_on: date, first day in view
-- $to_on: date, last day in view
-- $days: integer, on how many of its latest days in view
with days as (
    select day
    from buying_days
    where number = $number
        and day between $from_on and $to_on
    order by day desc
    limit $days
),

own as (
    select batch, "row", day, item, quantity, amount, amount - cost as margin
    from lines
    where number = $number
        and day in (select day from days)
)

select
    o.day,
    r.order_id,
    nullif(i.product, '') as product,
    nullif(i.product_line, '') as product_line,
    cast(o.quantity as double) as quantity,
    cast(o.amount as double) as amount,
    cast(o.margin as double) as margin,
    o.batch,
    o."row",
from own as o
join raw_orders as r on r.batch = o.batch and r."row" = o."row" and r.ordered_on = o.day
join items as i on i.item = o.item
order by o.day desc, r.order_id desc, o.batch, o."row"
