-- What this is: one row per uploaded measure: its definition as json; the latest upload's counts.
select
    measure,
    arg_max(definition, batch) as definition,
from raw_measure_definitions
group by measure
order by min(batch), measure
