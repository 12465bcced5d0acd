-- What this is: one row per day on which one customer has order lines, the first day first.
-- $number: integer, of the customer
select
    day,
    cast(revenue as double) as revenue,
    cast(margin as double) as margin,
    purchases > 0 as is_purchase,
from buying_days
where number = $number
order by day
