-- What this is: one row per employee (contractors left out); the latest upload wins.
-- left_on is the last day worked: on that day's close the person is no longer counted.
select
    employee_id,
    hired_on,
    left_on,
    coalesce(department, '') as department,
    coalesce(site, '') as site,
    coalesce(leaving_kind, 'unknown') as leaving_kind,
    is_regretted,
from raw_employees
where not is_contractor
qualify row_number() over (partition by employee_id order by batch desc, "row" desc) = 1
