-- What this is: one row: a wave; is_kept: it was brought again with other answers.
-- $minimum: integer, the fewest people of a cell
select
    w.survey,
    w.wave_on,
    w.ends_on,
    false as is_withdrawn,
    false as is_kept,
    w.closes as is_closed,
    (select count(*) from people as p where p.wave = w.wave) as people,
    (select max(p.units) from people as p where p.wave = w.wave) as most_units,
    cast($minimum as integer) as minimum,
    w.batch,
from telling_waves as w
join writing as o on o.wave = w.wave
