-- What this is: one row per name on the rosters: of employees, of managers, and the employees' numbers that are not plain numbers.
select name from raw_employees where name is not null
union
select manager from raw_employees where manager is not null
union
select employee_id from raw_employees where not regexp_matches(employee_id, '^[0-9]{1,3}$')
order by 1
