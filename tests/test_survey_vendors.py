"""Every vendor's files, read through the whole intake, against what is worked out beside them (tests/surveys/*/cases.toml)."""

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from keel import intake, surveys
from keel.errors import InputError
from keel.readings import Known

FOLDER = Path(__file__).parent / "surveys"
TODAY = date(2026, 9, 27)
CASES = [
    (path.parent.name, case)
    for path in sorted(FOLDER.glob("*/cases.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]


def named(case):
    vendor, one = case
    said = "-".join(f"{key}={value}" for key, value in one.get("set", {}).items())
    return f"{vendor}/{one['file']}" + f"-{said}" * bool(said)


def read(vendor, case):
    options = dict(case.get("set", {}))
    told = options.pop("dictionary", None)
    mapping = intake.with_options(None, options)
    if told:
        path = FOLDER / vendor / told
        mapping["dictionary"] = intake.dictionary(path.read_bytes(), name=path.name)
    path = FOLDER / vendor / case["file"]
    return intake.read(path.read_bytes(), name=path.name, known=Known(today=TODAY, currency="EUR"), mapping=mapping)


@pytest.mark.parametrize("case", CASES, ids=map(named, CASES))
def test_a_file_is_read_as_it_was_worked_out_by_hand(case):
    vendor, expected = case
    if "refused" in expected:
        try:
            said = read(vendor, expected).refusal
        except InputError as error:
            said = str(error)
        assert expected["refused"] in said
        return
    found = read(vendor, expected)
    assert "survey" == found.kind
    assert expected.get("vendor", vendor) == found.vendor
    assert expected["responses"] == found.rows_accepted == found.tables["raw_responses"].num_rows
    assert expected.get("left_out", {}) == found.left_out
    for edge, day in (("from", found.from_on), ("to", found.to_on)):
        if edge in expected:
            assert expected[edge] == day
    if "groups" in expected:
        assert expected["groups"] == {group["column"]: group["dimension"] for group in found.groups}
    asked = Counter(question["text"] for question in found.questions)
    for wanted in expected.get("question", []):
        matching = [q for q in found.questions if q["text"] == wanted["text"]]
        assert matching, f"{wanted['text']!r} is none of {list(asked)}"
        question = matching[wanted.get("which", 1) - 1]
        told = {"role": None, **wanted}
        for key in ("kind", "scale", "role", "n", "missing", "reversed"):
            if key in told:
                assert (wanted["text"], key, told[key]) == (wanted["text"], key, question[key])
        if "counts" in wanted:
            assert (wanted["text"], wanted["counts"]) == (wanted["text"], question["counts"])
    for text in expected.get("not_questions", []):
        assert text not in asked


def test_every_vendor_has_files_and_cases_of_the_teams_own_making():
    without = [name for name in surveys.vendors() if name != "generic" and not (FOLDER / name / "cases.toml").exists()]
    assert [] == without


def test_every_file_of_a_vendor_has_a_case():
    for folder in (path.parent for path in FOLDER.glob("*/cases.toml")):
        told = tomllib.loads((folder / "cases.toml").read_text(encoding="utf-8"))["case"]
        named = {case["file"] for case in told} | {case.get("set", {}).get("dictionary") for case in told}
        kept = {path.name for path in folder.iterdir() if path.suffix not in (".py", ".toml", ".md") and path.is_file()}
        assert set() == kept - named, folder.name


@pytest.mark.parametrize("case", [case for case in CASES if "refused" not in case[1]], ids=named)
def test_a_file_read_again_with_its_own_mapping_gives_the_same_rows(case):
    vendor, expected = case
    once = read(vendor, expected)
    again = intake.read(
        once.content,
        name=once.file,
        known=Known(today=TODAY, currency="EUR"),
        mapping=intake.from_text(intake.as_text(once.mapping)),
    )
    assert once.tables == again.tables


def test_a_file_of_orders_is_nobodys_survey():
    content = b"Order ID,Order Date,Customer,Amount\n1,2024-01-05,C1,10.50\n2,2024-01-06,C2,20\n"
    assert "orders" == intake.read(content, name="orders.csv", known=Known(today=TODAY, currency="EUR")).kind
