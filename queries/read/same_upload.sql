-- What this is: the batch that holds the same rows, whatever the name or packing of the file.
-- $rows_sha256: varchar, of its cells
select batch, file, imported_at
from batch
where rows_sha256 = $rows_sha256
order by batch
limit 1
