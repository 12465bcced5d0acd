-- What this is: one row per score given to the questions of one role in view: how many answers gave it.
-- $role: varchar, nps, csat, ces or enps
-- $from_on: date, first day in view
-- $to_on: date, last day in view
-- $region: varchar, only this one; null for all
-- $segment: varchar, the same
select
    score,
    count(*) as answers,
from answers
where role = $role
    and day between $from_on and $to_on
    and ($region is null or region = $region)
    and ($segment is null or segment = $segment)
group by score
order by score
