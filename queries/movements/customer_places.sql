-- What this is: one row per region and segment that customers are in, with a number from 0 on.
with found as (
    select distinct region, segment
    from customers
)

select
    region,
    segment,
    cast(row_number() over (order by region, segment) - 1 as integer) as place,
from found
