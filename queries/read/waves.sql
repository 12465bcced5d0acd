-- What this is: one row per period x member x second member of one metric on answers, from closed waves; told, asked: of how
-- many waves it is told. A view of more than three dimensions is put together from the cells by the same rule.
-- $metric: varchar, id of the metric
-- $grain: varchar, month, quarter or year, or all for one period from $from_on on
-- $from_on: date, first day of the first wave in view at the earliest
-- $to_on: date, last day in view
-- $places: integer[], the three dimensions in rising order by which is split or filtered, 0 for none; null if they are more
-- $only: varchar[], the member of each of the three; null for all
-- $by: integer, which of the dimensions to split by, 1 to 6; 0 for none
-- $and_by: integer, a second one; 0 for none
-- $members: varchar[], if they are more than three: only this member of each of the six dimensions; null for all
with views as (
    select
        survey,
        wave_on,
        case $by when 0 then '' when place_1 then member_1 when place_2 then member_2 else member_3 end as member,
        case $and_by when 0 then '' when place_1 then member_1 when place_2 then member_2 else member_3 end as second_member,
        is_told,
        num,
        den,
        people,
        squares,
    from wave_views
    where metric = $metric
        and place_1 = $places[1]
        and place_2 = $places[2]
        and place_3 = $places[3]
        and ($only[1] is null or member_1 = $only[1])
        and ($only[2] is null or member_2 = $only[2])
        and ($only[3] is null or member_3 = $only[3])
        and wave_on >= $from_on
        and ends_on <= $to_on
),

touched as (
    select
        s.*,
        m.member,
        n.member as second_member,
        len(list_filter([
            ($members[i] is not null or i in ($by, $and_by)) and len(s.members[i]) > 1 for i in range(1, len(s.members) + 1)
        ], lambda mixed: mixed)) = 0 as is_whole,
    from wave_sums as s,
        unnest(case when $by = 0 then [''] else s.members[$by] end) as m(member),
        unnest(case when $and_by = 0 then [''] else s.members[$and_by] end) as n(member)
    where s.metric = $metric
        and $places is null
        and s.wave_on >= $from_on
        and s.ends_on <= $to_on
        and len(list_filter([
            $members[i] is not null and not list_contains(s.members[i], $members[i]) for i in range(1, len(s.members) + 1)
        ], lambda other: other)) = 0
),

waves as (
    select *
    from views
    union all
    select
        survey,
        wave_on,
        member,
        second_member,
        bool_and(is_whole),
        sum(num),
        sum(den),
        sum(people),
        sum(squares),
    from touched
    group by survey, wave_on, member, second_member
)

select
    case $grain when 'month' then c.month when 'quarter' then c.quarter when 'year' then c.year else $from_on end as period,
    w.member,
    w.second_member,
    cast(sum(w.num) filter (w.is_told) as double) as num,
    cast(sum(w.den) filter (w.is_told) as double) as den,
    cast(sum(w.people) filter (w.is_told) as bigint) as people,
    cast(sum(w.squares) filter (w.is_told) as double) as squares,
    count(*) filter (w.is_told) as told,
    count(*) as asked,
from waves as w
join calendar as c on c.day = w.wave_on
group by all
order by period, w.member, w.second_member
