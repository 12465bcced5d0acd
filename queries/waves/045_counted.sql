-- What this is: one row per response of the waves to be told that counts, in numbers; frozen: its answers were kept when its
-- unit closed.
select
    t.wave,
    cast(t.unit as integer) as unit,
    cast(t.unit_place as tinyint) as unit_place,
    t.survey,
    t.key,
    t.batch,
    t."row",
    cast(p.number as integer) as person,
    cast(p.units as tinyint) as units,
    cast(k.kind as integer) as kind,
    f.key is not null as is_frozen,
from telling as t
join wave_people as p on p.wave = t.wave and p.person = t.person
join kinds as k on k.wave = p.wave and k.members = p.members
left join (select distinct survey, key from closed_answer) as f on f.survey = t.survey and f.key = t.key
where t.is_counted
