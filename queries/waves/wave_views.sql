-- What this is: one row per metric, closed wave and view by up to three dimensions that is there: a member of each, its sums,
-- and whether it is told: only if every group of cells that holds those members holds nothing else in these dimensions.
with placed as (
    select
        s.*,
        v.place_1,
        v.place_2,
        v.place_3,
        case when v.place_1 = 0 then [''] else s.members[v.place_1] end as members_1,
        case when v.place_2 = 0 then [''] else s.members[v.place_2] end as members_2,
        case when v.place_3 = 0 then [''] else s.members[v.place_3] end as members_3,
    from wave_sums as s
    join wave_subsets as v on v.metric = s.metric
),

by_first as (
    select *, len(members_1) = 1 and len(members_2) = 1 and len(members_3) = 1 as is_whole, unnest(members_1) as member_1
    from placed
),

by_second as (
    select *, unnest(members_2) as member_2
    from by_first
),

by_third as (
    select *, unnest(members_3) as member_3
    from by_second
)

select
    metric,
    survey,
    wave_on,
    ends_on,
    place_1,
    place_2,
    place_3,
    member_1,
    member_2,
    member_3,
    bool_and(is_whole) as is_told,
    sum(num) as num,
    sum(den) as den,
    sum(squares) as squares,
    cast(sum(people) as bigint) as people,
from by_third
group by all
order by metric, place_1, place_2, place_3, member_1, member_2, wave_on
