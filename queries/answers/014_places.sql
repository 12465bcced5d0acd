-- What this is: one row per place of the order lines: the region, segment, channel and team that the number stands for.
select distinct
    place,
    coalesce(region, '') as region,
    coalesce(segment, '') as segment,
    coalesce(channel, '') as channel,
    coalesce(team, '') as team,
from order_lines
