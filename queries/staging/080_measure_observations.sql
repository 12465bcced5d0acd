-- What this is: one row per uploaded measure (or ratio of measures) x day x group: the rows of observations.
-- A measure carries den = 1, so a mean is a ratio of sums; a ratio takes num from one measure and den from another.
with parts as (
    select measure as metric, day, d1, d2, d3, d4, d5, d6, value as num, 1 as den
    from measure_rows
    union all
    select r.ratio, m.day, m.d1, m.d2, m.d3, m.d4, m.d5, m.d6, m.value, 0
    from measure_rows as m
    join ratios as r on r.num = m.measure
    union all
    select r.ratio, m.day, m.d1, m.d2, m.d3, m.d4, m.d5, m.d6, 0, m.value
    from measure_rows as m
    join ratios as r on r.den = m.measure
)

select
    metric,
    'day' as grain,
    day,
    d1,
    d2,
    d3,
    d4,
    d5,
    d6,
    cast(num as decimal(28, 8)) as num,
    cast(den as decimal(28, 8)) as den,
    cast(null as bigint) as people,
    cast(null as bigint) as squares,
from parts
