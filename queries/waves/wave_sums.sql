-- What this is: one row per metric, closed wave and group of whole cells that is told: its sums, and who is in it: a list of
-- members for each of the metric's dimensions, in their order.
with sums as (
    select
        g.metric,
        g.survey,
        g.wave_on,
        g.grp,
        sum(s.num) as num,
        sum(s.den) as den,
        sum(s.squares) as squares,
        cast(sum(s.people) as bigint) as people,
    from wave_groups as g
    join closed_sum as s on s.metric = g.metric and s.survey = g.survey and s.wave_on = g.wave_on and s.cell = g.cell
    group by all
),

there as (
    select
        g.metric,
        g.survey,
        g.wave_on,
        g.grp,
        d.place,
        list_sort(list(distinct coalesce(m.member, ''))) as members,
    from wave_groups as g
    join wave_dimensions as d on d.metric = g.metric
    left join closed_member as m
        on m.survey = g.survey
        and m.wave_on = g.wave_on
        and m.cell = g.cell
        and m.dimension = d.dimension
    group by all
),

members as (
    select
        metric,
        survey,
        wave_on,
        grp,
        [
            any_value(members) filter (where place = 1),
            any_value(members) filter (where place = 2),
            any_value(members) filter (where place = 3),
            any_value(members) filter (where place = 4),
            any_value(members) filter (where place = 5),
            any_value(members) filter (where place = 6),
        ][1:max(place)] as members,
    from there
    group by all
)

select
    s.metric,
    s.survey,
    s.wave_on,
    w.ends_on,
    s.grp,
    m.members,
    s.num,
    s.den,
    s.squares,
    s.people,
from sums as s
join told_waves as w on w.survey = s.survey and w.wave_on = s.wave_on
join members as m on m.metric = s.metric and m.survey = s.survey and m.wave_on = s.wave_on and m.grp = s.grp
order by s.metric, s.wave_on, s.survey, s.grp
