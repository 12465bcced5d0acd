"""The four files of one edition: the same numbers in each, nothing that overflows, nothing that is run."""

import io
import re
import zipfile
from copy import deepcopy
from datetime import date
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pptx import Presentation
from pypdf import PdfReader

from keel import export, meeting, wording
from keel.errors import QuestionError
from keel.export import contents, geometry, lettering, pdf, slides

KINDS = tuple(export.FORMATS)
LONG = "Wachstumswirkung im Westen, Wiederkäufer"
HOSTILE = ('=HYPERLINK("x")', "<img src=x onerror=1>", "{{x}}", "+1\x0b-1", "@now\x00", "</style><script>a()</script>")
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def point(label, value, *, prior=None, target=None, note="", unit="money", **others):
    return {
        "label": label, "value": value, "printed": wording.number(value, unit), "prior": prior,
        "prior_printed": wording.number(prior, unit), "target": target,
        "target_printed": "" if target is None else wording.number(target, unit), "note": note, **others,
    }  # fmt: skip


def item(label="Revenue", *, values=(1.5e6,) * 18, **others):
    """A metric whose last month still runs."""
    weeks = [point(f"wk {34 + at}", value, prior=1e6, target=1.2e6) for at, value in enumerate(values[:6])]
    months = [
        point(f"{wording.MONTHS[at]} 2026", value, prior=5e6, is_partial=at == 11, month=f"2026-{at + 1:02}-01")
        for at, value in enumerate(values[6:])
    ]
    totals = [
        {
            "label": name,
            "value": 2e6,
            "printed": "EUR\u00a02.00\u00a0M",
            "changes": ["▲\u00a03\u00a0% on last year"],
            "note": "",
        }
        for name in TOTALS
    ]
    return {
        "metric": label.lower(), "label": label, "kind": "lag", "unit": "money", "better": "up", "owner": "Sales", "meaning": "What was sold.",
        "edge": "", "sql": "select 1", "why": "", "value": values[5], "printed": wording.number(values[5], "money"), "unit_words": "EUR",
        "period": "21 Sep–27 Sep", "changes": ["▲\u00a02.6\u00a0% on last week"],
        "target": {"value": 1.2e6, "printed": "1.20\u00a0M", "words": "target 1.20\u00a0M · ✓ met by 25\u00a0%"}, "doubt": "likely 1 to 2 · n 72",
        "said": {"status": "signal", "tone": "bad", "mark": "■ Signal", "words": "Below its usual range.", "because": ["It lies outside."]},
        "usual": {"low": 1.6e6, "high": 1.9e6, "centre": 1.7e6, "printed": "1.60\u00a0M to 1.90\u00a0M"}, "weeks": weeks, "months": months,
        "totals": totals, "note": "", "events": [], "notes": [], **others,
    }  # fmt: skip


TOTALS = ("last week", "month to date", "quarter to date", "year to date")


def nothing(label="Silence"):
    """A metric of which there is no number at all."""
    empty = {"value": None, "printed": "no data"}
    bare = item(label, values=(None,) * 18)
    for row in (*bare["weeks"], *bare["months"]):
        row.update({"prior": None, "prior_printed": "no data", "target": None, "target_printed": "", "note": "no data"})
    totals = [{"label": name, **empty, "changes": [], "note": "no data"} for name in TOTALS]
    said = {"status": "none", "tone": "quiet", "mark": "", "words": "", "because": []}
    return {
        **bare,
        **empty,
        "period": "",
        "changes": [],
        "target": None,
        "doubt": "",
        "usual": None,
        "said": said,
        "totals": totals,
    }


def document(*items, **others):
    return {
        "company": "Sample", "currency": "EUR", "week_ending": "2026-09-27", "fingerprint": "abc123", "filters": "whole company", "minimum": 5,
        "sources": [{"name": "Orders", "to": "2026-09-27", "is_stale": False}, {"name": "Staff", "to": "2026-08-31", "is_stale": True}],
        "sections": [{"title": "Signals", "note": "leading first", "items": list(items)}],
        "promises": [
            {"words": "Call them", "owner": "Ada", "due": "2026-10-09", "metric": None, "expected": "▲ 2 %", "verdict": "open", "why": "not due"}
        ],
        "swot": {"strengths": [{"words": "They stay", "metric": None}], "weaknesses": [], "opportunities": [], "threats": []},
        "published": {"at": "2026-09-28T10:15:00+02:00", "by": "Ada"}, "restated": ["wk 37 was 1.20 M"], **others,
    }  # fmt: skip


@pytest.fixture(scope="module")
def sample(sample_store):
    """The edition of the sample company, as the Review page shows it."""
    return meeting.document(sample_store, meeting.week(sample_store, date(2026, 9, 27)), [])


@pytest.fixture(scope="module")
def files(sample):
    return {kind: export.render(sample, kind) for kind in KINDS}


def plain(text):
    return " ".join(text.split())


def told(one):
    """Every text of a metric that holds a number, beside its 18 points."""
    texts = [one["printed"], *one["changes"], one["doubt"], one["target"]["words"] if one["target"] else ""]
    texts += [one["usual"]["printed"] if one["usual"] else "", one["said"]["words"], *one["said"]["because"]]
    texts += [text for total in one["totals"] for text in (total["printed"], *total["changes"])]
    return [plain(text) for text in texts if text]


def rows(one):
    """The three rows of 18 printed points; no targets, no row."""
    both = [*one["weeks"], *one["months"]]
    keys = ("printed", "prior_printed", "target_printed")
    return [[plain(row[key]) for row in both] for key in keys if any(row[key] for row in both)]


# The same numbers in each


def pages_of(data):
    return [plain(page.extract_text()) for page in PdfReader(io.BytesIO(data)).pages]


def test_every_number_of_the_document_is_in_the_pdf_as_printed(sample, files):
    pages = pages_of(files["pdf"])
    for _, one in contents.metrics(sample):
        # a page opens with the name and the agenda names them all: the page is the one that has the row of points
        points = [" ".join(word for word in row if word) for row in rows(one)]
        found = [page for page in pages if one["label"] in page and all(row in page for row in points)]
        assert found, (one["label"], points)
        at = pages.index(found[0])
        text = " ".join(pages[at : at + 2]) if at + 1 < len(pages) and one["label"] in pages[at + 1] else pages[at]
        loose = text.replace(" ", "")
        assert [] == [words for words in told(one) if words.replace(" ", "") not in loose]


def slide_texts(slide):
    for shape in slide.shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text.replace("\n", " ")
        elif shape.has_table:
            yield from (cell.text.replace("\n", " ") for row in shape.table.rows for cell in row.cells)


def test_every_number_of_the_document_is_in_the_slides_as_printed_and_can_be_edited_in_their_charts(sample, files):
    of = {slide.shapes.title.text: slide for slide in Presentation(io.BytesIO(files["pptx"])).slides}
    for _, one in contents.metrics(sample):
        slide = of[one["label"]]
        text = plain(" ".join([*slide_texts(slide), slide.notes_slide.notes_text_frame.text]))
        assert [] == [words for words in told(one) if words not in text]
        table = next(shape.table for shape in slide.shapes if shape.has_table)
        cells = [[plain(cell.text) for cell in row.cells] for row in table.rows][1:]
        assert rows(one) == [row[1:7] + row[8:] for row in cells]

        charts = [shape.chart for shape in slide.shapes if shape.has_chart]
        for chart, part in zip(charts, (one["weeks"], one["months"]), strict=True):
            assert [row["label"] for row in part] == list(chart.plots[0].categories)
            values = {series.name: list(series.values) for series in chart.plots[0].series}
            for name, key in (("This year", "value"), ("Last year", "prior"), ("Target", "target")):
                expected = [row[key] for row in part]
                assert name in values or not any(number is not None for number in expected)
                assert expected == values.get(name, [None] * len(part))


def shown(value, code):
    """What a spreadsheet shows of a number in one of the formats that an export writes."""
    code = code.split(";")[0 if value >= 0 else 1]
    shape = re.search(r"(?:#,##)?0(?:\.(0+))?(,*)", code)
    scaled = abs(value) * (100 if "%" in code else 1) / 1000 ** len(shape[2])
    places = len(shape[1] or "")
    figures = wording._figures(wording._decimal(scaled), places)
    return plain(code.replace(shape[0], figures if "#" in code else figures.replace(",", "")).replace('"', ""))


def cells_of(data):
    """Of each sheet, its rows: text, or a number with its format."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        texts = ["".join(node.itertext()) for node in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]
        styles = ElementTree.fromstring(book.read("xl/styles.xml"))
        codes = {node.get("numFmtId"): node.get("formatCode") for node in styles.iter(f"{SHEET}numFmt")}
        formats = [codes.get(node.get("numFmtId"), "0") for node in styles.find(f"{SHEET}cellXfs")]
        names = [
            node.get("name") for node in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{SHEET}sheet")
        ]
        for at, name in enumerate(names, 1):
            sheet = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{at}.xml"))
            yield (
                name,
                [
                    {
                        re.sub(r"\d", "", cell.get("r")): texts[int(cell[0].text)]
                        if cell.get("t") == "s"
                        else (float(cell[0].text), formats[int(cell.get("s", 0))])
                        for cell in row
                        if len(cell)
                    }
                    for row in sheet.iter(f"{SHEET}row")
                ],
            )


def test_every_number_of_the_document_is_in_the_workbook_as_a_number_and_as_printed(sample, files):
    sheets = dict(cells_of(files["xlsx"]))
    sections = [section["title"] for section in sample["sections"]]
    assert ["About", "Agenda", *sections, "Promises", "SWOT", "Definitions"] == list(sheets)
    for title, one in contents.metrics(sample):
        found = [row for row in sheets[title] if row["A"] == one["label"]]
        text = plain(" ".join(cell for row in found for cell in row.values() if isinstance(cell, str)))
        assert [] == [words for words in told(one) if words not in text]
        places = [row for row in found if row["C"] in ("week", "month")]
        assert rows(one) == [[plain(row.get(column, "")) for row in places] for column in "FHJ"[: len(rows(one))]]
        for row, expected in zip(places, (*one["weeks"], *one["months"]), strict=True):
            for column, key, beside in (("E", "value", "F"), ("G", "prior", "H"), ("I", "target", "J")):
                assert (expected[key] is not None) == (column in row)
                if column in row:
                    assert expected[key] == pytest.approx(row[column][0], rel=1e-14)
                    if one["unit"] not in ("money", "count"):  # those keep all their figures
                        assert plain(row[beside]) == shown(*row[column])


class Page(HTMLParser):
    """The text, the tags and the articles of a page."""

    def __init__(self, data):
        super().__init__()
        self.tags, self.texts, self.articles = [], [], []
        self.feed(data.decode("utf-8"))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "article":
            self.articles.append([])

    def handle_data(self, data):
        if data.strip():
            (self.articles[-1] if self.articles else self.texts).append(plain(data))


def test_every_number_of_the_document_is_in_the_page_as_printed(sample, files):
    page = Page(files["html"])
    for (_, one), texts in zip(contents.metrics(sample), page.articles, strict=True):
        text = " ".join(texts)
        assert [] == [words for words in told(one) if words not in text]
        for name in ("weeks", "months"):
            for row in one[name]:
                both = [
                    row["label"],
                    row["printed"],
                    row["prior_printed"],
                    *([row["target_printed"]] if row["target_printed"] else []),
                ]
                assert plain(" ".join(both)) in text


@pytest.mark.parametrize("kind", KINDS)
def test_each_file_says_of_whom_it_is_up_to_which_day_and_who_is_hidden(kind):
    hidden = item(printed="hidden", value=None)
    text = words_of(export.render(document(hidden), kind), kind)
    for words in (
        "Sample", "27 Sep 2026", "whole company", "Orders to 27 Sep 2026", "Staff to 31 Aug 2026 (stale)", "1 number hidden",
        "Published 28 Sep 2026 by Ada", "abc123", "wk 37 was 1.20 M", "Call them", "9 Oct 2026", "They stay",
    ):  # fmt: skip
        assert words in text, words


def words_of(data, kind):
    if kind == "pdf":
        return " ".join(pages_of(data))
    if kind == "pptx":
        return plain(" ".join(text for slide in Presentation(io.BytesIO(data)).slides for text in slide_texts(slide)))
    if kind == "xlsx":
        return plain(" ".join(str(cell) for _, rows in cells_of(data) for row in rows for cell in row.values()))
    page = Page(data)
    return " ".join([*page.texts, *(text for article in page.articles for text in article)])


def test_each_page_and_each_slide_says_which_of_how_many_it_is():
    made = document(item("One"), item("Two"))
    pages = pages_of(export.render(made, "pdf"))
    assert [True] * len(pages) == [f"page {at} of {len(pages)}" in page for at, page in enumerate(pages, 1)]
    deck = list(Presentation(io.BytesIO(export.render(made, "pptx"))).slides)
    assert all(f"page {at} of {len(deck)}" in " ".join(slide_texts(slide)) for at, slide in enumerate(deck, 1))


# Room


def crowded():
    """Forty letters wherever there is a name, and more words than one page holds."""
    notes = [{"at": "2026-09-28", "who": LONG, "words": "What was said of it, at some length. " * 6}] * 9
    wide = item(
        LONG, values=(-123456789012.0,) * 18, owner=LONG, period=LONG, notes=notes, meaning="What it means. " * 40
    )
    promise = dict.fromkeys(("words", "owner", "metric", "expected", "verdict", "why"), LONG) | {"due": "2026-10-09"}
    sources = [{"name": LONG, "to": "2026-09-27", "is_stale": True}] * 9
    sections = [{"title": LONG, "note": LONG * 3, "items": [wide, {**nothing(LONG), "why": LONG * 9}]}]
    return document(
        company=LONG,
        filters=LONG * 4,
        sources=sources,
        sections=sections,
        promises=[promise] * 40,
        published={"at": "2026-09-28", "by": LONG},
    )


def extent(text):
    wide = lettering.width(text.words, text.size, text.font)
    return {
        "start": (text.x, text.x + wide),
        "middle": (text.x - wide / 2, text.x + wide / 2),
        "end": (text.x - wide, text.x),
    }[text.anchor]


def test_no_text_of_the_pdf_leaves_its_box_or_lies_on_another(sample):
    assert 40 == len(LONG)
    for made in (crowded(), sample, document()):
        for page in pdf.pages(contents.printable(made)):
            texts = [thing for thing in page if isinstance(thing, pdf.Text) and thing.words]
            assert [] == [t for t in texts if lettering.width(t.words, t.size, t.font) > t.room + 0.01]
            assert [] == [
                t for t in texts if extent(t)[0] < pdf.EDGE - 0.01 or extent(t)[1] > pdf.WIDE - pdf.EDGE + 0.01
            ]
            assert [] == [t for t in texts if t.y > pdf.HIGH - 8]
            for at, one in enumerate(texts):
                for other in texts[at + 1 :]:
                    is_level = abs(one.y - other.y) < min(one.size, other.size) * 0.7
                    apart = extent(one)[1] <= extent(other)[0] + 0.01 or extent(other)[1] <= extent(one)[0] + 0.01
                    assert not is_level or apart, (one, other)


def test_what_one_page_does_not_hold_stands_on_the_next():
    text = " ".join(pages_of(export.render(crowded(), "pdf")))
    assert 9 * 6 == text.replace(" ", "").count("Whatwassaidofit,")


def lines_of(frame, room):
    """The lines of a text frame, each with its size, as they break in that width."""
    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            font = lettering.SEMIBOLD if run.font.bold else lettering.REGULAR
            yield from (
                (line, run.font.size.pt, font) for line in lettering.wrapped(run.text, run.font.size.pt, room, font)
            )


def test_no_text_of_a_slide_is_higher_than_its_box(sample):
    for made in (crowded(), sample):
        for slide in Presentation(io.BytesIO(export.render(made, "pptx"))).slides:
            for shape in slide.shapes:
                if shape.has_text_frame:
                    lines = list(lines_of(shape.text_frame, shape.width.pt))
                    assert sum(size for _, size, _ in lines) * lettering.LEADING <= shape.height.pt + 0.5, (
                        shape.text_frame.text
                    )
                if shape.has_table:
                    high = sum(table_row(row, shape.table) for row in shape.table.rows)
                    assert shape.top.pt + high <= slides.FOOT + 0.5


def table_row(row, table):
    """How high a row becomes: as it was made, or as its words need."""
    needed = [row.height.pt]
    for cell, column in zip(row.cells, table.columns, strict=True):
        if not cell.is_merge_origin:
            lines = list(lines_of(cell.text_frame, column.width.pt - cell.margin_left.pt - cell.margin_right.pt))
            needed.append(sum(size for _, size, _ in lines) * 1.2 + 3)
    return max(needed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_metric_without_data_has_its_page(kind):
    data = export.render(document(nothing(), item()), kind)
    text = words_of(data, kind)
    assert "Silence" in text
    assert "no data" in text
    if kind == "pptx":
        assert 1 == sum(slide.shapes.title.text == "Silence" for slide in Presentation(io.BytesIO(data)).slides)


@pytest.mark.parametrize("kind", KINDS)
def test_an_edition_of_nothing_is_a_file_too(kind):
    empty = document(sections=[], promises=[], swot={}, published=None, restated=[], sources=[])
    assert "Not published yet" in words_of(export.render(empty, kind), kind)


# What somebody typed


def hostile():
    texts = list(HOSTILE)
    notes = [{"at": "2026-09-28", "who": text, "words": text} for text in texts]
    events = [{"starts_on": "2026-09-01", "ends_on": "2026-09-02", "words": text} for text in texts]
    items = [
        item(
            text,
            notes=notes,
            events=events,
            owner=text,
            meaning=text,
            edge=text,
            sql=text,
            why=text,
            metric=text,
            period=text,
        )
        for text in texts
    ]
    promise = dict.fromkeys(("words", "owner", "due", "metric", "expected", "verdict", "why"), texts[0])
    return document(
        company=texts[0], filters=texts[1], restated=texts, promises=[promise], swot={"threats": [{"words": text, "metric": text} for text in texts]},
        sections=[{"title": text, "note": text, "items": [one]} for text, one in zip(texts, items, strict=True)],
        sources=[{"name": text, "to": None, "is_stale": True} for text in texts], published={"at": "2026-09-28", "by": texts[0]},
    )  # fmt: skip


def test_what_somebody_typed_is_no_formula_and_no_link_in_the_workbook():
    data = export.render(hostile(), "xlsx")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        for name in book.namelist():
            text = book.read(name).decode("utf-8")
            assert not name.startswith("xl/worksheets/_rels")
            assert "<f>" not in text
            assert "<hyperlink" not in text
    cells = [cell for _, rows in cells_of(data) for row in rows for cell in row.values() if isinstance(cell, str)]
    assert [] == [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert any('=HYPERLINK("x")' in cell for cell in cells)


def test_what_somebody_typed_is_text_in_the_page_which_asks_for_nothing_from_elsewhere():
    data = export.render(hostile(), "html")
    page = Page(data)
    assert {"img", "script", "iframe", "link", "object", "form"}.isdisjoint(tag for tag, _ in page.tags)
    assert [] == [attrs for _, attrs in page.tags if any(name.startswith("on") or name == "src" for name in attrs)]
    assert all(attrs["href"].startswith("#") for _, attrs in page.tags if "href" in attrs)
    assert "default-src 'none'" in next(attrs["content"] for _, attrs in page.tags if attrs.get("http-equiv"))
    assert not re.search(rb"https?://|@import|url\((?!data:)", data)
    for words in ("<img src=x onerror=1>", "{{x}}", '=HYPERLINK("x")'):
        assert words in " ".join(page.articles[1] + page.articles[0])


@pytest.mark.parametrize("kind", ["pdf", "pptx"])
def test_what_somebody_typed_is_text_on_paper_and_slides(kind):
    data = export.render(hostile(), kind)
    text = words_of(data, kind)
    assert all(words in text for words in ('=HYPERLINK("x")', "<img src=x onerror=1>", "{{x}}"))
    if kind == "pdf":
        assert b"/JavaScript" not in data
        assert b"/URI" not in data
    else:
        with zipfile.ZipFile(io.BytesIO(data)) as deck:
            assert not any(b'TargetMode="External"' in deck.read(name) for name in deck.namelist())


# The same again


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_document_gives_the_same_bytes_whenever_it_is_written(kind, monkeypatch):
    made = document(item(), nothing())
    kept = deepcopy(made)
    first = export.render(made, kind)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert first == export.render(made, kind)
    assert kept == made
    assert first != export.render({**made, "company": "Other"}, kind)


@pytest.mark.parametrize(
    ("published", "expected"),
    [({"at": "2026-09-28T10:15:00+02:00", "by": "Ada"}, "2026-09-28 08:15"), (None, "2026-09-27 00:00")],
)
def test_a_file_bears_the_day_it_was_published_or_that_of_its_week(published, expected):
    made = document(item(), published=published)
    assert expected == f"{PdfReader(io.BytesIO(export.render(made, 'pdf'))).metadata.creation_date:%Y-%m-%d %H:%M}"
    assert expected == f"{Presentation(io.BytesIO(export.render(made, 'pptx'))).core_properties.created:%Y-%m-%d %H:%M}"
    with zipfile.ZipFile(io.BytesIO(export.render(made, "xlsx"))) as book:
        assert expected.replace(" ", "T") in book.read("docProps/core.xml").decode()


def test_the_slides_stay_small(files):
    assert len(files["pptx"]) < 2_000_000


@pytest.mark.parametrize("kind", KINDS)
def test_progress_goes_from_the_beginning_to_the_end(kind):
    heard = []
    export.render(document(item("One"), item("Two")), kind, lambda share, words: heard.append(share))
    assert sorted(heard) == heard
    assert (0.0, 1.0) == (heard[0], heard[-1])


def test_a_format_nobody_knows_is_refused_with_those_there_are():
    with pytest.raises(QuestionError, match="pdf, pptx, xlsx, html"):
        export.render(document(), "docx")


# The parts


def shapes_of(values, part, kind):
    return [
        s
        for s in geometry.chart(item(values=values), 770, 200, has_names=True)
        if isinstance(s, kind) and s.part == part
    ]


def test_a_line_is_broken_where_there_is_no_data_and_does_not_reach_the_month_that_runs():
    values = (1e6, 2e6, None, 3e6, 4e6, 5e6, *(6e6,) * 12)
    lines = [line for line in shapes_of(values, "now", geometry.Path) if len(line.points) > 1]
    assert [2, 3, 11] == [len(line.points) for line in lines if line.points[0][1] > 15]  # the key lies above
    dots = shapes_of(values, "now", geometry.Dot)
    assert 17 == len(dots)
    assert [*[False] * 16, True] == [dot.is_open for dot in dots]


def test_weeks_stand_left_of_months_and_higher_numbers_higher():
    dots = shapes_of(tuple(range(1, 19)), "now", geometry.Dot)
    assert sorted(dot.x for dot in dots) == [dot.x for dot in dots]
    assert sorted((dot.y for dot in dots[:6]), reverse=True) == [dot.y for dot in dots[:6]]
    assert geometry.centres(770) == [dot.x for dot in dots]


@pytest.mark.parametrize(("before", "is_above"), [(1e6, True), (9e6, False)])
def test_the_newest_number_stands_where_its_line_does_not_come_from(before, is_above):
    values = (*[before] * 5, 5e6, *(None,) * 12)
    (words,) = shapes_of(values, "newest", geometry.Words)
    assert is_above == (words.y < shapes_of(values, "now", geometry.Dot)[-1].y)


@given(
    st.lists(st.floats(-1e12, 1e12).map(lambda number: round(number, 4)), min_size=1, max_size=36),
    st.sampled_from(wording.UNITS),
)
def test_a_scale_holds_every_number_and_has_rules(numbers, unit):
    ticks, low, high = geometry.ruled(numbers, unit)
    assert low <= min(numbers)
    assert max(numbers) <= high
    assert 2 <= len(ticks) <= 12
    assert low - 1e-6 * abs(low) <= ticks[0] < ticks[-1] <= high + 1e-6 * abs(high)


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        (1310931.3773, "money"), (-1310931.3773, "money"), (42.5, "money"), (0.0, "money"), (12_345_678_901.0, "money"), (590.0, "count"), (2231.0, "count"),
        (0.4081257, "rate_bps"), (0.9444, "rate"), (-0.01, "rate"), (2.8169, "points"), (-12.6, "points"), (5.5016, "score"), (45.2, "days"), (1.0, "days"),
    ],
)  # fmt: skip
def test_a_number_format_shows_what_is_printed(value, unit):
    printed = wording.number(value, unit)
    assert plain(printed) == shown(value, contents.number_format(printed, unit, is_scaled=True))


def test_money_in_a_workbook_keeps_all_its_figures():
    assert "1,310,931.38" == shown(1310931.3773, contents.number_format("1.31\u00a0M", "money", is_scaled=False))
    assert "2,231" == shown(2231.0, contents.number_format("2.23\u00a0k", "count", is_scaled=False))


def test_sheets_have_names_that_a_spreadsheet_takes():
    names = contents.titles(["About", "ABOUT", "a/b:c?", "", "history", "'x'", LONG, LONG])
    assert ["About", "ABOUT 2", "a b c", "Sheet", "history sheet", "x"] == names[:6]
    assert all(len(name) <= 31 for name in names)
    assert len(names) == len({name.lower() for name in names})


@given(st.text(max_size=80), st.floats(20, 400))
def test_wrapped_words_are_all_there_and_no_wider_than_their_room(words, room):
    lines = lettering.wrapped(words, 9, room)
    assert "".join(words.split()) == "".join("".join(lines).split())
    assert all(len(line) == 1 or lettering.width(line, 9) <= room for line in lines)


def test_the_signs_that_keel_prints_are_in_its_letters():
    from reportlab.pdfbase import pdfmetrics

    lettering.width("", 1)
    for font in lettering.FILES:
        there = pdfmetrics.getFont(font).face.charToGlyph
        assert [] == [sign for sign in "▲▼■◆◇✓✕−·…–—“”’€£×äéčłşιж\u00a0" if ord(sign) not in there]
