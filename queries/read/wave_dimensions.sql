-- What this is: one row per metric on answers and dimension it can be split by, in drill order.
select metric, place, dimension
from wave_dimensions
order by metric, place
