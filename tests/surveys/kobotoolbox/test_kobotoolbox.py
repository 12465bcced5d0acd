"""KoboToolbox's and ODK's exports: what is recognised, and what their columns are said to be."""

from pathlib import Path

import pytest

from keel import sheets
from keel.errors import InputError
from keel.surveys import kobotoolbox

FOLDER = Path(__file__).parent
ORDERS = b"Order ID,Order Date,Customer,Amount\n1,2024-01-05,C1,10.50\n2,2024-01-06,C2,20\n"
LIMESURVEY = b"id,submitdate,lastpage,startlanguage,Q1\n1,2024-01-05,1,en,5\n"
MICROSOFT = b"ID,Start time,Completion time,Email,Name,Rate us\n1,2024-01-05,2024-01-05,anonymous,,5\n"


def opened(name):
    return sheets.read((FOLDER / name).read_bytes(), name=name)[0]


def form(name):
    return kobotoolbox.read(opened(name))


def read(content):
    return kobotoolbox.read(sheets.read(content.encode(), name="made.csv")[0])


def used(form, use):
    return [field.text for field in form.fields if field.use == use]


def cells(form, text):
    return form.cells.column([field.text for field in form.fields].index(text)).to_pylist()


@pytest.mark.parametrize("name", ["labels.csv", "names.csv", "separate.csv", "central.csv"])
def test_exports_with_labels_with_names_and_of_odk_are_recognised(name):
    assert kobotoolbox.recognises(opened(name)) > 0.9


@pytest.mark.parametrize("content", [ORDERS, LIMESURVEY, MICROSOFT, b"start,end,status\n1,2,x\n"])
def test_files_of_others_are_not_recognised(content):
    assert kobotoolbox.recognises(sheets.read(content, name="other.csv")[0]) < 0.3


def test_the_rows_of_a_repeated_group_are_refused_and_less_sure_than_responses():
    assert kobotoolbox.recognises(opened("repeat.csv")) < kobotoolbox.recognises(opened("labels.csv"))
    with pytest.raises(InputError, match="repeated group"):
        form("repeat.csv")


def test_the_end_is_the_day_and_the_time_sent_steps_in_where_there_is_none():
    found = form("labels.csv")
    assert ["end"] == used(found, "answered_on")
    assert ["2024-03-01T23:50:00.000-05:00", "2024-03-03T08:10:00.000-05:00", "2024-03-05T13:10:10"] == cells(
        found, "end"
    )
    assert any("UTC" in note for note in found.notes)


def test_without_an_end_the_time_sent_is_the_day():
    assert ["_submission_time"] == used(form("separate.csv"), "answered_on")


def test_the_row_of_tags_is_no_response():
    assert [3, 4, 5] == form("labels.csv").numbers.to_pylist()


def test_what_was_chosen_is_taken_from_the_columns_of_the_options_only():
    found = form("labels.csv")
    options = [field for field in found.fields if field.of]
    assert ["Price lists", "Phone and/or post"] == [field.option for field in options]
    assert {"Which of these do you use?"} == {field.of for field in options}
    assert all(field.several for field in options)
    assert "Which of these do you use?" in used(found, "meta")


def test_groups_are_left_out_of_the_words_and_kept_in_the_key():
    keys = {field.text: field.key for field in form("labels.csv").fields}
    assert "Household/How many rooms do you have? (0-100)" == keys["How many rooms do you have? (0-100)"]
    assert "Yes/No in your words" == keys["Yes/No in your words"]


def test_places_pictures_and_reviews_are_not_asked():
    found = form("labels.csv")
    assert {"Where are you?", "_Where are you?_latitude", "A photo", "A photo_URL", "_validation_status"} <= set(
        used(found, "meta")
    )
    assert any("did not approve (_validation_status): 1." in note for note in found.notes)


def test_names_joined_by_spaces_are_several_choices_and_prose_is_not():
    joined = {field.text: field.joined for field in form("names.csv").fields if field.use == "question"}
    assert {"nps": "", "intro/channels": " ", "visits": "", "service/channels": " ", "note": ""} == joined


def test_a_name_that_starts_with_an_underscore_is_still_a_question():
    found = read("start;_1_How_was_it;_uuid;_submission_time;_index\n2024-01-05;5;u1;2024-01-05T10:00:00;1\n")
    assert ["_1_How_was_it"] == used(found, "question")


def test_options_within_a_group_belong_to_their_question():
    found = read("g/Q;g/Q/a;g/Q/b;g/n;_uuid;_submission_time;_index\na b;1;1;2;u1;2024-01-05T10:00:00;1\n")
    assert [("Q", "a"), ("Q", "b")] == [(field.of, field.option) for field in found.fields if field.of]
    assert ["Q: a", "Q: b", "n"] == used(found, "question")


def test_hyphens_of_odk_are_groups_and_its_id_is_the_key():
    found = form("central.csv")
    assert ["rating", "uses: chat", "uses: post", "comment"] == used(found, "question")
    assert ["KEY"] == used(found, "response_id")
