-- What this is: one row per product that one customer has order lines of in the trailing twelve months, the largest revenue first;
-- none for a customer who is not leading, unless they are made for it.
-- $number: integer, of the customer
select
    product,
    product_line,
    cast(quantity as double) as quantity,
    cast(revenue as double) as revenue,
    cast(margin as double) as margin,
    last_on,
    lines,
from leading_products
where number = $number
order by revenue desc, product
