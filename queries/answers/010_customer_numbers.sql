-- What this is: one row per customer id of the customer files or the orders, with a number: cheaper to group and sort by
-- than a text, and in the order of the ids, so that a rebuild gives the same.
with ids as (
    select customer_id from raw_orders where customer_id is not null
    union
    select customer_id from raw_customers
)

select
    customer_id,
    cast(row_number() over (order by customer_id) as integer) as number,
from ids
