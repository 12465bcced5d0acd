-- What this is: one row per day x region x segment x channel x team: distinct orders with at least one amount above zero,
-- each counted once, on its first day.
select
    day,
    region,
    segment,
    channel,
    team,
    orders as num,
    null as den,
    null as people,
from order_counts
