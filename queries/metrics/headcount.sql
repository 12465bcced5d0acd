-- What this is: one row per period (of every grain) x department x site: people employed at its close (the running
-- period: on the last day the data covers). The leaving date is the last day worked and not in that day's closing count. The last ten years.
select
    p.grain,
    p.period as day,
    e.department,
    e.site,
    count(*) as num,
    null as den,
    count(*) as people,
from periods as p
join coverage as c
    on c.source = 'employees'
    and p.period <= c.last_on
    and p.closes_on >= c.last_on - interval 10 year
join employees as e
    on e.hired_on <= least(p.closes_on, c.last_on)
    and (e.left_on is null or e.left_on > least(p.closes_on, c.last_on))
group by all
