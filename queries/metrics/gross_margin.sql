-- What this is: one row per day x region x segment x product line x channel x team: amount less cost of goods, over the
-- lines whose cost is known; never guessed where it is not.
select
    day,
    region,
    segment,
    product_line,
    channel,
    team,
    margin as num,
    null as den,
    null as people,
from sales
where margin is not null
