-- What this is: one row per whole week and metric that looks back over a longer window, or is measured by month: what happened in
-- that week alone. Leavers of the week over the people employed at its start; customers active at its start and no longer
-- at its close over those active at its start.
-- $region: varchar, only customers of this region; null for all
-- $segment: varchar, the same of a segment
with weeks as (
    select
        p.period,
        p.closes_on,
        c.source,
        c.first_on,
    from periods as p
    join coverage as c
        on p.period >= c.first_on
        and p.closes_on <= c.last_on
    where p.grain = 'week'
),

-- Before the first leaving in the file leavings may be missing from it.
staff_weeks as (
    select period, closes_on
    from weeks
    where source = 'employees'
        and period >= (select min(left_on) from employees)
),

staff as (
    select
        w.period,
        count(*) filter (e.hired_on < w.period) as people,
        count(*) filter (e.left_on <= w.closes_on) as leavers,
        count(*) filter (e.left_on <= w.closes_on and e.leaving_kind = 'resignation') as resignations,
        count(*) filter (e.left_on <= w.closes_on and e.is_regretted) as regretted,
    from staff_weeks as w
    join employees as e
        on e.hired_on <= w.closes_on
        and (e.left_on is null or e.left_on >= w.period)
    group by w.period
),

of_staff as (
    select 'turnover' as metric, period, leavers as num, people as den from staff
    union all
    select 'voluntary_turnover', period, resignations, people
    from staff
    where exists (select 1 from staff_columns where has_kind)
    union all
    select 'regretted_turnover', period, regretted, people
    from staff
    where exists (select 1 from staff_columns where has_regretted)
),

customer_weeks as (
    select period, closes_on
    from weeks
    where source = 'orders'
        and period > cast(first_on + to_months((select lost_after_months from settings)) as date)
),

spell as (
    select
        active_from,
        active_until,
        coalesce(lead(active_from) over (partition by number order by active_from), date '9999-12-31') as back_on,
    from spells
    where ($region is null or region = $region)
        and ($segment is null or segment = $segment)
),

steps as (
    select day, sum(step) as step
    from (
        select active_from as day, 1 as step from spell
        union all
        select active_until, -1 from spell
    )
    group by day
),

active as (
    select day, sum(step) over (order by day rows unbounded preceding) as customers
    from steps
),

lost as (
    select w.period, count(*) as customers
    from customer_weeks as w
    join spell as s
        on s.active_until between w.period and w.closes_on
        and s.active_from < w.period
        and s.back_on > w.closes_on
    group by w.period
),

-- Active at the start of a week: after every change up to the day before.
of_customers as (
    select
        'customer_churn' as metric,
        w.period,
        coalesce(l.customers, 0) as num,
        a.customers as den,
    from (select period, closes_on, period - 1 as opens_on from customer_weeks) as w
    asof join active as a on a.day <= w.opens_on
    left join lost as l on l.period = w.period
)

select metric, period, cast(num as double) as num, cast(den as double) as den
from of_staff
union all
select metric, period, cast(num as double), cast(den as double)
from of_customers
order by metric, period
