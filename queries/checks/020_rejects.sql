-- What this is: one row per upload with more or fewer rows left out than it says, or that is not there: a sentence.
with listed as (
    select batch, count(distinct "row") as "rows"
    from reject
    group by batch
)

select
    case
        when b.batch is null
            then 'batch ' || l.batch || ': ' || l."rows" || ' rows left out are listed; no such upload counts. Bring a backup back.'
        else 'batch ' || b.batch || ' (' || b.file || '): ' || coalesce(l."rows", 0) || ' rows left out are listed; '
            || (b.rows_read - b.rows_accepted) || ' of ' || b.rows_read || ' were not accepted. Rebuild the store.'
    end as fault,
from batch as b
full join listed as l on l.batch = b.batch
where b.batch is null
    or coalesce(l."rows", 0) <> b.rows_read - b.rows_accepted
order by fault
