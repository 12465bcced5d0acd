-- What this is: one row per period (of every grain) x department x site: resignations only,
-- in the trailing 52 weeks (other grains: 12 months), over the mean of the 52 weekly (12 monthly) closing headcounts.
select
    s.grain,
    s.day,
    s.department,
    s.site,
    s.resignations as num,
    s.mean_headcount as den,
    s.people,
from staff_years as s
join staff_columns as k on k.has_kind
