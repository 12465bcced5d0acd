"""A dashboard on a port of its own and one Chromium, for as long as the tests in this folder run."""

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from keel import company
from keel.settings import Settings
from keel.store import Store
from tests.browser import serving
from tests.browser.screen import DESK, PHONE, Screen, Visit

STORE = "keel.duckdb"
HERE = Path(__file__).parent
SUCCEEDED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What makes a whole company anew takes the machine for itself: it comes last, when the other processes are done."""
    items.sort(key=lambda item: item.path.stem == "test_first_start")
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("browser")


# Per package and not per session: while it lives, Playwright keeps an event loop running in this thread.
@pytest.fixture(scope="package")
def chromium(every_core: None) -> Iterator[BrowserContext]:
    """One Chromium for all tests; without one they are skipped, unless they are required."""
    if serving.chromium() is None:
        reason = f"no Chromium on the path (looked for {', '.join(serving.CHROMIUM)})"
        if os.environ.get("KEEL_BROWSER_TESTS") == "required":
            pytest.fail(f"{reason}, and KEEL_BROWSER_TESTS is required. Install one.")
        pytest.skip(f"{reason}. Install one to run the browser tests.")
    with serving.browser() as opened:
        yield opened


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "call":
        item.stash[SUCCEEDED] = call.excinfo is None
    if report.failed:
        report.sections.append(("What the dashboards said, and are doing", serving.said()))
    return report


@pytest.fixture
def visit(chromium: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Opens screens (address, theme, size; apart: in a browser that shares nothing with the others; touch: so, on a phone with no
    mouse); what any of them complained of fails the test.
    """
    screens: list[Screen] = []
    browsers: list[BrowserContext] = []

    def opened(
        address: str, *, theme: str = "light", size: tuple[int, int] = DESK, apart: bool = False, touch: bool = False
    ) -> Screen:
        context = chromium
        if apart or touch:
            assert chromium.browser is not None
            context = chromium.browser.new_context(has_touch=touch, is_mobile=touch)
            browsers.append(context)
        screens.append(Screen(context, address, theme=theme, size=PHONE if touch else size))
        return screens[-1]

    yield opened
    for screen in screens:
        screen.close()
    for one in browsers:
        one.close()
    if request.node.stash.get(SUCCEEDED, False):  # else the failure is told already
        assert [screen.complaints for screen in screens if screen.complaints] == []


@pytest.fixture(scope="package")
def sample(chromium: BrowserContext, sample_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a dashboard that holds the sample company; tests look and do not write."""
    with serving.dashboard(_copied(sample_files, tmp_path_factory.mktemp("served"))) as address:
        _woken(chromium, address)
        yield address


@pytest.fixture
def own_store(sample_files: Path, tmp_path: Path) -> Path:
    """The file of a copy of the sample company, that no one has open."""
    return _copied(sample_files, tmp_path / "served")


@pytest.fixture
def own_sample(own_store: Path) -> Iterator[str]:
    """The same dashboard, nobody was there before, and the test may change it."""
    with serving.dashboard(own_store) as address:
        yield address


@pytest.fixture(scope="module")
def own_data(chromium: BrowserContext, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a dashboard of a company that has left the sample and has nothing in yet."""
    folder = tmp_path_factory.mktemp("own")
    with Store(folder / STORE, Settings()) as store:
        reading = company.preview(store, b"date,customer,amount\n2026-01-05,A,1\n", name="first.csv", kind="orders")
        store.undo(company.take_in(store, reading, who="test"), who="test")
    with serving.dashboard(folder / STORE) as address:
        _woken(chromium, address)
        yield address


def _copied(source: Path, target: Path) -> Path:
    shutil.copytree(source, target, dirs_exist_ok=True)
    return target / STORE


def _woken(browser: BrowserContext, address: str) -> None:
    """Somebody has been there: imports are done, first answers remembered. The very first visit has tests of its own."""
    screen = Screen(browser, address)
    try:
        screen.open(wait=60_000)
    finally:
        screen.close()
