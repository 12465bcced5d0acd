"""LimeSurvey's exports: what is recognised, and what its columns are said to be."""

from pathlib import Path

import pytest

from keel import sheets
from keel.errors import InputError
from keel.surveys import limesurvey

FOLDER = Path(__file__).parent
ORDERS = b"Order ID,Order Date,Customer,Amount\n1,2024-01-05,C1,10.50\n2,2024-01-06,C2,20\n"
ALCHEMER = b"Response ID,Time Started,Date Submitted,Status,Rate us\n1,2024-01-05,2024-01-05,Complete,5\n"
KOBO = b'"start";"end";"Q";"_id";"_uuid";"_submission_time"\n"2024-01-05";"2024-01-05";"5";"1";"u";"2024-01-05"\n'


def opened(name):
    return sheets.read((FOLDER / name).read_bytes(), name=name)


def form(name):
    return limesurvey.read(opened(name)[-1])


def used(form, use):
    return [field.text for field in form.fields if field.use == use]


def cells(form, text):
    return form.cells.column([field.text for field in form.fields].index(text)).to_pylist()


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.csv")))
def test_every_heading_style_and_language_is_recognised(name):
    assert limesurvey.recognises(opened(name)[0]) > 0.9


@pytest.mark.parametrize("content", [ORDERS, ALCHEMER, KOBO, b"id,seed,price\n1,2,3\n", b"a\n1\n"])
def test_files_of_others_are_not_recognised(content):
    assert limesurvey.recognises(sheets.read(content, name="other.csv")[0]) <= 0.3


def test_the_sheet_with_the_responses_is_told_from_the_one_about_the_survey():
    about, responses = opened("merged.xlsx")
    assert limesurvey.recognises(about) == 0 < 0.9 < limesurvey.recognises(responses)


def test_a_sheet_without_its_headings_is_refused():
    with pytest.raises(InputError, match="submitdate and lastpage were expected"):
        limesurvey.read(sheets.read(ORDERS, name="orders.csv")[0])


def test_headings_are_recognised_in_another_order_with_columns_missing_and_below_a_title():
    content = b"Export of spring;;;\nHow was it?;Last page;Response ID;Date submitted\ngood;1;7;2024-01-05 10:00\n"
    sheet = sheets.read(content, name="spring.csv")[0]
    found = limesurvey.read(sheet)
    assert limesurvey.recognises(sheet) > 0.9
    assert ["question", "meta", "response_id", "answered_on"] == [field.use for field in found.fields]
    assert ["good"] == cells(found, "How was it?")
    assert [3] == found.numbers.to_pylist()


def test_what_the_tool_wrote_is_never_asked():
    found = form("codes.csv")
    assert [
        "NPS",
        "Region",
        "Q1: SQ001",
        "Q1: SQ002",
        "Q1: other",
        "Q2: SQ001",
        "Q2: SQ002",
        "Q3",
        "Q1: other (in words)",
    ] == used(found, "question")
    assert ["submitdate"] == used(found, "answered_on")
    assert ["startdate"] == used(found, "started_on")
    assert ["id"] == used(found, "response_id")
    assert ["token"] == used(found, "respondent")


def test_a_token_without_a_value_is_no_respondent():
    assert [] == used(form("code_and_text.csv"), "respondent")


def test_a_response_without_a_submitdate_is_partial():
    assert ("", "", "partial", "", "") == form("codes.csv").statuses


def test_ticks_are_passed_on_and_what_was_typed_for_other_is_a_tick_and_a_text():
    found = form("codes.csv")
    assert ["Y", "", "", "Y", ""] == cells(found, "Q1: SQ001")
    assert ["", "1", "", "", ""] == cells(found, "Q1: other")
    assert ["", "Phone call", "", "", ""] == cells(found, "Q1: other (in words)")
    assert [True, True, True] == [field.several for field in found.fields if field.of == "Q1"]


def test_a_matrix_is_left_to_its_cells():
    assert [None, None] == [field.several for field in form("codes.csv").fields if field.of == "Q2"]


def test_yes_and_no_under_option_codes_are_options_and_the_note_says_so():
    found = form("code_and_text.csv")
    assert ["Yes", "0", "0"] == cells(found, "What do you use? [Tick all that apply]: Chat")
    assert ["0", "Yes", "0"] == cells(found, "What do you use? [Tick all that apply]: E-mail, letters")
    assert any("taken for a choice of several" in note for note in found.notes)


def test_yes_and_no_without_codes_stay_questions_and_the_note_says_so():
    found = form("yes_no_matrix.csv")
    assert [None, None] == [field.several for field in found.fields if field.of]
    assert ["No", "N/A", "Yes"] == cells(found, "Do you have a contract: without an end")
    assert any("a question each" in note for note in found.notes)


def test_codes_and_texts_are_told_apart():
    found = form("code_and_text.csv")
    assert {"Q02": "How likely are you to recommend us to a friend?", "Q01[SQ001]": "Your age:"}.items() <= {
        field.key: field.text for field in found.fields
    }.items()
    assert ["Region"] == used(found, "detail")


def test_brackets_of_a_question_alone_are_its_own():
    texts = used(form("german.csv"), "question")
    assert "Bewerten Sie uns [1-5]" in texts
    assert "Ihr Alter:" in texts
    assert "Wie zufrieden sind Sie mit ...: der Größe" in texts


def test_a_date_of_1980_gives_way_to_one_that_varies():
    found = form("anonymised.csv")
    assert ["datestamp"] == used(found, "answered_on")
    assert ("", "", "partial") == found.statuses
    assert any("anonymised" in note for note in found.notes)


def test_without_any_other_date_no_column_tells_the_day():
    found = form("anonymised_no_day.csv")
    assert [] == used(found, "answered_on") + used(found, "started_on")
    assert any("no column tells the day" in note for note in found.notes)


def test_a_date_of_1980_among_others_is_blank_and_the_response_complete():
    content = b"id,submitdate,lastpage,startlanguage,startdate,Q\n1,1980-01-01 00:00:00,1,en,2024-01-04 10:00:00,5\n2,2024-01-05 10:00:00,1,en,2024-01-05 09:00:00,4\n"
    found = limesurvey.read(sheets.read(content, name="mixed.csv")[0])
    assert ["", "2024-01-05 10:00:00"] == cells(found, "submitdate")
    assert ("", "") == found.statuses


def test_questions_over_merged_cells_go_with_the_parts_below():
    found = form("merged.xlsx")
    assert [
        "How satisfied are you with",
        "How satisfied are you with",
        "Which do you use?",
        "Which do you use?",
        "Which do you use?",
    ] == [field.of for field in found.fields if field.of]
    assert [3, 4, 5] == found.numbers.to_pylist()
    assert ["fine", "", ""] == cells(found, "Anything else?")


def test_a_header_that_stands_again_further_down_is_no_response():
    content = (FOLDER / "spanish.csv").read_bytes()
    found = limesurvey.read(sheets.read(content + content, name="twice.csv")[0])
    assert 6 == found.cells.num_rows
