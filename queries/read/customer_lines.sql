-- What this is: one row per order line of one customer on its days in view, the newest first; only the days on which it has
-- any are looked at.
-- $number: integer, of the customer
-- $from_on: date, first day in view
-- $to_on: date, last day in view
-- $days: integer, on how many of its latest days in view
with latest as (
    select day
    from buying_days
    where number = $number
        and day between $from_on and $to_on
    qualify row_number() over (order by day desc) <= $days
),

own as materialized (
    select batch, "row", day, item, quantity, amount, amount - cost as margin
    from lines
    where number = $number
        and day in (select day from latest)
),

-- where their raw rows stand: texts are read there alone
found as materialized (
    select r.rowid as place, o.*
    from own as o
    join raw_orders as r on r.batch = o.batch and r."row" = o."row" and r.ordered_on = o.day
)

select
    f.day,
    r.order_id,
    nullif(i.product, '') as product,
    nullif(i.product_line, '') as product_line,
    cast(f.quantity as double) as quantity,
    cast(f.amount as double) as amount,
    cast(f.margin as double) as margin,
    f.batch,
    f."row",
from found as f
join raw_orders as r on r.rowid = f.place and r."row" = f."row" and r.ordered_on = f.day
join items as i on i.item = f.item
order by f.day desc, r.order_id desc, f.batch, f."row"
