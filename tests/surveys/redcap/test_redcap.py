"""REDCap's exports and its data dictionary: what is recognised, and what the columns are said to be."""

import json
from pathlib import Path

import pytest

from keel import sheets
from keel.errors import InputError
from keel.surveys import redcap

FOLDER = Path(__file__).parent
ORDERS = b"order_id,customer_id,order_timestamp,order_complete,amount\n1,C1,2024-01-05,1,10.50\n2,C2,2024-01-06,0,20\n"
LIMESURVEY = b"id,submitdate,lastpage,startlanguage,Q1\n1,2024-01-05,1,en,5\n"
GOOGLE = b"Timestamp,How was it?,Complete?\n1/5/2024 10:00:00,5,yes\n"


def opened(name):
    return sheets.read((FOLDER / name).read_bytes(), name=name)[0]


def form(name):
    return redcap.read(opened(name))


def used(form, use):
    return [field.text for field in form.fields if field.use == use]


def cells(form, text):
    return form.cells.column([field.text for field in form.fields].index(text)).to_pylist()


@pytest.mark.parametrize("name", ["raw.csv", "labelled.csv", "longitudinal.csv", "no_surveys.csv"])
def test_exports_with_names_and_with_labels_are_recognised(name):
    assert redcap.recognises(opened(name)) > 0.9


@pytest.mark.parametrize("content", [ORDERS, LIMESURVEY, GOOGLE])
def test_files_of_others_are_not_recognised(content):
    assert redcap.recognises(sheets.read(content, name="other.csv")[0]) < 0.5


def test_a_plain_table_is_not_recognised_at_all():
    assert 0 == redcap.recognises(sheets.read(b"Order ID,Order Date,Amount\n1,2024-01-05,10\n", name="orders.csv")[0])


def test_a_task_list_is_not_recognised_and_the_states_of_a_form_under_another_id_are():
    tasks = b"id,task,setup_complete\n1,a,0\n2,b,1\n"
    study = b"study_id,rating,visit_complete\n1,5,2\n2,4,0\n"
    assert redcap.recognises(sheets.read(tasks, name="tasks.csv")[0]) < 0.5
    assert redcap.recognises(sheets.read(study, name="study.csv")[0]) > 0.5


def test_not_completed_is_partial_and_blank_and_so_is_a_record_of_which_no_form_is():
    found = form("raw.csv")
    assert ("", "partial", "partial", "", "") == found.statuses
    assert "[not completed]" not in cells(found, "visit_timestamp")


def test_the_last_form_sent_tells_the_day():
    found = form("raw.csv")
    assert ["visit_timestamp"] == used(found, "answered_on")
    assert ["2024-01-12 10:00:00", "2024-01-11 09:00:00", "", "2024-01-13 09:00:00", "2024-01-20 23:30:00"] == cells(
        found, "visit_timestamp"
    )


def test_checkboxes_are_options_and_a_minus_of_a_code_comes_back():
    assert [("heard", "1"), ("heard", "2"), ("heard", "-99")] == [
        (f.of, f.option) for f in form("raw.csv").fields if f.several
    ]


def test_a_decimal_comma_is_written_as_the_points_beside_it():
    found = form("raw.csv")
    assert ["3.5", "4.25", "", "", "10"] == cells(found, "weight")
    assert ["1.75", "1.6", "", "", "1.9"] == cells(found, "height")


def test_commas_that_may_be_thousands_or_words_are_left():
    content = b'record_id,pay,note,a_complete\n1,"1,250","a, b",2\n2,"900","3,5",2\n'
    found = redcap.read(sheets.read(content, name="made.csv")[0])
    assert ["1,250", "900"] == cells(found, "pay")
    assert ["a, b", "3,5"] == cells(found, "note")


def test_names_of_people_are_never_asked():
    assert "first_name" in used(form("raw.csv"), "meta")


def test_a_record_that_stands_once_is_a_response_and_one_that_returns_a_person():
    assert ["record_id"] == used(form("raw.csv"), "response_id")
    assert ["record_id"] == used(form("longitudinal.csv"), "respondent")
    assert [] == used(form("longitudinal.csv"), "response_id")


def test_a_survey_identifier_is_the_respondent_where_it_has_values():
    assert ["Survey Identifier"] == used(form("labelled.csv"), "respondent")
    assert [] == used(form("raw.csv"), "respondent")


def test_labels_are_read_with_their_doubles():
    found = form("labelled.csv")
    assert [
        "How satisfied are you? (1-5)",
        "What helped?: Price, always",
        "What helped?: Speed",
        "Anything else?",
    ] == used(found, "question")
    assert ("", "", "partial") == found.statuses
    assert [4, 9] == [at for at, field in enumerate(found.fields) if field.text == "Survey Timestamp"]


def test_a_header_that_stands_again_further_down_is_no_response():
    content = (FOLDER / "no_surveys.csv").read_bytes()
    assert 6 == redcap.read(sheets.read(content + content, name="twice.csv")[0]).cells.num_rows


def test_a_dictionary_gives_texts_labels_and_types_and_nothing_that_json_cannot_hold():
    told = redcap.dictionary(opened("dictionary.csv"))
    assert told == json.loads(json.dumps(told))
    assert {
        "text": "How likely are you to recommend us?",
        "labels": {"0": "0", "7": "7", "9": "9", "10": "10"},
        "type": "radio",
        "identifies": False,
    } == told["recommend"]
    assert told["first_name"]["identifies"]
    assert {"1": "A friend", "2": "Press, radio or TV", "-99": "Don't remember"} == told["heard"]["labels"]
    assert {"1": "Yes", "0": "No"} == told["agree"]["labels"]
    assert {} == told["total"]["labels"]


@pytest.mark.parametrize("name", ["raw.csv", "labelled.csv"])
def test_records_are_no_dictionary(name):
    assert redcap.dictionary(opened(name)) is None


def test_a_dictionary_as_the_api_names_its_columns_is_one_too():
    content = b'field_name,form_name,section_header,field_type,field_label,select_choices_or_calculations\nq,a,,radio,Well?,"1, Yes | 2, No"\n'
    told = redcap.dictionary(sheets.read(content, name="metadata.csv")[0])
    assert {"q": {"text": "Well?", "labels": {"1": "Yes", "2": "No"}, "type": "radio", "identifies": False}} == told


def test_a_dictionary_alone_is_refused():
    with pytest.raises(InputError, match="a REDCap data dictionary, which holds no responses"):
        form("dictionary.csv")


def test_with_a_dictionary_questions_options_and_labels_are_in_words():
    before = form("raw.csv")
    after = redcap.with_dictionary(before, redcap.dictionary(opened("dictionary.csv")))
    fields = {field.key: field for field in after.fields}
    assert "How likely are you to recommend us?" == fields["recommend"].text
    assert {"1": "North", "2": "South"} == fields["area"].labels
    assert "How did you hear of us?: Press, radio or TV" == fields["heard___2"].text
    assert "How did you hear of us?" == fields["heard____99"].of
    assert "Don't remember" == fields["heard____99"].option
    assert before.cells is after.cells


def test_the_note_that_asks_for_the_dictionary_goes_once_it_is_there():
    before = form("raw.csv")
    assert 1 == len(before.notes)
    assert () == redcap.with_dictionary(before, redcap.dictionary(opened("dictionary.csv"))).notes
