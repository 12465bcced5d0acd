-- What this is: one row per wave of which responses are no longer in: how many were told, how many are gone.
select
    c.survey,
    c.wave_on,
    count(*) as told,
    count(*) filter (r.key is null) as gone,
from closed_response as c
left join responses as r on r.survey = c.survey and r.key = c.key and not r.is_named
group by c.survey, c.wave_on
having count(*) filter (r.key is null) > 0
order by c.survey, c.wave_on
