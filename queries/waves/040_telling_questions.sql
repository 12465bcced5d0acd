-- What this is: one row per question that counts in a metric, of the surveys to be told: how the latest file reads it.
with latest as (
    select
        b.survey,
        q.text,
        arg_max(q.role, b.batch) as role,
        arg_max(q.driver, b.batch) as driver,
        arg_max(q.is_reversed, b.batch) as is_reversed,
        arg_max(q.low, b.batch) as low,
        arg_max(q.high, b.batch) as high,
        arg_max(q.favourable_from, b.batch) as favourable_from,
    from raw_questions as q
    join batch as b on b.batch = q.batch
    where b.survey in (select survey from telling_units)
        and q.role is not null
    group by b.survey, q.text
)

select
    *,
    row_number() over (order by survey, text) - 1 as question,
from latest
