-- What this is: one row per wave and person: in how many units they answered, and the card of their last response of the wave:
-- a snapshot at the close.
select
    t.wave,
    t.person,
    count(*) as units,
    arg_max(c.card, (t.day, t.batch, t."row")) as card,
from telling as t
join cards as c
    on c.survey = t.survey
    and c.groups is not distinct from t.groups
    and c.region is not distinct from t.region
    and c.segment is not distinct from t.segment
    and c.team is not distinct from t.team
where t.is_counted
group by t.wave, t.person
