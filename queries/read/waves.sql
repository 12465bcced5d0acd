-- What this is: one row per period x member x second member of one metric on answers, from closed waves; told, asked: of how
-- many waves in view it is told. whole_: the same sums of the whole period, what lies before the view too; what only lies there
-- has asked 0. Of up to three dimensions, which are kept ready; of more see waves_of_cells.sql.
-- $metric: varchar, id of the metric
-- $grain: varchar, month, quarter or year, or all for one period from $from_on on
-- $since: date, first day of the first wave in the whole sums at the earliest
-- $from_on: date, first day of the first wave in view at the earliest
-- $to_on: date, last day in view
-- $places: integer[], the three dimensions in rising order by which is split or filtered, 0 for none
-- $only: varchar[], the member of each of the three; null for all
-- $by: integer, which of the dimensions to split by, 1 to 6; 0 for none
-- $and_by: integer, a second one; 0 for none
with waves as (
    select
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
        and wave_on >= $since
        and ends_on <= $to_on
)

select
    case $grain when 'month' then c.month when 'quarter' then c.quarter when 'year' then c.year else $from_on end as period,
    w.member,
    w.second_member,
    cast(sum(w.num) filter (w.is_told and w.wave_on >= $from_on) as double) as num,
    cast(sum(w.den) filter (w.is_told and w.wave_on >= $from_on) as double) as den,
    cast(sum(w.people) filter (w.is_told and w.wave_on >= $from_on) as bigint) as people,
    cast(sum(w.squares) filter (w.is_told and w.wave_on >= $from_on) as double) as squares,
    count(*) filter (w.is_told and w.wave_on >= $from_on) as told,
    count(*) filter (w.wave_on >= $from_on) as asked,
    cast(sum(w.num) filter (w.is_told) as double) as whole_num,
    cast(sum(w.den) filter (w.is_told) as double) as whole_den,
    cast(sum(w.people) filter (w.is_told) as bigint) as whole_people,
from waves as w
join calendar as c on c.day = w.wave_on
group by all
order by period, w.member, w.second_member
