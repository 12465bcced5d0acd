-- What this is: one row per win-back campaign: whom it holds, and how many of the contacted and of the others bought again within
-- the follow-up. is_open: the follow-up is not over by the last day the orders cover.
with members as (
    select
        c.campaign,
        m.is_held_out,
        m.worth,
        exists (
            select 1
            from buying_days as b
            join customer_numbers as n on n.number = b.number
            where n.customer_id = m.customer_id
                and b.purchases > 0
                and b.day >= c.starts_on
                and b.day < c.starts_on + to_months(c.follow_up_months)
        ) as is_back,
    from campaign as c
    join campaign_customer as m on m.campaign = c.campaign
)

select
    c.campaign,
    c.name,
    c.starts_on,
    c.follow_up_months,
    c.hold_out,
    c.who,
    c.drawn_at,
    c.token,
    cast(c.starts_on + to_months(c.follow_up_months) as date) > (select last_on + 1 from coverage where source = 'orders') as is_open,
    count(case when not m.is_held_out then 1 end) as contacted,
    count(case when not m.is_held_out and m.is_back then 1 end) as contacted_back,
    count(case when m.is_held_out then 1 end) as held_out,
    count(case when m.is_held_out and m.is_back then 1 end) as held_out_back,
    sum(m.worth) as worth,
from campaign as c
join members as m on m.campaign = c.campaign
group by all
order by c.campaign desc
