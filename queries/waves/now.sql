-- What this is: one row per unit, block, question and value of a wave as it would be told now; see before.sql.
-- $wave: integer, its number in this run
-- $is_read_alike: boolean, see before.sql
with named as (
    select distinct m.*, c.block
    from cell_members as m
    join cells as c on c.wave = m.wave and c.cell = m.cell
    where m.wave = $wave
),

blocks as (
    select block, string_agg(distinct dimension || '=' || member, ';' order by dimension || '=' || member) as words
    from named
    group by block
),

cells_in_words as (
    select cell, string_agg(dimension || '=' || member, ';' order by dimension, member) as words
    from named
    group by cell
)

select
    u.unit_on,
    coalesce(b.words, '') as part,
    q.text as question,
    c.value,
    c.answers,
from counts as c
join telling_units as u on u.unit = c.unit
join telling_questions as q on q.question = c.question
left join blocks as b on b.block = c.block
where u.wave = $wave
union all
select
    w.wave_on,
    n.words,
    null,
    null,
    sum(k.people),
from cells as c
join kinds as k on k.kind = c.kind
join telling_waves as w on w.wave = c.wave
join cells_in_words as n on n.cell = c.cell
where c.wave = $wave
group by w.wave_on, c.cell, n.words
union all
select
    w.wave_on,
    n.words,
    s.role || ' by cell',
    unnest([0, 1, 2, 3]),
    unnest([s.people, s.high, s.middle, s.low]),
from sides as s
join telling_waves as w on w.wave = s.wave
join cells_in_words as n on n.cell = s.cell
where s.wave = $wave
    and $is_read_alike
