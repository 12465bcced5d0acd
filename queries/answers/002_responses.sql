-- What this is: one row per survey response; is_answered tells those that gave at least one answer.
-- A response that stands in several exports of a running survey counts once, as the latest of them tells it.
-- topic: employees when the survey holds an engagement or eNPS question, customers when NPS, CSAT or CES.
-- is_named: a customer's feedback, to which the company answers. The rest is on people: told by closed waves only.
-- groups: the members of every dimension, as json; region, segment and team from the customer's card where the file has none.
with topics as (
    select
        b.survey,
        bool_or(q.role in ('engagement', 'enps')) as is_employees,
        bool_or(q.role in ('nps', 'csat', 'ces')) as is_customers,
        bool_or(coalesce(b.mapping ->> 'anonymous', '') = 'yes') as is_anonymous,
    from raw_questions as q
    join batch as b on b.batch = q.batch
    group by b.survey
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
        when t.is_employees then 'employees'
        when t.is_customers then 'customers'
        else 'other'
    end as topic,
    not coalesce(t.is_employees, false) and not t.is_anonymous as is_named,
    coalesce(r.fingerprint, r.batch || '.' || r."row") as key,
    r.answered_on as day,
    coalesce(r.respondent, r.customer_id, r.batch || '.' || r."row") as person,
    r.customer_id,
    a."row" is not null as is_answered,
    r.invited,
    r.groups,
    coalesce(r.groups ->> 'region', c.region, '') as region,
    coalesce(r.groups ->> 'segment', c.segment, '') as segment,
    coalesce(r.groups ->> 'team', c.team, '') as team,
from counted as r
join topics as t on t.survey = r.survey
left join answered as a on a.batch = r.batch and a."row" = r."row"
left join customer_cards as c on c.customer_id = r.customer_id
