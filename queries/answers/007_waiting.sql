-- What this is: one row per survey on people and day with answers that were not told with their own days: they wait, or too
-- few people answered and they count with those of the next (or the last) week. is_over: their week is; is_invited: it is
-- known how many were asked.
with over as (
    select max(over_until) as until
    from uploads_over
),

elsewhere as (
    select distinct
        r.survey,
        r.topic,
        r.day,
        r.invited is not null as is_invited,
    from responses as r
    left join closed_response as c on c.survey = r.survey and c.key = r.key
    left join closed_unit as u on u.survey = c.survey and u.unit_on = c.unit_on
    where not r.is_named
        and r.is_answered
        and (u.unit_on is null or r.day < u.unit_on or r.day > u.ends_on)
)

select
    e.survey,
    e.topic,
    e.day,
    p.closes_on <= o.until as is_over,
    e.is_invited,
from elsewhere as e
join periods as p on p.grain = 'week' and e.day between p.period and p.closes_on
cross join over as o
