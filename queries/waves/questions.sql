-- What this is: one row per question that counts in a metric, in the order of its number: how it is read.
select role, is_reversed, low, high, favourable_from
from telling_questions
order by question
