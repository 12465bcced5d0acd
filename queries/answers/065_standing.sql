-- What this is: one row per customer with an order line by the day asked for: where it stands at that day's close.
-- A purchase is a day with an amount above zero; returns are none. Window sums are of the trailing months that end on that day;
-- *_before of as many months before them; *_ago of the window that ended a month earlier; worth_* of the twelve months that
-- end with the last purchase. place: by value, the largest first, of those with order lines in the window; in_set: the smallest
-- set that makes 80 % of the sum of the values above zero. rung_1, _3, _12: where it stood so many months ago.
-- $as_of: date, the day; null for the last one the orders cover
-- $window_months: integer, how far back sums go; null for 12, 0 for everything
-- $measure: varchar, margin, revenue or sales (amounts above zero): what value is; null for margin, or revenue without any cost
with asked as (
    select
        coalesce(cast($as_of as date), last_on) as as_of,
        coalesce(cast($window_months as integer), 12) as months,
        cast(coalesce(cast($as_of as date), last_on) - interval 1 month as date) as month_ago,
    from coverage
    where source = 'orders'
),

spans as (
    select
        as_of,
        month_ago,
        case when months = 0 then date '0001-01-01' else cast(as_of + 1 - to_months(months) as date) end as from_on,
        case when months = 0 then date '0001-01-01' else cast(as_of + 1 - to_months(2 * months) as date) end as before_on,
        case when months = 0 then date '0001-01-01' else cast(month_ago + 1 - to_months(months) as date) end as ago_from_on,
        cast(as_of - interval 3 month as date) as quarter_ago,
        cast(as_of - interval 6 month as date) as half_ago,
        cast(as_of - interval 12 month as date) as year_ago,
    from asked
),

-- last_*: the last purchase by then; previous_*: the one before it. Both in the window of being active: one that comes back.
sums as (
    select
        d.number,
        min(case when d.purchases > 0 then d.day end) as first_purchase_on,
        max(case when d.purchases > 0 then d.day end) as last_purchase_on,
        max(d.previous_on) as previous_on,
        count(case when d.purchases > 0 then 1 end) as purchases,
        sum(case when d.day >= s.from_on then d.revenue end) as revenue,
        sum(case when d.day >= s.from_on then d.margin end) as margin,
        sum(case when d.day >= s.from_on then d.sales end) as sales,
        sum(case when d.day >= s.before_on and d.day < s.from_on then d.revenue else 0 end) as revenue_before,
        sum(case when d.day >= s.ago_from_on and d.day <= s.month_ago then d.revenue end) as revenue_ago,
        sum(case when d.day >= s.ago_from_on and d.day <= s.month_ago then d.margin end) as margin_ago,
        sum(case when d.day >= s.ago_from_on and d.day <= s.month_ago then d.sales end) as sales_ago,
        max(case when d.purchases > 0 and d.day <= s.month_ago then d.day end) as last_1,
        max(case when d.purchases > 0 and d.day <= s.quarter_ago then d.day end) as last_3,
        max(case when d.purchases > 0 and d.day <= s.half_ago then d.day end) as last_6,
        max(case when d.purchases > 0 and d.day <= s.year_ago then d.day end) as last_12,
        max(case when d.day <= s.month_ago then d.previous_on end) as previous_1,
        max(case when d.day <= s.quarter_ago then d.previous_on end) as previous_3,
        max(case when d.day <= s.year_ago then d.previous_on end) as previous_12,
    from buying_days as d
    join spans as s on d.day <= s.as_of
    group by d.number
),

scores as (
    select
        c.number,
        arg_max(a.score, (a.day, a.batch, a."row")) as nps,
        max(a.day) as nps_on,
        arg_max(case when a.day <= s.month_ago then a.score end, (a.day, a.batch, a."row")) as nps_1,
        arg_max(case when a.day <= s.quarter_ago then a.score end, (a.day, a.batch, a."row")) as nps_3,
        arg_max(case when a.day <= s.year_ago then a.score end, (a.day, a.batch, a."row")) as nps_12,
        list(a.score order by a.day desc, a.batch desc, a."row" desc)[2] as nps_before,
    from customer_scores as a
    join customers as c on c.customer_id = a.customer_id
    join spans as s on a.day <= s.as_of
    where a.role = 'nps'
    group by c.number
),

measured as (
    select coalesce(cast($measure as varchar), case when count(margin) > 0 then 'margin' else 'revenue' end) as measure
    from sums
),

valued as (
    select
        t.*,
        case m.measure when 'margin' then t.margin when 'sales' then t.sales else t.revenue end as value,
        case m.measure when 'margin' then t.margin_ago when 'sales' then t.sales_ago else t.revenue_ago end as value_ago,
        m.measure,
    from sums as t
    cross join measured as m
),

placed as (
    select
        number,
        row_number() over (order by value desc nulls last, number) as place,
        sum(value) over (order by value desc nulls last, number rows unbounded preceding) as running,
        sum(case when value > 0 then value else 0 end) over () as above_zero,
    from valued
    where revenue is not null
),

placed_ago as (
    select
        number,
        row_number() over (order by value_ago desc nulls last, number) as place,
        sum(value_ago) over (order by value_ago desc nulls last, number rows unbounded preceding) as running,
        sum(case when value_ago > 0 then value_ago else 0 end) over () as above_zero,
    from valued
    where revenue_ago is not null
)

select
    c.number,
    c.customer_id,
    c.name,
    c.region,
    c.segment,
    c.owner,
    c.team,
    v.measure,
    s.as_of,
    c.lost_months,
    v.first_purchase_on,
    v.last_purchase_on,
    cast(v.purchases as integer) as purchases,
    cast(v.revenue as decimal(18, 4)) as revenue,
    cast(v.margin as decimal(18, 4)) as margin,
    cast(v.value as decimal(18, 4)) as value,
    cast(v.value_ago as decimal(18, 4)) as value_ago,
    cast(v.revenue_before as decimal(18, 4)) as revenue_before,
    p.place,
    cast(p.running as decimal(18, 4)) as running,
    coalesce(v.value > 0 and p.running - v.value < p.above_zero * 0.8, false) as in_set,
    a.place as place_ago,
    coalesce(v.value_ago > 0 and a.running - v.value_ago < a.above_zero * 0.8, false) as in_set_ago,
    cast(w.revenue as decimal(18, 4)) as worth_revenue,
    cast(w.margin as decimal(18, 4)) as worth_margin,
    r.usual_gap,
    r.long_gap,
    (s.as_of - v.last_purchase_on) / nullif(r.usual_gap, 0) as silence,
    v.last_purchase_on < cast(s.as_of - to_months(c.lost_months) as date) as is_lost,
    -- the first day whose window begins after the last purchase, as in spells
    case
        when v.last_purchase_on < cast(s.as_of - to_months(c.lost_months) as date)
            then case
                when extract('day' from cast(v.last_purchase_on + 1 + to_months(c.lost_months) as date))
                    = extract('day' from v.last_purchase_on + 1)
                    then cast(v.last_purchase_on + 1 + to_months(c.lost_months) as date)
                else cast(v.last_purchase_on + 1 + to_months(c.lost_months) as date) + 1
            end
    end as lost_on,
    k.nps,
    k.nps_on,
    k.nps_before,
    -- warnings: longer silent than 19 of 20 of its own gaps; a low or a falling score; a fifth less revenue than the window before
    coalesce(s.as_of - v.last_purchase_on > r.long_gap, false) as is_silent,
    coalesce(k.nps <= 6, false) as is_low,
    coalesce(k.nps <= k.nps_before - 2, false) as is_falling,
    v.revenue_before > 0 and coalesce(v.revenue, 0) < v.revenue_before * 0.8 as is_shrinking,
    coalesce(v.last_6 >= cast(s.half_ago - to_months(c.lost_months) as date), false) as was_active_6,
    coalesce(v.last_purchase_on > s.half_ago, false) as has_bought_since_6,
    case
        when v.purchases = 0 then 'none'
        when v.last_purchase_on < cast(s.as_of - to_months(c.lost_months) as date) then 'lost'
        when v.previous_on >= s.as_of - to_months(c.lost_months) and k.nps >= 9 then 'advocate'
        when v.purchases >= 2 then 'client'
        else 'customer'
    end as rung,
    case
        when v.last_1 is null then 'none'
        when v.last_1 < cast(s.month_ago - to_months(c.lost_months) as date) then 'lost'
        when v.previous_1 >= s.month_ago - to_months(c.lost_months) and k.nps_1 >= 9 then 'advocate'
        when v.previous_1 is not null then 'client'
        else 'customer'
    end as rung_1,
    case
        when v.last_3 is null then 'none'
        when v.last_3 < cast(s.quarter_ago - to_months(c.lost_months) as date) then 'lost'
        when v.previous_3 >= s.quarter_ago - to_months(c.lost_months) and k.nps_3 >= 9 then 'advocate'
        when v.previous_3 is not null then 'client'
        else 'customer'
    end as rung_3,
    case
        when v.last_12 is null then 'none'
        when v.last_12 < cast(s.year_ago - to_months(c.lost_months) as date) then 'lost'
        when v.previous_12 >= s.year_ago - to_months(c.lost_months) and k.nps_12 >= 9 then 'advocate'
        when v.previous_12 is not null then 'client'
        else 'customer'
    end as rung_12,
from valued as v
join customers as c on c.number = v.number
cross join spans as s
left join placed as p on p.number = v.number
left join placed_ago as a on a.number = v.number
left join worths as w on w.number = v.number
left join rhythms as r on r.number = v.number
left join scores as k on k.number = v.number
order by p.place nulls last, c.number
