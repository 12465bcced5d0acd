-- What this is: one row per month (quarter, year: at its last month) x region x segment: the lesser of opening and
-- closing revenue, customer by customer, over opening revenue. Never above 100 %.
select
    p.grain,
    p.period as day,
    m.region,
    m.segment,
    sum(m.kept) as num,
    sum(m.base) as den,
    null as people,
from movements as m
join settings as s on s.movement_window_months = m.window_months
join periods as p
    on p.grain <> 'week'
    and p.last_month = m.month
group by all
