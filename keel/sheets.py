"""Sheets of text cells out of the bytes of any file a person uploads.

The content decides what a file is, never its name. Every cell arrives as text, as it was written; what the
text means is decided elsewhere. Whatever cannot be read is refused with one sentence (InputError).
"""

import codecs
import csv
import datetime
import gzip
import hashlib
import io
import json
import math
import os
import re
import stat
import struct
import subprocess
import sys
import zipfile
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from html.parser import HTMLParser
from importlib.abc import MetaPathFinder
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from keel.errors import InputError

FILE_LIMIT = 1 << 30  # bytes on disk: twenty times the largest order export seen (48 MB)
UNPACKED_LIMIT = 2 << 30  # bytes of text out of a gzip, which shrinks an order export to a sixth
MOST_SHRUNK, SHRUNK_FROM = 200, 256 << 20  # a gzip of so many bytes or more in so few is of one line over and over
CELLS_LIMIT = 160_000_000  # of a text file: ten million rows by sixteen columns; each costs its text and 4 bytes
WORKBOOK_LIMIT = 500_000_000  # inflated bytes of a workbook: a full sheet of 1,048,576 rows by 15 columns
WORKBOOK_MEMORY = 3 << 30  # bytes: calamine lays cells out densely, 32 bytes each, then come the texts
WORKBOOK_SECONDS = 120  # a workbook at the limit takes about 30 s on one core
RECORD_LIMIT = 1_000_000  # characters: beyond this a "row" is a swallowed file, not something a person wrote
WIDTH_LIMIT = 16_384  # columns, as many as Excel has
MOST_TABLES = 1_000  # of a web page: no export has more, and each becomes a sheet
SPANNED_COLUMNS, SPANNED_ROWS = 1_000, 65_534  # the most one cell may span, as in browsers
SAMPLE_BYTES, SAMPLE_RECORDS = 1 << 20, 50  # enough to see past a title and a few ragged rows

# Never text a person typed: removed, apart from tab and line ends; soft line breaks become spaces.
_ODD = bytes(code for code in range(32) if code not in b"\t\n\r\v\f")
_SPACED = bytes.maketrans(b"\v\f", b"  ")
_TIDY = {code: None for code in _ODD} | {11: " ", 12: " "}
_END = "\0"  # cannot occur in tidied text: a last record of our own that shows whether all quotes closed
_NO_SEPARATOR = "\x1f"  # likewise: the separator of a file that has a single column

# What gzip and zipfile raise on damaged bytes; gzip's BadGzipFile is an OSError.
_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    OverflowError,
)
_TABLE_ITSELF = "Export the table itself and upload that."
_FOREIGN = (  # what the first bytes look like, what that is, the way out
    (rb"%PDF", "this is a PDF", _TABLE_ITSELF),
    (rb"\x89PNG|\xff\xd8\xff|GIF8", "this is a picture", _TABLE_ITSELF),
    (rb"\x7fELF|MZ.\0", "this is a program", "Choose the file that holds the table."),
    (rb"PAR1", "this is a Parquet file", "Write it out as CSV and upload that."),
    (rb"\x1f\x8b", "this is a gzip within a gzip", "Unpack it once and upload that."),
    (
        rb"Rar!|7z\xbc\xaf|BZh\d|\xfd7zXZ|\x28\xb5\x2f\xfd",
        "this is an archive",
        "Unpack it and upload the table.",
    ),
    (rb"\s*(\{\s*\"|\[\s*\{)", "this is JSON", "Write it out as CSV and upload that."),
)
_PAGE = re.compile(rb"(?i)(\xef\xbb\xbf)*\s*<(!--|(!doctype|\?xml|html|head|meta|body|style|div|table)\b)")
_SPSS = {b"$FL2": "sav", b"$FL3": "zsav"}
_NOUNS = {"sav": "SPSS file", "zsav": "SPSS file", "html": "web page"}  # all else is a workbook


@dataclass(frozen=True)
class Sheet:
    """One table of text cells, header rows included, and how it was read.

    `cells` has columns "0", "1", ... of text without nulls; rows with no text are left out. `ragged` lists
    the records left out because their width is another: (record number, cells found, cells expected).
    `encoding` is that of the text, or the kind of another file (xlsx, xls, ods, sav, zsav, html); `separator`
    is "" there and in a file of one column. `true_dates` are the columns whose cells, from the first date down,
    were dates in the workbook. `numbers` holds the record numbers when they are not simply 1, 2, 3, ...
    `dictionary` is what an SPSS file says of each variable, by the name in the first row: its "label"; "labels", code
    as in the cells -> words, those of missing codes left out; its "measure" (nominal, ordinal, scale, unknown); its
    "type" (number, text, date, datetime, time); and, of a variable in a multiple-response set, "set": its "name", "label",
    "kind" (dichotomy: each variable is an option; category: each holds one of the choices) and the code "counted" ("" if not told).
    """

    name: str
    cells: pa.Table
    ragged: list[tuple[int, int, int]]
    encoding: str
    separator: str
    true_dates: frozenset[int] = frozenset()
    numbers: pa.Array | None = None
    dictionary: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def number(self, i: int) -> int:
        """The record number in the file, from 1, of row i (from 0) of the cells."""
        return i + 1 if self.numbers is None else int(self.numbers[i].as_py())


def fingerprint(content: bytes) -> str:
    """The SHA-256 of the bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def load(path: str | os.PathLike[str], *, limit: int = FILE_LIMIT) -> bytes:
    """The bytes of the file at path; InputError if there is none or it is above limit bytes."""
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            raise InputError(f"{path}: this is a folder; a file was expected. Name one file in it.")
        if not stat.S_ISREG(found.st_mode):
            raise InputError(f"{path}: this is a device or a pipe; a file was expected. Save its content to a file.")
        if found.st_size > limit:  # asked before reading: the file may be larger than the memory
            raise _too_large(str(path), found.st_size, limit)
        with open(path, "rb") as file:
            content = file.read(limit + 1)
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file; a readable file was expected. Check the path.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"{path}: it cannot be read ({reason}); a readable file was expected. Check its rights."
        ) from error
    if len(content) > limit:  # it grew in between
        raise _too_large(str(path), len(content), limit)
    return content


def unpack(content: bytes, *, name: str, limit: int = UNPACKED_LIMIT) -> bytes:
    """The content, un-gzipped if it is a gzip; InputError if damaged, cut short or above limit bytes."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    whole = io.BytesIO()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            while piece := packed.read(1 << 20):
                if whole.tell() + len(piece) > limit:
                    raise _too_large(name, whole.tell() + len(piece), limit, "unpacks to")
                whole.write(piece)
                if whole.tell() > max(SHRUNK_FROM, MOST_SHRUNK * len(content)):
                    raise _refused(
                        name,
                        f"it unpacks to more than {MOST_SHRUNK} times its size, as no table does",
                        "Unpack it, look inside and upload the table.",
                    )
    except _DAMAGES as error:
        found = "the gzip is cut short" if isinstance(error, EOFError) else "the gzip is damaged"
        raise InputError(f"{name}: {found}; a whole file was expected. Download or pack it again.") from error
    return whole.getvalue()


def read(content: bytes, *, name: str, limit: int = UNPACKED_LIMIT) -> list[Sheet]:
    """The sheets in the content: one for a text or SPSS file, one for each sheet with cells in a workbook, one for
    each table of two rows or more in a web page.

    InputError if it is no table. limit: the most bytes the content may have once un-gzipped.
    """
    content = unpack(content, name=name, limit=limit)
    if len(content) > limit:
        raise _too_large(name, len(content), limit)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _apart(content, name=name, kind=_zip_kind(content, name=name))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise _locked(name)
        return _apart(content, name=name, kind="xls")
    if content[:4] in _SPSS:
        inflated = _spss_inflated(content)
        if inflated > WORKBOOK_LIMIT:
            raise _too_large(name, inflated, WORKBOOK_LIMIT, "unpacks to")
        return _apart(content, name=name, kind=_SPSS[content[:4]])
    for start, found, way_out in _FOREIGN:
        if re.match(start, content):
            raise _refused(name, found, way_out)
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if _PAGE.match(content[:1024].decode("utf-16", "replace").encode() if marked else content):
        if not re.search(rb"(?i)<\0?t\0?a\0?b\0?l\0?e", content):
            raise _no_table(name)
        return _apart(content, name=name, kind="html")
    if not marked and b"\0" in content[:65536]:
        raise _refused(name, "this is a binary file", "Export the table itself and upload that.")
    data, encoding = _decode(content, name=name)
    while data.startswith(codecs.BOM_UTF8):  # a mark written twice, or in front of a file joined on
        data = data[3:]
    # In UTF-8 a byte below 128 is always that character; so tidying may work on the bytes.
    data = data.translate(_SPACED, _ODD)
    if b"\r\r\n" in data:  # every LF of CR LF made CR LF once more
        data = data.replace(b"\r\r\n", b"\r\n")
    if not data[:65536].strip() and not data.strip():
        raise _refused(name, "the file is empty", "Export it again and look inside before uploading.")
    sheet = _text(data, name=name, encoding=encoding)
    if not sheet.cells.num_rows:
        raise _refused(name, "no cell holds anything", "Export it again and look inside before uploading.")
    return [sheet]


def _refused(name: str, found: str, way_out: str) -> InputError:
    return InputError(f"{name}: {found}; a table as CSV, TSV, XLSX, XLS or ODS was expected. {way_out}")


def _locked(name: str) -> InputError:
    return _refused(name, "the workbook is locked with a password", "Save a copy without one and upload that.")


def _no_table(name: str) -> InputError:
    return _refused(
        name,
        "this is a web page (HTML or XML)",
        "Open it in a spreadsheet program, save it as XLSX and upload that.",
    )


def _too_large(name: str, found: int, limit: int, verb: str = "has") -> InputError:
    least = "at least " if verb == "unpacks to" else ""
    return InputError(
        f"{name}: it {verb} {least}{found:,} bytes; at most {limit:,} were expected. Split it, by year for example."
    )


# Text: encoding, separator, records


def _decode(content: bytes, *, name: str) -> tuple[bytes, str]:
    """The text as UTF-8 without a mark, and the encoding it was found in."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if content.startswith(mark):
            body = content[len(mark) :]
            try:
                text = body.decode(encoding.removesuffix("-sig"))
            except UnicodeDecodeError as error:
                # A mark is a promise; falling back would garble every accent in the file.
                promised, place = encoding.upper()[:6].rstrip("-"), error.start + len(mark) + 1
                found = f"it is marked as {promised} but byte {place:,} is not"
                raise _refused(name, found, "Export it again.") from error
            return (body if encoding == "utf-8-sig" else text.encode()), encoding
    try:
        decoder = codecs.getincrementaldecoder("utf-8")()
        view = memoryview(content)
        for start in range(0, len(view), 1 << 20):  # in pieces: no second copy of a large file
            decoder.decode(view[start : start + (1 << 20)])
        decoder.decode(b"", final=True)
        return content, "utf-8"
    except UnicodeDecodeError:
        encoding = _single_byte(content)
        # Bytes cp1252 leaves undefined become the replacement sign when all else speaks for cp1252.
        return content.decode(encoding, errors="replace").encode(), encoding


# An accent stands inside or at the end of a word; a symbol seldom does. So for each encoding: the bytes,
# with what stands around them, that are accents (or quotes) there and improbable in the other.
_MAC = re.compile(
    rb"[\x81\x8d\x8f\x90\x9d]"  # undefined in cp1252
    rb"|(?<=[A-Za-z])[\x87-\x8a\x8c\x8e\x98\x9a\x9e\x9f](?![A-Z])"  # á à â ä å é ò ö û ü
    rb"|(?<=[A-Za-z])[\x8b\x91\x93-\x95\x99\x9b\xa7\xbe\xbf](?=[a-z])"  # ã ë ì î ï ô õ ß æ ø
    rb"|(?<=[A-Za-z])\x9c(?=[a-hj-tv-z])"  # ú; before i and u it is the œ of œil and sœur
    rb"|(?<=[AEIOUaeiou])\x96(?=[aeiou])"  # ñ between vowels; elsewhere a dash of cp1252
    rb"|(?<=[a-z])[\xc9\xd3](?![A-Za-z])|(?<=[a-z])\xd5(?=[a-z])"  # … ” after, ’ within a word
)
_CP1252 = re.compile(
    rb"(?<=[a-z])[\xdf-\xf6\xf8-\xff]|(?<=[A-Z])[\xdf-\xf6\xf8-\xff](?=[a-z])"  # ß to ÿ; capitals on a Mac
    rb"|(?<=[A-Za-z])\x92(?=(s|t|d|m|re|ll|ve)\b)"  # ’
    rb"|(?<![A-Za-z])[\x91\x93](?=[A-Za-z])|(?<= )\x96(?= )"  # ‘ “ –
)


def _single_byte(content: bytes) -> str:
    """cp1252, or mac_roman if more of the bytes beyond ASCII make sense in that."""
    votes = 0
    for high in islice(re.finditer(rb"[\x80-\xff]", content), 20_000):
        place = high.start()
        votes += bool(_MAC.match(content, place)) - bool(_CP1252.match(content, place))
    return "mac_roman" if votes > 0 else "cp1252"


def _text(data: bytes, *, name: str, encoding: str) -> Sheet:
    """The one sheet in tidied UTF-8 text: quickly if nothing about it is odd, carefully otherwise."""
    _check_lines(data, name=name)
    # Excel's own hint, "sep=;", leaves an empty line behind so that the records keep their numbers.
    if hint := re.match(rb"\"?sep=([,;|\t])\"?(?=[\r\n])", data):
        separator, data = hint[1].decode(), data[hint.end() :]
    else:
        separator = _separator(data)
    rows = max(data.count(b"\n"), data.count(b"\r"))
    if rows * _width(_sample(data, separator, True)) > CELLS_LIMIT:
        found = f"it has {rows:,} lines and more than {CELLS_LIMIT:,} cells"
        raise _refused(name, found, "Split it, by year for example, or leave columns out.")
    quotes = b'"' in data
    shown = "" if separator == _NO_SEPARATOR else separator

    def carefully(quoted: bool, strict: bool) -> Sheet:
        width = _width(_sample(data, separator, quoted))
        if width > WIDTH_LIMIT:
            raise _refused(name, f"it has {width:,} columns, more than {WIDTH_LIMIT:,}", "Export fewer columns.")
        ragged: list[tuple[int, int, int]] = []
        records = enumerate(_records(data, separator, quoted, strict, name), start=1)
        cells, numbers = _assemble(_fitting(records, width, ragged), width)
        return Sheet(name, cells, ragged, encoding, shown, numbers=numbers)

    if not quotes or separator != "\t":
        quick = _quickly(data, separator, quotes)
        if quick is not None:
            return Sheet(name, quick, [], encoding, shown)
        try:
            return carefully(True, False)
        except InputError:
            if quotes:  # a stray quote may have swallowed the rest: without quoting, does every row fit?
                bare = carefully(False, False)
                if not bare.ragged:
                    return bare
            raise
    # Tab-separated text is often written with raw quotes inside cells, and as often quoted properly. Fewer
    # ragged rows decide, then more rows (nothing swallowed), then the stricter reading.
    readings: list[Sheet] = []
    troubles: list[InputError] = []
    for quoted, strict in ((True, True), (False, False), (True, False)):
        if quoted and not strict and not troubles:
            break  # the strict reading went through; the lenient one would be the same
        try:
            readings.append(carefully(quoted, strict))
        except InputError as trouble:
            troubles.append(trouble)
    if not readings:
        raise troubles[0]
    return min(readings, key=lambda sheet: (len(sheet.ragged), -sheet.cells.num_rows))


def _check_lines(data: bytes, *, name: str) -> None:
    """Nothing; InputError if a line is longer than RECORD_LIMIT bytes. Leaps from line end to line end."""
    start = 0
    while start + RECORD_LIMIT < len(data):
        end = max(data.rfind(mark, start, start + RECORD_LIMIT + 1) for mark in (b"\n", b"\r"))
        if end < 0:
            line = len(re.findall(rb"\r\n|\r|\n", data[:start])) + 1
            raise _overlong(f"{name}, line {line:,}")
        start = end + 1


def _overlong(where: str) -> InputError:
    return InputError(
        f"{where}: it is longer than {RECORD_LIMIT:,} characters; rows of a table were expected. "
        "Look for a missing line end or a quotation mark that never closes."
    )


def _records(data: bytes, separator: str, quoted: bool, strict: bool, name: str) -> Iterator[list[str]]:
    """The records of the text, blank ones included; InputError on an overlong one or a quote left open."""
    csv.field_size_limit(RECORD_LIMIT)
    lines = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
    reader = csv.reader(
        chain(lines, [_END]),
        delimiter=separator,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        strict=strict,
    )
    number = line = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if cells and cells[-1][-1:] == _END:
                if cells == [_END]:
                    return
                break  # the end was swallowed by an open quote
            # Of single lines the length is known to be right; only a record of several can exceed it.
            if reader.line_num > line + 1 and sum(map(len, cells)) > RECORD_LIMIT:
                raise _overlong(f"{name}, record {number:,}")
            line = reader.line_num
            yield cells
    except csv.Error as error:
        if "field limit" in str(error):
            raise _overlong(f"{name}, record {number + 1:,}") from error
        number += 1
    raise InputError(
        f"{name}, record {number:,}: a quotation mark opens a cell and is not closed rightly; "
        "quotes in pairs were expected. Write a quotation mark inside a cell twice."
    )


def _sample(data: bytes, separator: str, quoted: bool, strict: bool = False) -> list[list[str]]:
    """The first records that are not blank, as far as they can be read."""
    sample: list[list[str]] = []
    try:
        records = _records(data[:SAMPLE_BYTES], separator, quoted, strict, "")
        sample.extend(islice((cells for cells in records if any(map(str.strip, cells))), SAMPLE_RECORDS))
    except InputError:
        pass  # only a look ahead: the reading proper meets the same trouble and says so
    return sample


def _usual(widths: list[int]) -> int:
    """The most frequent width; among equals the first record's, then the larger."""
    counts = Counter(widths)
    return max(counts, key=lambda width: (counts[width], width == widths[0], width))


def _separator(data: bytes) -> str:
    """The separator that cuts the first records most evenly; _NO_SEPARATOR if none does."""
    best, best_score = _NO_SEPARATOR, 0.0
    # On equal terms a comma is more likely part of the text (1,5) than a tab or a semicolon.
    for separator, quoted in (("\t", True), ("\t", False), (";", True), ("|", True), (",", True)):
        sample = _sample(data, separator, quoted)
        widths = [len(cells) for cells in sample]
        if not widths or (usual := _usual(widths)) == 1:
            continue
        share = widths.count(usual) / len(widths)
        first = sample[0]
        headed = len(first) >= usual and not any(first[usual:])  # a header may trail an empty cell
        # Under a title line the evidence must be stronger: prose with a comma a line looks like two columns.
        if not headed and (share < 0.5 or (usual == 2 and share < 0.9)):
            continue
        score = share + 0.2 * headed
        if quoted and len(_sample(data, separator, True, strict=True)) < len(sample):
            score -= 0.1  # it cuts through something that another separator finds whole in quotes
        if score > best_score:
            best, best_score = separator, score
    return best


def _width(sample: list[list[str]]) -> int:
    """The cells of the first record, or of most others if it is a title or only trails empty cells."""
    first = len(sample[0]) if sample else 1
    widths = [len(cells) for cells in sample[1:]]
    if not widths:
        return first
    usual = _usual(widths)
    fits = first == 1 or (usual < first and not any(sample[0][usual:]))
    # a title may hold the separator: "Sales report, January 2024"
    fits = fits or (first < usual - 1 and len(widths) >= 3 and widths.count(usual) >= 0.9 * len(widths))
    return usual if fits and usual > 1 and widths.count(usual) * 2 > len(widths) else first


def _fitting(
    records: Iterable[tuple[int, list[str]]], width: int, ragged: list[tuple[int, int, int]]
) -> Iterator[tuple[int, list[str]]]:
    """The records of the width, blank ones left out; the others are entered in ragged."""
    above = True  # above the first record of full width stand titles, which are padded
    for number, cells in records:
        found = len(cells)
        if found == width and cells[0]:
            above = False
            yield number, cells
            continue
        if not any(cells) or (found == 1 < width and not cells[0].strip()):
            continue
        if found > width and not any(cells[width:]):
            cells = cells[:width]
        elif found < width and above:
            cells = cells + [""] * (width - found)
        above = above and found < width
        if len(cells) == width:
            yield number, cells
        else:
            ragged.append((number, found, width))


def _assemble(records: Iterator[tuple[int, list[str]]], width: int) -> tuple[pa.Table, pa.Array | None]:
    """Numbered records of one width as a table, and their numbers unless these are 1, 2, 3, ..."""
    schema = pa.schema([(str(i), pa.string()) for i in range(width)])
    batches, numbers = [], array("q")
    while chunk := list(islice(records, 1 + 400_000 // width)):  # few cells as Python text at any time
        numbers.extend(number for number, _ in chunk)
        columns = zip(*(cells for _, cells in chunk), strict=True)
        batches.append(pa.record_batch([pa.array(column, pa.string()) for column in columns], schema=schema))
    gaps = bool(numbers) and numbers[-1] != len(numbers)  # they rise: the last tells
    return pa.Table.from_batches(batches, schema), pa.array(numbers, pa.int64()) if gaps else None


def _quickly(data: bytes, separator: str, quotes: bool) -> pa.Table | None:
    """The cells that _records, _fitting and _assemble would give, but fast; None if anything is odd."""
    width = _width(_sample(data, separator, True))
    if width > WIDTH_LIMIT:
        return None
    if quotes:  # pyarrow takes an open quote at the end without a word; a last row of our own shows it
        line_end = b"" if data.endswith((b"\n", b"\r")) else b"\n"
        data += line_end + separator.join([_END] * width).encode()
    names = [str(i) for i in range(width)]
    try:
        cells = pa.csv.read_csv(
            pa.BufferReader(data),
            pa.csv.ReadOptions(column_names=names, block_size=4 << 20),  # four of the longest lines
            pa.csv.ParseOptions(delimiter=separator, newlines_in_values=quotes, ignore_empty_lines=False),
            pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid:
        return None  # a ragged row, an empty line: pyarrow does not number them rightly across its threads
    if quotes:
        if not cells.num_rows or cells["0"][-1].as_py() != _END:
            return None
        cells = cells.slice(0, cells.num_rows - 1)
    size = reduce(pc.add, (pc.binary_length(column) for column in cells.columns))
    if not cells.num_rows or pc.max(size).as_py() > RECORD_LIMIT or pc.min(size).as_py() == 0:
        return None  # an overlong record, or one of separators alone
    return cells


# Workbooks


def _zip_kind(content: bytes, *, name: str) -> str:
    """xlsx or ods; InputError if the zip is something else, damaged, or inflates to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            kind = "xlsx" if any(one.startswith("xl/workbook") for one in names) else ""
            if not kind and "mimetype" in names:
                with archive.open("mimetype") as mimetype:
                    kind = "ods" if b"opendocument.spreadsheet" in mimetype.read(200) else ""
    except _DAMAGES as error:
        raise _refused(name, f"the zip is damaged ({error})", "Download or save it again.") from error
    if not kind:
        raise _refused(name, "this is a zip without a workbook inside", "Unpack it and upload the table inside.")
    declared = sum(member.file_size for member in members)
    if declared > WORKBOOK_LIMIT:
        raise _too_large(name, declared, WORKBOOK_LIMIT, "unpacks to")
    total = 0  # what a member declares is a claim: inflate each once, keeping nothing
    for member in members:
        head = content[member.header_offset : member.header_offset + 30]
        if len(head) < 30:
            raise _refused(name, "the zip is damaged", "Download or save it again.")
        start = member.header_offset + 30 + sum(struct.unpack("<HH", head[26:30]))
        if member.compress_type != zipfile.ZIP_DEFLATED:
            total += member.compress_size
        else:
            inflater, end = zlib.decompressobj(-15), start + member.compress_size
            try:
                for place in range(start, end, 16_384):  # a piece inflates to 17 MB at the most
                    total += len(inflater.decompress(content[place : min(place + 16_384, end)]))
                    if inflater.eof or total > WORKBOOK_LIMIT:
                        break
            except zlib.error as error:
                raise _refused(name, f"the zip is damaged ({error})", "Download or save it again.") from error
        if total > WORKBOOK_LIMIT:
            raise _too_large(name, total, WORKBOOK_LIMIT, "unpacks to")
    return kind


# What is read in a process of its own: workbooks, SPSS files, web pages


def _apart(content: bytes, *, name: str, kind: str) -> list[Sheet]:
    """The sheets of the content that hold any text, in its own order.

    Read in a child process. calamine lays out the whole rectangle from the first to the last cell, so that one stray
    cell at XFD1048576 asks for 500 GB and takes its process down with it; the reader of SPSS files is written in C;
    the parser of web pages can be made to take its time.
    """
    noun = _NOUNS.get(kind, "workbook")
    folder = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH")]))
    try:
        child = subprocess.run(
            [sys.executable, "-c", "from keel import sheets; sheets._child()", kind],
            input=content,
            capture_output=True,
            env={**os.environ, "PYTHONPATH": path},
            timeout=WORKBOOK_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise _refused(
            name,
            f"the {noun} took longer than {WORKBOOK_SECONDS} seconds",
            "Save the sheet as CSV and upload that.",
        ) from error
    said = child.stderr.decode(errors="replace").strip()
    if child.returncode == _LOCKED:
        raise _locked(name)
    if child.returncode == _DAMAGED:
        raise _refused(name, f"the {noun} cannot be read ({said})", "Save it again as XLSX and upload that.")
    if child.returncode:
        raise _refused(
            name,
            f"the {noun} cannot be read within {WORKBOOK_MEMORY >> 30} GB of memory, or is damaged",
            "Look for a stray cell far right or far down, or save the sheet as CSV and upload that.",
        )
    found: list[Sheet] = []
    stream = pa.BufferReader(child.stdout)
    while stream.tell() < stream.size():
        table = pa.ipc.open_stream(stream).read_all()
        about = json.loads(table.schema.metadata[b"sheet"])
        numbers = table["number"].combine_chunks()
        cells = table.drop_columns("number").replace_schema_metadata(None)
        found.append(
            Sheet(
                about.get("name", name),
                cells,
                [],
                kind,
                "",
                frozenset(about.get("true_dates", ())),
                None if numbers[-1].as_py() == len(numbers) else numbers,
                about.get("dictionary", {}),
            )
        )
    if not found:
        raise (
            _no_table(name)
            if kind == "html"
            else _refused(name, "no sheet holds anything", "Save it again with the table inside.")
        )
    return found


_LOCKED, _DAMAGED = 3, 4  # how the child leaves; anything else is a crash

# A sheet on its way from the child: its cells, its record numbers (None for 1, 2, 3, ...), what is said of it.
_Made = tuple[pa.Table, pa.Array | None, dict[str, Any]]


class _WithoutPandas(MetaPathFinder):
    """Finds no pandas for Arrow, which looks for it at its first array: to load it takes longer than to read most workbooks."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "pandas":
            raise ImportError(name)


def _child() -> None:
    """Nothing: reads a file of the kind named in the arguments from standard input, writes its sheets as Arrow streams."""
    sys.meta_path.insert(0, _WithoutPandas())
    try:
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        memory = WORKBOOK_MEMORY if hard == resource.RLIM_INFINITY else min(hard, WORKBOOK_MEMORY)
        resource.setrlimit(resource.RLIMIT_AS, (memory, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash shall not leave its memory on disk
    except ImportError:
        pass  # Windows has no such limit; the timeout and the crash of the child alone still hold
    made = {"sav": _spss, "zsav": _spss, "html": _page}.get(sys.argv[1], _workbook)
    try:
        for cells, numbers, about in made(sys.stdin.buffer.read()):
            if not cells.num_rows:
                continue
            if numbers is None:
                numbers = pa.array(range(1, cells.num_rows + 1), pa.int64())
            table = cells.append_column("number", numbers).replace_schema_metadata({"sheet": json.dumps(about)})
            with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as stream:
                stream.write_table(table)
    except (InputError, OSError, ValueError) as error:
        sys.stderr.write(str(error))
        sys.exit(_DAMAGED)


def _workbook(content: bytes) -> Iterator[_Made]:
    """Every sheet of an XLSX, XLS or ODS workbook that has cells."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for about in book.sheets_metadata:
            if about.typ != SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(about.name)
            if not sheet.height or not sheet.width:
                continue
            dates: set[int] = set()
            broken: set[int] = set()
            # The rows calamine gives start at the first row of the sheet but at the first used column.
            rows = enumerate((_texts(row, dates, broken) for row in sheet.iter_rows()), start=1)
            cells, numbers = _assemble(_fitting(rows, sheet.width, []), sheet.width)
            yield cells, numbers, {"name": about.name, "true_dates": sorted(dates - broken)}
    except PasswordError:
        sys.exit(_LOCKED)
    except CalamineError as error:
        raise ValueError(str(error)) from error


def _texts(row: Iterable[object], dates: set[int], broken: set[int]) -> list[str]:
    """The cells as text; enters the columns with a date in dates, those where text follows one in broken."""
    texts: list[str] = []
    for i, cell in enumerate(row):
        if isinstance(cell, datetime.date):  # a datetime is one as well
            dates.add(i)
            if isinstance(cell, datetime.datetime):
                # A serial number hits the second only nearly: 08:25:59.999 is 08:26.
                cell = (cell + datetime.timedelta(seconds=cell.microsecond >= 500_000)).replace(microsecond=0)
            texts.append(str(cell))
            continue
        if cell != "" and i in dates:
            broken.add(i)
        if isinstance(cell, str):
            texts.append(cell if cell.isprintable() else cell.translate(_TIDY))
        elif isinstance(cell, bool):
            texts.append("TRUE" if cell else "FALSE")
        elif isinstance(cell, float):
            texts.append(_number(cell))
        elif isinstance(cell, datetime.timedelta):
            texts.append(_span(round(cell.total_seconds())))
        elif isinstance(cell, datetime.time):
            texts.append(cell.replace(microsecond=0).isoformat())
        else:
            texts.append(repr(cell))
    return texts


def _number(number: float) -> str:
    # from 1e16 on, digits would be invented
    return str(int(number)) if number.is_integer() and abs(number) < 1e16 else repr(number)


def _span(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


# SPSS files

_SPSS_TYPES = {  # by what a variable's format begins with
    **dict.fromkeys(("DATE", "ADATE", "EDATE", "SDATE", "JDATE", "QYR", "MOYR", "WKYR"), "date"),
    **dict.fromkeys(("DATETIME", "YMDHMS"), "datetime"),
    **dict.fromkeys(("TIME", "DTIME", "MTIME"), "time"),
    "A": "text",
}
_SPSS_EPOCH = datetime.datetime(1582, 10, 14)  # the day SPSS counts seconds from
_CODE_PAGES = (None, "UTF-8", "WINDOWS-1252", "ISO-8859-1")  # as the file says, else what holds; the last always does


def _spss_inflated(content: bytes) -> int:
    """The most bytes that the compressed blocks of a .zsav can inflate to, by the sizes its reader goes by; 0 for a .sav.

    The list of blocks is found by the header in front of it, which holds its own place and follows the mark 999; if
    several look like that, the largest counts.
    """
    most = 0
    for order in "<>" if content.startswith(b"$FL3") else "":
        for mark in re.finditer(re.escape(struct.pack(order + "i", 999)), content):
            place = mark.start() + 8
            if content[place : place + 8] != struct.pack(order + "q", place) or len(content) < place + 24:
                continue
            start, size = struct.unpack(order + "QQ", content[place + 8 : place + 24])
            blocks = content[start + 24 : start + size]
            sizes = struct.iter_unpack(order + "qqii", blocks[: len(blocks) // 24 * 24])
            most = max(most, sum(max(inflated, 0) for _, _, inflated, _ in sizes))
    return most


def _spss(content: bytes) -> Iterator[_Made]:
    """The one sheet of an SPSS file: a row of the variables' names, then the cases; a value declared missing is ""."""
    import pyreadstat

    for page in _CODE_PAGES:
        try:
            given: dict[str, Any] = {"output_format": "dict", "disable_datetime_conversion": True, "encoding": page}
            # The declared missing values are told only by a reading that does not blank them.
            about = pyreadstat.read_sav(io.BytesIO(content), metadataonly=True, user_missing=True, **given)[1]
            if about.number_columns > WIDTH_LIMIT:
                raise InputError(f"it has {about.number_columns:,} variables, more than {WIDTH_LIMIT:,}")
            most = _spss_inflated(content) or len(content)  # a value takes a byte at the least
            if (about.number_rows or 0) * about.number_columns > most:
                raise InputError(f"it declares {about.number_rows:,} cases, more than it holds")
            values, _ = pyreadstat.read_sav(io.BytesIO(content), **given)
            break
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError) as error:
            told = isinstance(error, UnicodeDecodeError) or re.search("convert|character set", str(error))
            if page == _CODE_PAGES[-1] or not told:
                raise ValueError(str(error)) from error
    names = about.column_names
    if not names or len(values) != len(names):
        raise ValueError("no variables, or two of one name")
    types = [
        _SPSS_TYPES.get(re.sub(r"[\d.]+$", "", about.original_variable_types[name] or ""), "number") for name in names
    ]
    cases = len(values[names[0]])
    schema = pa.schema([(str(place), pa.string()) for place in range(len(names))])
    batches = [pa.record_batch([[name.translate(_TIDY)] for name in names], schema=schema)]
    step = 1 + 400_000 // len(names)
    for start in range(0, cases, step):
        columns = [
            _spss_cells(values[name][start : start + step], type) for name, type in zip(names, types, strict=True)
        ]
        batches.append(pa.record_batch(columns, schema=schema))
    cells = pa.Table.from_batches(batches, schema)
    filled = pc.greater(reduce(pc.add, (pc.binary_length(column).cast(pa.int64()) for column in cells.columns)), 0)
    numbers = pa.array(range(1, cells.num_rows + 1), pa.int64())
    dictionary = {
        name.translate(_TIDY): _spss_words(about, name, type) for name, type in zip(names, types, strict=True)
    }
    yield cells.filter(filled), numbers.filter(filled.combine_chunks()), {"dictionary": dictionary}


def _spss_cells(values: list[Any], type: str) -> pa.Array:
    """The values of one variable as text; None is ""."""
    encoded = pa.array(values, pa.string() if type == "text" else pa.float64()).dictionary_encode()
    words = pa.array([_spss_text(value, type) for value in encoded.dictionary.to_pylist()], pa.string())
    return pc.fill_null(words.take(encoded.indices), "")


def _spss_text(value: Any, type: str) -> str:
    if type == "text":
        return str(value) if value.isprintable() else value.translate(_TIDY)
    if not math.isfinite(value):
        return ""
    if type == "time":
        return _span(round(value)) if value >= 0 else _number(value)
    if type in ("date", "datetime"):
        try:
            moment = _SPSS_EPOCH + datetime.timedelta(seconds=round(value))
        except OverflowError:
            return _number(value)
        return str(moment.date() if type == "date" else moment)
    return _number(value)


def _spss_words(about: Any, name: str, type: str) -> dict[str, Any]:
    """What the file says of one variable: see `Sheet.dictionary`."""
    missing = [(one["lo"], one["hi"]) for one in about.missing_ranges.get(name, ())]
    labels = {
        _spss_text(code, type): label.translate(_TIDY).strip()
        for code, label in about.variable_value_labels.get(name, {}).items()
        if not any(low <= code <= high for low, high in missing)
    }
    measure = about.variable_measure.get(name, "unknown")
    words = {
        "label": (about.column_names_to_labels.get(name) or "").translate(_TIDY).strip(),
        "labels": {code: label for code, label in labels.items() if code},
        "measure": measure if measure in ("nominal", "ordinal", "scale") else "unknown",
        "type": type,
    }
    for called, made in about.mr_sets.items():
        if name in made["variable_list"]:
            words["set"] = {
                "name": called,
                "label": made["label"].translate(_TIDY).strip(),
                "kind": "dichotomy" if made["is_dichotomy"] else "category",
                "counted": "" if made["counted_value"] is None else str(made["counted_value"]),
            }
            break
    return words


# Web pages

_CHARSET = re.compile(rb"(?i)(?:charset|<\?xml[^>]{0,80}encoding)\s*=\s*[\"']?\s*([\w.:-]+)")
_WRITINGS = re.compile(
    r"utf-?8|(?:windows-|cp)\d+|iso-?8859-\d+|koi8-[ru]|gb\w+|big5\w*|shift[_-]jis|euc-\w+|mac-?roman"
)


def _page(content: bytes) -> Iterator[_Made]:
    """Every table of a web page that has two rows or more with text in them."""
    page = _Page()
    try:
        # Never closed: what is left then begins a tag or comment without an end, and the parser would look for that end
        # from each of its signs on, which takes time with the square of their number.
        page.feed(_declared(content).translate(_TIDY))
        page.finish()
    except AssertionError as error:  # how the parser meets a section it does not know
        raise ValueError(str(error)) from error
    for number, table in enumerate(page.tables, start=1):
        if sum(1 for row in table.rows if row) < 2:
            continue
        width = max(map(len, table.rows))
        rows = ((place, row + [""] * (width - len(row))) for place, row in enumerate(table.rows, start=1) if row)
        cells, numbers = _assemble(rows, width)
        yield cells, numbers, {"name": table.caption or f"table {number}"}


def _declared(content: bytes) -> str:
    """The text of a page, in the writing it declares if it holds, else as any text is read."""
    if not content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        found = _CHARSET.search(content[:8192])
        declared = found[1].decode("ascii", "ignore").lower().removeprefix("x-") if found else ""
        # What pages call Latin-1 is cp1252; so browsers read it.
        declared = "cp1252" if declared in ("iso-8859-1", "iso8859-1", "latin1", "us-ascii", "ascii") else declared
        if _WRITINGS.fullmatch(declared):
            try:
                strict = "strict" if declared in ("utf-8", "utf8") else "replace"
                return content.decode(declared, strict)
            except (LookupError, UnicodeDecodeError):
                pass  # not what it says, or nothing known: then as a text without a word on it
    return _decode(content, name="")[0].decode()


class _Grid:
    """One table while it is read: its rows of cells, without the empty ones at their ends."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.caption = ""
        self.text: list[str] | None = None  # of the cell or caption that is open
        self._below: dict[int, int] = {}  # column -> the first row that no cell above reaches into
        self._row: list[str] | None = None
        self._place = 0
        self._span = (1, 1)

    def open_row(self) -> None:
        self.close_row()
        self._row, self._place = [], 0

    def close_row(self) -> None:
        self.close_cell()
        if self._row is not None:
            while self._row and not self._row[-1]:
                self._row.pop()
            self.rows.append(self._row)
            self._row = None

    def open_cell(self, across: int, down: int) -> None:
        self.close_cell()
        if self._row is None:
            self.open_row()
        self.text, self._span = [], (across, down)

    def close_cell(self) -> None:
        if self.text is None:
            return
        words = re.sub(r" *\n[ \n]*", "\n", re.sub(r"[ \t\r]+", " ", "".join(self.text))).strip()
        self.text = None
        if self._row is None:
            self.caption = self.caption or words
            return
        while self._below.get(self._place, 0) > len(self.rows):
            self._place += 1
        across, down = self._span
        if self._place + across > WIDTH_LIMIT:
            raise ValueError(f"a row has more than {WIDTH_LIMIT:,} cells")
        if words:
            self._row += [""] * (self._place - len(self._row)) + [words]
        if down > 1:
            self._below.update(dict.fromkeys(range(self._place, self._place + across), len(self.rows) + down))
        self._place += across


class _Page(HTMLParser):
    """The tables of a page, in the order in which they begin; one within another is a table of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Grid] = []
        self._open: list[_Grid] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            if len(self.tables) >= MOST_TABLES:
                raise ValueError(f"it has more than {MOST_TABLES:,} tables")
            self._open.append(_Grid())
            self.tables.append(self._open[-1])
        elif tag in ("script", "style"):
            self._silent += 1
        elif self._open:
            table = self._open[-1]
            if tag == "tr":
                table.open_row()
            elif tag in ("td", "th"):
                said = dict(attrs)
                across = min(max(_whole(said.get("colspan"), 1), 1), SPANNED_COLUMNS)
                table.open_cell(across, _whole(said.get("rowspan"), 1) or SPANNED_ROWS)
            elif tag == "caption":
                table.text = []
            elif tag in ("br", "p", "div", "li") and table.text is not None:
                table.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._silent = max(self._silent - 1, 0)
        elif self._open:
            table = self._open[-1]
            if tag == "table":
                table.close_row()
                self._open.pop()
            elif tag == "tr":
                table.close_row()
            elif tag in ("td", "th", "caption"):
                table.close_cell()

    def handle_data(self, data: str) -> None:
        if self._open and not self._silent and self._open[-1].text is not None:
            self._open[-1].text.append(re.sub(r"[ \t\r\n]+", " ", data))

    def unknown_decl(self, data: str) -> None:
        """Office writes <![if ...]> around what only it shows: nothing to read."""

    def finish(self) -> None:
        """Close the tables that the page leaves open."""
        for table in self._open:
            table.close_row()


def _whole(text: str | None, otherwise: int) -> int:
    return min(int(text), SPANNED_ROWS) if text and re.fullmatch(r"\d{1,9}", text.strip()) else otherwise
