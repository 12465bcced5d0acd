-- What this is: one row: how much of the value few customers make. k: the smallest number of customers that makes 80 % of the
-- sum of the values above zero; top20: what the top 20 % of them (rounded up) make of it; hhi: the sum of the squared shares.
with totals as (
    select
        count(place) as placed,
        sum(case when value > 0 then value else 0 end) as above_zero,
        sum(value) as total,
        sum(revenue) as revenue,
    from standing
)

select
    any_value(s.measure) as measure,
    any_value(s.as_of) as as_of,
    any_value(t.placed) as customers,
    cast(any_value(t.total) as decimal(28, 4)) as total,
    cast(any_value(t.above_zero) as decimal(28, 4)) as above_zero,
    count(case when s.in_set then 1 end) as k,
    cast(sum(case when s.in_set then s.value else 0 end) as decimal(28, 4)) as set_value,
    cast(sum(case when s.place <= ceil(t.placed * 0.2) and s.value is not null then s.value else 0 end) as decimal(28, 4)) as top20_value,
    sum(case when s.value > 0 then power(cast(s.value as double) / cast(nullif(t.above_zero, 0) as double), 2) end) as hhi,
    count(case when s.revenue >= t.revenue * 0.1 and t.revenue > 0 then 1 end) as tenths,
from standing as s
cross join totals as t
