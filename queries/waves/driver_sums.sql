-- What this is: one row per driver of engagement, closed wave and group that is told: favourable answers, answers, people,
-- and the members of the first dimension in it.
with blocks as (
    select
        c.survey,
        c.wave_on,
        c.block,
        cast(sum(c.people) as bigint) as people,
    from closed_cell as c
    group by all
),

named as (
    select distinct
        c.survey,
        c.wave_on,
        c.block,
        coalesce(m.member, '') as member,
    from closed_cell as c
    join wave_dimensions as d on d.metric = 'engagement' and d.place = 1
    left join closed_member as m
        on m.survey = c.survey
        and m.wave_on = c.wave_on
        and m.cell = c.cell
        and m.dimension = d.dimension
),

people as (
    select
        g.survey,
        g.wave_on,
        g.driver,
        g.grp,
        cast(sum(b.people) as bigint) as people,
    from (select distinct survey, wave_on, driver, grp, block from driver_groups) as g
    join blocks as b on b.survey = g.survey and b.wave_on = g.wave_on and b.block = g.block
    group by all
),

members as (
    select
        g.survey,
        g.wave_on,
        g.driver,
        g.grp,
        list_sort(list(distinct n.member)) as members,
    from driver_groups as g
    join named as n on n.survey = g.survey and n.wave_on = g.wave_on and n.block = g.block
    group by all
),

sums as (
    select
        g.survey,
        g.wave_on,
        g.driver,
        g.grp,
        sum(r.num) as num,
        cast(sum(r.den) as bigint) as den,
    from driver_groups as g
    join wave_rows as r
        on r.metric = 'engagement'
        and r.survey = g.survey
        and r.wave_on = g.wave_on
        and r.part = g.block
        and r.question = g.question
    group by all
)

select
    s.survey,
    s.wave_on,
    w.ends_on,
    s.driver,
    s.grp,
    m.members,
    s.num,
    s.den,
    p.people,
from sums as s
join people as p on p.survey = s.survey and p.wave_on = s.wave_on and p.driver = s.driver and p.grp = s.grp
join members as m on m.survey = s.survey and m.wave_on = s.wave_on and m.driver = s.driver and m.grp = s.grp
join told_waves as w on w.survey = s.survey and w.wave_on = s.wave_on
order by s.wave_on, s.survey, s.driver, s.grp
