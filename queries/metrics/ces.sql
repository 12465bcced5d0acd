-- What this is: one row per day x region x segment x team: the sum of 1-7 agreement with "made it easy" over answers.
-- squares = sum of the squares, for the interval.
select
    day,
    region,
    segment,
    team,
    sum(score) as num,
    count(*) as den,
    count(*) as people,
    sum(score * score) as squares,
from answers
where role = 'ces'
group by all
