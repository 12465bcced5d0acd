-- What this is: one row per closed wave, question with a metric and score, company level: how many gave it; class: favourable or
-- not, promoter, passive or detractor.
select
    w.survey,
    w.wave_on,
    w.most_units,
    a.question,
    a.score,
    case
        when a.role in ('enps', 'nps') then case when a.score >= 9 then 2 when a.score <= 6 then 0 else 1 end
        else cast(a.is_favourable as integer)
    end as class,
    sum(a.answers) as answers,
from scored_answers as a
join told_waves as w on w.survey = a.survey and w.wave_on = a.wave_on
where a.part is not null
group by all
order by w.survey, w.wave_on, a.question, a.score
