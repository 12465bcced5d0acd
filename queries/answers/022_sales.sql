-- What this is: one row per day x region x segment x product line x channel x team.
-- margin is null where no line of the group has a cost; costed_revenue is the revenue of lines that have one.
with counted as (
    select
        day,
        place,
        item,
        sum(amount) as revenue,
        sum(amount - cost) as margin,
        sum(case when cost is not null then amount end) as costed_revenue,
        count(*) as lines,
        count(case when number is null then 1 end) as lines_without_customer,
    from lines
    group by day, place, item
)

select
    c.day,
    p.region,
    p.segment,
    i.product_line,
    p.channel,
    p.team,
    cast(sum(c.revenue) as decimal(28, 4)) as revenue,
    cast(sum(c.margin) as decimal(28, 4)) as margin,
    cast(sum(c.costed_revenue) as decimal(28, 4)) as costed_revenue,
    cast(sum(c.lines) as bigint) as lines,
    sum(c.lines_without_customer) as lines_without_customer,
from counted as c
join places as p on p.place = c.place
join items as i on i.item = c.item
group by all
