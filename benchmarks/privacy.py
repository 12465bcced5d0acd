"""Time what privacy costs: `python -m benchmarks.privacy [--staff 20_000] [--waves 36] [--questions 30]`.

A company of so many people answers a monthly survey, three dimensions, 3 % of the answers missing. Timed: everything
closing at once (a rebuild), one more month closing beside those that have, a refresh in which nothing closes, and views:
the company, a split, two splits, filters, the heat map, the whole distribution. Leaves with 1 over a limit.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from keel import measure
from keel.errors import PrivacyError
from keel.periods import add_months
from keel.readings import Reading
from keel.settings import Settings
from keel.store import Store

FIRST = date(2023, 1, 1)
DAYS = (5, 6, 7, 8, 12, 13, 14, 15)
MEMBERS = {"department": 20, "site": 25, "grade": 6}
MISSING = 0.03
REFRESH_S, VIEW_MS = 10.0, 20.0
RUNS = 20


def survey(number: int, groups: list[str], questions: int, rng: np.random.Generator) -> Reading:
    """The answers of one month as if a file had been read."""
    on, staff = add_months(FIRST, number), len(groups)
    days = [on.replace(day=day) for day in DAYS]
    responses = pa.table({
        "row": np.arange(staff, dtype=np.int32), "answered_on": pa.array(days).take(pa.array(rng.integers(0, len(days), staff))),
        "respondent": [f"E{person}" for person in range(staff)], "groups": groups, "fingerprint": [f"{number}-{person}" for person in range(staff)],
    })  # fmt: skip
    places = np.arange(1, questions + 1, dtype=np.int32)
    is_enps = places == 1
    asked = pa.table({
        "question": places, "text": [f"Item {place}" for place in places], "kind": ["score"] * questions,
        "role": np.where(is_enps, "enps", "engagement"), "driver": [f"Driver {place % 10}" for place in places],
        "is_reversed": [False] * questions, "low": np.where(is_enps, 0, 1).astype(np.int32),
        "high": np.where(is_enps, 10, 5).astype(np.int32), "favourable_from": np.where(is_enps, 7.0, 4.0),
    })  # fmt: skip
    answers = np.clip(np.round(rng.normal(3.7, 1.0, (staff, questions))), 1, 5)
    answers[:, 0] = np.clip(np.round(rng.normal(7.6, 2.0, staff)), 0, 10)
    person, question = np.nonzero(rng.random(answers.shape) > MISSING)
    given = pa.table({
        "row": person.astype(np.int32), "question": places[question], "value": answers[person, question],
    })  # fmt: skip
    return Reading(
        kind="survey", vendor="benchmark", confidence=1.0, file=f"month {number}", content=str(number).encode(), sha256=f"{number:064}",
        rows_sha256=f"{number:064}", shape="benchmark", header=(), rows_read=staff, rows_accepted=staff, rejected=(),
        tables={"raw_responses": responses, "raw_questions": asked, "raw_answers": given}, mapping={}, from_on=days[0],
        to_on=days[-1], survey="Monthly",
    )  # fmt: skip


def company(staff: int, rng: np.random.Generator) -> list[str]:
    """The groups of each person as the store keeps them; some departments and sites are large, some small."""
    drawn = {name: rng.choice(count, staff, p=rng.dirichlet(np.full(count, 3.0))) for name, count in MEMBERS.items()}
    rows = zip(*drawn.values(), strict=True)
    names = list(drawn)
    return [
        "{" + ", ".join(f'"{name}": "{name[0].upper()}{at}"' for name, at in zip(names, row, strict=True)) + "}"
        for row in rows
    ]


def views(store: Store) -> dict[str, Callable[[], Any]]:
    """What pages ask, by name."""
    end = store.rows("told_waves")[-1]["ends_on"]
    start = add_months(end.replace(day=1), -11)

    def asked(**more: Any) -> Callable[[], Any]:
        return lambda: measure.series(store, "engagement", **{"grain": "month", **more})

    return {
        "Company, months": asked(), "Company, weeks": asked(grain="week"), "By department, months": asked(by=["department"]),
        "By department and site, a year": asked(by=["department", "site"], start=start, grain="year"),
        "One department": asked(only={"department": "D3"}), "One site": asked(only={"site": "S3"}),
        "A department's sites": asked(only={"department": "D3"}, by=["site"], start=start),
        "eNPS by department": lambda: measure.series(store, "enps", grain="month", by=["department"]),
        "Heat map, a year": lambda: measure.drivers(store, start=start, end=end),
        "eNPS answers by score, a year": lambda: measure.score_counts(store, "enps", start=start, end=end),
    }  # fmt: skip


def timed(run: Callable[[], Any]) -> float:
    """Seconds of one call; a refused view takes its time too."""
    begun = time.perf_counter()
    try:
        run()
    except PrivacyError:
        return time.perf_counter() - begun
    return time.perf_counter() - begun


def main() -> int:
    """Close, ask, print what it took; the exit status says whether the limits were kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--staff", type=int, default=20_000)
    parser.add_argument("--waves", type=int, default=36)
    parser.add_argument("--questions", type=int, default=30)
    asked = parser.parse_args()
    rng = np.random.default_rng(1)
    settings = Settings(dimensions={"people": list(MEMBERS)})
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "keel.duckdb", settings) as store:
        groups = company(asked.staff, rng)
        for number in range(asked.waves):
            at = datetime.combine(add_months(FIRST, number + 1), datetime.min.time()).replace(day=3)
            last = number == asked.waves - 1
            reading = survey(number, groups, asked.questions, rng)
            if last:
                everything = timed(store.refresh)
                one_more = timed(lambda reading=reading, at=at: store.append(reading, who="benchmark", at=at))
            else:
                store.append(reading, who="benchmark", at=at, then_refresh=False)
        nothing = timed(store.refresh)
        cells = store.rows("told_waves")
        told = len(store.rows("wave_cells", metric="engagement", wave_on=cells[-1]["wave_on"]))
        rows = []
        for name, run in views(store).items():
            timed(run)
            times = [timed(run) for _ in range(RUNS)]
            rows.append((name, 1000 * float(np.median(times)), 1000 * float(np.percentile(times, 95))))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{asked.staff:,} people, {asked.waves} waves, {asked.questions} questions; {told:,} groups of cells in the last wave; {memory:.1f} GiB\n"
    )
    print("| what | took | limit | holds |\n|---|---:|---:|---|")
    for name, seconds in (
        (f"{asked.waves - 1} waves close at once, refresh of everything", everything),
        ("one more wave closes, refresh", one_more), ("refresh of everything, nothing to close", nothing),
    ):  # fmt: skip
        print(f"| {name} | {seconds:.1f} s | {REFRESH_S:g} s | {'yes' if seconds < REFRESH_S else 'no'} |")
    for name, median, p95 in rows:
        print(f"| {name} | {median:.1f} ms (p95 {p95:.1f}) | {VIEW_MS:g} ms | {'yes' if median < VIEW_MS else 'no'} |")
    holds = max(everything, one_more, nothing) < REFRESH_S and max(median for _, median, _ in rows) < VIEW_MS
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
