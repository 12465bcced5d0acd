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
with in_view as (
    select
        number,
        amount,
        cost,
        order_key,
    from lines
    where day between $from_on and $to_on
        and (
            coalesce($region, $segment, $channel, $team) is null
            or place in (
                select place
                from places
                where ($region is null or region = $region)
                    and ($segment is null or segment = $segment)
                    and ($channel is null or channel = $channel)
                    and ($team is null or team = $team)
            )
        )
        and ($product_line is null or item in (select item from items where product_line = $product_line))
),

totals as (
    select
        number,
        sum(amount) as revenue,
        sum(amount - cost) as margin,
        sum(case when cost is not null then amount end) as costed_revenue,
        count(distinct case when amount > 0 then order_key end) as orders,
    from in_view
    group by number
),

ranked as (
    select
        *,
        row_number() over (
            order by
                number is null,
                case $measure when 'margin' then margin else revenue end desc nulls last,
                number
        ) as place,
    from totals
),

folded as (
    select
        case when number is null then 'none' when place <= $most then 'one' else 'rest' end as part,
        case when number is not null and place <= $most then number end as number,
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
    c.customer_id,
    c.name,
    cast(f.revenue as double) as revenue,
    cast(f.margin as double) as margin,
    cast(f.costed_revenue as double) as costed_revenue,
    cast(f.orders as bigint) as orders,
    f.customers,
from folded as f
left join customers as c on c.number = f.number
order by case f.part when 'one' then 0 when 'rest' then 1 else 2 end, f.place
