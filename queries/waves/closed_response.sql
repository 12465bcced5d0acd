-- What this is: one row per response of a wave.
select
    t.survey,
    t.key,
    t.person,
    u.unit_on,
    u.wave_on,
    t.is_counted,
    k.cell,
from telling as t
join people as p on p.wave = t.wave and p.person = t.person
left join cells as k on k.kind = p.kind
join telling_units as u on u.unit = t.unit
join writing as o on o.wave = u.wave
where not exists (
        select 1
        from closed_response as c
        where c.survey = t.survey
            and c.key = t.key
            and not c.is_counted
    )
