-- What this is: one row per survey and the words of groups and cards that stand beside answers that count: the members they
-- mean, a list in the order of the survey's dimensions, and a number for that list, in its order.
with stated as (
    select distinct survey, groups, region, segment, team
    from telling
    where is_counted
),

meant as (
    select
        s.*,
        [
            coalesce(
                case when d.names[i] is not null then s.groups ->> d.names[i] end,
                case d.names[i] when 'region' then s.region when 'segment' then s.segment when 'team' then s.team end,
                ''
            )
            for i in range(1, 7)
        ] as members,
    from stated as s
    join people_dimensions as d on d.survey = s.survey
)

select
    *,
    cast(dense_rank() over (order by members) as integer) as card,
from meant
