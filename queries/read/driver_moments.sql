-- What this is: one row per closed wave in view and two questions, or one alone (other: ''): sums over people who answered all.
-- $from_on: date, first day of the first wave in view at the earliest
-- $to_on: date, last day in view
select survey, wave_on, question, other, role, driver, low, high, total, people
from driver_moments
where wave_on >= $from_on
    and ends_on <= $to_on
order by survey, wave_on, question, other
