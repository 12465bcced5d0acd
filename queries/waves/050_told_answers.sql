-- What this is: one row per scored answer of the waves to be told, in numbers: as it is, or as it was when its unit closed.
with places as (
    select
        q.batch,
        q.question as place,
        cast(t.question as smallint) as question,
    from raw_questions as q
    join batch as b on b.batch = q.batch
    join telling_questions as t on t.survey = b.survey and t.text = q.text
)

select
    c.unit,
    c.unit_place,
    c.person,
    c.units,
    c.kind,
    p.question,
    a.value,
from raw_answers as a
join counted as c on c.batch = a.batch and c."row" = a."row"
join places as p on p.batch = a.batch and p.place = a.question
where a.value is not null
    and not c.is_frozen
union all
select
    c.unit,
    c.unit_place,
    c.person,
    c.units,
    c.kind,
    cast(q.question as smallint) as question,
    f.value,
from counted as c
join closed_answer as f on f.survey = c.survey and f.key = c.key
join telling_questions as q on q.survey = f.survey and q.text = f.question
