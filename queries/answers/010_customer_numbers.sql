-- What this is: one row per customer id of the customer files or the orders, with a number: cheaper to group, sort and join by
-- than a text. By the upload that named it first, then by id: who comes later has the higher numbers, and a rebuild gives the same.
with named as (
    select customer_id, batch from raw_orders where customer_id is not null
    union all
    select customer_id, batch from raw_customers
),

ids as (
    select customer_id, min(batch) as batch
    from named
    group by customer_id
)

select
    customer_id,
    batch,
    cast((select coalesce(max(number), 0) from numbered) + row_number() over (order by batch, customer_id) as integer) as number,
from ids
where customer_id not in (select customer_id from numbered)
