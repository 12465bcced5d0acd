"""Damaged files given to the real intake: `python -m benchmarks.fuzz [--tries 10000] [--seed 1] [--only 4711]`.

Valid files (all of tests/surveys, and small ones made here) are broken in ten ways, and random bytes given as they
are. Nothing but a sentence (KeelError) may come of it; a file that is refused leaves the store as it was; one that
is taken in and undone again does so too. Each try is the same for the same seed: --only repeats one and shows it.
"""

import argparse
import gzip
import io
import random
import re
import resource
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyreadstat
import xlsxwriter

from benchmarks.workbooks import ods, xls
from keel import company, intake, sheets
from keel.errors import InputError, KeelError
from keel.readings import Known
from keel.settings import PROJECT, Settings
from keel.store import Store

TODAY = date(2026, 9, 27)
FIXTURES = PROJECT / "tests" / "surveys"
NOT_DATA = {".py", ".toml", ".md", ".pyc"}
APART = 0.06  # share of the tries whose file is read in a child process, which costs 0.4 s instead of 0.01 s
SMALL = 0.3  # share of the tries that begin from one of the small files made here, of which there are fewer
RANDOM = 0.05  # share of the tries that begin from no file at all
MEMORY_MIB = 1024  # claimed of this process; of a child, sheets.WORKBOOK_MEMORY

MAGIC = (b"", b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b\x08", b"$FL2", b"$FL3", b"\xff\xfe",
         b"\xfe\xff", b"\xef\xbb\xbf", b"sep=;\n", b"<html><table>", b"{\"", b"%PDF")  # fmt: skip
APART_MAGIC = MAGIC[1:4] + MAGIC[5:7] + MAGIC[11:12]
TOKENS: tuple[bytes | str, ...] = (
    b'"', b'""', b'"' * 3, b"\0", b"\0" * 9, b",", b";", b"\t", b"|", b"\r", b"\n", b"\r\r\n", b"\n\n", b"\x0b", b"\x1a", b"\xff", b"\xc3",
    "\ufeff", "\u2028", "\u202e", "\u00a0", "\u200f", "é", "\U0001f600", "'", "\\", "<b>", "&amp;", "{{", "}}", "%s", "=1+1", "@x", "$",
    "-", "--", "#", "N/A", "9" * 400, "1e400", "1e-400", "nan", "inf", "-0", "0x1F", "1,5", "1.5.5", "31/12/99", "2024-02-30", "0000-00-00",
    "9999-12-31 23:59:60", "2024-01-15T10:30:00.000+14:00", "true", "null", "; drop table batch; --", ";" * 300, "," * 17_000, "x" * 40_000, "١٢٣",
)  # fmt: skip
WRITINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac_roman", "cp437", "utf-7")
MARKS = (b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf" * 2)


@dataclass(frozen=True)
class Source:
    """One valid file, and whether reading it needs a process of its own."""

    name: str
    content: bytes
    is_small: bool = False  # made here

    @property
    def is_apart(self) -> bool:
        """Whether its first bytes send it to a child process."""
        return self.content.startswith((*APART_MAGIC, b"<"))


@dataclass(frozen=True)
class Try:
    """One damaged file: its number, how it was broken, the file it came from, its bytes."""

    number: int
    how: str
    source: str
    content: bytes


@dataclass(frozen=True)
class Finding:
    """Something that must not be: in which try, and what."""

    number: int
    how: str
    source: str
    what: str


@dataclass
class Result:
    """What came of all tries, counted by the way the files were broken; megabytes at most; seconds."""

    tries: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    own_mib: float = 0.0
    child_mib: float = 0.0
    seconds: float = 0.0
    slowest: tuple[float, int] = (0.0, 0)

    @property
    def is_within_limits(self) -> bool:
        """Whether neither this process nor any child used more memory than claimed."""
        return self.own_mib <= MEMORY_MIB and self.child_mib <= sheets.WORKBOOK_MEMORY >> 20


def fuzz(tries: int, seed: int, store: Store, *, stored: float = 1.0, only: int | None = None) -> Result:
    """Give so many damaged files to the intake, and a share of what it accepts to the store, which is left as it was."""
    sources = fixtures()
    result = Result()
    before = store.contents()
    known = company.known(store, TODAY)
    begun = time.perf_counter()
    for number in range(tries) if only is None else (only,):
        one = attempt(seed, number, sources)
        result.tries[one.how] += 1
        started = time.perf_counter()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                outcome = _outcome(one, store if random.Random(number).random() < stored else None, known)
        except Exception:
            outcome = "raised"
            result.findings.append(Finding(number, one.how, one.source, traceback.format_exc()))
        if outcome != "raised":
            (result.taken if outcome == "taken" else result.refused)[one.how] += 1
        # What the store was never asked to take cannot have changed it; after all else it is looked at.
        if outcome != "refused" and store.contents() != before:
            result.findings.append(Finding(number, one.how, one.source, "the store is not what it was before"))
            before = store.contents()
        result.slowest = max(result.slowest, (time.perf_counter() - started, number))
    if store.contents() != before:
        result.findings.append(Finding(-1, "", "", "the store is not what it was before"))
    result.seconds = time.perf_counter() - begun
    # Linux counts kilobytes, a Mac bytes.
    unit = 1024 if sys.platform != "darwin" else 1 << 20
    result.own_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    result.child_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit
    return result


def _outcome(one: Try, store: Store | None, known: Known) -> str:
    """taken (and undone again); refused, by the reading of it; stopped, by the store."""
    asked = False
    try:
        reading = intake.read(one.content, name=one.source, known=known)
        if reading.refusal:
            raise InputError(reading.refusal)
        asked = True
        if store is not None:
            store.undo(company.take_in(store, reading, who="fuzz"), who="fuzz")
    except KeelError as refusal:
        if not re.fullmatch(r"\S.*\S", str(refusal)):
            raise AssertionError(f"not one sentence: {refusal}") from refusal
        return "stopped" if asked else "refused"
    return "taken"


# The files


def fixtures() -> list[Source]:
    """Every survey file of the tests, and small files made here; the text files first."""
    kept = sorted(path for path in FIXTURES.glob("*/*") if path.is_file() and path.suffix not in NOT_DATA)
    found = [Source(path.name, path.read_bytes()) for path in kept] + _made()
    return sorted(found, key=lambda source: source.is_apart)


def _made() -> list[Source]:
    orders = _csv(
        "Order ID,Order Date,Customer ID,Region,Amount",
        *[f"{n},2024-0{n % 9 + 1}-1{n % 9},C{n % 4},{'NS'[n % 2]},{n}.5" for n in range(1, 30)],
    )
    people = _csv(
        "Employee ID,Hire Date,Termination Date,Department", *[f"E{n},2020-01-{n:02},,Sales" for n in range(1, 20)]
    )
    measured = _csv("Date;PageViews;Signups", *[f"{n:02}.01.2024;{n}.000;{n},5" for n in range(1, 20)])
    targets = _csv("Metric,Date,Value", *[f"revenue,2024-{n:02}-01,{n}000" for n in range(1, 13)])
    rows = [line.split(",") for line in orders.decode().split("\r\n") if line]
    page = (
        "<html><table>"
        + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
        + "</table></html>"
    )
    contents = {
        "orders.csv": orders, "people.csv": people, "measures.csv": measured, "targets.csv": targets,
        "orders.csv.gz": gzip.compress(orders, mtime=0), "orders.xlsx": _xlsx(rows), "orders.ods": ods(rows), "orders.xls": xls(rows),
        "orders.html": page.encode(), "survey.sav": _sav(zsav=False), "survey.zsav": _sav(zsav=True),
    }  # fmt: skip
    return [Source(name, content, is_small=True) for name, content in contents.items()]


def _csv(*lines: str) -> bytes:
    return "\r\n".join([*lines, ""]).encode()


def _xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_numbers": True}) as book:
        book.set_properties({"created": datetime(2024, 1, 1)})
        sheet = book.add_worksheet("Orders")
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    return written.getvalue()


def _sav(*, zsav: bool) -> bytes:
    frame = pd.DataFrame({
        "ResponseId": [f"R_{n}" for n in range(20)], "RecordedDate": [datetime(2024, 1, n) for n in range(1, 21)],
        "Q1": [float(n % 11) for n in range(20)], "Q2": ["a text", ""] * 10,
    })  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.sav"
        pyreadstat.write_sav(
            frame, path, compress=zsav, column_labels={"Q1": "How likely are you to recommend us?"},
            variable_value_labels={"Q1": {0: "Not at all", 10: "Extremely"}}, missing_ranges={"Q1": [5]},
        )  # fmt: skip
        content = path.read_bytes()
    return content[:92] + b"01 Jan 2400:00:00" + content[109:]  # the moment it was made, which would differ each time


# The ways to break them


def attempt(seed: int, number: int, sources: Sequence[Source]) -> Try:
    """The damaged file of one try: the same for the same seed, number and files."""
    rng = random.Random(f"{seed}-{number}")
    apart = rng.random() < APART
    if rng.random() < RANDOM:
        magic = rng.choice(APART_MAGIC if apart else [m for m in MAGIC if m not in APART_MAGIC])
        return Try(number, "random bytes", "random.csv", magic + rng.randbytes(rng.choice((3, 40, 400, 4000))))
    is_small = rng.random() < SMALL
    fit = [source for source in sources if source.is_apart == apart and source.is_small == is_small]
    source, other = rng.choice(fit), rng.choice(sources)
    content = source.content
    if _is_packed(content) and rng.random() < 0.5:
        return Try(number, "broken inside", source.name, _inside(rng, content, other.content))
    how = rng.choice(list(WAYS))
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        content = WAYS[how](rng, content, other.content)
    return Try(number, how, source.name, content)


def _bits(rng: random.Random, content: bytes, other: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 3, 20)) if changed else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _cut(rng: random.Random, content: bytes, other: bytes) -> bytes:
    start, end = _piece(rng, content)
    return rng.choice((content[:start], content[end:], content[:start] + content[end:]))


def _spliced(rng: random.Random, content: bytes, other: bytes) -> bytes:
    return content[: rng.randint(0, len(content))] + other[rng.randint(0, len(other)) :]


def _doubled(rng: random.Random, content: bytes, other: bytes) -> bytes:
    start, end = _piece(rng, content)
    return content[:end] + content[start:end] * rng.choice((1, 1, 5)) + content[end:]


def _inserted(rng: random.Random, content: bytes, other: bytes) -> bytes:
    changed = content
    for _ in range(rng.choice((1, 2, 8))):
        place = rng.randint(0, len(changed))
        changed = changed[:place] + _token(rng) + changed[place:]
    return changed


def _rewritten(rng: random.Random, content: bytes, other: bytes) -> bytes:
    text = content.decode(rng.choice(("utf-8", "utf-8", "cp1252", "utf-16")), errors="replace")
    return rng.choice(MARKS) + text.encode(rng.choice(WRITINGS), errors="replace")


def _shuffled(rng: random.Random, content: bytes, other: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    for _ in range(rng.choice((1, 2, 6)) if len(lines) > 1 else 0):
        a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
        turn = rng.randrange(4)
        if turn == 0:
            lines[a], lines[b] = lines[b], lines[a]
        elif turn == 1:
            lines.insert(a, lines[b])
        elif turn == 2:
            lines[a] = rng.choice((b"\r\n", b",,,\r\n", b"Total\r\n", lines[a].strip() + b",more\r\n"))
        elif len(lines) > 2:
            del lines[a]
    return b"".join(lines)


def _replaced(rng: random.Random, content: bytes, other: bytes) -> bytes:
    """Cells changed for others: the table keeps its form."""
    separator = max((b",", b";", b"\t"), key=content[:4000].count)
    cells = content.split(separator)
    for _ in range(rng.choice((1, 3, 12))):
        cells[rng.randrange(len(cells))] = _token(rng).replace(b"\n", b" ").replace(b"\r", b" ")
    return separator.join(cells)


def _emptied(rng: random.Random, content: bytes, other: bytes) -> bytes:
    """One column blank, or gone from the header."""
    separator = max((b",", b";", b"\t"), key=content[:4000].count)
    rows = [line.split(separator) for line in content.splitlines()]
    place = rng.randrange(max(map(len, rows), default=1) or 1)
    for row in rows[: 1 if rng.random() < 0.3 else None]:
        if place < len(row):
            row[place] = b""
    return b"\n".join(separator.join(row) for row in rows)


def _token(rng: random.Random) -> bytes:
    token = rng.choice(TOKENS)
    return token if isinstance(token, bytes) else token.encode()


def _inside(rng: random.Random, content: bytes, other: bytes) -> bytes:
    """A packed file unpacked, broken within and packed again."""
    way = rng.choice((_bits, _cut, _doubled, _inserted))
    if content.startswith(b"\x1f\x8b"):
        return gzip.compress(way(rng, gzip.decompress(content), other), mtime=0)
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        broken = rng.choice(source.namelist())
        for name in source.namelist():
            inner = source.read(name)
            target.writestr(zipfile.ZipInfo(name), way(rng, inner, other) if name == broken else inner)
    return packed.getvalue()


def _is_packed(content: bytes) -> bool:
    return content.startswith((b"\x1f\x8b", b"PK\x03\x04"))


def _piece(rng: random.Random, content: bytes) -> tuple[int, int]:
    start, end = sorted((rng.randint(0, len(content)), rng.randint(0, len(content))))
    return start, min(end, start + rng.choice((1, 20, 400, len(content))))


WAYS: dict[str, Callable[[random.Random, bytes, bytes], bytes]] = {
    "bits flipped": _bits, "cut": _cut, "spliced": _spliced, "doubled": _doubled, "inserted": _inserted, "other encoding": _rewritten,
    "lines shuffled": _shuffled, "cells replaced": _replaced, "column emptied": _emptied,
}  # fmt: skip


# The report


def report(result: Result, seed: int) -> str:
    """What came of it as a markdown table, and the findings below."""
    lines = ["| broken by | tries | taken in | refused | findings |", "|---|---:|---:|---:|---:|"]
    found = Counter(finding.how for finding in result.findings)
    for how in sorted(result.tries):
        lines.append(
            f"| {how} | {result.tries[how]:,} | {result.taken[how]:,} | {result.refused[how]:,} | {found[how]:,} |"
        )
    tries = result.tries.total()
    lines += [
        f"| all | {tries:,} | {result.taken.total():,} | {result.refused.total():,} | {len(result.findings):,} |",
        "",
        f"Memory at most: {result.own_mib:,.0f} MiB, a child {result.child_mib:,.0f} MiB "
        f"({'within' if result.is_within_limits else 'ABOVE'} the limits of {MEMORY_MIB:,} and {sheets.WORKBOOK_MEMORY >> 20:,}). "
        f"{result.seconds:,.0f} s, {1000 * result.seconds / max(tries, 1):,.1f} s per 1,000 tries; the slowest took "
        f"{result.slowest[0]:.1f} s (--only {result.slowest[1]}).",
    ]
    for finding in result.findings[:20]:
        lines += [
            "",
            f"try {finding.number}, {finding.source}, {finding.how} (--seed {seed} --only {finding.number}):",
            finding.what,
        ]
    return "\n".join(lines)


def main() -> None:
    """Run the tries against a store of their own and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tries", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of one try")
    parser.add_argument("--keep", type=Path, help="where to write the file of that try")
    given = parser.parse_args()
    if given.keep and given.only is not None:
        given.keep.write_bytes(attempt(given.seed, given.only, fixtures()).content)
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "fuzz.duckdb", Settings()) as store:
        result = fuzz(given.tries, given.seed, store, only=given.only)
    print(report(result, given.seed))
    sys.exit(bool(result.findings) or not result.is_within_limits)


if __name__ == "__main__":
    main()
