"""Where the table stands in a sheet, and in which sheet of a workbook.

People write titles above a table and sources below it, begin it at B3, and keep it between a cover and a pivot. A
row is left aside only where it cannot be a row of the table; what is left aside is told, so that a person sees it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from keel import values
from keel.sheets import Sheet

HEAD, TAIL = 40, 60  # rows looked at above and below: a title page in front of a table is a dozen rows at most
WIDE = 4  # columns from which two cells alone no longer make a row
PROSE = 3  # words that a note has at least; two are a name

_SPACE = " \t\r\n\v\f\u00a0\u200b\u200e\u200f\u202f\ufeff"
_WORD = re.compile(r"\W*[^\W\d_]{2,}(?:['’-][^\W\d_]+)*\W*")
_NUMBER = re.compile(r"[-+(]?[€$£¥]?\s?\d[\d.,' ]*\s?%?\)?")
# Words that only stand beside a table, whatever the table is of.
_BESIDE = re.compile(
    r"""(?ix)
    ©|\(c\)\s*\d{4}|copyright\b
    |(?:strictly\ |commercial\ in\ )?(?:private\ (?:and|&)\ )?(?:confidential|vertraulich|confidencial|confidentiel)\b
    |[*†‡¹²³]+\s*[^\W\d_]
    |(?:data\ )?(?:sources?|quellen?|fuentes?|fontes?|bron)\s*:
    |(?:foot)?notes?\s*[:.]|n\.?\ ?b\.?\s*:
    |(?:legend|disclaimer|remarks?|caveats?|filters?|filtered\ by|parameters?|criteria)\s*:
    |(?:hinweise?|anmerkung(?:en)?|bemerkung(?:en)?|notas?|remarques?|filtros?|filtres?|toelichting)\s*:
    |(?:(?:report|export|data|file|survey|results?|this\ \w+|list|last)\ )?(?:was\ |were\ |is\ )?
        (?:generated|exported|created|printed|downloaded|extracted|prepared|produced|retrieved|compiled|updated|refreshed|run)
        (?:\ (?:on|at|by|from|for|as\ of|date|time)\b|\s*:)
    |(?:report|export|print|extract|run)(?:ing)?\ (?:date|time|period|range|title|generated|created|for|on|as\ of)\b
    |(?:date\ range|reporting\ period|time\ frame|period|zeitraum|per[ií]odo|période)\s*:
    |(?:data\ |figures\ |status\ |correct\ )?as\ (?:of|at)\s*:?\s+\S*\d
    |(?:erstellt|erzeugt|exportiert|generiert|gedruckt|abgerufen)(?:\ (?:am|von|um)\b|\s*:)|(?:daten)?stand\s*:
    |(?:generado|exportado|creado|impreso|descargado|gerado)\ (?:el|por|em|a)\b
    |(?:généré|exporté|créé|imprimé|extrait)e?\ (?:le|par)\b
    |(?:total|number\ of)\ (?:rows|records|responses|respondents|results|entries|items|lines)\s*(?:[:=(]|\d|returned|exported)
    |(?:anzahl|gesamtzahl|n[úu]mero|nombre|total)\ (?:der\ |de\ |des\ |d['’])?\w+\s*:\s*\d
    |\(?\d[\d.,]*\ (?:rows?|records?|responses?|results?|entries|lines|zeilen|filas|lignes)(?:\ \w+)?\)?\.?$
    |n\s?=\s?\d|(?:page|seite|página)\ \d+\ ?(?:of|/|von|de|sur)\ ?\d
    |end\ of\ (?:the\ )?(?:report|file|data|list|table|export|document)
    """
)
_ASIDE = re.compile(  # names of sheets that hold no table of their own
    r"""(?ix)
    (?:foot)?notes?\b.*|read[\ _-]?me.*|cover(?:[\ _-](?:page|sheet))?|title(?:[\ _-]page)?|(?:table\ of\ )?contents?|toc|index|about\b.*
    |info(?:rmation)?|instructions?|how[\ _-]to\b.*|guide|help|.*\bpivot.*|charts?\d*|graphs?|dashboard|legend|key|glossary|metadata|definitions?
    |change[\ _-]?log|version(?:s|\ history)?|summary|overview|look[\ _-]?ups?|lists|drop[\ _-]?downs?|code[\ _-]?book|(?:data[\ _-])?dictionary
    |variables?|settings?|param(?:eter)?s?|config\w*|template
    |deckblatt|titelblatt|inhalt\w*|hinweise?|anleitung|notizen|[üu]bersicht|legende|erl[äa]uterung\w*|diagramm\w*|portada|notas|[íi]ndice|resumen
    |instrucciones|leyenda|couverture|sommaire|lisez[\ _-]?moi|r[ée]sum[ée]|l[ée]gende
    """
)
_PIVOT = re.compile(
    r"(?i)(row|column) labels|grand total|(sum|count|average|max|min) of \w|(zeilen|spalten)beschriftungen|gesamtergebnis|(summe|anzahl|mittelwert) von \w"
    r"|étiquettes de (lignes|colonnes)|total général|(somme|nombre|moyenne) de \w|etiquetas de (fila|columna)|total general|(suma|cuenta|promedio) de \w"
)


@dataclass(frozen=True)
class Found:
    """The table in a sheet, its header rows first, and what stood beside it: (row number in the file, words).

    The words are "" for a line of a text file that the sheet does not hold, having but one cell.
    """

    sheet: Sheet
    notes: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class _Row:
    """One row as it is looked at: its number in the file, and its filled cells by column."""

    number: int
    cells: dict[int, str] = field(default_factory=dict)

    @property
    def first(self) -> int:
        return min(self.cells, default=0)

    @property
    def texts(self) -> list[str]:
        return list(self.cells.values())

    def __len__(self) -> int:
        return len(self.cells)


def table(sheet: Sheet) -> Found:
    """The table of a sheet without titles, notes and empty columns beside it; the sheet itself where it has none."""
    found = Found(sheet)
    while (next_ := _once(found)) is not found:
        found = next_
    return found


def chosen(found: Sequence[Found]) -> Found:
    """Of several sheets the one that most likely holds the table: the largest that looks like one."""
    return max(found, key=lambda at: (_plausible(at.sheet), at.sheet.cells.num_rows * at.sheet.cells.num_columns))


def _once(found: Found) -> Found:
    """The table after one look at the edges; the same object where there is nothing to leave aside."""
    sheet, rows = found.sheet, found.sheet.cells.num_rows
    if not rows or not sheet.cells.num_columns or sheet.dictionary:  # a data file holds nothing but its table
        return found
    head = _rows(sheet, 0, min(rows, HEAD))
    tail = _rows(sheet, max(rows - TAIL, 0), rows)
    above = _titles(head)
    body = head[above:]
    below = _notes(body, [row for row in tail if row.number > body[0].number])
    last = sheet.number(rows - 1 - below)
    ragged = [one for one in sheet.ragged if not _is_line(one, head[above].number, last)]
    start, stop = _edges(sheet.cells, above, rows - below)
    if not above and not below and (start, stop) == (0, sheet.cells.num_columns) and len(ragged) == len(sheet.ragged):
        return found
    aside = [(row.number, " ".join(row.texts)) for row in head[:above] + tail[len(tail) - below :] if row.cells]
    aside += [(one[0], "") for one in sheet.ragged if one not in ragged]
    cut = replace(
        sheet,
        cells=_part(sheet.cells, above, rows - below, start, stop),
        ragged=ragged,
        true_dates=frozenset(place - start for place in sheet.true_dates if start <= place < stop),
        numbers=_numbers(sheet, above, rows - below),
    )
    return Found(cut, tuple(sorted([*found.notes, *aside])))


def _rows(sheet: Sheet, start: int, stop: int) -> list[_Row]:
    columns = [column.slice(start, stop - start).to_pylist() for column in sheet.cells.columns]
    found = []
    for place, cells in enumerate(zip(*columns, strict=True), start=start):
        texts = ((column, cell.strip(_SPACE)) for column, cell in enumerate(cells) if cell)
        found.append(_Row(sheet.number(place), {column: text for column, text in texts if text}))
    return found


# Above


def _titles(head: Sequence[_Row]) -> int:
    """How many rows stand above the first row of the header; 0 where that cannot be told."""
    separate = _separate(head)
    for place, row in enumerate(head):
        following = [one for one in head[place + 1 :] if not _is_labelled(one)]
        width = max(map(len, following), default=0)
        if row.cells and place >= separate and not _is_title(row, following, width):
            return place
    return 0


def _separate(head: Sequence[_Row]) -> int:
    """How many rows of one or two cells at the top are set apart from a wide table by a blank row."""
    apart = 0
    for place, row in enumerate(head[:-1]):
        width = max(map(len, head[place + 1 :]))
        if len(row) > 2 or width < WIDE:
            break
        if head[place + 1].number > row.number + 1 or not head[place + 1].cells:
            apart = place + 1
    return apart


def _is_labelled(row: _Row) -> bool:
    """Whether a row is labels, each with what it labels: From: 2024-01-01 To: 2024-01-31."""
    texts = row.texts
    return len(row) % 2 == 0 < len(row) and all(
        label.endswith(":") and not said.endswith(":") for label, said in zip(texts[::2], texts[1::2], strict=True)
    )


def _is_title(row: _Row, following: Sequence[_Row], width: int) -> bool:
    if _is_labelled(row) and 2 < width >= len(row):
        return True
    if width < len(row) or width == len(row) > 1:
        return False
    texts, under = row.texts, following[0]
    is_apart = under.number > row.number + 1 or not under.cells
    is_clear = bool(_BESIDE.match(texts[0]))
    is_question = any(text.endswith("?") for text in texts)
    left = min(one.first for one in following if len(one) * 2 >= width)
    if width < 3:  # a list, or names with a number each: only what nobody would call a column
        if len(row) > 1 or is_question or row.first > left:
            return False
        if width == 1:
            return is_clear and is_apart
        return is_clear or _words(texts[0]) >= (2 if is_apart else PROSE)
    if len(row) > (2 if width >= WIDE else 1):  # only a sentence that was cut at its commas
        return is_clear and row.first <= left and len(row) == 3 and width > WIDE and _words(texts[0]) >= PROSE
    if is_clear and (len(row) == 1 or _words(texts[0]) >= PROSE):
        return True
    # Headings of groups of columns stand over the columns, from the second on, and close to the header.
    if row.first > left or is_question:
        return False
    # A header in two rows leaves a gap under the name that stands in the first.
    is_over_gap = row.first == left and row.first not in under.cells and not is_apart
    if len(row) == 1:
        return not is_over_gap or _words(texts[0]) >= PROSE
    return _is_value(texts[1]) and not is_over_gap


# Below


def _notes(body: Sequence[_Row], tail: Sequence[_Row]) -> int:
    """How many rows at the end stand below the table."""
    width = max(map(len, body))
    if width < 2:
        return 0
    most = 2 if width >= WIDE else 1
    start = len(tail)
    while start and len(tail[start - 1]) <= most:
        start -= 1
    looked_at = {row.number: row for row in (*body[1:], *tail) if row.cells}.values()
    left = min(row.first for row in (body[0], *looked_at) if len(row) > most)
    names = {row.cells.get(left, "") for row in looked_at if len(row) > most or _is_sparse(row)}
    notes, is_apart, is_below = 0, False, False
    before = tail[start - 1].number if start else body[0].number
    for row in tail[start:]:
        is_apart = is_apart or row.number > before + 1 or not row.cells
        before = row.number
        if not row.cells or _is_note(row, left, width, names, is_apart=is_apart, is_below=is_below):
            notes += 1
            is_below = is_below or (bool(row.cells) and _is_clear(row))
        else:  # a row of the table after all, and so is what stands above it
            notes, is_apart, is_below = 0, False, False
    return notes


def _is_sparse(row: _Row) -> bool:
    """Whether a row of one or two cells is one of the table's beyond doubt: an id or a date, and perhaps an answer."""
    return not _words(row.texts[0]) and not _is_clear(row)


def _is_clear(row: _Row) -> bool:
    return bool(_BESIDE.match(": ".join(text.rstrip(":") for text in row.texts) if len(row) == 2 else row.texts[0]))


def _is_note(row: _Row, left: int, width: int, names: set[str], *, is_apart: bool, is_below: bool) -> bool:
    """Whether a row of one or two cells is none of the table's.

    `names` are what stands in the first column of the table's rows, `is_below` says that a clear note is above.
    """
    texts, is_clear = row.texts, _is_clear(row)
    if texts[0] in names:
        return False
    if row.first > left:  # perhaps an answer in words and nothing else
        return is_clear and is_apart and len(row) == 1 and width > 2
    if len(row) == 2:
        return (is_clear or is_below) and (texts[0].endswith(":") or is_apart)
    words, usual = _words(texts[0]), max(map(_words, names), default=0)
    if is_clear:
        return width > 2 or usual < PROSE or is_apart
    if width < 3 or _is_date(texts[0]):
        return False
    if is_below:
        return True
    if not names:  # no row of the table to compare with
        return is_apart and words >= PROSE
    return words >= max(PROSE, usual + (1 if is_apart else PROSE))


def _is_line(ragged: tuple[int, int, int], first: int, last: int) -> bool:
    """Whether a record that does not fit is a line of words above the table or below it."""
    number, cells, expected = ragged
    return cells == 1 and expected > 2 and not first < number < last


# Cells


def _words(text: str) -> int:
    return sum(bool(_WORD.fullmatch(part)) for part in text.split())


def _is_date(text: str) -> bool:
    return values.parse_date(text, "dmy") is not None or values.parse_date(text, "mdy") is not None


def _is_value(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text)) or _is_date(text) or values.parse_span(text, "first") is not None


# Columns


def _edges(cells: pa.Table, first: int, stop: int) -> tuple[int, int]:
    """The first column with anything in these rows, and the one after the last."""
    left, right = 0, cells.num_columns
    while left < right - 1 and _is_blank(cells.column(left), first, stop):
        left += 1
    while right - 1 > left and _is_blank(cells.column(right - 1), first, stop):
        right -= 1
    return left, right


def _is_blank(column: pa.ChunkedArray, first: int, stop: int) -> bool:
    looked = column.slice(first, min(HEAD, stop - first))
    if any(cell.strip(_SPACE) for cell in looked.to_pylist()):
        return False
    rest = column.slice(first, stop - first)
    if not pc.max(pc.binary_length(rest)).as_py():
        return True
    return not pc.max(pc.binary_length(pc.utf8_trim(rest, characters=_SPACE))).as_py()


def _part(cells: pa.Table, first: int, stop: int, left: int, right: int) -> pa.Table:
    part = cells.slice(first, stop - first).select(list(range(left, right)))
    return part.rename_columns([str(place) for place in range(right - left)])


def _numbers(sheet: Sheet, first: int, stop: int) -> pa.Array | None:
    if sheet.numbers is not None:
        return sheet.numbers.slice(first, stop - first)
    return pa.array(np.arange(first + 1, stop + 1), pa.int64()) if first else None


# Of several sheets


def _plausible(sheet: Sheet) -> int:
    """How much a sheet looks like a table of its own: 3 in form and name, 2 in form, 1 hardly, 0 not at all."""
    rows = _rows(sheet, 0, min(sheet.cells.num_rows, HEAD))
    width = max(map(len, rows), default=0)
    if len(rows) < 2 or width < 2:
        return 0
    header = max(rows[:3], key=len)
    # Years may head columns; amounts do not.
    amounts = sum(bool(_NUMBER.fullmatch(text)) and not _is_value_of_time(text) for text in header.texts)
    is_headed = 2 * len(header) >= width and 4 * amounts <= len(header)
    is_pivot = any(_PIVOT.match(text) for row in rows[:4] for text in row.texts)
    if not is_headed or is_pivot:
        return 1
    filled = [row for row in rows[1:] if len(row) >= 2]
    if 2 * len(filled) < len(rows) - 1:
        return 1
    return 2 if _ASIDE.fullmatch(sheet.name.strip(_SPACE + "0123456789()_.-")) else 3


def _is_value_of_time(text: str) -> bool:
    return _is_date(text) or (values.parse_span(text, "first") is not None and "1900" <= text[:4] < "2100")
