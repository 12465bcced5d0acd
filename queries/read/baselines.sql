-- What this is: one row per usual range that a person began anew: the metric, its first day, why, who said so and when.
select
    r.metric,
    r.from_on,
    r.reason,
    b.who,
    cast(b.imported_at as date) as said_on,
    r.batch,
from raw_baselines as r
join batch as b on b.batch = r.batch
order by r.metric, r.from_on, r.batch
