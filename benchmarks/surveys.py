"""A large survey from preview to imported: `python -m benchmarks.surveys [--responses 100000]`.

A survey of 24 columns (fourteen items, scales in words, choices joined in a cell, comments of their own) as CSV and as
XLSX, each read and taken into a new store in a process of its own; the later export of the same survey after it.
"""

import argparse
import csv
import io
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import xlsxwriter

from keel import company
from keel.settings import PROJECT, Settings
from keel.store import Store

CLAIMS = {"csv": 10.0, "xlsx": 20.0}  # seconds from preview to imported
MEMORY_MIB = 1024
AGREEMENT = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
WORDS = (
    "the",
    "crew",
    "was",
    "kind",
    "late",
    "often",
    "sails",
    "harbour",
    "never",
    "again",
    "coffee",
    "better",
    "pay",
    "hours",
)


def rows(responses: int) -> list[list[str]]:
    """The survey, header first: the same for the same number of responses."""
    rng = random.Random(7)
    header = [
        "Response ID", "Submit Date", "Department", "Region", *(f"I agree with statement {n} of this survey" for n in range(1, 15)),
        "How likely are you to recommend us as a place to work?", "How satisfied are you with your work?", "Which of these matter to you?",
        "What should we change?", "How often do you meet your manager?", "Where do you work best?",
    ]  # fmt: skip
    start = datetime(2024, 1, 1)
    table = [header]
    for n in range(responses):
        table.append([
            str(n + 1), f"{start + timedelta(minutes=7 * n % 500_000):%Y-%m-%d %H:%M:%S}", rng.choice(("Sales", "Support", "Crew", "Yard")),
            rng.choice(("North", "South", "East")), *rng.choices(("1", "2", "3", "4", "5", ""), k=14), str(rng.randint(0, 10)), rng.choice(AGREEMENT),
            ";".join(rng.sample(("Pay", "Team", "Hours", "Place"), rng.randint(1, 3))), " ".join(rng.choices(WORDS, k=12)) + f" {n}",
            rng.choice(("Never", "Rarely", "Sometimes", "Often", "Always")), rng.choice(("Home", "Office", "On the road")),
        ])  # fmt: skip
    return table


def written(table: list[list[str]], kind: str) -> bytes:
    """The survey as a file of one kind."""
    if kind == "csv":
        text = io.StringIO()
        csv.writer(text).writerows(table)
        return text.getvalue().encode()
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Responses")
        for place, row in enumerate(table):
            sheet.write_row(place, 0, row)
    return packed.getvalue()


def measured(path: Path, store: Path) -> None:
    """Read one file and take it in; prints responses, seconds of each step, MiB of this process and of its child."""
    content = path.read_bytes()
    with Store(store, Settings()) as opened:
        begun = time.perf_counter()
        reading = company.preview(opened, content, name=path.name)
        already = company.already_in(opened, reading)
        read = time.perf_counter()
        company.take_in(opened, reading, who="benchmark")
        done = time.perf_counter()
    own, child = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(reading.rows_accepted, already, read - begun, done - read, own, child)


def main() -> None:
    """Print what each file took as a markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--responses", type=int, default=100_000)
    parser.add_argument("--measure", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measured(*given.measure)
        return
    print("| file | came in before | preview | import | together | claim | memory | of a child |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    table = rows(given.responses)
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("csv", "xlsx"):
            for name, part in (("first", table[: 1 + given.responses * 9 // 10]), ("whole", table)):
                path = Path(folder) / f"{name}.{kind}"
                path.write_bytes(written(part, kind))
                store = Path(folder) / f"{kind}.duckdb"
                said = subprocess.run(
                    [sys.executable, "-m", "benchmarks.surveys", "--measure", str(path), str(store)],
                    capture_output=True, text=True, check=True, cwd=PROJECT,
                ).stdout.split()  # fmt: skip
                count, already, preview, taken, own, child = (float(word) for word in said)
                print(
                    f"| {count:,.0f} responses, {kind.upper()}, {path.stat().st_size / 1e6:.0f} MB | {already:,.0f} | {preview:.1f} s | "
                    f"{taken:.1f} s | {preview + taken:.1f} s | < {CLAIMS[kind]:.0f} s | {own:,.0f} MiB | {child:,.0f} MiB |"
                )


if __name__ == "__main__":
    main()
