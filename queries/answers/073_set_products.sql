-- What this is: one row per customer (by number) of the set that makes 80 % of the value: the three products it spent most on in
-- the trailing twelve months.
-- A product may stand in several product lines, an item each.
with products as (
    select
        item,
        min(item) over (partition by product) as product_key,
        product,
    from items
    where product <> ''
),

bought as (
    select
        l.number,
        p.product_key,
        sum(l.amount) as revenue,
    from lines as l
    join standing as s on s.number = l.number
    join products as p on p.item = l.item
    where s.in_set
        and l.day > s.as_of - interval 12 month
        and l.day <= s.as_of
    group by l.number, p.product_key
),

placed as (
    select
        b.number,
        p.product,
        row_number() over (partition by b.number order by b.revenue desc, p.product) as place,
    from bought as b
    join products as p on p.item = b.product_key
)

select
    number,
    string_agg(product, ', ' order by place) as products,
from placed
where place <= 3
group by number
order by number
