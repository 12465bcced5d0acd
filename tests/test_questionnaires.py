"""Kinds of questions, choices in every layout, repeats, later exports, and what a mapping decides, whatever the tool."""

import csv
import io
import json
from datetime import date

import pytest
import xlsxwriter

from keel import company, intake, measure
from keel.errors import InputError
from keel.readings import Known

TODAY = date(2026, 9, 27)
RECOMMEND = "How likely are you to recommend us?"


def as_csv(rows, *, separator=",", encoding="utf-8", end="\n"):
    written = io.StringIO()
    csv.writer(written, delimiter=separator, lineterminator=end).writerows(rows)
    return written.getvalue().encode(encoding)


def as_xlsx(rows, dates=()):
    """A workbook; the columns in `dates` hold true dates."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Responses")
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                if place and column in dates:
                    sheet.write_datetime(place, column, date.fromisoformat(cell))
                elif cell.isdigit():
                    sheet.write_number(place, column, int(cell))
                else:
                    sheet.write(place, column, cell)
    return written.getvalue()


def read(rows, *, mapping=None, name="pulse.csv", **options):
    content = rows if isinstance(rows, bytes) else as_csv(rows)
    mapping = intake.with_options({"kind": "survey", **(mapping or {})}, options)
    return intake.read(content, name=name, known=Known(today=TODAY, currency="EUR"), mapping=mapping)


def column(cells, header="What did you like best of it?"):
    """The one question of a survey with these cells."""
    rows = [["Date", "ID", header], *(["2024-01-01", str(n), cell] for n, cell in enumerate(cells))]
    (question,) = read(rows).questions
    return question


def spread(cells, names):
    """The questions of a survey with a column for each name."""
    rows = [["Date", "ID", *names], *(["2024-01-01", str(n), *row] for n, row in enumerate(cells))]
    return read(rows).questions


# Kinds


@pytest.mark.parametrize(
    ("cells", "kind", "counts"),
    [
        (["7", "0", "10"], "score", {"0": 1, "7": 1, "10": 1}),
        (["Agree", "Strongly disagree", "Agree"], "scale", {"Strongly disagree": 1, "Agree": 2}),
        (["Red", "Blue", "Red"], "single", {"Red": 2, "Blue": 1}),
        (["Red;Blue", "Blue", "Red;Blue"], "multi", {"Red": 2, "Blue": 3}),
        (["13/02/2024", "14/02/2024", ""], "date", {}),
        (["1", "0", "1"], "single", {"1": 2, "0": 1}),
    ],
)
def test_the_kind_of_a_question_is_told_by_its_answers(cells, kind, counts):
    question = column(cells)
    assert (kind, counts) == (question["kind"], question["counts"])


def test_text_that_is_never_the_same_is_comments_and_not_counted():
    question = column([f"a comment of its own, number {n}" for n in range(30)])
    assert ("text", 30, {}) == (question["kind"], question["n"], question["counts"])


def test_words_on_a_scale_count_as_the_numbers_do():
    (question,) = read(
        [
            ["Date", "Dept", "I am proud of what we do"],
            *(["2024-01-01", "Sales", w] for w in ("Agree", "Strongly agree", "Disagree")),
        ]
    ).questions
    assert ("engagement", "scale", "1–5") == (question["role"], question["kind"], question["scale"])


def test_how_often_something_happens_is_no_engagement_item():
    (question,) = read(
        [
            ["Date", "Dept", "How often do you meet your manager?"],
            ["2024-01-01", "Sales", "Never"],
            ["2024-01-01", "Sales", "Always"],
        ]
    ).questions
    assert (None, "scale") == (question["role"], question["kind"])


def test_an_item_of_which_one_is_the_best_answer_is_turned_round(empty_store):
    rows = [["Date", "ID", "Dept", "I am proud of what we do"]]
    cells = ["1 - Strongly agree"] * 3 + ["2 - Agree"] * 2 + ["5 - Strongly disagree"] * 2
    rows += [["2024-01-01", str(n), "Sales", cell] for n, cell in enumerate(cells)]
    reading = company.preview(empty_store, as_csv(rows), name="pulse.csv", today=TODAY)
    company.take_in(empty_store, reading, who="tester")
    (question,) = measure.questions(empty_store)[0]["questions"]
    # turned round: 5 5 5 4 4 1 1; five of seven favourable
    assert (7, 25 / 7, 5 / 7) == (question["n"], question["mean"], question["favourable"])


def test_an_item_that_says_it_is_reversed_is_and_one_that_moves_against_the_rest_is_noted():
    rows = [
        [
            "Date",
            "Dept",
            "I like the work here",
            "I like the crew here",
            "I like the ship here",
            "I am bored at work (R)",
            "I want to leave this place",
        ]
    ]
    for n in range(40):
        good = str(1 + n % 5)
        rows.append(["2024-01-01", "Sales", good, good, good, str(6 - int(good)), str(6 - int(good))])
    reading = read(rows)
    assert [False, False, False, True, False] == [q["reversed"] for q in reading.questions]
    (note,) = [note for note in reading.notes if "moves against" in note]
    assert "I want to leave this place" in note


# Several choices: joined, a column an option, 0/1, label text


def test_a_column_for_each_option_with_the_options_words_is_one_question():
    (question,) = spread([["Price", ""], ["Price", "Speed"], ["", ""]], ["Price", "Speed"])
    assert ("multi", 2, 1, {"Price": 2, "Speed": 1}) == tuple(question[k] for k in ("kind", "n", "missing", "counts"))


def test_the_same_header_again_begins_another_question():
    first, second = spread([["Price", "Speed", "Price"], ["Price", "Speed", ""]], ["Price", "Speed", "Price"])
    assert ({"Price": 2, "Speed": 2}, {"Price": 1}) == (first["counts"], second["counts"])


# What a mapping decides


def test_a_tie_a_wrong_tool_and_a_tool_that_is_none_are_told():
    rows = [["Date", "ID", RECOMMEND], ["2024-01-01", "1", "9"]]
    with pytest.raises(InputError, match="there is no survey tool 'postbox' here"):
        read(rows, vendor="postbox")
    with pytest.raises(InputError, match="does not look like an export of Qualtrics"):
        read(rows, vendor="qualtrics")
    assert "table" == read(rows, vendor="generic").vendor


def test_a_question_said_to_count_as_nothing_counts_as_nothing():
    rows = [["Date", "ID", RECOMMEND], ["2024-01-01", "1", "0"]]
    assert ["nps"] == [q["role"] for q in read(rows).questions]
    assert [None] == [q["role"] for q in read(rows, none=RECOMMEND).questions]


def test_nps_asked_on_one_to_ten_is_told_so_wherever_it_stands():
    text = "Would you recommend us (1-10)?"
    rows = [["Date", "ID", text], ["2024-01-01", "1", "9"], ["2024-01-01", "2", "1"]]
    assert [None] == [q["role"] for q in read(rows).questions]
    (question,) = read(rows, nps=text).questions
    assert ("nps", "1–10", f"{text} (asked on 1 to 10)") == (question["role"], question["scale"], question["text"])


def test_a_group_can_be_taken_back():
    rows = [["Date", "ID", "Department", RECOMMEND], ["2024-01-01", "1", "Sales", "9"]]
    assert ["department"] == [group["dimension"] for group in read(rows).groups]
    reading = read(rows, mapping={"groups": {"Department": ""}})
    assert () == reading.groups
    assert ["Department", RECOMMEND] == [q["text"] for q in reading.questions]


def test_a_survey_without_dates_counts_on_the_day_that_is_said():
    rows = [["ID", RECOMMEND], ["1", "9"]]
    with pytest.raises(InputError) as caught:
        read(rows)
    assert ("answered_on", ("ID", RECOMMEND, "2026-09-27")) == (caught.value.asks, caught.value.among)
    assert [date(2026, 9, 1)] == read(rows, answered_on="2026-09-01").tables["raw_responses"].column(
        "answered_on"
    ).to_pylist()


def test_a_response_without_a_date_is_left_out_and_counted_as_such():
    reading = read([["Date", "ID", RECOMMEND], ["2024-01-01", "1", "9"], ["", "2", "8"], ["2024-01-02", "3", "0"]])
    assert (2, {"no date": 1}, "") == (reading.rows_accepted, reading.left_out, reading.refusal)


# Repeats and later exports


ROWS = [
    ["Response ID", "Date", "Department", RECOMMEND, "What else?"],
    ["901", "2024-01-01", "Sales", "9", "the crew was kind"],
    ["902", "2024-01-01", "Support", "9", ""],
    ["903", "2024-01-03", "Sales", "0", "late again"],
]


def import_(store, content, name="pulse.csv", **options):
    reading = company.preview(
        store, content, name=name, mapping=intake.with_options(None, options) or None, today=TODAY
    )
    seen = company.same_upload(store, reading), company.already_in(store, reading)
    if not seen[0]:
        company.take_in(store, reading, who="tester")
    return seen


def responses(store):
    return sum(survey["responses"] for survey in measure.questions(store))


def nps(store):
    frame = measure.series(store, "nps", grain="year").frame
    return [(row.den, row.num) for row in frame.itertuples()]


def test_a_response_that_stands_twice_in_a_file_counts_once():
    reading = read([*ROWS, ROWS[1]])
    assert (3, {"duplicate": 1}) == (reading.rows_accepted, reading.left_out)
    assert [5] == [reject.row for reject in reading.rejected]


def test_two_people_who_say_the_same_on_one_day_are_two_where_nothing_tells_them_apart():
    reading = read([["Date", RECOMMEND], ["2024-01-01", "9"], ["2024-01-01", "9"]])
    assert (2, {}) == (reading.rows_accepted, reading.left_out)
    assert 2 == len(set(reading.tables["raw_responses"].column("fingerprint").to_pylist()))


@pytest.mark.parametrize(
    "again",
    [
        lambda: as_csv(ROWS, end="\r\n"),
        lambda: as_csv(ROWS, separator=";", encoding="utf-16"),
        lambda: as_csv([row[::-1] for row in ROWS]),  # columns in another order
        lambda: as_csv([ROWS[0], *ROWS[:0:-1]]),  # rows in another order
        lambda: as_xlsx(ROWS, dates=[1]),
        lambda: as_csv([[cell.replace("2024-01-", "0").replace("01", "1/1/2024") if place == 1 else cell for place, cell in enumerate(row)] for row in ROWS[:3]]),
    ],
    ids=["line ends", "separator and encoding", "columns", "rows", "workbook", "part of it"],
)  # fmt: skip
def test_the_same_responses_in_another_form_are_noticed_and_not_counted_twice(again, empty_store):
    import_(empty_store, as_csv(ROWS))
    options = {"dates": "dmy"}
    same, _ = import_(empty_store, again(), name="the same.bin", **options)
    assert 1 == same["batch"]
    assert (3, [(3.0, 1.0)]) == (responses(empty_store), nps(empty_store))


def test_a_later_export_of_a_running_survey_adds_only_what_is_new(empty_store):
    import_(empty_store, as_csv(ROWS[:3]), name="january.csv")
    later = [*ROWS, ["904", "2024-02-01", "Sales", "10", "thanks"]]
    same, already = import_(empty_store, as_csv(later), name="february.csv")
    assert (None, 2) == (same, already)
    assert (4, [(4.0, 2.0)]) == (responses(empty_store), nps(empty_store))
    # with the first taken out the second holds them all still; taken out whole, nothing is left
    empty_store.undo(1, who="tester")
    assert (4, [(4.0, 2.0)]) == (responses(empty_store), nps(empty_store))
    empty_store.undo(2, who="tester")
    assert [] == measure.questions(empty_store)


def test_a_later_export_without_ids_is_told_by_its_answers(empty_store):
    plain = [row[1:] for row in ROWS]
    import_(empty_store, as_csv(plain))
    same, already = import_(empty_store, as_csv([*plain, ["2024-01-01", "Sales", "9", "the crew was kind"]]))
    assert (None, 3) == (same, already)  # the fourth says the same as the first, and is one more
    assert 4 == responses(empty_store)


def test_a_question_added_on_the_way_makes_no_other_survey(empty_store):
    rows = [
        [*ROWS[0], *(f"Was part {n} of the delivery fine?" for n in range(4))],
        *([*row, "Yes", "No", "Yes", "No"] for row in ROWS[1:]),
    ]
    import_(empty_store, as_csv(rows), name="first.csv")
    more = [[*row, cell] for row, cell in zip(rows, ["Any other question now?", "a", "b", "a"], strict=True)]
    reading = company.preview(empty_store, as_csv(more), name="second.csv", today=TODAY)
    assert "first" == reading.survey
    assert 3 == company.already_in(empty_store, reading)


def test_a_store_rebuilt_counts_a_running_survey_the_same(empty_store):
    import_(empty_store, as_csv(ROWS[:3]), name="january.csv")
    import_(empty_store, as_csv(ROWS), name="february.csv")
    before = nps(empty_store)
    assert {} == company.rebuild(empty_store)
    assert before == nps(empty_store)
    assert [] == empty_store.check()


def test_personal_columns_are_never_taken_in(empty_store):
    rows = [["Date", "ID", "IP Address", "First Name", RECOMMEND], ["2024-01-01", "1", "10.1.2.3", "Ann", "9"]]
    reading = company.preview(empty_store, as_csv(rows), name="pulse.csv", today=TODAY)
    held = json.dumps([table.to_pylist() for table in reading.tables.values()], default=str)
    assert "10.1.2.3" not in held
    assert "Ann" not in held
    assert ("IP Address", "First Name") == reading.unused


def test_a_response_is_the_same_though_a_later_export_shows_more_of_the_scale(empty_store):
    """Only 0 and 1 at first: yes and no; then a 9: a score. Without ids the answers alone tell the responses."""
    header = ["Date", "Customer ID", "How many of us did you meet?"]
    rows = [header, ["2024-01-01", "C1", "1"], ["2024-01-02", "C2", "0"]]
    import_(empty_store, as_csv(rows))
    assert (None, 2) == import_(empty_store, as_csv([*rows, ["2024-02-01", "C3", "9"]]))
    assert 3 == responses(empty_store)


def test_a_file_in_which_no_row_has_a_date_is_refused_with_the_reason():
    reading = read([["Date", "Response ID", RECOMMEND], ["", "1", "9"], ["", "2", "8"]])
    assert "none of its 2 rows counts (2 no date)" in reading.refusal


@pytest.mark.parametrize("as_file", [False, True], ids=["--set", "mapping file"])
def test_what_the_preview_would_ask_is_said_by_set_or_by_the_same_keys_in_a_mapping_file(as_file, tmp_path):
    """The file alone asks for the order of its dates; the rest would be guessed otherwise."""
    rows = [["When", "Who", "Ship", "Watch", "Mood", "Would you recommend us (1-10)?"]]
    rows += [[f"0{n}/02/2024", f"p{n}", "Gull", "Night", str(n), str(n)] for n in range(1, 6)]
    said = {
        "dates": "dmy", "answered_on": "When", "respondent": "Who", "group": ["Ship", "Watch"],
        "nps": "Would you recommend us (1-10)?", "engagement": "Mood", "partial": "count", "survey": "Crew",
    }  # fmt: skip
    if as_file:
        path = tmp_path / "mapping.toml"
        path.write_text("\n".join(f"{key} = {json.dumps(value)}" for key, value in said.items()))
        mapping = intake.from_toml(path)
    else:
        mapping = intake.with_options(None, said)
    reading = read(rows, mapping=mapping)
    responses = reading.tables["raw_responses"].to_pylist()
    assert date(2024, 2, 1) == responses[0]["answered_on"]
    assert ("p1", {"ship": "Gull", "watch": "Night"}) == (
        responses[0]["respondent"],
        json.loads(responses[0]["groups"]),
    )
    assert ["engagement", "nps"] == [q["role"] for q in reading.questions]
    assert ("Crew", "count") == (reading.survey, reading.mapping["partial"])


def test_two_tools_as_sure_as_each_other_are_asked_about(monkeypatch):
    from types import SimpleNamespace

    from keel import surveys
    from keel.surveys import generic

    made = {
        name: SimpleNamespace(NAME=name.title(), recognises=lambda sheet: 0.8, read=generic.read)
        for name in ("one", "two")
    }
    monkeypatch.setattr(surveys, "vendors", lambda: made)
    rows = [["Date", "ID", RECOMMEND], ["2024-01-01", "1", "0"]]
    with pytest.raises(InputError, match="it could be from One or from Two") as caught:
        read(rows)
    assert ("vendor", ("one", "two")) == (caught.value.asks, caught.value.among)
    assert "two" == read(rows, vendor="two").vendor


def test_a_new_tool_is_added_by_one_file(tmp_path, monkeypatch):
    """A module put beside the others is found without being named anywhere."""
    from keel import surveys

    (tmp_path / "pigeon_post.py").write_text(
        'from keel.surveys import generic\nNAME = "Pigeon post"\n'
        'def recognises(sheet):\n    return 0.9 * (sheet.cells.column(0)[0].as_py() == "Pigeon")\nread = generic.read\n'
    )
    monkeypatch.setattr(surveys, "__path__", [*surveys.__path__, str(tmp_path)])
    surveys.vendors.cache_clear()
    try:
        assert "pigeon_post" == read([["Pigeon", "Date", RECOMMEND], ["p1", "2024-01-01", "0"]]).vendor
    finally:
        surveys.vendors.cache_clear()


def test_two_shops_whose_customers_say_the_same_on_one_day_are_not_each_others_repeats(empty_store):
    header = ["Date", RECOMMEND]
    berlin = [["2024-01-01", score] for score in ("9", "9", "0", "10", "8", "9")]
    hamburg = [["2024-01-01", score] for score in ("9", "0", "1", "2", "3", "4")]  # two of six stand in the other
    import_(empty_store, as_csv([header, *berlin]), name="berlin.csv")
    same, already = import_(empty_store, as_csv([header, *hamburg]), name="hamburg.csv")
    assert (None, 0) == (same, already)
    assert 12 == responses(empty_store)
    again, _ = import_(empty_store, as_csv([header, *hamburg], separator=";"), name="hamburg again.csv")
    assert 2 == again["batch"]
    assert {} == company.rebuild(empty_store)
    assert 12 == responses(empty_store)


def test_a_question_that_asks_for_a_department_groups_people_and_one_about_it_does_not():
    header = [
        "Date",
        "ID",
        "Which department do you work in?",
        "Does your team help you?",
        "How satisfied are you with your region?",
    ]
    rows = [["2024-01-01", str(n), ("Sales", "Support")[n % 2], ("Yes", "No")[n % 2], str(1 + n % 5)] for n in range(8)]
    reading = read([header, *rows])
    assert {"Which department do you work in?": "department"} == {g["column"]: g["dimension"] for g in reading.groups}
    assert header[3:] == [q["text"] for q in reading.questions]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["it was fine for us", "more of the same please"], "text"),  # no two the same, more than three words
        (["Red", "Blue"], "single"),
        (["it was fine for us", "it was fine for us", "more of the same please"], "single"),
    ],
)
def test_a_few_answers_that_all_differ_are_comments_when_they_are_sentences(cells, kind):
    assert kind == column(cells)["kind"]
    assert "text" == column(["Great", "Slow"], "Any comments?")["kind"]
