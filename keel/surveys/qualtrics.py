"""Qualtrics exports, known by their row of cells {"ImportId": ...}, which no other tool writes.

A CSV or TSV has three header rows (codes, words, import ids), an XLSX two (codes, words), the legacy export two as
well (V1 ... V10 over ResponseID, ResponseSet ...). Where the rows under the codes were deleted by hand, the codes of
what Qualtrics notes of every response tell (ResponseId, RecordedDate ...).
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

import pyarrow as pa
import pyarrow.compute as pc

from keel import forms
from keel.errors import InputError
from keel.forms import Field, Form
from keel.sheets import Sheet

NAME = "Qualtrics"

# What Qualtrics notes of each response: import id and code of the column -> what it is here. The spelling is exact:
# embedded data may be called Status or Duration as well.
_NOTED = {
    "startDate": "started_on", "endDate": "ended_on", "recordedDate": "recorded_on", "status": "status",
    "finished": "finished", "progress": "progress", "_recordId": "response_id", "externalDataReference": "reference",
    "recipientEmail": "mail", "ipAddress": "meta", "duration": "meta", "recipientLastName": "meta",
    "recipientFirstName": "meta", "locationLatitude": "meta", "locationLongitude": "meta",
    "distributionChannel": "meta", "userLanguage": "meta",
}  # fmt: skip
_NOTED_AS = {
    "StartDate": "started_on", "EndDate": "ended_on", "RecordedDate": "recorded_on", "Status": "status",
    "Finished": "finished", "Progress": "progress", "ResponseId": "response_id", "ResponseID": "response_id",
    "ExternalReference": "reference", "ExternalDataReference": "reference", "RecipientEmail": "mail",
    "EmailAddress": "mail", "IPAddress": "meta", "Duration (in seconds)": "meta", "RecipientLastName": "meta",
    "RecipientFirstName": "meta", "LocationLatitude": "meta", "LocationLongitude": "meta", "LocationAccuracy": "meta",
    "DistributionChannel": "meta", "UserLanguage": "meta", "ResponseSet": "meta",
    # of employee projects
    "Participant Unique Identifier": "reference", "Unique Identifier": "reference", "Participant Email": "mail",
    "Participant Name": "meta",
}  # fmt: skip
_MOMENTS = frozenset({"started_on", "ended_on", "recorded_on"})
_STRONG = frozenset({
    "RecordedDate", "StartDate", "EndDate", "DistributionChannel", "Duration (in seconds)", "UserLanguage", "IPAddress",
    "RecipientEmail", "ExternalReference", "ExternalDataReference",
})  # fmt: skip
_SURE = frozenset({"RecordedDate", "DistributionChannel", "Duration (in seconds)"})

_QUOTE = "[\"'“”]"
_IMPORT = re.compile(rf"\s*\{{\s*{_QUOTE}ImportId{_QUOTE}\s*:\s*{_QUOTE}([^\"'“”]*){_QUOTE}")
_CHOICE = re.compile(rf"{_QUOTE}choiceId{_QUOTE}\s*:\s*{_QUOTE}?([^\"'“”,}}]+)")
_ZONE = re.compile(rf"{_QUOTE}timeZone{_QUOTE}\s*:\s*{_QUOTE}([^\"'“”]+)")
_POINT = re.compile(rf"{_QUOTE}coord{_QUOTE}\s*:")

# QID5, in a loop 2_QID5, in a side by side QID5#1; then the place of the option or the statement (x: carried forward).
_QUESTION = re.compile(r"((?:\d+_)?QID\d+(?:#\d+)?)((?:_x?\d+)*)(_TEXT)?")
_CODE = re.compile(r"(.+?)((?:_x?\d+)*)(_TEXT)?")

# Columns Qualtrics works out itself: the order in which things were shown, times, the browser, files, the NPS group,
# what its reading of texts found, scores; and what it embeds under its own name.
_DERIVED_ID = re.compile(
    r"(\d+_)?(QID|BL_|FL_).*_(DO|NPS_GROUP|FIRST_CLICK|LAST_CLICK|PAGE_SUBMIT|CLICK_COUNT|BROWSER|VERSION|OS|RESOLUTION|"
    r"FILE_(ID|NAME|SIZE|TYPE))|(\d+_)?QID.*_TEXT_[0-9a-f]{16,}\w*|SC_\w+|Q_\w+"
)
_DERIVED_CODE = re.compile(
    r".*_DO(_.+)?|[DR]O-\w+-.+|.*_NPS_GROUP|.*_(First Click|Last Click|Page Submit|Click Count|Browser|Version|Operating System|"
    r"Resolution)|.+ - (Parent )?(Topics|(Topic )?Sentiment.*|Topic Hierarchy.*|Actionability|Emotion.*|Effort.*)|SC\d+|"
    r"Q_(BallotBoxStuffing|Recaptcha\w*|RelevantID\w*|DuplicateRespondent|TotalDuration|URL|Language|Terminate\w*|"
    r"Unanswered\w*|Straightlining\w*|CHL|R|R_DEL|DataPolicy\w*|PopulateResponse)"
)
_DERIVED_TEXT = re.compile(r"Timing-(First Click|Last Click|Page Submit|#?\s*Click Count|#? ?Clicks)|Display Order\b.*")

_CHOICE_MARK = " - Selected Choice"  # between question and option where an option has a text of its own
_SEEN = "-99"  # how Qualtrics exports a question that was seen and not answered, unless told otherwise

# Status is a sum of bits. Imported (4), offline (16), of an employee project (32) and imported again (128) are responses.
_TEST_BITS = 1 | 2 | 8 | 256  # preview, test, spam, synthetic
_TEST_WORDS = re.compile(
    r"preview|spam|\btest\b|synthetic|vorschau|aperçu|prévisualisation|vista previa|anteprima|visualização|voorbeeld",
    re.IGNORECASE,
)
_FALSE = frozenset({
    "0", "0.0", "false", "falsch", "faux", "falso", "onwaar", "fałsz", "falsk", "falskt", "usann", "epätosi", "nepravda",
    "yanlış", "ложь", "偽", "假",
})  # fmt: skip


@dataclass(frozen=True)
class _Header:
    """The header rows: how many there are, the codes, the words, and the import ids as they stand in the file."""

    rows: int
    codes: list[str]
    words: list[str]
    imports: list[str]
    sure: float
    is_legacy: bool = False

    @property
    def is_bare(self) -> bool:
        """Whether the codes are all there is."""
        return not self.imports and self.words == self.codes


@dataclass(frozen=True)
class _Column:
    """One column as its header tells it. `base` is its question, `part` its place in it, `choice` that of an option."""

    code: str
    text: str
    use: str
    base: str = ""
    part: str = ""
    choice: str = ""
    is_text: bool = False

    @property
    def group(self) -> str:
        """What the options or statements of one question share; empty where the column is none of several."""
        if self.use != "question" or self.is_text or not (self.part or self.choice):
            return ""
        return f"{self.base}{self.part} choices" if self.choice else self.base


def recognises(sheet: Sheet) -> float:
    """How sure it is that this is an export of Qualtrics, 0 to 1."""
    header = _header(sheet)
    return header.sure if header else 0.0


def read(sheet: Sheet) -> Form:
    """The form of an export of Qualtrics. Raises InputError where it holds no response."""
    header = _header(sheet)
    if header is None:
        raise InputError(
            f"{sheet.name}: no header of Qualtrics was found; a row with ResponseId and RecordedDate was expected. "
            "Export the responses again as CSV."
        )
    columns = _columns(header)
    cells, numbers = forms.below(sheet, header.rows)
    cells, numbers = _responses(header, columns, cells, numbers)
    if not cells.num_rows:
        raise InputError(
            f"{sheet.name}: only header rows of Qualtrics were found; a row for each response was expected below them. "
            "Export the survey once it has responses."
        )
    cells, was_seen = _without_seen(columns, cells)
    cells, joined = _joined_cells(header, columns, cells)
    notes = []
    if zone := _zone(header):
        notes.append(f"Times are those of the time zone {zone}, in which Qualtrics exported them.")
    if was_seen:
        notes.append(
            f"{_SEEN} is how Qualtrics writes a question that was seen and not answered: it counts as no answer."
        )
    if header.is_bare:
        notes.append("The rows with the words of the questions were deleted: the questions stand under their codes.")
    return Form(
        vendor=NAME.lower(),
        fields=_fields(header, columns, cells, joined),
        cells=cells,
        numbers=numbers,
        statuses=_statuses(columns, cells),
        dates=_dates(columns, cells),
        notes=tuple(notes),
    )


# Header


def _header(sheet: Sheet) -> _Header | None:
    """The header rows; None where they are not those of Qualtrics."""
    first = forms.rows(sheet)
    for place, cells in enumerate(first):
        if _holds_imports(cells):
            return _with_imports(first, place)
    for place, cells in enumerate(first):
        if found := _legacy(first, place) or _current(first, place, cells):
            return found
    return None


def _holds_imports(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and 2 * sum(bool(_IMPORT.match(cell)) for cell in filled) >= len(filled)


def _with_imports(first: list[list[str]], place: int) -> _Header:
    above = first[:place]
    ids = [_id(cell) for cell in first[place]]
    known = [row for row, cells in enumerate(above) if len(_NOTED_AS.keys() & set(cells)) > 1]
    top = known[0] if known else max(place - 2, 0)
    codes = above[top] if above else ids
    words = above[-1] if place - 1 > top else codes
    return _Header(place + 1, codes, words, first[place], 0.99)


def _legacy(first: list[list[str]], place: int) -> _Header | None:
    cells = first[place]
    if "ResponseID" not in cells or not {"ResponseSet", "EndDate"} & set(cells):
        return None
    if place and sum(bool(re.fullmatch(r"V\d+", cell)) for cell in first[place - 1]) > 2:
        return _Header(place + 1, first[place - 1], cells, [], 0.97, is_legacy=True)
    if "ResponseSet" not in cells and len(_STRONG & set(cells)) < 2:
        return None
    below = first[place + 1] if place + 1 < len(first) else []
    if _tells_words(cells, below):
        return _Header(place + 2, cells, below, [], 0.95, is_legacy=True)
    return _Header(place + 1, cells, cells, [], 0.9, is_legacy=True)


def _current(first: list[list[str]], place: int, cells: list[str]) -> _Header | None:
    strong = _STRONG & set(cells)
    if "ResponseId" in cells:
        if not strong:
            return None
        sure = 0.75 if strong & _SURE else 0.6
    elif "RecordedDate" in cells and len(strong) > 2:
        sure = 0.7
    else:
        return None
    below = first[place + 1] if place + 1 < len(first) else []
    if _tells_words(cells, below):
        return _Header(place + 2, cells, below, [], 0.9)
    return _Header(place + 1, cells, cells, [], sure)


def _tells_words(codes: Sequence[str], below: Sequence[str]) -> bool:
    """Whether the row under the codes says them in words, whatever the language: in a response, dates and ids hold digits."""
    told = _MOMENTS | {"response_id"}
    cells = [cell for code, cell in zip(codes, below, strict=False) if cell and _NOTED_AS.get(code) in told]
    return bool(cells) and not any(re.search(r"\d|^R_\w+$", cell) for cell in cells)


def _id(cell: str) -> str:
    found = _IMPORT.match(cell)
    return found[1] if found else ""


def _zone(header: _Header) -> str:
    for cell in header.imports:
        if _id(cell) in ("startDate", "endDate", "recordedDate") and (found := _ZONE.search(cell)):
            return "UTC" if found[1] == "Z" else found[1]
    return ""


def _responses(
    header: _Header, columns: Sequence[_Column], cells: pa.Table, numbers: pa.Array
) -> tuple[pa.Table, pa.Array]:
    """The rows that are responses: header rows that stand again, where files were put under each other, are none."""
    again = pa.repeat(pa.scalar(False), cells.num_rows)
    for place, column in enumerate(columns):
        if column.use in _MOMENTS or column.use == "response_id":
            given = _trimmed(cells, place)
            told = pa.array({header.codes[place], header.words[place]} - {""}, pa.string())
            again = pc.or_(again, pc.or_(pc.is_in(given, told), pc.match_substring(given, "ImportId")))
    if not pc.any(again).as_py():
        return cells, numbers
    return cells.filter(pc.invert(again)), numbers.filter(pc.invert(again))


def _trimmed(cells: pa.Table, place: int) -> pa.Array:
    return pc.utf8_trim_whitespace(cells.column(place).combine_chunks())


def _is_filled(cells: pa.Table, place: int) -> bool:
    return bool(pc.any(pc.not_equal(_trimmed(cells, place), "")).as_py())


def _dates(columns: Sequence[_Column], cells: pa.Table) -> str:
    """ymd where every moment is written as Qualtrics does; a spreadsheet program may have saved them otherwise."""
    told = [_trimmed(cells, place) for place, column in enumerate(columns) if column.use in _MOMENTS]
    as_exported = [pc.all(pc.match_substring_regex(given, r"^(\d{4}-\d\d-\d\d\b.*)?$")).as_py() for given in told]
    return "ymd" if told and all(as_exported) else ""


# Columns


def _columns(header: _Header) -> list[_Column]:
    """What each column is, by its import id where there is one, else by its code."""
    found = []
    is_old = "ResponseSet" in header.codes
    for place, code in enumerate(header.codes):
        text = forms.clean(header.words[place])
        cell = header.imports[place] if header.imports else ""
        if cell:
            found.append(_by_import(code, text, cell, is_old=is_old))
        else:
            found.append(_by_code(header, code, text))
    return found


def _by_import(code: str, text: str, cell: str, *, is_old: bool) -> _Column:
    told = _id(cell)
    if told in _NOTED:
        return _Column(code, text, _NOTED[told])
    if is_old and code in _NOTED_AS:
        return _Column(code, text, _NOTED_AS[code])
    if _DERIVED_ID.fullmatch(told) or _POINT.search(cell) or not told:
        return _Column(code, text, "meta")
    choice = _CHOICE.search(cell)
    if asked := _QUESTION.fullmatch(told):
        return _Column(
            code, text or code, "question", asked[1], asked[2] or "", choice[1] if choice else "", bool(asked[3])
        )
    if re.match(r"(\d+_)?QID\d", told):
        return _Column(code, text or code, "question", told)
    if code in _NOTED_AS and code.startswith(("Participant ", "Unique ")):
        return _Column(code, text, _NOTED_AS[code])
    return _Column(code, text or code, "detail")


def _by_code(header: _Header, code: str, text: str) -> _Column:
    is_unnamed = header.is_legacy and re.fullmatch(r"V\d+", code)
    told = text if is_unnamed else code
    if told in _NOTED_AS:
        return _Column(code, text, _NOTED_AS[told])
    if not code or is_unnamed or _DERIVED_CODE.fullmatch(code) or _DERIVED_TEXT.fullmatch(text):
        return _Column(code, text, "meta")
    if header.imports or (not header.is_bare and text == forms.clean(code)):
        return _Column(code, text, "detail")  # embedded data: its name is all it has
    asked = _CODE.fullmatch(code)
    assert asked is not None  # any code that is not empty fits
    return _Column(code, text or code, "question", asked[1], asked[2] or "", "", bool(asked[3]))


def _without_seen(columns: Sequence[_Column], cells: pa.Table) -> tuple[pa.Table, bool]:
    """The cells with -99 emptied in the questions, and whether there was any: it would count as an answer."""
    found = False
    for place, column in enumerate(columns):
        if column.use != "question":
            continue
        unanswered = pc.equal(_trimmed(cells, place), _SEEN)
        if pc.any(unanswered).as_py():
            found = True
            cleared = pc.if_else(unanswered, "", cells.column(place).combine_chunks())
            cells = cells.set_column(place, cells.schema.field(place), cleared)
    return cells, found


# Fields


def _fields(
    header: _Header, columns: Sequence[_Column], cells: pa.Table, joined: Mapping[int, str]
) -> tuple[Field, ...]:
    """A field for each column."""
    stands = _chosen(columns, cells)
    fields = []
    for place, column in enumerate(columns):
        if column.use == "question":
            fields.append(Field(column.text, key=column.code, joined=joined.get(place, ""), is_open=column.is_text))
        else:
            use = column.use if column.use in ("detail", "started_on", "response_id") else "meta"
            fields.append(Field(column.text, use=stands.get(place, use), key=column.code if use == "detail" else ""))
    if header.is_bare:
        _name_choices(columns, cells, fields)
    else:
        _name_options(header, columns, fields)
    return tuple(fields)


def _chosen(columns: Sequence[_Column], cells: pa.Table) -> dict[int, str]:
    """Place -> use of the columns that stand for the moment and for the person: the first that holds anything."""
    found = {}
    wanted = {"answered_on": ("recorded_on", "ended_on"), "respondent": ("reference", "mail")}
    for use, kinds in wanted.items():
        places = [place for kind in kinds for place, column in enumerate(columns) if column.use == kind]
        filled = [place for place in places if _is_filled(cells, place)]
        if filled or (use == "answered_on" and places):
            found[(filled or places)[0]] = use
    return found


def _joined_cells(header: _Header, columns: Sequence[_Column], cells: pa.Table) -> tuple[pa.Table, dict[int, str]]:
    """The cells, and place -> what stands between the choices of a cell, of the columns that hold several in one.

    Codes get a semicolon for their comma: 1,3 would else be as good a decimal number.
    """
    joined = {}
    for place, column in enumerate(columns):
        if not header.imports or column.use != "question" or column.part or column.choice or column.is_text:
            continue  # only an import id tells a choice from free text
        words = forms.distinct(cells, place)
        if _are_codes(words):
            parted = pc.replace_substring(cells.column(place).combine_chunks(), ",", ";")
            cells = cells.set_column(place, cells.schema.field(place), parted)
            joined[place] = ";"
        elif _are_joined(words):
            joined[place] = ","
    return cells, joined


def _are_codes(words: Iterable[str]) -> bool:
    """Whether the cells are the codes of choices with a comma between them; what 1,000 ends with is no code."""
    if not any("," in word for word in words) or not all(re.fullmatch(r"\d+(,\d+)*", word) for word in words):
        return False
    return not any(re.search(r",0\d", word) for word in words)


def _are_joined(words: Iterable[str]) -> bool:
    """Whether the cells are choices with a comma between them and no space after it.

    What holds such a comma by chance ("Yes,always") never shares a part with another answer.
    """
    pieces = {word: _pieces(word) for word in words}
    put_together = [word for word, parts in pieces.items() if len(parts) > 1 and len(set(parts)) == len(parts)]
    if not put_together:
        return False
    met: dict[str, int] = defaultdict(int)
    for parts in pieces.values():
        for part in set(parts):
            met[part] += 1
    return len(put_together) == 1 or any(met[part] > 1 for word in put_together for part in pieces[word])


def _pieces(word: str) -> list[str]:
    """The cell cut at commas that no space follows; 1,000 stays whole."""
    return re.split(r",(?=\S)(?!(?<=\d,)\d{3}(?!\d))", word)


def _name_options(header: _Header, columns: Sequence[_Column], fields: list[Field]) -> None:
    """Give the fields of one question what they share and what tells them apart; strip what Qualtrics adds."""
    groups: dict[str, list[int]] = defaultdict(list)
    typed: dict[str, list[str]] = defaultdict(list)  # of an option: what a person wrote beside 'Other'
    for place, column in enumerate(columns):
        if column.group:
            groups[column.group].append(place)
        elif column.use == "question" and column.is_text and column.part and not header.is_legacy:
            typed[column.base].append(column.text)
    for places in groups.values():
        _name_group(columns, places, typed[columns[places[0]].base], "-" if header.is_legacy else " - ", fields)
    for place, column in enumerate(columns):
        if column.use == "question" and not column.is_text and not column.group:
            fields[place] = replace(fields[place], text=_question(column.text, typed[column.base]))


def _name_group(
    columns: Sequence[_Column], places: Sequence[int], typed: Sequence[str], mark: str, fields: list[Field]
) -> None:
    several = True if columns[places[0]].choice else None
    texts = [columns[place].text for place in places]
    shared = _shared(texts, mark)
    if several and len(texts) == 1:
        shared = texts[0].rpartition(mark)[0]
    for place, text in zip(places, texts, strict=True):
        if shared:
            option = text[len(shared) + len(mark) :].strip()
            fields[place] = _option(fields[place], _question(shared, typed), option, several)
        elif several:  # a text piped into the question differs by person: its code holds the options together
            fields[place] = _option(fields[place], columns[place].code.rpartition("_")[0], text, several)
        else:
            fields[place] = replace(fields[place], text=_bare(text))


def _option(field: Field, of: str, option: str, several: bool | None) -> Field:
    return replace(field, text=f"{of}: {option}", of=of, option=option, several=several)


def _shared(texts: Sequence[str], mark: str) -> str:
    """The question with which several texts start, up to the mark before what tells them apart; empty where none is."""
    if len(texts) < 2:
        return ""
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(min(texts), max(texts), strict=False))
    start = "".join(sign for sign, _ in alike)
    # A hyphen alone stands within words as well: where a sign ends the question before one, that is the mark.
    ends = [found.end() for found in re.finditer(r"[?:.!](?=-)", start)] if mark == "-" else []
    return start[: ends[0] if ends else max(start.rfind(mark), 0)].strip() if mark in start else ""


def _question(text: str, typed: Sequence[str]) -> str:
    """The question without 'Selected Choice' in any language: the column of what was typed beside 'Other' lacks it."""
    for other in typed:
        shared = "" if other.startswith(f"{text} - ") else _shared([text, other], " - ")
        if shared and " - " not in text[len(shared) + 3 :]:
            return shared
    return _bare(text)


def _bare(text: str) -> str:
    return text.removesuffix(_CHOICE_MARK).replace(f"{_CHOICE_MARK} - ", " - ")


def _name_choices(columns: Sequence[_Column], cells: pa.Table, fields: list[Field]) -> None:
    """Hold together the columns whose cells say that they are the options of one multiple choice.

    Of bare codes nothing else is known: each column then holds one word of its own, or the same 1 as the others.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for place, column in enumerate(columns):
        if column.group:
            groups[column.group].append(place)
    for code, places in groups.items():
        words = [forms.distinct(cells, place) for place in places]
        given = [next(iter(held)) for held in words if held]
        if len(places) < 2 or any(len(held) > 1 for held in words) or not given:
            continue
        if set(given) == {"1"}:
            options = [columns[place].part.lstrip("_") for place in places]
        elif len(set(given)) == len(given) and not any(re.fullmatch(r"[-+\d.,]+", word) for word in given):
            options = [next(iter(held), columns[place].code) for held, place in zip(words, places, strict=True)]
        else:
            continue
        for place, option in zip(places, options, strict=True):
            fields[place] = _option(fields[place], code, option, None)


# Statuses


def _statuses(columns: Sequence[_Column], cells: pa.Table) -> tuple[str, ...]:
    """Of each response whether it was a test, or was not finished; empty where no column tells."""
    places = {column.use: place for place, column in reversed(list(enumerate(columns)))}
    told = []
    if "status" in places:
        told.append(_told(cells, places["status"], "test", _is_test))
    if "finished" in places:
        told.append(_told(cells, places["finished"], "partial", lambda word: word.casefold() in _FALSE))
    elif "progress" in places:
        told.append(_told(cells, places["progress"], "partial", _is_short))
    return tuple(next(filter(None, of_one), "") for of_one in zip(*told, strict=True))


def _told(cells: pa.Table, place: int, status: str, holds: Callable[[str], bool]) -> list[str]:
    """The status of each response whose cell says so; each distinct cell is looked at once."""
    encoded = _trimmed(cells, place).dictionary_encode()
    statuses = [status if holds(word) else "" for word in encoded.dictionary.to_pylist()]
    return [statuses[index] for index in encoded.indices.to_pylist()]


def _is_test(word: str) -> bool:
    if code := re.fullmatch(r"(\d+)(\.0)?", word):
        return bool(int(code[1]) & _TEST_BITS)
    return bool(_TEST_WORDS.search(word))


def _is_short(word: str) -> bool:
    progress = re.fullmatch(r"(\d+)(\.\d+)?\s*%?", word)
    return bool(progress and int(progress[1]) < 100)
