"""Time the six-twelve views of 80 uploaded measures: `python -m benchmarks.sixtwelve [--measures 80] [--runs 5]`.

A file of a column a measure and a row a day, two years of them, is imported by one command into a new store; then every
view is asked for by `sixtwelve --all --json`, in this process, opening the store included. Leaves with 1 over the limit.
"""

import argparse
import contextlib
import io
import json
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from keel.__main__ import main as keel

FIRST, DAYS = date(2024, 1, 1), 731
LIMIT_S = 2.0


def file(measures: int, *, seed: int = 1) -> str:
    """The file as CSV: a date and so many measures of whole numbers, with a weekly rhythm."""
    drawn = np.random.default_rng(seed).poisson(1000, (DAYS, measures))
    drawn[:, :] += 100 * (np.arange(DAYS) % 7 < 5)[:, None]
    rows = [f"{FIRST + timedelta(days=day)},{','.join(map(str, row))}" for day, row in enumerate(drawn)]
    return "\n".join(["Date," + ",".join(f"Measure {n}" for n in range(1, measures + 1)), *rows])


def timed(*arguments: str) -> tuple[float, str]:
    """Seconds of one command, and what it printed."""
    said = io.StringIO()
    begun = time.perf_counter()
    with contextlib.redirect_stdout(said):
        status = keel(list(arguments))
    seconds = time.perf_counter() - begun
    if status:
        raise SystemExit(f"{' '.join(arguments)}: it left with {status}.")
    return seconds, said.getvalue()


def main() -> int:
    """Import, ask, print what it took; the exit status says whether the limit was kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--measures", type=int, default=80)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path, store = Path(folder) / "measures.csv", str(Path(folder) / "keel.duckdb")
        path.write_text(file(asked.measures), encoding="utf-8")
        importing, _ = timed("--store", store, "import", str(path), "--as", "measures", "--json")
        times = []
        for _ in range(asked.runs):
            seconds, said = timed("--store", store, "sixtwelve", "--all", "--json")
            times.append(seconds)
    views = json.loads(said)
    if len(views) != asked.measures or any(week["value"] is None for view in views for week in view["weeks"]):
        raise SystemExit(f"{len(views)} views, or a week without a number; {asked.measures} whole ones were expected.")
    holds = max(times) < LIMIT_S
    print(f"import of {asked.measures} measures, {DAYS} days each: {importing:.2f} s")
    print(
        f"sixtwelve --all --json, {asked.measures} views: median {np.median(times):.2f} s, slowest {max(times):.2f} s "
        f"(limit {LIMIT_S:g} s: {'holds' if holds else 'does not hold'})"
    )
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
