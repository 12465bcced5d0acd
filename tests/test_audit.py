"""The audit: what can be seen of a survey, and an attack that must find a hole where there is one."""

import json
from datetime import date, datetime

import numpy as np
import pytest

from keel import audit, company, intake, measure
from keel.__main__ import main
from keel.errors import QuestionError
from keel.settings import Settings, check
from keel.store import Store

AT = datetime(2026, 9, 27, 12, 0)


def pulse(groups: dict[tuple[str, str], int]) -> str:
    """An employee survey of January 2024: so many people of each department and site, every third one not favourable."""
    lines = ["Date,Employee ID,Department,Site,I am proud of my work (1-5)"]
    for (department, site), count in groups.items():
        lines += [
            f"2024-01-09,E{len(lines) + k},{department},{site},{2 if k % 3 == 0 else 4}" for k in range(count)
        ]  # fmt: skip
    return "\n".join(lines)


def take_in(store: Store, rows: str, **options: str) -> None:
    mapping = intake.with_options(None, options) or None
    reading = company.preview(store, rows.encode(), name="file.csv", kind="survey", mapping=mapping)
    store.append(reading, who="test", at=AT)


# METHODS D's fixture (c): B has 13 people and site South 12, and all but one of B's are not in South
CROSSED = {("A", "North"): 10, ("A", "South"): 11, ("B", "North"): 12, ("B", "South"): 1}


def test_the_audit_lists_what_can_be_shown_with_its_people_and_cells(empty_store):
    take_in(empty_store, pulse({("A", "North"): 8, ("A", "South"): 7, ("B", "North"): 6}))
    [found] = audit.audit(empty_store)
    views = {tuple(sorted(view["only"].items())): (view["people"], view["cells"]) for view in found["views"]}

    assert [{"wave_on": date(2024, 1, 1), "people": 21, "cells": 3, "kept": False}] == found["waves"]
    assert {
        (): (21, 3), (("department", "A"),): (15, 2), (("department", "B"),): (6, 1),
        (("site", "North"),): (14, 2), (("site", "South"),): (7, 1),
        (("department", "A"), ("site", "North")): (8, 1), (("department", "A"), ("site", "South")): (7, 1),
        (("department", "B"), ("site", "North")): (6, 1),
    } == views  # fmt: skip


def test_two_groups_that_differ_by_one_person_are_not_both_told(empty_store):
    take_in(empty_store, pulse(CROSSED))
    [found] = audit.audit(empty_store)
    told = [view["only"] for view in found["views"]]

    assert {"department": "B"} in told
    assert {"site": "North"} not in told  # 22 people; with B (13) and A's ten it would tell the one of B in South
    assert {"department": "B", "site": "North"} not in told
    assert found["attack"]["passed"]
    assert found["attack"]["exposed_by_hiding_small_groups"] > 0


def test_the_attack_finds_the_person_whom_a_looser_rule_exposes():
    # kinds: A North 10, A South 11, B North 12, B South 1
    sizes = np.array([10, 11, 12, 1])
    all_of, department_b, site_south = [1, 1, 1, 1], [0, 0, 1, 1], [0, 1, 0, 1]
    everything = np.array([all_of, department_b, site_south, [1, 0, 0, 0]], dtype=bool)  # all with 5 people or more
    safe = np.array([all_of, department_b, [1, 0, 0, 0]], dtype=bool)

    assert 1 == audit.exposed(everything, sizes, 5)
    assert 1 == min(people for people, _ in audit.isolated(everything, sizes, 5))
    assert 1 == audit.smallest_difference(everything, sizes)
    assert 0 == audit.exposed(safe, sizes, 5)
    assert 10 == audit.smallest_difference(safe, sizes)  # A in North, A in South 11, B 13


def test_a_group_that_only_two_small_kinds_together_make_up_is_found():
    # 2 and 2 people are never apart in any set but one with 40 and one with 50: their sum of four is left over
    sizes = np.array([2, 2, 40, 50])
    published = np.array([[1, 1, 1, 0], [0, 0, 1, 0], [1, 0, 0, 1], [0, 1, 0, 1]], dtype=bool)

    assert {4} <= {people for people, _ in audit.isolated(published, sizes, 5)}


def test_an_attack_on_what_the_door_answers_fails_where_the_door_is_left_open(empty_store, monkeypatch):
    take_in(empty_store, pulse(CROSSED))
    real = measure.series
    truth = {("B", "South"): 1, ("B", "North"): 12}

    def open_door(store, metric_id, *, only=None, **more):
        only = only or {}
        if (only.get("department"), only.get("site")) in truth:
            found = real(store, metric_id, **more)
            found.frame["n"] = truth[only["department"], only["site"]]
            return found
        return real(store, metric_id, only=only, **more)

    monkeypatch.setattr(measure, "series", open_door)

    assert not audit.audit(empty_store)[0]["attack"]["passed"]


def test_the_sample_company_stands_the_attack(sample_store):
    [found] = audit.audit(sample_store)

    assert "Engagement pulse" == found["survey"]
    assert found["attack"]["passed"]
    assert 35 == len(found["waves"])
    assert all(view["people"] >= 5 for view in found["views"])


def test_an_unknown_survey_is_named_with_those_there_are(sample_store):
    with pytest.raises(QuestionError, match="Engagement pulse"):
        audit.audit(sample_store, "Pulse")


def test_the_command_prints_views_and_the_attack_as_json(tmp_path, capsys):
    path = tmp_path / "keel.duckdb"
    with Store(path, Settings()) as store:
        take_in(store, pulse(CROSSED))
    status = main(["--store", str(path), "audit", "--json"])
    [found] = json.loads(capsys.readouterr().out)

    assert 0 == status
    assert {"survey", "metric", "dimensions", "waves", "views", "refused", "attack"} == set(found)
    assert found["attack"]["passed"]


# What each order of the dimensions would make answerable


def test_the_preview_says_what_each_order_makes_answerable(empty_store):
    """
    Department first: A splits into North 8 and South 7; B's 6 stay whole: 2 of 2, and site within department 3 of 3
    (B is in North only). Site first: North splits into A 8 and B 6, South is A's 7: department A and B are whole too.
    """
    rows = pulse({("A", "North"): 8, ("A", "South"): 7, ("B", "North"): 6})
    reading = company.preview(empty_store, rows.encode(), name="file.csv", kind="survey")
    found = {one.order: one.levels for one in company.reaches(empty_store, reading)}

    assert (("department", 2, 2), ("site within department", 3, 3), ("site", 2, 2)) == found["department", "site"]
    assert (("site", 2, 2), ("department within site", 3, 3), ("department", 2, 2)) == found["site", "department"]


def test_the_order_in_force_stands_first_and_small_groups_are_not_counted(tmp_path):
    with Store(tmp_path / "keel.duckdb", Settings(dimensions={"people": ["site", "department"]})) as store:
        reading = company.preview(store, pulse(CROSSED).encode(), name="file.csv", kind="survey")
        first, other = company.reaches(store, reading)

    # site first: South's B has 1 person, so A joins it; North splits into 10 and 12
    assert (("site", 2, 2), ("department within site", 2, 4), ("department", 0, 2)) == first.levels
    # department first: B's South has 1, so B stays whole; A splits into 10 and 11
    assert (("department", 2, 2), ("site within department", 2, 4), ("site", 0, 2)) == other.levels


def test_a_named_customer_survey_has_no_orders_and_an_anonymous_one_has(empty_store):
    rows = "Date,Customer ID,Region,How likely are you to recommend us? (0-10)\n" + "\n".join(
        f"2024-01-0{k % 9 + 1},C{k},{'NS'[k % 2]},{(3 * k) % 11}" for k in range(20)
    )
    named = company.preview(empty_store, rows.encode(), name="file.csv", kind="survey")
    anonymous = company.preview(
        empty_store, rows.encode(), name="file.csv", kind="survey", mapping={"anonymous": "yes"}
    )

    assert [] == company.reaches(empty_store, named)
    assert [("region", 2, 2)] == [level for one in company.reaches(empty_store, anonymous) for level in one.levels]


@pytest.mark.parametrize("order", ["department", [], ["a"] * 7, [1]])
def test_an_order_of_dimensions_is_a_list_of_names(order):
    with pytest.raises(Exception, match=r"\[dimensions\] people"):
        check({"dimensions": {"people": order}}, where="keel.toml")
