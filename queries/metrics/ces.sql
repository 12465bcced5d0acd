-- What this is: one row per day x region x segment x team (of an anonymous survey: per closed week x part of the company): the sum of 1-7
-- agreement with "made it easy" over answers. squares = sum of the squares, for the interval.
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
    sum(score * answers) as num,
    sum(answers) as den,
    sum(answers) as people,
    sum(score * score * answers) as squares,
from scored_answers
where role = 'ces'
group by all
