-- What this is: one row per month x movement x region x segment: closing = opening + new + won back + expansion
-- - contraction - lost, to the cent. The parts are signed, so they add up to the closing revenue of the window.
with current_window as (
    select m.*
    from movements as m
    join settings as s on s.movement_window_months = m.window_months
),

parts as (
    select month, 'opening' as movement, region, segment, opening as amount from current_window
    union all
    select month, movement, region, segment, closing - opening as amount
    from current_window
    where movement <> 'steady'
)

select
    p.grain,
    p.period as day,
    parts.movement,
    parts.region,
    parts.segment,
    sum(parts.amount) as num,
    null as den,
    null as people,
from parts
join periods as p
    on p.grain <> 'week'
    and p.last_month = parts.month
group by all
