-- What this is: one row per customer and unbroken spell of being active: [active_from, active_until), and the first day of its
-- next one (back_on). A customer is active on a day when the last purchase is at most so many calendar months old (month end
-- clamped; lost_after_months, or its segment's own), so a purchase keeps its customer active until the first day whose window
-- begins after it.
-- apart: purchases that may begin a spell: the first one, and those that the longest silence there can be lies before.
with apart as (
    select
        d.number,
        d.day,
        d.previous_on,
        cast(d.previous_on + 1 + to_months(c.lost_months) as date) as window_on,
    from buying_days as d
    join customers as c on c.number = d.number
    where d.purchases > 0
        and (d.previous_on is null or d.day - d.previous_on >= 28 * c.lost_months)
),

-- A purchase counts until the day after it, some months on; where that month is too short and the date was clamped
-- (31 Aug -> 28 Feb), until the first of the next month.
starts as (
    select
        number,
        day,
        previous_on,
    from apart
    where previous_on is null
        or day >= case when extract('day' from window_on) = extract('day' from previous_on + 1) then window_on else window_on + 1 end
),

ends as (
    select
        number,
        day as active_from,
        lead(previous_on) over (partition by number order by day) as last_on,
        lead(day) over (partition by number order by day) as back_on,
    from starts
),

windows as (
    select
        e.number,
        c.region,
        c.segment,
        e.active_from,
        e.back_on,
        coalesce(e.last_on, c.last_purchase_on) as last_on,
        cast(coalesce(e.last_on, c.last_purchase_on) + 1 + to_months(c.lost_months) as date) as window_on,
    from ends as e
    join customers as c on c.number = e.number
)

select
    number,
    region,
    segment,
    active_from,
    case when extract('day' from window_on) = extract('day' from last_on + 1) then window_on else window_on + 1 end as active_until,
    back_on,
from windows
