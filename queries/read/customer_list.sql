-- What this is: one row per customer of one list, the one with most at stake first; every row says what put it there.
-- $which: varchar, one of the lists of customer_lists
-- $region: varchar, only this one; null for all ('' for customers without one)
-- $segment: varchar, the same
-- $words: varchar, in small letters: only names, ids, owners and teams that hold them; null for all
-- $teams: varchar[], teams in which people are leaving: a warning of its own, for at_risk
-- $most: integer, how many rows
with listed as (
    select number, at_stake
    from customer_lists
    -- which lists have to be read at all; then, row by row, which of them counts
    where which in ($which, case when $which = 'at_risk' and len($teams) > 0 then 'set' else $which end)
        and which = case when $which = 'at_risk' and list_contains($teams, team) then 'set' else $which end
        and ($region is null or region = $region)
        and ($segment is null or segment = $segment)
        and (
            $words is null
            or number in (
                select number
                from standing
                where contains(lower(name), $words)
                    or contains(lower(customer_id), $words)
                    or contains(lower(owner), $words)
                    or contains(lower(team), $words)
            )
        )
    order by at_stake desc, number
    limit $most
),

-- where the rows stand: the other columns are read there alone
found as (
    select rowid as place
    from standing
    where number in (select number from listed)
)

select
    s.number,
    s.customer_id,
    s.name,
    s.region,
    s.segment,
    s.owner,
    s.team,
    s.first_purchase_on,
    s.last_purchase_on,
    s.purchases,
    cast(s.revenue as double) as revenue,
    cast(s.margin as double) as margin,
    cast(s.value as double) as value,
    cast(s.revenue_before as double) as revenue_before,
    s.place,
    s.place_ago,
    s.in_set,
    cast(s.running as double) as running,
    cast(case when s.measure = 'margin' then s.worth_margin else s.worth_revenue end as double) as worth,
    cast(l.at_stake as double) as at_stake,
    s.as_of - s.last_purchase_on as days_silent,
    s.usual_gap,
    s.long_gap,
    s.silence,
    s.is_lost,
    s.lost_on,
    s.lost_months,
    s.nps,
    s.nps_on,
    s.nps_before,
    s.rung,
    s.is_silent,
    s.is_low,
    s.is_falling,
    s.is_shrinking,
from listed as l
join (select * from standing where rowid in (select place from found)) as s on s.number = l.number
order by l.at_stake desc, l.number
