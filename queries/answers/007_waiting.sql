-- What this is: one row per survey on people and day with answers that were not told with their own days: they wait, or too
-- few people answered and they count with those of the next (or the last) week. is_over: their week is.
with over as (
    select max(
        coalesce(
            try_cast(mapping ->> 'as_of' as date),
            greatest(cast(imported_at as date) - 1, case when kind = 'survey' then to_on end)
        )
    ) as until
    from batch
)

select distinct
    r.survey,
    r.topic,
    r.day,
    p.closes_on <= o.until as is_over,
from responses as r
join periods as p on p.grain = 'week' and r.day between p.period and p.closes_on
cross join over as o
left join closed_response as c on c.survey = r.survey and c.key = r.key
left join closed_unit as u on u.survey = c.survey and u.unit_on = c.unit_on
where not r.is_named
    and r.is_answered
    and (u.unit_on is null or r.day < u.unit_on or r.day > u.ends_on)
