-- What this is: one row per batch of orders and foreign currency: the first day that needs a rate.
-- $currency: varchar, the company's own
select batch, currency, min(ordered_on) as first_on
from raw_orders
where currency <> $currency
group by batch, currency
