"""Every page through the real frame, without a browser: it runs, and says what to do when there is nothing yet."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from keel.store import Store

DASHBOARD = Path(__file__).resolve().parent.parent / "dashboard.py"
PAGES = ["balance", "revenue", "engagement", "turnover", "satisfaction", "metric", "uploads", "definitions"]


@pytest.fixture
def frame(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    st.cache_resource.clear()
    st.cache_data.clear()
    return AppTest.from_file(str(DASHBOARD), default_timeout=60)


def opened(frame: AppTest, page: str) -> AppTest:
    frame.run()
    return frame.switch_page(f"pages/{page}.py").run() if page != "balance" else frame


def words(frame: AppTest) -> str:
    return " ".join(str(element.value) for element in [*frame.markdown, *frame.info, *frame.error, *frame.get("html")])


@pytest.mark.parametrize("page", PAGES)
def test_every_page_runs_on_the_sample_company(
    page: str, frame: AppTest, fresh_sample: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = fresh_sample.path
    fresh_sample.close()
    monkeypatch.setenv("KEEL_STORE", str(path))
    shown = opened(frame, page)
    assert [] == [error.value for error in [*shown.exception, *shown.error]]
    st.cache_resource.clear()


@pytest.mark.parametrize("page", [page for page in PAGES if page not in ("uploads", "definitions")])
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
