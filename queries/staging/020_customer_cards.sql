-- What this is: one row per customer id of the customer files; the latest upload wins.
select
    customer_id,
    name,
    segment,
    region,
    owner,
    team,
    decision_makers,
    notes,
from raw_customers
qualify row_number() over (partition by customer_id order by batch desc, "row" desc) = 1
