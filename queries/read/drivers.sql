-- What this is: one row per driver of engagement and member of the first dimension (null: the company) in view, from closed
-- waves: favourable answers, answers, people; told, asked: of how many waves it is told.
-- $from_on: date, first day of the first wave in view at the earliest
-- $to_on: date, last day in view
with asked as (
    select *
    from driver_sums
    where wave_on >= $from_on
        and ends_on <= $to_on
),

company as (
    select
        driver,
        cast(null as varchar) as member,
        sum(num) as num,
        sum(den) as den,
        sum(people) as people,
        count(distinct (survey, wave_on)) as told,
        count(distinct (survey, wave_on)) as asked,
    from asked
    group by driver
),

waves as (
    select
        a.survey,
        a.wave_on,
        a.driver,
        m.member,
        bool_and(len(a.members) = 1) as is_told,
        sum(a.num) as num,
        sum(a.den) as den,
        sum(a.people) as people,
    from asked as a, unnest(a.members) as m(member)
    group by a.survey, a.wave_on, a.driver, m.member
),

groups as (
    select
        driver,
        member,
        sum(num) filter (is_told) as num,
        sum(den) filter (is_told) as den,
        sum(people) filter (is_told) as people,
        count(*) filter (is_told) as told,
        count(*) as asked,
    from waves
    group by driver, member
)

select
    driver,
    member,
    cast(num as double) as num,
    cast(den as double) as den,
    cast(people as bigint) as people,
    told,
    asked,
from (select * from company union all select * from groups)
order by driver, member nulls first
