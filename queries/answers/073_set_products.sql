-- What this is: one row per customer (by number) of the set that makes 80 % of the value: the three products it spent most on in
-- the trailing twelve months.
with bought as (
    select
        s.number,
        o.product,
        sum(o.amount) as revenue,
    from order_lines as o
    join standing as s on s.customer_id = o.customer_id
    where s.in_set
        and o.product is not null
        and o.day > s.as_of - interval 12 month
        and o.day <= s.as_of
    group by s.number, o.product
),

placed as (
    select
        number,
        product,
        row_number() over (partition by number order by revenue desc, product) as place,
    from bought
)

select
    number,
    string_agg(product, ', ' order by place) as products,
from placed
where place <= 3
group by number
order by number
