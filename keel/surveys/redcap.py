"""REDCap: known by record_id with <form>_complete, redcap_event_name and its like, and checkboxes as field___code; or,
exported with labels, by "Record ID", "Complete?", "Survey Timestamp" and "Question (choice=Option)"."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from keel import forms
from keel.errors import InputError
from keel.forms import Field, Form
from keel.sheets import Sheet

NAME = "REDCap"


# Columns REDCap adds, by name and by label, and what they are used for.
_RESERVED: Mapping[str, str] = {
    "redcap_event_name": "detail",
    "redcap_repeat_instrument": "meta",
    "redcap_repeat_instance": "meta",
    "redcap_data_access_group": "detail",
    "redcap_survey_identifier": "respondent",
}
_LABELS: Mapping[str, str] = {
    "event name": "redcap_event_name",
    "repeat instrument": "redcap_repeat_instrument",
    "repeat instance": "redcap_repeat_instance",
    "data access group": "redcap_data_access_group",
    "survey identifier": "redcap_survey_identifier",
}
_COMPLETE = re.compile(r"([a-z][a-z0-9_]*)_complete")
_TIMESTAMP = re.compile(r"([a-z][a-z0-9_]*)_timestamp")
_CHECKBOX = re.compile(r"([a-z][a-z0-9_]*?)___(\w+)")
_LABELLED_CHECKBOX = re.compile(r"(.*?)\s*\(choice=(.*)\)", re.DOTALL)
_RECORD = re.compile(
    r"((record|study|participant|subject|patient|respondent|response|survey|case|person|client|member)[ _]?)?"
    r"(id|no|number|nr)",
    re.IGNORECASE,
)
_STATES = frozenset({"0", "1", "2", "incomplete", "unverified", "complete"})
_UNFINISHED = frozenset({"", "0", "incomplete"})
_NOT_COMPLETED = "[not completed]"
_DAY = re.compile(
    r"date|today|(date_(of_)?)?(survey|interview|visit|completion|completed|submission|submitted|response)(_date)?"
    r"|date_(of_)?(the_)?(survey|interview|visit|completion|completed|submission|submitted|response)",
)
_PERSONAL = frozenset({
    "name", "first_name", "last_name", "firstname", "lastname", "full_name", "fname", "lname", "surname", "email",
    "email_address", "phone", "phone_number", "telephone", "mobile", "address", "street", "dob", "date_of_birth",
    "birth_date", "mrn", "first name", "last name", "full name", "date of birth", "phone number", "street, city, state, zip",
    "e-mail", "email address",
})  # fmt: skip
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_NO_WORDS = "The questions are called by their field names: with the project's data dictionary they get their words."

_FIELD, _TYPE, _LABEL, _CHOICES = (
    ("variable / field name", "field_name"), ("field type", "field_type"), ("field label", "field_label"),
    ("choices, calculations, or slider labels", "choices or calculations", "select_choices_or_calculations"),
)  # fmt: skip
_IDENTIFIER = ("identifier?", "identifier")
_WITH_CHOICES = frozenset({"radio", "dropdown", "checkbox", "select"})
_NEVER_COUNTED = frozenset({"file", "signature", "descriptive"})


def recognises(sheet: Sheet) -> float:
    """How sure it is that the sheet holds records as REDCap exports them, 0 to 1."""
    found = forms.rows(sheet)
    best = max((max(_likeness(cells), 0.6 * _heads_dictionary(cells)) for cells in found), default=0.0)
    return 0.6 if 0 < best < 0.5 and _says_complete(found) else best


def read(sheet: Sheet) -> Form:
    """The form in a REDCap sheet. Raises InputError where the sheet is a data dictionary, or has no header of REDCap's."""
    found = forms.rows(sheet)
    place = max(range(len(found)), key=lambda row: _likeness(found[row]), default=0)
    if not found or not _likeness(found[place]):
        held = "a REDCap data dictionary" if any(map(_heads_dictionary, found)) else "no header row of REDCap's"
        raise InputError(
            f"{sheet.name}: this is {held}, which holds no responses; the project's exported records were expected. "
            "Export them in REDCap under Data Exports."
        )
    header = found[place]
    cells, numbers = forms.below(sheet, place + 1)
    cells, numbers = _records(cells, numbers, header)
    stamps = _stamps(header, cells)
    completes = [at for at in range(len(header)) if _is_complete(header[at], cells, at)]
    statuses = _statuses(cells, completes, stamps)
    for at in stamps:
        cells = _changed(cells, at, lambda word: "" if word.casefold() == _NOT_COMPLETED else word)
    uses = _uses(header, cells, stamps, completes)
    if len(stamps) > 1 and uses.get(stamps[-1]) == "answered_on":
        cells = cells.set_column(stamps[-1], cells.column_names[stamps[-1]], _latest(cells, stamps))
    fields = [_field(name, uses.get(at)) for at, name in enumerate(header)]
    for at, field in enumerate(fields):
        if field.use == "question":
            cells = _with_points(cells, at)
    raw = any(field.use == "question" and field.key for field in fields)
    return Form("redcap", tuple(fields), cells, numbers, statuses, notes=(_NO_WORDS,) if raw else ())


def dictionary(sheet: Sheet) -> dict[str, dict[str, Any]] | None:
    """Field -> its text, labels (code -> words) and type, of a REDCap data dictionary; None where the sheet is none."""
    head = forms.find(sheet, _heads_dictionary)
    if head is None:
        return None
    header = [cell.casefold() for cell in forms.rows(sheet, head + 1)[head]]
    cells, _ = forms.below(sheet, head + 1)
    names, types, labels, choices = (_told(cells, header, headings) for headings in (_FIELD, _TYPE, _LABEL, _CHOICES))
    persons = _told(cells, header, _IDENTIFIER)
    return {
        name: {
            "text": forms.clean(label), "labels": _labels(kind.casefold(), choice), "type": kind.casefold(),
            "identifies": person.casefold() == "y",
        }
        for name, kind, label, choice, person in zip(names, types, labels, choices, persons, strict=True)
        if name
    }  # fmt: skip


def with_dictionary(form: Form, dictionary: Mapping[str, Mapping[str, Any]]) -> Form:
    """The form with the words of a data dictionary on its fields: questions, options and labels."""
    fields = tuple(_worded(field, dictionary) for field in form.fields)
    return replace(form, fields=fields, notes=tuple(note for note in form.notes if note != _NO_WORDS))


# Recognising


def _likeness(cells: Sequence[str]) -> float:
    folded = [cell.casefold() for cell in cells]
    reserved = sum(cell in _RESERVED for cell in cells)
    forms_ended = {match[1] for cell in cells if (match := _COMPLETE.fullmatch(cell))}
    stamped = {match[1] for cell in cells if (match := _TIMESTAMP.fullmatch(cell))}
    boxes = sum(bool(_CHECKBOX.fullmatch(cell)) for cell in cells)
    record = "record_id" in cells or bool(
        cells and re.fullmatch(r"\w+_id|id", cells[0]) and _RECORD.fullmatch(cells[0])
    )
    labelled_boxes = sum(bool(_LABELLED_CHECKBOX.fullmatch(cell)) for cell in cells)
    signs = sum(cell in _LABELS or cell == "survey timestamp" for cell in folded)
    if reserved or ("record_id" in cells and forms_ended):
        return 0.97
    if record and forms_ended and (len(forms_ended) > 1 or forms_ended & stamped):
        return 0.9
    if "complete?" in folded and ("record id" in folded or signs or labelled_boxes):
        return 0.95
    if forms_ended and boxes:
        return 0.9
    if (record and boxes) or ("record id" in folded and (labelled_boxes or "survey timestamp" in folded)):
        return 0.85
    if len(forms_ended) > 1 or boxes > 1 or labelled_boxes > 1 or folded.count("complete?") > 1:
        return 0.7
    if (record and stamped) or (labelled_boxes and signs):
        return 0.6
    return 0.45 if forms_ended & stamped or (record and forms_ended) else 0.0


def _says_complete(found: Sequence[Sequence[str]]) -> bool:
    """Whether the states of a form, 2 or Complete among them, stand under a header of one: no yes and no of a task."""
    header = max(found, key=_likeness)
    places = [at for at, cell in enumerate(header) if _COMPLETE.fullmatch(cell)]
    below = found[found.index(header) + 1 :]
    states = [{cells[at].casefold() for cells in below} - {""} for at in places]
    return any(words <= _STATES and words & {"2", "complete"} for words in states)


def _heads_dictionary(cells: Sequence[str]) -> bool:
    folded = {cell.casefold() for cell in cells}
    return all(folded.intersection(headings) for headings in (_FIELD, _TYPE, _LABEL, _CHOICES))


# Records


def _records(cells: pa.Table, numbers: pa.Array, header: Sequence[str]) -> tuple[pa.Table, pa.Array]:
    """The rows without headers of files joined on."""
    again = pc.equal(pc.utf8_trim_whitespace(cells.column(0)), header[0]) if header[0] else None
    if again is None or not pc.any(again).as_py():
        return cells, numbers
    return forms.kept(cells, numbers, pc.invert(again).to_pylist())


def _stamps(header: Sequence[str], cells: pa.Table) -> list[int]:
    """The columns that say when a form was sent in, in their order; those of forms that are there, where any is."""
    ended = {match[1] for cell in header if (match := _COMPLETE.fullmatch(cell))}
    named = {at: match[1] for at, cell in enumerate(header) if (match := _TIMESTAMP.fullmatch(cell))}
    sure = [at for at, form in named.items() if form in ended]
    return sure or [*named, *(at for at, cell in enumerate(header) if cell.casefold() == "survey timestamp")]


def _is_complete(name: str, cells: pa.Table, place: int) -> bool:
    if name.casefold() != "complete?" and not _COMPLETE.fullmatch(name):
        return False
    return {word.casefold() for word in forms.distinct(cells, place)} <= _STATES


def _statuses(cells: pa.Table, completes: Sequence[int], stamps: Sequence[int]) -> tuple[str, ...]:
    """Not finished is who sent a form off half done, or none at all."""
    if not completes and not stamps:
        return ()
    partial = pa.repeat(pa.scalar(bool(completes)), cells.num_rows)
    for at in completes:
        partial = pc.and_(partial, _mask(cells, at, lambda word: word.casefold() in _UNFINISHED))
    for at in stamps:
        partial = pc.or_(partial, _mask(cells, at, lambda word: word.casefold() == _NOT_COMPLETED))
    return tuple("partial" if one else "" for one in partial.to_pylist())


def _uses(header: Sequence[str], cells: pa.Table, stamps: Sequence[int], completes: Sequence[int]) -> dict[int, str]:
    uses: dict[int, str] = dict.fromkeys([*completes, *stamps], "meta")
    has_person = False
    for at, name in enumerate(header):
        reserved = name if name in _RESERVED else _LABELS.get(name.casefold(), "")
        if reserved:
            uses[at] = _RESERVED[reserved]
            if uses[at] == "respondent":
                has_person = bool(forms.distinct(cells, at))
                uses[at] = "respondent" if has_person else "meta"
        elif name.casefold() in _PERSONAL:
            uses[at] = "meta"
    record = next((at for at, name in enumerate(header) if name.casefold() in ("record_id", "record id")), None)
    if record is None and header and 0 not in uses and _RECORD.fullmatch(header[0]):
        record = 0
    if record is not None:
        words = [word for word in forms.column(cells, record) if word]
        once = len(set(words)) == len(words)  # else a row is an event of a person, or a repeat of a form
        uses[record] = "response_id" if once else "meta" if has_person else "respondent"
    if stamps:
        uses[stamps[-1]] = "answered_on"
    else:
        days = [at for at, name in enumerate(header) if at not in uses and _DAY.fullmatch(name.casefold())]
        if len(days) == 1:
            uses[days[0]] = "answered_on"
    return uses


def _latest(cells: pa.Table, stamps: Sequence[int]) -> pa.ChunkedArray:
    """The time of the last form that a row has: later forms may not be asked in every event."""
    found = cells.column(stamps[-1])
    for at in reversed(stamps[:-1]):
        found = pc.if_else(pc.equal(found, ""), cells.column(at), found)
    return found


def _field(name: str, use: str | None) -> Field:
    if use is not None:
        return Field(forms.clean(name), use, name if re.fullmatch(r"[a-z]\w*", name) else "")
    if match := _CHECKBOX.fullmatch(name):
        code = re.sub(r"^_", "-", match[2])  # a minus cannot stand in a name
        return Field(f"{match[1]}: {code}", key=name, of=match[1], option=code, several=True)
    if match := _LABELLED_CHECKBOX.fullmatch(name):
        of, option = forms.clean(match[1]).rstrip(": "), forms.clean(match[2])
        return Field(f"{of}: {option}", of=of, option=option, several=True)
    return Field(forms.clean(name), key=name if re.fullmatch(r"[a-z][a-z0-9_]*", name) else "")


def _with_points(cells: pa.Table, place: int) -> pa.Table:
    """The cells; in a column of numbers with 3,5 for three and a half, written 3.5, as other columns of the file may be."""
    words = forms.distinct(cells, place)
    with_comma = [word for word in words if "," in word]
    if not with_comma or not all(map(_NUMBER.fullmatch, words)):
        return cells
    if all(re.fullmatch(r"\d{1,3},\d{3}", word) for word in with_comma):  # may as well be thousands
        return cells
    return _changed(cells, place, lambda word: word.replace(",", "."))


def _mask(cells: pa.Table, place: int, test: Callable[[str], bool]) -> pa.Array:
    encoded = cells.column(place).combine_chunks().dictionary_encode()
    return pa.array([test(word.strip()) for word in encoded.dictionary.to_pylist()], pa.bool_()).take(encoded.indices)


def _changed(cells: pa.Table, place: int, change: Callable[[str], str]) -> pa.Table:
    """The cells with each distinct text of one column, trimmed, changed."""
    encoded = cells.column(place).combine_chunks().dictionary_encode()
    words = pa.array([change(word.strip()) for word in encoded.dictionary.to_pylist()], pa.string())
    return cells.set_column(place, cells.column_names[place], words.take(encoded.indices))


# The data dictionary


def _told(cells: pa.Table, header: Sequence[str], headings: Sequence[str]) -> list[str]:
    """One column of the dictionary by its heading; blanks where it has none."""
    place = next((at for at, cell in enumerate(header) if cell in headings), None)
    return [""] * cells.num_rows if place is None else forms.column(cells, place)


def _labels(kind: str, choices: str) -> dict[str, str]:
    """Code -> words of "1, Low | 2, High"; what a calculation or a slider has there is no choice."""
    if kind == "yesno":
        return {"1": "Yes", "0": "No"}
    if kind == "truefalse":
        return {"1": "True", "0": "False"}
    if kind not in _WITH_CHOICES:
        return {}
    pairs = (choice.partition(",") for choice in re.split(r"\||\n", choices))
    return {code.strip(): forms.clean(words) for code, comma, words in pairs if comma and code.strip()}


def _worded(field: Field, dictionary: Mapping[str, Mapping[str, Any]]) -> Field:
    if field.use not in ("question", "detail"):
        return field
    name = field.key.partition("___")[0] if field.of else field.key
    told = dictionary.get(name)
    if not told:
        return field
    if told["type"] in _NEVER_COUNTED or told.get("identifies"):
        return replace(field, use="meta")
    text = told["text"] or name
    if not field.of:
        return replace(field, text=text, labels=dict(told["labels"]))
    codes = {
        code.casefold(): words for code, words in told["labels"].items()
    }  # names are in lower case, codes need not be
    option = codes.get(field.option.casefold(), field.option)
    return replace(field, text=f"{text}: {option}", of=text, option=option)
