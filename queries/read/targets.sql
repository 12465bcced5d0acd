-- What this is: one row per metric and day from which a target holds; the later upload wins.
select
    metric,
    valid_from,
    arg_max(value, batch) as value,
from raw_targets
group by metric, valid_from
order by metric, valid_from
