-- What this is: one row per whole month of the orders, the first one first. Data that begins in the first week of a month counts as
-- the whole month.
with bounds as (
    select
        cast(date_trunc('month', first_on - 7 + interval 1 month) as date) as first_month,
        cast(date_trunc('month', last_on + 1) - interval 1 month as date) as last_month,
    from coverage
    where source = 'orders'
)

select distinct c.month
from calendar as c
join bounds as b on c.month between b.first_month and b.last_month
order by c.month
