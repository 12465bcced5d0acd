-- What this is: one row per row of an uploaded measure; of two uploads with the same day and group the later one counts.
select
    measure,
    measured_on as day,
    d1,
    d2,
    d3,
    d4,
    d5,
    d6,
    value,
from raw_measures
qualify batch = max(batch) over (partition by measure, measured_on, d1, d2, d3, d4, d5, d6)
