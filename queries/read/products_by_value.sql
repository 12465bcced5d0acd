-- What this is: one row per product of the trailing months, the largest value first; running: what it and those before it make.
-- $most: integer, how many rows
select
    product,
    product_line,
    measure,
    cast(revenue as double) as revenue,
    cast(margin as double) as margin,
    cast(value as double) as value,
    customers,
    place,
    place_ago,
    cast(running as double) as running,
    in_set,
    in_set_ago,
    count(*) over () as products,
    count(case when in_set then 1 end) over () as k,
    cast(sum(case when value > 0 then value else 0 end) over () as double) as above_zero,
from product_standing
where place is not null or in_set_ago
order by place nulls last, product
limit $most
