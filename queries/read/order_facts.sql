-- What this is: one row: what the order lines hold, counted on the raw rows.
select *
from order_facts
