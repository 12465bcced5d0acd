-- What this is: one row per cell of the waves that close, dimension and member that occurs in it.
with places as (
    select
        k.wave,
        c.cell,
        k.members,
        d.names,
        unnest(range(1, 7)) as place,
    from cells as c
    join kinds as k on k.kind = c.kind
    join telling_waves as w on w.wave = k.wave
    join people_dimensions as d on d.survey = w.survey
)

select distinct
    wave,
    cell,
    names[place] as dimension,
    members[place] as member,
from places
where names[place] is not null
