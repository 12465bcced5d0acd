"""A survey as its tool exported it, laid out plainly: one field a column, one row a response.

Every vendor's module (keel/surveys/) turns its sheet of text cells into a `Form`; what the answers are worth
(scales, roles, several choices, missing words) is decided once for all of them in `keel.questionnaires`.
"""

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from keel.sheets import Sheet

# What a column is used for. Only questions are counted; a detail is a column that may group people (embedded data, a
# custom field); of the rest, what the person's machine or the tool wrote, nothing is taken in.
USES = (
    "question",
    "detail",
    "answered_on",
    "started_on",
    "response_id",
    "respondent",
    "customer_id",
    "invited",
    "meta",
)

STATUSES = ("", "partial", "test")  # of a response: complete, not finished, somebody trying the survey out

LOOK_AHEAD = 15  # rows in which a header is looked for
ENOUGH = 5_000  # distinct cells of a column tell what it holds


@dataclass(frozen=True)
class Field:
    """One column of the export.

    `text` is the question as the person answering read it, without markup. Columns that belong to one question
    (options of a multiple choice, statements of a matrix) share `of`, the question, and differ in `option`.
    `labels` says what the codes in the cells stand for, where the tool says so apart from them. `joined` is what
    stands between the choices of a multiple choice in one cell. `several` says that the columns of one `of` are
    the options of a multiple choice; None leaves it to their cells. `is_open` says that the answers are words of
    their own, however few there are.
    """

    text: str
    use: str = "question"
    key: str = ""
    of: str = ""
    option: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    joined: str = ""
    several: bool | None = None
    is_open: bool = False


@dataclass(frozen=True)
class Form:
    """A survey: the module's name, a field for each column of `cells`, in their order; a row of `cells` for each response.

    `numbers` are the rows' numbers in the file as a person counts; `statuses` one of STATUSES for each row, or
    empty when the tool tells none. `dates` is how the tool writes its dates (dmy, mdy, ymd), "" to find out.
    `notes` are sentences for the person importing.
    """

    vendor: str
    fields: tuple[Field, ...]
    cells: pa.Table
    numbers: pa.Array
    statuses: tuple[str, ...] = ()
    dates: str = ""
    notes: tuple[str, ...] = ()


def rows(sheet: Sheet, most: int = LOOK_AHEAD) -> list[list[str]]:
    """The first rows of a sheet, every cell trimmed of space (no-break spaces and marks too)."""
    return [[_trimmed(str(cell)) for cell in row.values()] for row in sheet.cells.slice(0, most).to_pylist()]


def find(sheet: Sheet, is_header: Callable[[list[str]], bool]) -> int | None:
    """The place of the first row, among those in which a header is looked for, that is one; None where none is."""
    return next((place for place, cells in enumerate(rows(sheet)) if is_header(cells)), None)


def below(sheet: Sheet, header_rows: int) -> tuple[pa.Table, pa.Array]:
    """The rows under so many header rows, and their numbers in the file."""
    cells = sheet.cells.slice(header_rows)
    if sheet.numbers is not None:
        return cells, sheet.numbers.slice(header_rows).cast(pa.int32())
    return cells, pa.array(range(header_rows + 1, sheet.cells.num_rows + 1), pa.int32())


def kept(cells: pa.Table, numbers: pa.Array, keep: Sequence[bool]) -> tuple[pa.Table, pa.Array]:
    """Only the rows that are to be kept."""
    mask = pa.array(keep, pa.bool_())
    return cells.filter(mask), numbers.filter(mask)


def column(cells: pa.Table, place: int) -> list[str]:
    """One column of the rows, every cell trimmed."""
    encoded = cells.column(place).combine_chunks().dictionary_encode()
    words = [_trimmed(word) for word in encoded.dictionary.to_pylist()]
    return [words[index] for index in encoded.indices.to_pylist()]


def distinct(cells: pa.Table, place: int) -> set[str]:
    """The distinct trimmed texts of one column that are not empty."""
    return {_trimmed(word) for word in pc.unique(cells.column(place)).to_pylist()} - {""}


def first_words(column: pa.ChunkedArray) -> list[str]:
    """The distinct trimmed texts of a column that are not empty, in order: as many as tell what it holds."""
    return list(dict.fromkeys(filter(None, map(_trimmed, pc.unique(column).slice(0, ENOUGH).to_pylist()))))


def are(pattern: re.Pattern[str], words: Iterable[str]) -> bool:
    """Whether there are words, and each is of this form."""
    filled = list(filter(None, words))
    return bool(filled) and all(pattern.fullmatch(word) for word in filled)


def own(text: str, taken: set[str]) -> str:
    """The words of a question with options, with a number where one of those taken has the same; then taken too."""
    number, found = 1, text
    while found in taken:
        number += 1
        found = f"{text} ({number})"
    taken.add(found)
    return found


def filled_forward(cells: Iterable[str]) -> list[str]:
    """A header row with the gaps of merged cells filled by what stands before them."""
    filled: list[str] = []
    for cell in cells:
        filled.append(cell or (filled[-1] if filled else ""))
    return filled


_TAG = re.compile(r"<(?:/?[A-Za-z][^<>]*|!--.*?--)>", re.DOTALL)


def clean(text: str) -> str:
    """Words as a person reads them: without tags, entities, piped fields and line ends."""
    bare = html.unescape(_TAG.sub(" ", html.unescape(text)))
    bare = re.sub(r"\{\{[^{}]*\}\}|\$\{[a-z]+://[^{}]*\}", "…", bare)
    return re.sub(r"\s+([,.;:?!])(?=\s|$)", r"\1", _trimmed(re.sub(r"\s+", " ", bare)))


def _trimmed(text: str) -> str:
    return text.strip(" \t\r\n\v\f\u00a0\u200b\u200e\u200f\u202f\ufeff")
