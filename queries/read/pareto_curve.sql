-- What this is: one row per point of the curve of customers by value (answers/069_pareto_curve), in numbers for Python.
select
    place,
    cast(running as double) as running,
    name,
    customer_id,
from pareto_curve
order by place
