-- What this is: one row per cell, metric and score of the waves that close, laid out as the metrics' own queries read answers.
select
    w.survey,
    w.wave_on,
    s.cell as part,
    cast(null as varchar) as question,
    cast(null as varchar) as driver,
    s.role,
    w.wave_on as day,
    cast(null as varchar) as region,
    cast(null as varchar) as segment,
    cast(null as varchar) as team,
    s.score,
    s.is_favourable,
    s.answers,
from scored as s
join telling_waves as w on w.wave = s.wave
