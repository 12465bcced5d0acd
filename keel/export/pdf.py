"""The edition as PDF: A4 across, the agenda first, then a page a metric; vector charts, Inter embedded.

A page is a list of things to draw, laid out before anything is drawn: so each foot can say "page 3 of 28", and a test
can hold every text against its box. Lengths are in points, y runs down from the top.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from keel.export import contents, geometry, lettering
from keel.export.contents import Document, Item
from keel.export.lettering import LEADING, REGULAR, SEMIBOLD
from keel.progress import Progress

WIDE, HIGH, EDGE = 842.0, 595.0, 36.0
ROOM = WIDE - 2 * EDGE
FLOOR = HIGH - 58  # where the foot begins
LEAST = 5.5  # pt; what would have to be smaller is cut
INK, MUTED, GRID = "#14213D", "#566178", "#E3E7EE"
KINDS = {"lag": "#1F5FA8", "lead": "#0B7A60"}
KIND_WORDS = {"lag": "In the wake", "lead": "On the horizon"}
TONES = {"bad": "#B3261E", "watch": "#8F5600", "good": "#0B7A60"}
PRIOR = "#A3AEC2"
TOP = EDGE + 120  # where what follows the head of a metric begins
CHART_HIGH = 190.0


@dataclass(frozen=True)
class Text:
    """One line of words on its baseline, in a box `room` wide that starts at x (or ends there, or has it in its middle)."""

    x: float
    y: float
    words: str
    size: float
    room: float
    font: str = REGULAR
    colour: str = INK
    anchor: str = "start"


@dataclass(frozen=True)
class Rule:
    """A hairline."""

    x: float
    y: float
    to_x: float


@dataclass(frozen=True)
class Chart:
    """The shapes of a chart, whose upper left corner lies at x and y."""

    x: float
    y: float
    shapes: tuple[geometry.Shape, ...]
    kind: str


Thing = Text | Rule | Chart
Page = list[Thing]


def render(document: Document, progress: Progress) -> bytes:
    """The file."""
    laid_out = pages(document)
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(WIDE, HIGH), invariant=1, pageCompression=1, lang="en")
    moment = contents.written_on(document)
    canvas.setDateFormatter(lambda *_: f"D:{moment:%Y%m%d%H%M%S}Z")
    canvas.setTitle(f"{document['company']}: {contents.week(document).lower()}")
    canvas.setAuthor(document["company"])
    canvas.setCreator("Keel")
    for at, page in enumerate(laid_out):
        progress(at / len(laid_out), f"page {at + 1} of {len(laid_out)}")
        for thing in page:
            _draw(canvas, thing)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def pages(document: Document) -> list[Page]:
    """Every page with what is on it, its foot and its number."""
    found = [(page, None) for page in _opening(document)]
    bodies: list[tuple[Page, Item | None]] = [*found]
    for title, item in contents.metrics(document):
        bodies += [(page, item) for page in _metric(title, item)]
    bodies += [(page, None) for page in _closing(document)]
    return [[*page, *_foot(document, item, at, len(bodies))] for at, (page, item) in enumerate(bodies, 1)]


# Lines, paragraphs, tables


def line(
    x: float, y: float, words: str, size: float, room: float, *,
    font: str = REGULAR, colour: str = INK, anchor: str = "start", least: float = LEAST,
) -> Text:  # fmt: skip
    """Words on one line, as small as they must be to fit."""
    shown, fit = lettering.fitted(words.replace("\n", " "), size, room, font, least=least)
    return Text(x, y, shown, fit, room, font, colour, anchor)


def paragraph(
    x: float, y: float, words: str, size: float, room: float, *, font: str = REGULAR, colour: str = INK
) -> list[Text]:
    """Words in as many lines as they need, the first on the baseline y."""
    return [
        Text(x, y + at * size * LEADING, shown, size, room, font, colour)
        for at, shown in enumerate(lettering.wrapped(words, size, room, font))
    ]


def _foot(document: Document, item: Item | None, at: int, of: int) -> Page:
    """Who, when, of whom, up to which day; and which page of how many."""
    first, second = contents.foot(document, item)
    room = ROOM - 80
    return [
        Rule(EDGE, FLOOR + 8, WIDE - EDGE),
        line(EDGE, FLOOR + 21, first, 7.5, room, colour=MUTED),
        *paragraph(EDGE, FLOOR + 32, second, 6.5, room, colour=MUTED)[:2],
        line(WIDE - EDGE, FLOOR + 21, f"page {at} of {of}", 7.5, 76, colour=MUTED, anchor="end"),
    ]


def _heading(document: Document, words: str) -> Page:
    return [
        line(EDGE, EDGE + 20, document["company"], 22, ROOM * 0.62, font=SEMIBOLD),
        line(WIDE - EDGE, EDGE + 11, contents.week(document), 11, ROOM * 0.35, font=SEMIBOLD, anchor="end"),
        line(WIDE - EDGE, EDGE + 25, contents.state(document), 8.5, ROOM * 0.35, colour=MUTED, anchor="end"),
        line(EDGE, EDGE + 42, words, 11, ROOM * 0.62, colour=MUTED),
    ]


@dataclass(frozen=True)
class Block:
    """Things that stay together, laid out from y = 0, and how high they are."""

    high: float
    things: tuple[Thing, ...]


def _stacked(document: Document, title: str, blocks: Sequence[Block]) -> Iterator[Page]:
    """The blocks one under the other, on as many pages as they need."""
    page, y = _heading(document, title), EDGE + 56
    for block in blocks:
        if y + block.high > FLOOR and y > EDGE + 56:
            yield page
            page, y = _heading(document, f"{title}, continued"), EDGE + 56
        page += [_moved(thing, y) for thing in block.things]
        y += block.high
    yield page


def _moved(thing: Thing, down: float) -> Thing:
    return replace(thing, y=thing.y + down)


def _row(cells: Sequence[tuple[str, float, str, str]], *, size: float, font: str = REGULAR, air: float = 6) -> Block:
    """A row of wrapped cells (words, width, colour, font) over a hairline."""
    x, deepest = EDGE, 1
    things: Page = []
    for words, width, colour, own in cells:
        shown = paragraph(x, size, words, size, width - 10, font=own or font, colour=colour)
        deepest = max(deepest, len(shown))
        things += shown
        x += width
    high = deepest * size * LEADING + air
    return Block(high, (*things, Rule(EDGE, high - air / 2 - size * 0.1, WIDE - EDGE)))


# The pages before and after the metrics


def _opening(document: Document) -> Iterator[Page]:
    """The agenda and the promises."""
    blocks = [_agenda_line(entry) for entry in contents.agenda(document)]
    if not contents.metrics(document):
        blocks.append(Block(20, (line(EDGE, 14, "No metric stands in this edition.", 10, ROOM),)))
    rows = contents.promises(document)
    if rows:
        blocks += [
            _section("Promises"),
            _row([(h, w, MUTED, SEMIBOLD) for h, w in zip(contents.PROMISES, PROMISE_WIDTHS, strict=True)], size=8),
        ]
        blocks += [
            _row([(cell, w, INK, "") for cell, w in zip(row, PROMISE_WIDTHS, strict=True)], size=8) for row in rows
        ]
    yield from _stacked(document, "Agenda", blocks)


PROMISE_WIDTHS = (190.0, 90.0, 64.0, 100.0, 100.0, 86.0, 140.0)


def _section(title: str, note: str = "") -> Block:
    beside = lettering.width(title, 11, SEMIBOLD) + 12
    return Block(
        26,
        (
            line(EDGE, 18, title, 11, ROOM * 0.5, font=SEMIBOLD),
            *(
                [line(EDGE + min(beside, ROOM * 0.5), 18, note, 8.5, ROOM - min(beside, ROOM * 0.5), colour=MUTED)]
                if note
                else []
            ),
        ),
    )


def _agenda_line(entry: contents.Line) -> Block:
    """A heading, or mark, name, value and why on one line."""
    if entry.item is None:
        return _section(entry.label, entry.why)
    tone = TONES.get(entry.item["said"]["tone"], INK)
    size, base = 9.0, 11.0
    why = paragraph(EDGE + 390, base, entry.why, size, ROOM - 390)
    high = 16.5 + (len(why) - 1) * size * LEADING
    return Block(
        high,
        (
            line(EDGE, base, entry.mark, size, 62, font=SEMIBOLD, colour=tone),
            line(EDGE + 68, base, entry.label, size, 222, colour=KINDS.get(entry.item["kind"], INK), font=SEMIBOLD),
            line(EDGE + 372, base, entry.printed, size, 76, font=SEMIBOLD, anchor="end"),
            *why,
            Rule(EDGE, high - 1, WIDE - EDGE),
        ),
    )


def _closing(document: Document) -> Iterator[Page]:
    """Strengths, weaknesses and so on, where there are any, and what the file is of."""
    lists = list(contents.swot(document))
    if lists:
        blocks = []
        for name, entries in lists:
            blocks.append(_section(name))
            blocks += [_row([(entry, ROOM, INK, "")], size=9) for entry in entries]
        yield from _stacked(document, "Strengths, weaknesses, opportunities, threats", blocks)
    rows = [
        _row([(name, 190.0, MUTED, ""), (words, ROOM - 190, INK, "")], size=9)
        for name, words in contents.about(document)
    ]
    yield from _stacked(document, "About this edition", rows)


# A metric


def _metric(title: str, item: Item) -> Iterator[Page]:
    """Its page, and further ones where it has more to tell than one holds."""
    floor = TOP + CHART_HIGH + TABLE_HIGH
    page: Page = [
        *_head(title, item),
        Chart(EDGE, TOP, tuple(geometry.chart(item, ROOM, CHART_HIGH, has_names=False)), item["kind"]),
        *_table(item, TOP + CHART_HIGH),
        *_totals(item, floor + 14),
    ]
    left, gap = EDGE + 276, 18.0
    room = (WIDE - EDGE - left - gap) / 2
    columns = [(left, floor + 14, room), (left + room + gap, floor + 14, room)]
    rest = _poured(_told(item), columns, page)
    yield page
    while rest:
        page = _head(title, item, is_continued=True)
        third = (ROOM - 2 * gap) / 3
        rest = _poured(rest, [(EDGE + at * (third + gap), TOP, third) for at in range(3)], page)
        yield page


def _definition(item: Item) -> list[Text]:
    """What the number means, under its head; nothing where that takes more than two lines: it is told below then."""
    lines = paragraph(EDGE, EDGE + 101, " ".join(contents.definition(item)), 8, ROOM, colour=MUTED)
    return lines if len(lines) <= 2 else []


def _head(title: str, item: Item, *, is_continued: bool = False) -> Page:
    """The name, the value and how it stands."""
    colour = KINDS.get(item["kind"], INK)
    number = line(EDGE, EDGE + 66, contents.value(item), 30, 250, font=SEMIBOLD)
    x = EDGE + max(lettering.width(number.words, number.size, SEMIBOLD) + 22, 150)
    room = WIDE - EDGE - x
    tone = TONES.get(item["said"]["tone"], INK)
    standing = " · ".join(contents.standing(item))
    return [
        line(EDGE, EDGE + 18, item["label"], 20, ROOM * 0.68, font=SEMIBOLD, colour=colour),
        line(WIDE - EDGE, EDGE + 9, title, 9, ROOM * 0.28, colour=MUTED, anchor="end"),
        line(WIDE - EDGE, EDGE + 22, KIND_WORDS.get(item["kind"], ""), 9, ROOM * 0.28, colour=colour, anchor="end"),
        number,
        line(EDGE, EDGE + 82, item["period"], 9, x - EDGE - 12, colour=MUTED),
        line(x, EDGE + 49, contents.said(item), 11, room, font=SEMIBOLD, colour=tone),
        line(x, EDGE + 66, "   ".join(item["changes"]) or "No change to tell.", 10.5, room),
        line(x, EDGE + 82, standing, 9.5, room, colour=MUTED),
        *([] if is_continued else _definition(item)),
    ]


ROW_HIGH = 14.0
TABLE_HIGH = 4 * ROW_HIGH + 8


def _table(item: Item, y: float) -> Page:
    """The 18 points under the places of the chart: name, this year, last year, target."""
    weeks, months = contents.points(item)
    at, room = [EDGE + x for x in geometry.centres(ROOM)], geometry.column(ROOM) - 3
    rows = (
        ("", [p.name for p in (*weeks, *months)], REGULAR, MUTED),
        ("this year", [p.printed for p in (*weeks, *months)], SEMIBOLD, INK),
        ("last year", [p.prior for p in (*weeks, *months)], REGULAR, MUTED),
        ("target", [p.target for p in (*weeks, *months)], REGULAR, MUTED),
    )
    page: Page = []
    for down, (name, cells, font, colour) in enumerate(row for row in rows if any(row[1])):
        base = y + (down + 0.75) * ROW_HIGH
        size = min(lettering.fitted(cell, 8, room, font, least=LEAST)[1] for cell in cells)
        page.append(line(EDGE, base, name, 8, geometry.LEFT - 6, colour=MUTED))
        page += [
            line(x, base, cell, size, room, font=font, colour=colour, anchor="middle")
            for x, cell in zip(at, cells, strict=True)
        ]
        page.append(Rule(EDGE, y + (down + 1) * ROW_HIGH, WIDE - EDGE))
    return page


def _totals(item: Item, y: float) -> Page:
    """Last week and the month, quarter and year to date, each with its changes or why there is none."""
    page: Page = [line(EDGE, y, "Totals", 9, 250, font=SEMIBOLD)]
    for at, total in enumerate(item["totals"], 1):
        base = y + 3 + at * 21
        page += [
            line(EDGE, base, total["label"], 8, 70, colour=MUTED),
            line(EDGE + 148, base, total["printed"], 9, 76, font=SEMIBOLD, anchor="end"),
        ]
        words = [*total["changes"], *([total["note"]] if total["note"] and total["note"] != total["printed"] else [])]
        lines = [line_ for one in words for line_ in lettering.wrapped(one, 7, 104)][:2]
        lift = 4.0 if len(lines) == 2 else 0.0
        page += [line(EDGE + 156, base - lift + n * 9, one, 7, 104, colour=MUTED) for n, one in enumerate(lines)]
    return page


def _told(item: Item) -> list[tuple[str, bool]]:
    """What is told in words, each line with whether it is a heading."""
    parts = (
        ("Why", item["said"]["because"]),
        ("To know", contents.remarks(item)),
        ("Notes", contents.notes(item)),
        ("Events", contents.events(item)),
        ("Meaning", [] if _definition(item) else contents.definition(item)),
    )
    return [entry for name, words in parts if words for entry in ((name, True), *((one, False) for one in words))]


LONGEST = 12  # lines that are kept in one piece; what is longer may go on in the next column


def _poured(
    told: Sequence[tuple[str, bool]], columns: Sequence[tuple[float, float, float]], page: Page
) -> list[tuple[str, bool]]:
    """Puts on the page what its columns (x, y, width) hold of the words; returns what is left."""
    rest = list(told)
    for x, top, room in columns:
        y = top
        while rest:
            words, is_heading = rest[0]
            size, font, colour = (9.0, SEMIBOLD, INK) if is_heading else (8.0, REGULAR, MUTED)
            lines = lettering.wrapped(words, size, room, font)
            y += 6 if is_heading and y > top else 0
            holds = max(0, 1 + int((FLOOR - y) // (size * LEADING)))
            # a heading stands above what it is of, never alone at the foot of a column
            needed = 1 + min(len(lettering.wrapped(rest[1][0], 8.0, room)), LONGEST) if is_heading else len(lines)
            if holds < needed and (is_heading or len(lines) <= LONGEST or holds == 0):
                break
            page += paragraph(x, y, "\n".join(lines[:holds]), size, room, font=font, colour=colour)
            y += len(lines[:holds]) * size * LEADING + 2
            if len(lines) > holds:
                rest[0] = (" ".join(lines[holds:]), is_heading)
                break
            rest.pop(0)
    return rest


# Drawing


def _draw(canvas: Any, thing: Thing) -> None:
    if isinstance(thing, Text):
        _write(canvas, thing.x, thing.y, thing.words, thing.font, thing.size, thing.colour, thing.anchor)
    elif isinstance(thing, Rule):
        canvas.setStrokeColor(GRID)
        canvas.setLineWidth(0.6)
        canvas.line(thing.x, HIGH - thing.y, thing.to_x, HIGH - thing.y)
    else:
        for shape in thing.shapes:
            _draw_shape(canvas, shape, thing)


def _write(canvas: Any, x: float, y: float, words: str, font: str, size: float, colour: str, anchor: str) -> None:
    lettering.width("", size, font)  # makes the font known
    canvas.setFont(font, size)
    canvas.setFillColor(colour)
    {"start": canvas.drawString, "middle": canvas.drawCentredString, "end": canvas.drawRightString}[anchor](
        x, HIGH - y, words
    )


STROKES = {  # colour ("": that of the metric), width, dashes
    "now": ("", 1.9, ()), "prior": (PRIOR, 1.3, ()), "target": (MUTED, 1.0, (1, 2.6)),
    "grid": (GRID, 0.6, ()), "divider": (GRID, 0.9, ()),
}  # fmt: skip
LETTERS = {  # size, font, colour
    "scale": (7.5, REGULAR, MUTED), "name": (7.5, REGULAR, MUTED), "caption": (9, SEMIBOLD, INK),
    "newest": (8.5, SEMIBOLD, ""), "key": (8, REGULAR, MUTED), "empty": (10, REGULAR, MUTED),
}  # fmt: skip
RADIUS = {"now": 2.3, "prior": 1.3}


def _draw_shape(canvas: Any, shape: geometry.Shape, chart: Chart) -> None:
    own = KINDS.get(chart.kind, INK)
    if isinstance(shape, geometry.Words):
        size, font, colour = LETTERS[shape.part]
        _write(canvas, chart.x + shape.x, chart.y + shape.y, shape.text, font, size, colour or own, shape.anchor)
    elif isinstance(shape, geometry.Dot):
        colour = STROKES[shape.part][0] or own
        canvas.setStrokeColor(colour)
        canvas.setFillColor("#FFFFFF" if shape.is_open else colour)
        canvas.setLineWidth(1.3)
        canvas.circle(
            chart.x + shape.x, HIGH - chart.y - shape.y, RADIUS[shape.part], stroke=int(shape.is_open), fill=1
        )
    else:
        colour, wide, dashes = STROKES[shape.part]
        canvas.saveState()
        canvas.setStrokeColor(colour or own)
        canvas.setLineWidth(wide)
        canvas.setLineJoin(1)
        canvas.setLineCap(1 if dashes else 0)
        canvas.setDash(*([dashes] if dashes else []))
        path = canvas.beginPath()
        (x, y), *others = shape.points
        path.moveTo(chart.x + x, HIGH - chart.y - y)
        for x, y in others:
            path.lineTo(chart.x + x, HIGH - chart.y - y)
        canvas.drawPath(path)
        canvas.restoreState()
