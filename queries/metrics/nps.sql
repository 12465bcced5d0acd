-- What this is: one row per day x region x segment x team: promoters (9-10) less detractors (0-6) over answers, on a 0-10
-- scale only. squares = promoters + detractors, for the interval.
select
    day,
    region,
    segment,
    team,
    sum(case when score >= 9 then 1 when score <= 6 then -1 else 0 end) as num,
    count(*) as den,
    count(*) as people,
    sum(case when score >= 9 or score <= 6 then 1 else 0 end) as squares,
from answers
where role = 'nps'
group by all
