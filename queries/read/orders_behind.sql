-- What this is: one row per order line of one customer (null: lines without a customer) in view, the newest first; the raw rows are
-- looked up for the days of these alone. all_lines, all_amount: of all that are in view.
-- $customer_id: varchar, the customer; null for lines without one
-- $from_on: date, first day in view
-- $to_on: date, last day in view
-- $region: varchar, only this one; null for all ('' for lines without one)
-- $segment: varchar, the same
-- $product_line: varchar, the same
-- $channel: varchar, the same
-- $team: varchar, the same
-- $most: integer, how many lines
with in_view as not materialized (
    select batch, "row", day, number, item, quantity, amount, cost
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

own as materialized (
    select * from in_view where number in (select number from customers where customer_id = $customer_id)
    union all
    select * from in_view where $customer_id is null and number is null
),

counted as (
    select day, sum(count(*)) over (order by day desc) - count(*) as newer
    from own
    group by day
),

newest as (
    select *
    from own
    where day in (select day from counted where newer < $most)
),

totals as (
    select count(*) as lines, sum(amount) as amount
    from own
)

select
    n.day,
    r.order_id,
    nullif(i.product, '') as product,
    nullif(i.product_line, '') as product_line,
    cast(n.quantity as double) as quantity,
    cast(n.amount as double) as amount,
    cast(n.amount - n.cost as double) as margin,
    t.lines as all_lines,
    cast(t.amount as double) as all_amount,
from newest as n
join raw_orders as r on r.batch = n.batch and r."row" = n."row" and r.ordered_on = n.day
join items as i on i.item = n.item
cross join totals as t
order by n.day desc, r.order_id desc, n.batch, n."row"
limit $most
