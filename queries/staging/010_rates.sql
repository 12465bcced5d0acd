-- What this is: one row per foreign currency and span of days in which one rate holds; the later upload wins.
with latest as (
    select
        currency,
        valid_from,
        arg_max(rate, batch) as rate,
    from raw_rates
    where currency <> (select currency from settings)
    group by currency, valid_from
)

select
    currency,
    valid_from,
    lead(valid_from, 1, date '9999-12-31') over (partition by currency order by valid_from) as valid_until,
    rate,
from latest
