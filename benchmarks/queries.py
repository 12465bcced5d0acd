"""Time what stands behind the cards: `python -m benchmarks.queries --store PATH [--retail FILE]`.

The store is one that benchmarks.generate made. A week is appended to it and taken out again. Beside the time on the
clock stands the time of the processors: on a busy machine it is the fairer figure, on an idle one the larger.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.compute as pc

from benchmarks import generate
from keel import measure
from keel.settings import Settings
from keel.store import Store

RUNS = 20
CARD_MS = 5
REFRESH_S = {10_000_000: 8, 100_000_000: 60}  # by order lines
APPEND_SHARE = 0.03  # of a refresh of everything, for one more week
IMPORT_S, IMPORT_GIB = 10, 1.0  # of the real file
WINDOW_MONTHS = 12


@dataclass(frozen=True)
class Line:
    """One line of the report: what was timed, its figures as they are printed, and what was claimed."""

    what: str
    query: str  # of it, in DuckDB and into a frame: what the claim of a card is about
    median: str
    p95: str
    processors: str = ""
    claim: str = ""
    holds: bool | None = None


class TimedStore(Store):
    """A store that keeps how long each roll-up took, in milliseconds."""

    def __init__(self, path: Path) -> None:
        """Open it with the default settings."""
        self.series_ms: list[float] = []
        super().__init__(path, Settings())

    def arrays(self, name: str, **parameters: Any) -> dict[str, Any]:
        """As the store answers, timed when it is the roll-up behind a card."""
        begun = time.perf_counter()
        found = super().arrays(name, **parameters)
        if name == "series":
            self.series_ms.append((time.perf_counter() - begun) * 1000)
        return found


@dataclass(frozen=True)
class Timing:
    """Milliseconds of each run on the clock, and of all processors at the median."""

    clock: list[float]
    processors: float


def timed(run: Callable[[], object], runs: int = RUNS) -> Timing:
    """Each run, after one that is not counted."""
    run()
    clock, processors = [], []
    for _ in range(runs):
        begun, used = time.perf_counter(), time.process_time()
        run()
        clock.append((time.perf_counter() - begun) * 1000)
        processors.append((time.process_time() - used) * 1000)
    return Timing(clock, float(np.median(processors)))


def cards(store: TimedStore) -> Iterator[Line]:
    """Every metric that has data, by week and month, of the company and of one region."""
    members = measure.members(store)
    for metric in measure.metrics(store).values():
        if measure.coverage(store, metric) is None or metric.id not in members:
            continue
        regions = [name for name in members[metric.id].get("region", []) if name != measure.NO_MEMBER]
        scopes: list[Mapping[str, str]] = [{}, *({"region": name} for name in regions[:1])]
        for grain in ("week", "month"):
            if grain == "week" and metric.finest == "month":
                continue
            for only in scopes:
                ask = partial(measure.series, store, metric.id, grain=grain, only=only)
                if ask().frame.empty:
                    continue
                what = f"{metric.label}, {grain}s, {only.get('region', 'company')}"
                store.series_ms.clear()
                whole = timed(ask)
                a_call = len(store.series_ms) // (RUNS + 1)  # a span that is cut asks again for the year before
                query = float(np.median(store.series_ms[a_call::a_call]))
                yield _milliseconds(what, whole, query=query)


def yardsticks() -> Iterator[Line]:
    """What this machine needs for work that no version of Keel changes: by these, figures of two machines can be compared."""
    grouped = (
        "select count(*) from (select hash(range) % 1_000_000 as part, sum(range) from range(20_000_000) group by part)"
    )
    planned = "select count(*) from range(1) as a" + "".join(
        f" left join range(1) as j{place} on j{place}.range = a.range" for place in range(12)
    )
    with duckdb.connect() as database:
        for what, query in {
            "20 million numbers in a million groups": grouped,
            "a question of thirteen tables": planned,
        }.items():
            whole = timed(partial(_answered, database, query))
            yield _milliseconds(f"This machine: {what}", whole, claimed=False)


def _answered(database: duckdb.DuckDBPyConnection, query: str) -> object:
    return database.execute(query).fetchall()


def others(store: Store) -> Iterator[Line]:
    """The questions that do not add up: movements, and the rows behind a number."""
    end = generate.LAST.replace(day=1) - timedelta(days=1)  # the last whole month
    start = end.replace(day=1)
    customer = str(measure.customers_behind(store, start=start, end=end)["customer_id"].iloc[0])
    region = generate.REGIONS[0]
    only = {"region": region}
    asked: dict[str, Callable[[], object]] = {
        "Movements, company": partial(measure.movements, store, window_months=WINDOW_MONTHS),
        "Movements, a region": partial(measure.movements, store, window_months=WINDOW_MONTHS, region=region),
        "Customers behind a month": partial(measure.customers_behind, store, start=start, end=end),
        "Customers behind a month, a region": partial(measure.customers_behind, store, start=start, end=end, only=only),
        "One customer's lines of a month": partial(measure.orders_behind, store, customer, start=start, end=end),
        "One customer's lines of three years": partial(
            measure.orders_behind, store, customer, start=generate.FIRST, end=generate.LAST
        ),
        "Members of every dimension": partial(measure.members, store),
        "What was uploaded, and how fresh": partial(measure.sources, store),
    }
    for what, ask in asked.items():
        yield _milliseconds(what, timed(ask), claimed=what.startswith("Movements"))


def writing(store: Store) -> Iterator[Line]:
    """A refresh of everything, and one more week appended and taken out again, once each."""
    lines = store.rows("order_facts")[0]["lines"]
    whole = _seconds(f"Refresh of everything, {lines / 1e6:g} million lines", store.refresh, claim=REFRESH_S.get(lines))
    yield whole
    first = generate.LAST + timedelta(days=1)
    week = generate.orders(
        generate.customers(lines), lines // 156, first=first, last=first + timedelta(days=6), chunk=lines
    )
    table = next(week)
    days = pc.min_max(table["ordered_on"]).as_py()
    more = generate.reading("orders", table, name="one more week", first=days["min"], last=days["max"])
    batches: list[int] = []
    yield _seconds(
        f"Append of one more week, {table.num_rows:,} lines",
        lambda: batches.append(store.append(more, who=generate.WHO)),
        claim=round(APPEND_SHARE * float(whole.median.split()[0]), 2),
    )
    yield _seconds("The same taken out again", lambda: store.undo(batches[0], who=generate.WHO))


def importing(file: Path) -> Iterator[Line]:
    """The command line taking in a real file, in a process of its own; memory is that of its largest process."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "keel.duckdb"
        command = [sys.executable, "-m", "keel", "--store", str(store), "import", str(file)]
        begun = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - begun
    if done.returncode:
        raise SystemExit(f"{file.name}: it was not taken in. {done.stderr.strip()}")
    gib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    held = seconds <= IMPORT_S
    yield Line(f"Import of {file.name}", "", f"{seconds:.1f} s", "", "", f"≤ {IMPORT_S} s", held)
    yield Line("Its memory at most", "", f"{gib:.2f} GiB", "", "", f"≤ {IMPORT_GIB} GiB", gib <= IMPORT_GIB)


def table(lines: list[Line]) -> str:
    """The report as a markdown table."""
    rows = ["| what | query | median | p95 | processors | claim | holds |", "|---|---:|---:|---:|---:|---:|---|"]
    for line in lines:
        holds = {None: "", True: "yes", False: "**no**"}[line.holds]
        figures = [line.what, line.query, line.median, line.p95, line.processors, line.claim, holds]
        rows.append(f"| {' | '.join(figures)} |")
    return "\n".join(rows)


def _milliseconds(what: str, found: Timing, *, query: float | None = None, claimed: bool = True) -> Line:
    median, p95 = (float(np.percentile(found.clock, percentile)) for percentile in (50, 95))
    asked = f"{query:.1f} ms" if query is not None else ""
    judged = median if query is None else query
    claim, holds = (f"≤ {CARD_MS} ms", judged <= CARD_MS) if claimed else ("", None)
    return Line(what, asked, f"{median:.1f} ms", f"{p95:.1f} ms", f"{found.processors:.1f} ms", claim, holds)


def _seconds(what: str, run: Callable[[], object], *, claim: float | None = None) -> Line:
    begun, used = time.perf_counter(), time.process_time()
    run()
    seconds, processors = time.perf_counter() - begun, time.process_time() - used
    words, holds = (f"≤ {claim:g} s", seconds <= claim) if claim is not None else ("", None)
    return Line(what, "", f"{seconds:.1f} s", "", f"{processors:.1f} s", words, holds)


def _memory(what: str) -> Line:
    gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return Line(what, "", f"{gib:.2f} GiB", "")


def main() -> None:
    """Time everything and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--store", type=Path, required=True, help="a store made by benchmarks.generate")
    parser.add_argument("--retail", type=Path, help="a real file of orders to import, such as online_retail.csv.gz")
    asked = parser.parse_args()
    if not asked.store.exists():
        parser.error(f"{asked.store}: there is no such store. `python -m benchmarks.generate` makes one.")
    found: list[Line] = []
    if asked.retail:  # first: a process started by a big one is charged with its memory
        found += importing(asked.retail)
    found += yardsticks()
    store = TimedStore(asked.store)
    with store:
        found += [*cards(store), *others(store), _memory("Memory at most, so far")]
        found += [*writing(store), _memory("Memory at most, refresh included")]
    print(table(found))


if __name__ == "__main__":
    main()
