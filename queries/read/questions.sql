-- What this is: one row per survey, question and answer (score or label): how often it was given. Text is only counted.
with asked as (
    select
        b.survey,
        q.text,
        min(q.question) as place,
        max(q.kind) as kind,
        max(q.role) as role,
        max(q.driver) as driver,
        bool_or(q.is_reversed) as is_reversed,
        max(q.low) as low,
        max(q.high) as high,
        max(q.favourable_from) as favourable_from,
    from raw_questions as q
    join batch as b on b.batch = q.batch
    group by b.survey, q.text
),

given as (
    select
        r.survey,
        q.text,
        a.value,
        case when q.kind in ('text', 'date') then '' else a.label end as label,
        count(*) as answers,
    from raw_answers as a
    join raw_questions as q on q.batch = a.batch and q.question = a.question
    join responses as r on r.batch = a.batch and r."row" = a."row"
    group by all
),

people as (
    select
        r.survey,
        q.text,
        count(distinct r.person) as people,
        count(distinct (r.batch, r."row")) as answered,
    from raw_answers as a
    join raw_questions as q on q.batch = a.batch and q.question = a.question
    join responses as r on r.batch = a.batch and r."row" = a."row"
    group by r.survey, q.text
),

sizes as (
    select
        survey,
        count(*) as responses,
    from responses
    group by survey
)

select
    a.survey,
    s.responses,
    coalesce(p.people, 0) as people,
    coalesce(p.answered, 0) as answered,
    a.place,
    a.text,
    a.kind,
    a.role,
    a.driver,
    a.is_reversed,
    a.low,
    a.high,
    a.favourable_from,
    g.value,
    g.label,
    coalesce(g.answers, 0) as answers,
from asked as a
join sizes as s on s.survey = a.survey
left join people as p on p.survey = a.survey and p.text = a.text
left join given as g on g.survey = a.survey and g.text = a.text
order by a.survey, a.place, g.value, g.label
