-- What this is: one row per customer, in order of their numbers (from 1 on, none left out): its place, and in which month after
-- $first_month the first purchase was.
-- $first_month: date
select
    p.place,
    cast(coalesce(datediff('month', cast($first_month as date), c.first_purchase_on), -2147483648) as integer) as first,
from customers as c
join customer_places as p on p.region = c.region and p.segment = c.segment
order by c.number
