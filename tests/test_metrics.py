"""Every metric against cases worked by hand: tests/metrics/<id>.toml says what is uploaded and what must come out.

A case: `name`, `why` (the arithmetic), `settings` (of keel.toml), the uploads `given` (kind, rows as CSV, `set` as
of --set, `mapping` as of --mapping), the question `ask` and the rows to `expect`, all of them and no others. Of a row only the
keys that are written are compared: a number is a number or a fraction in quotes ("12/17"), nan is "no data",
`missing` is no row or no data; low and high are compared to the places written; `note` is part of the note, or "" for
none. `refused` is part of the sentence with which the upload is turned down.
"""

import math
import shutil
import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from keel import catalogue, company, intake, measure, settings
from keel.errors import InputError
from keel.store import Store

FOLDER = Path(__file__).parent / "metrics"
CASES = [
    pytest.param(path.stem, case, id=f"{path.stem}: {case['name']}")
    for path in sorted(FOLDER.glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)["case"]
]
NUMBERS = ("value", "num", "den", "n", "prior")
ENDS = ("low", "high")
FLAGS = ("partial", "hidden")
OTHER = ("period", "note", "missing")
TOLERANCE = 1e-7  # sums go through decimals of eight places


def take_in(store: Store, given: dict[str, Any], *, name: str) -> None:
    """Upload one file of a case as the Uploads page and the command line do."""
    mapping = intake.with_options(given.get("mapping"), given.get("set", {})) or None
    reading = company.preview(store, given["rows"].encode(), name=name, kind=given["kind"], mapping=mapping)
    assert [] == list(reading.rejected), "a row of the case was left out"
    company.take_in(store, reading, who="case")


def opened(case: dict[str, Any], empty_file: Path, folder: Path) -> Store:
    path = shutil.copy(empty_file, folder / "keel.duckdb")
    return Store(path, settings.check(case.get("settings", {}), where="keel.toml"))


def number(written: Any) -> float:
    return float(Fraction(written)) if isinstance(written, str) else float(written)


def is_number(found: float, expected: float) -> bool:
    if math.isnan(expected):
        return math.isnan(found)
    return math.isclose(expected, found, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def reaches(found: float, written: Any) -> bool:
    """Whether an end of an interval is the written one, to the places written."""
    if math.isnan(written):
        return math.isnan(found)
    places = max(-written.as_tuple().exponent, 0) if isinstance(written, Decimal) else 0
    return abs(found - float(written)) <= 0.5 * 10**-places + 1e-12


def faults(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """What differs between a row to expect and the row found, a line each."""
    wrong = []
    for key, written in expected.items():
        if key in NUMBERS:
            agrees = is_number(found[key], number(written))
        elif key in ENDS:
            agrees = reaches(found[key], written)
        elif key == "note":
            agrees = written in found[key] if written else found[key] == ""
        elif key == "missing":
            agrees = math.isnan(found["value"])
        else:
            agrees = written == found[key]
        if not agrees:
            wrong.append(f"{expected['period']}, {key}: expected {written}, found {found.get(key, found)}")
    return wrong


def keyed(rows: list[dict[str, Any]], by: tuple[str, ...]) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {(row["period"], *(row[name] for name in by)): row for row in rows}


@pytest.mark.parametrize(("metric", "case"), CASES)
def test_a_metric_gives_what_was_worked_by_hand(metric, case, empty_file, tmp_path):
    with opened(case, empty_file, tmp_path) as store:
        files = list(enumerate(case["given"], 1))
        if refusal := case.get("refused"):
            for place, given in files[:-1]:
                take_in(store, given, name=f"file_{place}.csv")
            with pytest.raises(InputError) as refused:
                take_in(store, files[-1][1], name="last.csv")
            assert refusal in str(refused.value)
            return
        for place, given in files:
            take_in(store, given, name=f"file_{place}.csv")
        found = measure.series(store, metric, **case["ask"])
        whole = measure.series(store, metric, **{**case["ask"], "by": []}) if found.by else None
    rows = keyed(found.frame.to_dict("records"), found.by)
    expected = keyed(case["expect"], found.by)
    due = {key for key, row in expected.items() if not row.get("missing")}

    assert sorted(due) == sorted(set(rows) - (set(expected) - due)), case["why"]
    wrong = [fault for key, row in expected.items() if key in rows for fault in faults(row, rows[key])]
    assert [] == wrong, case["why"]
    for key, written in case.get("total", {}).items():
        assert is_number(found.total[key], number(written)), f"total: expected {written}, found {found.total[key]}"
    if whole is not None and not found.frame["hidden"].any():
        the_parts_make_the_whole(found, whole)


def the_parts_make_the_whole(parts: measure.Series, whole: measure.Series) -> None:
    """A sum is the sum of its parts; a ratio has the sum of their nums over the sum of their dens."""
    sums = parts.frame.groupby("period")[["num", "den"]].sum()
    for row in whole.frame.to_dict("records"):
        assert is_number(sums.loc[row["period"], "num"], row["num"])
        if parts.metric.roll == "sum":
            assert is_number(sums.loc[row["period"], "num"], row["value"])
        else:
            assert is_number(sums.loc[row["period"], "den"], row["den"])
    assert set(whole.frame["period"]) == set(sums.index)


@pytest.mark.parametrize("metric", catalogue.load())
def test_every_metric_has_two_worked_cases_or_more(metric):
    cases = tomllib.loads((FOLDER / f"{metric}.toml").read_text(encoding="utf-8"))["case"]

    assert len(cases) >= 2
    assert len({case["name"] for case in cases}) == len(cases)


def test_no_case_is_about_a_metric_that_is_not_there():
    assert set(catalogue.load()) == {path.stem for path in FOLDER.glob("*.toml")}


@pytest.mark.parametrize(("metric", "case"), CASES)
def test_a_case_says_why_and_compares_something_known(metric, case):
    by = tuple(case.get("ask", {}).get("by", ()))
    known = {*NUMBERS, *ENDS, *FLAGS, *OTHER, *by}

    assert any(letter.isdigit() for letter in case["why"]) or "no " in case["why"].casefold()
    assert ("refused" in case) != ("expect" in case)
    for row in case.get("expect", []):
        assert known >= set(row)
        assert {"value", "missing", "hidden", "note", "n"} & set(row)


@pytest.mark.parametrize("metric", catalogue.load().values(), ids=lambda metric: metric.id)
def test_the_query_of_a_metric_begins_with_what_it_is(metric):
    assert metric.sql.startswith("-- What this is: one row per ")
