-- What this is: one row per customer (by number) with three purchases or more: the usual (median) days from one to the next, and
-- the gap that one in twenty of its own is longer than. What is usual cannot be told from one gap.
-- $as_of: date, purchases until then; null for all
with found as (
    select
        number,
        quantile_cont(day - previous_on, [0.5, 0.95]) as gaps,
    from buying_days
    where previous_on is not null
        and ($as_of is null or day <= $as_of)
    group by number
    having count(*) >= 2
)

select
    number,
    gaps[1] as usual_gap,
    gaps[2] as long_gap,
from found
