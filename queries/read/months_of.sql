-- What this is: one row per customer (by number) and calendar month with order lines.
-- $numbers: integer[], which customers
select
    number,
    cast(date_trunc('month', day) as date) as month,
    cast(sum(revenue) as double) as revenue,
from buying_days
where number in (select unnest($numbers))
group by 1, 2
order by 1, 2
