-- What this is: one row per unit, block, question and value of a wave as it was told: how many gave that answer; and per cell
-- its people, and those on either side. A block and a cell are named by the members in them; '' where only the company's weeks were told.
-- $survey: varchar
-- $wave_on: date, first day of the wave
-- $is_read_alike: boolean, its questions are read as then: what cells add to the metrics is compared, too
with named as (
    select m.*, c.block
    from closed_member as m
    join closed_cell as c on c.survey = m.survey and c.wave_on = m.wave_on and c.cell = m.cell
    where m.survey = $survey
        and m.wave_on = $wave_on
),

blocks as (
    select block, string_agg(distinct dimension || '=' || member, ';' order by dimension || '=' || member) as words
    from named
    group by block
),

cells as (
    select cell, string_agg(dimension || '=' || member, ';' order by dimension, member) as words
    from named
    group by cell
)

select
    c.unit_on,
    coalesce(b.words, '') as part,
    c.question,
    c.value,
    c.answers,
from closed_count as c
left join blocks as b on b.block = c.block
where c.survey = $survey
    and c.wave_on = $wave_on
union all
select
    c.wave_on,
    n.words,
    null,
    null,
    c.people,
from closed_cell as c
join cells as n on n.cell = c.cell
where c.survey = $survey
    and c.wave_on = $wave_on
union all
select
    s.wave_on,
    n.words,
    s.metric || ' by cell',
    unnest([0, 1, 2, 3]),
    unnest([s.people, s.high, s.middle, s.low]),
from closed_sum as s
join cells as n on n.cell = s.cell
where s.survey = $survey
    and s.wave_on = $wave_on
    and $is_read_alike
