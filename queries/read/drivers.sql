-- What this is: one row per driver of engagement in view, company level: favourable answers, answers, people.
-- $from_on: date, first day in view
-- $to_on: date, last day in view
select
    coalesce(q.driver, q.text) as driver,
    sum(case when a.is_favourable then 1 else 0 end) as num,
    count(*) as den,
    count(distinct a.person) as people,
from answers as a
join raw_questions as q on q.batch = a.batch and q.question = a.question
where a.role = 'engagement'
    and a.day between $from_on and $to_on
group by coalesce(q.driver, q.text)
order by driver
