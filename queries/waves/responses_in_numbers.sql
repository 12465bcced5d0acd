-- What this is: one row per response that counts, see 045_counted.sql, without what names it.
select wave, unit, unit_place, batch, "row", person, units, kind, is_frozen
from counted
order by response
