-- What this is: one row per day x region x segment x product line x channel x team: margin over the revenue of the
-- lines whose cost is known.
select
    day,
    region,
    segment,
    product_line,
    channel,
    team,
    margin as num,
    costed_revenue as den,
    null as people,
from sales
where margin is not null
