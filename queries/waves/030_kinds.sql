-- What this is: one row per wave and kind of person (those of the same members): how many there are.
with counted as (
    select wave, card, count(*) as people
    from wave_people
    group by wave, card
)

select
    c.wave,
    c.card,
    m.members,
    row_number() over (order by c.wave, c.card) - 1 as kind,
    c.people,
from counted as c
join (select distinct card, members from cards) as m on m.card = c.card
