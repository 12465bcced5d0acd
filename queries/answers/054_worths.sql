-- What this is: one row per customer (by number) with a purchase: what it was worth in the twelve months that end with its last one.
-- $as_of: date, purchases until then; null for all
with last as (
    select number, max(day) as last_on
    from buying_days
    where purchases > 0
        and ($as_of is null or day <= $as_of)
    group by number
)

select
    d.number,
    cast(sum(d.revenue) as decimal(28, 4)) as revenue,
    cast(sum(d.margin) as decimal(28, 4)) as margin,
from buying_days as d
join last as l
    on l.number = d.number
    and d.day <= l.last_on
    and d.day >= l.last_on + 1 - interval 12 month
group by d.number
