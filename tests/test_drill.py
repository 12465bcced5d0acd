"""The drill without a browser: where a reader stands, how a level is drawn, what leaves the server and what never does."""

import json
import math
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from keel import catalogue, drill, measure, wording
from keel.drill import bars
from keel.drill.bars import Level
from keel.drill.places import CUSTOMER, ORDERS, Place, choices, levels
from keel.settings import Settings
from keel.store import Store
from tests import small_groups

METRICS = catalogue.load()
REVENUE, NPS, ENPS, HEADCOUNT = (METRICS[name] for name in ("revenue", "nps", "enps", "headcount"))
MEMBERS = {"region": ["North", "South"], "segment": ["Large", "Small"], "product_line": ["Rope"], "team": ["A", "B"]}
DASHBOARD = Path(__file__).resolve().parent.parent / "dashboard.py"


# Where a reader stands


def test_the_steps_of_an_address_are_those_that_the_metric_has():
    path = ["region=North", "planet=Mars", "customer=C1", "segment=Small", "region=South", "region"]

    assert (("region", "North"), ("customer", "C1")) == Place.along(
        path, levels(REVENUE)
    ).steps  # nothing after a customer
    assert (("region", "North"), ("segment", "Small")) == Place.along(path, levels(NPS)).steps
    assert () == Place.along(path, levels(HEADCOUNT)).steps


def test_a_place_is_written_as_it_is_read():
    place = Place((("region", "North=South"), ("segment", "Small")))

    assert place == Place.along(place.path, levels(REVENUE))


def test_shared_filters_are_no_steps_and_what_contradicts_them_ends_the_path():
    place = Place((("region", "North"), ("segment", "Small"), ("team", "A")))

    assert (("segment", "Small"), ("team", "A")) == place.within(NPS, {"region": "North"}).steps
    assert (("region", "North"),) == place.within(NPS, {"segment": "Large"}).steps


def test_hr_records_take_one_step_and_answers_as_many_as_there_are():
    place = Place((("department", "Sales"), ("site", "Lyon")))

    assert (("department", "Sales"),) == place.within(HEADCOUNT, {}).steps
    assert place == place.within(ENPS, {})


@pytest.mark.parametrize(
    ("metric", "taken", "members", "expected"),
    [
        ("revenue", {}, MEMBERS, ["region", "segment", CUSTOMER, "team"]),
        ("revenue", {"region": "North", "segment": "Small"}, MEMBERS, [CUSTOMER, "team"]),
        ("revenue", {CUSTOMER: "C1"}, MEMBERS, [ORDERS]),
        ("nps", {}, MEMBERS, ["region", "segment", "team"]),
        (
            "nps",
            {"region": "North"},
            {"region": ["North", "South"]},
            ["segment"],
        ),  # all there is, though it tells nothing apart
        ("customer_churn", {"region": "North", "segment": "Small"}, MEMBERS, []),
    ],
)
def test_a_place_is_split_by_what_is_not_taken_and_tells_something_apart(metric, taken, members, expected):
    assert expected == choices(METRICS[metric], taken, members)


# How a level is drawn


def level(values: dict[str, float], *, metric: str = "revenue", adds_up: bool = True, **columns: list[Any]) -> Level:
    rows = pd.DataFrame({"part": list(values), "value": list(values.values()), **columns})
    rows = bars.level_rows(rows, by="part", adds_up=adds_up)
    return Level(METRICS[metric], "EUR", "region", "By region", rows, adds_up, "segment")


def test_parts_that_add_up_have_a_share_and_begin_at_zero():
    drawn = level({"North": 300.0, "South": 100.0}).drawn()

    assert ["300 · 75\u00a0%", "100 · 25\u00a0%"] == [bar["value"] for bar in drawn["rows"]]
    assert [(0.0, 100.0), (0.0, 33.3)] == [(bar["from"], bar["to"]) for bar in drawn["rows"]]
    assert "" == drawn["drawn"]


def test_more_parts_than_bars_are_one_bar_that_keeps_the_sum_and_does_not_open():
    drawn = level({f"M{place:03}": 1000.0 - place for place in range(40)}).drawn()

    assert bars.MOST_BARS == len(drawn["rows"])
    rest = drawn["rows"][-1]
    assert ("", "29 more, in the table", True) == (rest["member"], rest["label"], rest["shut"])
    assert f"{wording.exact(sum(1000 - place for place in range(11, 40)), 'money')} EUR" == rest["exact"]


def test_points_below_zero_go_left_of_it_with_their_range():
    drawn = level(
        {"North": 40.0, "South": -20.0},
        metric="nps",
        adds_up=False,
        n=[50.0, 30.0],
        low=[20.0, -50.0],
        high=[50.0, 10.0],
    ).drawn()

    assert 50.0 == drawn["zero"]
    north, south = drawn["rows"]
    assert (50.0, 90.0, [70.0, 100.0]) == (north["from"], north["to"], north["range"])
    assert (30.0, 50.0, [0.0, 60.0], True) == (south["from"], south["to"], south["range"], south["minus"])
    assert "\u221220" == south["value"]
    assert "n\u00a030" == south["n"]
    assert "Bars go right from 0, left below it; the thin line is the 95\u00a0% range." == drawn["drawn"]


def test_rates_are_not_shared_out_and_those_without_a_member_and_without_a_number_come_last():
    drawn = level(
        {"(none)": 0.9, "North": 0.5, "Nobody": math.nan, "South": 0.6}, metric="engagement", adds_up=False
    ).drawn()

    assert ["South", "North", "Nobody", "(none)"] == [bar["member"] for bar in drawn["rows"]]
    assert ["60.0\u00a0%", "50.0\u00a0%", "no data", "90.0\u00a0%"] == [bar["value"] for bar in drawn["rows"]]
    assert "to" not in drawn["rows"][2]


def test_the_table_of_rates_says_the_range_in_words_and_of_parts_that_add_up_there_is_none():
    rates = level(
        {"North": 0.5, "South": 0.25, "Legal": 0.75}, metric="engagement", adds_up=False, n=[50.0, 60.0, 3.0],
        low=[0.4, math.nan, 0.1], high=[0.625, math.nan, 0.9], hidden=[False, False, True],
    )  # fmt: skip
    table, columns = drill._listed(SimpleNamespace(metric=rates.metric), rates)

    assert ["label", "value", "n", "likely"] == list(table) == list(columns)
    assert [("North", 50.0, 50, "40.0 to 62.5\u00a0%"), ("South", 25.0, 60)] == [
        tuple(one for one in row if pd.notna(one)) for row in table.itertuples(index=False)
    ]
    table, columns = drill._listed(
        SimpleNamespace(metric=METRICS["orders"]), level({"North": 3.0, "South": 1.0}, metric="orders")
    )
    assert ["label", "value", "share"] == list(table) == list(columns)


def test_nothing_of_a_hidden_row_moves_the_scale_whatever_the_frame_holds():
    shown = {"North": 0.5, "South": 0.6}
    told = level(shown, metric="engagement", adds_up=False, low=[0.4, 0.5], high=[0.6, 0.7], n=[50.0, 60.0]).drawn()

    found = level(
        {**shown, "Legal": 9.0}, metric="engagement", adds_up=False, low=[0.4, 0.5, -3.0], high=[0.6, 0.7, 12.0],
        n=[50.0, 60.0, 3.0], hidden=[False, False, True], note=["", "", "too few"],
    ).drawn()  # fmt: skip

    assert {bar["member"]: bar for bar in told["rows"]} == {
        bar["member"]: bar for bar in found["rows"] if bar["member"] != "Legal"
    }
    assert told["zero"] == found["zero"]


def test_a_bar_that_opens_to_nothing_that_may_be_shown_is_no_button():
    found = level({"North": 300.0, "South": 100.0})
    shut = Level(found.metric, "EUR", "region", "By region", found.rows, True, "segment", {"South"})

    assert ["North"] == bars.bars_in(shut.drawn())
    assert [] == bars.bars_in(Level(found.metric, "EUR", "region", "By region", found.rows, True).drawn())


# What leaves


def test_two_hundred_members_of_two_hundred_with_long_names_stay_in_the_budget_the_biggest_first():
    names = [f"{place:03} 株式会社ハルヤード・アンド・カンパニー 🚢 " * 8 for place in range(200)]
    below = {name: level({other: 900.0 - at for at, other in enumerate(names)}) for name in names}

    found = bars.payload(
        level({name: 1e6 - at for at, name in enumerate(names)}), path=[], top="All", token="", above=None, below=below
    )

    assert bars.size(found) <= bars.MOST_BYTES
    assert bars.MOST_BARS == len(found["level"]["rows"])
    kept = list(found["next"])
    assert 0 < len(kept) < bars.MOST_BARS - 1  # some had to go
    assert names[: len(kept)] == kept


def test_names_too_long_for_any_bar_are_folded():
    name = "é" * 40_000

    found = bars.payload(
        level({name: 2.0, "South": 1.0}),
        path=[],
        top="All",
        token="",
        above=level({name: 3.0}),
        below={name: level({name: 2.0})},
    )

    assert bars.size(found) <= bars.MOST_BYTES
    assert ["2 more, in the table"] == [bar["label"] for bar in found["level"]["rows"]]
    assert {} == found["next"]


def cents(words: str) -> int:
    """12345 of "123.45 EUR"."""
    return round(100 * float(words.split(" EUR")[0].replace(",", "").replace("\u2212", "-")))


def is_hidden_well(bar: dict[str, Any]) -> bool:
    """Whether a hidden bar says why, and holds nothing that is drawn or measured."""
    return {"member", "value", "exact", "hidden", "shut"} == set(bar) - {"label"} and bar["value"] == bars.HIDDEN


TABLE = some.dictionaries(
    some.text(min_size=1, max_size=300),
    some.tuples(some.integers(-(10**9), 10**9), some.booleans()),
    min_size=1,
    max_size=40,
)


@settings(max_examples=40, derandomize=True, suppress_health_check=list(HealthCheck))
@given(TABLE, TABLE, some.booleans(), some.lists(some.text(max_size=40), max_size=4))
def test_of_any_members_bars_sum_to_the_total_the_payload_is_small_and_what_is_hidden_has_no_number(
    table, under, has_hidden, path
):
    def of(rows: dict[str, tuple[int, bool]]) -> Level:
        values = {name: amount / 100 for name, (amount, _) in rows.items()}
        hidden = [flag and has_hidden for _, flag in rows.values()]
        return level(
            values, adds_up=not any(hidden), hidden=hidden, note=["too few" if flag else "" for flag in hidden]
        )

    found = bars.payload(
        of(table), path=path, top="All", token="t", above=of(under), below=dict.fromkeys(table, of(under))
    )

    assert len(json.dumps(found, ensure_ascii=False).replace(", ", ",").encode()) <= bars.MOST_BYTES * 1.02
    assert bars.size(found) <= bars.MOST_BYTES
    of_table = [(found["level"], table)]
    for drawn, rows in [*of_table, *((one, under) for one in [found["up"], *found["next"].values()] if one)]:
        shown = [bar for bar in drawn["rows"] if not bar.get("hidden")]
        assert all(is_hidden_well(bar) for bar in drawn["rows"] if bar.get("hidden"))
        places = [place for bar in shown if "to" in bar for place in (bar["from"], bar["to"])]
        assert all(0 <= place <= 100 for place in places)
        if not has_hidden or not any(flag for _, flag in rows.values()):
            assert sum(amount for amount, _ in rows.values()) == sum(cents(bar["exact"]) for bar in shown)
    closed = {name for name, (_, flag) in table.items() if flag and has_hidden}
    assert not closed & set(bars.bars_in(found["level"]))
    assert not closed & set(found["next"])


# What leaves of a company with groups too small to be told


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A function: the payloads that a view of the metric page sends to the browser; `path`: a store of the same company."""
    path = tmp_path / "keel.duckdb"
    small_groups.make(path)
    beside = shutil.copytree(tmp_path, tmp_path / "beside") / "keel.duckdb"  # the app holds the other one
    monkeypatch.setenv("KEEL_STORE", str(path))
    found: list[dict[str, Any]] = []

    def component(name: str) -> Any:
        def drawn(*, data: dict[str, Any], **_: Any) -> None:
            if name == "bars":
                found.append(data)

        return drawn

    monkeypatch.setattr(drill, "_component", component)

    def of(metric: str, **query: Any) -> tuple[list[dict[str, Any]], str]:
        st.cache_resource.clear()
        st.cache_data.clear()
        found.clear()
        frame = AppTest.from_file(str(DASHBOARD), default_timeout=60)
        frame.query_params["metric"] = metric
        for name, value in query.items():
            frame.query_params[name] = value
        frame.run()
        shown = frame.switch_page("pages/metric.py").run()
        assert [] == [error.value for error in [*shown.exception, *shown.error]]
        said = " ".join(str(element.value) for element in shown.get("html"))
        payloads = list(found)
        st.cache_resource.clear()
        return payloads, said

    yield SimpleNamespace(of=of, path=beside)
    st.cache_resource.clear()


def checked_level(drawn: dict[str, Any], frame: pd.DataFrame, by: str, unit: str) -> set[str]:
    """Every bar of a level against what measure lets out; the members that are told."""
    rows = {str(row[by]): row for row in measure.records(frame)}
    for bar in drawn["rows"]:
        row = rows[bar["member"]]
        if row["hidden"]:
            assert is_hidden_well(bar)
            assert row["note"] == bar["exact"]
            continue
        let_out = [
            wording.exact(row["value"], unit), wording.number(row["value"], unit), wording.number(row["n"], "count"),
            wording.interval(row["low"], row["high"], unit), row["note"], "95\u00a0%",
        ]  # fmt: skip
        left = f"{bar['value']}|{bar['exact']}|{bar.get('n', '')}"
        for words in sorted(filter(None, let_out), key=len, reverse=True):
            left = left.replace(words, "")
        left = re.sub(r"· −?\d+\u00a0%", "", left) if unit == "count" else left  # a share of a sum that is told
        assert not re.search(r"\d", left), (bar, let_out)
    return {name for name, row in rows.items() if not row["hidden"]}


@pytest.mark.parametrize("metric", ["engagement", "enps", "headcount", "voluntary_turnover"])
def test_every_number_of_the_payload_is_one_that_measure_lets_out_and_nothing_is_below_what_is_hidden(sent, metric):
    payloads, said = sent.of(metric)

    assert 1 == len(payloads)
    (payload,) = payloads
    known = METRICS[metric]
    with Store(sent.path, Settings()) as store:
        first, last = measure.coverage(store, known)
        if known.grain == "period":

            def parts(by: list[str]) -> pd.DataFrame:
                frame = measure.series(store, metric, grain="week", by=by, end=last).frame
                whole = frame[~frame["partial"]]
                return whole[whole["period"] == whole["period"].max()]
        else:

            def parts(by: list[str]) -> pd.DataFrame:
                return measure.series(
                    store, metric, grain=measure.WHOLE, by=by, start=first.replace(day=1), end=last
                ).frame

        told = checked_level(payload["level"], parts(["department"]), "department", known.told_in)
        both = parts(["department", "site"])
        assert len(told) < len(payload["level"]["rows"])  # there is something to hide
        assert set(payload["next"]) <= told
        for member, drawn in payload["next"].items():
            checked_level(drawn, both[both["department"] == member], "site", known.told_in)
        if known.rule == "records":  # some group of both is hidden: it could be worked out from the totals
            assert both["hidden"].any()
            assert {} == payload["next"]
            assert [] == bars.bars_in(payload["level"])
            assert "It goes no deeper: by department and site together, groups of fewer than 5 people" in said
        else:
            opened = {member for member in told if not both[both["department"] == member]["hidden"].all()}
            assert opened == set(payload["next"]) == set(bars.bars_in(payload["level"]))


def test_an_address_that_names_a_small_group_of_records_gets_no_bars_and_no_group_of_two(sent):
    payloads, said = sent.of("headcount", path=["department=Sales", "site=Lyon"])

    assert [] == payloads
    assert "It goes no deeper" in said
    assert "Lyon" not in said


def test_an_address_that_names_a_hidden_group_of_answers_is_told_why(sent):
    payloads, said = sent.of("engagement", path="department=Works council")

    assert [] == payloads
    assert "too few people to show this without revealing someone" in said
    assert '<div class="keel-value">hidden' in said
