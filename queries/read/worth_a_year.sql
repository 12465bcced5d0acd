-- What this is: one row per kind of customer (current, lost, new): how many, and the mean and the spread of what one brings in a year.
select kind, customers, mean, spread
from worth_a_year
order by kind
