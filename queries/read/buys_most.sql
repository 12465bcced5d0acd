-- What this is: one row per customer (by number) of those asked for who is leading, or for whom they are made: the three products
-- it spent most on in the trailing twelve months.
-- $numbers: integer[], which customers
with placed as (
    select
        number,
        product,
        row_number() over (partition by number order by revenue desc, product) as place,
    from leading_products
    where number in (select unnest($numbers))
        and product <> ''
)

select
    number,
    string_agg(product, ', ' order by place) as products,
from placed
where place <= 3
group by number
