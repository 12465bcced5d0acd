-- What this is: one row per day x region x segment x product line x channel x team: amounts net of returns, credits
-- and cancellations, by order date. Adjustments without a customer count.
select
    day,
    region,
    segment,
    product_line,
    channel,
    team,
    revenue as num,
    null as den,
    null as people,
from sales
