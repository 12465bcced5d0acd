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

named as (
    select
        n.customer_id,
        n.number,
        c.name,
        c.region,
        c.segment,
        c.owner,
        c.team,
    from customer_numbers as n
    left join customer_cards as c on c.customer_id = n.customer_id
),

without_a_card as (
    select
        l.number,
        arg_max(nullif(p.region, ''), (l.day, p.region)) as region,
        arg_max(nullif(p.segment, ''), (l.day, p.segment)) as segment,
    from lines as l
    join named as n on n.number = l.number and (n.region is null or n.segment is null)
    join places as p on p.place = l.place
    group by l.number
),

cards as (
    select
        n.customer_id,
        n.number,
        coalesce(n.name, n.customer_id) as name,
        coalesce(n.region, w.region, '') as region,
        coalesce(n.segment, w.segment, '') as segment,
        coalesce(n.owner, '') as owner,
        coalesce(n.team, '') as team,
    from named as n
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
