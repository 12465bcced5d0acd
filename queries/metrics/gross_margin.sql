-- What this is: one row per day x region x segment x product line x channel x team: amount less cost of goods, over the
-- lines whose cost is known; null where no line of the group has one, and no rows at all where none ever has.
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
where exists (select 1 from sales where margin is not null)
