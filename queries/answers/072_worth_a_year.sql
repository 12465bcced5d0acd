-- What this is: one row per kind of customer: what one brings in a year. current: bought and not lost; lost: in the twelve months to
-- its last purchase; new: current, and its first purchase in the trailing year.
with kinds as (
    select 'current' as kind, value as worth from standing where purchases > 0 and not is_lost
    union all
    select 'lost', case when measure = 'margin' then worth_margin else worth_revenue end from standing where is_lost
    union all
    select 'new', value
    from standing
    where purchases > 0
        and not is_lost
        and first_purchase_on > as_of - interval 12 month
)

select
    kind,
    count(*) as customers,
    round(avg(cast(coalesce(worth, 0) as double)), 4) as mean, -- the order in which floats are added up leaves no trace
    round(stddev_samp(cast(coalesce(worth, 0) as double)), 4) as spread,
from kinds
group by kind
