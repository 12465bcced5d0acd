-- What this is: one row per source: the first and last day it covers, its rows, when it last came.
select
    c.source,
    c.first_on,
    c.last_on,
    c."rows",
from coverage as c
order by c.source
