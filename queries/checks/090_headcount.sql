-- What this is: one row per month whose closing headcount is not the opening one, hires added and leavers taken off: a
-- sentence. The running month closes on the last day the data covers; the walk begins with the first month shown.
with months as (
    select
        p.period as month,
        least(p.closes_on, c.last_on) as closes_on,
    from periods as p
    join coverage as c
        on c.source = 'employees'
        and p.period <= c.last_on
    where p.grain = 'month'
),

hired as (
    select m.month, count(*) as people
    from months as m
    join employees as e on e.hired_on between m.month and m.closes_on
    group by m.month
),

gone as (
    select m.month, count(*) as people
    from months as m
    join employees as e on e.left_on between m.month and m.closes_on
    group by m.month
),

shown as (
    select day as month, sum(num) as people
    from observations
    where metric = 'headcount'
        and place = 7
        and grain = 'month'
    group by day
),

before_first as (
    select count(*) as people
    from employees
    where hired_on < (select min(month) from shown)
        and (left_on is null or left_on >= (select min(month) from shown))
),

walked as (
    select
        m.month,
        case
            when m.month = (select min(month) from shown) then (select people from before_first)
            else cast(coalesce(lag(s.people) over (order by m.month), 0) as bigint)
        end as opening,
        coalesce(h.people, 0) as hires,
        coalesce(g.people, 0) as leavers,
        cast(coalesce(s.people, 0) as bigint) as closing,
    from months as m
    left join hired as h on h.month = m.month
    left join gone as g on g.month = m.month
    left join shown as s on s.month = m.month
    where m.month >= coalesce((select min(month) from shown), m.month)
)

select
    'headcount of ' || strftime(month, '%Y-%m') || ': it closes with ' || closing || '; it opened with ' || opening || ', '
        || hires || ' were hired and ' || leavers || ' left. Rebuild the store.' as fault,
from walked
where closing <> opening + hires - leavers
order by fault
