-- What this is: one row per NPS answer that these customers gave in their own name, the first one first.
-- $customer_ids: varchar[], which customers
select
    customer_id,
    day,
    score,
from customer_scores
where role = 'nps'
    and customer_id in (select unnest($customer_ids))
order by customer_id, day, batch, "row"
