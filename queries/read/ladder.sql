-- What this is: one row per rung then and rung now: how many customers, and the value they have now.
-- $back: integer, how many months ago: 1, 3 or 12
-- $region: varchar, only this one; null for all
-- $segment: varchar, the same
select
    was,
    is_now,
    cast(sum(customers) as bigint) as customers,
    cast(sum(value) as double) as value,
from ladder
where back = $back
    and ($region is null or region = $region)
    and ($segment is null or segment = $segment)
group by was, is_now
order by was, is_now
