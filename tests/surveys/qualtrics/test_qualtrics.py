"""What Qualtrics' own rows and columns are read as, before any answer is typed."""

import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from keel import sheets
from keel.errors import InputError
from keel.sheets import Sheet
from keel.surveys import qualtrics

FOLDER = Path(__file__).parent
RESPONSES = {  # file -> rows that are responses, whatever their status
    "current.csv": 10, "choice_text.csv": 7, "split_german.csv": 5, "tabs.tsv": 3, "legacy.csv": 5, "codes_only.csv": 5,
    "saved_again.csv": 5, "workbook.xlsx": 5,
}  # fmt: skip


def sheet(name):
    return sheets.read((FOLDER / name).read_bytes(), name=name)[0]


def of_rows(*rows):
    columns = zip(*rows, strict=True)
    cells = pa.table({str(place): pa.array(column, pa.string()) for place, column in enumerate(columns)})
    return Sheet("file.csv", cells, [], "utf-8", ",")


def asked(*columns):
    """A current export of these questions: (code, words, import id, cells)."""
    heads = [("ResponseId", "Response ID", {"ImportId": "_recordId"}), ("EndDate", "End Date", {"ImportId": "endDate"})]
    told = [*heads, *((code, words, given) for code, words, given, _ in columns)]
    many = len(columns[0][3])
    noted = [[f"R_{n:05d}abc" for n in range(many)], [f"2024-01-{1 + n % 28:02d} 10:00:00" for n in range(many)]]
    return of_rows(
        [code for code, _, _ in told],
        [words for _, words, _ in told],
        [json.dumps(given, separators=(",", ":")) for *_, given in told],
        *map(list, zip(*noted, *(cells for *_, cells in columns), strict=True)),
    )


def fields(form, use):
    return [field.text for field in form.fields if field.use == use]


def by_key(form):
    return {field.key: field for field in form.fields if field.key}


@pytest.mark.parametrize(("name", "count"), RESPONSES.items())
def test_every_row_under_the_headers_is_a_response_and_no_header_row_is(name, count):
    form = qualtrics.read(sheet(name))
    assert count == form.cells.num_rows == len(form.numbers) == len(form.statuses)
    assert len(form.fields) == form.cells.num_columns


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("current.csv", 0.95), ("choice_text.csv", 0.95), ("split_german.csv", 0.95), ("tabs.tsv", 0.95), ("legacy.csv", 0.95),
        ("saved_again.csv", 0.95), ("workbook.xlsx", 0.85), ("codes_only.csv", 0.75), ("no_responses.csv", 0.95),
    ],
)  # fmt: skip
def test_each_layout_is_recognised(name, least):
    assert least <= qualtrics.recognises(sheet(name)) <= 1


@pytest.mark.parametrize(
    "rows",
    [
        [["Order ID", "Order Date", "Status", "Amount"], ["1", "2024-01-05", "paid", "10.5"]],
        [["Employee", "StartDate", "EndDate", "Status"], ["E1", "2020-01-05", "", "active"]],
        [
            ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Rate us"],
            ["", "", "", "", "", "Response"],
        ],
        [["Response ID", "Time Started", "Date Submitted", "Status", "Rate us"], ["1", "x", "y", "Complete", "5"]],
        [["V1", "V2", "V3", "V4"], ["1", "2", "3", "4"]],
        [["id", "submitdate", "lastpage", "startlanguage", "Q1[SQ001]"], ["1", "2024-01-05", "3", "en", "Y"]],
        [["ResponseId", "Comment"], ["1", "fine"]],
    ],
)
def test_files_of_others_are_not_taken_for_one(rows):
    assert qualtrics.recognises(of_rows(*rows)) < 0.3


def test_a_sheet_without_a_cell_is_not_taken_for_one():
    assert 0.0 == qualtrics.recognises(of_rows(["", ""], ["", ""]))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("0", ""), ("4", ""), ("16", ""), ("32", ""), ("36", ""), ("48", ""), ("132", ""), ("0.0", ""), ("IP Address", ""),
        ("IP-Adresse", ""), ("Imported", ""), ("Offline", ""), ("EX", ""), ("", ""),
        ("1", "test"), ("2", "test"), ("8", "test"), ("9", "test"), ("12", "test"), ("17", "test"), ("40", "test"),
        ("256", "test"), ("Survey Preview", "test"), ("Survey Test", "test"), ("Spam", "test"), ("Survey Preview Spam", "test"),
        ("Offline Survey Preview", "test"), ("Umfragevorschau", "test"), ("Synthetic", "test"),
    ],
)  # fmt: skip
def test_previews_tests_and_spam_are_tests_in_numbers_and_in_words(status, expected):
    form = qualtrics.read(
        of_rows(["ResponseId", "RecordedDate", "Status", "Q1"], ["R_1a", "2024-01-05 10:00:00", status, "5"])
    )
    assert (expected,) == form.statuses


@pytest.mark.parametrize(
    ("code", "cell", "expected"),
    [
        ("Finished", "0", "partial"), ("Finished", "False", "partial"), ("Finished", "FALSCH", "partial"), ("Finished", "1", ""),
        ("Finished", "TRUE", ""), ("Progress", "99", "partial"), ("Progress", "100", ""), ("Progress", "", ""),
    ],
)  # fmt: skip
def test_a_response_that_was_not_finished_is_partial(code, cell, expected):
    form = qualtrics.read(
        of_rows(["ResponseId", "RecordedDate", code, "Q1"], ["R_1a", "2024-01-05 10:00:00", cell, "5"])
    )
    assert (expected,) == form.statuses


def test_a_test_that_was_not_finished_is_a_test():
    rows = ["ResponseId", "RecordedDate", "Status", "Finished"], ["R_1a", "2024-01-05 10:00:00", "9", "0"]
    assert ("test",) == qualtrics.read(of_rows(*rows)).statuses


def test_rows_are_numbered_as_records_not_as_lines():
    assert [4, 5, 6, 7, 8] == qualtrics.read(sheet("split_german.csv")).numbers.to_pylist()
    assert [4, 5, 9, 10, 11] == qualtrics.read(sheet("saved_again.csv")).numbers.to_pylist()


def test_the_import_id_tells_questions_from_embedded_data_and_from_what_qualtrics_derives():
    form = qualtrics.read(sheet("current.csv"))
    assert ["Q1", "Q2", "Q3", "Q3_4_TEXT", "Q4"] == [field.key for field in form.fields if field.use == "question"]
    assert ["Region"] == fields(form, "detail")
    assert ["Recorded Date"] == fields(form, "answered_on")
    assert ["Start Date"] == fields(form, "started_on")
    assert ["Response ID"] == fields(form, "response_id")
    assert ["External Data Reference"] == fields(form, "respondent")


def test_embedded_data_called_like_the_status_is_not_the_status():
    form = qualtrics.read(sheet("split_german.csv"))
    assert ("", "", "", "partial", "test") == form.statuses
    assert ["Status"] == fields(form, "detail")


def test_a_person_is_known_by_the_mail_where_no_reference_was_given():
    assert ["Recipient Email"] == fields(qualtrics.read(sheet("choice_text.csv")), "respondent")
    assert [] == fields(qualtrics.read(sheet("tabs.tsv")), "respondent")


def test_the_reference_outranks_the_mail():
    head = ["ResponseId", "RecordedDate", "RecipientEmail", "ExternalReference", "Q1"]
    form = qualtrics.read(of_rows(head, ["R_1a", "2024-01-05 10:00:00", "ann@example.com", "E-1", "5"]))
    assert ["ExternalReference"] == fields(form, "respondent")


def test_the_end_tells_the_moment_where_none_was_recorded():
    assert ["EndDate"] == fields(qualtrics.read(sheet("legacy.csv")), "answered_on")


def test_the_time_zone_is_told():
    assert any("America/Denver" in note for note in qualtrics.read(sheet("current.csv")).notes)
    assert any("UTC" in note for note in qualtrics.read(sheet("choice_text.csv")).notes)
    assert () == qualtrics.read(sheet("workbook.xlsx")).notes


def test_the_order_of_a_date_is_told_only_where_it_is_as_exported():
    assert "ymd" == qualtrics.read(sheet("current.csv")).dates
    assert "" == qualtrics.read(sheet("saved_again.csv")).dates


def test_options_in_columns_share_their_question_in_any_language():
    field = by_key(qualtrics.read(sheet("split_german.csv")))["Q2_2"]
    expected = ("Was war Ihnen wichtig?", "Tempo, immer", "Was war Ihnen wichtig?: Tempo, immer", True)
    assert expected == (field.of, field.option, field.text, field.several)


def test_a_legacy_question_ends_at_its_sign_not_at_the_hyphen_of_an_option():
    head = ["V1", "V2", "V3", "Q1_1", "Q1_2"]
    words = [
        "ResponseID",
        "ResponseSet",
        "EndDate",
        "What did you use?-On-call help",
        "What did you use?-On-site repair",
    ]
    form = qualtrics.read(of_rows(head, words, ["R_1a", "Default Response Set", "2015-06-01 08:00:00", "1", ""]))
    told = [(field.of, field.option) for field in form.fields[3:]]
    assert [("What did you use?", "On-call help"), ("What did you use?", "On-site repair")] == told


def test_what_was_typed_beside_other_is_a_question_of_its_own():
    field = by_key(qualtrics.read(sheet("split_german.csv")))["Q2_5_TEXT"]
    assert ("question", "", "Was war Ihnen wichtig? - Anderes - Text") == (field.use, field.of, field.text)


def test_statements_of_a_matrix_share_their_question_and_stay_undecided():
    field = by_key(qualtrics.read(sheet("choice_text.csv")))["Q5_2"]
    assert ("How much do you agree?", "I trust the prices - all of them", None) == (
        field.of,
        field.option,
        field.several,
    )


def test_each_row_of_a_matrix_of_several_choices_is_a_question():
    form = qualtrics.read(asked(
        ("Q1_1_1", "Which do you use? - At home - Tea", {"ImportId": "QID1_1", "choiceId": "1"}, ["1", ""]),
        ("Q1_1_2", "Which do you use? - At home - Milk", {"ImportId": "QID1_1", "choiceId": "2"}, ["1", "1"]),
        ("Q1_2_1", "Which do you use? - At work - Tea", {"ImportId": "QID1_2", "choiceId": "1"}, ["", ""]),
        ("Q1_2_2", "Which do you use? - At work - Milk", {"ImportId": "QID1_2", "choiceId": "2"}, ["", "1"]),
    ))  # fmt: skip
    assert [("Which do you use? - At home", "Tea"), ("Which do you use? - At home", "Milk"),
            ("Which do you use? - At work", "Tea"), ("Which do you use? - At work", "Milk")] == [
        (field.of, field.option) for field in form.fields[2:]
    ]  # fmt: skip


def test_a_question_with_one_statement_keeps_its_words():
    form = qualtrics.read(asked(("Q1_1", "Rate us - in all", {"ImportId": "QID1_1"}, ["3"])))
    assert ("Rate us - in all", "") == (form.fields[2].text, form.fields[2].of)


def test_a_side_by_side_and_a_loop_are_questions():
    form = qualtrics.read(asked(
        ("Q1#1_1", "Visits - Liked - North", {"ImportId": "QID1#1_1"}, ["3"]),
        ("Q1#1_2", "Visits - Liked - South", {"ImportId": "QID1#1_2"}, ["3"]),
        ("2_Q7", "South - Would you come again?", {"ImportId": "2_QID7"}, ["1"]),
    ))  # fmt: skip
    assert ["Visits - Liked: North", "Visits - Liked: South", "South - Would you come again?"] == fields(
        form, "question"
    )


@pytest.mark.parametrize(
    "told",
    [
        "QID1_DO", "QID1_NPS_GROUP", "QID3_FIRST_CLICK", "2_QID3_PAGE_SUBMIT", "QID6_BROWSER", "QID6_OS", "QID9_FILE_URL_NOT",
        "QID9_FILE_ID", "BL_0abc_DO", "FL_12_DO", "SC_0abc", "Q_RelevantIDDuplicate", "QID2_TEXT_5d0a2c7be41f4d0a9b3c11aaTopics",
    ],
)  # fmt: skip
def test_what_qualtrics_derives_is_never_taken_in(told):
    form = qualtrics.read(asked(("Q1", "Q1 in words", {"ImportId": told}, ["1"])))
    assert ("question" if told.endswith("NOT") else "meta") == form.fields[2].use


def test_embedded_data_may_be_called_like_a_version_or_an_address():
    form = qualtrics.read(asked(("APP_VERSION", "APP_VERSION", {"ImportId": "APP_VERSION"}, ["1.2"])))
    assert "detail" == form.fields[2].use


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["Price,Speed", "Price", "Speed"], ","),
        (["Price,Speed, always", "Speed, always", ""], ","),
        (["1,3", "2", "1,2,3"], ";"),
        (["Price,Speed", "", ""], ","),
        (["Price", "Speed", ""], ""),
        (["Speed, always", "Price", ""], ""),
        (["1,000 to 4,999", "5,000 or more", "10 to 999"], ""),
        (["1,000 or more", "fewer", "none"], ""),
        (["1,000", "2,000", "500"], ""),
        (["Yes,always", "No,never", "Perhaps"], ""),
        (["1", "2", "3"], ""),
    ],
)
def test_choices_in_one_cell_are_told_from_a_comma_in_an_answer(cells, expected):
    form = qualtrics.read(asked(("Q1", "Which?", {"ImportId": "QID1"}, cells)))
    assert expected == form.fields[2].joined


def test_codes_joined_by_a_comma_cannot_be_mistaken_for_decimal_numbers():
    form = qualtrics.read(asked(("Q1", "Which?", {"ImportId": "QID1"}, ["1,3", "2", "1,2,3"])))
    assert ["1;3", "2", "1;2;3"] == form.cells.column(2).to_pylist()


def test_free_text_is_never_taken_for_choices():
    form = qualtrics.read(asked(("Q1", "Why?", {"ImportId": "QID1_TEXT"}, ["a,b", "a", "b"])))
    assert "" == form.fields[2].joined


def test_a_question_seen_and_not_answered_is_blank():
    form = qualtrics.read(asked(
        ("Q1", "Rate us", {"ImportId": "QID1"}, ["-99", "5", " -99 "]), ("Site", "Site", {"ImportId": "Site"}, ["-99", "A", ""]),
    ))  # fmt: skip
    assert ["", "5", ""] == form.cells.column(2).to_pylist()
    assert ["-99", "A", ""] == form.cells.column(3).to_pylist()
    assert any("-99" in note for note in form.notes)


def test_answers_are_passed_on_as_they_are():
    assert "4 - Satisfied " == qualtrics.read(sheet("choice_text.csv")).cells.column(17)[0].as_py()


def test_bare_codes_are_the_texts_and_columns_of_one_word_each_are_choices():
    form = qualtrics.read(sheet("codes_only.csv"))
    assert ["Q1", "Q2: Price", "Q2: Speed", "Q2: Other", "Q3_1", "Q3_2", "Q4"] == fields(form, "question")
    assert any("codes" in note for note in form.notes)


def test_the_row_of_import_ids_is_known_wherever_it_stands():
    whole = sheet("current.csv")
    for rows in ([1, 2], [0, 2], [2]):  # the first or the second row deleted, or both
        cells = whole.cells.take([*rows, *range(3, 13)])
        form = qualtrics.read(replace(whole, cells=cells))
        assert 10 == form.cells.num_rows
        assert ["", "", "", "", "test", "test", "test", "test", "test", "partial"] == list(form.statuses)


def test_questions_alone_are_read_without_any_column_of_qualtrics_own():
    rows = [
        ["Q1", "Site"],
        ["Rate us", "Site"],
        ['{"ImportId":"QID1"}', '{"ImportId":"Site"}'],
        ["5", "York"],
        ["1", "Leeds"],
    ]
    form = qualtrics.read(of_rows(*rows))
    assert [("Rate us", "question"), ("Site", "detail")] == [(field.text, field.use) for field in form.fields]
    assert (["5", "1"], ()) == (form.cells.column(0).to_pylist(), form.statuses)


def test_an_export_without_responses_is_refused():
    with pytest.raises(InputError, match="only header rows"):
        qualtrics.read(sheet("no_responses.csv"))


def test_a_hundred_thousand_responses_are_all_read():
    many = 100_000
    columns = [
        (f"Q{n}", f"How was part {n}?", {"ImportId": f"QID{n}"}, [str((row * n) % 11) for row in range(many)])
        for n in range(1, 23)
    ]
    big = asked(*columns)
    assert many == qualtrics.read(big).cells.num_rows
