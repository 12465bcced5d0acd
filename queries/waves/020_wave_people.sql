-- What this is: one row per wave and person: in how many units they answered, and the members they belong to, as their last
-- response of the wave says: a snapshot at the close.
with told as (
    select
        t.*,
        d.names,
        [
            coalesce(
                case when d.names[i] is not null then t.groups ->> d.names[i] end,
                case d.names[i] when 'region' then t.region when 'segment' then t.segment when 'team' then t.team end,
                ''
            )
            for i in range(1, 7)
        ] as members,
    from telling as t
    join people_dimensions as d on d.survey = t.survey
    where t.is_counted
)

select
    wave,
    person,
    row_number() over () as number,
    count(*) as units,
    arg_max(members, (day, batch, "row")) as members,
from told
group by wave, person
