-- What this is: one row per wave and kind of person (those of the same members): how many there are.
select
    wave,
    members,
    row_number() over (order by wave, members) - 1 as kind,
    count(*) as people,
from wave_people
group by wave, members
