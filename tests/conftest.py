"""Stores in a known state, and the guard that keeps every test off the company's own data."""

import faulthandler
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from keel import company
from keel.settings import Settings
from keel.store import Store

STORE = "keel.duckdb"
SLOW = 50  # seconds; a page's script is given up after 60
ERRORS = 2  # where errors are written: told of a test that fails
CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()  # that may be used; empty: unknown

# No property fails because the machine was busy for a moment.
hypothesis.settings.register_profile("keel", deadline=None)
hypothesis.settings.load_profile("keel")


def pytest_sessionstart() -> None:
    """Each of several processes takes a core, and so DuckDB in it one thread: with two threads each they take a fifth longer."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker and CORES:
        _run_on({sorted(CORES)[int(worker.removeprefix("gw")) % len(CORES)]})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole files go side by side, so that what a file prepares is made once; what watches a page comes last and one by one."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    for item in items:
        group = "browser" if item.get_closest_marker("browser") else item.path.stem
        item.add_marker(pytest.mark.xdist_group(group))


def _run_on(cores: set[int]) -> None:
    if cores:
        os.sched_setaffinity(0, cores)


@pytest.fixture(scope="package")
def every_core() -> Iterator[None]:
    """All cores for what works in several processes at once, such as a browser and the server it looks at."""
    own = os.sched_getaffinity(0) if CORES else set()
    _run_on(CORES)
    yield
    _run_on(own)


@pytest.fixture(autouse=True)
def _own_data_is_out_of_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What asks for the default store gets one of the test's own, and no keel.toml named from outside counts."""
    monkeypatch.setenv("KEEL_STORE", str(tmp_path / "default" / STORE))
    monkeypatch.delenv("KEEL_CONFIG", raising=False)


@pytest.fixture(autouse=True)
def _a_slow_test_says_what_its_threads_do() -> Iterator[None]:
    """So that it is known where one was that was given up."""
    faulthandler.dump_traceback_later(SLOW, file=ERRORS)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a closed store with nothing in it: to copy is a tenth of the work of making one."""
    path = tmp_path_factory.mktemp("empty") / STORE
    Store(path, Settings()).close()
    return path


@pytest.fixture
def empty_store(empty_file: Path, tmp_path: Path) -> Iterator[Store]:
    """A store with nothing in it and the settings nobody changed."""
    with Store(shutil.copy(empty_file, tmp_path / STORE), Settings()) as store:
        yield store


@pytest.fixture(scope="session")
def sample_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a closed store that holds the sample company; copy it, do not open it for writing."""
    folder = tmp_path_factory.mktemp("sample")
    with Store(folder / STORE, Settings()) as store:
        company.load_sample(store)
    return folder


@pytest.fixture(scope="session")
def sample_store(sample_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The sample company, loaded once for all tests: they ask it and never write into it."""
    with Store(_copy(sample_files, tmp_path_factory.mktemp("shared_sample")), Settings()) as store:
        yield store


@pytest.fixture
def fresh_sample(sample_files: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of the sample company that the test may write into."""
    with Store(_copy(sample_files, tmp_path / "fresh_sample"), Settings()) as store:
        yield store


def _copy(source: Path, target: Path) -> Path:
    shutil.copytree(source, target, dirs_exist_ok=True)
    return target / STORE
