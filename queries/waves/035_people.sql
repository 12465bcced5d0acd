-- What this is: one row per wave and person, in numbers: the person, in how many units they answered, their kind.
select
    p.wave,
    p.person,
    cast(row_number() over (partition by p.wave) - 1 as integer) as number,
    cast(p.units as tinyint) as units,
    cast(k.kind as integer) as kind,
from wave_people as p
join kinds as k on k.wave = p.wave and k.card = p.card
