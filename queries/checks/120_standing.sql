-- What this is: one row per sum in which the customers' standing is not what the order lines of its window add up to: a sentence.
with bounds as (
    select
        last_on as as_of,
        cast(last_on + 1 - interval 12 month as date) as from_on,
    from coverage
    where source = 'orders'
),

bought as (
    select
        coalesce(sum(o.amount), 0) as revenue,
        count(distinct o.customer_id) as customers,
    from order_lines as o
    join bounds as b on o.day between b.from_on and b.as_of
    where o.customer_id is not null
),

stood as (
    select coalesce(sum(revenue), 0) as revenue, count(place) as customers
    from standing
)

select
    'customers'' standing: revenue of the trailing twelve months adds up to ' || s.revenue || ' of ' || s.customers
        || ' customers; their order lines to ' || b.revenue || ' of ' || b.customers || '. Rebuild the store.' as fault,
from stood as s
cross join bought as b
where s.revenue <> b.revenue
    or s.customers <> b.customers
