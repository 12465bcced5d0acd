"""What the answers of a survey are worth, whatever tool it came from: kinds, scales, roles, groups, what counts.

A vendor's module gives a `Form`; here its columns become questions (a score, words on a scale, one choice,
several, text, a date), its cells answers, its rows responses. What is proposed carries its reason, and can be
said otherwise in the mapping.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from keel import choices, scales, values
from keel.errors import InputError
from keel.forms import Field, Form
from keel.readings import DUPLICATE, NO_DATE, PARTIAL, TEST

if TYPE_CHECKING:
    from keel.intake import Table

ROLES = ("engagement", "enps", "nps", "csat", "ces")
COMMENTS = "text"  # of a question, where it is said that its words are comments however often they are alike
NO_ROLE = "none"  # said of a question that shall count as nothing
MOST_CHOICES = 20  # a text column with more distinct answers than this is free text
LONGEST_CHOICE = 100  # characters
FEW_WORDS = 3  # answers of more words, no two of them the same, are comments
FEW_TEXTS = 60  # characters: all answers shorter than this may be choices

# The least favourable answer by role and scale (METRICS: top two of 4, 5, 6; top three of 7; 7 or more of 0-10).
FAVOURABLE_FROM: Mapping[str, Mapping[tuple[int, int], int]] = {
    "engagement": {(1, 4): 3, (1, 5): 4, (1, 6): 5, (1, 7): 5, (0, 10): 7, (1, 10): 7},
    "csat": {(1, 5): 4, (1, 7): 6, (1, 10): 9, (0, 10): 9},
    "ces": {(1, 7): 5},
}
_RECOMMEND = re.compile(r"recommend|weiterempfehl|weiter empfehl|recommand|recomend|raccomand|aanbevel", re.IGNORECASE)
_WORKPLACE = re.compile(
    r"place to work|work (for|at|here)|employer|workplace|arbeitgeber|arbeitsplatz|trabajar|travailler|employeur|empleador",
    re.IGNORECASE,
)
_SATISFIED = re.compile(r"satisf|zufrieden|content[eo]?s? (de|avec)|tevreden|soddisf", re.IGNORECASE)
_EASY = re.compile(r"\beas(y|ier|ily)\b|\beffort\b|einfach|leicht|facile|fácil|facilement", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_OPEN = re.compile(
    r"(?i)comment|\bwhy\b|explain|suggest|improve|anything else|feedback|own words|describe|warum|weshalb|kommentar|anmerkung|"
    r"verbesser|pourquoi|expliqu|por qué|comentari|sugerenc"
)
# A question that asks for a group: "Which department do you work in?", "In welcher Abteilung arbeiten Sie?"
_ASKS_GROUP = re.compile(
    r"(?i)\b(which|what|your|select|choose|welche[rsmn]?|ihre?n?|qué|cuál|su|tu|quelle?|votre|dans)\b"
)
ITEM_FAMILIES = ("agreement", "satisfaction", "extent")  # how often or how important something is, is no engagement
_STAFF_GROUPS = frozenset({"department", "manager", "tenure", "level"})

# Cells by which a tool says that an option was chosen, or was not.
CHOSEN = frozenset(
    {"1", "1.0", "true", "checked", "selected", "x", "✓", "✔", "y", "ausgewählt", "gewählt", "coché", "seleccionado"}
)
NOT_CHOSEN = frozenset({
    "", "0", "0.0", "false", "unchecked", "not selected", "n", "nicht gewählt", "nicht ausgewählt", "non coché",
    "non sélectionné", "no seleccionado",
})  # fmt: skip

# Seconds a person takes for a question: 85 stand-alone closed ones fill a quarter of an hour (Pew Research Center's
# count of response times, 2022). A statement in a matrix is quicker, choices and ranks are slower, text is slowest.
CLOSED = 15 * 60 / 85
POINTS: Mapping[str, float] = {"multi": 2, "rank": 1, "text": 4}
IN_A_MATRIX = 0.5


@dataclass(frozen=True)
class Question:
    """One question as it was asked. `places` are its columns; `codes` what each distinct cell is worth."""

    places: tuple[int, ...]
    name: str  # of its own in this file: what the mapping calls it
    text: str
    kind: str = "text"
    role: str | None = None
    driver: str | None = None
    reversed: bool = False
    low: int | None = None
    high: int | None = None
    favourable_from: float | None = None
    why: str = ""
    options: tuple[str, ...] = ()
    codes: Mapping[str, float] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    separator: str = ""
    is_part: bool = False  # one statement of a matrix

    @property
    def number(self) -> int:
        """Its place in the file, from 1."""
        return self.places[0] + 1

    @property
    def scale(self) -> str | None:
        """The scale in words, where it has one: 0–10."""
        return f"{self.low}–{self.high}" if self.kind in ("score", "scale") else None


def names(form: Form) -> list[str]:
    """A name of its own for every column: its text, and from the second of the same text on which one it is."""
    seen: Counter[str] = Counter()
    found = []
    for place, asked in enumerate(form.fields, 1):
        text = asked.text or f"column {place}"
        seen[text] += 1
        found.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return found


def left_out(form: Form, *, partial: bool) -> dict[int, tuple[str, str]]:
    """Row (from 0) -> (why, reason) of the responses that do not count: tests, and partial ones unless they shall."""
    why = {
        "test": (TEST, "a test response; the survey was being tried out"),
        "partial": (PARTIAL, "the response was not finished"),
    }
    return {
        row: why[status]
        for row, status in enumerate(form.statuses)
        if status == "test" or (status == "partial" and not partial)
    }


def read(table: "Table", form: Form) -> dict[str, Any]:
    """Responses, answers and questions of one survey; see `keel.readings.Reading` for the keys."""
    fields = form.fields
    places = _places(table, form)
    groups = _groups(table, fields, set(places.values()))
    if form.dates:
        table.decided.setdefault("dates", form.dates)
    on = _days(table, places)
    staff = "customer_id" not in places and (
        bool(_STAFF_GROUPS & set(groups.values()))
        or ("respondent" in places and "employee" in table.header[places["respondent"]].casefold())
        or any(_WORKPLACE.search(name) for name in table.header)
    )
    free = [
        place for place, one in enumerate(fields)
        if one.use == "question" and place not in places.values() and place not in groups
    ]  # fmt: skip
    _require_asked(table, free)
    asked = _questions(table, fields, free, staff)
    given = [_answers(table, question) for question in asked]
    responses = _responses(table, places, groups, on)
    keys, repeated, is_told_apart = _keys(table, responses, asked, given, places)
    for row in repeated:
        table.leave_out(row, DUPLICATE, "the same response stands above; it counts once")
    responses = responses.append_column("fingerprint", keys)
    kept = table.kept()  # once every answer is typed: a score outside its scale takes its response out
    rows = responses.filter(kept)
    counted = rows.column("row")
    answers = [part.filter(pc.is_in(part.column("row"), counted)) for part in given]
    days = rows.column("answered_on")
    table.decided["questions"] = {
        q.name: {
            key: value
            for key, value in (
                ("role", q.role or NO_ROLE), ("driver", q.driver), ("reversed", q.reversed), ("low", q.low), ("high", q.high),
            )
            if value is not None and value is not False
        }
        for q in asked
        if q.kind in ("score", "scale")
    } | {
        name: {"kind": COMMENTS}
        for name, said in table.decided.get("questions", {}).items()
        if said.get("kind") == COMMENTS
    }  # fmt: skip
    refused = {column: "" for column, dim in table.decided.get("groups", {}).items() if not dim}
    table.decided["groups"] = {**refused, **{table.header[place]: dim for place, dim in groups.items()}}
    survey = _survey(table, [q.text for q in asked])
    described = tuple(_described(q, part, rows.num_rows) for q, part in zip(asked, answers, strict=True))
    tables = {"raw_questions": _as_table(asked), "raw_responses": rows}
    if answers:
        tables["raw_answers"] = pa.concat_tables(answers)
    used = {*places.values(), *groups, *(place for q in asked for place in q.places)}
    notes = [*form.notes, *_reversed_notes(asked, given)]
    if isinstance(on, _Said):
        notes.append(
            f"No column holds dates: every response counts on {on.day.isoformat()}; another day can be said (answered_on)."
        )
    return {
        "tables": tables, "survey": survey, "questions": described, "notes": tuple(notes),
        "groups": _described_groups(table, groups, kept), "minutes": _minutes(asked), "is_told_apart": is_told_apart,
        "unused": tuple(name for place, name in enumerate(table.header) if place not in used),
        "from_on": pc.min(days).as_py(), "to_on": pc.max(days).as_py(),
    }  # fmt: skip


# Columns that are no questions


def _places(table: "Table", form: Form) -> dict[str, int]:
    """Field of a response -> its column: as said, else as the vendor tells, else by its name."""
    from keel import intake

    said = dict(table.decided.get("columns", {}))
    day = said.get("answered_on", "")
    if day and table.place(day) is None and values.parse_date(day, "ymd"):
        said["answered_on"] = ""  # a day instead of a column
    for column in filter(None, said.values()):
        table.require(column)
    places: dict[str, int] = {}
    for place, one in enumerate(form.fields):
        if one.use not in ("question", "detail", "meta") and one.use not in said and one.use not in places:
            places[one.use] = place
    for name, column in said.items():
        if column:
            places[name] = table.require(column)
    told = form.vendor != "generic"
    open_to = {"detail"} if told else {"detail", "question"}
    there = [
        name if form.fields[place].use in open_to and place not in places.values() else ""
        for place, name in enumerate(table.header)
    ]
    for name, place in intake.match(
        there, "survey", {**{key: "" for key in places}, **{k: v for k, v in said.items() if not v}}
    ).items():
        if name not in places and not (told and name in ("answered_on", "started_on", "response_id")):
            places[name] = place
    table.decided["columns"] = {
        **{name: table.header[place] for name, place in places.items()},
        **{name: column for name, column in table.decided.get("columns", {}).items() if name not in places},
    }
    return places


@dataclass(frozen=True)
class _Said:
    """One day for every response, since no column tells it."""

    day: date
    values: pa.Array


def _days(table: "Table", places: Mapping[str, int]) -> "pa.Array | _Said":
    """The day of each response; one without any is left out. Raises InputError when no column tells, and none is said."""
    rows = table.body.num_rows
    if "answered_on" not in places and "started_on" not in places:
        said = table.decided["columns"].get("answered_on", "")
        if not said and not table.told:
            raise InputError(
                f"{table.file}: no column of dates was found among {', '.join(h[:30] for h in table.header)}; a survey needs the "
                "day of each answer. Name it with --set answered_on=COLUMN.",
                asks="answered_on",
                among=(*filter(None, table.header), table.latest.isoformat()),
            )
        day = values.parse_date(said, "ymd") or table.latest
        if day > table.latest:
            raise InputError(
                f"{table.file}: answered_on is {said}; a day up to {table.latest.isoformat()} was expected. Correct it."
            )
        table.decided["columns"] = {**table.decided["columns"], "answered_on": day.isoformat()}
        return _Said(day, pa.repeat(pa.scalar(day, pa.date32()), rows))
    on: pa.Array | None = None
    for name in ("answered_on", "started_on"):
        if name in places and (on is None or on.null_count):
            column = table.column(places[name], "date")
            for row, (word, reason) in column.faults.items():
                if on is None or not on[row].is_valid:
                    table.fault(row, table.header[places[name]], word, reason)
            on = column.values if on is None else pc.coalesce(on, column.values)
    assert on is not None
    heading = table.header[places.get("answered_on", places.get("started_on", 0))]
    for row in pc.indices_nonzero(pc.is_null(on)).to_pylist():
        table.leave_out(row, NO_DATE, f"no date; {heading} is empty", column=heading)
    return on


def _groups(table: "Table", fields: Sequence[Field], taken: set[int]) -> dict[int, str]:
    """Place -> dimension of the columns that group people: as said, else by their names."""
    from keel import intake

    said = {table.require(column): dim for column, dim in table.decided.get("groups", {}).items()}
    refused = {place for place, dim in said.items() if not dim}
    found = {place: dim for place, dim in said.items() if dim}
    there = [
        name if one.use in ("question", "detail") and not one.of else ""
        for name, one in zip(table.header, fields, strict=True)
    ]
    for dimension, place in intake.match(there, "groups").items():
        if place not in taken and place not in found and place not in refused and not is_question(table.header[place]):
            found[place] = dimension
    for dimension, place in _asked_groups(table, fields, taken | refused | found.keys()).items():
        if dimension not in found.values():
            found[place] = dimension
    return found


def _asked_groups(table: "Table", fields: Sequence[Field], taken: set[int]) -> dict[str, int]:
    """Dimension -> the first question that asks for it, and is answered with few words given often."""
    from keel import intake

    asked: dict[str, int] = {}
    for place, (name, one) in enumerate(zip(table.header, fields, strict=True)):
        if place in taken or one.use != "question" or one.of or not is_question(name) or not _ASKS_GROUP.search(name):
            continue
        spoken = set(re.findall(r"[\w']+", name.casefold()))
        named = [dim for dim, words in intake.synonyms()["groups"].items() if spoken & set(words)]
        if len(named) != 1 or named[0] in asked:
            continue
        counts = {word: n for word, n in _counted(table.cells(place)).items() if not scales.is_missing(word)}
        is_choice = 1 < len(counts) <= MOST_CHOICES and 2 * len(counts) <= sum(counts.values())
        says_yes = {word.casefold() for word in counts} <= values.YES | values.NO | {"maybe", "perhaps"}
        if not is_choice or says_yes or max(map(len, counts)) > FEW_TEXTS:
            continue
        if not scales.scale(counts) and not choices.separator(counts):
            asked[named[0]] = place
    return asked


def is_question(header: str) -> bool:
    """Whether a header reads like a question or a statement put to someone, rather than a field's name."""
    return len(header) >= 12 and len(header.split()) >= 3


def _require_asked(table: "Table", free: Sequence[int]) -> None:
    """Refuse a mapping that speaks of a question which is not there: its role would be lost in silence."""
    places = set(free)
    for name in table.decided.get("questions", {}):
        if table.place(name) is None and not any(name == table.of(place) for place in places):
            table.require(name)


def _described_groups(table: "Table", groups: Mapping[int, str], kept: pa.Array) -> tuple[dict[str, Any], ...]:
    found = []
    for place, dimension in groups.items():
        told = table.field(place).labels
        words = (word.strip() for word in table.cells(place).filter(kept).to_pylist())
        members = Counter(told.get(word, word) for word in words if word)
        found.append({"column": table.header[place], "dimension": dimension, "members": dict(members.most_common(50))})
    return tuple(found)


# Questions


def _questions(table: "Table", fields: Sequence[Field], free: Sequence[int], staff: bool) -> list[Question]:
    """The questions, in the order of their first columns."""
    asked: list[Question] = []
    done: set[int] = set()
    for place in free:
        if place in done:
            continue
        columns = [place]
        if fields[place].of:
            columns = [p for p in free if fields[p].of == fields[place].of]
        elif _holds_its_header(table, place, fields[place]):
            columns = _run(table, fields, place, free)
        found = _several(table, fields, columns, staff) if len(columns) > 1 or fields[place].several else None
        if found:
            done.update(columns)
            asked.append(found)
            continue
        ranks = len(columns) > 2 and _are_ranks(table, columns)
        for each in columns:
            done.add(each)
            asked.append(_question(table, each, fields[each], staff, is_rank=ranks))
    return sorted((q for q in asked if q.kind), key=lambda q: q.number)


def _question(table: "Table", place: int, asked: Field, staff: bool, *, is_rank: bool) -> Question:
    name = table.header[place]
    said = table.decided.get("questions", {}).get(name, {})
    words = [word for word in _distinct(table.cells(place)) if not scales.is_missing(word)]
    role = said.get("role")
    if role and role not in (*ROLES, NO_ROLE):
        raise InputError(
            f"{table.file}, column {name[:60]!r}: its role is {role!r}; one of {', '.join(ROLES)} was expected. Correct the mapping."
        )
    question = Question((place,), name, asked.text or name, is_part=bool(asked.of))
    if not words or (asked.is_open and not role) or said.get("kind") == COMMENTS:
        return replace(question, kind="text")
    if is_rank:
        return replace(question, kind="rank", codes={w: float(values.parse_number(w, comma=False) or 0) for w in words})
    _check_scale(table, name, said)
    found = scales.scale(words, text=name, labels=asked.labels)
    if found is None and "low" in said and "high" in said:
        found = _said_scale(words, said)
    if found is None:
        if role and role != NO_ROLE:
            raise InputError(
                f"{table.file}, column {name[:60]!r}: it was to be {role}, and holds other things than scores "
                f"({words[0][:40]!r}). Correct the mapping."
            )
        return _words(table, place, question, asked, words)
    said = _outgrown(said, found) if name in table.remembered else said
    low, high = (said["low"], said["high"]) if "low" in said and "high" in said else (found.low, found.high)
    return _scored(table, question, found, low, high, staff, said)


def _outgrown(remembered: Mapping[str, Any], found: scales.Scale) -> Mapping[str, Any]:
    """What an earlier file told of a question; without its scale where these answers leave that."""
    low, high = remembered.get("low", found.low), remembered.get("high", found.high)
    if all(low <= value <= high for value in found.values.values()):
        return remembered
    kept = {key: value for key, value in remembered.items() if key not in ("low", "high")}
    return kept if kept.get("role", NO_ROLE) != NO_ROLE else {}


def _check_scale(table: "Table", name: str, said: Mapping[str, Any]) -> None:
    low, high = said.get("low"), said.get("high")
    if (low is None) != (high is None) or (
        low is not None and not (isinstance(low, int) and isinstance(high, int) and low < high)
    ):
        raise InputError(
            f"{table.file}, column {name[:60]!r}: its scale is {low!r} to {high!r}; two whole numbers, low before high, were "
            "expected. Correct the mapping."
        )


def _said_scale(words: Iterable[str], said: Mapping[str, Any]) -> scales.Scale | None:
    """A scale a person said, of answers that alone would not make one; None where they are no numbers."""
    numbers = {word: values.parse_number(word, comma=False) for word in words}
    if any(number is None for number in numbers.values()):
        return None
    return scales.Scale(
        "score", said["low"], said["high"], {w: float(n) for w, n in numbers.items() if n is not None}, "as said"
    )


def _scored(
    table: "Table", question: Question, found: scales.Scale, low: int, high: int, staff: bool, said: Mapping[str, Any]
) -> Question:
    name = question.name
    role, why = _role(name, low, high, said, is_item=staff and found.family in ("", *ITEM_FAMILIES))
    if role in ("nps", "enps") and (low, high) != (0, 10):
        if high != 10:
            raise InputError(
                f"{table.file}, column {name[:60]!r}: its scale is {low} to {high}; NPS is on 0 to 10 only. Take it as "
                "customer satisfaction with --set csat=QUESTION."
            )
        if re.search(r"\b1\s*(-|–|to|bis|à|a)\s*10\b", name):
            # kept as NPS because a person says so, and told as such wherever the question stands
            question = replace(question, text=f"{question.text} (asked on 1 to 10)")
            why += "; asked on 1 to 10, where 0 could not be answered"
        else:
            low, why = 0, why + "; its scale is taken as 0 to 10"
    favourable = FAVOURABLE_FROM.get(role or "", {}).get((low, high))
    if role is not None and role in FAVOURABLE_FROM and favourable is None:
        raise InputError(
            f"{table.file}, column {name[:60]!r}: its scale is {low} to {high}, and {role} has no cut for it; one of "
            f"{', '.join(f'{a} to {b}' for a, b in FAVOURABLE_FROM[role])} was expected. Leave its role out of the mapping."
        )
    turned = found.is_descending or scales.is_reversed(name)
    if "reversed" not in said and turned:
        why += "; " * bool(why) + (
            "1 is the best answer here: turned round" if found.is_descending else "says that it is reversed"
        )
    return replace(
        question, kind=found.kind, low=low, high=high, role=role, driver=said.get("driver"),
        reversed=bool(said.get("reversed", turned)), favourable_from=favourable, codes=found.values,
        why=why or (found.why if found.kind == "scale" else ""), labels=_labels_of(table, question, found),
    )  # fmt: skip


def _labels_of(table: "Table", question: Question, found: scales.Scale) -> Mapping[str, str]:
    """Cell -> the words to show for it, of a scale of words."""
    if found.kind != "scale":
        return {}
    told = table.field(question.places[0]).labels
    return {cell: told.get(cell, cell) for cell in found.values}


def _role(text: str, low: int, high: int, said: Mapping[str, Any], *, is_item: bool) -> tuple[str | None, str]:
    """What the question counts as, and why: as said, else proposed from its words and scale."""
    if said.get("role") == NO_ROLE:
        return None, "as said"
    if said.get("role"):
        return said["role"], "as said"
    if said:
        return None, ""
    scale = f"{low}–{high}"
    if _RECOMMEND.search(text) and (low, high) == (0, 10):
        if _WORKPLACE.search(text):
            return "enps", f"{scale}, 'recommend … place to work'"
        return "nps", f"{scale}, 'recommend'"
    if _RECOMMEND.search(text) and (low, high) == (1, 10):
        return None, "no 0 among its answers; NPS only if 0 could be given"
    if is_item:
        fits = (low, high) in FAVOURABLE_FROM["engagement"] and not _RECOMMEND.search(text)
        return ("engagement", f"{scale}, asked of employees") if fits else (None, "")
    if _EASY.search(text) and (low, high) in FAVOURABLE_FROM["ces"]:
        return "ces", f"{scale}, 'easy'"
    if _SATISFIED.search(text) and (low, high) in FAVOURABLE_FROM["csat"]:
        return "csat", f"{scale}, 'satisfied'"
    return None, ""


def _words(table: "Table", place: int, question: Question, asked: Field, words: Sequence[str]) -> Question:
    """A column of words: several choices in a cell, one choice, a date or free text."""
    if asked.labels and all(word in asked.labels for word in words):
        return replace(question, kind="single", labels={word: asked.labels[word] for word in words})
    counts = {word: n for word, n in _counted(table.cells(place)).items() if not scales.is_missing(word)}
    separator = asked.joined or choices.separator(counts)
    options = choices.options(counts, separator, sure=bool(asked.joined)) if separator else ()
    if options:
        shown = tuple(asked.labels.get(option, option) for option in options)
        return replace(
            question, kind="multi", options=shown, separator=separator, labels=dict(zip(options, shown, strict=True))
        )
    if all(values.parse_date(word, "dmy") or values.parse_date(word, "mdy") for word in words):
        return replace(question, kind="date")
    all_differ = 1 < len(words) == sum(counts.values())
    if all_differ and (_OPEN.search(question.text) or any(len(_WORD.findall(word)) > FEW_WORDS for word in words)):
        return question  # comments: of choices, some would be the same
    if len(words) <= MOST_CHOICES and max(map(len, words)) <= FEW_TEXTS:
        return replace(question, kind="single")
    # Long texts are choices all the same when each was given often.
    if (
        len(words) <= MOST_CHOICES
        and max(map(len, words)) <= 2 * LONGEST_CHOICE
        and sum(counts.values()) >= 5 * len(words)
    ):
        return replace(question, kind="single")
    return question


def _holds_its_header(table: "Table", place: int, asked: Field) -> bool:
    """Whether every cell that says something repeats the header: the column is one option of a multiple choice."""
    words = {word.casefold() for word in _distinct(table.cells(place))}
    return bool(words) and words == {asked.text.casefold()}


def _run(table: "Table", fields: Sequence[Field], first: int, free: Sequence[int]) -> list[int]:
    """The adjacent columns from `first` on that are options of one multiple choice; a repeated one starts another."""
    run, seen = [first], {fields[first].text.casefold()}
    for place in range(first + 1, len(fields)):
        text = fields[place].text.casefold()
        if place not in free or fields[place].of or text in seen or not _holds_its_header(table, place, fields[place]):
            break
        run.append(place)
        seen.add(text)
    return run


def _several(table: "Table", fields: Sequence[Field], columns: Sequence[int], staff: bool) -> Question | None:
    """The columns as the options of one multiple choice, or as one choice spread over them; None where they are neither."""
    filled = np.zeros(table.body.num_rows, np.int16)
    any_words = False
    for place in columns:
        option = (fields[place].option or fields[place].text).casefold()
        words = _distinct(table.cells(place))
        flags = {word.casefold() for word in words}
        if (
            not fields[place].several
            and not flags <= CHOSEN | NOT_CHOSEN
            and not flags - NOT_CHOSEN <= {option, *CHOSEN}
        ):
            return None
        any_words = any_words or bool(flags - NOT_CHOSEN)
        filled += np.asarray(_is_chosen(table.cells(place), option), np.int16)
    if not any_words and not any(fields[place].several for place in columns):
        return None
    one = not any(fields[place].several for place in columns) and filled.max(initial=0) <= 1
    labels = all(
        {w.casefold() for w in _distinct(table.cells(p))} <= {(fields[p].option or fields[p].text).casefold()}
        for p in columns
    )
    options = tuple(fields[place].option or fields[place].text for place in columns)
    name = fields[columns[0]].of or table.header[columns[0]]
    text = fields[columns[0]].of or "Choices: " + ", ".join(options)
    question = Question(tuple(columns), name, text, kind="single" if one and labels else "multi", options=options)
    said = table.decided.get("questions", {}).get(name, {})
    if question.kind == "single" and (found := scales.scale(options, text=text)):
        return _scored(table, question, found, found.low, found.high, staff, said)
    return question


def _are_ranks(table: "Table", columns: Sequence[int]) -> bool:
    """Whether the columns rank their options: in each response that fills them, 1 to k without a repeat."""
    wanted = {str(n) for n in range(1, len(columns) + 1)}
    ranked = 0
    if any(
        not scales.is_missing(word) and word not in wanted
        for place in columns
        for word in _distinct(table.cells(place))
    ):
        return False
    cells = [table.cells(place).to_pylist() for place in columns]
    for row in zip(*cells, strict=True):
        given = [cell.strip() for cell in row if cell.strip() in wanted]
        if len(given) != len(set(given)):
            return False
        ranked += len(given) == len(columns)
    return ranked >= 2  # one response alone may have scored so by chance


# Answers


def _answers(table: "Table", question: Question) -> pa.Table:
    """row, question, value, label: one row for each answer given, several for several choices."""
    if len(question.places) > 1 or (question.options and not question.separator):
        return _chosen(table, question)
    place, numbers = question.places[0], table.numbers()
    encoded = table.cells(place).combine_chunks().dictionary_encode()
    texts = [word.strip() for word in encoded.dictionary.to_pylist()]
    if question.separator:
        return _split(question, encoded, texts, numbers)
    worth: list[float | None] = []
    shown: list[str | None] = []
    for text in texts:
        missing = scales.is_missing(text)
        number = None if missing else question.codes.get(text)
        worth.append(number)
        if missing or question.kind in ("score", "rank"):
            shown.append(None)
        elif question.kind == "date":
            order = table.decided.get("dates", "") or "dmy"
            day = values.parse_date(text, order)
            shown.append(day.isoformat() if day else text)
        else:
            shown.append(question.labels.get(text, text))
    value = pa.array(worth, pa.float64()).take(encoded.indices)
    label = pa.array(shown, pa.string()).take(encoded.indices)
    if question.low is not None and question.high is not None:
        outside = pc.or_(pc.less(value, question.low), pc.greater(value, question.high))
        for row in pc.indices_nonzero(pc.fill_null(outside, False)).to_pylist():
            reason = f"a score from {question.low} to {question.high} was expected"
            table.fault(row, question.name, texts[encoded.indices[row].as_py()], reason)
    given = pc.or_(pc.is_valid(value), pc.is_valid(label))
    part = _part(question, numbers, value, label)
    return part.filter(given)


def _chosen(table: "Table", question: Question) -> pa.Table:
    """The answers of choices that have a column each."""
    numbers = table.numbers()
    parts = []
    for place, option in zip(question.places, question.options, strict=True):
        mask = _is_chosen(table.cells(place), option)
        rows = numbers.filter(mask)
        value = pa.repeat(pa.scalar(question.codes.get(option), pa.float64()), len(rows))
        parts.append(_part(question, rows, value, pa.repeat(pa.scalar(option, pa.string()), len(rows))))
    return pa.concat_tables(parts)


def _split(question: Question, encoded: pa.DictionaryArray, texts: Sequence[str], numbers: pa.Array) -> pa.Table:
    """The answers of choices that are joined in one cell."""
    options = list(question.labels)
    chosen = [
        []
        if scales.is_missing(text)
        else [question.labels[o] for o in choices.split(text, question.separator, options)]
        for text in texts
    ]
    lists = pa.array(chosen, pa.list_(pa.string())).take(encoded.indices)
    labels = pc.list_flatten(lists)
    rows = numbers.take(pc.list_parent_indices(lists))
    return _part(question, rows, pa.nulls(len(rows), pa.float64()), labels)


def _part(question: Question, rows: pa.Array, value: pa.Array, label: pa.Array) -> pa.Table:
    return pa.table({
        "row": rows.cast(pa.int32()), "question": pa.repeat(pa.scalar(question.number, pa.int32()), len(rows)), "value": value, "label": label,
    })  # fmt: skip


def _is_chosen(cells: pa.ChunkedArray, option: str) -> pa.Array:
    """Where an option was chosen: its words stand there (though they be "None"), or what a tool writes for yes."""
    encoded = cells.combine_chunks().dictionary_encode()
    words = [word.strip().casefold() for word in encoded.dictionary.to_pylist()]
    chosen = [word == option.casefold() or (word not in NOT_CHOSEN and not scales.is_missing(word)) for word in words]
    return pa.array(chosen, pa.bool_()).take(encoded.indices)


def _distinct(cells: pa.ChunkedArray) -> list[str]:
    """The distinct trimmed texts of a column that are not empty, in order of appearance."""
    return list(dict.fromkeys(filter(None, (word.strip() for word in pc.unique(cells).to_pylist()))))


def _counted(cells: pa.ChunkedArray) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for entry in pc.value_counts(cells.combine_chunks()).to_pylist():
        counts[entry["values"].strip()] += entry["counts"]
    counts.pop("", None)
    return dict(counts)


# Responses


def _responses(
    table: "Table", places: Mapping[str, int], groups: Mapping[int, str], on: "pa.Array | _Said"
) -> pa.Table:
    rows = table.body.num_rows
    columns = {
        "row": table.numbers(),
        "answered_on": on.values if isinstance(on, _Said) else on,
        "groups": _as_json({dim: _members(table, place) for place, dim in groups.items()}, rows),
        "invited": pa.nulls(rows, pa.int32()),
    }
    if "invited" in places:
        columns["invited"] = pc.round(table.typed(places["invited"], "number").cast(pa.float64())).cast(pa.int32())
    for name in ("respondent", "customer_id"):
        if name in places:
            columns[name] = table.typed(places[name], "id")
    if "response_id" in places:  # who it was, where nothing tells better
        ids = table.typed(places["response_id"], "id")
        columns["respondent"] = pc.coalesce(columns["respondent"], ids) if "respondent" in columns else ids
    return pa.table(columns)


def _members(table: "Table", place: int) -> pa.Array:
    """The member of a dimension that each response belongs to: in words, where the tool tells them of its codes."""
    told = table.field(place).labels
    words = table.typed(place, "text").dictionary_encode()
    shown = [None if scales.is_missing(word) else told.get(word, word) for word in words.dictionary.to_pylist()]
    return pa.array(shown, pa.string()).take(words.indices)


def _keys(
    table: "Table", responses: pa.Table, asked: Sequence[Question], given: Sequence[pa.Table], places: Mapping[str, int]
) -> tuple[pa.Array, list[int], bool]:
    """What tells a response from others, whatever the order of columns and the format of the file; the repeated rows;
    whether more than the answers and the day tells them.

    By the tool's id and the day where there is an id; else by all that was answered, and when. The same key again
    in one file gets a number: two people may say the same on one day. Where repeats shall count (another file of the
    same survey that says the same by chance), the keys are this file's own.
    """
    rows = responses.num_rows
    at = np.zeros(rows, np.uint64)
    numbers = responses.column("row").to_numpy()  # they rise
    content = np.zeros(rows, np.uint64)
    for question, part in zip(asked, given, strict=True):
        # what was answered and not what it is worth: a later export may show more of the scale
        told = pc.coalesce(part.column("label").cast(pa.string()), part.column("value").cast(pa.string()))
        where = np.searchsorted(numbers, part.column("row").to_numpy())
        np.add.at(content, where, _hashed(told, question.name))
    for name, column in (("day", "answered_on"), ("respondent", "respondent"), ("customer", "customer_id")):
        if column in responses.column_names and not (column == "respondent" and "respondent" not in places):
            at += _hashed(responses.column(column), name)
    moment = next((places[n] for n in ("answered_on", "started_on") if n in places), None)
    clock = np.zeros(rows, bool)
    if moment is not None:
        encoded = table.cells(moment).combine_chunks().dictionary_encode()
        clocks = pa.array([values.clock(word) for word in encoded.dictionary.to_pylist()], pa.string()).take(
            encoded.indices
        )
        at += _hashed(clocks, "clock")
        clock = np.asarray(pc.not_equal(clocks, ""))
    whole = at + content
    if "response_id" in places:
        ids = table.typed(places["response_id"], "id")
        has_id = np.asarray(pc.is_valid(ids))
        id_hash = _hashed(ids, "id")
        key = np.where(has_id, id_hash + _hashed(responses.column("answered_on"), "day"), whole)
        exact = np.where(has_id, id_hash + whole, whole)
        sure = has_id | clock | ("respondent" in places)
    else:
        key, exact, sure = whole, whole, clock | ("respondent" in places) | ("customer_id" in places)
    again = _occurrence(exact)
    repeated = np.flatnonzero((again > 0) & sure)
    first = np.ones(rows, bool)
    first[repeated] = False
    turn = np.zeros(rows, np.int64)
    turn[first] = _occurrence(key[first])
    own = f"{int(whole.sum()):016x}-" if table.decided.get("repeats") == "count" else ""
    texts = [f"{own}{k:016x}" + (f".{t}" if t else "") for k, t in zip(key.tolist(), turn.tolist(), strict=True)]
    return pa.array(texts, pa.string()), [int(row) for row in repeated], bool(np.all(sure))


def _hashed(texts: "pa.Array | pa.ChunkedArray", what: str) -> np.ndarray:
    """64 bits of the SHA-256 of each text, together with what it says; each distinct text is hashed once."""
    from keel.intake import plain

    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    encoded = pc.fill_null(texts.cast(pa.string()), "").dictionary_encode()
    start = hashlib.sha256(plain(what).encode() + b"\x1f")
    found = np.empty(len(encoded.dictionary), np.uint64)
    for place, word in enumerate(encoded.dictionary.to_pylist()):
        digest = start.copy()
        number = values.parse_number(word, comma=False) if len(word) < 10 else None
        digest.update((word if number is None else f"{number:g}").encode())
        found[place] = int.from_bytes(digest.digest()[:8], "big")
    return found[np.asarray(encoded.indices)] if len(found) else np.zeros(len(texts), np.uint64)


def _occurrence(keys: np.ndarray) -> np.ndarray:
    """For each key how often it stood before: 0, then 1, 2, ..."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(keys) else np.zeros(0, np.int64)
    runs = np.diff(np.r_[starts, len(keys)])
    turn = np.arange(len(keys)) - np.repeat(starts, runs)
    found = np.empty(len(keys), np.int64)
    found[order] = turn
    return found


# What is told of it


def _survey(table: "Table", texts: Sequence[str]) -> str:
    """The survey's name: as said, else that of the survey whose questions these are, else the file's."""
    from keel.intake import plain

    if "survey" not in table.decided:
        these = {plain(text) for text in texts}
        alike = {
            name: len(these & theirs) / len(these | theirs)
            for name, theirs in table.known.surveys.items()
            if these and theirs
        }
        best = max(alike, key=lambda name: alike[name], default="")
        same = best and alike[best] >= SAME_SURVEY
        table.decided["survey"] = best if same else re.sub(r"(\.\w{2,4})+$", "", table.file) or table.file
    name: str = table.decided["survey"]
    return name


SAME_SURVEY = 0.8  # of all their questions that two files share, to be waves of one survey


def _described(question: Question, part: pa.Table, responses: int) -> dict[str, Any]:
    answered = len(pc.unique(part.column("row")))
    counts: dict[str, int] = {}
    if question.kind != "text" and question.kind != "date":
        column = part.column("value" if question.kind in ("score", "rank") else "label")
        found = pc.value_counts(column.combine_chunks()).to_pylist()
        if question.kind == "scale":
            worth = dict(zip(part.column("label").to_pylist(), part.column("value").to_pylist(), strict=True))
            found.sort(key=lambda entry: worth[entry["values"]])
        elif question.kind in ("score", "rank"):
            found.sort(key=lambda entry: entry["values"])
        else:
            place = {option: n for n, option in enumerate(question.options)}
            found.sort(key=lambda entry: place.get(entry["values"], -entry["counts"]))
        counts = {
            entry["values"] if isinstance(entry["values"], str) else f"{entry['values']:g}": entry["counts"]
            for entry in found
        }
    return {
        "key": f"q{question.number}", "text": question.text, "name": question.name, "kind": question.kind, "role": question.role, "why": question.why,
        "reversed": question.reversed, "scale": question.scale, "n": answered, "missing": responses - answered, "counts": counts,
    }  # fmt: skip


def _as_table(asked: Sequence[Question]) -> pa.Table:
    seen: Counter[str] = Counter()
    texts = []
    for q in asked:  # answers are told by question: no two may share their words
        seen[q.text] += 1
        texts.append(q.text if seen[q.text] == 1 else f"{q.text} ({seen[q.text]})")
    return pa.table({
        "question": pa.array([q.number for q in asked], pa.int32()),
        "text": pa.array(texts, pa.string()),
        "kind": pa.array([q.kind for q in asked], pa.string()),
        "role": pa.array([q.role for q in asked], pa.string()),
        "driver": pa.array([q.driver for q in asked], pa.string()),
        "is_reversed": pa.array([q.reversed for q in asked], pa.bool_()),
        "low": pa.array([q.low for q in asked], pa.int32()),
        "high": pa.array([q.high for q in asked], pa.int32()),
        "favourable_from": pa.array([q.favourable_from for q in asked], pa.float64()),
    })  # fmt: skip


AGAINST = -0.3  # correlation with the mean of the others from which an item looks reversed
ENOUGH = 30  # responses to say so


def _reversed_notes(asked: Sequence[Question], given: Sequence[pa.Table]) -> list[str]:
    """A sentence for each engagement item that moves against the rest: it may be worded the other way round."""
    import pandas as pd

    items = [(q, part) for q, part in zip(asked, given, strict=True) if q.role == "engagement"]
    if len(items) < 3:
        return []
    frame = pd.DataFrame({
        q.name: pd.Series(part.column("value").to_numpy(), index=part.column("row").to_numpy()) * (-1 if q.reversed else 1)
        for q, part in items
    })  # fmt: skip
    notes = []
    for name in frame:
        rest = frame.drop(columns=[name]).mean(axis=1)
        both = (frame[name].notna() & rest.notna()).to_numpy()
        item, others = frame[name].to_numpy()[both], rest.to_numpy()[both]
        if both.sum() < ENOUGH or np.ptp(item) == 0 or np.ptp(others) == 0:
            continue
        r = float(np.corrcoef(item, others)[0, 1])
        if r <= AGAINST:
            notes.append(
                f"“{str(name)[:80]}” moves against the other items (r = {r:.2f}): if it is worded the other way round, mark it reversed."
            )
    return notes


def _minutes(asked: Sequence[Question]) -> float:
    points = sum(POINTS.get(q.kind, 1.0) * (IN_A_MATRIX if q.is_part else 1) for q in asked)
    return round(points * CLOSED / 60, 1)


def _as_json(columns: Mapping[str, pa.Array], count: int) -> pa.Array:
    """One json object a row with the members of each dimension."""
    if not columns:
        return pa.repeat("{}", count)
    lists = {dim: column.to_pylist() for dim, column in columns.items()}
    seen: dict[tuple[str | None, ...], str] = {}
    found = []
    for row in zip(*lists.values(), strict=True):
        if row not in seen:
            members = {dim: member for dim, member in zip(lists, row, strict=True) if member}
            seen[row] = json.dumps(members, sort_keys=True, ensure_ascii=False)
        found.append(seen[row])
    return pa.array(found, pa.string())
