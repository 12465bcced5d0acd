-- What this is: one row per unit, block (0: the wave has not closed yet), question and value: how many gave that answer.
select
    a.unit,
    coalesce(k.block, 0) as block,
    a.question,
    a.value,
    count(*) as answers,
from told_answers as a
left join cells as k on k.kind = a.kind
group by all
