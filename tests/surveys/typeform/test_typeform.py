"""Typeform's exports: how they are known, and what each column of them is."""

from pathlib import Path

import pytest

from keel import sheets
from keel.errors import InputError
from keel.surveys import typeform

FOLDER = Path(__file__).parent
FILES = ("before.csv", "current.csv", "headings.csv", "joined.csv", "resaved.csv")
ID = "0123456789abcdef0123456789abcde"  # with one more character an id of 32
OF_OTHERS = {
    "orders": "Order ID,Order Date,Customer,Amount\n1,2024-01-05,C1,10.50\n2,2024-01-06,C2,20\n",
    "numbered list": "#,Name,Amount\n1,Ann,3\n2,Ben,4\n",
    "Google Forms": "Timestamp,How likely are you to recommend us?\n2024/01/05 9:00:00 am GMT,9\n",
    "Microsoft Forms": "ID,Start time,Completion time,Email,Name,Why?\n1,1/5/24 9:00:00,1/5/24 9:01:00,anonymous,,x\n",
    "Alchemer": "Response ID,Time Started,Date Submitted,Status,Why?\n1,2024-01-05 09:00:00,2024-01-05 09:01:00,Complete,x\n",
}


def sheet(name):
    return sheets.read((FOLDER / name).read_bytes(), name=name)[0]


def written(*lines):
    return sheets.read("\n".join(lines).encode(), name="typed.csv")[0]


def fields(form, use):
    return [field.text for field in form.fields if field.use == use]


def questions(form):
    """Each question once: (text, its options)."""
    found = {}
    for field in form.fields:
        if field.use == "question":
            found.setdefault(field.of or field.text, []).append(field.option)
    return [(text, [option for option in options if option]) for text, options in found.items()]


@pytest.mark.parametrize("name", FILES)
def test_its_own_files_are_known_surely(name):
    assert 0.9 <= typeform.recognises(sheet(name))


@pytest.mark.parametrize("content", OF_OTHERS.values(), ids=OF_OTHERS)
def test_the_files_of_others_are_not_taken_for_its_own(content):
    assert 0.0 == typeform.recognises(sheets.read(content.encode(), name="other.csv")[0])


@pytest.mark.parametrize(
    ("header", "least"),
    [
        ("#,Why?,Submit Date (UTC)", 0.6),
        ("Why?,Start Date (UTC),Submit Date (UTC)", 0.6),
        ("#,Why?,Network ID", 0.6),
        ("Submit Date (UTC),Why?,Network ID,#", 0.6),
    ],
)
def test_columns_may_be_missing_or_moved(header, least):
    assert least <= typeform.recognises(written(header, "1,2,3,4"[: 2 * header.count(",") + 1]))


def test_ids_below_the_sign_are_enough():
    assert 0.6 == typeform.recognises(written("#,Why?", f"{ID}f,because"))
    assert 0.6 == typeform.recognises(written("#,Why?", "k1x7pq2m9wz4rt8yv3nb6hc1j,because"))
    assert 0.0 == typeform.recognises(written("#,Why?", "42,because"))


def test_every_column_of_the_current_export_has_its_use():
    form = typeform.read(sheet("current.csv"))
    assert ["#"] == fields(form, "response_id")
    assert ["Start Date (UTC)"] == fields(form, "started_on")
    assert ["Submit Date (UTC)"] == fields(form, "answered_on")
    assert ["region", "utm_source"] == fields(form, "detail")
    assert ["And your address for the receipt?"] == fields(form, "respondent")
    assert ["Phone number", "Response Type", "Stage Date (UTC)", "Network ID", "Tags", "Ending"] == fields(form, "meta")


def test_what_was_only_started_or_left_half_way_is_partial():
    assert ("", "", "partial", "partial", "", "") == typeform.read(sheet("current.csv")).statuses
    assert () == typeform.read(sheet("before.csv")).statuses


def test_markup_line_ends_and_piped_fields_leave_the_words_of_a_question():
    form = typeform.read(sheet("before.csv"))
    assert "How likely are you to recommend us to a friend? (0-10)" == form.fields[1].text
    assert "Hello …, how was your last visit?" == form.fields[2].text
    assert "Why us?" == typeform.read(written("#,*Why* us?,Network ID", f"{ID}f,x,y")).fields[1].text


def test_adjacent_options_are_one_question_and_a_repeated_one_begins_another():
    assert [
        ("How likely are you to recommend us to a friend? (0-10)", []),
        ("Hello …, how was your last visit?", []),
        ("Choose: Price / Speed, always / Friendly staff", ["Price", "Speed, always", "Friendly staff"]),
        ("Other", []),  # both of them: a text each, told by their places
        ("Choose: Price / Opening hours", ["Price", "Opening hours"]),
        ("Would you come again?", []),
        ("Choose: Yes / Maybe", ["Yes", "Maybe"]),
        ("Choose: Yes / Never", ["Yes", "Never"]),
    ] == questions(typeform.read(sheet("before.csv")))


def test_repeated_headers_stand_for_a_column_each():
    form = typeform.read(sheet("before.csv"))
    assert [6, 9] == [place for place, field in enumerate(form.fields) if field.text == "Other"]
    assert ["", "the smell", "", "", ""] == form.cells.column(6).to_pylist()
    assert ["", "", "a ramp", "", ""] == form.cells.column(9).to_pylist()


def test_two_questions_with_the_same_options_differ_in_their_text():
    form = typeform.read(written("#,Yes,No,Yes,No,Network ID", f"{ID}f,Yes,,,No,x", f"{ID}e,,No,Yes,,x"))
    assert [("Choose: Yes / No", ["Yes", "No"]), ("Choose: Yes / No (2)", ["Yes", "No"])] == questions(form)


def test_an_option_nobody_chose_stays_among_the_options_and_a_question_nobody_answered_does_not():
    form = typeform.read(
        written("#,Red,Deep green,Blue,Grey,Anything to add?,Network ID", f"{ID}f,,,Blue,,,x", f"{ID}e,Red,,,,,x")
    )
    assert [
        ("Choose: Red / Deep green / Blue / Grey", ["Red", "Deep green", "Blue", "Grey"]),
        ("Anything to add?", []),
    ] == questions(form)


def test_an_other_chosen_by_its_name_is_an_option():
    form = typeform.read(written("#,Red,Other,Network ID", f"{ID}f,Red,Other,x"))
    assert [("Choose: Red / Other", ["Red", "Other"])] == questions(form)


def test_an_other_that_nobody_wrote_in_is_no_option():
    form = typeform.read(written("#,Red,Other,Blue,Network ID", f"{ID}f,Red,,Blue,x"))
    assert [("Choose: Red", ["Red"]), ("Other", []), ("Choose: Blue", ["Blue"])] == questions(form)


def test_many_or_long_options_are_named_in_short():
    options = ["A long option that goes on and on beyond reason", "B", "C", "D", "E"]
    form = typeform.read(written(f"#,{','.join(options)},Network ID", f"{ID}f,{','.join(options)},x"))
    assert "Choose: A long option that goes on and on beyon… / B / C / D / …" == form.fields[1].of


def test_headings_above_the_header_name_the_questions():
    form = typeform.read(sheet("headings.csv"))
    assert [
        ("How satisfied are you with the delivery?", []),
        ("What did you buy?", ["Books", "Games", "Music"]),
        ("What did you buy?: Other", []),
        ("Why did you choose us?", ["Price", "Books"]),
    ] == questions(form)
    assert [3, 4, 5, 6] == form.numbers.to_pylist()


def test_a_title_above_the_header_is_no_heading():
    form = typeform.read(written(",Visitors of May,,", "#,Why us?,Red,Network ID", f"{ID}f,because,Red,x"))
    assert [("Why us?", []), ("Choose: Red", ["Red"])] == questions(form)


def test_a_column_with_a_heading_alone_is_called_by_it():
    form = typeform.read(written(",Why us?,Colours,,", "#,,Red,Blue,Network ID", f"{ID}f,because,Red,,x"))
    assert [("Why us?", []), ("Colours", ["Red", "Blue"])] == questions(form)


def test_choices_in_one_cell_lose_the_slash_that_leads_them():
    form = typeform.read(sheet("joined.csv"))
    assert " / " == form.fields[1].joined
    assert ["Search / Basket", "Search", ""] == form.cells.column(1).to_pylist()
    assert "" == form.fields[2].joined


def test_yes_and_no_stay_one_and_nought():
    form = typeform.read(sheet("before.csv"))
    assert ["1", "1", "0", "1", ""] == form.cells.column(10).to_pylist()


def test_days_are_said_to_be_by_utc_and_year_first():
    form = typeform.read(sheet("current.csv"))
    assert "ymd" == form.dates
    assert ("Days are by UTC, as Typeform writes its times.",) == form.notes
    assert () == typeform.read(written("#,Why?,Network ID", f"{ID}f,x,y")).notes


def test_a_header_that_comes_again_is_no_response_and_dates_written_anew_are_left_open():
    form = typeform.read(sheet("resaved.csv"))
    assert [2, 3, 4, 6] == form.numbers.to_pylist()
    assert "" == form.dates


def test_an_email_field_without_values_is_not_a_respondent():
    form = typeform.read(written("#,Why?,email,Network ID", f"{ID}f,x,,y"))
    assert [] == fields(form, "respondent")


def test_a_sheet_without_its_header_is_refused_in_one_sentence():
    with pytest.raises(InputError, match=r"no row with # and Submit Date"):
        typeform.read(written("Colour,Votes", "Red,3"))
