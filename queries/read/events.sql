-- What this is: one row per event: its day, the metric it touches ('' for all) and its words.
select
    metric,
    happened_on,
    words,
from raw_events
order by happened_on, metric
