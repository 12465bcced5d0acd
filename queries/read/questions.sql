-- What this is: one row per survey, question and answer (score or label): how often it was given. Text is only counted. On
-- people: of closed waves, each question where it is told.
with asked as (
    select
        b.survey,
        q.text,
        min(q.question) as place,
        arg_max(q.kind, (q.role is not null, q.kind <> 'text', q.batch)) as kind,
        arg_max(q.role, q.batch) as role,
        arg_max(q.driver, q.batch) as driver,
        bool_or(q.is_reversed) as is_reversed,
        max(q.low) as low,
        max(q.high) as high,
        max(q.favourable_from) as favourable_from,
    from raw_questions as q
    join batch as b on b.batch = q.batch
    group by b.survey, q.text
),

surveys as (
    select
        survey,
        bool_and(is_named) as is_named,
        count(*) filter (is_named) as responses,
    from responses
    group by survey
),

waves as (
    select u.survey, sum(u.people) as responses
    from told_units as u
    join told_waves as w on w.survey = u.survey and w.wave_on = u.wave_on
    group by u.survey
),

given as (
    select survey, text, value, label, answers
    from named_counts
    union all
    select
        t.survey,
        t.question,
        case when a.is_reversed and t.role is not null then a.low + a.high - t.score else t.score end,
        t.label,
        t.answers,
    from told_counts as t
    join asked as a on a.survey = t.survey and a.text = t.question
),

counts as (
    select
        g.survey,
        g.text,
        g.value,
        coalesce(nullif(g.label, ''), l.label, '') as label,
        sum(g.answers) as answers,
    from given as g
    left join value_labels as l on l.survey = g.survey and l.text = g.text and l.value = g.value
    group by all
),

people as (
    select survey, text, people, answered
    from named_answered
    union all
    select survey, question, sum(people), sum(people)
    from told_answered
    group by survey, question
)

select
    a.survey,
    s.is_named,
    cast(case when s.is_named then s.responses else coalesce(w.responses, 0) end as bigint) as responses,
    cast(coalesce(p.people, 0) as bigint) as people,
    cast(coalesce(p.answered, 0) as bigint) as answered,
    a.place,
    a.text,
    a.kind,
    a.role,
    a.driver,
    a.is_reversed,
    a.low,
    a.high,
    a.favourable_from,
    c.value,
    c.label,
    cast(coalesce(c.answers, 0) as bigint) as answers,
from asked as a
join surveys as s on s.survey = a.survey
left join waves as w on w.survey = a.survey
left join people as p on p.survey = a.survey and p.text = a.text
left join counts as c on c.survey = a.survey and c.text = a.text
order by a.survey, a.place, c.value, c.label
