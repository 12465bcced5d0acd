"""Typeform: one header row that starts with "#", above ids of the responses, and ends with dates in UTC and a Network ID.

A multiple choice has a column for each option, and only the option as its header: its question is not in the file,
unless a row of group headings above "#" tells it.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from keel import forms
from keel.errors import InputError
from keel.forms import Field, Form
from keel.sheets import Sheet

NAME = "Typeform"

_DATES = ("submit date (utc)", "start date (utc)")
_STAGE = "stage date (utc)"
_STATUS = "response type"
_USES = {
    "#": "response_id",
    "submit date (utc)": "answered_on",
    "start date (utc)": "started_on",
    _STAGE: "meta",
    _STATUS: "meta",
    "network id": "meta",
    "tags": "meta",
    "ending": "meta",
}
_ID = re.compile(r"[0-9a-f]{32}|[a-z0-9]{25,40}")
_HIDDEN = re.compile(r"[a-z0-9_]+")  # a hidden field's or a variable's name, as Typeform allows them
_PERSONS = frozenset({
    "email", "e-mail", "email address", "e_mail", "user_email", "email_address", "user_id", "userid", "uid", "member_id",
    "contact_id", "respondent_id", "participant_id", "employee_id", "token",
})  # fmt: skip
_CUSTOMERS = frozenset({"customer_id", "customerid", "account_id"})
_NAMES = frozenset({  # what its blocks for contacts and addresses ask; the country may stay, it groups people
    "first name", "last name", "full name", "name", "phone number", "phone", "first_name", "last_name", "full_name",
    "firstname", "lastname", "phone_number", "address", "address line 2", "city/town", "state/region/province",
    "zip/post code",
})  # fmt: skip
_MAIL = r"^[^\s@]+@[^\s@]+\.[^\s@.]+$"
_PHONE = r"^'?\+\d[\d ()./-]{5,}$"
_JOINED = " / "  # several choices in one cell, of exports of about 2018: " / Price / Speed"
_OTHER = "other"
_PARTIAL = frozenset({"started", "partial"})
_SHORT = 4  # words: so short is the header of an option nobody chose, at either end of the options
_NAMED = 4  # options that stand for a question whose words are not in the file
_LONGEST = 40  # characters of each


def recognises(sheet: Sheet) -> float:
    """How sure it is, from 0 to 1, that the sheet is an export of Typeform."""
    found = _header(sheet)
    return found[1] if found else 0.0


def read(sheet: Sheet) -> Form:
    """The responses of a sheet that Typeform exported; InputError when none of its first rows is the header."""
    found = _header(sheet)
    if not found:
        raise InputError(
            f"{sheet.name}: no row with # and Submit Date (UTC) was found; the header of Typeform's export was expected. "
            "Export the responses again, as CSV or XLSX."
        )
    at = found[0]
    first = forms.rows(sheet)
    header = [_text(cell) for cell in first[at]]
    cells, numbers = _responses(*forms.below(sheet, at + 1), first[at])
    system = _system(header)
    words = [_few_words(cells, place) for place in range(len(header))]
    headings = _headings(first[at - 1] if at else [], header, system, words)
    uses = system | _people(cells, header, system, words)
    uses |= _hidden(header, system, uses, words)
    fields: list[Field] = [
        Field(_named(text, heading), uses.get(place, "question"))
        for place, (text, heading) in enumerate(zip(header, headings, strict=True))
    ]
    taken: set[str] = set()
    for run in _runs(header, headings, uses, words):
        of = forms.own(headings[run[0]] or _choices([header[place] for place in run]), taken)
        for place in run:
            fields[place] = Field(f"{of}: {header[place]}", of=of, option=header[place], several=True)
    for place in range(len(header)):
        if fields[place].use == "question" and not fields[place].of and (bare := _unjoined(cells, place)) is not None:
            cells = cells.set_column(place, cells.schema.field(place).name, bare)
            fields[place] = Field(fields[place].text, joined=_JOINED)
    return Form(
        "typeform", tuple(fields), cells, numbers, _statuses(cells, header), _date_order(cells, header),
        ("Days are by UTC, as Typeform writes its times.",) if _utc(header) else (),
    )  # fmt: skip


# Where the header is


def _header(sheet: Sheet) -> tuple[int, float] | None:
    """The place of the header row and how sure it is, from 0 to 1; None where there is none."""
    rows = forms.rows(sheet)
    for place, cells in enumerate(rows):
        sure = _certainty(cells)
        if sure:
            return place, sure
    for place, (cells, under) in enumerate(pairwise(rows)):
        if cells[0] == "#" and _ID.fullmatch(under[0]) and not under[0].isdigit():
            return place, 0.6
    return None


def _certainty(cells: Sequence[str]) -> float:
    names = {cell.casefold() for cell in cells}
    dates = sum(name in names for name in _DATES)
    if "#" in names and "network id" in names and dates:
        return 0.98
    if dates == 2 and names & {"#", "network id", _STATUS, _STAGE}:
        return 0.92
    if (dates and names & {"#", "network id"}) or ("#" in names and "network id" in names):
        return 0.8
    return 0.75 if dates == 2 else 0.0


def _responses(cells: pa.Table, numbers: pa.Array, header: Sequence[str]) -> tuple[pa.Table, pa.Array]:
    """The rows that are responses: where several exports stand one below the other, the header comes again."""
    place = next((place for place, name in enumerate(header) if name.casefold() in _USES), 0)
    keep = [word != header[place] for word in forms.column(cells, place)]
    return (cells, numbers) if all(keep) else forms.kept(cells, numbers, keep)


def _text(header: str) -> str:
    """A header as it was read: without markup, neither HTML nor *bold*."""
    return re.sub(r"\*([^*]+)\*", r"\1", forms.clean(header))


def _headings(
    above: Sequence[str], header: Sequence[str], system: dict[int, str], words: Sequence[set[str] | None]
) -> list[str]:
    """The heading of each column in the row above the header: a merged cell reaches to the next, or to Typeform's own."""
    names = [place for place, cell in enumerate(above) if cell and place not in system]
    if not any(words[place] in (set(), {header[place]}) for place in names):
        return [""] * len(header)  # no heading stands above an option: a title, not a row of headings
    current, found = "", []
    for place, cell in enumerate(above):
        current = "" if place in system else _text(cell) or current
        found.append(current)
    return found


def _named(text: str, heading: str) -> str:
    """The words of a question below a heading: its own where they say enough."""
    if not text or not heading or text == heading:
        return text or heading
    return text if len(text) >= 12 and len(text.split()) >= 3 else f"{heading}: {text}"


# What a column is used for


def _system(header: Sequence[str]) -> dict[int, str]:
    """Place -> use of Typeform's own columns. They follow the questions, so of two of one name it is the last; # leads."""
    found: dict[str, int] = {}
    for place, text in enumerate(header):
        name = text.casefold()
        if name in _USES and not (name == "#" and name in found):
            found[name] = place
    return {place: _USES[name] for name, place in found.items()}


def _people(
    cells: pa.Table, header: Sequence[str], uses: dict[int, str], words: Sequence[set[str] | None]
) -> dict[int, str]:
    """Place -> use of the columns that tell who answered; the first that can tell them apart is the respondent."""
    found: dict[int, str] = {}
    for place, text in enumerate(header):
        name = text.casefold()
        if place in uses or words[place] == {text}:
            continue
        filled = words[place] != set()
        if (name in _PERSONS and filled) or _all_match(cells, place, _MAIL):
            found[place] = "meta" if "respondent" in found.values() else "respondent"
        elif name in _CUSTOMERS and filled:
            found[place] = "meta" if "customer_id" in found.values() else "customer_id"
        elif name in _PERSONS | _CUSTOMERS | _NAMES or _all_match(cells, place, _PHONE):
            found[place] = "meta"
    return found


def _hidden(
    header: Sequence[str], system: dict[int, str], uses: dict[int, str], words: Sequence[set[str] | None]
) -> dict[int, str]:
    """Place -> detail of the hidden fields: they end the questions; elsewhere only a name like utm_source is one."""
    found: dict[int, str] = {}
    ending = True
    last = min((place for place in system if place > 1), default=len(header))
    for place in (place for place in range(len(header) - 1, 0, -1) if place not in uses):
        text = header[place]
        if not _HIDDEN.fullmatch(text) or words[place] == {text}:
            ending = ending and place > last
        elif "_" in text or (ending and place < last):
            found[place] = "detail"
    return found


def _all_match(cells: pa.Table, place: int, pattern: str) -> bool:
    texts = pc.utf8_trim_whitespace(pc.unique(cells.column(place)))
    texts = texts.filter(pc.not_equal(texts, ""))
    return bool(len(texts)) and bool(pc.all(pc.match_substring_regex(texts, pattern)).as_py())


# Options of a multiple choice


def _few_words(cells: pa.Table, place: int) -> set[str] | None:
    """The distinct words of a column, cleaned as its header is; None where they are too many to be an option's."""
    if len(pc.unique(cells.column(place))) > 4:  # an option, the empty cell, and stray space around either
        return None
    return {_text(word) for word in forms.distinct(cells, place)}


def _runs(
    header: Sequence[str], headings: Sequence[str], uses: dict[int, str], words: Sequence[set[str] | None]
) -> list[list[int]]:
    """The runs of adjacent columns that are the options of one multiple choice each."""
    runs: list[list[int]] = []
    run: list[int] = []
    for place, text in enumerate(header):
        chosen = words[place] == {text}
        ends = place in uses or not (chosen or (words[place] == set() and _may_be_option(text)))
        again = text.casefold() in {header[other].casefold() for other in run}
        if run and (ends or again or headings[place] != headings[run[0]]):
            runs.append(run)
            run = []
        if not ends:
            run = [*run, place]
    runs.append(run)
    within = (_without_edges(run, header, headings, words) for run in runs)
    return [run for run in within if run]


def _without_edges(
    run: list[int], header: Sequence[str], headings: Sequence[str], words: Sequence[set[str] | None]
) -> list[int]:
    """The run without what nobody filled at its ends, unless it is as short as an option or below the same heading."""
    chosen = [place for place in run if words[place]]
    return [
        place for place in run
        if chosen and (chosen[0] <= place <= chosen[-1] or headings[place] or len(header[place].split()) <= _SHORT)
    ]  # fmt: skip


def _may_be_option(text: str) -> bool:
    """Whether a header that nobody's cell repeats may yet be an option, rather than a question nobody answered."""
    return (
        bool(text)
        and text.casefold() != _OTHER
        and not text.endswith(("?", ":", "…"))
        and len(text.split()) <= 2 * _SHORT
    )


def _choices(options: Sequence[str]) -> str:
    """Words for a question that the file does not tell."""
    short = [text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…" for text in options[:_NAMED]]
    return f"Choose: {' / '.join(short)}{' / …' if len(options) > _NAMED else ''}"


def _unjoined(cells: pa.Table, place: int) -> pa.Array | None:
    """The cells of a column of joined choices without the mark that leads each; None of any other column."""
    encoded = cells.column(place).combine_chunks().dictionary_encode()
    texts = [text.strip() for text in encoded.dictionary.to_pylist()]
    if not any(texts) or not all(text.startswith("/ ") for text in texts if text):
        return None
    return pa.array([text.removeprefix("/ ") for text in texts], pa.string()).take(encoded.indices)


# Statuses and dates


def _statuses(cells: pa.Table, header: Sequence[str]) -> tuple[str, ...]:
    place = _last(header, _STATUS)
    if place is None:
        return ()
    return tuple("partial" if word.casefold() in _PARTIAL else "" for word in forms.column(cells, place))


def _date_order(cells: pa.Table, header: Sequence[str]) -> str:
    """ymd as Typeform writes; "" where a spreadsheet program wrote the dates anew."""
    places = [place for name in _DATES if (place := _last(header, name)) is not None]
    filled = [place for place in places if forms.distinct(cells.slice(0, 1000), place)]
    return "ymd" if filled and all(_all_match(cells, place, r"^\d{4}-\d{2}-\d{2}([ T]|$)") for place in filled) else ""


def _utc(header: Sequence[str]) -> bool:
    return any(_last(header, name) is not None for name in _DATES)


def _last(header: Sequence[str], name: str) -> int | None:
    return max((place for place, text in enumerate(header) if text.casefold() == name), default=None)
