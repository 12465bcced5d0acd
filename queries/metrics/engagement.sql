-- What this is: one row per day x department x site: favourable answers over answers given to the engagement items
-- (reversed items turned round; blank and not applicable in neither); people = those who answered.
select
    day,
    department,
    site,
    sum(case when is_favourable then 1 else 0 end) as num,
    count(*) as den,
    count(distinct person) as people,
from answers
where role = 'engagement'
group by all
