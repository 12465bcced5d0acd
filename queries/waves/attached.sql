-- What this is: one row per response that came for a wave which stays as it was told.
-- $wave: integer, its number in this run
select
    t.survey,
    t.key,
    t.person,
    u.unit_on,
    u.wave_on,
    false as is_counted,
    k.cell,
from telling as t
join people as p on p.wave = t.wave and p.person = t.person
left join cells as k on k.kind = p.kind
join telling_units as u on u.unit = t.unit
anti join closed_response as c on c.survey = t.survey and c.key = t.key
where u.wave = $wave
