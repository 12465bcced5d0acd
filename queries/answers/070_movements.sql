-- What this is: one row per closing month x window (3, 6, 12 months) x region x segment x movement. For each customer,
-- revenue of the trailing window (closing) against the window before it (opening). Only whole months, and only
-- once both windows lie inside the data. A month's revenue enters closing when it comes, passes to opening a window
-- later and leaves after another, so a customer's state changes only in those months (the events below).
with bounds as (
    select
        -- data that begins in the first week of a month counts as the whole month
        cast(date_trunc('month', first_on - 7 + interval 1 month) as date) as first_month,
        cast(date_trunc('month', last_on + 1) - interval 1 month as date) as last_month,
    from coverage
    where source = 'orders'
),

lengths as (
    select unnest([3, 6, 12]) as length
),

steps as (
    select unnest([0, 1, 2]) as step
),

events as (
    select
        m.number,
        l.length,
        cast(m.month + to_months(cast(s.step * l.length as integer)) as date) as month,
        sum(case s.step when 0 then m.revenue when 1 then -m.revenue else 0 end) as closing_change,
        sum(case s.step when 1 then m.revenue when 2 then -m.revenue else 0 end) as opening_change,
    from customer_months as m
    cross join lengths as l
    cross join steps as s
    group by 1, 2, 3
),

states as (
    select
        number,
        length,
        month,
        lead(month) over w as until,
        sum(closing_change) over w as closing,
        sum(opening_change) over w as opening,
    from events
    window w as (partition by number, length order by month)
),

classed as (
    select
        s.length,
        s.month,
        s.until,
        c.region,
        c.segment,
        s.opening,
        s.closing,
        c.first_purchase_on,
        case
            when s.opening > 0 and s.closing <= 0 then 'lost'
            when s.opening > 0 and s.closing > s.opening then 'expansion'
            when s.opening > 0 and s.closing < s.opening then 'contraction'
            when s.opening > 0 then 'steady'
            when s.closing <= 0 and s.closing > s.opening then 'expansion'
            when s.closing <= 0 and s.closing < s.opening then 'contraction'
            when s.closing < 0 then 'steady'
            when s.closing = 0 then null
            else 'gained'
        end as movement,
    from states as s
    join customers as c on c.number = s.number
),

months as (
    select distinct c.month
    from calendar as c
    join bounds as b on c.month between b.first_month and b.last_month
),

placed as (
    select
        m.month,
        k.length,
        k.region,
        k.segment,
        -- new: the first purchase ever lies inside the closing window
        case
            when k.movement <> 'gained' then k.movement
            when k.first_purchase_on >= m.month - to_months(cast(k.length - 1 as integer)) then 'new'
            else 'won back'
        end as movement,
        k.opening,
        k.closing,
    from classed as k
    join months as m
        on m.month >= k.month
        and (k.until is null or m.month < k.until)
    cross join bounds as b
    where k.movement is not null
        and m.month >= b.first_month + to_months(cast(2 * k.length - 1 as integer))
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
from placed
group by all
order by 1, 2, 3, 4, 5
