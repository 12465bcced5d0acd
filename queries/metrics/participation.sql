-- What this is: one row per week of a survey, of its closed units: people who gave at least one answer over people invited.
-- Invited unknown: no row, not a guess. The invited number stands once in every row of its week, which may be told in two
-- parts where it reaches into the next month; it counts with the first.
select
    min(u.day) as day,
    sum(u.people) as num,
    max(u.invited) as den,
    max(u.invited) as people,
from told_units as u
join calendar as c on c.day = u.day
where u.topic = 'employees'
    and u.invited is not null
group by u.survey, c.week
