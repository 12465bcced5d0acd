"""A survey in plain words, the sheets a vendor's writer makes of it, and the bytes of those sheets.

Each vendor's folder holds `layout.py` with LAYOUTS: name -> writer(Survey) -> Sheets, written from VENDORS' facts and
from nothing in keel/. What is written must be read back the same, whatever the encoding and separator.
"""

import csv
import io
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Question:
    """One question: kind is score (whole numbers low to high), single, multi (of `options`) or text."""

    text: str
    kind: str
    low: int = 0
    high: int = 0
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Response:
    """One response, complete. `answers` has one entry a question: None where it was not answered, an int for a score,
    a str for a single choice or text, a non-empty tuple of options (in the order of the question) for several."""

    answered_at: datetime
    answers: tuple[int | str | tuple[str, ...] | None, ...]


@dataclass(frozen=True)
class Survey:
    """What was asked and what was answered."""

    questions: tuple[Question, ...]
    responses: tuple[Response, ...]


def as_bytes(rows: list[list[str]], *, encoding: str = "utf-8", separator: str = ",", line_end: str = "\r\n") -> bytes:
    """The rows as text; cells are quoted where they must be. utf-16 and utf-8-sig carry their mark."""
    written = io.StringIO()
    quoting = csv.QUOTE_ALL if line_end == "\r" else csv.QUOTE_MINIMAL  # else "\n" in a cell would stay bare
    csv.writer(written, delimiter=separator, lineterminator=line_end, quoting=quoting).writerows(rows)
    return written.getvalue().encode(encoding)
