-- What this is: how many distinct orders of a span of days came with an upload later than a moment.
-- $since: timestamp, the moment
-- $from_on: date, first day
-- $to_on: date, last day
select count(distinct coalesce(o.order_id, o.batch || '-' || o."row")) as orders
from raw_orders as o
join batch as b on b.batch = o.batch
where b.imported_at > $since
    and o.ordered_on between $from_on and $to_on
