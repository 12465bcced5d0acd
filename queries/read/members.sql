-- What this is: one row per metric, dimension number and member that occurs.
select metric, place, member
from members
order by metric, place, member
