-- What this is: customer_days customer by customer, so that what is asked of one is found at once; each purchase with the day of
-- the customer's purchase before it (previous_on; null for its first one, and on days with returns alone).
select
    number,
    day,
    revenue,
    margin,
    sales,
    purchases,
    case
        when purchases > 0
            then max(case when purchases > 0 then day end)
                over (partition by number order by day rows between unbounded preceding and 1 preceding)
    end as previous_on,
from customer_days
order by number, day
