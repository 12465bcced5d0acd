-- What this is: one row per day of hiring and day of leaving: people hired on that day who left on that one (null: still
-- here). The survival roll turns it into 1 - Kaplan-Meier at 12 months of those hired in the trailing 24 months.
select
    hired_on as day,
    left_on,
    count(*) as people,
from employees
group by all
