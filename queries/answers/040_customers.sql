-- What this is: one row per customer of the customer files or the orders. Region and segment from the card, or
-- else from the latest order.
with bought as (
    select
        customer_id,
        arg_max(region, day) as region,
        arg_max(segment, day) as segment,
        min(case when purchases > 0 then day end) as first_purchase_on,
        max(case when purchases > 0 then day end) as last_purchase_on,
        sum(purchases) as purchases,
        cast(sum(revenue) as decimal(28, 4)) as revenue,
        cast(sum(margin) as decimal(28, 4)) as margin,
    from customer_days
    group by customer_id
)

select
    coalesce(b.customer_id, c.customer_id) as customer_id,
    -- a number is cheaper to sort by than a text; it is in the order of the ids, so a rebuild gives the same
    row_number() over (order by coalesce(b.customer_id, c.customer_id)) as number,
    coalesce(c.name, b.customer_id, c.customer_id) as name,
    coalesce(c.region, b.region, '') as region,
    coalesce(c.segment, b.segment, '') as segment,
    coalesce(c.owner, '') as owner,
    coalesce(c.team, '') as team,
    b.first_purchase_on,
    b.last_purchase_on,
    coalesce(b.purchases, 0) as purchases,
    coalesce(b.revenue, 0) as revenue,
    b.margin,
from bought as b
full join customer_cards as c on c.customer_id = b.customer_id
order by 1
