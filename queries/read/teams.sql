-- What this is: one row per team that serves customers.
select distinct team
from standing_sums
where team <> ''
order by team
