-- What this is: one row per period x member x second member of one metric on answers, from closed waves; told, asked: of how
-- many waves in view it is told. whole_: the same sums of the whole period, what lies before the view too; what only lies there
-- has asked 0. Of any dimensions, put together from the cells
-- by the rule of waves/wave_views.sql.
-- $metric: varchar, id of the metric
-- $grain: varchar, month, quarter or year, or all for one period from $from_on on
-- $since: date, first day of the first wave in the whole sums at the earliest
-- $from_on: date, first day of the first wave in view at the earliest
-- $to_on: date, last day in view
-- $members: varchar[], only this member of each of the six dimensions; null for all
-- $by: integer, which of the dimensions to split by, 1 to 6; 0 for none
-- $and_by: integer, a second one; 0 for none
with touched as (
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
        and s.wave_on >= $since
        and s.ends_on <= $to_on
        and len(list_filter([
            $members[i] is not null and not list_contains(s.members[i], $members[i]) for i in range(1, len(s.members) + 1)
        ], lambda other: other)) = 0
),

waves as (
    select
        survey,
        wave_on,
        member,
        second_member,
        bool_and(is_whole) as is_told,
        sum(num) as num,
        sum(den) as den,
        sum(people) as people,
        sum(squares) as squares,
    from touched
    group by survey, wave_on, member, second_member
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
