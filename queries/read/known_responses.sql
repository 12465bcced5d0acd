-- What this is: one row per response of a survey that is in: its fingerprint and the first upload that brought it.
-- $survey: varchar
select
    r.fingerprint,
    min(r.batch) as batch,
from raw_responses as r
join batch as b on b.batch = r.batch
where b.survey = $survey
    and r.fingerprint is not null
group by r.fingerprint
