-- What this is: one row per unit, group, question and value of a wave as it was told: how many gave that answer; and per cell
-- and metric: how many of its people answered on either side. A group is its members in words.
-- $survey: varchar
-- $wave_on: date, first day of the wave
with named as (
    select m.*, c.block
    from closed_member as m
    join closed_cell as c on c.survey = m.survey and c.wave_on = m.wave_on and c.cell = m.cell
    where m.survey = $survey
        and m.wave_on = $wave_on
),

blocks as (
    select block, string_agg(distinct dimension || '=' || member, ';' order by dimension || '=' || member) as "group"
    from named
    group by block
),

cells as (
    select cell, string_agg(dimension || '=' || member, ';' order by dimension, member) as "group"
    from named
    group by cell
)

select
    c.unit_on,
    coalesce(b."group", '') as "group",
    c.question,
    c.value,
    c.answers,
from closed_count as c
left join blocks as b on b.block = c.block
where c.survey = $survey
    and c.wave_on = $wave_on
union all
select
    s.wave_on,
    c."group",
    s.metric || ' by cell',
    unnest([0, 1, 2, 3]),
    unnest([s.people, s.high, s.middle, s.low]),
from closed_sum as s
join cells as c on c.cell = s.cell
where s.survey = $survey
    and s.wave_on = $wave_on
order by all
