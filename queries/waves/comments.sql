-- What this is: one row per comment of the waves that close, with the kind of the person who made it; shuffled.
select
    t.wave,
    p.kind,
    q.text as question,
    a.label as words,
from telling as t
join telling_waves as w on w.wave = t.wave
join people as p on p.wave = t.wave and p.person = t.person
join raw_answers as a on a.batch = t.batch and a."row" = t."row"
join raw_questions as q on q.batch = a.batch and q.question = a.question
where w.closes
    and t.is_counted
    and q.kind = 'text'
    and trim(coalesce(a.label, '')) <> ''
order by t.wave, q.text, md5(a.label || t.key)
