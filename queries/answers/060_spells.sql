-- What this is: one row per customer and unbroken spell of being active: [active_from, active_until). A customer is
-- active on a day when the last purchase is at most so many calendar months old (month end clamped; lost_after_months, or
-- its segment's own), so a purchase keeps its customer active until the first day whose window begins after it.
with purchases as (
    select
        c.number,
        d.day,
        cast(d.day + 1 + to_months(coalesce(w.months, (select lost_after_months from settings))) as date) as window_on,
    from buying_days as d
    join customers as c on c.number = d.number
    left join lost_window as w on w.segment = c.segment
    where d.purchases > 0
),

-- The first day whose window begins after the purchase: the day after it, some months on; where that month is too
-- short and the date was clamped (31 Aug -> 28 Feb), the first of the next month.
expiries as (
    select
        number,
        day,
        case when extract('day' from window_on) = extract('day' from day + 1) then window_on else window_on + 1 end
            as expires_on,
    from purchases
),

chained as (
    select
        number,
        day,
        expires_on,
        lag(expires_on) over (partition by number order by day) as previous_expiry,
    from expiries
),

numbered as (
    select
        number,
        day,
        expires_on,
        sum(case when previous_expiry is null or previous_expiry <= day then 1 else 0 end)
            over (partition by number order by day rows unbounded preceding) as spell,
    from chained
)

select
    n.number,
    c.region,
    c.segment,
    min(n.day) as active_from,
    max(n.expires_on) as active_until,
from numbered as n
join customers as c on c.number = n.number
group by n.number, n.spell, c.region, c.segment
