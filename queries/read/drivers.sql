-- What this is: one row per driver of engagement and member of the first dimension (null: the company) in view, from closed
-- waves: favourable answers, answers, people; told, asked: of how many waves it is told.
-- $from_on: date, first day of the first wave in view at the earliest
-- $to_on: date, last day in view
with asked as (
    select survey, wave_on, driver, members, num, cast(den as bigint) as den, cast(people as bigint) as people
    from driver_sums
    where wave_on >= $from_on
        and ends_on <= $to_on
),

waves as (
    select
        survey,
        wave_on,
        driver,
        cast(null as varchar) as member,
        true as is_told,
        sum(num) as num,
        sum(den) as den,
        sum(people) as people,
    from asked
    group by survey, wave_on, driver
    union all
    select
        a.survey,
        a.wave_on,
        a.driver,
        a.member,
        bool_and(len(a.members) = 1) as is_told,
        sum(a.num) as num,
        sum(a.den) as den,
        sum(a.people) as people,
    from (select *, unnest(members) as member from asked) as a
    group by a.survey, a.wave_on, a.driver, a.member
)

select
    driver,
    member,
    cast(sum(num) filter (is_told) as double) as num,
    cast(sum(den) filter (is_told) as double) as den,
    cast(sum(people) filter (is_told) as bigint) as people,
    count(*) filter (is_told) as told,
    count(*) as asked,
from waves
group by driver, member
order by driver, member nulls first
