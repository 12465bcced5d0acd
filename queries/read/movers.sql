-- What this is: one row per customer of one movement of the last whole month, the largest change first; the changes of all of
-- them add up to the movement.
-- $window_months: integer, 3, 6 or 12
-- $movement: varchar, new, won back, expansion, contraction, lost or steady
-- $region: varchar, only this one; null for all
-- $segment: varchar, the same
-- $most: integer, how many rows
with chosen as (
    select number, month, opening, closing, abs(closing - opening) as size
    from movers
    where window_months = $window_months
        and movement = $movement
        and ($region is null or region = $region)
        and ($segment is null or segment = $segment)
    order by size desc, number
    limit $most
),

-- where the customers' rows lie: their texts are read there alone
found as (
    select rowid as place
    from customers
    where number in (select number from chosen)
)

select
    c.customer_id,
    c.name,
    c.region,
    c.segment,
    c.last_purchase_on,
    m.month,
    cast(m.opening as double) as opening,
    cast(m.closing as double) as closing,
    cast(m.closing - m.opening as double) as change,
from chosen as m
join (select * from customers where rowid in (select place from found)) as c on c.number = m.number
order by m.size desc, m.number
