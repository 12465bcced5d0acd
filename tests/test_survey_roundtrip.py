"""What is written in any vendor's layout, encoding and separator is read back: the same responses, answers and missing ones."""

import importlib.util
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from keel import intake
from keel.readings import Known
from tests.surveys.model import Question, Response, Survey, as_bytes

FOLDER = Path(__file__).parent / "surveys"
TODAY = date(2026, 9, 27)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
SEPARATORS = (",", ";", "\t")
LINE_ENDS = ("\r\n", "\n", "\r")


def layout(folder):
    spec = importlib.util.spec_from_file_location(f"layout_of_{folder.name}", folder / "layout.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MODULES = {folder.parent.name: layout(folder.parent) for folder in sorted(FOLDER.glob("*/layout.py"))}
WRITERS = [(vendor, name) for vendor, module in MODULES.items() for name in module.LAYOUTS]

# Options of which one holds what separates options elsewhere, and accents that every encoding here has.
OPTIONS = ("Price", "Délai", "Speed, always", "Ease of use", "Größe")
TEXTS = (
    "the crew was kind",
    "zu spät, leider",
    "muy bien; gracias",
    'they said "soon"',
    "two\nlines of it",
    "=1+1 they wrote",
)


def _answer(question, place):
    """The answers a question may get; the first responses answer all, each option alone once, so that kinds are plain."""
    if question.kind == "score":
        return st.one_of(st.none(), st.integers(question.low, question.high))
    if question.kind == "single":
        return st.one_of(st.none(), st.sampled_from(question.options))
    if question.kind == "text":
        return st.one_of(st.none(), st.sampled_from(TEXTS))
    chosen = st.lists(st.sampled_from(question.options), min_size=1, unique=True)
    return st.one_of(st.none(), chosen.map(lambda some: tuple(o for o in question.options if o in some)))


def _plain(question, turn):
    if question.kind == "score":
        return (question.low, question.high)[turn % 2]
    if question.kind == "multi":
        return (question.options[turn % len(question.options)],)
    return question.options[turn % len(question.options)] if question.kind == "single" else TEXTS[turn % len(TEXTS)]


@st.composite
def surveys(draw):
    kinds = draw(st.lists(st.sampled_from(["score", "score", "single", "multi", "text"]), min_size=1, max_size=5))
    questions = []
    for number, kind in enumerate(kinds, 1):
        low, high = draw(st.sampled_from([(0, 10), (1, 5), (1, 7)]))
        text = f"What do you say of point {number}" + draw(
            st.sampled_from(["?", " – really?", ", and why?", " (été)?"])
        )
        questions.append(Question(text, kind, low, high, OPTIONS[: draw(st.integers(2, 5))]))
    start = datetime(2024, 1, 3, 9, 0)
    plain = [tuple(_plain(q, turn) for q in questions) for turn in range(5)]
    # one of the plain answers is all that a multiple choice ever gets with another: enough to tell it is one
    both = tuple(q.options if q.kind == "multi" else _plain(q, 0) for q in questions)
    drawn = draw(st.lists(st.tuples(*(_answer(q, n) for n, q in enumerate(questions))), max_size=6))
    drawn = [row for row in drawn if any(answer is not None for answer in row)]
    rows = [*plain, both, *drawn]
    times = draw(st.lists(st.integers(0, 60 * 24 * 300), min_size=len(rows), max_size=len(rows), unique=True))
    responses = [Response(start + timedelta(minutes=when), row) for when, row in zip(times, rows, strict=True)]
    return Survey(tuple(questions), tuple(responses))


def read_back(content, name, mapping=None):
    return intake.read(content, name=name, known=Known(today=TODAY, currency="EUR"), mapping=mapping)


def told(reading, survey):
    """day and answers of each response, in the order of the file, in the terms of the model."""
    places = {}
    for question in survey.questions:
        number = next((q["key"] for q in reading.questions if q["text"].startswith(question.text)), None)
        places[question.text] = None if number is None else int(number[1:])
    if any(place is None and q.kind == "multi" for q in survey.questions for place in [places[q.text]]):
        # a tool that exports options without their question: found by its options, in order
        multis = [
            int(q["key"][1:])
            for q in reading.questions
            if q["kind"] == "multi" and int(q["key"][1:]) not in places.values()
        ]
        for question in survey.questions:
            if question.kind == "multi" and places[question.text] is None:
                places[question.text] = multis.pop(0)
    given = defaultdict(set)
    for row in reading.tables["raw_answers"].to_pylist():
        given[row["row"], row["question"]].add(row["label"] if row["value"] is None else row["value"])
    found = []
    for row in reading.tables["raw_responses"].to_pylist():
        found.append(
            (row["answered_on"], tuple(frozenset(given[row["row"], places[q.text]]) for q in survey.questions))
        )
    return found


def meant(survey):
    def one(question, answer):
        if answer is None:
            return frozenset()
        if isinstance(answer, tuple):
            return frozenset(answer)
        return frozenset([float(answer) if question.kind == "score" else answer])

    return [
        (r.answered_at.date(), tuple(one(q, a) for q, a in zip(survey.questions, r.answers, strict=True)))
        for r in survey.responses
    ]


@pytest.mark.parametrize(("vendor", "name"), WRITERS)
@given(data=st.data())
@settings(
    max_examples=12, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_what_is_written_in_a_vendors_layout_is_read_back_the_same(vendor, name, data):
    module = MODULES[vendor]
    survey = data.draw(surveys())
    encoding = data.draw(st.sampled_from(getattr(module, "ENCODINGS", ENCODINGS)))
    separator = data.draw(st.sampled_from(getattr(module, "SEPARATORS", SEPARATORS)))
    line_end = data.draw(st.sampled_from(LINE_ENDS))
    written = module.LAYOUTS[name](survey)
    if not isinstance(written, bytes):
        written = as_bytes(written, encoding=encoding, separator=separator, line_end=line_end)
    order = getattr(module, "DATES", {}).get(name)
    reading = read_back(written, f"{vendor}.csv", {"dates": order} if order else None)
    assert {"generic": "table"}.get(vendor, vendor) == reading.vendor
    assert meant(survey) == told(reading, survey)
