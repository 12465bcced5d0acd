-- What this is: one row per unit and question that counts in it. A question that fewer than $minimum people, or fewer than
-- $rarest of the unit's, answered is left out; so is a metric to all of whose questions everyone (but one) answered alike.
-- Of a unit told before, what counted then counts.
-- $minimum: integer, people
-- $rarest: double, share of the unit's people
with classes as (
    select
        t.unit,
        t.question,
        case
            when q.role in ('engagement', 'csat') then
                cast(case when q.is_reversed then q.low + q.high - t.value else t.value end >= q.favourable_from as integer)
            when q.role in ('enps', 'nps') then case when t.value >= 9 then 2 when t.value <= 6 then 0 else 1 end
            else t.value
        end as class,
        sum(t.answers) as people,
    from unit_answers as t
    join telling_questions as q on q.question = t.question
    group by all
),

sizes as (
    select unit, question, sum(people) as people, max(people) as alike
    from classes
    group by unit, question
),

-- A mean tells the four highest or lowest answers where they lie within a point of each other.
narrow as (
    select
        t.unit,
        t.question,
        list_avg(list_sort(list(t.value))[-4:]) - list_avg(list_sort(list(t.value))[:4]) < 1 as is_narrow,
    from (select unit, question, value, unnest(range(least(answers, 4))) from unit_answers) as t
    join telling_questions as q on q.question = t.question
    where q.role = 'ces'
    group by t.unit, t.question
),

units as (
    select
        unit,
        count(*) as people,
    from telling
    where is_counted
    group by unit
),

large as (
    select
        s.unit,
        s.question,
        q.role,
        s.people,
        max(case when n.is_narrow then 0 else s.people - s.alike end) over (partition by s.unit, q.role) as others,
    from sizes as s
    left join narrow as n on n.unit = s.unit and n.question = s.question
    join telling_questions as q on q.question = s.question
    join units as u on u.unit = s.unit
    where s.people >= $minimum
        and s.people >= $rarest * u.people
)

select
    l.unit,
    l.question,
    l.people,
from large as l
join telling_units as u on u.unit = l.unit
where u.is_new
    and l.others >= 2
union all
select
    u.unit,
    q.question,
    c.people,
from closed_question as c
join telling_units as u on u.survey = c.survey and u.unit_on = c.unit_on
join telling_questions as q on q.survey = c.survey and q.text = c.question
where not u.is_new
