-- What this is: one row per day x region x segment x team: answers in the top two points (4-5 of 5, 6-7 of 7, 9-10 of 10;
-- the cut is stored with the question) over answers.
select
    day,
    region,
    segment,
    team,
    sum(case when is_favourable then 1 else 0 end) as num,
    count(*) as den,
    count(*) as people,
from answers
where role = 'csat'
group by all
