-- What this is: one row per period (of every grain) x department x site: favourable answers over answers given to the
-- engagement items (reversed items turned round; blank and not applicable in neither); people = those who answered,
-- each once, in the group of their last answer.
with each_person as (
    select
        p.grain,
        p.period,
        a.person,
        arg_max(a.department, (a.day, a.batch, a."row")) as department,
        arg_max(a.site, (a.day, a.batch, a."row")) as site,
        sum(case when a.is_favourable then 1 else 0 end) as favourable,
        count(*) as answers,
    from answers as a
    join periods as p
        on a.day >= p.period
        and a.day <= p.closes_on
    where a.role = 'engagement'
    group by p.grain, p.period, a.person
)

select
    grain,
    period as day,
    department,
    site,
    sum(favourable) as num,
    sum(answers) as den,
    count(*) as people,
from each_person
group by all
