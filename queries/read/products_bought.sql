-- What this is: one row per product that one customer bought in the span, the largest revenue first.
-- $customer_id: varchar
-- $number: integer, of the same customer
-- $from_on: date, first day in view
-- $to_on: date, last day in view
with days as (
    select day
    from buying_days
    where number = $number
        and day between $from_on and $to_on
)

select
    coalesce(product, '') as product,
    any_value(product_line order by product_line) as product_line,
    cast(sum(quantity) as double) as quantity,
    cast(sum(amount) as double) as revenue,
    cast(sum(amount - cost) as double) as margin,
    max(day) as last_on,
from order_lines
where customer_id = $customer_id
    and day in (select day from days)
group by 1
order by revenue desc, product
