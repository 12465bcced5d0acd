-- What this is: one row per comment that may be read: its wave, the group it is told with ('': the company), scrubbed, shuffled.
-- $words: varchar, only comments that hold these words; '' for all
-- $group: varchar, only this group's; null for all
-- $from_on: date, first day of the first wave in view at the earliest
-- $to_on: date, last day in view
select
    c.survey,
    c.wave_on,
    c."group",
    c.question,
    c.words,
    c.people,
from told_comments as c
where c.wave_on >= $from_on
    and c.ends_on <= $to_on
    and ($group is null or c."group" = $group)
    and ($words = '' or contains(lower(c.words), lower($words)))
order by c.wave_on desc, c.survey, c.question, c.place
