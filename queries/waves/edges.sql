-- What this is: one row per kind of person, question and set of units (bit k for the unit of place k) of the waves that close:
-- people who answered the question in exactly those units.
with sets as (
    select
        a.kind,
        a.question,
        a.person,
        bit_or(cast(1 << a.unit_place as integer)) as pattern,
    from told_answers as a
    semi join closing_kinds as k on k.kind = a.kind
    where a.units > 1
    group by all
)

select kind, question, cast(pattern as integer) as pattern, cast(count(*) as integer) as people
from sets
group by all
union all
select
    a.kind,
    a.question,
    cast(1 << a.unit_place as integer) as pattern,
    cast(count(*) as integer) as people,
from told_answers as a
semi join closing_kinds as k on k.kind = a.kind
where a.units = 1
group by all
