-- What this is: one row per closing month x window (3, 6, 12 months) x region x segment x movement. For each customer,
-- revenue of the trailing window (closing) against the window before it (opening). Only whole months, and only
-- once both windows lie inside the data.
with bounds as (
    select
        -- data that begins in the first week of a month counts as the whole month
        cast(date_trunc('month', first_on - 7 + interval 1 month) as date) as first_month,
        cast(date_trunc('month', last_on + 1) - interval 1 month as date) as last_month,
    from coverage
    where source = 'orders'
),

months as (
    select distinct c.month
    from calendar as c
    join bounds as b on c.month between b.first_month and b.last_month
),

buyers as (
    select distinct number from customer_months
),

-- One row per customer and month, quiet months too, so that windows are so many rows.
grid as (
    select b.number, m.month, coalesce(c.revenue, 0) as revenue
    from buyers as b
    cross join months as m
    left join customer_months as c on c.number = b.number and c.month = m.month
),

sums as (
    select
        number,
        month,
        sum(revenue) over (partition by number order by month rows between 2 preceding and current row) as closing_3,
        sum(revenue) over (partition by number order by month rows between 5 preceding and 3 preceding) as opening_3,
        sum(revenue) over (partition by number order by month rows between 5 preceding and current row) as closing_6,
        sum(revenue) over (partition by number order by month rows between 11 preceding and 6 preceding) as opening_6,
        sum(revenue) over (partition by number order by month rows between 11 preceding and current row) as closing_12,
        sum(revenue) over (partition by number order by month rows between 23 preceding and 12 preceding) as opening_12,
    from grid
),

windows as (
    select number, month, 3 as length, opening_3 as opening, closing_3 as closing from sums
    union all
    select number, month, 6, opening_6, closing_6 from sums
    union all
    select number, month, 12, opening_12, closing_12 from sums
),

classed as (
    select
        w.month,
        w.length,
        c.region,
        c.segment,
        w.opening,
        w.closing,
        case
            when w.opening > 0 and w.closing <= 0 then 'lost'
            when w.opening > 0 and w.closing > w.opening then 'expansion'
            when w.opening > 0 and w.closing < w.opening then 'contraction'
            when w.opening > 0 then 'steady'
            when w.closing <= 0 and w.closing > w.opening then 'expansion'
            when w.closing <= 0 and w.closing < w.opening then 'contraction'
            when w.closing <= 0 then 'steady'
            -- new: the first purchase ever lies inside the closing window
            when c.first_purchase_on >= w.month - to_months(w.length - 1) then 'new'
            else 'won back'
        end as movement,
    from windows as w
    join customers as c on c.number = w.number
    cross join bounds as b
    where (w.opening <> 0 or w.closing <> 0)
        and w.month >= b.first_month + to_months(2 * w.length - 1)
)

select
    month,
    length as window_months,
    region,
    segment,
    movement,
    cast(sum(opening) as decimal(28, 4)) as opening,
    cast(sum(closing) as decimal(28, 4)) as closing,
    -- of customers with opening revenue: what they opened with, closed with, and kept
    cast(sum(case when opening > 0 then opening else 0 end) as decimal(28, 4)) as base,
    cast(sum(case when opening > 0 then closing else 0 end) as decimal(28, 4)) as base_closing,
    cast(sum(case when opening > 0 then least(opening, closing) else 0 end) as decimal(28, 4)) as kept,
    count(*) as customers,
from classed
group by all
order by 1, 2, 3, 4, 5
