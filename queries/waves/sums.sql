-- What this is: one row per closed wave, metric and cell: its block, its people, how many answered on either side.
select
    s.survey,
    s.wave_on,
    s.metric,
    s.cell,
    c.block,
    c.people as in_cell,
    s.people,
    s.high,
    s.middle,
    s.low,
    s.is_narrow,
    w.minimum,
    w.most_units,
from closed_sum as s
join closed_cell as c on c.survey = s.survey and c.wave_on = s.wave_on and c.cell = s.cell
join told_waves as w on w.survey = s.survey and w.wave_on = s.wave_on
order by s.survey, s.wave_on, s.metric, s.cell
