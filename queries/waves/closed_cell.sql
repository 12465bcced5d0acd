-- What this is: one row per cell of a wave: its block, its people.
select
    w.survey,
    w.wave_on,
    c.cell,
    c.block,
    sum(k.people) as people,
from cells as c
join kinds as k on k.kind = c.kind
join telling_waves as w on w.wave = k.wave
join writing as o on o.wave = w.wave
group by all
