-- What this is: one row: one customer's card and where it stands as of the last day; of one who never bought the card alone.
-- $customer_id: varchar
select
    c.customer_id,
    c.number,
    c.name,
    c.region,
    c.segment,
    c.owner,
    c.team,
    k.decision_makers,
    k.notes,
    s.measure,
    s.as_of,
    s.lost_months,
    s.first_purchase_on,
    s.last_purchase_on,
    coalesce(s.purchases, 0) as purchases,
    cast(s.revenue as double) as revenue,
    cast(s.margin as double) as margin,
    cast(s.value as double) as value,
    cast(s.revenue_before as double) as revenue_before,
    s.place,
    coalesce(s.in_set, false) as in_set,
    cast(case when s.measure = 'margin' then s.worth_margin else s.worth_revenue end as double) as worth,
    s.as_of - s.last_purchase_on as days_silent,
    s.usual_gap,
    s.long_gap,
    s.silence,
    coalesce(s.is_lost, false) as is_lost,
    s.lost_on,
    s.nps,
    s.nps_on,
    s.nps_before,
    coalesce(s.rung, 'none') as rung,
from customers as c
left join standing as s on s.number = c.number
left join customer_cards as k on k.customer_id = c.customer_id
where c.customer_id = $customer_id
