-- What this is: one row per closed week of a survey: people who gave at least one answer over people invited.
-- Invited unknown: no row, not a guess. The invited number stands once in every row of its week.
select
    day,
    people as num,
    invited as den,
    invited as people,
from told_units
where topic = 'employees'
    and invited is not null
