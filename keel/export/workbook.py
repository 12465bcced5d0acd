"""The edition as a workbook: a sheet a section with every number as a number, beside it how it is printed.

Texts are texts: nothing that somebody typed can become a formula or a link.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from keel import wording
from keel.export import contents
from keel.export.contents import Document, Item, Point
from keel.progress import Progress

HEADS = (
    ("Metric", 34), ("Owner", 30), ("What", 17), ("Period", 18), ("Value", 17), ("Printed", 15), ("Last year", 17),
    ("Last year printed", 17), ("Target", 17), ("Target printed", 15), ("Words", 90),
)  # fmt: skip
DEFINITIONS = (
    ("Metric", 28), ("Kind", 14), ("Unit", 12), ("Better", 10), ("Owner", 26), ("Meaning", 60), ("Edges", 60), ("SQL", 90),
)  # fmt: skip
ROW_HIGH, HIGHEST = 15.0, 409.0  # pt; the second is the most that Excel takes
KINDS = {"lag": "lagging", "lead": "leading"}


@dataclass(frozen=True)
class Number:
    """A number, None where there is none, with the format in which it is shown."""

    value: float | None
    format: str


Cell = str | Number
Row = Sequence[Cell]
Heads = Sequence[tuple[str, int]]


def render(document: Document, progress: Progress) -> bytes:
    """The file."""
    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    sheets = list(_sheets(document))
    with xlsxwriter.Workbook(written, options) as book:
        book.set_properties(
            {
                "title": wording.inert(f"{document['company']}: {contents.week(document).lower()}"),
                "author": wording.inert(document["company"]),
                "created": contents.written_on(document),
            }
        )
        names = contents.titles([title for title, _, _ in sheets])
        for at, (name, (_, heads, rows)) in enumerate(zip(names, sheets, strict=True)):
            progress(at / len(sheets), f"sheet {name}")
            _write(book, name, heads, rows)
    return written.getvalue()


def _sheets(document: Document) -> Iterator[tuple[str, Heads, Sequence[Row]]]:
    """Each sheet: its name, its heads with their widths, its rows."""
    yield "About", (("About this edition", 36), ("", 110)), list(contents.about(document))
    yield (
        "Agenda",
        (("Section", 28), ("Mark", 14), ("Metric", 32), ("Printed", 16), ("Why", 90)),
        list(_agenda(document)),
    )
    for section in document["sections"]:
        yield section["title"], HEADS, [row for item in section["items"] for row in _item(item)]
    widths = (60, 26, 14, 26, 30, 20, 50)
    yield "Promises", tuple(zip(contents.PROMISES, widths, strict=True)), contents.promises(document)
    lists = [[name, entry] for name, entries in contents.swot(document) for entry in entries]
    if lists:
        yield "SWOT", (("List", 18), ("Words", 110)), lists
    yield "Definitions", DEFINITIONS, [
        [
            item["label"], str(KINDS.get(item["kind"], item["kind"])), item["unit_words"] or item["unit"], item["better"],
            item["owner"], item["meaning"], item["edge"], item["sql"],
        ]
        for _, item in contents.metrics(document)
    ]  # fmt: skip


def _agenda(document: Document) -> Iterator[Row]:
    section = ""
    for entry in contents.agenda(document):
        if entry.item is None:
            section = entry.label
            if entry.why:
                yield section, "", "", "", entry.why
        else:
            yield section, entry.mark, entry.label, entry.printed, entry.why


def _item(item: Item) -> Iterator[Row]:
    """The rows of a metric: its value, what is said of it, its weeks, months and totals."""
    weeks, months = contents.points(item)
    target, usual = item["target"], item["usual"]

    def row(what: str, period: str, *numbers: Cell, words: str = "") -> Row:
        return [item["label"], item["owner"], what, period, *numbers, *[""] * (6 - len(numbers)), words]

    yield row(
        "latest", item["period"], _number(item["value"], item["printed"], item), contents.value(item), "", "",
        *((_number(target["value"], target["printed"], item), target["printed"]) if target else ("", "")),
        words=" · ".join(item["changes"]),
    )  # fmt: skip
    if item["said"]["words"] or item["said"]["mark"]:
        yield row("said", item["period"], words=contents.said(item))
    if target:
        yield row("against target", item["period"], words=target["words"])
    if usual:
        for end in ("low", "high", "centre"):
            yield row(f"usual, {end}", item["period"], _number(usual[end], item["printed"], item))
        yield row("usual range", item["period"], "", usual["printed"])
    if item["doubt"]:
        yield row("doubt", item["period"], words=item["doubt"])
    for what, points in (("week", weeks), ("month", months)):
        for point in points:
            yield row(
                what, point.name, *_beside(point, item), words="still running" if point.is_partial else _note(point)
            )
    for total in item["totals"]:
        words = " · ".join(part for part in (*total["changes"], total["note"]) if part)
        yield row(
            "total", total["label"], _number(total["value"], total["printed"], item), total["printed"], words=words
        )
    for what, texts in (
        ("why", item["said"]["because"]), ("to know", contents.remarks(item)), ("note", contents.notes(item)),
        ("event", contents.events(item)),
    ):  # fmt: skip
        for text in texts:
            yield row(what, "", words=text)


def _note(point: Point) -> str:
    return point.note if point.note != point.printed else ""


def _beside(point: Point, item: Item) -> list[Cell]:
    cells: list[Cell] = []
    for key, printed in (("value", point.printed), ("prior", point.prior), ("target", point.target)):
        cells += [_number(point.row[key], printed, item), printed]
    return cells


def _number(value: float | None, printed: str, item: Item) -> Number:
    return Number(value, contents.number_format(printed, item["unit"], is_scaled=False))


def _high(row: Row, heads: Heads) -> float:
    """How high a row is in which every text is seen whole: no program works that out by itself on opening."""
    lines = [
        sum(1 + len(part) // wide for part in cell.split("\n"))
        for cell, (_, wide) in zip(row, heads, strict=True)
        if isinstance(cell, str)
    ]
    return min(ROW_HIGH * max(lines, default=1), HIGHEST)


def _write(book: Any, name: str, heads: Heads, rows: Sequence[Row]) -> None:
    """One sheet: a frozen head, columns as wide as they need, a filter over all of it."""
    sheet = book.add_worksheet(name)
    head = book.add_format(
        {"bold": True, "bottom": 1, "valign": "top", "align": "left", "indent": 1, "font_color": "#14213D"}
    )
    # set off from the number to its left
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "align": "left", "indent": 1})
    formats: dict[str, Any] = {}
    sheet.set_row(0, ROW_HIGH + 3)
    sheet.freeze_panes(1, 0)
    for column, (title, wide) in enumerate(heads):
        sheet.set_column(column, column, wide)
        sheet.write_string(0, column, title, head)
    if len(heads) > 2:
        sheet.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)
    for down, row in enumerate(rows, 1):
        sheet.set_row(down, _high(row, heads))
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                if cell:
                    sheet.write_string(down, column, wording.inert(cell), wrapped)
            elif cell.value is not None:
                if cell.format not in formats:
                    formats[cell.format] = book.add_format({"num_format": cell.format, "valign": "top"})
                sheet.write_number(down, column, cell.value, formats[cell.format])
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&P of &N")
