-- What this is: one row per day x region x segment x product line x channel x team.
-- margin is null where no line of the group has a cost; costed_revenue is the revenue of lines that have one.
select
    day,
    coalesce(region, '') as region,
    coalesce(segment, '') as segment,
    coalesce(product_line, '') as product_line,
    coalesce(channel, '') as channel,
    coalesce(team, '') as team,
    cast(sum(amount) as decimal(28, 4)) as revenue,
    cast(sum(amount - cost) as decimal(28, 4)) as margin,
    cast(sum(case when cost is not null then amount end) as decimal(28, 4)) as costed_revenue,
    count(*) as lines,
    sum(case when customer_id is null then 1 else 0 end) as lines_without_customer,
from order_lines
group by all
