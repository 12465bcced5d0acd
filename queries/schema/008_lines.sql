-- What this is: order lines stand in numbers in one table (lines) since; what was made by day of it is read from there.
drop table if exists customer_days;
drop table if exists order_days;
create table if not exists customer_numbers (customer_id varchar, batch integer, number integer); -- the view of order lines reads it
