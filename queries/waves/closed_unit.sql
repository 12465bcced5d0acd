-- What this is: one row per unit of a wave that is told for the first time, or anew.
select
    u.survey,
    u.unit_on,
    u.ends_on,
    u.wave_on,
    count(*) as people,
    max(t.invited) as invited,
    u.batch,
from telling_units as u
join telling as t on t.unit = u.unit and t.is_counted
join writing as o on o.wave = u.wave
where u.is_new
group by all
