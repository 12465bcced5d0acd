-- What this is: one row: how many customers stand where, and what hangs on them, in the view.
-- $region: varchar, only this one; null for all
-- $segment: varchar, the same
-- $teams: varchar[], teams in which people are leaving: all of the set whom they serve are at risk
select
    any_value(measure) as measure,
    any_value(as_of) as as_of,
    cast(sum(customers) as bigint) as customers,
    cast(sum(buyers) as bigint) as buyers,
    cast(sum(active) as bigint) as active,
    cast(sum(below_zero) as bigint) as below_zero,
    cast(sum(value) as double) as value,
    cast(sum(in_set) as bigint) as in_set,
    cast(sum(set_value) as double) as set_value,
    cast(sum(entered) as bigint) as entered,
    cast(sum(entered_value) as double) as entered_value,
    cast(sum(gone) as bigint) as gone,
    cast(sum(gone_value) as double) as gone_value,
    cast(sum(case when list_contains($teams, team) then in_set else at_risk end) as bigint) as at_risk,
    cast(sum(case when list_contains($teams, team) then set_value else at_risk_value end) as double) as at_risk_value,
    cast(sum(lost) as bigint) as lost,
    cast(sum(lost_worth) as double) as lost_worth,
    cast(sum(slipping) as bigint) as slipping,
    cast(sum(slipping_value) as double) as slipping_value,
    cast(sum(quiet) as bigint) as quiet,
    cast(sum(quiet_value) as double) as quiet_value,
    cast(sum(active_6) as bigint) as active_6,
    cast(sum(bought_since_6) as bigint) as bought_since_6,
from standing_sums
where ($region is null or region = $region)
    and ($segment is null or segment = $segment)
having count(*) > 0
