-- What this is: one row per customer and day with order lines, of the touched days.
select
    customer_id,
    day,
    max(region) as region,
    max(segment) as segment,
    cast(sum(revenue) as decimal(28, 4)) as revenue,
    cast(sum(margin) as decimal(28, 4)) as margin,
    sum(is_purchase) as purchases,
from order_totals
where customer_id is not null
    and day in (select day from touched)
group by customer_id, day
