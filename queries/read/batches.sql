-- What this is: one row per upload that counts, the latest first.
select
    b.batch,
    b.kind,
    b.vendor,
    b.survey,
    b.file,
    b.sha256,
    b.rows_sha256,
    b.rows_read,
    b.rows_accepted,
    b.rows_read - b.rows_accepted as rows_rejected,
    b.from_on,
    b.to_on,
    b.who,
    b.imported_at,
    b.mapping,
from batch as b
order by b.batch desc
