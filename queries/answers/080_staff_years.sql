-- What this is: one row per period (of every grain) x department x site: leavers of the trailing 52 weeks (week) or 12
-- months (month, quarter, year: up to its last month) by kind, and the mean of the weekly (monthly) closing headcounts.
-- The last ten years; a roster holds who is still here of the years before, and little else.
-- steps: how many weeks or months of history the row stands on; fewer than 52 or 12 is a short history.
with steps as (
    select
        p.grain as step_grain,
        p.period,
        least(p.closes_on, c.last_on) as closes_on,
    from periods as p
    join coverage as c
        on c.source = 'employees'
        and p.period <= c.last_on
        and p.closes_on >= c.first_on
        and p.closes_on >= c.last_on - interval 10 year
    where p.grain in ('week', 'month')
),

groups as (
    select distinct department, site from employees
),

grid as (
    select s.*, g.department, g.site
    from steps as s
    cross join groups as g
),

closings as (
    select s.step_grain, s.period, e.department, e.site, count(*) as headcount
    from steps as s
    join employees as e
        on e.hired_on <= s.closes_on
        and (e.left_on is null or e.left_on > s.closes_on)
    group by all
),

leavers as (
    select
        s.step_grain,
        s.period,
        e.department,
        e.site,
        count(*) as leavers,
        sum(case when e.leaving_kind = 'resignation' then 1 else 0 end) as resignations,
        sum(case when e.is_regretted then 1 else 0 end) as regretted,
        sum(case when e.is_regretted is null then 1 else 0 end) as unflagged,
    from steps as s
    join employees as e
        on e.left_on >= s.period
        and e.left_on <= s.closes_on
    group by all
),

years_back as (
    select
        g.step_grain,
        g.period,
        g.department,
        g.site,
        case g.step_grain when 'week' then sum(coalesce(l.leavers, 0)) over weeks else sum(coalesce(l.leavers, 0)) over months end as leavers,
        case g.step_grain when 'week' then sum(coalesce(l.resignations, 0)) over weeks else sum(coalesce(l.resignations, 0)) over months end as resignations,
        case g.step_grain when 'week' then sum(coalesce(l.regretted, 0)) over weeks else sum(coalesce(l.regretted, 0)) over months end as regretted,
        case g.step_grain when 'week' then sum(coalesce(l.unflagged, 0)) over weeks else sum(coalesce(l.unflagged, 0)) over months end as unflagged,
        case g.step_grain when 'week' then avg(coalesce(c.headcount, 0)) over weeks else avg(coalesce(c.headcount, 0)) over months end as mean_headcount,
        case g.step_grain when 'week' then count(*) over weeks else count(*) over months end as steps,
    from grid as g
    left join closings as c
        on c.step_grain = g.step_grain
        and c.period = g.period
        and c.department = g.department
        and c.site = g.site
    left join leavers as l
        on l.step_grain = g.step_grain
        and l.period = g.period
        and l.department = g.department
        and l.site = g.site
    window
        weeks as (
            partition by g.step_grain, g.department, g.site
            order by g.period
            rows between 51 preceding and current row
        ),
        months as (
            partition by g.step_grain, g.department, g.site
            order by g.period
            rows between 11 preceding and current row
        )
)

select
    p.grain,
    p.period as day,
    t.department,
    t.site,
    t.leavers,
    t.resignations,
    t.regretted,
    t.unflagged,
    t.mean_headcount,
    t.steps,
    round(t.mean_headcount) as people,
from years_back as t
join coverage as c on c.source = 'employees'
join periods as p
    on p.period <= c.last_on
    and (
        (t.step_grain = 'week' and p.grain = 'week' and p.period = t.period)
        or (t.step_grain = 'month' and p.grain <> 'week'
            and t.period = least(p.last_month, cast(date_trunc('month', c.last_on) as date)))
    )
