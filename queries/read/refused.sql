-- What this is: one row per metric and dimensions of views that were refused because too few people stand behind them.
select metric, dimensions, cast(sum(times) as bigint) as times
from refused_view
group by metric, dimensions
order by metric, dimensions
