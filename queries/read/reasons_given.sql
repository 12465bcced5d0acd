-- What this is: one row per lost customer who gave a reason in a survey in its own name: the latest one.
select
    s.customer_id,
    arg_max(a.reason, (a.day, a.batch, a."row")) as reason,
    max(a.day) as given_on,
from customer_scores as a
join standing as s on s.customer_id = a.customer_id
where a.reason is not null
    and s.is_lost
group by s.customer_id
