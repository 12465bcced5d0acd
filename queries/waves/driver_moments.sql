-- What this is: one row per closed wave that is told and two questions, or one alone (other: ''): sums over people who answered
-- every question, where these sums single out as many people as it takes by now; how the question is read, and its driver.
with read_as as (
    select
        survey,
        wave_on,
        question,
        max(role) as role,
        max(driver) as driver,
        max(low) as low,
        max(high) as high,
    from closed_question
    group by all
)

select
    m.survey,
    m.wave_on,
    w.ends_on,
    m.question,
    m.other,
    q.role,
    coalesce(q.driver, m.question) as driver,
    q.low,
    q.high,
    m.total,
    m.people,
from closed_moment as m
join told_waves as w on w.survey = m.survey and w.wave_on = m.wave_on
join read_as as q on q.survey = m.survey and q.wave_on = m.wave_on and q.question = m.question
cross join settings as s
where m.fewest >= s.minimum_group
order by m.survey, m.wave_on, m.question, m.other
