"""SPSS files: what is what, told by their dictionary and by the names that tools give."""

from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from keel import sheets
from keel.errors import InputError
from keel.surveys import spss
from tests.surveys.spss import make

HERE = Path(__file__).parent


@cache
def sheet(name):
    (found,) = sheets.read((HERE / name).read_bytes(), name=name)
    return found


def made(columns, **more):
    (found,) = sheets.read(make.written(columns, **more), name="made.sav")
    return found


def fields(form, use="question"):
    return {one.key: one for one in form.fields if one.use == use}


def cells(form, key):
    place = [one.key for one in form.fields].index(key)
    return form.cells.column(place).to_pylist()


@pytest.mark.parametrize("name", [name for name in make.FILES if name.endswith(".sav")])  # zlib differs between systems
def test_the_committed_files_are_what_make_writes(name):
    assert make.FILES[name]() == (HERE / name).read_bytes()


@pytest.mark.parametrize("name", ["qualtrics.sav", "right_to_left.zsav"])
def test_a_data_file_is_known_for_certain(name):
    assert 1.0 == spss.recognises(sheet(name))


@pytest.mark.parametrize(
    "content",
    [
        b"Order ID,Order Date,Customer,Amount\n1,2024-01-05,C1,10.50\n",
        b"ResponseId,RecordedDate,Q1\nResponse ID,Recorded Date,How likely?\nR_1,2024-01-05,9\n",
        b"id,submitdate,lastpage,G01Q01\n1,2024-01-05 10:00:00,3,yes\n",
    ],
)
def test_a_text_file_is_none_whatever_its_headers(content):
    (found,) = sheets.read(content, name="file.csv")
    assert 0.0 == spss.recognises(found)


def test_what_qualtrics_notes_gets_its_uses():
    form = spss.read(sheet("qualtrics.sav"))
    uses = {one.key: one.use for one in form.fields if one.use != "question"}
    assert {
        "StartDate": "started_on", "RecordedDate": "answered_on", "Status": "meta", "Finished": "meta", "IPAddress": "meta",
        "ResponseId": "response_id", "ExternalReference": "respondent", "UserLanguage": "meta", "Q1_NPS_GROUP": "meta",
        "Region": "detail",
    } == uses  # fmt: skip
    assert ("", "", "test", "partial", "test", "") == form.statuses
    assert "ymd" == form.dates
    assert [2, 3, 4, 5, 6, 7] == form.numbers.to_pylist()


def test_options_with_one_label_are_one_question_and_its_text_field_another():
    asked = fields(spss.read(sheet("qualtrics.sav")))
    options = [asked[f"Q3_{number}"] for number in (1, 2, 3)]
    assert {"Which of these matter to you?"} == {one.of for one in options}
    assert ["Price", "Speed, always", "Other:"] == [one.option for one in options]
    assert all(one.several for one in options)
    assert "" == asked["Q3_3_TEXT"].of


def test_statements_that_share_labels_are_a_matrix():
    asked = fields(spss.read(sheet("qualtrics.sav")))
    assert ("How far do you agree?", "It came in time", None) == (
        asked["Q4_2"].of,
        asked["Q4_2"].option,
        asked["Q4_2"].several,
    )
    assert "Strongly agree" == asked["Q4_2"].labels["5"]


def test_declared_missing_codes_are_blank_and_have_no_label():
    form = spss.read(sheet("missing.sav"))
    assert ["9", "", "", "10"] == cells(form, "nps")
    assert ["4", "", "", ""] == cells(form, "sat")
    assert ["", "6", "", "7"] == cells(form, "ease")
    assert ["gold", "", "free", "gold"] == cells(form, "plan")
    assert ["12.5", "0.1", "", ""] == cells(form, "spent")
    asked = fields(form)
    assert {"0": "Not at all likely", "10": "Extremely likely"} == asked["nps"].labels
    assert {"gold": "Gold", "free": "Free of charge"} == asked["plan"].labels


def test_the_code_page_of_the_file_is_read():
    form = spss.read(sheet("code_page.sav"))
    assert "Welche Größe tragen Sie?" == fields(form)["F1"].text
    assert {"1": "größer", "2": "völlig egal"} == fields(form)["F1"].labels
    assert ["schön", "", "naïf"] == cells(form, "F2")
    assert ["38.5", "40", "41.25"] == cells(form, "ALTER")


def test_names_from_right_to_left_are_kept():
    form = spss.read(sheet("right_to_left.zsav"))
    assert ["תאריך_הגשה", "שביעות_רצון", "ملاحظات"] == [one.key for one in form.fields]
    assert "answered_on" == form.fields[0].use


def test_declared_sets_are_questions_of_several_choices():
    form = spss.read(sheet("sets.sav"))
    asked = fields(form)
    assert ["1", "0", "1", ""] == cells(form, "reasons_for_choosing_price")
    assert "What made you choose us ($ aside)?" == asked["reasons_for_choosing_speed"].of
    assert ["Y", "", "Y", ""] == cells(form, "c1")
    assert ["Alpha; Beta, new", "Gamma", "Beta, new; Alpha", ""] == cells(form, "brands")
    assert "; " == asked["brands"].joined
    assert ("The file holds weights (wt); every response counts as one.",) == form.notes


def test_the_columns_of_the_form_are_counted_from_nought():
    form = spss.read(sheet("sets.sav"))
    assert [str(place) for place in range(len(form.fields))] == form.cells.column_names


def test_the_better_name_tells_the_moment_and_an_empty_one_none():
    moments = [datetime(2024, 1, 1), datetime(2024, 1, 2)]
    form = spss.read(made({"RecordedDate": [None, None], "EndDate": moments, "Q1": [1.0, 2]}))
    assert {"RecordedDate": "meta", "EndDate": "answered_on"} == {
        k: one.use for k, one in {**fields(form, "meta"), **fields(form, "answered_on")}.items()
    }


def test_a_number_that_is_called_end_is_a_question():
    form = spss.read(
        made({"EndDate": [datetime(2024, 1, 1)], "End": [4.0]}, labels={"End": "How did you like the end?"})
    )
    assert {"End"} == fields(form).keys()


def test_a_question_is_one_whatever_its_variable_is_called():
    form = spss.read(
        made(
            {"EndDate": [datetime(2024, 1, 1)], "status": [1.0], "weight": [70.0]},
            labels={"status": "What is your marital status?", "weight": "What do you weigh?"}, values={"status": {1: "In progress"}},
        )
    )  # fmt: skip
    assert {"status", "weight"} == fields(form).keys()
    assert () == form.statuses


def test_a_day_of_birth_is_not_the_day_of_the_answer():
    days = [datetime(1990, 1, 1), datetime(1980, 1, 1)]
    form = spss.read(made({"birthday": days, "Q1": [1.0, 2]}))
    assert {} == fields(form, "answered_on")


def test_the_one_day_of_an_anonymous_survey_is_no_day():
    form = spss.read(
        made({"submitdate": ["1980-01-01 00:00:00"] * 2, "datestamp": ["2024-01-01", "2024-01-02"], "Q1": [1.0, 2]})
    )
    assert {"datestamp"} == fields(form, "answered_on").keys()


def test_options_named_on_their_codes_share_the_label_of_their_variables():
    labels = {"R_1": "Why us?", "R_2": "Why us?"}
    form = spss.read(
        made({"R_1": [1.0, None], "R_2": [None, 2.0]}, labels=labels, values={"R_1": {1: "Price"}, "R_2": {2: "Speed"}})
    )
    assert [("Why us?", "Price"), ("Why us?", "Speed")] == [(one.of, one.option) for one in form.fields]
    assert ["", "1"] == cells(form, "R_2")


def test_questions_in_a_row_that_share_no_words_stay_apart():
    form = spss.read(
        made({"Q1_1": [1.0, 5], "Q1_2": [2.0, 4]}, labels={"Q1_1": "How was the food?", "Q1_2": "How was the room?"})
    )
    assert ["", ""] == [one.of for one in form.fields]


def test_a_file_without_a_case_is_refused():
    with pytest.raises(InputError, match=r"no_cases\.sav: variables without a case were found"):
        spss.read(sheet("no_cases.sav"))
