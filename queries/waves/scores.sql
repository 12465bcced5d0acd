-- What this is: one row per closed wave, question with a metric and score, company level: how many gave it.
select
    w.survey,
    w.wave_on,
    w.most_units,
    a.question,
    a.score,
    sum(a.answers) as answers,
from scored_answers as a
join told_waves as w on w.survey = a.survey and w.wave_on = a.wave_on
where a.part is not null
group by all
order by w.survey, w.wave_on, a.question
