"""Every page through the real frame, without a browser: it runs, and says what to do when there is nothing yet."""

import dataclasses
import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from keel import charts, company, intake, measure, ui
from keel.settings import Settings
from keel.store import Store
from tests import small_groups

DASHBOARD = Path(__file__).resolve().parent.parent / "dashboard.py"
PAGES = [
    "balance", "revenue", "engagement", "turnover", "satisfaction", "bearings", "customers", "metric", "uploads", "definitions", "what_can_be_seen",
]  # fmt: skip
ALWAYS_FULL = ("uploads", "definitions", "what_can_be_seen")


@pytest.fixture
def frame(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    st.cache_resource.clear()
    st.cache_data.clear()
    return AppTest.from_file(str(DASHBOARD), default_timeout=60)


@pytest.fixture
def at_sample(fresh_sample: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store that pages open is one of the sample company."""
    fresh_sample.close()
    monkeypatch.setenv("KEEL_STORE", str(fresh_sample.path))


@pytest.fixture
def sample_frame(frame: AppTest, at_sample: None) -> AppTest:
    """The dashboard of the sample company."""
    return frame


def opened(frame: AppTest, page: str) -> AppTest:
    frame.run()
    return frame.switch_page(f"pages/{page}.py").run() if page != "balance" else frame


def words(frame: AppTest) -> str:
    return " ".join(str(element.value) for element in [*frame.markdown, *frame.info, *frame.error, *frame.get("html")])


@pytest.mark.parametrize("page", PAGES)
def test_every_page_runs_on_the_sample_company(page: str, sample_frame: AppTest) -> None:
    shown = opened(sample_frame, page)
    assert [] == [error.value for error in [*shown.exception, *shown.error]]
    st.cache_resource.clear()


def test_what_a_page_tells_first_is_painted_by_itself_for_who_comes_to_it_and_only_then(
    sample_frame: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below it the script pauses, so that the browser draws what came; what is above and below the pause is told by what had been
    asked for by then.
    """
    shared, seen = import_module("keel.ui.frame"), []
    asked: list[str] = []
    answer = shared._answer
    monkeypatch.setattr(shared, "_answer", lambda *given: asked.append(given[1]) or answer(*given))
    monkeypatch.setattr(shared, "time", SimpleNamespace(sleep=lambda seconds: seen.append((seconds, list(asked)))))
    sample_frame.run()
    assert 1 == len(seen)
    sample_frame.run()
    assert 1 == len(seen)
    asked.clear()
    sample_frame.switch_page("pages/customers.py").run()
    assert 2 == len(seen)
    seconds, before = seen[-1]
    assert 0.027 < seconds < 0.1  # what is gathered and a frame, and not so long that anybody waits for it
    assert "customers.standing" in before
    assert "customers.curve" not in before
    assert "customers.curve" in asked
    sample_frame.segmented_control(key="part").set_value("Slipping and lost").run()
    assert 2 == len(seen)
    sample_frame.switch_page("pages/revenue.py").run()
    assert 3 == len(seen)
    st.cache_resource.clear()


def test_the_style_comes_twice_on_the_first_page_of_a_visitor_and_once_on_the_others(sample_frame: AppTest) -> None:

    def styles() -> list[bool]:
        return ["keel-title" in each.value for each in sample_frame.get("html") if "<style>" in str(each.value)]

    sample_frame.run()
    assert [True, True] == styles()
    sample_frame.switch_page("pages/uploads.py").run()
    assert [True] == styles()
    sample_frame.run()
    assert [True] == styles()
    sample_frame.switch_page("pages/balance.py").run()
    assert [True, True] == styles()
    st.cache_resource.clear()


def test_what_balance_shows_is_worked_out_before_anybody_asks(
    sample_frame: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("keel.ui.frame"), "UNSEEN", 0)
    asked: list[str] = []
    judge = measure.judged
    monkeypatch.setattr(
        measure, "judged", lambda store, metric, **given: asked.append(metric) or judge(store, metric, **given)
    )
    ui.make_ready()
    assert sorted([*ui.WAKE, *ui.HORIZON]) == sorted(asked)
    asked.clear()
    assert 12 == len([card for card in sample_frame.run().get("html") if 'class="keel-value"' in str(card.value)])
    assert [] == asked
    st.cache_resource.clear()


def test_a_store_that_cannot_be_opened_is_told_to_who_comes_first_and_not_before(
    frame: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "keel.duckdb").write_text("no database")
    monkeypatch.setenv("KEEL_STORE", str(tmp_path / "keel.duckdb"))
    monkeypatch.setattr(import_module("keel.ui.frame"), "UNSEEN", 0)
    ui.make_ready()
    (told,) = frame.run().error
    assert "keel.duckdb" in told.value
    st.cache_resource.clear()


@pytest.mark.parametrize("page", [page for page in PAGES if page not in ALWAYS_FULL])
def test_an_empty_page_says_what_to_bring(
    page: str, frame: AppTest, empty_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = empty_store.path
    empty_store._connection.execute("insert into journal values (1, now()::timestamp, 'test', 'undo', 1, 'orders.csv')")
    empty_store.close()
    monkeypatch.setenv("KEEL_STORE", str(path))
    shown = opened(frame, page)
    assert not shown.exception
    assert "Bring" in words(shown)
    st.cache_resource.clear()


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of a store of a company with groups too small to be told."""
    path = tmp_path / "small" / "keel.duckdb"
    path.parent.mkdir()
    small_groups.make(path)
    monkeypatch.setenv("KEEL_STORE", str(path))
    return path


def test_a_group_too_small_to_be_told_is_named_as_hidden_with_the_nearest_one_that_is(
    frame: AppTest, small: Path
) -> None:
    shown = opened(frame, "engagement")

    assert not shown.exception
    said = words(shown)
    assert 'title="Legal: hidden in every driver' in said
    assert "the nearest group that can be shown is" in said
    assert "as a whole only" not in said
    st.cache_resource.clear()


def test_what_moves_with_recommending_is_ranked_on_the_sample_company(sample_frame: AppTest) -> None:
    said = words(opened(sample_frame, "engagement"))

    assert "What moves with Employee NPS" in said
    assert "of the differences in how likely people are to recommend us" in said
    assert "It says what moves together, not what would change it." in said
    assert 8 == said.count('class="keel-share keel-share-own"') + said.count('class="keel-share"')
    st.cache_resource.clear()


def test_where_no_driver_stands_out_the_page_says_so(frame: AppTest, small: Path) -> None:
    """What its people answer is drawn apart from what they recommend: none may be called a driver."""
    said = words(opened(frame, "engagement"))

    assert "None does here: there is too little to go by, or nothing that stands out." in said
    assert 7 == said.count("<em>moves with the rest</em>")
    assert "<em>driver" not in said
    st.cache_resource.clear()


@pytest.mark.parametrize("metric", ["engagement", "enps", "voluntary_turnover", "headcount", "first_year_attrition"])
def test_a_metric_on_people_is_split_with_what_is_hidden_named(metric: str, frame: AppTest, small: Path) -> None:
    frame.query_params["metric"] = metric
    shown = opened(frame, "metric")

    assert [] == [error.value for error in [*shown.exception, *shown.error]]
    is_split = metric != "first_year_attrition"
    assert is_split == ("Works council" in words(shown))
    assert "What can be seen" in [link.label for link in shown.get("page_link")]
    st.cache_resource.clear()


def test_what_can_be_seen_tells_the_rule_in_force(
    frame: AppTest, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "keel.toml"
    config.write_text("minimum_group = 7\nminimum_comments = 12\n", encoding="utf-8")
    monkeypatch.setenv("KEEL_CONFIG", str(config))
    said = words(opened(frame, "what_can_be_seen"))

    assert "the answers of at least 7 people" in said
    assert "<b>7</b><span>people at least in every group" in said
    assert "<b>12</b><span>people at least behind comments" in said
    st.cache_resource.clear()


def test_a_filter_that_an_anonymous_survey_may_not_answer_is_hidden_and_the_page_stands(
    frame: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keel.duckdb"
    regions = ["North"] * 30 + ["South"] * 30 + ["Tiny"] * 2
    orders = "date,customer,region,amount\n" + "".join(
        f"2026-05-0{1 + n % 9},C{n},{r},10\n" for n, r in enumerate(regions)
    )
    answers = "Date,Respondent,Region,How likely are you to recommend us?\n" + "".join(
        f"2026-0{month}-1{n % 9},P{n},{region},{n % 11}\n" for month in (4, 5) for n, region in enumerate(regions)
    )
    with Store(path, Settings()) as store:
        for content, kind, options in ((orders, "orders", {}), (answers, "survey", {"anonymous": "yes"})):
            said = {"kind": kind, "as_of": "2026-06-07"}
            reading = company.preview(
                store, content.encode(), name=f"{kind}.csv", mapping=intake.with_options(said, options),
                today=small_groups.TODAY,
            )  # fmt: skip
            company.take_in(store, reading, who="test")
    monkeypatch.setenv("KEEL_STORE", str(path))
    frame.query_params["region"] = "Tiny"
    frame.query_params["metric"] = "nps"

    for page in ("satisfaction", "metric", "balance"):
        shown = opened(frame, page)
        assert [] == [error.value for error in [*shown.exception, *shown.error]], page
        assert "Tiny" == shown.selectbox(key="region").value
        assert "Customer NPS by region: too few people to show this without revealing someone" in words(shown), page
        if page == "satisfaction":
            assert "What can be seen" in [link.label for link in shown.get("page_link")]
    st.cache_resource.clear()


def plainly(thing: Any) -> Any:
    """Anything that is made of answers, as text that tells two of them apart."""
    if isinstance(thing, go.Figure):
        return json.loads(thing.to_json())
    if isinstance(thing, pd.DataFrame):
        return thing.to_csv()
    if dataclasses.is_dataclass(thing):
        return {field.name: plainly(getattr(thing, field.name)) for field in dataclasses.fields(thing)}
    if isinstance(thing, dict):
        return {name: plainly(one) for name, one in thing.items()}
    return [plainly(one) for one in thing] if isinstance(thing, list | tuple) else repr(thing)


def test_what_is_remembered_is_what_would_be_made_anew_however_the_controls_stand(
    at_sample: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    st.cache_resource.clear()
    st.cache_data.clear()
    shared, hits, compared = import_module("keel.ui.frame"), set(), set()
    remembered = shared._made

    def checked(version: str, asked: str, make: Callable[[], Any]) -> Any:
        calls: list[str] = []
        found = remembered(version, asked, lambda: calls.append(asked) or make())
        if not calls and asked not in compared:  # once for every way the controls stand
            compared.add(asked)
            hits.add(asked)
            assert plainly(found) == plainly(make()), asked
        return found

    monkeypatch.setattr(shared, "_made", checked)
    revenue, metric = "pages/revenue.py", "pages/metric.py"
    steps: list[tuple[str, dict[str, Any]]] = [
        ("", {}), ("", {"grain": "Month"}), ("", {"region": "North"}), (revenue, {}), (revenue, {"span": "24 months", "months": "fiscal"}),
        (revenue, {"by": "product_line"}), (revenue, {"path": ["region=North"]}), (revenue, {"path": ["region=North"], "by": "customer"}),
        (revenue, {"path": ["region=North"], "segment": "Small"}), (metric, {"metric": "nps"}), (metric, {"metric": "nps", "path": ["region=North"]}),
        (metric, {"metric": "headcount", "by": "region"}),
    ]  # fmt: skip
    for theme in (charts.LIGHT, charts.DARK):
        for module in ("cards", "panels"):
            monkeypatch.setattr(import_module(f"keel.ui.{module}"), "theme", lambda theme=theme: theme)
        for page, query in steps:
            compared.clear()
            frame = AppTest.from_file(str(DASHBOARD), default_timeout=60)
            for name, value in query.items():
                frame.query_params[name] = value
            frame.run()
            shown = frame.switch_page(page).run() if page else frame
            assert [] == [error.value for error in [*shown.exception, *shown.error]], (page, query)
    assert {"judged", "trend", "card", "sixtwelve", "drill"} == {asked.split("'")[1] for asked in hits}
    st.cache_resource.clear()
