-- What this is: one row per step of the walk from the opening to the closing headcount, company level.
-- $from_on: date, first day of the period
-- $to_on: date, its last day
with steps as (
    select 1 as place, 'opening' as step, count(*) as people
    from employees
    where hired_on < $from_on
        and (left_on is null or left_on >= $from_on)
    union all
    select 2, 'hires', count(*)
    from employees
    where hired_on between $from_on and $to_on
    union all
    select 3, leaving_kind, -count(*)
    from employees
    where left_on between $from_on and $to_on
    group by leaving_kind
    union all
    select 4, 'closing', count(*)
    from employees
    where hired_on <= $to_on
        and (left_on is null or left_on > $to_on)
)

select step, people
from steps
order by place, people
