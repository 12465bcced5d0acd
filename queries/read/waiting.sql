-- What this is: one row per day of answers that are not told with their days: too few people, or all of one mind; and whether
-- their week is over.
-- $metric: varchar, id of a metric on answers
-- $topic: varchar, employees, customers or other: what its surveys are on
with asked as (
    select distinct b.survey
    from raw_questions as q
    join batch as b on b.batch = q.batch
    where q.role = $metric
),

untold as (
    select day, is_over
    from waiting
    where topic = $topic
        and (is_invited or $metric not in ('participation', 'response_rate'))
    union all
    select u.day, true
    from told_units as u
    join asked as a on a.survey = u.survey
    where u.topic = $topic
        and not exists (select 1 from observations as o where o.metric = $metric and o.grain = 'day' and o.day = u.day)
)

select day, bool_or(is_over) as is_over
from untold
group by day
order by day
