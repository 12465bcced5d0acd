-- What this is: one row per ratio of uploaded measures, from keel.toml or from the mapping of an upload.
select ratio, num, den
from declared_ratios
union
select
    measure,
    definition ->> 'num',
    definition ->> 'den',
from raw_measure_definitions
where definition ->> 'num' is not null
    and measure not in (select ratio from declared_ratios)
