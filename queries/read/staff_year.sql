-- What this is: one row: leavers of the trailing year by kind, the mean headcount and the weeks or months it stands on.
-- $grain: varchar, week, month, quarter or year
-- $period: date, first day of the period
select
    cast(sum(leavers) as bigint) as leavers,
    cast(sum(resignations) as bigint) as resignations,
    cast(sum(regretted) as bigint) as regretted,
    cast(sum(unflagged) as bigint) as unflagged,
    sum(mean_headcount) as mean_headcount,
    max(steps) as steps,
from staff_years
where grain = $grain
    and day = $period
