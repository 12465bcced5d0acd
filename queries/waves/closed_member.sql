-- What this is: one row per cell, dimension and member that occurs in it.
select
    w.survey,
    w.wave_on,
    m.cell,
    m.dimension,
    m.member,
from cell_members as m
join telling_waves as w on w.wave = m.wave
join writing as o on o.wave = w.wave
