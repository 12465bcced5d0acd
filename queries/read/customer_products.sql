-- What this is: one row per product that one customer has order lines of on the days in view, the largest revenue first; product ''
-- gathers the lines without one. quantity and margin are null where no line says them.
-- $number: integer, of the customer
-- $from_on: date, first day in view
-- $to_on: date, last day in view
select
    i.product,
    arg_max(nullif(i.product_line, ''), (l.day, l.batch, l."row")) as product_line,
    cast(sum(l.quantity) as double) as quantity,
    cast(sum(l.amount) as double) as revenue,
    cast(sum(l.amount - l.cost) as double) as margin,
    max(l.day) as last_on,
    count(*) as lines,
from lines as l
join items as i on i.item = l.item
where l.number = $number
    and l.day in (select day from buying_days where number = $number and day between $from_on and $to_on)
group by i.product
order by revenue desc, i.product
