-- What this is: one row per region x segment x team of standing: how many customers are where, and what hangs on them.
-- In value: margin of the trailing months (or what else value is); worth: of the twelve months to the last purchase.
-- slipping: silent for more than twice their own usual gap. at_risk: in the set, with a warning of their own.
select
    region,
    segment,
    team,
    any_value(measure) as measure,
    any_value(as_of) as as_of,
    count(*) as customers,
    count(case when purchases > 0 then 1 end) as buyers,
    count(case when purchases > 0 and not is_lost then 1 end) as active,
    count(case when value < 0 then 1 end) as below_zero,
    cast(sum(value) as decimal(28, 4)) as value,
    count(case when in_set then 1 end) as in_set,
    cast(sum(case when in_set then value else 0 end) as decimal(28, 4)) as set_value,
    count(case when in_set and not in_set_ago then 1 end) as entered,
    cast(sum(case when in_set and not in_set_ago then value else 0 end) as decimal(28, 4)) as entered_value,
    count(case when in_set_ago and not in_set then 1 end) as gone,
    cast(sum(case when in_set_ago and not in_set then value_ago else 0 end) as decimal(28, 4)) as gone_value,
    count(case when in_set and (is_silent or is_low or is_falling or is_shrinking) then 1 end) as at_risk,
    cast(
        sum(case when in_set and (is_silent or is_low or is_falling or is_shrinking) then value else 0 end) as decimal(28, 4)
    ) as at_risk_value,
    count(case when is_lost then 1 end) as lost,
    cast(
        sum(case when is_lost then case when measure = 'margin' then worth_margin else worth_revenue end else 0 end)
        as decimal(28, 4)
    ) as lost_worth,
    count(case when silence > 2 and not is_lost then 1 end) as slipping,
    cast(sum(case when silence > 2 and not is_lost then value else 0 end) as decimal(28, 4)) as slipping_value,
    count(case when rung_3 = 'advocate' and (is_lost or silence > 2) then 1 end) as quiet,
    cast(sum(case when rung_3 = 'advocate' and (is_lost or silence > 2) then value else 0 end) as decimal(28, 4)) as quiet_value,
    count(case when was_active_6 then 1 end) as active_6,
    count(case when was_active_6 and has_bought_since_6 then 1 end) as bought_since_6,
from standing
group by region, segment, team
