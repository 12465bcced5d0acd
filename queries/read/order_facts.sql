-- What this is: one row: what the order lines hold, counted on the raw rows.
select
    count(*) as lines,
    count(distinct order_id) as distinct_order_numbers,
    sum(case when customer_id is null then 1 else 0 end) as lines_without_customer,
    count(distinct customer_id) as customers,
    count(distinct case when amount > 0 then customer_id end) as customers_with_a_purchase,
    sum(case when cost is null then 1 else 0 end) as lines_without_cost,
from raw_orders
