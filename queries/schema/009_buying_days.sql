-- What this is: movements are counted from the days customers bought on since; what was made by month of them goes.
drop table if exists customer_months;
