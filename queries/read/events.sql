-- What this is: one row per event and metric it touches ('' for all): its first and last day, its words, the upload it came with.
select
    metric,
    happened_on,
    coalesce(ends_on, happened_on) as ends_on,
    words,
    batch,
from raw_events
order by happened_on, metric, words
