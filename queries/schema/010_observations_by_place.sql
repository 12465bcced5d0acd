-- What this is: sums by company and by one dimension lie in `observations` themselves (keel/refresh.py).
drop table if exists observation_totals;
drop table if exists observation_members;
