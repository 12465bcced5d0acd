-- What this is: one row per closed wave, cell and dimension: a number for the member of it, -1 where there are several.
with numbers as (
    select
        m.survey,
        m.wave_on,
        m.cell,
        m.dimension,
        count(*) as members,
        min(m.member) as member,
    from closed_member as m
    join told_waves as w on w.survey = m.survey and w.wave_on = m.wave_on
    group by all
)

select
    survey,
    wave_on,
    cell,
    dimension,
    case when members = 1 then dense_rank() over (partition by dimension order by member) else -1 end as number,
from numbers
order by survey, wave_on, cell
