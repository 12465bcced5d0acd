-- What this is: one row per customer, by number, and day with order lines, customer by customer, so that what is asked of one is found
-- at once. purchases: lines with an amount above zero (returns are not purchases); sales: their amounts. previous_on: the day of
-- the customer's purchase before this one; null for its first one, and on days with returns alone.
with days as (
    select
        number,
        day,
        cast(sum(amount) as decimal(18, 4)) as revenue,
        cast(sum(amount - cost) as decimal(18, 4)) as margin,
        cast(sum(case when amount > 0 then amount else 0 end) as decimal(18, 4)) as sales,
        cast(count(case when amount > 0 then 1 end) as integer) as purchases,
    from lines
    where number is not null
    group by number, day
)

select
    d.number,
    d.day,
    d.revenue,
    d.margin,
    d.sales,
    d.purchases,
    case
        when d.purchases > 0
            then coalesce(lag(d.day) over (partition by d.number, d.purchases > 0 order by d.day), b.day)
    end as previous_on,
from days as d
left join bought_before as b on b.number = d.number
order by d.number, d.day
