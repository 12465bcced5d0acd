-- What this is: one row per order line of one customer on its days in view, the newest first; only the days on which it has
-- any are looked at.
-- $customer_id: varchar
-- $number: integer, of the same customer
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
)

select
    day,
    order_id,
    product,
    product_line,
    cast(quantity as double) as quantity,
    cast(amount as double) as amount,
    cast(amount - cost as double) as margin,
    batch,
    "row",
from order_lines
where customer_id = $customer_id
    and day in (select day from days)
order by day desc, order_id desc, batch, "row"
