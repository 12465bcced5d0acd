-- What this is: one row per customer (its number less 1) and day with order lines in these months: revenue in ten-thousandths; months
-- are counted from $first_month.
-- $first_month: date
-- $last_month: date
select
    number - 1 as customer,
    cast(datediff('month', cast($first_month as date), day) as integer) as month,
    cast(revenue * 10000 as bigint) as revenue,
from buying_days
where day >= $first_month
    and day < cast($last_month as date) + interval 1 month
