-- What this is: one row per metric, closed wave and view by up to three dimensions that is there: a member of each, its sums,
-- and whether it is told: only if every group of cells that holds those members holds nothing else in these dimensions.
with placed as (
    select
        s.metric,
        s.survey,
        s.wave_on,
        s.ends_on,
        v.place_1,
        v.place_2,
        v.place_3,
        a.member as member_1,
        b.member as member_2,
        c.member as member_3,
        (v.place_1 = 0 or len(s.members[v.place_1]) = 1)
            and (v.place_2 = 0 or len(s.members[v.place_2]) = 1)
            and (v.place_3 = 0 or len(s.members[v.place_3]) = 1) as is_whole,
        s.num,
        s.den,
        s.squares,
        s.people,
    from wave_sums as s
    join wave_subsets as v on v.metric = s.metric,
        unnest(case when v.place_1 = 0 then [''] else s.members[v.place_1] end) as a(member),
        unnest(case when v.place_2 = 0 then [''] else s.members[v.place_2] end) as b(member),
        unnest(case when v.place_3 = 0 then [''] else s.members[v.place_3] end) as c(member)
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
    sum(people) as people,
from placed
group by all
order by metric, place_1, place_2, place_3, member_1, member_2, wave_on
