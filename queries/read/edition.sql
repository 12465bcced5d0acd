-- What this is: one published edition.
-- $number: integer, its number
select number, week_ending, published_at, who, document, sha256
from edition
where number = $number
