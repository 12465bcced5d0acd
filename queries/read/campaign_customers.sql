-- What this is: one row per customer of the win-back campaigns: contacted or held out, and when it first bought again since.
-- $campaign: integer, of one; null for all
with bought as (
    select n.customer_id, b.day
    from buying_days as b
    join customer_numbers as n on n.number = b.number
    where b.purchases > 0
        and n.customer_id in (select customer_id from campaign_customer)
)

select
    m.campaign,
    c.name as campaign_name,
    c.starts_on,
    m.customer_id,
    k.name,
    m.is_held_out,
    m.worth,
    min(b.day) as back_on,
from campaign_customer as m
join campaign as c on c.campaign = m.campaign
left join customers as k on k.customer_id = m.customer_id
left join bought as b on b.customer_id = m.customer_id and b.day >= c.starts_on
where ($campaign is null or m.campaign = $campaign)
group by all
order by m.campaign desc, m.is_held_out, m.worth desc nulls last, m.customer_id
