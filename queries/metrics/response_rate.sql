-- What this is: one row per week of a survey: responses over invitations (of an anonymous survey: per closed week).
-- Invited unknown: no row, not a guess. The invited number stands once in every row of its week.
with weeks as (
    select
        r.survey,
        c.week,
        min(r.day) as day,
        count(distinct case when r.is_answered then r.person end) as responded,
        max(r.invited) as invited,
    from responses as r
    join calendar as c on c.day = r.day
    where r.topic = 'customers'
        and r.is_named
    group by r.survey, c.week
)

select
    day,
    responded as num,
    invited as den,
    invited as people,
from weeks
where invited is not null
union all
select
    min(u.day) as day,
    sum(u.people) as num,
    max(u.invited) as den,
    max(u.invited) as people,
from told_units as u
join calendar as c on c.day = u.day
where u.topic = 'customers'
    and u.invited is not null
group by u.survey, c.week
