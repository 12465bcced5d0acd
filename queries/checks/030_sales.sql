-- What this is: one row per month whose sales are not the sum of its order lines, to the cent: a sentence.
with raw_months as (
    select
        date_trunc('month', day) as month,
        sum(amount) as revenue,
        count(*) as lines,
        sum(case when customer_id is null then 1 else 0 end) as without_customer,
    from order_lines
    group by month
),

answer_months as (
    select
        date_trunc('month', day) as month,
        sum(revenue) as revenue,
        sum(lines) as lines,
        sum(lines_without_customer) as without_customer,
    from sales
    group by month
)

select
    'sales of ' || strftime(coalesce(r.month, a.month), '%Y-%m') || ': ' || coalesce(a.revenue, 0) || ' in '
        || coalesce(a.lines, 0) || ' lines, ' || coalesce(a.without_customer, 0) || ' without a customer; the order lines say '
        || coalesce(r.revenue, 0) || ' in ' || coalesce(r.lines, 0) || ', ' || coalesce(r.without_customer, 0)
        || ' without a customer. Rebuild the store.' as fault,
from raw_months as r
full join answer_months as a on a.month = r.month
where r.revenue is distinct from a.revenue
    or r.lines is distinct from a.lines
    or r.without_customer is distinct from a.without_customer
order by fault
