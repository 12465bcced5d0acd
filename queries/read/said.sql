-- What this is: one row per entry of the weekly reviews, in the order in which they were said.
select entry, said_at, who, week_ending, kind, metric, about, of_entry, body
from said
order by entry
