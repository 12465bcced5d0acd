-- What this is: one row per customer (by number) and window (3, 6, 12 months) of the last whole month: revenue of the trailing
-- window (closing) against the window before it (opening), and which movement that is; as in movements, customer by customer.
with last as (
    select max(month) as month
    from movements
),

lengths as (
    select distinct window_months as length
    from movements
    where month = (select month from last)
),

windows as (
    select
        m.number,
        l.length,
        sum(case when m.month > x.month - to_months(l.length) then m.revenue else 0 end) as closing,
        sum(case when m.month <= x.month - to_months(l.length) then m.revenue else 0 end) as opening,
    from customer_months as m
    cross join lengths as l
    cross join last as x
    where m.month <= x.month
        and m.month > x.month - to_months(2 * l.length)
    group by m.number, l.length
)

select
    w.number,
    w.length as window_months,
    x.month,
    c.region,
    c.segment,
    cast(w.opening as decimal(18, 4)) as opening,
    cast(w.closing as decimal(18, 4)) as closing,
    case
        when w.opening > 0 and w.closing <= 0 then 'lost'
        when w.opening > 0 and w.closing > w.opening then 'expansion'
        when w.opening > 0 and w.closing < w.opening then 'contraction'
        when w.opening > 0 then 'steady'
        when w.closing <= 0 and w.closing > w.opening then 'expansion'
        when w.closing <= 0 and w.closing < w.opening then 'contraction'
        when w.closing <= 0 then 'steady'
        when c.first_purchase_on >= x.month - to_months(w.length - 1) then 'new'
        else 'won back'
    end as movement,
from windows as w
cross join last as x
join customers as c on c.number = w.number
where w.opening <> 0 or w.closing <> 0
order by window_months, movement, abs(w.closing - w.opening) desc, w.number
