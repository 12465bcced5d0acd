-- What this is: one row per metric whose sums of the company, or of the members of one dimension, are not those of the rows they are
-- made of: a sentence. place: 7 for the rows, 0 for the company, else the dimension.
with rows_of as (
    select
        o.metric,
        p.place,
        sum(o.num) as num,
    from observations as o
    join (select unnest(range(7)) as place) as p on p.place = 0 or [o.d1, o.d2, o.d3, o.d4, o.d5, o.d6][p.place] is not null
    where o.place = 7
    group by o.metric, p.place
),

shown as (
    select metric, place, sum(num) as num
    from observations
    where place < 7
    group by metric, place
)

select
    metric || ': ' || case place when 0 then 'the company adds' else 'the members of dimension ' || place || ' add' end || ' up to '
        || coalesce(s.num, 0) || '; the rows behind them to ' || coalesce(r.num, 0) || '. Rebuild the store.' as fault,
from rows_of as r
full join shown as s using (metric, place)
where r.num is distinct from s.num
order by fault
