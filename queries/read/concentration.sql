-- What this is: one row: how much of the value few customers make (answers/068_concentration), in numbers for Python.
select
    measure,
    as_of,
    customers,
    cast(total as double) as total,
    cast(above_zero as double) as above_zero,
    k,
    cast(set_value as double) as set_value,
    cast(top20_value as double) as top20_value,
    hhi,
    tenths,
from concentration
