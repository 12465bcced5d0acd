-- What this is: one row: whether every question that counted in a wave is read now as it was then.
-- $survey: varchar
-- $wave_on: date, first day of the wave
select count(*) = 0 as is_read_alike
from closed_question as c
left join telling_questions as t on t.survey = c.survey and t.text = c.question
where c.survey = $survey
    and c.wave_on = $wave_on
    and (t.role, t.is_reversed, t.low, t.high, t.favourable_from)
        is distinct from (c.role, c.is_reversed, c.low, c.high, c.favourable_from)
