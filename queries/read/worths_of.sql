-- What this is: one row per customer asked for who is lost: what it was worth in its last year, in view.
-- $customer_ids: varchar[], whose
-- $region: varchar, only this one; null for all
-- $segment: varchar, the same
select
    customer_id,
    cast(coalesce(case when measure = 'margin' then worth_margin else worth_revenue end, 0) as double) as worth,
from standing
where customer_id in (select unnest($customer_ids))
    and is_lost
    and ($region is null or region = $region)
    and ($segment is null or segment = $segment)
order by customer_id
