-- What this is: one row: the name of one customer.
-- $customer_id: varchar
select name
from customers
where customer_id = $customer_id
