-- What this is: one row per closed week x part of the company of a survey: promoters (9-10) less detractors (0-6) over the last answer of
-- each person in the week. squares = promoters + detractors, for the interval.
select
    survey,
    wave_on,
    part,
    question,
    driver,
    day,
    cast(null as varchar) as department,
    cast(null as varchar) as site,
    sum(case when score >= 9 then answers when score <= 6 then -answers else 0 end) as num,
    sum(answers) as den,
    sum(answers) as people,
    sum(case when score >= 9 or score <= 6 then answers else 0 end) as squares,
from scored_answers
where role = 'enps'
group by all
