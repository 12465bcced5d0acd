-- What this is: the batch that holds the same file, or the same rows under another name or packing.
-- $sha256: varchar, of the file
-- $rows_sha256: varchar, of its cells
select batch, file, imported_at
from batch
where sha256 = $sha256
    or rows_sha256 = $rows_sha256
order by batch
limit 1
