-- What this is: one row per upload and undo ever made, the latest first.
select happened_at, who, action, batch, detail
from journal
order by entry desc
