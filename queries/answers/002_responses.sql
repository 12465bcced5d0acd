-- What this is: one row per survey response; is_answered tells those that gave at least one answer.
-- A response that stands in several exports of a running survey counts once, as the latest of them tells it.
-- topic: employees when the survey holds an engagement or eNPS question, customers when NPS, CSAT or CES.
with topics as (
    select
        batch,
        max(case when role in ('engagement', 'enps') then 1 else 0 end) as is_employees,
        max(case when role in ('nps', 'csat', 'ces') then 1 else 0 end) as is_customers,
    from raw_questions
    group by batch
),

answered as (
    select distinct batch, "row" from raw_answers
),

counted as (
    select
        r.*,
        b.survey,
    from raw_responses as r
    join batch as b on b.batch = r.batch
    qualify r.fingerprint is null
        or row_number() over (partition by b.survey, r.fingerprint order by r.batch desc, r."row") = 1
)

select
    r.batch,
    r."row",
    r.survey,
    case
        when t.is_employees = 1 then 'employees'
        when t.is_customers = 1 then 'customers'
        else 'other'
    end as topic,
    r.answered_on as day,
    coalesce(r.respondent, r.customer_id, r.batch || '.' || r."row") as person,
    r.customer_id,
    a."row" is not null as is_answered,
    r.invited,
    coalesce(r.groups ->> 'department', '') as department,
    coalesce(r.groups ->> 'site', '') as site,
    coalesce(r.groups ->> 'region', c.region, '') as region,
    coalesce(r.groups ->> 'segment', c.segment, '') as segment,
    coalesce(r.groups ->> 'team', c.team, '') as team,
from counted as r
join topics as t on t.batch = r.batch
left join answered as a on a.batch = r.batch and a."row" = r."row"
left join customer_cards as c on c.customer_id = r.customer_id
