-- What this is: one row per metric, member (dimension '' for the company) and day from which a target holds; the later upload wins.
select
    metric,
    coalesce(dimension, '') as dimension,
    coalesce(member, '') as member,
    valid_from,
    arg_max(value, (batch, "row")) as value,
    max(batch) as batch,
from raw_targets
group by all
order by metric, dimension, member, valid_from
