-- What this is: one row per day x region x segment x team (of an anonymous survey: per closed week x part of the company): promoters (9-10)
-- less detractors (0-6) over answers, on a 0-10 scale only. squares = promoters + detractors, for the interval.
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
    sum(case when score >= 9 then answers when score <= 6 then -answers else 0 end) as num,
    sum(answers) as den,
    sum(answers) as people,
    sum(case when score >= 9 or score <= 6 then answers else 0 end) as squares,
from scored_answers
where role = 'nps'
group by all
