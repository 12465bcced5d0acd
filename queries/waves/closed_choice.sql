-- What this is: one row per question without a metric (but text) and answer: how many gave it.
-- $minimum: integer, people who answered the question at least
with given as (
    select
        t.wave,
        t.survey,
        q.text,
        q.kind,
        a.value,
        coalesce(a.label, '') as label,
        t.batch,
        t."row",
    from telling as t
    join telling_waves as w on w.wave = t.wave
    join raw_answers as a on a.batch = t.batch and a."row" = t."row"
    join raw_questions as q on q.batch = a.batch and q.question = a.question
    join writing as o on o.wave = w.wave and o.is_first
    where w.closes
        and t.is_counted
        and q.role is null
        and q.kind not in ('text', 'date')
),

people as (
    select wave, text, count(distinct (batch, "row")) as people
    from given
    group by wave, text
)

select
    w.survey,
    w.wave_on,
    g.text as question,
    g.value,
    g.label,
    count(*) as answers,
    any_value(p.people) as people,
from given as g
join people as p on p.wave = g.wave and p.text = g.text
join telling_waves as w on w.wave = g.wave
where p.people >= $minimum
group by all
