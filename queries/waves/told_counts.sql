-- What this is: one row per closed wave, question and answer of the whole company that is told: how many gave it.
select
    a.survey,
    a.wave_on,
    w.ends_on,
    a.question,
    a.role,
    a.score,
    cast(null as varchar) as label,
    cast(sum(a.answers) as bigint) as answers,
from scored_answers as a
join told_questions as t on t.survey = a.survey and t.wave_on = a.wave_on and t.question = a.question
join told_waves as w on w.survey = a.survey and w.wave_on = a.wave_on
where a.part is not null
group by all
union all
select
    c.survey,
    c.wave_on,
    w.ends_on,
    c.question,
    null,
    c.value,
    case when c.answers = 1 and c.label <> '' then 'other answers' else c.label end as label,
    cast(sum(c.answers) as bigint) as answers,
from (
    select *, people - max(answers) over (partition by survey, wave_on, question) as others
    from closed_choice
) as c
join told_waves as w on w.survey = c.survey and w.wave_on = c.wave_on
where c.others >= 2
group by all
