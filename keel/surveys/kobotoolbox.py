"""KoboToolbox and ODK: known by the columns written after the questions: _id, _uuid, _submission_time … _index (Kobo);
SubmissionDate, meta-instanceID, KEY (ODK Central, Briefcase, Aggregate)."""

import re
from collections import Counter
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from keel import forms
from keel.errors import InputError
from keel.forms import Field, Form
from keel.sheets import Sheet

NAME = "KoboToolbox"


_KOBO = frozenset({
    "_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by", "__version__", "_tags",
    "_index",
})  # fmt: skip
_ODK = frozenset({
    "meta-instanceID", "meta:instanceID", "meta-instanceName", "instanceID", "SubmitterID", "SubmitterName",
    "AttachmentsPresent", "AttachmentsExpected", "ReviewState", "DeviceID", "Edits", "FormVersion", "formdef_version",
})  # fmt: skip
# Of the device and the server, never asked of a person.
_META = _KOBO | frozenset({
    "today", "deviceid", "subscriberid", "simid", "simserial", "devicephonenum", "phonenumber", "username", "email",
    "audit", "_version_", "_xform_id_string", "_attachments", "_geolocation", "_edited", "_bamboo_dataset_id", "_duration",
    "background-audio",
})  # fmt: skip
_META_OF_ODK = _ODK | {"KEY", "Status", "SubmissionDate", "duration", "review_status", "review_quality", "caseid"}
_META_PATH = re.compile(r"(meta|formhub)[/:-].*|_parent_.*|_submission_.*|_?version_*(\d+_*)*")
_PLACE = re.compile(r"_(.+)_(latitude|longitude|altitude|precision)|(.+)-(Latitude|Longitude|Altitude|Accuracy)")
_LINKED = re.compile(r".+_URL")  # of a photo or recording
_PARENT = frozenset({"_parent_index", "_parent_table_name", "PARENT_KEY"})  # rows of a group that repeats in a response
_STARTS = ("start", "starttime", "Start", "start_time")
_ENDS = ("end", "endtime", "End", "end_time")
_SENT = ("_submission_time", "SubmissionDate", "today")
_IDS = ("_uuid", "KEY", "meta-instanceID", "meta:instanceID", "meta/instanceID", "instanceID", "_id")
_FLAGS = frozenset({"0", "1", "0.0", "1.0", "true", "false"})
_XML_PATH = re.compile(r"[A-Za-z_][\w.-]*(/[\w.-]+)*")
_CHOICE = re.compile(r"[A-Za-z0-9_][\w-]*")
_NOT_APPROVED = frozenset({"not approved", "validation_status_not_approved", "rejected"})
MOST_OPTIONS = 30  # a cell of more distinct words than this is text


def recognises(sheet: Sheet) -> float:
    """How sure it is that the sheet holds responses as KoboToolbox or ODK exports them, 0 to 1."""
    return max(map(_likeness, forms.rows(sheet)), default=0.0)


def read(sheet: Sheet) -> Form:
    """The form in a KoboToolbox or ODK sheet. Raises InputError where it holds only the rows of a repeated group."""
    found = forms.rows(sheet)
    place = max(range(len(found)), key=lambda row: _likeness(found[row]), default=0)
    header = found[place] if found else []
    if not header or _PARENT.intersection(header):
        raise InputError(
            f"{sheet.name}: these are the rows of a repeated group, several to a response; the sheet of the responses was "
            "expected. Upload the file that holds _submission_time or SubmissionDate for each."
        )
    cells, numbers = forms.below(sheet, place + 1)
    cells, numbers = _responses(cells, numbers, header, found[place + 1 :])
    uses, cells, notes = _uses(header, cells)
    return Form(
        "kobotoolbox", tuple(_fields(header, uses, cells)), cells, numbers, notes=(*notes, *_reviews(header, cells))
    )


def _likeness(cells: Sequence[str]) -> float:
    there = set(cells)
    if there & _PARENT:
        return 0.55 if there & {"_index", "_submission__id", "_submission__uuid", "KEY"} else 0.0
    kobo = len(there & _KOBO)
    if "_submission_time" in there and kobo > 1:
        return 0.98 if kobo > 3 else 0.9
    if kobo > 1 and there & {"_uuid", "_validation_status", "__version__", "_submitted_by"}:
        return 0.9 if kobo > 3 else 0.6
    odk = len(there & _ODK)
    if "SubmissionDate" in there:
        return 0.95 if odk and ("KEY" in there or odk > 2) else 0.7 if "KEY" in there or odk else 0.3
    return 0.7 if odk > 2 and "KEY" in there else 0.3 if "_submission_time" in there else 0.0


def _responses(
    cells: pa.Table, numbers: pa.Array, header: Sequence[str], below: Sequence[Sequence[str]]
) -> tuple[pa.Table, pa.Array]:
    """The rows without the tags (#…) that may stand under the header, and without headers of files joined on."""
    tagged = [cell for cell in below[0] if cell] if below else []
    if tagged and all(cell.startswith("#") for cell in tagged):
        cells, numbers = cells.slice(1), numbers.slice(1)
    sure = next((header.index(name) for name in (*_SENT, *_IDS) if name in header), None)
    if sure is not None:
        again = pc.equal(pc.utf8_trim_whitespace(cells.column(sure)), header[sure])
        if pc.any(again).as_py():
            cells, numbers = forms.kept(cells, numbers, pc.invert(again).to_pylist())
    return cells, numbers


def _uses(header: Sequence[str], cells: pa.Table) -> tuple[dict[int, str], pa.Table, list[str]]:
    """Column -> use of those that were not asked; the cells, with the time sent where the end is not known; notes."""
    uses: dict[int, str] = {}
    placed = {match[1] or match[3] for name in header if (match := _PLACE.fullmatch(_tail(name)))}
    server = _META | _META_OF_ODK if "SubmissionDate" in header or "KEY" in header else _META
    for place, name in enumerate(header):
        tail = _tail(name)
        if name in server or _META_PATH.fullmatch(name) or _PLACE.fullmatch(tail) or tail in placed or name in placed:
            uses[place] = "meta"
        elif _LINKED.fullmatch(name) and name.removesuffix("_URL") in header:
            uses[place] = uses[header.index(name.removesuffix("_URL"))] = "meta"
    start, end, sent = (
        next((header.index(name) for name in names if name in header), None) for names in (_STARTS, _ENDS, _SENT)
    )
    known = next(
        (header.index(name) for name in _IDS if name in header and forms.distinct(cells, header.index(name))), None
    )
    if known is not None:
        uses[known] = "response_id"
    if start is not None:
        uses[start] = "started_on"
    if sent is not None:
        uses[sent] = "meta"
    notes = []
    if end is not None and forms.distinct(cells, end):
        uses[end] = "answered_on"
        if sent is not None:
            ended = pc.utf8_trim_whitespace(cells.column(end))
            cells = cells.set_column(
                end, cells.column_names[end], pc.if_else(pc.equal(ended, ""), cells.column(sent), ended)
            )
            notes.append(
                f"The day of a response is that of “{header[end]}”, the respondent's own, not that of {header[sent]}, "
                "which is in UTC."
            )
    else:
        if end is not None:
            uses[end] = "meta"
        if sent is not None:
            uses[sent] = "answered_on"
    return uses, cells, notes


def _reviews(header: Sequence[str], cells: pa.Table) -> list[str]:
    """A sentence where a reviewer turned responses down: the export holds them all the same."""
    for name in ("_validation_status", "ReviewState"):
        if name in header:
            said = [word.casefold() for word in forms.column(cells, header.index(name))]
            count = sum(word in _NOT_APPROVED for word in said)
            if count:
                return [f"Responses that a reviewer did not approve ({name}): {count:,}. They count all the same."]
    return []


# Questions


def _fields(header: Sequence[str], uses: dict[int, str], cells: pa.Table) -> list[Field]:
    asked = [place for place in range(len(header)) if place not in uses]
    in_names = all(_XML_PATH.fullmatch(header[place]) for place in asked)
    groups = _groups(header, asked)
    options = _options(header, asked, cells)
    joined = {base for base, _ in options.values()}
    fields = []
    for place, name in enumerate(header):
        if place in uses:
            fields.append(Field(forms.clean(name), uses[place], name))
        elif place in options:
            base, option = options[place]
            of = forms.clean(_question(base, groups, in_names)).rstrip(": ")
            several = True if base in header else None
            fields.append(Field(f"{of}: {option}", key=name, of=of, option=option, several=several))
        else:
            text = forms.clean(_question(name, groups, in_names))
            if name in joined:  # its choices have a column each: taken from there, never twice
                fields.append(Field(text, "meta", name))
            elif in_names and _is_joined(forms.distinct(cells, place)):
                fields.append(Field(text, key=name, joined=" "))
            else:
                fields.append(Field(text, key=name))
    return _told_apart(fields, header)


def _tail(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def _groups(header: Sequence[str], asked: Sequence[int]) -> set[str]:
    """What stands before a slash or, in ODK, a hyphen of at least two headers without being a question itself."""
    starts: Counter[str] = Counter()
    for place in asked:
        name = header[place]
        marks = re.finditer("/" if "/" in name or " " in name else "-", name)
        starts.update({name[: mark.start() + 1] for mark in marks})
    return {start for start, count in starts.items() if count > 1 and start[:-1] not in header}


def _question(name: str, groups: set[str], in_names: bool) -> str:
    """A header without its groups. A label may hold a slash of its own; a name cannot."""
    if in_names and "/" in name:
        return _tail(name)
    group = max((group for group in groups if name.startswith(group) and len(name) > len(group)), key=len, default="")
    return name[len(group) :]


def _options(header: Sequence[str], asked: Sequence[int], cells: pa.Table) -> dict[int, tuple[str, str]]:
    """Column -> (header of the question, option) of the columns of 0 and 1 that a select-multiple has for its options."""
    flags = {place for place in asked if "/" in header[place] and _are_flags(forms.distinct(cells, place))}
    named = {header[place] for place in asked}
    found: dict[int, tuple[str, str]] = {}
    for place in flags:
        marks = [mark.start() for mark in re.finditer("/", header[place])]
        base = next((header[place][:mark] for mark in reversed(marks) if header[place][:mark] in named), None)
        if base is not None:
            found[place] = (base, forms.clean(header[place][len(base) + 1 :]))
    if found:
        return found
    # Exported without the joined columns: the options of one question stand side by side under its path.
    alike: Counter[str] = Counter(header[place].rpartition("/")[0] for place in flags if forms.distinct(cells, place))
    wholly = {
        base for base, count in alike.items()
        if count > 1 and all(place in flags for place in asked if header[place].startswith(f"{base}/"))
    }  # fmt: skip
    for place in flags:
        base, _, option = header[place].rpartition("/")
        if base in wholly:
            found[place] = (base, forms.clean(option))
    return found


def _are_flags(words: set[str]) -> bool:
    return {word.casefold() for word in words} <= _FLAGS


def _is_joined(words: set[str]) -> bool:
    """Whether cells hold the names of choices with spaces between: few names, used again and again, none twice in a cell."""
    used: Counter[str] = Counter()
    alone: set[str] = set()
    for word in words:
        names = word.split()
        used.update(names)
        if len(used) > MOST_OPTIONS or len(set(names)) < len(names) or not all(map(_CHOICE.fullmatch, names)):
            return False
        alone.update(names if len(names) == 1 else ())
    again = sum(count > 1 or name in alone for name, count in used.items())
    return used.total() > len(words) and again * 3 >= len(used) * 2


def _told_apart(fields: Sequence[Field], header: Sequence[str]) -> list[Field]:
    """The fields; a question that shares its text with another of another group keeps its path."""
    texts: dict[str, set[str]] = {}
    for field in fields:
        if field.use == "question":
            texts.setdefault(field.of or field.text, set()).add(_base(field))
    found = []
    for field in fields:
        shared = field.use == "question" and len(texts[field.of or field.text]) > 1
        if not shared:
            found.append(field)
        elif field.of:
            base = forms.clean(_base(field))
            found.append(
                Field(f"{base}: {field.option}", key=field.key, of=base, option=field.option, several=field.several)
            )
        else:
            found.append(Field(forms.clean(field.key), key=field.key, joined=field.joined))
    return found


def _base(field: Field) -> str:
    return field.key[: len(field.key) - len(field.option) - 1] if field.of else field.key
