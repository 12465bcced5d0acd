-- What this is: one row per customer with order lines in view, the largest first; customer_id null gathers the lines
-- without one. Rows past the limit are folded into one, so the rows add up to the number on screen.
-- $from_on: date, first day in view
-- $to_on: date, last day in view
-- $region: varchar, only this one; null for all ('' for lines without one)
-- $segment: varchar, the same
-- $product_line: varchar, the same
-- $channel: varchar, the same
-- $team: varchar, the same
-- $most: integer, how many customers by name
-- $measure: varchar, 'margin' or 'revenue': what the order goes by
with lines as (
    select
        customer_id,
        amount,
        cost,
        coalesce(order_id, 'line ' || batch || '.' || "row") as order_key,
    from order_lines
    where day between $from_on and $to_on
        and ($region is null or coalesce(region, '') = $region)
        and ($segment is null or coalesce(segment, '') = $segment)
        and ($product_line is null or coalesce(product_line, '') = $product_line)
        and ($channel is null or coalesce(channel, '') = $channel)
        and ($team is null or coalesce(team, '') = $team)
),

totals as (
    select
        customer_id,
        sum(amount) as revenue,
        sum(amount - cost) as margin,
        sum(case when cost is not null then amount end) as costed_revenue,
        count(distinct case when amount > 0 then order_key end) as orders,
    from lines
    group by customer_id
),

ranked as (
    select
        *,
        row_number() over (
            order by
                customer_id is null,
                case $measure when 'margin' then margin else revenue end desc nulls last,
                customer_id
        ) as place,
    from totals
),

folded as (
    select
        case when customer_id is null then 'none' when place <= $most then 'one' else 'rest' end as part,
        case when customer_id is not null and place <= $most then customer_id end as customer_id,
        sum(revenue) as revenue,
        sum(margin) as margin,
        sum(costed_revenue) as costed_revenue,
        sum(orders) as orders,
        count(*) as customers,
        min(place) as place,
    from ranked
    group by 1, 2
)

select
    f.part,
    f.customer_id,
    c.name,
    cast(f.revenue as double) as revenue,
    cast(f.margin as double) as margin,
    cast(f.costed_revenue as double) as costed_revenue,
    cast(f.orders as bigint) as orders,
    f.customers,
from folded as f
left join customers as c on c.customer_id = f.customer_id
order by case f.part when 'one' then 0 when 'rest' then 1 else 2 end, f.place
