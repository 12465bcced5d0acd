-- What this is: one row per source: the first and the last day its data covers (the watermark), how many rows it has, and how
-- many times it came in that span (months of a survey, days of a measure; null: it should be there every day).
-- The watermark is the last day in the rows, or the later day an upload was said to be as of;
-- of surveys on people the weeks and months that have closed lie within it whole. A measure stops with its own last number.
select
    'orders' as source,
    min(o.ordered_on) as first_on,
    greatest(max(o.ordered_on), (select max(to_on) from batch where kind = 'orders')) as last_on,
    count(*) as "rows",
    cast(null as bigint) as times,
from raw_orders as o
having count(*) > 0
union all
select
    'employees',
    (select min(hired_on) from employees),
    max(to_on),
    (select count(*) from employees),
    null,
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
    count(distinct date_trunc('month', r.day)),
from responses as r
join batch as b on b.batch = r.batch
group by r.topic
union all
select
    'measure ' || m.measure,
    min(case when m.first_on = f.first_on then least(m.first_on, b.from_on) else m.first_on end),
    max(m.last_on),
    cast(sum(m."rows") as bigint),
    cast(any_value(t.times) as bigint),
from (
    select measure, batch, min(measured_on) as first_on, max(measured_on) as last_on, count(*) as "rows"
    from raw_measures
    group by measure, batch
) as m
-- a file of years begins with the first day of its first year, not with the day a number is dated
join (select batch, min(measured_on) as first_on from raw_measures group by batch) as f on f.batch = m.batch
join batch as b on b.batch = m.batch
join (select measure, count(distinct measured_on) as times from raw_measures group by measure) as t on t.measure = m.measure
group by m.measure
