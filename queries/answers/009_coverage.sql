-- What this is: one row per source: the first and the last day its data covers (the watermark), and when it last came.
-- The watermark is the last day in the rows, or the later day an upload was said to be as of;
-- of surveys on people the weeks and months that have closed lie within it whole.
select
    'orders' as source,
    min(o.ordered_on) as first_on,
    greatest(max(o.ordered_on), (select max(to_on) from batch where kind = 'orders')) as last_on,
    count(*) as "rows",
from raw_orders as o
having count(*) > 0
union all
select
    'employees',
    (select min(hired_on) from employees),
    max(to_on),
    (select count(*) from employees),
from batch
where kind = 'employees'
having count(*) > 0
union all
select
    r.topic || ' survey',
    least(min(r.day), (select min(u.day) from told_units as u where u.topic = r.topic)),
    greatest(
        max(b.to_on),
        (select max(u.ends_on) from told_units as u where u.topic = r.topic),
        (select max(w.ends_on) from told_waves as w where w.topic = r.topic)
    ),
    count(*),
from responses as r
join batch as b on b.batch = r.batch
group by r.topic
union all
select
    'measure ' || m.measure,
    least(min(m.measured_on), min(b.from_on)),
    max(b.to_on),
    count(*),
from raw_measures as m
join batch as b on b.batch = m.batch
group by 1
