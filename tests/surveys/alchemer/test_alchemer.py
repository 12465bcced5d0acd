"""Alchemer's exports and SurveyGizmo's: how they are known, and what each column of them is."""

from pathlib import Path

import pytest

from keel import sheets
from keel.errors import InputError
from keel.surveys import alchemer

FOLDER = Path(__file__).parent
CURRENT = "20240131093000-SurveyExport.csv"
FILES = (CURRENT, "joined.csv", "surveygizmo.csv", "repeated.csv")
OWN = "Response ID,Time Started,Date Submitted,Status"
ROW = "1,2024-01-05 09:00:00,2024-01-05 09:01:00,Complete"
OF_OTHERS = {
    "orders": "Order ID,Order Date,Status,Amount\n1,2024-01-05,Shipped,10.50\n2,2024-01-06,Open,20\n",
    "applications": "ID,Name,Date Submitted,Status\n1,Ann,2024-01-05,Open\n",
    "LimeSurvey": "Response ID,Date submitted,Last page,Start language,Seed,Why?\n1,2024-01-05 09:00:00,3,en,12,x\n",
    "Typeform": "#,Why?,Start Date (UTC),Submit Date (UTC),Network ID\n0123456789abcdef0123456789abcdef,x,,,\n",
    "Qualtrics": "StartDate,EndDate,Status,RecordedDate,ResponseId,Q1\n2024-01-05,2024-01-05,0,2024-01-05,R_1,x\n",
}


def sheet(name):
    return sheets.read((FOLDER / name).read_bytes(), name=name)[0]


def written(*lines, name="typed.csv"):
    return sheets.read("\n".join(lines).encode(), name=name)[0]


def asked(headers, *answers):
    """The fields of the questions, below Alchemer's own columns."""
    return alchemer.read(written(f"{OWN},{headers}", *(f"{ROW},{line}" for line in answers))).fields[4:]


def fields(form, use):
    return [field.text for field in form.fields if field.use == use]


@pytest.mark.parametrize("name", FILES)
def test_its_own_files_are_known_surely(name):
    assert 0.9 <= alchemer.recognises(sheet(name))


@pytest.mark.parametrize("content", OF_OTHERS.values(), ids=OF_OTHERS)
def test_the_files_of_others_are_not_taken_for_its_own(content):
    assert alchemer.recognises(sheets.read(content.encode(), name="other.csv")[0]) < 0.3


def test_the_name_of_the_file_only_supports_what_the_headers_say():
    few = ("Date Submitted,Status,Why?", "2024-01-05,Complete,x")
    assert 0.0 == alchemer.recognises(written(*few))
    assert 0.9 == alchemer.recognises(written(*few, name="20240105090000-SurveyExport.csv"))
    assert 0.0 == alchemer.recognises(written("Colour,Votes", "Red,3", name="20240105090000-SurveyExport.csv"))


def test_every_column_of_the_current_export_has_its_use():
    form = alchemer.read(sheet(CURRENT))
    assert ["Response ID"] == fields(form, "response_id")
    assert ["Time Started"] == fields(form, "started_on")
    assert ["Date Submitted"] == fields(form, "answered_on")
    assert ["segment"] == fields(form, "detail")
    assert ["Email"] == fields(form, "respondent")
    assert [
        "Status", "Test Data", "Contact ID", "Legacy Comments", "Comments", "Language", "Referer", "SessionID", "User Agent",
        "Tags", "IP Address", "Longitude", "Latitude", "Country (auto)", "City", "State/Region", "Postal",
    ] == fields(form, "meta")  # fmt: skip
    assert "Country" == form.fields[-1].text
    assert "question" == form.fields[-1].use


def test_a_question_called_like_one_of_its_columns_stays_a_question():
    assert ["question", "question"] == [field.use for field in asked("Why?,Country", "x,Spain", "y,France")]


def test_of_two_countries_side_by_side_the_second_is_a_question():
    form = alchemer.read(written(f"{OWN},Latitude,Country,Country", f"{ROW},51.5,Germany,Spain"))
    assert [("Country (auto)", "meta"), ("Country", "question")] == [(f.text, f.use) for f in form.fields[-2:]]


def test_partial_disqualified_deleted_and_test_data_are_told():
    form = alchemer.read(sheet(CURRENT))
    assert ("", "", "partial", "partial", "partial", "", "test", "test") == form.statuses
    assert (
        "Responses with the status Disqualified are taken as not finished: 1.",
        "Responses with the status Deleted are taken as tests: 1.",
    ) == form.notes


def test_rows_of_a_grid_share_their_question():
    form = alchemer.read(sheet(CURRENT))
    grid = [field for field in form.fields if field.of == "How satisfied are you with our support?"]
    assert ["Speed", "Kindness"] == [field.option for field in grid]
    assert [None, None] == [field.several for field in grid]
    assert "How satisfied are you with our support?: Speed" == grid[0].text


def test_options_with_a_column_each_are_a_multiple_choice_and_what_was_written_in_is_a_text():
    form = alchemer.read(sheet(CURRENT))
    found = [field for field in form.fields if field.text.startswith("Which channels did you use?")]
    assert [
        ("Phone", True), ("Chat", True), ("Other - Write In (Required)", True), ("", None),
    ] == [(field.option, field.several) for field in found]  # fmt: skip
    assert ["", "", "", "", "", "fax", "", ""] == form.cells.column(form.fields.index(found[3])).to_pylist()


def test_a_written_in_column_without_a_twin_is_told_by_its_cells():
    red, other = asked("Red:Colours?,Other - Write In:Colours?", "Red,", ",teal")
    assert ("Red", True) == (red.option, red.several)
    assert ("", "Colours?: Other - Write In") == (other.of, other.text)
    _, flag = asked("Red:Colours?,Other - Write In:Colours?", "Red,", ",Other - Write In")
    assert ("Other - Write In", True) == (flag.option, flag.several)


def test_of_two_written_in_columns_that_nobody_filled_the_second_is_the_text():
    found = asked("Red:Colours?,Other - Write In:Colours?,Other - Write In:Colours?", "Red,,")
    assert ["Red", "Other - Write In", ""] == [field.option for field in found]


def test_what_belongs_to_a_question_of_one_column_is_a_text_of_its_own():
    job, other = asked("What is your job?,Other - Write In:What is your job?", "Analyst,", "Other - Write In,Diver")
    assert ("What is your job?", "") == (job.text, job.of)
    assert ("What is your job?: Other - Write In", "") == (other.text, other.of)


def test_a_text_beside_a_question_of_one_column_need_not_be_called_write_in():
    form = alchemer.read(sheet("surveygizmo.csv"))
    assert ("Select all words that fit.: Other word(s)", "") == (form.fields[-1].text, form.fields[-1].of)


def test_colons_in_options_and_in_questions_do_not_part_them():
    form = alchemer.read(sheet("surveygizmo.csv"))
    assert ["WiFi router", "Smart thermostat (ex: Nest)", "Café machine"] == [
        field.option for field in form.fields if field.of == "Check all the devices you own"
    ]
    ratio, day = asked("Is 3:1 right?,Rate us: how was it?", "yes,good")
    assert ["Is 3:1 right?", "Rate us: how was it?"] == [ratio.text, day.text]
    speed, price = asked("Speed:Rate us: how was it?,Price:Rate us: how was it?", "good,bad")
    assert ("Rate us: how was it?", "Speed") == (speed.of, speed.option)
    assert ("Rate us: how was it?", "Price") == (price.of, price.option)


def test_two_questions_that_end_alike_after_a_colon_and_a_space_are_not_parts_of_one():
    found = asked("Thinking of support: how was it?,Thinking of delivery: how was it?", "good,bad")
    assert ["", ""] == [field.of for field in found]
    spaced = asked("Teaching: What for?,Research: What for?", "Teaching,", ",Research")
    assert ["What for?", "What for?"] == [field.of for field in spaced]


def test_a_question_asked_again_in_the_same_words_is_another_question():
    form = alchemer.read(sheet("repeated.csv"))
    assert ["How do you travel?", "How do you travel?", "How do you travel? (2)", "How do you travel? (2)"] == [
        field.of for field in form.fields if field.of
    ]


def test_a_header_that_comes_again_is_no_response():
    assert [2, 3, 5] == alchemer.read(sheet("repeated.csv")).numbers.to_pylist()


def test_numbers_before_questions_are_their_keys():
    form = alchemer.read(sheet("joined.csv"))
    assert [("1", "Which tools do you use?"), ("2", "What should we change?")] == [
        (f.key, f.text) for f in form.fields[4:6]
    ]


def test_choices_joined_by_semicolons_are_told_from_prose():
    form = alchemer.read(sheet("joined.csv"))
    assert [";", "", ""] == [field.joined for field in form.fields[4:]]
    (kind,) = asked("Which?", "R&amp;D", "R&amp;Design")
    assert "" == kind.joined


def test_dates_are_year_first_only_where_they_are_written_so():
    assert "ymd" == alchemer.read(sheet(CURRENT)).dates
    assert "" == alchemer.read(sheet("joined.csv")).dates
    assert "" == alchemer.read(sheet("surveygizmo.csv")).dates


def test_channels_called_email_and_phone_are_not_taken_for_persons():
    found = asked("Email:How may we reach you?,Phone:How may we reach you?", "Email,", ",Phone")
    assert ["question", "question"] == [field.use for field in found]


def test_a_sheet_without_its_header_is_refused_in_one_sentence():
    with pytest.raises(InputError, match=r"no row with Time Started"):
        alchemer.read(written("Colour,Votes", "Red,3"))
