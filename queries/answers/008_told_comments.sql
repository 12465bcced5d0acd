-- What this is: one row per comment of a closed wave that is told, where its group is large enough by now, too.
select
    c.survey,
    c.wave_on,
    w.ends_on,
    c.place,
    c."group",
    c.question,
    c.words,
    c.people,
from closed_comment as c
join told_waves as w on w.survey = c.survey and w.wave_on = c.wave_on
cross join settings as s
where c.people >= greatest(s.minimum_comments, s.minimum_group)
