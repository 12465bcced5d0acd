-- What this is: one row per closed week x part of the company x question of a survey: favourable answers over answers given to the
-- engagement items (reversed items turned round; blank and not applicable in neither).
select
    survey,
    wave_on,
    part,
    question,
    driver,
    day,
    cast(null as varchar) as department,
    cast(null as varchar) as site,
    sum(case when is_favourable then answers else 0 end) as num,
    sum(answers) as den,
    sum(answers) as people,
from scored_answers
where role = 'engagement'
group by all
