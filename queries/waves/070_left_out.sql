-- What this is: one row per unit and question that was answered there and does not count.
select distinct t.unit, t.question
from unit_answers as t
anti join counted_questions as c on c.unit = t.unit and c.question = t.question
