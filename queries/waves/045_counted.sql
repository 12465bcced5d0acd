-- What this is: one row per response of the waves to be told that counts, in numbers, wave after wave; frozen: its answers were
-- kept when its unit closed.
select
    cast(row_number() over (order by t.wave) - 1 as integer) as response,
    t.wave,
    cast(t.unit as integer) as unit,
    cast(t.unit_place as tinyint) as unit_place,
    t.survey,
    t.key,
    coalesce(t.batch, -1) as batch,
    coalesce(t."row", -1) as "row",
    p.number as person,
    p.units,
    p.kind,
    f.key is not null as is_frozen,
from telling as t
join people as p on p.wave = t.wave and p.person = t.person
left join (select distinct survey, key from closed_answer) as f on f.survey = t.survey and f.key = t.key
where t.is_counted
