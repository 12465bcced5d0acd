-- What this is: the mapping remembered for files of one shape, as json; no row where there is none.
-- $shape: varchar, fingerprint of the header row
select mapping
from remembered_mapping
where shape = $shape
