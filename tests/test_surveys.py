"""A survey with one header row: which column is the date, the scores and their scale, the groups, the comments."""

import json
from datetime import date

import pytest

from keel import company, intake, measure
from keel.errors import InputError
from keel.readings import Known

TODAY = date(2026, 9, 27)
RECOMMEND = "How likely are you to recommend us?"
WORK = "How likely are you to recommend us as a place to work?"
SATISFIED = "How satisfied were you with the delivery?"
EASY = "How easy was it to place your order?"
PROUD = "I am proud of what we do"


def survey(header, *rows):
    """A CSV of a survey; every cell quoted, so that questions may hold commas."""
    lines = [header, *rows]
    return "".join(",".join(f'"{cell}"' for cell in line) + "\n" for line in lines).encode()


def read(content, *, name="pulse.csv", mapping=None, **options):
    mapping = intake.with_options({"kind": "survey", **(mapping or {})}, options)
    return intake.read(content, name=name, known=Known(today=TODAY, currency="EUR"), mapping=mapping)


def asked(scores, text=RECOMMEND, *, groups=(), **more):
    """The one question of a survey with these scores, as the reading describes it."""
    header = ["Date", "Respondent ID", *groups, text]
    rows = [["2024-01-01", str(n), *("x" for _ in groups), score] for n, score in enumerate(scores)]
    (question,) = read(survey(header, *rows), **more).questions
    return question


def refused(content, **more):
    with pytest.raises(InputError) as caught:
        read(content, **more)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def take(store, content, *, name="pulse.csv", mapping=None, **options):
    mapping = intake.with_options({"kind": "survey", **(mapping or {})}, options)
    reading = company.preview(store, content, name=name, mapping=mapping, today=TODAY)
    return company.take_in(store, reading, who="tester")


# Roles and scales


@pytest.mark.parametrize(
    ("text", "scores", "groups", "role", "scale"),
    [
        (RECOMMEND, ["0", "10", "7"], (), "nps", "0–10"),
        (WORK, ["0", "10", "7"], (), "enps", "0–10"),
        (SATISFIED, ["1", "5"], (), "csat", "1–5"),
        (EASY, ["1", "7"], (), "ces", "1–7"),
        (PROUD, ["1", "5"], ("Department",), "engagement", "1–5"),
        (PROUD, ["1", "5"], (), None, "1–5"),
        ("Wie zufrieden sind Sie mit uns?", ["1", "5"], (), "csat", "1–5"),
        ("Würden Sie uns weiterempfehlen, von 0-10?", ["9", "10"], (), "nps", "0–10"),
    ],
)
def test_the_role_of_a_question_is_proposed_from_its_words_and_its_scale(text, scores, groups, role, scale):
    question = asked(scores, text, groups=groups)
    assert ("score", role, scale) == (question["kind"], question["role"], question["scale"])
    assert bool(role) == bool(question["why"])


@pytest.mark.parametrize(
    ("scores", "scale"),
    [
        (["1", "5"], "1–5"), (["1", "6"], "1–7"), (["0", "5"], "0–10"), (["2", "9"], "1–10"),
        (["0", "9"], "0–10"), (["0", "11"], "0–100"), (["40", "100"], "0–100"),
    ],
)  # fmt: skip
def test_the_scale_is_the_smallest_usual_one_that_holds_every_answer(scores, scale):
    assert scale == asked(scores, "What did you think of it")["scale"]


@pytest.mark.parametrize("words", ["(0-10)", "0 to 10", "von 0 bis 10", "0 – 10"])
def test_a_scale_in_the_words_of_the_question_counts_before_the_answers(words):
    question = asked(["7", "8"], f"Would you recommend us? {words}")
    assert ("nps", "0–10") == (question["role"], question["scale"])


def test_a_scale_in_the_words_that_the_answers_leave_is_not_believed():
    assert "0–10" == asked(["0", "8"], "What did you think of it, 1-5")["scale"]


def test_nps_answers_that_are_all_above_zero_are_still_on_zero_to_ten():
    question = asked(["9", "10"], nps=RECOMMEND)
    assert ("nps", "0–10") == (question["role"], question["scale"])
    assert "its scale is taken as 0 to 10" in question["why"]


def test_a_question_on_one_to_five_is_no_nps():
    sentence = refused(
        survey(["Date", "ID", RECOMMEND], ["2024-01-01", "1", "5"], ["2024-01-01", "2", "1"]), nps=RECOMMEND
    )
    assert sentence.startswith(f"pulse.csv, column '{RECOMMEND}': its scale is 1 to 5; NPS is on 0 to 10 only.")
    assert "--set csat=" in sentence


def test_a_role_for_a_column_of_words_is_refused():
    sentence = refused(
        survey(["Date", "ID", "What went well?"], ["2024-01-01", "1", "All of it"]), csat="What went well?"
    )
    assert "it was to be csat, and holds other things than scores ('All of it')" in sentence


def test_a_role_without_a_cut_for_the_scale_is_refused_with_the_scales_it_has():
    sentence = refused(survey(["Date", "ID", EASY], ["2024-01-01", "1", "1"], ["2024-01-01", "2", "5"]), ces=EASY)
    assert "its scale is 1 to 5, and ces has no cut for it; one of 1 to 7 was expected" in sentence


def test_a_role_for_a_question_that_is_not_asked_is_refused():
    """A misspelt --set nps=... would otherwise leave the file without NPS, in silence."""
    content = survey(["Date", "ID", "Score of the day"], ["2024-01-01", "1", "9"])
    assert "Recomend" in refused(content, nps="Recomend")


def test_the_mapping_gives_role_driver_scale_and_turned_items(empty_store):
    mapping = {"questions": {"Stress": {"role": "engagement", "driver": "Load", "reversed": True, "low": 1, "high": 5}}}
    rows = [["2024-01-01", str(n), score] for n, score in enumerate(["1", "2", "2", "5", "4", "1", "5"])]
    take(empty_store, survey(["Date", "ID", "Stress"], *rows), mapping=mapping)
    (question,) = measure.questions(empty_store)[0]["questions"]
    # turned round: 5, 4, 4, 1, 2, 5, 1; favourable are 4 and 5
    assert (7, 22 / 7, 4 / 7) == (question["n"], question["mean"], question["favourable"])
    assert {"1": 2, "2": 2, "4": 1, "5": 2} == question["counts"]


def test_a_score_outside_the_scale_said_leaves_its_row_out():
    mapping = {"questions": {"Mood": {"role": "engagement", "low": 1, "high": 5}}}
    rows = [["2024-01-01", str(n), "3"] for n in range(2, 9)]
    reading = read(survey(["Date", "ID", "Mood"], *rows, ["2024-01-01", "9", "6"]), mapping=mapping)
    (reject,) = reading.rejected
    assert (9, "Mood", "a score from 1 to 5 was expected") == (reject.row, reject.column, reject.reason)
    assert 7 == reading.rows_accepted == reading.tables["raw_responses"].num_rows
    assert 7 == reading.tables["raw_answers"].num_rows


def test_a_scale_said_upside_down_is_refused():
    mapping = {"questions": {"Mood": {"low": 5, "high": 1}}}
    assert "Mood" in refused(survey(["Date", "ID", "Mood"], ["2024-01-01", "1", "3"]), mapping=mapping)


def test_a_role_that_is_none_is_refused():
    mapping = {"questions": {"Mood": {"role": "happiness"}}}
    assert "happiness" in refused(survey(["Date", "ID", "Mood"], ["2024-01-01", "1", "3"]), mapping=mapping)


# Answers


def test_blank_and_not_applicable_are_missing_and_no_fault():
    question = asked(["10", "", "N/A", "prefer not to say", "3"])
    assert (2, 3) == (question["n"], question["missing"])


def test_few_short_words_are_choices_and_many_are_comments():
    rows = [["2024-01-01", str(n), "Yes" if n % 2 else "No", f"Something else each time, {n}"] for n in range(30)]
    reading = read(survey(["Date", "ID", "Did it come on time?", "What else?"], *rows))
    assert ["single", "text"] == [q["kind"] for q in reading.questions]


def test_choices_are_counted_and_comments_are_not_told(empty_store):
    rows = [["2024-01-01", str(n), "Yes" if n < 4 else "No", f"a long comment of its own, {n}"] for n in range(30)]
    take(empty_store, survey(["Date", "ID", "Did it come on time?", "What else?"], *rows))
    choice, comment = measure.questions(empty_store)[0]["questions"]
    assert {"Yes": 4, "No": 26} == choice["counts"]
    assert ({}, 30) == (comment["counts"], comment["n"])


def test_nps_is_promoters_less_detractors_of_those_who_answered(empty_store):
    rows = [["2024-01-01", f"C{n}", score] for n, score in enumerate(["10", "9", "8", "7", "6", "0", ""])]
    take(empty_store, survey(["Date", "Customer ID", RECOMMEND], *rows))
    (question,) = measure.questions(empty_store)[0]["questions"]
    assert (6, 1, 0.0) == (question["n"], question["missing"], question["nps"])  # 2 promoters, 2 detractors
    assert question["low"] < 0 < question["high"]
    assert [0.0] == measure.series(empty_store, "nps").frame["value"].tolist()


# Columns that are no questions


def test_groups_are_known_by_name_and_kept_with_each_response():
    header = ["Date", "Respondent ID", "Dept", "Office", PROUD]
    reading = read(survey(header, ["2024-01-01", "1", "Sales", "", "4"], ["2024-01-02", "2", "Support", "Bonn", "5"]))
    groups = [json.loads(text) for text in reading.tables["raw_responses"].column("groups").to_pylist()]
    assert [{"department": "Sales"}, {"department": "Support", "site": "Bonn"}] == groups
    assert [PROUD] == [q["text"] for q in reading.questions]


def test_another_column_is_made_a_group_with_set():
    content = survey(["Date", "Respondent ID", "Ship", PROUD], ["2024-01-01", "1", "Gull", "4"])
    reading = read(content, group="Ship")
    assert ['{"ship": "Gull"}'] == reading.tables["raw_responses"].column("groups").to_pylist()
    assert [PROUD] == [q["text"] for q in reading.questions]


def test_a_group_that_is_no_column_is_refused():
    content = survey(["Date", "Respondent ID", PROUD], ["2024-01-01", "1", "4"])
    assert "there is no column 'Ship'" in refused(content, group="Ship")


def test_invited_and_customer_are_taken_from_their_columns():
    content = survey(["Date", "Customer ID", "Invited", RECOMMEND], ["2024-01-01", "17850.0", "40", "4"])
    responses = read(content).tables["raw_responses"]
    assert [("17850", 40)] == list(
        zip(responses.column("customer_id").to_pylist(), responses.column("invited").to_pylist(), strict=True)
    )


def test_a_survey_without_a_date_asks_for_it():
    sentence = refused(survey(["ID", RECOMMEND], ["1", "9"]), name="nps.csv")
    assert sentence.startswith("nps.csv: no column of dates was found among ID, How likely")
    assert "--set answered_on=COLUMN" in sentence


def test_the_date_column_is_named_with_set():
    content = survey(["Came in", "ID", RECOMMEND], ["2024-01-01", "1", "9"])
    assert [date(2024, 1, 1)] == read(content, answered_on="Came in").tables["raw_responses"].column(
        "answered_on"
    ).to_pylist()


def test_a_question_may_hold_quotation_marks_semicolons_and_dashes():
    content = b'Date,ID,"Is it ""good""; or -- not?"\n2024-01-01,1,5\n2024-01-02,2,1\n'
    assert ['Is it "good"; or -- not?'] == [q["text"] for q in read(content).questions]


def test_two_questions_in_the_same_words_are_both_kept():
    reading = read(survey(["Date", "ID", PROUD, PROUD], ["2024-01-01", "1", "4", "5"], ["2024-01-01", "2", "3", "1"]))
    assert ["q3", "q4"] == [q["key"] for q in reading.questions]
    assert 4 == reading.tables["raw_answers"].num_rows


# The survey's name, and waves


def test_a_survey_is_called_as_its_file_or_as_said():
    content = survey(["Date", "ID", RECOMMEND], ["2024-01-01", "1", "9"])
    assert "nps 2024" == read(content, name="nps 2024.csv.gz").survey
    assert "Customers" == read(content, survey="Customers").survey


def test_two_waves_of_one_survey_are_told_together(empty_store):
    header = ["Date", "Customer ID", RECOMMEND]
    take(
        empty_store,
        survey(header, ["2024-01-01", "C1", "10"], ["2024-01-01", "C2", "0"]),
        survey="Customers",
        name="a.csv",
    )
    take(
        empty_store,
        survey(header, ["2024-02-01", "C1", "9"], ["2024-02-01", "C3", "0"]),
        survey="Customers",
        name="b.csv",
    )
    (told,) = measure.questions(empty_store)
    (question,) = told["questions"]
    assert ("Customers", 4, 4) == (told["survey"], told["responses"], question["n"])
    assert [0.0, 0.0] == measure.series(empty_store, "nps").frame["value"].tolist()


def test_a_later_wave_of_the_same_columns_joins_the_survey_of_the_first(empty_store):
    header = ["Date", "Customer ID", RECOMMEND]
    take(empty_store, survey(header, ["2024-01-01", "C1", "10"], ["2024-01-01", "C2", "0"]), name="spring.csv")
    reading = company.preview(empty_store, survey(header, ["2024-06-01", "C1", "9"]), name="autumn.csv", today=TODAY)
    assert ("survey", "spring", "nps") == (reading.kind, reading.survey, reading.questions[0]["role"])


def test_roles_said_once_are_remembered_for_the_next_wave(empty_store):
    header = ["Date", "ID", "Mood"]
    take(
        empty_store,
        survey(header, ["2024-01-01", "1", "5"], ["2024-01-01", "2", "1"]),
        mapping={"questions": {"Mood": {"role": "engagement"}}},
    )
    reading = company.preview(empty_store, survey(header, ["2024-02-01", "1", "3"]), name="b.csv", today=TODAY)
    assert ("engagement", "1–5") == (reading.questions[0]["role"], reading.questions[0]["scale"])


def test_a_survey_read_again_with_its_own_mapping_gives_the_same_rows():
    rows = [["13/02/2024", str(n), "Sales", score, "fine"] for n, score in enumerate(["1", "5", "", "3"])]
    content = survey(["Date", "Respondent ID", "Dept", PROUD, "Why?"], *rows)
    once = read(content)
    again = intake.read(content, name="pulse.csv", known=Known(today=TODAY, currency="EUR"), mapping=once.mapping)
    assert once.tables == again.tables


def test_answers_of_fewer_than_five_people_on_their_work_are_hidden(empty_store):
    rows = [["2024-01-01", str(n), "Sales", "4"] for n in range(4)]
    take(empty_store, survey(["Date", "Respondent ID", "Dept", PROUD], *rows))
    (question,) = measure.questions(empty_store)[0]["questions"]
    assert (None, {}, True) == (question["n"], question["counts"], question["hidden"])
    assert measure.series(empty_store, "engagement").frame["value"].isna().all()


def test_one_person_who_answers_five_times_is_still_one_person(empty_store):
    rows = [[f"2024-01-0{n}", "7", "Sales", "4"] for n in range(1, 7)]
    take(empty_store, survey(["Date", "Respondent ID", "Dept", PROUD], *rows))
    (question,) = measure.questions(empty_store)[0]["questions"]
    assert question["n"] is None
    assert measure.series(empty_store, "engagement").frame["value"].isna().all()
