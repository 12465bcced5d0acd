"""A list as it is shown, as a file: CSV, or a workbook of one sheet with numbers as numbers and what must be known on a second.

Texts are texts: nothing that somebody typed can become a formula or a link.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import xlsxwriter

from keel import wording

FORMATS = {"money": "#,##0.00", "count": "#,##0", "share": "0.0%", "times": "0.0", "day": "yyyy-mm-dd", "text": "@"}
WIDTHS = {"money": 16, "count": 10, "share": 10, "times": 10, "day": 12, "text": 24}


def csv_of(frame: pd.DataFrame, heads: Mapping[str, tuple[str, str]]) -> str:
    """The columns named in `heads` (column -> label, kind) as comma separated values."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow([label for label, _ in heads.values()])
    for row in frame[list(heads)].itertuples(index=False):
        rows.writerow(["" if _is_missing(cell) else wording.inert(cell) for cell in row])
    return written.getvalue()


def workbook_of(
    frame: pd.DataFrame, heads: Mapping[str, tuple[str, str]], *, title: str, about: Sequence[tuple[str, str]]
) -> bytes:
    """The same as a workbook; about: what stands on its second sheet, such as filters and the day."""
    written = io.BytesIO()
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "default_date_format": FORMATS["day"],
    }  # fmt: skip
    with xlsxwriter.Workbook(written, options) as book:
        sheet = book.add_worksheet(title[:31])
        head = book.add_format({"bold": True, "bottom": 1})
        formats = {kind: book.add_format({"num_format": form}) for kind, form in FORMATS.items()}
        sheet.freeze_panes(1, 1)
        for column, (label, kind) in enumerate(heads.values()):
            sheet.set_column(column, column, WIDTHS[kind])
            sheet.write_string(0, column, label, head)
        for down, row in enumerate(frame[list(heads)].itertuples(index=False), 1):
            for column, (cell, (_, kind)) in enumerate(zip(row, heads.values(), strict=True)):
                _write(sheet, down, column, cell, formats[kind])
        sheet.autofilter(0, 0, max(len(frame), 1), len(heads) - 1)
        facts = book.add_worksheet("About")
        facts.set_column(0, 0, 24)
        facts.set_column(1, 1, 90)
        for down, (name, words) in enumerate(about):
            facts.write_string(down, 0, name, head)
            facts.write_string(down, 1, str(wording.inert(words)))
    return written.getvalue()


def _write(sheet: Any, down: int, column: int, cell: Any, format: Any) -> None:
    if _is_missing(cell):
        return
    if isinstance(cell, str):
        sheet.write_string(down, column, str(wording.inert(cell)), format)
    elif isinstance(cell, date):
        sheet.write_datetime(down, column, cell, format)
    else:
        sheet.write_number(down, column, float(cell), format)


def _is_missing(cell: Any) -> bool:
    return cell is None or bool(pd.isna(cell))
