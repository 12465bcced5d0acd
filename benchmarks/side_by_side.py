"""Keel beside a Dash app and a bare Streamlit page: `python -m benchmarks.side_by_side [--lines N] [--clicks 20] [--store PATH]`.

All are served from the same lines, clicked in turn in one Chromium and loaded with sessions without a browser. Prints one
table: each figure with what is claimed of it, whether that holds, and what could not be run, with the reason.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
from playwright.sync_api import Browser

from benchmarks import clicks, generate, servers
from benchmarks.servers import BARE, DASH, KEEL, App, Server
from keel.settings import PROJECT, Settings
from keel.store import Store

BIG = "Keel, big store"
LOADS = (1, 10, 25)
STARTS = 5  # after one of each that only warms the disk
MEMORY_MIB = 300
SECOND_PAGE_MS = 300
NO_DASH = "not run: Dash is not installed; `pip install -r requirements-benchmarks.txt`"
NO_BROWSER = "not run: this machine has no Chromium"
NO_BIG = "not run: no big store; `python -m benchmarks.generate` makes one, `--store` names it"
NO_MEMORY = "not on this system"
QUERY_LAYER = "Query layer, refresh and import: `python -m benchmarks.queries --store PATH [--retail FILE]`, on a store that `python -m benchmarks.generate` made."


@dataclass
class Figures:
    """What was measured, by the name of the app; a name that is missing was not run. All lists are of single tries."""

    down: dict[str, list[clicks.Click]] = field(default_factory=dict)
    up: dict[str, list[clicks.Click]] = field(default_factory=dict)
    first: dict[str, list[float]] = field(default_factory=dict)  # seconds
    second_cold: dict[str, list[float]] = field(default_factory=dict)  # ms, of a server just started
    second: dict[tuple[str, str], list[float]] = field(default_factory=dict)  # ms, by app and page
    load: dict[tuple[str, int], list[float]] = field(default_factory=dict)  # ms, by app and sessions
    memory: dict[str, float | None] = field(default_factory=dict)  # MiB, after all loads
    charts: dict[str, list[float]] = field(default_factory=dict)  # ms, from Balance to Revenue's first line
    scripts: list[str] | None = None  # where Plotly's script came from


@dataclass(frozen=True)
class Row:
    """One line of the table, as it is printed."""

    what: str
    ours: str = ""
    beside: str = ""
    ratio: str = ""
    claim: str = ""
    holds: str = ""


# Measuring


def write_sales(store: Path, target: Path) -> None:
    """The data of the bare page and the Dash app: one row per day x region x segment x product line, lines without a region left out."""
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute(
            "select cast(day as timestamp) as day, region, segment, product_line, cast(sum(revenue) as double) as revenue, "
            "cast(sum(margin) as double) as margin, cast(sum(lines) as bigint) as lines "
            "from sales where region <> '' group by all order by day"
        ).to_arrow_table()
    pq.write_table(rows, target)


@dataclass(frozen=True)
class Runs:
    """The apps to measure by the name of their figures, what each is told of its data, and where logs go."""

    apps: Mapping[str, App]
    environments: Mapping[str, dict[str, str]]
    folder: Path

    def in_turn(self, turn: int) -> Iterator[tuple[str, App]]:
        """All of them, each time another one first."""
        names = list(self.apps)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            yield name, self.apps[name]

    def served(self, name: str) -> AbstractContextManager[Server]:
        """A server of one of them."""
        return servers.served(self.apps[name], self.environments[name], self.folder / f"{name}.log")


def measure(lines: int, count: int, big: Path | None) -> Figures:
    """Make a store of `lines` and run everything this machine can, `count` clicks of each kind."""
    found = Figures()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        store, sales = folder / "keel.duckdb", folder / "sales.parquet"
        with Store(store, Settings()) as filling:
            generate.fill(filling, lines)
        write_sales(store, sales)
        apps = {KEEL.name: KEEL, BARE.name: BARE}
        if servers.has_dash():
            apps[DASH.name] = DASH
        environment = {"KEEL_STORE": str(store), "BARE_SALES": str(sales)}
        environments = dict.fromkeys(apps, environment)
        small = Runs(apps, environments, folder)
        if servers.chromium():
            both = small
            if big:
                # Where another version made its answers, they are made anew before the clock runs.
                Store(big, Settings()).close()
                both = Runs({**apps, BIG: KEEL}, {**environments, BIG: {"KEEL_STORE": str(big.resolve())}}, folder)
            with clicks.chromium_open() as browser:
                _time_starts(browser, both, found)
                _time_clicks(browser, both, found, count)
        _time_load(small, found, count)
    return found


def _time_starts(browser: Browser, runs: Runs, found: Figures) -> None:
    for turn in range(STARTS + 1):
        for name, app in runs.in_turn(turn):
            begun = time.perf_counter()
            with runs.served(name) as server:
                first, second = clicks.start(browser, app, server.address, begun)
            if turn:
                found.first.setdefault(name, []).append(first)
                if second is not None:
                    found.second_cold.setdefault(name, []).append(second)


def _time_clicks(browser: Browser, runs: Runs, found: Figures, count: int) -> None:
    with ExitStack() as open_until_done:
        at = {name: open_until_done.enter_context(runs.served(name)).address for name in runs.apps}
        context = open_until_done.enter_context(browser.new_context(viewport=clicks.SIZE))  # type: ignore[arg-type]
        pages = {name: context.new_page() for name in runs.apps}
        for name, app in runs.apps.items():
            clicks.first_chart(pages[name], app, at[name])
            clicks.require_cards(pages[name], app)
        for turn in range(count + 1):
            for name, app in runs.in_turn(turn):
                page = pages[name]
                page.bring_to_front()
                page.wait_for_timeout(clicks.SETTLED_MS)
                down = clicks.go_down(page, app)
                page.wait_for_timeout(clicks.SETTLED_MS)
                up = clicks.go_up(page, app)
                if turn:  # the first time round warms the caches of all
                    found.down.setdefault(name, []).append(down)
                    found.up.setdefault(name, []).append(up)
        for name, page in pages.items():
            clicks.require_cards(page, runs.apps[name])
            page.close()
        for turn in range(count + 1):
            for name, app in runs.in_turn(turn):
                if app is KEEL:
                    page = context.new_page()  # a session of its own: what is timed is its second page, then its third
                    clicks.first_chart(page, app, at[name])
                    for title in clicks.FIRST_OF:
                        page.wait_for_timeout(clicks.SETTLED_MS)
                        taken = clicks.next_page(page, title)
                        if turn:
                            found.second.setdefault((name, title), []).append(taken)
                    page.close()
                    found.charts.setdefault(name, []).append(clicks.first_charts_after_home(browser, app, at[name]))
        found.scripts = clicks.plotly_scripts(browser, KEEL, at[KEEL.name])


def _time_load(runs: Runs, found: Figures, count: int) -> None:
    with ExitStack() as open_until_done:
        at = {name: open_until_done.enter_context(runs.served(name)) for name in runs.apps}
        for turn, sessions in enumerate(LOADS):
            for name, _ in runs.in_turn(turn):
                command = [
                    sys.executable,
                    "-m",
                    "benchmarks.sessions",
                    name,
                    at[name].address,
                    str(sessions),
                    str(count),
                ]
                done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
                if done.returncode:
                    raise SystemExit(f"{name}, {sessions} sessions: {done.stderr.strip()}")
                found.load[name, sessions] = json.loads(done.stdout)
        found.memory = {name: server.memory for name, server in at.items()}


# Reporting


def report(found: Figures) -> str:
    """The figures as a markdown table; what was not run stands in it with the reason."""
    rows = ["| what | Keel | beside it | ratio | claim | holds |", "|---|---:|---:|---:|---:|---|"]
    for row in [*_click_rows(found), *_start_rows(found), *_load_rows(found)]:
        rows.append(f"| {row.what} | {row.ours} | {row.beside} | {row.ratio} | {row.claim} | {row.holds} |")
    return "\n".join([*rows, "", QUERY_LAYER])


def _click_rows(found: Figures) -> Iterator[Row]:
    down, rest, up = (
        {name: [getattr(click, part) for click in tries] for name, tries in taken.items()}
        for taken, part in ((found.down, "chart"), (found.down, "rest"), (found.up, "chart"))
    )
    painted = "Click on a region → its segments painted"
    yield _compared(painted, down, DASH.name, 50, most=0.8)
    yield _compared(painted, down, BARE.name, 50, most=0.3)
    yield _compared(f"{painted}, p95", down, DASH.name, 95, most=1.0)
    yield _compared(f"{painted}, p95", down, BARE.name, 95)
    back = "Click back → the regions painted"
    for beside in (DASH.name, BARE.name):
        yield _compared(back, up, beside, 50)
    for beside in (DASH.name, BARE.name):
        yield _compared(f"{back}, p95", up, beside, 95)
    follows = "Click on a region → number, line and table show it too"
    yield _compared(follows, rest, BARE.name, 50, most=1.0)
    yield _compared(follows, rest, DASH.name, 50)
    yield _compared(f"{follows}, p95", rest, BARE.name, 95)
    for words, taken, claim in ((painted, down, 1.1), (follows, rest, None)):
        yield _over(f"{words}, big store beside the small one", taken, 50, most=claim)


def _start_rows(found: Figures) -> Iterator[Row]:
    start = "Start of the server → first chart painted"
    yield _compared(start, found.first, BARE.name, 50, most=1.5, unit="s")
    yield _compared(start, found.first, DASH.name, 50, unit="s")
    yield _compared(f"{start}, big store", found.first, BARE.name, 50, most=1.5, unit="s", ours=BIG)
    for store, name in (("", KEEL.name), (", big store", BIG)):
        for title in clicks.FIRST_OF:
            words = f"From Revenue to {title}: first card painted{store}"
            yield _limited(words, found.second.get((name, title)), _missing(found.first, name))
        words = f"From Revenue to Balance on a server just started{store}"
        yield _limited(words, found.second_cold.get(name), _missing(found.first, name))
        words = f"From Balance, where a visitor begins, to Revenue: its first line painted{store}"
        yield Row(words, _figure(found.charts.get(name), 50, "ms"), holds=_missing(found.charts, name))
    words = "Copies of Plotly's script a visitor of Revenue and Metric receives"
    if found.scripts is None:
        yield Row(words, claim="= 1", holds=NO_BROWSER)
    else:
        yield Row(words, ours=str(len(found.scripts)), claim="= 1", holds=_yes(len(found.scripts) == 1))


def _load_rows(found: Figures) -> Iterator[Row]:
    for sessions in LOADS:
        taken = {name: tries for (name, many), tries in found.load.items() if many == sessions}
        words = f"{sessions} session{'s' if sessions > 1 else ''}, each a click a second → answered"
        for percentile, suffix in ((50, ""), (95, ", p95")):
            most = 0.25 if (sessions, percentile) == (25, 95) else None
            yield _compared(words + suffix, taken, BARE.name, percentile, most=most)
            yield _compared(words + suffix, taken, DASH.name, percentile)
    words = f"Memory of the server after {LOADS[-1]} sessions"
    ours = found.memory.get(KEEL.name)
    for beside, limit in ((BARE.name, MEMORY_MIB), (DASH.name, None)):
        theirs = found.memory.get(beside)
        claim, holds = (f"≤ {limit} MiB", _yes(ours <= limit) if ours else NO_MEMORY) if limit else ("", "")
        if beside not in found.memory:
            yield Row(words, _mib(ours), beside, claim=claim, holds=holds or _missing(found.memory, beside))
        else:
            ratio = f"{ours / theirs:.2f}" if ours and theirs else ""
            yield Row(words, _mib(ours), f"{beside} {_mib(theirs)}".strip(), ratio, claim, holds)


def _compared(
    what: str, taken: Mapping[str, Sequence[float]], beside: str, percentile: int, *,
    most: float | None = None, unit: str = "ms", ours: str = KEEL.name,
) -> Row:  # fmt: skip
    """A percentile of Keel's beside another app's, and whether it is at most so much of it."""
    claim = f"≤ {most:g} × {beside}" if most is not None else ""
    if ours not in taken or beside not in taken:
        missing = _missing(taken, ours) or _missing(taken, beside)
        return Row(what, _figure(taken.get(ours), percentile, unit), beside, claim=claim, holds=missing)
    mine, theirs = (float(np.percentile(taken[name], percentile)) for name in (ours, beside))
    holds = _yes(mine <= most * theirs) if most is not None else ""
    shown = f"{beside} {_figure(taken[beside], percentile, unit)}"
    return Row(what, _figure(taken[ours], percentile, unit), shown, f"{mine / theirs:.2f}", claim, holds)


def _over(what: str, taken: Mapping[str, Sequence[float]], percentile: int, *, most: float | None) -> Row:
    """Keel at the big store beside Keel at the small one."""
    row = _compared(what, taken, KEEL.name, percentile, most=most, ours=BIG)
    return Row(
        what,
        row.ours,
        row.beside.replace(KEEL.name, "small"),
        row.ratio,
        f"≤ {most:g} × small" if most else "",
        row.holds,
    )


def _limited(what: str, taken: Sequence[float] | None, missing: str) -> Row:
    claim = f"≤ {SECOND_PAGE_MS} ms"
    if not taken:
        return Row(what, claim=claim, holds=missing)
    return Row(what, _figure(taken, 50, "ms"), claim=claim, holds=_yes(float(np.median(taken)) <= SECOND_PAGE_MS))


def _missing(taken: Mapping[str, object], name: str) -> str:
    """Why there is no figure of this name; empty where there is one."""
    if name in taken:
        return ""
    if KEEL.name not in taken:
        return NO_BROWSER
    return {DASH.name: NO_DASH, BIG: NO_BIG}.get(name, "not run")


def _figure(taken: Sequence[float] | None, percentile: int, unit: str) -> str:
    if not taken:
        return ""
    value = float(np.percentile(taken, percentile))
    return f"{value:.1f} s" if unit == "s" else f"{value:,.0f} ms"


def _mib(memory: float | None) -> str:
    return f"{memory:.0f} MiB" if memory else ""


def _yes(holds: bool) -> str:
    return "yes" if holds else "**no**"


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--clicks", type=int, default=20)
    parser.add_argument(
        "--store",
        type=Path,
        help="a big store made by benchmarks.generate, to click on as well; it is opened for writing",
    )
    asked = parser.parse_args()
    if asked.store and not asked.store.exists():
        parser.error(f"{asked.store}: there is no such store. `python -m benchmarks.generate` makes one.")
    print(report(measure(asked.lines, asked.clicks, asked.store)))


if __name__ == "__main__":
    main()
