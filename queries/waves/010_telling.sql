-- What this is: one row per response of the waves to be told: its wave, its unit, the person, and whether it counts (the last
-- of the person in that unit does).
select
    u.wave,
    u.unit,
    u.place as unit_place,
    a.survey,
    a.key,
    r.batch,
    r."row",
    coalesce(r.person, c.person) as person,
    coalesce(r.day, a.unit_on) as day,
    r.invited,
    r.groups,
    r.region,
    r.segment,
    r.team,
    row_number() over (
        partition by u.unit, coalesce(r.person, c.person)
        order by coalesce(r.day, a.unit_on) desc, r.batch desc, r."row" desc
    ) = 1 as is_counted,
from assigned as a
join telling_units as u on u.survey = a.survey and u.unit_on = a.unit_on
left join responses as r on r.survey = a.survey and r.key = a.key
left join closed_response as c on c.survey = a.survey and c.key = a.key
