-- What this is: one row per span (months back: 1, 3, 12) x region x segment x rung then x rung now of standing.
with moves as (
    select 1 as back, region, segment, rung_1 as was, rung as is_now, value from standing
    union all
    select 3, region, segment, rung_3, rung, value from standing
    union all
    select 12, region, segment, rung_12, rung, value from standing
)

select
    back,
    region,
    segment,
    was,
    is_now,
    count(*) as customers,
    cast(sum(coalesce(value, 0)) as decimal(28, 4)) as value,
from moves
group by all
