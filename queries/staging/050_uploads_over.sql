-- What this is: one row per upload: the last day that is over with it. That is the day the file was said to be as of, else
-- the day before it came (of a survey: its last answer's day, if that is later).
select
    batch,
    coalesce(
        try_cast(mapping ->> 'as_of' as date),
        greatest(cast(imported_at as date) - 1, case when kind = 'survey' then to_on end)
    ) as over_until,
from batch
