"""Alchemer, once SurveyGizmo: one header row with Response ID, Time Started, Date Submitted and Status.

The file is named yyyymmddhhmmss-SurveyExport.csv, which only supports the headers. What belongs to one question has
headers "Sub-question:Question": options of a multiple choice, rows of a grid, and what was written in beside them.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from keel import forms
from keel.errors import InputError
from keel.forms import Field, Form
from keel.sheets import Sheet

NAME = "Alchemer"

_CORE = ("responseid", "timestarted", "datesubmitted", "status")
_MARKS = frozenset({
    "legacycomments", "sessionid", "contactid", "useragent", "extendeduseragent", "extendedreferer", "globalresponseid",
})  # fmt: skip
_USES = {"responseid": "response_id", "timestarted": "started_on", "datesubmitted": "answered_on"}
_OWN = frozenset({
    *_CORE, *_MARKS, "referer", "ipaddress", "testdata", "istestdata", "urlredirect", "linkid", "responsetime", "dataquality",
})  # fmt: skip
# Headers that may as well be a question's: Alchemer's own only next to those that can be nothing else, and only once.
_SHARED = frozenset({
    "comments", "language", "tags", "longitude", "latitude", "country", "country(auto)", "city", "state/region", "region",
    "postal", "postalcode", "dma",
})  # fmt: skip
_TEST = ("testdata", "istestdata")
_NOT_TEST = frozenset({"", "no", "n", "false", "0", "live"})
_STATUSES = {
    "partial": "partial", "incomplete": "partial", "disqualified": "partial",
    "deleted": "test", "test": "test", "testdata": "test",
}  # fmt: skip
_FILE = re.compile(r"\d{14}-SurveyExport", re.IGNORECASE)
_VARIABLE = re.compile(r"url variable:\s*(.+)|(invite custom\s*.+)", re.IGNORECASE)
_PERSONS = frozenset({"email", "e-mail", "email address", "invite email", "contact email"})
_NAMES = frozenset({
    "first name", "last name", "full name", "name", "phone", "phone number", "home phone", "mobile phone", "work phone",
    "street address", "address", "apt/suite/office", "zip",
})  # fmt: skip
_NAME_PARTS = frozenset(
    {"first name", "last name", "full name", "street address", "apt/suite/office"}
)  # of contact forms
_MAIL = r"^[^\s@]+@[^\s@]+\.[^\s@.]+$"
_WRITTEN_IN = re.compile(r"write.?in\b|^other\b.*(specify|describe)|^comments?$", re.IGNORECASE)
_NUMBER = re.compile(r"(\d{1,3}):\s+(?=\S)")  # questions can be exported with their numbers: "36: May we call you?"
# A colon that may part a sub-question from its question: not that of a time, a ratio or an address.
_COLON = re.compile(r"(?<!\d):(?!//)|:(?!\d|//)")
_JOINED = ";"
_SEPARATOR = re.compile(r"(?<!&amp)(?<!&quot)(?<!&nbsp)(?<!&#39)(?<!&lt)(?<!&gt);")
_SAMPLE = 2000  # distinct cells from which it is told whether a column holds joined choices
_LONGEST = 200  # characters of a choice


def recognises(sheet: Sheet) -> float:
    """How sure it is, from 0 to 1, that the sheet is an export of Alchemer or SurveyGizmo."""
    return max((_certainty(cells, sheet.name) for cells in forms.rows(sheet)), default=0.0)


def read(sheet: Sheet) -> Form:
    """The responses of a sheet that Alchemer exported; InputError when none of its first rows is the header."""
    at = forms.find(sheet, lambda cells: _certainty(cells, sheet.name) > 0)
    if at is None:
        raise InputError(
            f"{sheet.name}: no row with Time Started, Date Submitted and Status was found; the header of Alchemer's export "
            "was expected. Export the responses again, as CSV with a row for each response."
        )
    raw = forms.rows(sheet)[at]
    cells, numbers = _responses(*forms.below(sheet, at + 1), raw)
    uses = _system(raw)
    uses |= _people(cells, raw, uses)
    fields = _fields(cells, raw, uses)
    statuses, notes = _statuses(cells, raw)
    return Form("alchemer", tuple(fields), cells, numbers, statuses, _date_order(cells, uses), notes)


# Where the header is


def _certainty(cells: Sequence[str], file: str) -> float:
    names = {_plain(cell) for cell in cells}
    if names & {"lastpage", "startlanguage"}:  # LimeSurvey writes Response ID and Date submitted too
        return 0.0
    core = sum(name in names for name in _CORE)
    both = {"timestarted", "datesubmitted"} <= names
    marks = len(names & _MARKS)
    sure = 0.0
    if core == len(_CORE):
        sure = 0.97
    elif core == 3 and both:
        sure = 0.9
    elif core >= 2 and "datesubmitted" in names and marks >= 2:
        sure = 0.85
    elif both:
        sure = 0.7
    elif core == 3 and "datesubmitted" in names:
        sure = 0.6
    return max(sure, 0.9) if core >= 2 and _FILE.search(file) else sure


def _responses(cells: pa.Table, numbers: pa.Array, header: Sequence[str]) -> tuple[pa.Table, pa.Array]:
    """The rows that are responses: where several exports stand one below the other, the header comes again."""
    place = next((place for place, name in enumerate(header) if _plain(name) in _CORE), 0)
    keep = [word != header[place] for word in forms.column(cells, place)]
    return (cells, numbers) if all(keep) else forms.kept(cells, numbers, keep)


def _plain(header: str) -> str:
    return "".join(header.split()).casefold()


# What a column is used for


def _system(header: Sequence[str]) -> dict[int, str]:
    """Place -> use of Alchemer's own columns."""
    names = [_plain(text) for text in header]
    found: dict[int, str] = {}
    for start, end in _stretches([name in _OWN | _SHARED for name in names]):
        stretch = range(start, end)
        surely = any(names[place] in _OWN for place in stretch)
        for place in stretch:
            if (surely or names[place] in _OWN) and names[place] not in names[:place]:
                found[place] = _USES.get(names[place], "meta")
    return found


def _stretches(flags: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """(start, end) of each run of flags that are set."""
    start = None
    for place, flag in enumerate([*flags, False]):
        if flag and start is None:
            start = place
        elif not flag and start is not None:
            yield start, place
            start = None


def _people(cells: pa.Table, header: Sequence[str], system: dict[int, str]) -> dict[int, str]:
    """Place -> use of what tells who answered, and of what came with the invitation or the survey's address."""
    found: dict[int, str] = {}
    for place, text in enumerate(header):
        if place in system:
            continue
        name = forms.clean(text).casefold()
        part = name.split(":")[0]
        if name in _PERSONS or _all_match(cells, place, _MAIL):
            told = "respondent" not in found.values() and bool(forms.distinct(cells, place))
            found[place] = "respondent" if told else "meta"
        elif _VARIABLE.fullmatch(text):
            found[place] = "detail"
        elif name in _NAMES or part in _NAME_PARTS or name.startswith("invite "):
            found[place] = "meta"
    return found


def _all_match(cells: pa.Table, place: int, pattern: str) -> bool:
    texts = pc.utf8_trim_whitespace(pc.unique(cells.column(place)))
    texts = texts.filter(pc.not_equal(texts, ""))
    return bool(len(texts)) and bool(pc.all(pc.match_substring_regex(texts, pattern)).as_py())


# Questions


def _fields(cells: pa.Table, header: Sequence[str], uses: dict[int, str]) -> list[Field]:
    """What each column asked."""
    fields = [Field(_name(header, place, uses), uses.get(place, "question")) for place in range(len(header))]
    asked = [place for place in range(len(header)) if place not in uses]
    parts = _parts(cells, header, asked)
    alone = {fields[place].text for place in asked if place not in parts}
    columns: dict[str, list[int]] = {}  # a question that has several columns -> those
    for place in asked:
        part, whole = parts.get(place, ("", fields[place].text))
        key, text = _numbered(whole)
        if not part:
            fields[place] = Field(text, key=key, joined=_joined(cells, place))
        elif whole in alone or _is_written_in(cells, place, parts):
            fields[place] = Field(f"{text.rstrip(': ')}: {part}", key=key)
        else:
            text = text.rstrip(": ")
            told = [{fields[p].option for p in columns[of]} for of in columns if _same(of, text)]
            of = _asked_again(text, part, told)
            columns.setdefault(of, []).append(place)
            fields[place] = Field(f"{of}: {part}", key=key, of=of, option=part)
    for places in columns.values():
        several = _are_choices(cells, {place: fields[place].option for place in places})
        for place in places:
            fields[place] = replace(
                fields[place], several=several or None, joined="" if several else _joined(cells, place)
            )
    return fields


def _name(header: Sequence[str], place: int, uses: dict[int, str]) -> str:
    """The header without markup: a variable's bare, and Alchemer's own told from a question of the same name."""
    text = forms.clean(header[place])
    if found := _VARIABLE.fullmatch(text):
        return (found[1] or found[2]).strip()
    asked_too = uses.get(place) == "meta" and _plain(text) in map(_plain, header[place + 1 :])
    return f"{text} (auto)" if asked_too else text


def _numbered(text: str) -> tuple[str, str]:
    """The number that stands before a question, and the question."""
    found = _NUMBER.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def _parts(cells: pa.Table, header: Sequence[str], asked: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Place -> (sub-question or option, question) of the columns that are parts of a question.

    Colons stand in options and in questions too. What follows one is the question if another column has the same
    after a colon, or alone; of several such the longest. Where space follows the colon, which Alchemer does not
    write, the cells must tell that it is an option.
    """
    halves = {place: list(_halves(header[place])) for place in asked}
    before: dict[str, set[str]] = {forms.clean(header[place]): {""} for place in asked}
    for pairs in halves.values():
        for part, whole, _ in pairs:
            before.setdefault(whole, set()).add(part)
    repeated = Counter(pair for pairs in halves.values() for pair in pairs)
    found: dict[int, tuple[str, str]] = {}
    for place, pairs in halves.items():
        for part, whole, is_spaced in pairs:
            shared = len(before[whole]) > 1 or (repeated[part, whole, is_spaced] > 1 and bool(_WRITTEN_IN.search(part)))
            if shared and (not is_spaced or _are_choices(cells, {place: part})):
                found[place] = part, whole
                break
    return found


def _halves(header: str) -> Iterator[tuple[str, str, bool]]:
    """(what stands before, what stands after, whether space follows) of each colon that may part a header."""
    for colon in _COLON.finditer(header):
        part, whole = forms.clean(header[: colon.start()]).rstrip(": "), forms.clean(header[colon.end() :])
        is_spaced = header[colon.end() : colon.end() + 1] in (" ", "\u00a0")
        if part and whole and not whole.startswith(":") and not (is_spaced and part.isdigit()):
            yield part, whole, is_spaced


def _same(of: str, text: str) -> bool:
    return of == text or bool(re.fullmatch(re.escape(text) + r" \(\d+\)", of))


def _asked_again(text: str, part: str, told: Sequence[set[str]]) -> str:
    """The question's text, numbered from the second time on: a part that comes again begins it anew."""
    number = len(told) + (not told or part in told[-1])
    return text if number == 1 else f"{text} ({number})"


def _are_choices(cells: pa.Table, options: dict[int, str]) -> bool:
    """Whether the cells of all columns repeat their option, and at least one does."""
    filled = False
    for place, option in options.items():
        if len(pc.unique(cells.column(place))) > 4:  # the option, the empty cell, and stray space around either
            return False
        words = {forms.clean(word).rstrip(": ") for word in forms.distinct(cells, place)} - {""}
        if words - {option}:
            return False
        filled = filled or bool(words)
    return filled


def _is_written_in(cells: pa.Table, place: int, parts: dict[int, tuple[str, str]]) -> bool:
    """Whether a column holds what people wrote in beside the options.

    Where the option and its text have a column each, both have the same header and the text is the second.
    """
    part, whole = parts[place]
    if not _WRITTEN_IN.search(part):
        return False
    twins = [other for other, both in parts.items() if both == (part, whole)]
    flags = [other for other in twins if _are_choices(cells, {other: part})]
    if not flags and len(twins) > 1 and not forms.distinct(cells, twins[0]):
        flags = twins[:1]  # nobody chose it
    return place not in flags[:1]


def _joined(cells: pa.Table, place: int) -> str:
    """What joins the choices in the cells of a column: a semicolon, if what it parts comes again elsewhere; else ""."""
    texts = pc.unique(cells.column(place))
    if not pc.any(pc.match_substring(texts, _JOINED)).as_py():
        return ""
    parted = [{part for part in map(str.strip, _SEPARATOR.split(text)) if part} for text in texts[:_SAMPLE].to_pylist()]
    counts = Counter(part for parts in parted for part in parts)
    joined = [parts for parts in parted if len(parts) > 1]
    again = sum(any(counts[part] > 1 for part in parts) for parts in joined)
    return _JOINED if joined and 2 * again >= len(joined) and max(map(len, counts)) <= _LONGEST else ""


# Statuses and dates


def _statuses(cells: pa.Table, header: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The status of each row, and sentences on those that Alchemer calls otherwise than finished or not."""
    names = [_plain(text) for text in header]
    found = [""] * cells.num_rows
    notes: tuple[str, ...] = ()
    if "status" in names:
        words = [_plain(word) for word in forms.column(cells, names.index("status"))]
        found = [_STATUSES.get(word, "") for word in words]
        for name, told in (("disqualified", "not finished"), ("deleted", "tests")):
            if count := words.count(name):
                notes = (*notes, f"Responses with the status {name.capitalize()} are taken as {told}: {count:,}.")
    for place in (names.index(name) for name in _TEST if name in names):
        marks = forms.column(cells, place)
        found = [
            "test" if mark.casefold() not in _NOT_TEST else status for mark, status in zip(marks, found, strict=True)
        ]
    return tuple(found), notes


def _date_order(cells: pa.Table, uses: dict[int, str]) -> str:
    """ymd where all dates are written so; else it is left to the whole column."""
    places = [place for place, use in uses.items() if use in ("answered_on", "started_on")]
    filled = [place for place in places if forms.distinct(cells.slice(0, 1000), place)]
    return "ymd" if filled and all(_all_match(cells, place, r"^\d{4}-\d{2}-\d{2}([ T]|$)") for place in filled) else ""
