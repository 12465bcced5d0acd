-- What this is: one row per customer of the customer files or the orders. Region and segment from the card, or else from
-- the latest order lines. lost_months: after how many months without a purchase it is lost.
with bought as (
    select
        number,
        min(case when purchases > 0 then day end) as first_purchase_on,
        max(case when purchases > 0 then day end) as last_purchase_on,
        sum(purchases) as purchases,
        cast(sum(revenue) as decimal(28, 4)) as revenue,
        cast(sum(margin) as decimal(28, 4)) as margin,
    from buying_days
    group by number
),

missing as (
    select n.number
    from customer_numbers as n
    left join customer_cards as c on c.customer_id = n.customer_id
    where c.region is null or c.segment is null
),

without_a_card as (
    select
        l.number,
        arg_max(nullif(p.region, ''), (l.day, p.region)) as region,
        arg_max(nullif(p.segment, ''), (l.day, p.segment)) as segment,
    from lines as l
    join missing as m on m.number = l.number
    join places as p on p.place = l.place
    group by l.number
),

cards as (
    select
        n.customer_id,
        n.number,
        coalesce(c.name, n.customer_id) as name,
        coalesce(c.region, w.region, '') as region,
        coalesce(c.segment, w.segment, '') as segment,
        coalesce(c.owner, '') as owner,
        coalesce(c.team, '') as team,
    from customer_numbers as n
    left join customer_cards as c on c.customer_id = n.customer_id
    left join without_a_card as w on w.number = n.number
)

select
    c.*,
    coalesce(w.months, (select lost_after_months from settings)) as lost_months,
    b.first_purchase_on,
    b.last_purchase_on,
    coalesce(b.purchases, 0) as purchases,
    coalesce(b.revenue, 0) as revenue,
    b.margin,
from cards as c
left join bought as b on b.number = c.number
left join lost_window as w on w.segment = c.segment
order by c.number
