-- What this is: one row per list and customer (by number), the one with most at stake first: what a page shows of a list lies
-- together. Lists: all (with value), set (makes 80 % of the value), entered, gone (the set, against a month ago), at_risk (in the
-- set, with a warning of its own), slipping (silent for more than twice its usual gap), lost (at stake: what it was worth in the
-- twelve months to its last purchase), quiet (advocates three months ago, now slipping or lost).
with stakes as (
    select
        number,
        region,
        segment,
        team,
        cast(coalesce(value, 0) as decimal(18, 4)) as value,
        cast(coalesce(value_ago, 0) as decimal(18, 4)) as value_ago,
        cast(coalesce(case when measure = 'margin' then worth_margin else worth_revenue end, 0) as decimal(18, 4)) as worth,
        in_set,
        in_set_ago,
        in_set and (is_silent or is_low or is_falling or is_shrinking) as is_at_risk,
        coalesce(silence > 2, false) and not coalesce(is_lost, false) as is_slipping,
        coalesce(is_lost, false) as is_lost,
        rung_3,
    from standing
),

lists as (
    select 'all' as which, number, region, segment, team, value as at_stake from stakes
    union all
    select 'set', number, region, segment, team, value from stakes where in_set
    union all
    select 'entered', number, region, segment, team, value from stakes where in_set and not in_set_ago
    union all
    select 'gone', number, region, segment, team, value_ago from stakes where in_set_ago and not in_set
    union all
    select 'at_risk', number, region, segment, team, value from stakes where is_at_risk
    union all
    select 'slipping', number, region, segment, team, value from stakes where is_slipping
    union all
    select 'lost', number, region, segment, team, worth from stakes where is_lost
    union all
    select 'quiet', number, region, segment, team, value from stakes where rung_3 = 'advocate' and (is_lost or is_slipping)
)

select *
from lists
order by which, at_stake desc, number
