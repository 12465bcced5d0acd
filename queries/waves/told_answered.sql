-- What this is: one row per closed wave and question that is told: how many answered it.
select
    t.survey,
    t.wave_on,
    t.question,
    cast(sum(t.answers) as bigint) as people,
from told_counts as t
where t.role is not null
group by all
union all
select
    c.survey,
    c.wave_on,
    c.question,
    max(c.people),
from closed_choice as c
semi join told_counts as t on t.survey = c.survey and t.wave_on = c.wave_on and t.question = c.question
group by all
