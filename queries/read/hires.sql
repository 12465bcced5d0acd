-- What this is: one row per day of hiring and of leaving of the people hired in the span: company level, no names.
-- $from_on: date, hired on or after
-- $to_on: date, hired on or before
select
    hired_on,
    left_on,
    count(*) as people,
from employees
where hired_on between $from_on and $to_on
group by hired_on, left_on
order by hired_on, left_on
