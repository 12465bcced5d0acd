-- What this is: one row per customer (by number) and window (3, 6, 12 months) of the last whole month: revenue of the trailing
-- window (closing) against the window before it (opening), and which movement that is: movements, customer by customer.
select
    m.number,
    m.window_months,
    m.month,
    c.region,
    c.segment,
    cast(cast(m.opening as decimal(14, 0)) * 0.0001 as decimal(18, 4)) as opening,
    cast(cast(m.closing as decimal(14, 0)) * 0.0001 as decimal(18, 4)) as closing,
    m.movement,
from counted as m
join customers as c on c.number = m.number
order by m.window_months, m.movement
