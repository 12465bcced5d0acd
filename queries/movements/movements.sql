-- What this is: one row per closing month x window (3, 6, 12 months) x region x segment x movement. For each customer,
-- revenue of the trailing window (closing) against the window before it (opening). Only whole months, and only
-- once both windows lie inside the data. Made of what keel/movements.py counts.
select
    m.month,
    m.window_months,
    p.region,
    p.segment,
    m.movement,
    cast(sum(cast(m.opening as decimal(24, 0)) * 0.0001) as decimal(28, 4)) as opening,
    cast(sum(cast(m.closing as decimal(24, 0)) * 0.0001) as decimal(28, 4)) as closing,
    -- of customers with opening revenue: what they opened with, closed with, and kept
    cast(sum(cast(m.base as decimal(24, 0)) * 0.0001) as decimal(28, 4)) as base,
    cast(sum(cast(m.base_closing as decimal(24, 0)) * 0.0001) as decimal(28, 4)) as base_closing,
    cast(sum(cast(m.kept as decimal(24, 0)) * 0.0001) as decimal(28, 4)) as kept,
    cast(sum(m.customers) as bigint) as customers,
from counted as m
join customer_places as p on p.place = m.place
group by m.month, m.window_months, p.region, p.segment, m.movement
order by 1, 2, 3, 4, 5
