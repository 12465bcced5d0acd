-- What this is: one row per published edition, the newest first, without its document.
select number, week_ending, published_at, who, sha256
from edition
order by number desc
