-- What this is: one row per upload: the last day that is over with it.
select batch, over_until
from uploads_over
order by batch
