-- What this is: one row per metric with a number for a day its source does not cover: a sentence.
-- sources: as queries/catalogue.toml has it, which a test holds; an uploaded measure is its own source, and a ratio of
-- two goes as far as the one above the line.
with sources as (
    select unnest(metrics) as metric, source
    from (values
        (
            'orders',
            [
                'revenue', 'gross_margin', 'gross_margin_rate', 'orders', 'average_order_value', 'active_customers',
                'customer_churn', 'lost_customers', 'win_back_rate', 'advocates', 'revenue_movements', 'gross_revenue_retention',
                'net_revenue_retention'
            ]
        ),
        ('employees', ['headcount', 'turnover', 'voluntary_turnover', 'regretted_turnover', 'first_year_attrition']),
        ('employees survey', ['engagement', 'enps', 'participation']),
        ('customers survey', ['nps', 'csat', 'ces', 'response_rate'])
    ) as declared (source, metrics)
    union all
    select ratio, 'measure ' || num from ratios
    union all
    select distinct measure, 'measure ' || measure from measure_rows
),

last_days as (
    select metric, max(day) as last_on
    from observations
    group by metric
)

select
    l.metric || ': there is a number of ' || l.last_on || '; '
        || coalesce(s.source || ' reach to ' || c.last_on, 'no source of its own covers any day') || '. Rebuild the store.' as fault,
from last_days as l
left join sources as s on s.metric = l.metric
left join coverage as c on c.source = s.source
where c.last_on is null
    or l.last_on > c.last_on
order by fault
