-- What this is: one row per source: the first and last day it covers, its rows, how many times it came.
select
    c.source,
    c.first_on,
    c.last_on,
    c."rows",
    c.times,
from coverage as c
order by c.source
