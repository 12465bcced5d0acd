-- What this is: one row per customer (its number less 1) and whole month with order lines: revenue in ten-thousandths; months are
-- counted from $first_month.
-- $first_month: date
-- $last_month: date
select
    number - 1 as customer,
    cast(datediff('month', cast($first_month as date), month) as integer) as month,
    cast(revenue * 10000 as bigint) as revenue,
from customer_months
where month between $first_month and $last_month
