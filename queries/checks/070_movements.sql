-- What this is: one row per closing month and window whose movements do not open and close with what the customers
-- bought in the two windows: a sentence.
with moved as (
    select
        month,
        window_months,
        sum(opening) as opening,
        sum(closing) as closing,
    from movements
    group by month, window_months
),

bought as (
    select cast(date_trunc('month', day) as date) as month, sum(revenue) as revenue
    from buying_days
    group by month
),

expected as (
    select
        m.month,
        m.window_months,
        m.opening,
        m.closing,
        coalesce(sum(case when b.month <= m.month - to_months(m.window_months) then b.revenue end), 0) as bought_before,
        coalesce(sum(case when b.month > m.month - to_months(m.window_months) then b.revenue end), 0) as bought,
    from moved as m
    left join bought as b
        on b.month <= m.month
        and b.month > m.month - to_months(2 * m.window_months)
    group by all
)

select
    'movements over ' || window_months || ' months to ' || strftime(month, '%Y-%m') || ': opening ' || opening || ', closing '
        || closing || '; the customers bought for ' || bought_before || ' and ' || bought || '. Rebuild the store.' as fault,
from expected
where opening <> bought_before
    or closing <> bought
order by fault
