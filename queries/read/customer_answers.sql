-- What this is: one row per answer one customer gave in its own name: scores of satisfaction, and reasons for leaving; the latest first.
-- $customer_id: varchar
select
    day,
    survey,
    question,
    role,
    score,
    low,
    high,
    reason,
from customer_scores
where customer_id = $customer_id
order by day desc, batch desc, "row" desc, question
