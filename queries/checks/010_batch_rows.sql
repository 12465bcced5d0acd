-- What this is: one row per upload whose rows are not all there, or are there though no upload counts: a sentence.
-- A wide file of measures stores several rows for each accepted one, and none for a row of empty cells; an event a row for
-- each metric it touches.
with counted as (
    select batch, 'orders' as kind, count(*) as "rows" from raw_orders group by batch
    union all
    select batch, 'customers', count(*) from raw_customers group by batch
    union all
    select batch, 'employees', count(*) from raw_employees group by batch
    union all
    select batch, 'survey', count(*) from raw_responses group by batch
    union all
    select batch, 'measures', count(distinct "row") from raw_measures group by batch
    union all
    select batch, 'rates', count(*) from raw_rates group by batch
    union all
    select batch, 'targets', count(*) from raw_targets group by batch
    union all
    select batch, 'events', count(distinct "row") from raw_events group by batch
    union all
    select batch, 'baselines', count(*) from raw_baselines group by batch
)

select
    case
        when b.batch is null
            then 'batch ' || c.batch || ': ' || c."rows" || ' rows of ' || c.kind
                || ' are in the store; no such upload counts. Bring a backup back.'
        else 'batch ' || b.batch || ' (' || b.file || '): ' || coalesce(c."rows", 0) || ' rows of ' || b.kind
            || ' are in the store; ' || b.rows_accepted || ' were accepted. Rebuild the store.'
    end as fault,
from batch as b
full join counted as c
    on c.batch = b.batch
    and c.kind = b.kind
where b.batch is null
    or (b.kind <> 'measures' and coalesce(c."rows", 0) <> b.rows_accepted)
    or (b.kind = 'measures' and coalesce(c."rows", 0) > b.rows_accepted)
order by fault
