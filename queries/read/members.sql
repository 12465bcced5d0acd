-- What this is: one row per metric, dimension number and member that occurs.
with numbered as (
    select metric, unnest([1, 2, 3, 4, 5, 6]) as place, unnest([d1, d2, d3, d4, d5, d6]) as member
    from (select distinct metric, d1, d2, d3, d4, d5, d6 from observations)
)

select distinct metric, place, member
from numbered
where member is not null
order by metric, place, member
