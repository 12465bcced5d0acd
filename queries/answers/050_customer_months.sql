-- What this is: one row per customer (by number) and calendar month with order lines.
select
    number,
    cast(date_trunc('month', day) as date) as month,
    cast(sum(revenue) as decimal(18, 4)) as revenue,
from buying_days
group by 1, 2
