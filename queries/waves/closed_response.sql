-- What this is: one row per response of a wave.
select
    t.survey,
    t.key,
    t.person,
    u.unit_on,
    u.wave_on,
    t.is_counted,
from telling as t
join telling_units as u on u.unit = t.unit
join writing as o on o.wave = u.wave
