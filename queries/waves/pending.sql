-- What this is: one row per response of a survey on people that waits for a unit to close in.
select
    r.survey,
    r.key,
    r.person,
    r.day,
    r.batch,
from responses as r
anti join closed_response as c on c.survey = r.survey and c.key = r.key
where not r.is_named
    and r.is_answered
order by r.survey, r.day, r.batch, r."row"
