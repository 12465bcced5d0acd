-- What this is: one row per month in which customers became lost: how many, and how many of them bought again within the follow-up.
-- is_open: the follow-up of the month's last ones is not over.
-- $follow_up_months: integer
-- $region: varchar, only this one; null for all
-- $segment: varchar, the same
with lost as (
    select
        s.active_until as lost_on,
        lead(s.active_from) over (partition by s.number order by s.active_from) as back_on,
        s.region,
        s.segment,
    from spells as s
    qualify s.active_until <= (select last_on from coverage where source = 'orders')
)

select
    cast(date_trunc('month', lost_on) as date) as month,
    count(*) as lost,
    count(case when back_on < cast(lost_on + to_months($follow_up_months) as date) then 1 end) as won,
    cast(date_trunc('month', any_value(lost_on)) + interval 1 month + to_months($follow_up_months) as date)
        > (select last_on + 1 from coverage where source = 'orders') as is_open,
from lost
where ($region is null or region = $region)
    and ($segment is null or segment = $segment)
group by 1
order by 1
