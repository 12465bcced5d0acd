"""The edition as slides of 16:9: the agenda, then a slide a metric with two line charts that can be edited.

What does not fit beside a chart stands in the notes of the slide, where all of it does. Lengths are in points.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from lxml.etree import SubElement
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.enum.dml import MSO_LINE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Pt

from keel import wording
from keel.export import contents, geometry, lettering
from keel.export.contents import Document, Item, Point
from keel.export.lettering import LEADING, REGULAR, SEMIBOLD
from keel.progress import Progress

WIDE, HIGH, EDGE = 960.0, 540.0, 40.0
ROOM = WIDE - 2 * EDGE
FONT = "Arial"  # on every machine, and narrower than the Inter that everything is measured with
INK, MUTED, GRID, PRIOR = "14213D", "566178", "E3E7EE", "A3AEC2"
KINDS = {"lag": "1F5FA8", "lead": "0B7A60"}
TONES = {"bad": "B3261E", "watch": "8F5600", "good": "0B7A60"}
TITLE_ONLY = 5  # the layout of python-pptx's own template that has a title and nothing else
NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # a table without lines or ground of its own
LEAST = 7.0
AFTER = 0.16  # of a size, after a paragraph; with the 1.15 that a line takes it stays within LEADING
ALIGNED = {"start": PP_ALIGN.LEFT, "middle": PP_ALIGN.CENTER, "end": PP_ALIGN.RIGHT}
AGENDA_ROWS, AGENDA_ROW = 19, 20.0
SIDE = 216.0  # the column of words
LEFT = EDGE + SIDE + 20  # where the charts begin
NAME_ROOM = 52.0  # of the rows of the table
GAP = 44.0  # between the weeks and the months
CHARTS_TOP, CHARTS_HIGH = 82.0, 312.0
TABLE_TOP, TABLE_ROW = 400.0, 18.0
FOOT = HIGH - 40

Box = tuple[float, float, float, float]  # left, top, width, height
Run = tuple[str, float, str, str]  # words, size, font of lettering, colour
Cell = tuple[Sequence[Run], str] | None  # paragraphs, and where they stand


def render(document: Document, progress: Progress) -> bytes:
    """The file."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Pt(WIDE), Pt(HIGH)
    found = contents.metrics(document)
    _opening(deck, document)
    for at, (title, item) in enumerate(found):
        progress(at / len(found), item["label"])
        _metric(deck, document, title, item)
    _closing(deck, document)
    slides = list(deck.slides)
    for at, slide in enumerate(slides, 1):
        _words(
            slide,
            (WIDE - EDGE - 90, FOOT + 2, 90, 14),
            [(f"page {at} of {len(slides)}", 9, REGULAR, MUTED)],
            anchor="end",
        )
    moment = contents.written_on(document)
    about = deck.core_properties
    about.title, about.author = f"{document['company']}: {contents.week(document).lower()}", document["company"]
    about.last_modified_by, about.revision = "Keel", 1
    about.created = about.modified = moment
    written = io.BytesIO()
    deck.save(written)
    return _settled(written.getvalue(), moment)


def _settled(package: bytes, moment: datetime) -> bytes:
    """The same package with that moment in place of the clock's, also in the workbooks of its charts."""
    settled = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as read, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as write:
        for name in read.namelist():
            data = read.read(name)
            if name.endswith(".xlsx"):
                data = _settled(data, moment)
            elif name == "docProps/core.xml":
                data = re.sub(
                    rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*",
                    rb"\g<1>%b" % f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode(),
                    data,
                )
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # the first day a zip can say
            write.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return settled.getvalue()


# What every slide has


def _slide(
    deck: Any, document: Document, title: str, *, item: Item | None = None, size: float = 26, room: float = ROOM
) -> Any:
    """A slide with its title and its foot."""
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    shape = slide.shapes.title
    shape.left, shape.top, shape.width, shape.height = Pt(EDGE), Pt(24), Pt(room), Pt(36)
    shown, fit = lettering.fitted(_flat(title), size, room, SEMIBOLD, least=12)
    _fill(shape.text_frame, [(shown, fit, SEMIBOLD, KINDS.get(item["kind"], INK) if item else INK)], anchor="start")
    first, second = contents.foot(document, item)
    foot = [
        (lettering.cut(words, size, ROOM - 100), size, REGULAR, MUTED) for words, size in ((first, 8.5), (second, 7.5))
    ]
    _words(slide, (EDGE, FOOT, ROOM - 100, 26), foot)
    return slide


def _flat(words: str) -> str:
    return " ".join(words.split("\n"))


def _fill(frame: Any, runs: Sequence[Run], *, anchor: str) -> None:
    """A paragraph a run, in a frame without margins that neither grows nor shrinks."""
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.TOP
    for at, (words, size, font, colour) in enumerate(runs):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.alignment = ALIGNED[anchor]
        paragraph.space_after = Pt(size * AFTER) if len(runs) > 1 else Pt(0)
        # an empty cell is as high as its end: without a size of its own that is 18 pt
        SubElement(paragraph._p, qn("a:endParaRPr"), sz=str(int(size * 100)))
        if not words:
            continue
        run = paragraph.add_run()
        run.text = words
        run.font.size, run.font.name, run.font.bold = Pt(size), FONT, font == SEMIBOLD
        run.font.color.rgb = RGBColor.from_string(colour)


def _words(slide: Any, box: Box, runs: Sequence[Run], *, anchor: str = "start") -> None:
    shape = slide.shapes.add_textbox(*(Pt(length) for length in box))
    _fill(shape.text_frame, runs, anchor=anchor)


def _line(words: str, size: float, room: float, font: str = REGULAR, colour: str = INK, *, least: float = LEAST) -> Run:
    """A run that stays on one line."""
    shown, fit = lettering.fitted(_flat(words), size, room, font, least=least)
    return shown, fit, font, colour


def _table(
    slide: Any, top: float, high: float, widths: Sequence[float], rows: Sequence[Sequence[Cell]], *,
    left: float = EDGE, has_head: bool = False, stands: Any = MSO_ANCHOR.MIDDLE, gutter: float = 6,
) -> None:  # fmt: skip
    """A native table without ground, a hairline under each row; a cell of None belongs to the one before it."""
    shape = slide.shapes.add_table(len(rows), len(widths), *(Pt(v) for v in (left, top, sum(widths), high * len(rows))))
    table = shape.table
    table._tbl.tblPr.find(qn("a:tableStyleId")).text = NO_STYLE
    table.first_row, table.horz_banding = has_head, False
    for column, wide in zip(table.columns, widths, strict=True):
        column.width = Pt(wide)
    for row, cells in zip(table.rows, rows, strict=True):
        row.height = Pt(high)
        before: Any = None
        for cell, filled in zip(row.cells, cells, strict=True):
            _ruled(cell)
            _fill(
                cell.text_frame,
                filled[0] if filled else [("", LEAST, REGULAR, INK)],
                anchor=filled[1] if filled else "start",
            )
            if filled is None:
                before.merge(cell)
                continue
            before = cell
            cell.margin_left, cell.margin_right = Pt(1), Pt(gutter)
            cell.margin_top = cell.margin_bottom = Pt(1.5)
            cell.vertical_anchor = stands


def _ruled(cell: Any) -> None:
    """The hairline under a cell, for which python-pptx has no words."""
    line = SubElement(cell._tc.get_or_add_tcPr(), qn("a:lnB"), w=str(int(Pt(0.75))))
    SubElement(SubElement(line, qn("a:solidFill")), qn("a:srgbClr"), val=GRID)


# The slides before and after the metrics


def _opening(deck: Any, document: Document) -> None:
    """The agenda, on as many slides as it needs, and the promises."""
    lines = contents.agenda(document)
    widths = (72.0, 240.0, 96.0, 20.0, ROOM - 72 - 240 - 96 - 20)
    for start in range(0, max(len(lines), 1), AGENDA_ROWS):
        slide = _slide(deck, document, document["company"], room=ROOM * 0.7)
        heads = [
            _line(contents.week(document), 13, ROOM * 0.3, SEMIBOLD),
            _line(contents.state(document), 9, ROOM * 0.3, colour=MUTED),
        ]
        _words(slide, (WIDE - EDGE - ROOM * 0.3, 28, ROOM * 0.3, 34), heads, anchor="end")
        _words(
            slide, (EDGE, 62, ROOM, 18), [_line("Agenda" if not start else "Agenda, continued", 12, ROOM, colour=MUTED)]
        )
        part = lines[start : start + AGENDA_ROWS]
        if part:
            _table(slide, 90, AGENDA_ROW, widths, [_agenda_row(entry, widths) for entry in part])
        else:
            _words(slide, (EDGE, 90, ROOM, 20), [_line("No metric stands in this edition.", 12, ROOM)])
    _listed(
        deck, document, "Promises", contents.PROMISES, contents.promises(document), (226, 110, 86, 110, 120, 90, 138)
    )


def _agenda_row(entry: contents.Line, widths: Sequence[float]) -> list[Cell]:
    size, (mark, label, printed, _, why) = 11.0, widths
    blank: Cell = ([_line("", size, 20)], "start")
    if entry.item is None:
        named = _line(entry.label, size, mark + label - 8, SEMIBOLD)
        return [([named], "start"), None, blank, blank, ([_line(entry.why, size, why - 8, colour=MUTED)], "start")]
    said = entry.item["said"]
    return [
        ([_line(entry.mark, size, mark - 8, SEMIBOLD, TONES.get(said["tone"], INK))], "start"),
        ([_line(entry.label, size, label - 8, colour=KINDS.get(entry.item["kind"], INK))], "start"),
        ([_line(entry.printed, size, printed - 8, SEMIBOLD)], "end"),
        blank,
        ([_line(entry.why, size, why - 8, least=8.5)], "start"),
    ]


def _closing(deck: Any, document: Document) -> None:
    lists = [[name, entry] for name, entries in contents.swot(document) for entry in entries]
    _listed(deck, document, "Strengths, weaknesses, opportunities, threats", ("", ""), lists, (150, ROOM - 150))
    _listed(
        deck, document, "About this edition", ("", ""), list(map(list, contents.about(document))), (230, ROOM - 230)
    )


def _listed(
    deck: Any,
    document: Document,
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
) -> None:
    """A table of wrapped words on as many slides as it needs; none where there are no rows."""
    size, top = 11.0, 76.0
    head: list[Cell] = [
        ([_line(words, size, wide - 8, SEMIBOLD, MUTED)], "start") for words, wide in zip(heads, widths, strict=True)
    ]
    pages: list[list[list[Cell]]] = []
    left = 0.0
    for row in rows:
        lines = max(
            len(lettering.wrapped(_flat(words), size, wide - 8)) for words, wide in zip(row, widths, strict=True)
        )
        high = lines * size * LEADING + 6
        if high > left:
            pages.append([head] if any(heads) else [])
            left = FOOT - top - 34
        pages[-1].append([([(_flat(words), size, REGULAR, INK)], "start") for words in row])
        left -= high
    for page in pages:
        slide = _slide(deck, document, title)
        _table(slide, top, size * LEADING + 6, widths, page, has_head=any(heads), stands=MSO_ANCHOR.TOP)


# A metric


def _metric(deck: Any, document: Document, title: str, item: Item) -> None:
    slide = _slide(deck, document, item["label"], item=item, room=ROOM * 0.72)
    heads = [_line(title, 10, ROOM * 0.26, colour=MUTED), _line(item["period"], 10, ROOM * 0.26, colour=MUTED)]
    _words(slide, (WIDE - EDGE - ROOM * 0.26, 30, ROOM * 0.26, 30), heads, anchor="end")
    _words(slide, (EDGE, 74, SIDE, FOOT - 80), list(_beside(item)))
    for zone, caption, numbers in zip(
        contents.points(item), ("Six weeks", "Twelve months"), geometry.scaled(item), strict=True
    ):
        _chart(slide, caption, zone, numbers if geometry.numbers_of(zone) else [], item)
    _points(slide, item)
    slide.notes_slide.notes_text_frame.text = "\n".join(_notes(item))


def _beside(item: Item) -> Iterator[Run]:
    """The words beside the charts, as many as there is room for; all of them stand in the notes."""
    tone = TONES.get(item["said"]["tone"], INK)
    value = _line(contents.value(item), 32, SIDE, SEMIBOLD)
    yield value
    left = FOOT - 84 - value[1] * LEADING

    def texts() -> Iterator[tuple[str, float, str, str]]:
        yield from ((change, 11, REGULAR, INK) for change in item["changes"])
        yield contents.said(item), 11, SEMIBOLD, tone
        yield from ((words, 10, REGULAR, MUTED) for words in contents.standing(item))
        yield "", 5, REGULAR, MUTED
        for total in item["totals"]:
            yield f"{total['label']}  {total['printed']}", 10, SEMIBOLD, INK
            words = [*total["changes"], *([total["note"]] if total["note"] != total["printed"] else [])]
            if any(words):
                yield " · ".join(one for one in words if one), 9, REGULAR, MUTED
        yield "", 5, REGULAR, MUTED
        yield from (
            (words, 9, REGULAR, MUTED)
            for words in (*contents.notes(item), *contents.events(item), *contents.remarks(item))
        )

    for words, size, font, colour in texts():
        high = len(lettering.wrapped(words, size, SIDE - 4, font)) * size * LEADING
        if high > left:
            yield "More in the notes of this slide.", 9, REGULAR, MUTED
            return
        left -= high
        yield words, size, font, colour


def _notes(item: Item) -> Iterator[str]:
    """Everything that is told of the metric in words."""
    yield (
        f"{item['label']}: {contents.value(item)}, {item['period']}"
        if item["period"]
        else f"{item['label']}: {contents.value(item)}"
    )
    yield from ([item["why"]] if item["why"] else [])
    yield from item["changes"]
    yield contents.said(item)
    yield from contents.standing(item)
    yield from item["said"]["because"]
    for total in item["totals"]:
        yield " · ".join(
            part for part in (f"{total['label']}: {total['printed']}", *total["changes"], total["note"]) if part
        )
    yield from contents.remarks(item)
    yield from contents.notes(item)
    yield from contents.events(item)
    yield from contents.definition(item)


def _columns() -> list[float]:
    """The widths of the table under the charts: names, six weeks, a gap for the scale of the months, twelve months."""
    one = (WIDE - EDGE - LEFT - NAME_ROOM - GAP) / 18
    return [NAME_ROOM, *[one] * 6, GAP, *[one] * 12]


def _points(slide: Any, item: Item) -> None:
    """The 18 points as they are printed, each under its place in the charts; one size of letters a row."""
    weeks, months = contents.points(item)
    widths = _columns()
    room = widths[1] - 2

    def row(name: str, of: Callable[[Point], str], font: str, colour: str) -> list[Cell]:
        lines = [[part for part in (p.lines if not name else (of(p),)) if part or name] for p in (*weeks, *months)]
        size = min(lettering.fitted(part, 9, room, font, least=5)[1] for parts in lines for part in parts)
        cells: list[Cell] = [
            ([(lettering.cut(part, size, room, font), size, font, colour) for part in parts], "middle")
            for parts in lines
        ]
        return [([(name, 8.5, REGULAR, MUTED)], "start"), *cells[:6], ([("", 5, REGULAR, MUTED)], "start"), *cells[6:]]

    rows = [
        row("", lambda p: p.name, REGULAR, MUTED),
        row("this year", lambda p: p.printed, SEMIBOLD, INK),
        row("last year", lambda p: p.prior, REGULAR, MUTED),
        *([row("target", lambda p: p.target, REGULAR, MUTED)] if any(p.target for p in (*weeks, *months)) else []),
    ]
    _table(slide, TABLE_TOP, TABLE_ROW, widths, rows, left=LEFT, has_head=True, gutter=1)


def _chart(slide: Any, title: str, points: Sequence[Point], numbers: Sequence[float], item: Item) -> None:
    """A native line chart whose places stand over the columns of the table: this year, last year, target if there is one."""
    widths = _columns()
    is_weeks = len(points) == geometry.WEEKS
    margin = NAME_ROOM if is_weeks else GAP
    left = LEFT if is_weeks else LEFT + sum(widths[:7])
    wide = margin + widths[1] * len(points)
    printed = next((p.printed for p in reversed(points) if p.row["value"] is not None), "0")
    data = CategoryChartData(number_format=contents.number_format(printed, item["unit"], is_scaled=True))
    data.categories = [p.name for p in points]
    series = [
        ("This year", "value", KINDS.get(item["kind"], INK)),
        ("Last year", "prior", PRIOR),
        ("Target", "target", MUTED),
    ]
    drawn = [one for one in series if one[1] == "value" or any(p.row[one[1]] is not None for p in points)]
    for name, key, _ in drawn:
        data.add_series(name, [p.row[key] for p in points])
    frame = slide.shapes.add_chart(
        XL_CHART_TYPE.LINE_MARKERS, Pt(left), Pt(CHARTS_TOP), Pt(wide), Pt(CHARTS_HIGH), data
    )
    frame.name = f"{title}: {item['label']}"
    chart = frame.chart
    chart.font.size, chart.font.name = Pt(9), FONT
    chart.font.color.rgb = RGBColor.from_string(MUTED)
    chart.has_title = True
    _fill(
        chart.chart_title.text_frame, [(title if numbers else f"{title}: no data", 11, SEMIBOLD, INK)], anchor="start"
    )
    _placed(chart._chartSpace.chart.find(qn("c:title")), margin / wide, 0.0)
    _placed(chart._chartSpace.chart.plotArea, margin / wide, 0.11, 1 - margin / wide, 0.87)
    chart.has_legend = bool(numbers) and not is_weeks
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
        _placed(chart._chartSpace.chart.find(qn("c:legend")), 0.36, 0.0, 0.64, 0.08)
    _axes(chart, numbers, item)
    for (_, key, colour), line in zip(drawn, chart.plots[0].series, strict=True):
        _look(line, key, colour, points)


def _placed(part: Any, x: float, y: float, wide: float = 0.0, high: float = 0.0) -> None:
    """Puts a part of a chart at a share of its width and height, for which python-pptx has no words."""
    for old in part.findall(qn("c:layout")):
        part.remove(old)
    layout = part.makeelement(qn("c:layout"))
    manual = SubElement(layout, qn("c:manualLayout"))
    is_plot = part.tag == qn("c:plotArea")
    sides = [("x", x), ("y", y), *([("w", wide), ("h", high)] if wide else [])]
    if is_plot:
        SubElement(manual, qn("c:layoutTarget"), val="inner")
    for name in ("x", "y"):
        SubElement(manual, qn(f"c:{name}Mode"), val="edge")
    for name, share in sides:
        SubElement(manual, qn(f"c:{name}"), val=f"{share:.4f}")
    # the order of the schema: first in a plot, after the words of a title, after the position of a legend
    part.insert(0 if is_plot else 1, layout)


def _axes(chart: Any, numbers: Sequence[float], item: Item) -> None:
    value, category = chart.value_axis, chart.category_axis
    value.has_major_gridlines = True
    value.major_gridlines.format.line.color.rgb = RGBColor.from_string(GRID)
    value.format.line.fill.background()
    value.major_tick_mark = category.major_tick_mark = XL_TICK_MARK.NONE
    category.format.line.color.rgb = RGBColor.from_string(GRID)
    category.tick_label_position = XL_TICK_LABEL_POSITION.NONE  # the head of the table right under it names the places
    if not numbers:
        value.visible = value.has_major_gridlines = False
        return
    ticks, low, high = geometry.ruled(
        numbers, item["unit"]
    )  # left to itself an axis begins at 0: a rate is a flat line
    step = ticks[1] - ticks[0]
    value.major_unit = step
    value.minimum_scale = ticks[0] - (step if low < ticks[0] else 0)
    value.maximum_scale = ticks[-1] + (step if high > ticks[-1] else 0)
    labels = value.tick_labels
    widest = max((wording.number(tick, item["unit"]) for tick in ticks), key=len)
    labels.number_format, labels.number_format_is_linked = (
        contents.number_format(widest, item["unit"], is_scaled=True),
        False,
    )


def _look(line: Any, key: str, colour: str, points: Sequence[Point]) -> None:
    line.smooth = False
    line.format.line.color.rgb = RGBColor.from_string(colour)
    line.format.line.width = Pt({"value": 2.25, "prior": 1.5, "target": 1.25}[key])
    if key != "value":
        line.marker.style = XL_MARKER_STYLE.NONE
        if key == "target":
            line.format.line.dash_style = MSO_LINE.ROUND_DOT
        return
    line.marker.style, line.marker.size = XL_MARKER_STYLE.CIRCLE, 6
    line.marker.format.fill.solid()
    line.marker.format.fill.fore_color.rgb = RGBColor.from_string(colour)
    line.marker.format.line.color.rgb = RGBColor.from_string(colour)
    for at, point in enumerate(points):
        if point.is_partial:  # still runs
            marker = line.points[at].marker
            marker.style, marker.size = XL_MARKER_STYLE.CIRCLE, 7
            marker.format.fill.solid()
            marker.format.fill.fore_color.rgb = RGBColor.from_string("FFFFFF")
            marker.format.line.color.rgb = RGBColor.from_string(colour)
    last = max((at for at, point in enumerate(points) if point.row["value"] is not None), default=None)
    if last is not None:
        label = line.points[last].data_label
        label.position = XL_LABEL_POSITION.ABOVE
        label.font.size, label.font.bold = Pt(10), True
        label.font.color.rgb = RGBColor.from_string(colour)
