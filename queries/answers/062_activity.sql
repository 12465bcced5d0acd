-- What this is: one row per day x region x segment on which customers became active, stopped being so, or came back: by how many more
-- of them are active (active), and lost (lost), from that day on. Added up to a day they are who is active, and lost, on it.
with steps as (
    select active_from as day, region, segment, 1 as active, 0 as lost from spells
    union all
    select active_until, region, segment, -1, 1 from spells
    union all
    select back_on, region, segment, 0, -1 from spells where back_on is not null
)

select
    day,
    region,
    segment,
    cast(sum(active) as bigint) as active,
    cast(sum(lost) as bigint) as lost,
from steps
group by day, region, segment
