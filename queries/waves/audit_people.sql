-- What this is: one row per closed wave, cell, kind of person (the members they belong to) and set of units they answered in:
-- how many people. For the audit alone, which tells what could be singled out, and not who.
-- $survey: varchar
-- $wave_on: date, first day of the wave
with units as (
    select unit_on, row_number() over (order by unit_on) - 1 as place
    from closed_unit
    where survey = $survey
        and wave_on = $wave_on
),

people as (
    select
        c.person,
        max(c.cell) as cell,
        bit_or(cast(1 << u.place as bigint)) as pattern,
        arg_max(r.groups, (r.day, r.batch, r."row")) as groups,
        arg_max({'region': r.region, 'segment': r.segment, 'team': r.team}, (r.day, r.batch, r."row")) as card,
    from closed_response as c
    join units as u on u.unit_on = c.unit_on
    left join responses as r on r.survey = c.survey and r.key = c.key
    where c.survey = $survey
        and c.wave_on = $wave_on
        and c.is_counted
    group by c.person
)

select
    cell,
    coalesce(groups, '{}') as groups,
    coalesce(card.region, '') as region,
    coalesce(card.segment, '') as segment,
    coalesce(card.team, '') as team,
    cast(pattern as bigint) as pattern,
    count(*) as people,
from people
group by all
order by all
