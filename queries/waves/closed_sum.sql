-- What this is: one row per cell and metric of a wave: what it adds to the metric, and how many answered on either side.
select
    m.survey,
    m.wave_on,
    m.part as cell,
    m.metric,
    sum(m.num) as num,
    sum(m.den) as den,
    sum(m.squares) as squares,
    any_value(s.people) as people,
    any_value(s.high) as high,
    any_value(s.middle) as middle,
    any_value(s.low) as low,
    any_value(coalesce(n.is_narrow, false)) as is_narrow,
from metric_sums as m
join telling_waves as w on w.survey = m.survey and w.wave_on = m.wave_on
join sides as s on s.wave = w.wave and s.cell = m.part and s.role = m.metric
left join narrow as n on n.wave = w.wave and n.cell = m.part and n.role = m.metric
join writing as o on o.wave = w.wave
group by m.survey, m.wave_on, m.part, m.metric
