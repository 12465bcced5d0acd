"""Google Forms: which files are known, what every column is, what its moments become."""

import csv
import io
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from keel import sheets
from keel.surveys import google_forms

FOLDER = Path(__file__).parent
FILES = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".csv", ".tsv", ".xlsx"))


def text(*rows, name="form.csv"):
    """A sheet of these rows, written as CSV and read."""
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return sheets.read(written.getvalue().encode(), name=name)[0]


def form(name):
    return google_forms.read(sheets.read((FOLDER / name).read_bytes(), name=name)[0])


def uses(found):
    return [one.use for one in found.fields]


def column(found, place):
    return found.cells.column(place).to_pylist()


# Which files are known


@pytest.mark.parametrize("name", FILES)
def test_every_file_of_a_form_is_known(name):
    assert google_forms.recognises(sheets.read((FOLDER / name).read_bytes(), name=name)[0]) >= 0.6


@pytest.mark.parametrize(
    "header",
    ["Timestamp", "Horodateur", "Zeitstempel", "Marca temporal", "Informazioni cronologiche", "Carimbo de data/hora",
     "Tijdstempel", "Tidsstempel", "Sygnatura czasowa", "Časová značka", "Отметка времени", "Zaman damgası",
     "タイムスタンプ", "타임스탬프", "時間戳記", "C\u030casova\u0301 znac\u030cka"],
)  # fmt: skip
def test_the_first_header_is_known_in_many_languages(header):
    assert google_forms.recognises(text([header, "How was it?"], ["15/01/2024 10:30:15", "5"])) == 0.9


def test_a_sheet_under_googles_own_name_needs_no_listed_word():
    rows = (["Sello de tiempo", "Nota"], ["15/01/2024 10:30:15", "5"])
    sheet = text(*rows, name="Clima - Respuestas de formulario 1.csv")

    assert google_forms.recognises(sheet) == 0.8
    assert uses(google_forms.read(sheet)) == ["answered_on", "question"]
    assert google_forms.recognises(text(*rows)) == 0


@pytest.mark.parametrize(
    "rows",
    [
        (["Order ID", "Order Date", "Customer", "Amount"], ["1", "2024-01-05", "C1", "10.50"]),
        (["Timestamp", "Order ID", "Amount"], ["2024-01-05 10:30:15", "1", "10.50"]),
        (["Timestamp", "Temperature", "Humidity"], ["2024-01-05 10:30:15", "21.5", "40"]),
        (
            ["Timestamp", "Average order value in EUR", "Number of orders per day"],
            ["2024-01-05 00:00:00", "21.50", "140"],
        ),
        (["Timestamp", "Cost of goods sold in EUR", "Units"], ["2024-01-05 10:31:15", "€ 1,021.50", "140"]),
        (["timestamp", "user", "event"], ["2024-01-05T10:30:15Z", "u1", "login"]),
        (["Employee ID", "Department", "Joined"], ["7", "Sales", "2024-01-05"]),
        (
            ["StartDate", "ResponseId", "Q1"],
            ["Start Date", "Response ID", "How was it?"],
            ['{"ImportId":"startDate"}', '{"ImportId":"_recordId"}', '{"ImportId":"QID1"}'],
        ),
        (
            ["ID", "Start time", "Completion time", "Email", "Name", "How was it?"],
            ["1", "1/15/24 10:30:15", "1/15/24 10:31:15", "anonymous", "", "5"],
        ),
    ],
)
def test_other_tables_are_not_taken_for_a_form(rows):
    assert google_forms.recognises(text(*rows)) < 0.3


def test_a_form_without_any_answer_yet_is_known():
    assert google_forms.recognises(text(["Timestamp", "How was it?"])) == 0.9


def test_statements_without_a_question_mark_make_a_form_too():
    rows = (["Timestamp", "I am proud of what we do", "Department"], ["1/15/2024 10:30:15", "5", "Sales"])

    assert google_forms.recognises(text(*rows)) == 0.7


@pytest.mark.parametrize("moment", ["1/15/2024", "1/15/2024 10:00:00"])
def test_days_and_full_hours_alone_are_less_sure(moment):
    assert google_forms.recognises(text(["Timestamp", "How was it?"], [moment, "5"])) == 0.6


def test_a_timestamp_further_right_is_less_sure():
    rows = (["How was it?", "Timestamp"], ["5", "1/15/2024 10:30:15"])

    assert google_forms.recognises(text(*rows)) == 0.55
    assert uses(google_forms.read(text(*rows))) == ["question", "answered_on"]


def test_a_title_above_the_headers_is_passed_over():
    sheet = text(["Spring pulse", ""], ["Timestamp", "How was it?"], ["1/15/2024 10:30:15", "5"])

    assert google_forms.recognises(sheet) == 0.9
    assert google_forms.read(sheet).numbers.to_pylist() == [3]


# What every column is


def test_moment_person_and_questions_are_told_apart():
    found = form("sheet.csv")

    assert uses(found) == ["answered_on", "respondent", *["question"] * 4, "meta", "question", "question"]
    assert found.fields[7].text == "column 8"
    assert found.fields[5].joined == ", "
    assert [found.fields[place].joined for place in (2, 3, 4, 7, 8)] == [""] * 5


def test_an_address_column_that_nobody_filled_tells_nobody():
    found = google_forms.read(text(["Timestamp", "Email Address", "How was it?"], ["1/15/2024 10:30:15", "", "5"]))

    assert uses(found) == ["answered_on", "meta", "question"]


def test_a_question_for_the_address_tells_who_answered_once():
    header = ["Timestamp", "What is your email?", "And your manager's?", "How was it?"]
    found = google_forms.read(text(header, ["1/15/2024 10:30:15", "a@example.com", "b@example.com", "5"]))

    assert uses(found) == ["answered_on", "respondent", "meta", "question"]


def test_rows_of_a_grid_share_their_question():
    found = form("download.csv")

    assert [(one.of, one.option) for one in found.fields[2:6]] == [
        ("How satisfied are you with our shop?", "Staff"),
        ("How satisfied are you with our shop?", "Prices [EUR]"),
        ("When do you visit us?", "Weekdays"),
        ("When do you visit us?", "Weekends"),
    ]
    assert found.fields[2].text == "How satisfied are you with our shop?: Staff"
    assert [one.joined for one in found.fields[2:7]] == ["", "", ", ", ", ", ""]
    assert found.fields[7].use == "meta"


def test_one_header_with_a_bracket_is_no_grid():
    found = google_forms.read(
        text(["Timestamp", "Which one? [choose one]", "Why?"], ["1/15/2024 10:30:15", "A", "just so"])
    )

    assert (found.fields[1].text, found.fields[1].of) == ("Which one? [choose one]", "")


def test_points_and_remarks_of_a_quiz_are_left_alone():
    quiz = form("quiz.csv")

    assert Counter(uses(quiz)) == {"answered_on": 1, "respondent": 1, "meta": 5, "question": 3}
    assert [one.text for one in quiz.fields if one.use == "question"] == [
        "What is the fire drill signal?",
        "Where do we meet?",
        "How clear was the training?",
    ]


def test_a_grid_with_a_row_called_score_is_no_quiz():
    header = ["Timestamp", "How was the match? [Score]", "How was the match? [Crowd]"]
    found = google_forms.read(text(header, ["1/15/2024 10:30:15", "5", "4"]))

    assert uses(found) == ["answered_on", "question", "question"]


def test_a_question_called_score_is_a_question():
    found = google_forms.read(text(["Timestamp", "Score", "Why?"], ["1/15/2024 10:30:15", "5", "just so"]))

    assert uses(found) == ["answered_on", "question", "question"]
    assert found.notes == ()


def test_the_points_in_a_workbook_are_left_out_with_a_word():
    sheet = replace(text(["Timestamp", "Score", "Why?"], ["1/15/2024 10:30:15", "28", "so"]), encoding="xlsx")
    found = google_forms.read(sheet)

    assert uses(found) == ["answered_on", "meta", "question"]
    assert found.notes == ("“Score” is taken for the points of a quiz and left out.",)


def test_an_empty_column_beside_a_question_of_a_quiz_is_left_alone_in_any_language():
    header = ["Timestamp", "Where?", "Where? [Punteggio parziale]", "Where? [Osservazioni]"]
    found = google_forms.read(text(header, ["1/15/2024 10:30:15", "here", "1.00 / 1", ""]))

    assert uses(found) == ["answered_on", "question", "meta", "meta"]


def test_a_grid_that_shares_its_words_with_a_question_is_kept_apart_from_it():
    header = ["Timestamp", "How was it?", "How was it? [Food]", "How was it? [Room]"]
    found = google_forms.read(text(header, ["1/15/2024 10:30:15", "5", "4", "3"]))

    assert [(one.text, one.of) for one in found.fields[1:]] == [(text, "") for text in header[1:]]


def test_the_same_question_twice_is_two_columns():
    texts = [one.text for one in form("responses.xlsx").fields]

    assert texts.count("How likely are you to recommend us?") == 2


def test_a_header_of_several_lines_reads_as_one():
    found = google_forms.read(text(["Timestamp", "How was it?\n(1 to 5)\u00a0"], ["1/15/2024 10:30:15", "5"]))

    assert found.fields[1].text == "How was it? (1 to 5)"


@pytest.mark.parametrize(
    ("cells", "joined"),
    [
        (["A", "B", "A, B"], ", "),
        (["A, B", "B, C", "A, C"], ", "),  # choose two
        (["Speed, always", "Price, Speed, always", "Price"], ", "),
        (["Yes, always", "No, never", "Maybe"], ""),
        (["Agree, strongly", "Agree, somewhat", "Disagree, strongly", "Disagree, somewhat"], ""),
        (["Good service, friendly staff", "Too late, sadly", "Fine"], ""),
        (["Paris, France", "Lyon, France", "Oslo, Norway", "Bergen, Norway", "Rome, Italy"], ""),
        (["fast, kind, warm, dry", "kind"], ""),
        (["A", *(f"A, {number} others" for number in range(10))], ""),
        (["A", "B"], ""),
        ([], ""),
    ],
)
def test_a_comma_joins_choices_only_where_its_pieces_come_again_elsewhere(cells, joined):
    rows = [[f"1/{number}/2024 10:30:15", cell] for number, cell in enumerate(cells, 1)]
    found = google_forms.read(text(["Timestamp", "Which of these?"], *rows))

    assert found.fields[1].joined == joined


# Rows and moments


def test_headers_again_and_averages_are_no_responses():
    found = form("spanish.csv")

    assert found.numbers.to_pylist() == [2, 3, 5, 6]
    assert [note for note in found.notes if "Promedio" in note] == list(found.notes)
    assert "Row 7" in found.notes[0]


def test_answers_without_a_moment_stay():
    found = google_forms.read(text(["Timestamp", "How was it?"], ["", "5"], ["1/15/2024 10:30:15", "4"]))

    assert found.cells.num_rows == 2


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024/01/15 10:30:15 AM GMT+2", "2024/01/15 10:30:15 AM"),
        ("2024/01/15 1:30:15 PM GMT+5:30", "2024/01/15 1:30:15 PM"),
        ("2024/01/15 10:30:15 p. m. GMT-5", "2024/01/15 10:30:15 pM"),
        ("2024/01/15 10:30:15 PM MESZ", "2024/01/15 10:30:15 PM"),
        ("2024/01/15 10:30:15 p.m. CET", "2024/01/15 10:30:15 pM"),
        ("1/15/2024 10:30:15", "1/15/2024 10:30:15"),
        ("1/15/2024 10:30:15\u202fAM", "1/15/2024 10:30:15 AM"),
        ("15.01.2024 10:30:15", "15.01.2024 10:30:15"),
        ("15/01/2024 19.07.17", "15/01/2024 19:07:17"),
        ("2024. 1. 15 오후 3:45:12", "2024/1/15 3:45:12 PM"),
        ("2024/1/15 上午 9:45:12", "2024/1/15 9:45:12 AM"),
        ("15/1/2024, 10:30:15", "15/1/2024, 10:30:15"),
        ("2024-01-15 10:30:00", "2024-01-15 10:30:00"),
        ("45306.4375", "45306.4375"),
    ],
)
def test_a_moment_loses_what_only_google_writes(written, read):
    found = google_forms.read(text(["Timestamp", "How was it?"], [written, "5"]))

    assert column(found, 0) == [read]


def test_quotation_marks_in_a_tsv_stay_in_their_cells():
    assert column(form("quotes.tsv"), 2)[:3] == [
        '"soon" is what they said',
        'a 15" screen, which came cracked and was not replaced for three whole weeks',
        'nothing, "as always"',
    ]


def test_moments_of_a_workbook_are_written_out():
    assert column(form("responses.xlsx"), 0) == ["2024-01-15 10:30:00", "2024-01-16 23:59:59", "2024-02-01 00:00:01"]


def test_another_file_is_refused_with_a_sentence():
    with pytest.raises(google_forms.InputError, match="Timestamp"):
        google_forms.read(text(["Order ID", "Amount"], ["1", "10.50"]))
