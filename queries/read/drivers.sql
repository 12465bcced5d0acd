-- What this is: one row per driver of engagement in view, company level: favourable answers, answers, people.
-- $from_on: date, first day in view
-- $to_on: date, last day in view
select
    driver,
    sum(case when is_favourable then 1 else 0 end) as num,
    count(*) as den,
    count(distinct person) as people,
from answers
where role = 'engagement'
    and day between $from_on and $to_on
group by driver
order by driver
