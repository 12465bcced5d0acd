-- What this is: one row per kind of person of the waves that close.
select k.kind
from kinds as k
join telling_waves as w on w.wave = k.wave
where w.closes
