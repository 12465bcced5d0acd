"""What reading a file gives: rows for the store, what was left out and why, and how it was read."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from keel.errors import InputError

KINDS = ("orders", "customers", "employees", "survey", "measures", "rates", "targets", "events", "baselines")

# Of a file in which a quarter of the rows cannot be read, the rest is not to be trusted either: it is likely the
# wrong kind, or the wrong column.
REFUSED_SHARE = 0.25

# Why a row is left out. Only what cannot be read speaks against the file; the rest is left out by the rules.
UNREADABLE, TEST, PARTIAL, DUPLICATE, NO_DATE, NOTE = "unreadable", "test", "partial", "duplicate", "no date", "note"

STATEMENT_END = re.compile(r";\s*--|--\s*$")  # "; drop table orders; --


@dataclass(frozen=True)
class Reject:
    """One row left out: its number in the file, the column and value at fault, the reason, and which kind that is."""

    row: int
    column: str
    value: str
    reason: str
    why: str = UNREADABLE


@dataclass(frozen=True)
class Known:
    """What intake must know of the store and the company to judge a file."""

    today: date
    currency: str
    rates: Mapping[str, date] = field(default_factory=dict)  # currency -> first day with a rate
    metrics: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)  # what people call a metric, folded -> its id
    dimensions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # metric -> what it can be split by
    measures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # uploaded measure -> its grouping columns
    surveys: Mapping[str, frozenset[str]] = field(default_factory=dict)  # survey -> its questions, in plain letters
    remembered: Callable[[str], Mapping[str, Any] | None] = lambda shape: None

    def metric(self, word: str) -> str | None:
        """The id of the metric that is called so, by its id or as people say it; None where there is none."""
        return word if word in self.metrics else self.labels.get(word.strip().casefold())


@dataclass(frozen=True)
class Reading:
    """One file, read but not yet taken in. Tables are named as in the store and lack only the batch column."""

    kind: str
    vendor: str
    confidence: float
    file: str
    content: bytes
    sha256: str
    rows_sha256: str
    shape: str
    header: tuple[str, ...]
    rows_read: int
    rows_accepted: int
    rejected: tuple[Reject, ...]
    tables: Mapping[str, pa.Table]
    mapping: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    from_on: date | None = None
    to_on: date | None = None
    survey: str | None = None
    questions: tuple[Mapping[str, Any], ...] = ()
    preview: tuple[tuple[str, ...], ...] = ()
    groups: tuple[Mapping[str, Any], ...] = ()  # of a survey: column, dimension and members of what groups people
    minutes: float | None = None  # of a survey: how long answering takes, estimated
    is_told_apart: bool = True  # of a survey: an id, a person or a time of day tells its responses from others

    @property
    def left_out(self) -> dict[str, int]:
        """How many rows are left out, by the kind of reason."""
        rows: dict[str, set[int]] = {}
        for reject in self.rejected:
            rows.setdefault(reject.why, set()).add(reject.row)
        return {why: len(rows[why]) for why in sorted(rows)}

    @property
    def refusal(self) -> str:
        """The sentence that says why the file as a whole is refused; empty when it can be taken in."""
        if self.rows_accepted == 0 and not self.rejected:
            return (
                f"{self.file}: there is a header and no rows below it; at least one row was expected. "
                "Export the file again with its rows."
            )
        unread = [reject for reject in self.rejected if reject.why == UNREADABLE]
        if len(unread) < REFUSED_SHARE * (self.rows_read - len(self.rejected) + len(unread)) or not unread:
            if self.rows_accepted:
                return ""
            why = ", ".join(f"{rows:,} {word}" for word, rows in self.left_out.items())
            way_out = "--set partial=count counts partial ones." if PARTIAL in self.left_out else "Export it again."
            return (
                f"{self.file}: none of its {self.rows_read:,} rows counts ({why}); at least one was expected. {way_out}"
            )
        first = unread[0]
        place = f"row {first.row}" + (f", column {first.column}" if first.column else "")
        found = f": found {_short(first.value)!r}" if first.value else ""
        more = len(unread) - 1
        others = f" ({more} more {'row' if more == 1 else 'rows'} cannot be read either)" if more else ""
        return f"{self.file}, {place}{found}; {first.reason}{others}. Correct the file and import it again; nothing was changed."


def columns_of(header: list[str], *, file: str, survey: bool) -> None:
    """Refuse header cells that no table would hold: an empty header, or one with quotes or semicolons in it.

    A survey's headers are questions, and may hold either; only what is written to end a statement is refused there too.
    """
    if not any(header):
        raise InputError(f"{file}: the header row is empty; column names were expected. Put them in the first row.")
    unwanted = STATEMENT_END if survey else re.compile(r"[\";`]|--")
    for place, name in enumerate(header, 1):
        if unwanted.search(name):
            raise InputError(
                f"{file}, column {place}: it is called {_short(name)!r}; a name without quotation marks and "
                "semicolons was expected. Rename the column."
            )


def as_text(mapping: Mapping[str, Any]) -> str:
    """A mapping as json, the same for equal mappings."""
    return json.dumps(mapping, sort_keys=True, ensure_ascii=False)


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
