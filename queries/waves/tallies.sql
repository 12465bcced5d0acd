-- What this is: one row per closed wave, metric, question, block and class of answer: how many gave it. Classes: favourable or
-- not; promoter, passive, detractor; of the effort score the score.
select
    w.survey,
    w.wave_on,
    w.most_units,
    a.role,
    a.question,
    a.driver,
    a.part as block,
    case
        when a.role in ('engagement', 'csat') then cast(a.is_favourable as integer)
        when a.role in ('enps', 'nps') then case when a.score >= 9 then 2 when a.score <= 6 then 0 else 1 end
        else a.score
    end as class,
    sum(a.answers) as answers,
from scored_answers as a
join told_waves as w on w.survey = a.survey and w.wave_on = a.wave_on
where a.part is not null
group by all
order by w.survey, w.wave_on, a.role, a.question, block
