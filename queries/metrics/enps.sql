-- What this is: one row per period (of every grain) x department x site: promoters (9-10) less detractors (0-6) over the
-- last answer of each person in the period. squares = promoters + detractors, for the interval.
with last_answers as (
    select
        p.grain,
        p.period,
        a.person,
        arg_max(a.score, (a.day, a.batch, a."row")) as score,
        arg_max(a.department, (a.day, a.batch, a."row")) as department,
        arg_max(a.site, (a.day, a.batch, a."row")) as site,
    from answers as a
    join periods as p
        on a.day >= p.period
        and a.day <= p.closes_on
    where a.role = 'enps'
    group by all
)

select
    grain,
    period as day,
    department,
    site,
    sum(case when score >= 9 then 1 when score <= 6 then -1 else 0 end) as num,
    count(*) as den,
    count(*) as people,
    sum(case when score >= 9 or score <= 6 then 1 else 0 end) as squares,
from last_answers
group by all
