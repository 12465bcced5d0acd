-- What this is: one row per day x region x segment x team (of an anonymous survey: per closed week x part of the company): answers in the
-- top two points (4-5 of 5, 6-7 of 7, 9-10 of 10; the cut is stored with the question) over answers.
select
    survey,
    wave_on,
    part,
    question,
    driver,
    day,
    region,
    segment,
    team,
    sum(case when is_favourable then answers else 0 end) as num,
    sum(answers) as den,
    sum(answers) as people,
from scored_answers
where role = 'csat'
group by all
