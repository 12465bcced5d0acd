"""Microsoft Forms: which files are known, what every column is, how rankings are taken apart."""

import csv
import io
from pathlib import Path

import pytest

from keel import sheets
from keel.surveys import microsoft_forms

FOLDER = Path(__file__).parent
FILES = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".csv", ".xlsx"))
OWN = ["ID", "Start time", "Completion time", "Email", "Name"]
ANSWER = ["1", "1/15/24 10:28:01", "1/15/24 10:30:15", "anonymous", ""]


def text(*rows):
    """A sheet of these rows, written as CSV and read."""
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return sheets.read(written.getvalue().encode(), name="form.csv")[0]


def form(name):
    return microsoft_forms.read(sheets.read((FOLDER / name).read_bytes(), name=name)[0])


def uses(found):
    return [one.use for one in found.fields]


def column(found, place):
    return found.cells.column(place).to_pylist()


# Which files are known


@pytest.mark.parametrize("name", FILES)
def test_every_file_of_a_form_is_known(name):
    assert microsoft_forms.recognises(sheets.read((FOLDER / name).read_bytes(), name=name)[0]) == 0.97


@pytest.mark.parametrize(
    "header",
    [
        ["Id", "Start time", "Completion time", "Email", "Name"],
        ["ID", "Startzeit", "Fertigstellungszeit", "E-Mail", "Name"],
        ["ID", "Heure de début", "Heure de fin", "Adresse de messagerie", "Nom", "Heure de la dernière modification"],
        ["ID", "Hora de inicio", "Hora de finalización", "Correo electrónico", "Nombre"],
        ["ID", "Hora de início", "Hora de conclusão", "Email", "Nome"],
        ["Id", "Ora di inizio", "Ora di completamento", "Posta elettronica", "Nome"],
        ["ID", "Begintijd", "Tijd van voltooien", "E-mail", "Naam", "Tijd van laatste wijziging"],
        ["ID", "Godzina rozpoczęcia", "Godzina ukończenia", "Adres e-mail", "Nazwa", "Czas ostatniej modyfikacji"],
        ["ID", "Starttidspunkt", "Fullføringstidspunkt", "E-postadresse", "Navn", "Tidspunkt for siste endring"],
        ["ID", "Starttid", "Slutförandetid", "E-post", "Namn"],
        ["ID", "Heure de de\u0301but", "Heure de fin", "Adresse de messagerie", "Nom"],
    ],
)
def test_microsofts_own_columns_are_known_in_many_languages(header):
    sheet = text([*header, "How was it?"], [*ANSWER, *[""] * (len(header) - 5), "5"])

    assert microsoft_forms.recognises(sheet) == 0.97
    assert uses(microsoft_forms.read(sheet)) == [
        "response_id", "started_on", "answered_on", "meta", "meta", *["meta"] * (len(header) - 5), "question",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "sure"),
    [
        (["Name", "Email", "Completion time", "Start time", "How was it?"], 0.97),  # another order, no ID
        (["ID", "Start time", "Completion time", "Email", "How was it?"], 0.85),
        (["ID", "Completion time", "Email", "Name", "How was it?"], 0.7),
        (["Start time", "Completion time", "How was it?", "And why?"], 0.7),
        (["ID", "Start time", "Completion time", "Name", "Machine"], 0.4),
        (["Start time", "Completion time", "Machine"], 0.2),
    ],
)
def test_fewer_of_its_columns_are_less_sure(header, sure):
    assert microsoft_forms.recognises(text(header, ["1"] * len(header))) == sure


@pytest.mark.parametrize(
    "rows",
    [
        (["Order ID", "Order Date", "Customer", "Amount"], ["1", "2024-01-05", "C1", "10.50"]),
        (["ID", "Name", "Email", "Department", "Joined"], ["7", "A", "a@example.com", "Sales", "2024-01-05"]),
        (["Timestamp", "Email Address", "How was it?"], ["1/15/2024 10:30:15", "a@example.com", "5"]),
        (["Response ID", "Time Started", "Date Submitted", "Status"], ["1", "2024-01-05", "2024-01-05", "Complete"]),
        (["id", "submitdate", "lastpage", "startlanguage"], ["1", "2024-01-05 10:30:15", "3", "en"]),
        (["#", "How was it?", "Start Date (UTC)", "Submit Date (UTC)", "Network ID"], ["a" * 32, "5", "", "", "b"]),
    ],
)
def test_other_tables_are_not_taken_for_a_form(rows):
    assert microsoft_forms.recognises(text(*rows)) < 0.3


# What every column is


def test_its_own_columns_and_the_questions_are_told_apart():
    found = form("saved_as.csv")

    assert uses(found) == ["response_id", "started_on", "answered_on", *["meta"] * 3, *["question"] * 4]
    assert [one.text for one in found.fields[6:]] == [
        "How likely are you to recommend us as a place to work?",
        "Which benefits do you use?",
        "Name",
        "Department",
    ]
    assert [one.joined for one in found.fields[6:]] == ["", ";", "", ""]


def test_nobody_is_a_respondent_who_is_anonymous():
    found = microsoft_forms.read(text([*OWN, "How was it?"], [*ANSWER, "5"], [*ANSWER[:3], "a@example.com", "A", "4"]))

    assert uses(found)[3] == "respondent"
    assert column(found, 3) == ["", "a@example.com"]


def test_a_question_called_like_one_of_its_columns_loses_its_digit():
    header = [*OWN, "Name2", "ID2", "Email2", "Top 3", "Phase2"]
    found = microsoft_forms.read(text(header, [*ANSWER, "Choir", "x7", "by post", "a", "b"]))

    assert [(one.text, one.use) for one in found.fields[5:]] == [
        ("Name", "question"),
        ("ID", "question"),
        ("Email", "question"),
        ("Top 3", "question"),
        ("Phase2", "question"),
    ]


def test_without_the_plain_column_the_digit_stays():
    header = ["ID", "Start time", "Completion time", "Email", "Name2", "How was it?"]
    found = microsoft_forms.read(text(header, [*ANSWER[:4], "Choir", "5"]))

    assert (found.fields[4].text, found.fields[4].use) == ("Name2", "question")


def test_a_question_that_asks_for_the_address_tells_who_answered():
    found = microsoft_forms.read(text([*OWN, "Email2", "How was it?"], [*ANSWER, "a@example.com", "5"]))

    assert uses(found)[3:] == ["meta", "meta", "respondent", "question"]


def test_points_and_remarks_of_a_quiz_are_left_alone():
    found = form("quiz.csv")

    assert uses(found) == [
        "response_id", "started_on", "answered_on", "respondent", "meta", "meta", "meta", "meta",
        "question", "meta", "meta", "question", "meta", "meta",
    ]  # fmt: skip


def test_points_of_nothing_is_a_question():
    found = microsoft_forms.read(text([*OWN, "Points - what do they mean?"], [*ANSWER, "nothing"]))

    assert uses(found)[5] == "question"


def test_a_semicolon_in_text_joins_nothing():
    found = microsoft_forms.read(text([*OWN, "Why?"], [*ANSWER, "late; and wet"], [*ANSWER, "so;"]))

    assert found.fields[5].joined == ""


def test_a_ranking_becomes_a_column_for_each_item():
    found = form("ranking.csv")

    assert [(one.of, one.option) for one in found.fields[5:8]] == [
        ("Put these in the order in which they matter to you", item) for item in ("Care", "Price", "Speed")
    ]
    assert [column(found, place) for place in (5, 6, 7)] == [
        ["3", "1", "", "2"],
        ["1", "2", "", "1"],
        ["2", "3", "", "3"],
    ]
    assert column(found, 8)[0].startswith("A longer lunch break")


def test_two_choices_in_both_orders_are_no_ranking():
    found = microsoft_forms.read(text([*OWN, "Which?"], [*ANSWER, "A;B;"], [*ANSWER, "B;A;"]))

    assert (len(found.fields), found.fields[5].joined) == (6, ";")


def test_several_choices_in_one_order_are_no_ranking():
    found = microsoft_forms.read(text([*OWN, "Which?"], [*ANSWER, "A;B;C;"], [*ANSWER, "A;B;C;"]))

    assert (len(found.fields), found.fields[5].joined) == (6, ";")


@pytest.mark.parametrize(("place", "use"), [(5, "meta"), (6, "question")])
def test_the_language_is_microsofts_own_only_before_the_questions(place, use):
    header = [*OWN, "How was it?"]
    header.insert(place, "Language")
    row = [*ANSWER, "5"]
    row.insert(place, "English")

    assert uses(microsoft_forms.read(text(header, row)))[place] == use


def test_the_second_column_of_a_name_is_a_question():
    found = microsoft_forms.read(text([*OWN, "Name", "Total points"], [*ANSWER, "Choir", "12"]))

    assert uses(found)[5:] == ["question", "question"]


def test_only_one_column_tells_who_answered():
    header = [*OWN, "Your address", "Your manager's address"]
    found = microsoft_forms.read(text(header, [*ANSWER, "a@example.com", "b@example.com"]))

    assert uses(found)[5:] == ["respondent", "meta"]


# Rows


def test_answers_without_number_and_time_stay():
    found = microsoft_forms.read(text([*OWN, "Why?"], [*ANSWER, "so"], ["", "", "", "", "", "because"]))

    assert found.numbers.to_pylist() == [2, 3]


def test_the_row_of_totals_and_headers_again_are_no_responses():
    assert form("responses.xlsx").numbers.to_pylist() == [2, 3, 4]
    assert form("responses.xlsx").notes == (
        "Row 5: “Total” stands in it and no time; it is no response and is left out.",
    )
    again = microsoft_forms.read(text([*OWN, "Why?"], [*ANSWER, "so"], [*OWN, "Why?"], [*ANSWER, "so"]))
    assert (again.numbers.to_pylist(), again.notes) == ([2, 4], ())


def test_times_are_passed_on_as_they_are():
    assert column(form("serials.csv"), 2) == ["45306.4375", "45307.4375", "45323.0006944444"]
    assert column(form("responses.xlsx"), 2)[1] == "2024-01-17 00:01:09"
    assert column(form("german.csv"), 2)[0] == "15.01.2024 10:30:15"


def test_another_file_is_refused_with_a_sentence():
    with pytest.raises(microsoft_forms.InputError, match="Completion time"):
        microsoft_forms.read(text(["Order ID", "Amount"], ["1", "10.50"]))
