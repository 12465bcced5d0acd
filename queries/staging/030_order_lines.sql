-- What this is: one row per order line, in the company's currency; number: of its customer; region, segment and team from the
-- line itself or else from the customer's card. place and item are hashes that stand for what is said of the line itself and on the
-- card: two places may have the same names, and no two names the same place. order_key is a hash too; a line without an order number
-- is an order of its own.
with said as (
    select
        *,
        hash(region, segment, channel, team) as own_place,
        region is null or segment is null or team is null as needs_card,
        hash(product, product_line) as item,
        hash(coalesce(order_id, 'line ' || batch || '.' || "row")) as order_key,
    from raw_orders
),

customers as (
    select
        n.customer_id,
        n.number,
        c.region,
        c.segment,
        c.team,
        hash(c.region, c.segment, c.team) as card,
    from customer_numbers as n
    left join customer_cards as c on c.customer_id = n.customer_id
)

select
    o.batch,
    o."row",
    o.ordered_on as day,
    o.order_id,
    o.customer_id,
    c.number,
    o.product,
    o.product_line,
    coalesce(o.region, c.region) as region,
    coalesce(o.segment, c.segment) as segment,
    o.channel,
    coalesce(o.team, c.team) as team,
    case when o.needs_card then hash(o.own_place, c.card) else o.own_place end as place,
    o.item,
    o.order_key,
    o.quantity,
    case when r.rate is null then o.amount else cast(o.amount * r.rate as decimal(18, 4)) end as amount,
    case when r.rate is null then o.cost else cast(o.cost * r.rate as decimal(18, 4)) end as cost,
from said as o
left join customers as c on c.customer_id = o.customer_id
left join rates as r
    on r.currency = o.currency
    and o.ordered_on >= r.valid_from
    and o.ordered_on < r.valid_until
