-- What this is: one row per metric that a survey on people has closed waves of.
-- $survey: varchar
select distinct metric
from wave_sums
where survey = $survey
order by metric
