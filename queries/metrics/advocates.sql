-- What this is: one row per period (of every grain) x region x segment: customers with two purchases or more (days) in the window
-- of being active that trails from the period's close, whose latest answer by then to the 0-10 recommendation is 9 or 10.
-- Only of surveys that customers answer in their own name; nothing before the first answer.
with answers as (
    select
        n.number,
        s.day,
        arg_max(s.score, (s.batch, s."row")) as score,
    from customer_scores as s
    join customer_numbers as n on n.customer_id = s.customer_id
    where s.role = 'nps'
    group by n.number, s.day
),

purchases as (
    select
        c.number,
        c.region,
        c.segment,
        b.day,
        b.previous_on as before_on,
        lead(b.day) over (partition by c.number order by b.day) as next_on,
        c.lost_months as months,
    from buying_days as b
    join customers as c on c.number = b.number
    where b.purchases > 0
        and b.number in (select number from answers where score >= 9) -- nobody else can be one
),

-- From a purchase to the next the two latest ones are this and the one before: both in the window until that one leaves it.
repeats as (
    select
        number,
        region,
        segment,
        day as from_on,
        next_on,
        before_on,
        months,
    from purchases
    where before_on is not null
),

promoters as (
    select
        number,
        score,
        day as from_on,
        coalesce(lead(day) over (partition by number order by day), date '9999-12-31') as until_on,
    from answers
),

closes as (
    select
        p.grain,
        p.period,
        least(p.closes_on, o.last_on) as close_on,
    from periods as p
    join coverage as o
        on o.source = 'orders'
        and p.period <= o.last_on
        and p.closes_on >= (select min(day) from answers)
)

select
    c.grain,
    c.period as day,
    r.region,
    r.segment,
    count(*) as num,
    null as den,
    null as people,
from closes as c
join repeats as r
    on r.from_on <= c.close_on
    and coalesce(r.next_on, date '9999-12-31') > c.close_on
    and r.before_on >= cast(c.close_on - to_months(r.months) as date)
join promoters as p
    on p.number = r.number
    and p.from_on <= c.close_on
    and p.until_on > c.close_on
    and p.score >= 9
group by all
