-- What this is: one row per currency: the first day for which a rate is known.
select currency, min(valid_from) as first_on
from raw_rates
group by currency
