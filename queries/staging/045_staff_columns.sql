-- What this is: one row: which columns the uploaded rosters have; without them "nobody left" cannot be told from "not said".
select
    count(*) filter (where coalesce(mapping -> 'columns' ->> 'left_on', '') <> '') > 0 as has_leaving,
    count(*) filter (where coalesce(mapping -> 'columns' ->> 'leaving_kind', '') <> '') > 0 as has_kind,
    count(*) filter (where coalesce(mapping -> 'columns' ->> 'is_regretted', '') <> '') > 0 as has_regretted,
from batch
where kind = 'employees'
