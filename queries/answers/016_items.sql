-- What this is: one row per item of the order lines: the product and product line that the number stands for.
select distinct
    item,
    coalesce(product, '') as product,
    coalesce(product_line, '') as product_line,
from order_lines
