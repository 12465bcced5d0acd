"""SPSS data files (.sav, .zsav), known by their first bytes; the words of questions and answers stand in their dictionary.

Many tools write one (Qualtrics, SurveyMonkey, LimeSurvey among them), so what a variable is used for is told by the
names that those tools give, whatever the tool.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from keel import forms
from keel.errors import InputError
from keel.forms import Field, Form
from keel.sheets import Sheet

NAME = "SPSS"

# Names without case, spaces and punctuation, the better ones first: each use goes to the first that has a value.
_NAMED: Mapping[str, tuple[str, ...]] = {
    "answered_on": (
        "recordeddate", "submitdate", "submittedat", "submitteddate", "datesubmitted", "submissiontime", "submissiondate",
        "completiontime", "completiondate", "completedat", "datecompleted", "enddate", "endtime", "endedat", "end",
        "interviewdate", "dateofinterview", "intdate", "intvdate", "surveydate", "responsedate", "answeredon", "answerdate",
        "datestamp", "timestamp", "date", "datum", "fecha",
    ),
    "started_on": ("startdate", "starttime", "startedat", "datestarted", "timestarted", "start"),
    "response_id": (
        "responseid", "respondentid", "recordid", "respid", "caseid", "caseno", "casenumber", "sessionid", "serial", "uuid", "id",
    ),
    "respondent": (
        "externalreference", "externaldatareference", "participantuniqueidentifier", "recipientemail", "participantemail",
        "emailaddress", "email", "token", "participantid", "panelistid",
    ),
    "customer_id": ("customerid", "customernumber", "clientid"),
}  # fmt: skip
_META = frozenset({
    "ipaddress", "ipaddr", "durationinseconds", "duration", "interviewtime", "progress", "finished", "status", "vstatus",
    "responsestatus", "recipientlastname", "recipientfirstname", "firstname", "lastname", "locationlatitude",
    "locationlongitude", "latitude", "longitude", "distributionchannel", "userlanguage", "collectorid", "lastpage",
    "startlanguage", "seed", "refurl", "url", "useragent", "referer", "networkid", "filter",
})  # fmt: skip
_WEIGHTS = frozenset(
    {"weight", "weights", "weightvar", "wt", "wgt", "finalweight", "finalwgt", "rakeweight", "gewicht"}
)
# What SPSS and Qualtrics work out themselves: filters, groups of NPS, the order in which things were shown, clicks, scores.
_DERIVED = re.compile(
    r"\w+_\$|\w+_NPS_GROUP|\w+_DO(_\w+)?|\w+_(First_Click|Last_Click|Page_Submit|Click_Count|Browser|Version|Resolution)|SC\d+|Q_\w+"
)
_OTHER_DAYS = re.compile(
    r"birth|dob|geburt|naiss|nacim|nascita|hire|join|purchase|order|visit|start|begin", re.IGNORECASE
)
_ANONYMOUS = "1980-01-01"  # LimeSurvey's moment of submission where it keeps none

_TEST = re.compile(r"preview|spam|\btest\b|vorschau|aperçu|vista previa|anteprima", re.IGNORECASE)
_PARTIAL = re.compile(r"partial|incomplete|in progress|not finished|unvollständig|incompl", re.IGNORECASE)
_TEST_BITS = 1 | 2 | 8 | 256  # Qualtrics' Status is a sum: preview, test, spam, synthetic
_FALSE = frozenset({"0", "false", "no", "falsch", "nein", "faux", "non", "falso"})

_NOT = frozenset({
    "not selected", "not checked", "unchecked", "unselected", "not mentioned", "not chosen", "not quoted", "not ticked",
    "nicht gewählt", "nicht ausgewählt", "nicht genannt", "non coché", "non sélectionné", "non cité", "no seleccionado",
})  # fmt: skip
# Q3_1, Q3r1, Q3.1, reasons_1, Q3a: what comes before is shared by the options or the statements of one question.
_PART = re.compile(r"(.+?)(?:[_.$]|(?<=\d)[rxc]|(?<=\d)_?SQ)0*\d+|(.*\d)_?[a-z]")
_JOINT = re.compile(r"\?(?:\s*[:|–—-])?\s+|\s*[:|]\s+|\s[–—-]\s+")  # between a question and its option in a label
_CHOICE_MARK = re.compile(r"\s*[-–—:]\s*Selected Choice\s*$")  # how Qualtrics marks a question whose option has a text
_BETWEEN = ("; ", " | ", " / ", "\t")  # put between choices: the first that no label holds


@dataclass(frozen=True)
class _Variable:
    """One variable: its place in the sheet and what the file says of it."""

    place: int
    name: str
    label: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    type: str = "text"
    set: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.label or self.name

    @property
    def plain(self) -> str:
        return re.sub(r"[\W_]+", "", self.name.casefold())

    @property
    def is_asked(self) -> bool:
        """Whether its label puts a question: then it is one, whatever it is called."""
        return bool(re.search(r"[?？؟]", self.label))

    @property
    def stem(self) -> str:
        part = _PART.fullmatch(self.name)
        return (part[1] or part[2]) if part else ""


@dataclass(frozen=True)
class _Column:
    """One column of the form: its field and its cells."""

    field: Field
    cells: pa.ChunkedArray


def recognises(sheet: Sheet) -> float:
    """Certain of a sheet read from an SPSS file, nothing for any other."""
    return 1.0 if sheet.encoding in ("sav", "zsav") else 0.0


def read(sheet: Sheet) -> Form:
    """The form of an SPSS file. Raises InputError where it holds no case."""
    variables = _variables(sheet)
    cells, numbers = forms.below(sheet, 1)
    if not cells.num_rows:
        raise InputError(
            f"{sheet.name}: variables without a case were found; a case for each response was expected. "
            "Export the survey once it has responses."
        )
    uses = _uses(variables, cells)
    columns: list[_Column] = []
    asked = [one for one in variables if one.place not in uses]
    sets = _sets(asked, cells)
    for one in variables:
        if one.place in uses:
            columns.append(_Column(_field(one, uses[one.place]), cells.column(one.place)))
        else:
            columns += sets.get(one.place, [])
    days = [one for one in variables if uses.get(one.place) in ("answered_on", "started_on")]
    weights = [one.name for one in variables if one.plain in _WEIGHTS and uses.get(one.place) == "meta"]
    return Form(
        vendor=NAME.lower(),
        fields=tuple(column.field for column in columns),
        cells=pa.table({str(place): column.cells for place, column in enumerate(columns)}),
        numbers=numbers,
        statuses=_statuses(variables, cells),
        dates="ymd" if days and all(one.type in ("date", "datetime") for one in days) else "",
        notes=tuple(f"The file holds weights ({name}); every response counts as one." for name in weights),
    )


def _variables(sheet: Sheet) -> list[_Variable]:
    found = []
    for place, column in enumerate(sheet.cells.columns):
        name = column[0].as_py()
        said: Mapping[str, Any] = sheet.dictionary.get(name, {})
        found.append(
            _Variable(
                place,
                name.strip(),
                forms.clean(said.get("label", "")),
                {code: forms.clean(label) for code, label in said.get("labels", {}).items()},
                said.get("type", "text"),
                said.get("set", {}),
            )
        )
    return found


# Uses


def _uses(variables: Sequence[_Variable], cells: pa.Table) -> dict[int, str]:
    """Place -> use of every variable that is no question."""
    uses: dict[int, str] = {}
    named: dict[str, list[_Variable]] = {}
    for one in variables:
        if not one.is_asked:
            named.setdefault(one.plain, []).append(one)
    for use, names in _NAMED.items():
        is_day = use in ("answered_on", "started_on")
        there = [one for name in names for one in named.get(name, ()) if one.place not in uses]
        for one in there:
            if is_day and one.type == "number":
                continue  # a question may be called End
            fits = use not in uses.values() and (_tells_days if is_day else _has_value)(cells, one)
            uses[one.place] = use if fits else "meta"
    for one in variables:
        if _DERIVED.fullmatch(one.name) or (one.plain in _META | _WEIGHTS and not one.is_asked):
            uses.setdefault(one.place, "meta")
    if "answered_on" not in uses.values():
        days = [
            one for one in variables
            if one.type in ("date", "datetime") and one.place not in uses
            and not _OTHER_DAYS.search(f"{one.name} {one.label}") and _has_value(cells, one)
        ]  # fmt: skip
        if len(days) == 1:
            uses[days[0].place] = "answered_on"
    for one in variables:
        # A field a tool carries along has no words of its own; people are grouped by it.
        if (
            one.place not in uses
            and one.type == "text"
            and one.label in ("", one.name)
            and not one.labels
            and not one.stem
        ):
            uses[one.place] = "detail"
    return uses


def _has_value(cells: pa.Table, one: _Variable) -> bool:
    return bool(forms.distinct(cells, one.place))


def _tells_days(cells: pa.Table, one: _Variable) -> bool:
    """Whether it holds other days than the one of a survey that keeps none."""
    return any(not word.startswith(_ANONYMOUS) for word in forms.distinct(cells, one.place))


def _statuses(variables: Sequence[_Variable], cells: pa.Table) -> tuple[str, ...]:
    """The status of each response, empty where nothing tells."""
    there = {one.plain: one for one in variables if not one.is_asked}
    statuses = [""] * cells.num_rows
    told = False
    if "lastpage" in there and "submitdate" in there:  # LimeSurvey: no moment of submission, no submission
        told = True
        statuses = ["" if word else "partial" for word in forms.column(cells, there["submitdate"].place)]
    if "finished" in there:
        told = True
        one = there["finished"]
        unfinished = {
            w for w in forms.distinct(cells, one.place) if one.labels.get(w, w).casefold() in _FALSE or w in _FALSE
        }
        statuses = [
            "partial" if word in unfinished else was
            for word, was in zip(forms.column(cells, one.place), statuses, strict=True)
        ]
    for name in ("status", "vstatus", "responsestatus"):
        if name in there:
            told = True
            one = there[name]
            is_sum = bool({"responseid", "recordeddate", "distributionchannel"} & there.keys())
            meant = {word: _status(one.labels.get(word, word), is_sum) for word in forms.distinct(cells, one.place)}
            statuses = [
                meant.get(word, "") or was for word, was in zip(forms.column(cells, one.place), statuses, strict=True)
            ]
    return tuple(statuses) if told else ()


def _status(word: str, is_sum: bool) -> str:
    if _TEST.search(word) or (is_sum and re.fullmatch("[0-9]{1,4}", word) and int(word) & _TEST_BITS):
        return "test"
    return "partial" if _PARTIAL.search(word) else ""


# Questions


def _field(one: _Variable, use: str = "question") -> Field:
    return Field(one.text, use=use, key=one.name, labels=one.labels if use in ("question", "detail") else {})


def _sets(asked: Sequence[_Variable], cells: pa.Table) -> dict[int, list[_Column]]:
    """Place -> columns of the form that stand there, of every question."""
    found = {one.place: [_Column(_field(one), cells.column(one.place))] for one in asked}
    declared: dict[str, list[_Variable]] = {}
    for one in asked:
        if one.set:
            declared.setdefault(one.set["name"], []).append(one)
    for members in declared.values():
        if members[0].set["kind"] == "category":
            first, *others = members
            found[first.place] = [_mentions(members, cells)]
            found.update((one.place, []) for one in others)
        else:
            of, options = _parts(members)
            of = forms.clean(members[0].set["label"]) or of or members[0].stem or members[0].set["name"]
            for one, option in zip(members, options, strict=True):
                counted = one.set["counted"] or _only(one.labels)
                found[one.place] = [_option(one, of, option, counted, cells)]
    free = [one for one in asked if not one.set]
    for stem, run in groupby(free, key=lambda one: one.stem):
        members = list(run)
        if stem and len(members) > 1:
            found.update(_together(members, cells))
    return found


def _together(members: Sequence[_Variable], cells: pa.Table) -> dict[int, list[_Column]]:
    """The columns of neighbours of one stem: options of a multiple choice, statements of a matrix, or nothing together."""
    chosen = [_only(one.labels) for one in members]
    if all(chosen) and all(
        forms.distinct(cells, one.place) <= {code, "0"} for one, code in zip(members, chosen, strict=True)
    ):
        of, options = _parts(members)
        if not of and len({one.label for one in members}) == 1:  # the options stand on their codes
            of, options = members[0].text, [one.labels.get(code, "") for one, code in zip(members, chosen, strict=True)]
        if of and len(set(options)) == len(options):
            return {
                one.place: [_option(one, of, option, code, cells)]
                for one, option, code in zip(members, options, chosen, strict=True)
            }
        return {}
    of, options = _parts(members)
    if not of or len(set(options)) < len(options) or any(one.labels != members[0].labels for one in members):
        return {}
    return {
        one.place: [
            _Column(replace(_field(one), text=f"{of}: {option}", of=of, option=option), cells.column(one.place))
        ]
        for one, option in zip(members, options, strict=True)
    }


def _only(labels: Mapping[str, str]) -> str:
    """The one code that says an option was chosen; "" where the labels are those of several answers."""
    codes = [code for code, label in labels.items() if not (code == "0" and label.casefold() in _NOT)]
    return codes[0] if len(codes) == 1 else ""


def _parts(members: Sequence[_Variable]) -> tuple[str, list[str]]:
    """The question that all labels begin with, and the option that each ends in; ("", the labels) where there is none."""
    labels = [one.text for one in members]
    first, last = min(labels), max(labels)
    shared = first[: next((place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))]
    joints = list(_JOINT.finditer(shared))
    if not joints:
        return "", labels
    joint = joints[-1]
    of = shared[: joint.end()].strip().rstrip(":-–—|").strip()
    options = [label[joint.end() :].strip() for label in labels]
    return (_CHOICE_MARK.sub("", of), options) if all(options) else ("", labels)


def _option(one: _Variable, of: str, option: str, counted: str, cells: pa.Table) -> _Column:
    """One option of a multiple choice; its cells become 1 and 0 where the code that counts is known."""
    column = cells.column(one.place)
    if counted:
        chosen = pc.if_else(pc.equal(column, counted), "1", "0")
        column = pc.if_else(pc.equal(column, ""), "", chosen)
    return _Column(Field(f"{of}: {option}", key=one.name, of=of, option=option, several=True), column)


def _mentions(members: Sequence[_Variable], cells: pa.Table) -> _Column:
    """A multiple choice whose variables hold one choice each (first, second … mention), in one column of words."""
    first = members[0]
    of, _ = _parts(members)
    text = forms.clean(first.set["label"]) or of or first.text
    words = [_in_words(cells.column(one.place), one.labels) for one in members]
    between = next(
        (b for b in _BETWEEN if not any(b.strip() in label for one in members for label in one.labels.values())), "\t"
    )
    joined = pa.array([between.join(filter(None, said)) for said in zip(*words, strict=True)], pa.string())
    return _Column(Field(text, key=first.set["name"], joined=between), pa.chunked_array([joined]))


def _in_words(column: pa.ChunkedArray, labels: Mapping[str, str]) -> list[str]:
    """The column with labels for codes."""
    return [labels.get(code, code) for code in column.to_pylist()]
