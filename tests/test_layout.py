"""The table in a sheet is found without what people write above, below and beside it; a row of it is never lost."""

import importlib.util
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keel import layout, sheets
from keel.sheets import Sheet
from tests.surveys.model import Question, Response, Survey, as_bytes


def sheet(*rows, name="Sheet1", numbers=None, ragged=(), true_dates=()):
    width = max(map(len, rows))
    columns = zip(*([*row, *[""] * (width - len(row))] for row in rows), strict=True)
    return Sheet(
        name, pa.table({str(i): pa.array(column, pa.string()) for i, column in enumerate(columns)}), list(ragged), "xlsx", "",
        frozenset(true_dates), None if numbers is None else pa.array(numbers, pa.int64()),
    )  # fmt: skip


def rows(of):
    return [list(row) for row in zip(*(column.to_pylist() for column in of.cells.columns), strict=True)]


def numbers(of):
    return [of.number(i) for i in range(of.cells.num_rows)]


def left(*lines, **more):
    """The rows of the table among these, and the numbers of the rows left aside."""
    found = layout.table(sheet(*lines, **more))
    return rows(found.sheet), [number for number, _ in found.notes]


HEADER = ["Order ID", "Order date", "Customer", "Amount"]
ORDERS = [["1", "2024-01-05", "C1", "10.50"], ["2", "2024-01-06", "C2", "20"], ["3", "2024-01-07", "", "-5"]]
TABLE = [HEADER, *ORDERS]


# Above


TITLES = {
    "a title": [["Orders"]],
    "a title and when it was made": [["Orders of the northern region"], ["Report generated on 2024-02-01 08:15 by A. Smith"]],
    "a filter in one cell": [["Region: North"]],
    "a filter in two cells": [["Region:", "North"], ["Period:", "Jan 2024"]],
    "labels and what they label": [["From:", "2024-01-01", "To:", "2024-01-31"]],
    "a figure with its name": [["Rows exported", "3"]],
    "a day": [["2024-02-01"]],
    "a title, and a date far right": [["Orders", "", "", "2024-02-01"]],
    "a German title": [["Bestellungen"], ["Erstellt am 01.02.2024"]],
    "space alone": [[" ", "\u00a0"], ["Orders"], ["\u200b"]],
}  # fmt: skip


@pytest.mark.parametrize("titles", TITLES)
def test_titles_above_a_table_are_left_aside_with_their_words(titles):
    found = layout.table(sheet(*TITLES[titles], *TABLE))
    assert TABLE == rows(found.sheet)
    above = len(TITLES[titles])
    assert [above + 1, above + 2, above + 3, above + 4] == numbers(found.sheet)
    told = [(place, " ".join(filter(None, map(str.strip, row)))) for place, row in enumerate(TITLES[titles], 1)]
    assert [one for one in told if one[1].strip("\u200b")] == list(found.notes)


def test_a_block_of_two_cells_a_row_that_a_blank_row_sets_apart_is_left_aside():
    lines = [["Acme", "", "", "Internal"], ["Northern region", "", "Orders"], *TABLE]
    assert (TABLE, [1, 2]) == left(*lines, numbers=[1, 2, 4, 5, 6, 7])


def test_a_row_of_three_cells_is_no_title_even_where_a_blank_row_follows():
    lines = [["Region", "North", "Orders", ""], *TABLE]
    assert (lines, []) == left(*lines, numbers=[1, 3, 4, 5, 6])


def test_a_sentence_cut_at_its_commas_is_a_title_above_a_wider_table():
    wide = [[*row, "x"] for row in TABLE]
    sentence = ["Report generated on Thursday", "1 February 2024", "by A. Smith"]
    assert (wide, [1]) == left(sentence, *wide)
    assert 5 == len(left(sentence, *TABLE)[0])
    assert 5 == len(left(["Report date", "Region", "Amount"], *wide)[0])


def test_a_header_of_two_names_over_nameless_columns_is_kept():
    lines = [["Report date", "Exported by", "", ""], ["Period", "Sales", "", ""], *ORDERS]
    assert (lines, []) == left(*lines)


def test_a_title_that_says_its_question_is_kept():
    lines = [["Which of these do you use?"], ["Phone", "Mail", "Chat"], ["Phone", "", "Chat"]]
    assert [["Which of these do you use?", "", ""], *lines[1:]] == left(*lines)[0]


HEADERS = {
    "SurveyMonkey: the second row starts empty": [
        ["Respondent ID", "Start Date", "Which do you use", "", "", "How was it"],
        ["", "", "Phone", "Mail", "Chat", "Response"],
    ],
    "SurveyMonkey with little before the options": [
        ["Respondent ID", "Which of these do you use", "", "", "", ""],
        ["", "Phone", "Mail", "Chat", "Letter", "Response"],
    ],
    "Qualtrics: three rows": [
        ["StartDate", "EndDate", "Status", "ResponseId", "Q1", "Q2"],
        ["Start Date", "End Date", "Response Type", "Response ID", "How likely?", "Why?"],
        ['{"ImportId":"startDate"}', '{"ImportId":"endDate"}', '{"ImportId":"status"}', '{"ImportId":"_recordId"}', "{}", "{}"],
    ],
    "LimeSurvey: merged questions over their parts": [
        ["Response ID", "Date submitted", "Which do you use", "", "", "Why"],
        ["", "", "Phone", "Mail", "Chat", ""],
    ],
    "Typeform: a heading over some columns": [
        ["", "", "", "Your visit", "", ""],
        ["#", "How likely?", "Why?", "Phone", "Mail", "Network ID"],
    ],
    "Typeform: two headings": [
        ["", "", "Your visit", "", "You", ""],
        ["#", "How likely?", "Why?", "Phone", "Mail", "Network ID"],
    ],
    "years over quarters": [
        ["Department", "2023", "", "", "", ""],
        ["", "Q1", "Q2", "Q3", "Q4", "Year"],
    ],
    "measures across years": [["", "2019", "2020", "2021", "2022", "2023"]],
    "measures across years, named": [["Indicator", "Unit", "2020", "2021", "2022", "2023"]],
    "one row": [["Timestamp", "How likely?", "", "Why?", "Dept", "Site"]],
}  # fmt: skip
RESPONSES = [["11", "2024-01-05", "4", "x", "", "5"], ["12", "2024-01-06", "", "", "y", "1"]]


@pytest.mark.parametrize("header", HEADERS)
def test_every_row_of_a_header_is_kept_and_the_first_is_the_first(header):
    whole = sheet(*HEADERS[header], *RESPONSES)
    assert layout.table(whole).sheet is whole


@pytest.mark.parametrize("header", HEADERS)
def test_a_title_set_apart_goes_and_every_row_of_the_header_stays(header):
    lines = [*HEADERS[header], *RESPONSES]
    places = [1, *range(3, 3 + len(lines))]
    assert (lines, [1]) == left(["Survey of spring 2024"], *lines, numbers=places)


def survey_layouts():
    """Every writer of a survey tool's rows that the tests have: vendor and name -> writer."""
    found = {}
    for path in sorted((Path(__file__).parent / "surveys").glob("*/layout.py")):
        spec = importlib.util.spec_from_file_location(f"written_by_{path.parent.name}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found |= {f"{path.parent.name}: {name}": writer for name, writer in module.LAYOUTS.items()}
    return found


LAYOUTS = survey_layouts()
ASKED = (
    Question("How likely are you to recommend us?", "score", 0, 10),
    Question("Which do you use", "multi", options=("Phone", "Speed, always", "Chat with us")),
    Question("How was it", "single", options=("Good", "Bad")),
    Question("What else would you like to say?", "text"),
)
AT = datetime(2024, 1, 5, 10, 30, 15)
FULL = (10, ("Phone", "Chat with us"), "Good", "the crew was kind and on time")
SURVEYS = {
    "full": Survey(ASKED, tuple(Response(AT, FULL) for _ in range(3))),
    "sparse": Survey(ASKED, (Response(AT, FULL), *(Response(AT, (None,) * 4) for _ in range(90)))),
    "one comment": Survey(ASKED[3:], (*(Response(AT, (None,)) for _ in range(3)), Response(AT, FULL[3:]))),
    "one multiple choice": Survey(ASKED[1:2], (*(Response(AT, (None,)) for _ in range(3)), Response(AT, FULL[1:2]))),
}


@pytest.mark.parametrize("survey", SURVEYS)
@pytest.mark.parametrize("writer", LAYOUTS)
def test_no_row_of_a_survey_tool_is_taken_for_a_title_or_a_note(writer, survey):
    written = LAYOUTS[writer](SURVEYS[survey])
    (read,) = sheets.read(written if isinstance(written, bytes) else as_bytes(written), name="survey.csv")
    found = layout.table(read)
    assert (read.cells.num_rows, ()) == (found.sheet.cells.num_rows, found.notes)


# Below


NOTES = {
    "a source": [["Source: order system"]],
    "a source in two cells": [["Source:", "order system"]],
    "a copyright": [["© 2024 Acme"]],
    "how many rows": [["Total rows: 3"]],
    "how many rows in two cells": [["Total rows:", "3"]],
    "how many rows, in brackets": [["(3 rows)"]],
    "a sentence": [["Amounts are provisional until the audit"]],
    "several": [["Source: order system"], ["Amounts are provisional"], ["Questions: Anna"]],
    "a footnote": [["* without tax"]],
    "a German source": [["Quelle: Bestellsystem"], ["Stand: 01.02.2024"]],
    "the end": [["End of report"]],
    "a page": [["Page 1 of 1"]],
    "space alone": [[" ", " "]],
}


@pytest.mark.parametrize("apart", [0, 1])
@pytest.mark.parametrize("notes", NOTES)
def test_notes_below_a_table_are_left_aside_after_a_blank_row_or_not(notes, apart):
    lines = [*TABLE, *NOTES[notes]]
    found = layout.table(sheet(*lines, numbers=[1, 2, 3, 4, *range(5 + apart, 5 + apart + len(NOTES[notes]))]))
    assert TABLE == rows(found.sheet)
    told = [(5 + apart + place, " ".join(row)) for place, row in enumerate(NOTES[notes])]
    assert [one for one in told if one[1].strip()] == list(found.notes)


ROWS = {
    "only its id": ["R_2YPOQ602ER1jkf1"],
    "only its number": ["14"],
    "only a date": ["2024-01-05 10:30"],
    "only a date in words": ["viernes 5 de enero de 2024"],
    "only a comment": ["", "", "", "the crew was kind and on time"],
    "an id and a date": ["14", "2024-01-05"],
    "a total": ["Total", "", "", "25.50"],
    "a name": ["Anna Smith"],
    "three cells": ["Source: order system", "x", "y"],
}


@pytest.mark.parametrize("apart", [0, 1])
@pytest.mark.parametrize("last", ROWS)
def test_a_row_of_the_table_is_never_a_note(last, apart):
    whole = sheet(*TABLE, ROWS[last], numbers=[1, 2, 3, 4, 5 + apart])
    assert layout.table(whole).sheet is whole


def test_what_stands_above_a_row_of_the_table_is_of_the_table():
    lines = [*TABLE, ["Source: order system"], ["14", "2024-01-09", "C1", "3"]]
    assert 6 == len(left(*lines)[0])


def test_what_stands_above_an_id_alone_is_of_the_table():
    lines = [*TABLE, ["Source: order system"], ["14"]]
    assert 6 == len(left(*lines)[0])


def test_a_comment_that_names_its_source_is_an_answer_unless_a_blank_row_sets_it_apart():
    lines = [*TABLE, ["", "", "", "Source: my own eyes"]]
    assert 5 == len(left(*lines)[0])
    assert (TABLE, [6]) == left(*lines, numbers=[1, 2, 3, 4, 6])


def test_a_sentence_below_responses_of_little_more_than_an_id_is_a_note():
    responses = [
        ["Respondent ID", "Date", "How likely?", "Why?"],
        ["101", "2024-01-05"],
        ["102"],
        ["103", "2024-01-06"],
    ]
    assert 4 == len(left(*responses)[0])
    assert [5] == left(*responses, ["Amounts are provisional until audited"])[1]


def test_a_source_below_names_in_words_is_a_note():
    names = [
        ["Theme", "2022", "2023"],
        ["Learning and development", "46", "39"],
        ["Inclusion and fair treatment", "73", "73"],
    ]
    assert [4] == left(*names, ["Source: our own survey"])[1]
    pairs = [row[:2] for row in names]
    assert [] == left(*pairs, ["Source: our own survey"])[1]
    assert [5] == left(*pairs, ["Source: our own survey"], numbers=[1, 2, 3, 5])[1]


def test_a_name_in_words_at_the_end_is_a_row_where_all_names_are_words():
    names = [
        ["Theme", "Unit", "2022", "2023"], ["Learning and development", "%", "46", "39"],
        ["Leadership and managing change", "%", "28", "28"], ["Inclusion and fair treatment"],
    ]  # fmt: skip
    assert 4 == len(left(*names)[0])
    assert 4 == len(left(*names, numbers=[1, 2, 3, 5])[0])


def test_a_word_that_names_rows_is_no_note_where_it_stands_alone():
    lines = [
        ["Answer", "Jan", "Feb", "Mar"],
        ["Confidential", "1", "2", "3"],
        ["Open", "4", "5", "6"],
        ["Confidential"],
    ]
    assert 4 == len(left(*lines)[0])


def test_responses_of_an_id_alone_are_rows_however_many():
    lines = [["Respondent ID", "Date", "How likely?", "Why?"], *([str(n)] for n in range(100, 230))]
    assert 131 == len(left(*lines)[0])


def test_more_notes_than_are_looked_at_are_left_aside_all_the_same():
    found = layout.table(sheet(*TABLE, *([f"Source: order system, part {n}"] for n in range(200))))
    assert (4, 200) == (found.sheet.cells.num_rows, len(found.notes))


# Lists and pairs


def test_a_table_of_two_columns_loses_plain_titles_and_sources_only():
    pairs = [["Month", "Sales"], ["Jan", "5"], ["Feb", ""], ["Mar", "7"]]
    assert (pairs, []) == left(*pairs)
    assert (pairs, [1, 6]) == left(["Sales of the northern region"], *pairs, ["Source: order system"])
    assert (pairs, [1]) == left(["Sales 2024 North"], *pairs, numbers=[1, 3, 4, 5, 6])
    assert 5 == len(left(["Figures"], *pairs)[0])
    assert 5 == len(left(*pairs, ["There were no sales in April"])[0])


def test_a_header_with_colons_is_no_title():
    assert 3 == len(left(["Month:", "Sales"], ["Jan", "5"], ["Feb", "6"])[0])
    assert 4 == len(left(["ID:", "Day:", "Customer:", "Amount:"], *ORDERS)[0])


def test_a_list_is_left_as_it_is():
    words = [["What went well?"], ["All of it went very well indeed"], ["Source: my own eyes"], ["No"]]
    assert (words, []) == left(*words)
    assert (words, [1]) == left(["Report generated on 2024-02-01"], *words, numbers=[1, 3, 4, 5, 6])


def test_a_sheet_of_notes_stays_whole():
    notes = sheet(["Made by hand"], ["Ask Anna before you change it"], ["Source: order system"])
    assert layout.table(notes).sheet is notes


# Beside


def test_a_table_that_starts_at_b3_keeps_its_row_numbers_and_its_columns_of_dates():
    lines = [["", *row, "", ""] for row in TABLE]
    found = layout.table(sheet(["Orders"], *lines, numbers=[1, 3, 4, 5, 6], true_dates=[2]))
    assert (TABLE, [3, 4, 5, 6]) == (rows(found.sheet), numbers(found.sheet))
    assert (["0", "1", "2", "3"], frozenset({1})) == (found.sheet.cells.column_names, found.sheet.true_dates)


def test_an_empty_column_within_a_table_stays():
    lines = [[row[0], "", *row[1:]] for row in TABLE]
    assert (lines, []) == left(*lines)


def test_a_column_with_a_name_or_with_a_cell_far_down_is_not_empty():
    assert (5, 4) == layout.table(sheet([*HEADER, "Notes"], *ORDERS)).sheet.cells.shape[::-1]
    many = [[*row, ""] for row in TABLE for _ in range(50)]
    many[-1][-1] = "x"
    assert 5 == layout.table(sheet(*many)).sheet.cells.num_columns


def test_a_column_of_space_is_empty_however_long():
    assert 4 == layout.table(sheet(*([*row, " \u00a0"] for row in TABLE for _ in range(50)))).sheet.cells.num_columns


def test_a_data_file_with_a_dictionary_is_left_as_it_is():
    data = replace(
        sheet(["q1", "q2", "q3", ""], *ORDERS, ["Source: order system"]), dictionary={"q1": {"label": "How likely?"}}
    )
    assert layout.table(data).sheet is data


# Lines of text files that do not fit


def test_lines_of_one_cell_around_the_table_are_no_faults_and_those_within_are():
    text = (
        b'"",Orders,"",""\nReport generated on 2024-02-01\nOrder ID,Order date,Customer,Amount\n1,2024-01-05,C1,10\n2\n'
        b"3,2024-01-06\n4,2024-01-07,C2,20\n\nSource: order system\n"
    )
    (read,) = sheets.read(text, name="o.csv")
    assert [(2, 1, 4), (5, 1, 4), (6, 2, 4), (9, 1, 4)] == read.ragged
    found = layout.table(read)
    assert [HEADER, ["1", "2024-01-05", "C1", "10"], ["4", "2024-01-07", "C2", "20"]] == rows(found.sheet)
    assert [(5, 1, 4), (6, 2, 4)] == found.sheet.ragged
    assert [(1, "Orders"), (2, ""), (9, "")] == list(found.notes)
    assert [3, 4, 7] == numbers(found.sheet)


def test_half_a_row_of_two_cells_stays_a_fault():
    (read,) = sheets.read(b"Month,Sales\nJan,5\nFeb,6\nMar\n", name="o.csv")
    assert [(4, 1, 2)] == layout.table(read).sheet.ragged


def test_a_text_file_with_titles_and_notes_in_it_reads_as_the_table():
    text = "Orders\nRegion: North\n\n" + "\n".join(map(",".join, TABLE)) + "\n\nTotal rows: 3,,,\n"
    (read,) = sheets.read(text.encode(), name="o.csv")
    found = layout.table(read)
    assert (TABLE, [4, 5, 6, 7]) == (rows(found.sheet), numbers(found.sheet))
    assert [(1, "Orders"), (2, "Region: North"), (9, "Total rows: 3")] == list(found.notes)


# Any table


IDS = st.one_of(st.integers(1, 10**9).map(str), st.from_regex(r"R_[A-Za-z0-9]{6}", fullmatch=True))
DAYS = st.dates().map(str)
CELLS = st.one_of(
    st.just(""),
    IDS,
    DAYS,
    st.sampled_from(["Sales", "the crew was kind, and on time", "4 - Very satisfied", "0.5", "N/A"]),
)
ABOVE = st.lists(
    st.one_of(
        st.sampled_from(
            ["Orders", "Results 2024", "Report generated on 2024-01-01", "Region: North", "Client satisfaction by region"]
        ).map(lambda words: [words]),
        st.sampled_from([["Region:", "North"], ["Period:", "2024-01-01"], ["Exported", "2024-01-01"], [" "]]),
    ),
    max_size=12,
)  # fmt: skip
BELOW = st.lists(
    st.sampled_from(
        [
            ["Source: order system"], ["© 2024 Acme"], ["Total rows: 12"], ["Amounts are provisional until audited"],
            ["* without tax"], ["Source:", "order system"], [" "],
        ]
    ),
    max_size=80,
)  # fmt: skip


@st.composite
def tables(draw):
    width = draw(st.integers(4, 9))
    header = [f"Column {n}" for n in range(width)]
    body = draw(st.lists(st.lists(CELLS, min_size=width - 2, max_size=width - 2), min_size=1, max_size=70))
    return [header, *([draw(IDS), draw(DAYS), *cells] for cells in body)]


@given(tables(), ABOVE, BELOW, st.integers(0, 2), st.integers(0, 2), st.booleans(), st.booleans())
def test_whatever_stands_around_a_table_it_is_found_with_its_row_numbers(
    table, above, below, before, after, top, bottom
):
    shift = [""] * before
    lines = [
        *([*row] for row in above),
        *([*shift, *row, *[""] * after] for row in table),
        *([*shift, *row] for row in below),
    ]
    start = len(above) + top + 1
    end = start + len(table)
    places = [*range(1, len(above) + 1), *range(start, end), *range(end + bottom, end + bottom + len(below))]
    found = layout.table(sheet(*lines, numbers=places))
    assert table == rows(found.sheet)
    assert list(range(start, end)) == numbers(found.sheet)
    spoken = [number for number, row in zip(places, lines, strict=True) if any(map(str.strip, row))]
    assert [number for number in spoken if not start <= number < end] == [number for number, _ in found.notes]
    assert layout.table(found.sheet).sheet is found.sheet


SOME = st.one_of(
    CELLS, CELLS, st.just(""), st.sampled_from(["Source: x", "Region:", "Total rows: 4", "Why did you come?"])
)


@given(st.lists(st.lists(SOME, min_size=1, max_size=6), min_size=1, max_size=12))
def test_what_is_found_is_a_block_of_the_sheet_and_finding_it_again_changes_nothing(lines):
    whole = sheet(*lines)
    found = layout.table(whole)
    assert layout.table(found.sheet) == layout.Found(found.sheet)
    kept = numbers(found.sheet)
    assert list(range(kept[0], kept[-1] + 1)) == kept
    everything = rows(whole)
    for number, row in enumerate(everything, start=1):
        filled = [cell.strip() for cell in row if cell.strip()]
        told = dict(found.notes).get(number)
        assert (number in kept) or told == (" ".join(filled) or None)
        if len(filled) > 3 and not filled[0].endswith(":"):
            assert number in kept


# Of several sheets


def chosen(*some):
    return layout.chosen([layout.table(one) for one in some]).sheet.name


def test_the_largest_sheet_that_looks_like_a_table_is_chosen():
    many = [[str(n), "2024-01-05", "C1", "3"] for n in range(20)]
    orders, few = sheet(HEADER, *many, name="Orders"), sheet(*TABLE, name="Old")
    for name, lines in {
        "Notes": [["What", "Why"], *([f"column {n}", "see the manual for this"] for n in range(90))],
        "README": [["Made by hand"] for _ in range(200)],
        "Cover": [["Orders", "", "", "", "", "", "2024"], *([""] * n + ["x"] for n in range(60))],
        "Data dictionary": [["Field", "Type", "Meaning"], *([f"f{n}", "text", "a field"] for n in range(90))],
        "Sheet4": [["Sum of Amount", "Column Labels"], ["Row Labels", "2023", "2024", "Grand Total"],
                   *([f"C{n}", "1", "2", "3"] for n in range(90))],
        "Matrix": [[str(n), "1", "2", "3", "4"] for n in range(90)],
    }.items():  # fmt: skip
        assert "Orders" == chosen(sheet(*lines, name=name), orders, few)


def test_a_sheet_that_is_named_like_a_note_is_chosen_where_it_alone_holds_a_table():
    assert "Summary" == chosen(sheet(["Made by hand"], name="Sheet1"), sheet(*TABLE, name="Summary"))


@pytest.mark.parametrize(
    "name", ["Customer list", "Order history", "Engagement index", "Form Responses 1", "Übersicht Kunden"]
)
def test_a_name_that_says_what_the_table_is_of_is_no_note(name):
    assert name == chosen(sheet(*TABLE, name="Small"), sheet(*TABLE, *ORDERS, name=name))


def test_years_may_head_a_table():
    years = [["Indicator", "2021", "2022", "2023"], *([f"Score {n}", "1", "2", "3"] for n in range(20))]
    assert "Years" == chosen(sheet(*years, name="Years"), sheet(*TABLE, name="Small"))


def test_where_nothing_looks_like_a_table_the_largest_is_given():
    assert "B" == chosen(sheet(["x"], name="A"), sheet(["x"], ["y"], name="B"))


# Large sheets


@pytest.mark.parametrize(("height", "width"), [(100_000, 24), (500_000, 8)])
def test_a_large_table_is_found_whole(height, width):
    column = pa.array(np.arange(height).astype(str))
    columns = {str(i): column for i in range(1, width - 1)}
    blank = pa.repeat(pa.scalar(""), height)
    whole = Sheet("large", pa.table({"0": blank, **columns, str(width - 1): blank}), [], "utf-8", ",")
    found = layout.table(whole)
    assert (height, width - 2) == found.sheet.cells.shape
