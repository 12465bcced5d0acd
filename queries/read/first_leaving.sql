-- What this is: one row: the first leaving in the roster; before it, leavings may be missing from the file.
select min(left_on) as first_on
from employees
