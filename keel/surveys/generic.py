"""Any survey with one header row and one row a response: which column is the date, the scores, the group, the comment."""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from keel import values
from keel.errors import InputError

if TYPE_CHECKING:
    from keel.intake import Table

ROLES = ("engagement", "enps", "nps", "csat", "ces")
MOST_CHOICES = 20  # a text column with more distinct answers than this is free text

# The least favourable answer by role and scale (METRICS: top two of 4, 5, 6; top three of 7; 7 or more of 0-10).
FAVOURABLE_FROM: Mapping[str, Mapping[tuple[int, int], int]] = {
    "engagement": {(1, 4): 3, (1, 5): 4, (1, 6): 5, (1, 7): 5, (0, 10): 7, (1, 10): 7},
    "csat": {(1, 5): 4, (1, 7): 6, (1, 10): 9, (0, 10): 9},
    "ces": {(1, 7): 5},
}
_HINT = re.compile(r"\b([01])\s*(?:-|–|to|bis|à)\s*(4|5|6|7|10|100)\b")
_RECOMMEND = re.compile(r"recommend|weiterempfehl|recommand|recomend", re.IGNORECASE)
_WORKPLACE = re.compile(
    r"place to work|work (for|at|here)|employer|workplace|arbeitgeber|arbeitsplatz|trabajar|travailler",
    re.IGNORECASE,
)
_SATISFIED = re.compile(r"satisf|zufrieden", re.IGNORECASE)
_EASY = re.compile(r"\beas(y|ier|ily)\b|\beffort\b|einfach|facile|fácil", re.IGNORECASE)


def is_question(header: str) -> bool:
    """Whether a header reads like a question or a statement put to someone, rather than a field's name."""
    return len(header) >= 12 and len(header.split()) >= 3


def read(table: "Table") -> dict[str, Any]:
    """Responses, answers and questions of one survey; see `keel.readings.Reading` for the keys."""
    from keel import intake

    said = table.decided.get("columns", {})
    for column in filter(None, said.values()):
        table.require(column)
    places = intake.match(table.header, "survey", said)
    if "answered_on" not in places:
        raise InputError(
            f"{table.file}: no column of dates was found among {', '.join(h[:30] for h in table.header)}; a survey needs the "
            "day of each answer. Name it with --set answered_on=COLUMN."
        )
    table.decided["columns"] = {field: table.header[place] for field, place in places.items()}
    for asked_for in table.decided.get("questions", {}):
        table.require(asked_for)
    groups = _groups(table, set(places.values()))
    on = table.typed(places["answered_on"], "date", required=True)
    invited = table.typed(places["invited"], "number") if "invited" in places else None
    count = table.body.num_rows
    responses = {
        "row": table.numbers(),
        "answered_on": on,
        "groups": _as_json({dim: table.typed(place, "text") for place, dim in groups.items()}, count),
        "invited": pc.round(invited.cast(pa.float64())).cast(pa.int32())
        if invited is not None
        else pa.nulls(count, pa.int32()),
    }
    for field in ("respondent", "customer_id"):
        if field in places:
            responses[field] = table.typed(places[field], "id")
    staff = "customer_id" not in places and (
        bool({"department", "manager", "tenure", "level"} & set(groups.values()))
        or "employee" in table.header[places.get("respondent", 0)].casefold()
        or any(_WORKPLACE.search(h) for h in table.header)
    )
    asked = [
        _question(table, place, staff)
        for place, header in enumerate(table.header)
        if place not in places.values() and place not in groups and header
    ]
    given = [_answers(table, question) for question in asked]
    kept = table.kept()  # once every answer is typed: a score outside its scale takes its response out
    answers = [part.filter(kept) for part in given]
    answers = [
        part.filter(pc.or_(pc.is_valid(part.column("value")), pc.is_valid(part.column("label")))) for part in answers
    ]
    rows = pa.table(responses).filter(kept)
    days = rows.column("answered_on")
    questions = pa.table({
        "question": pa.array([q["place"] for q in asked], pa.int32()),
        "text": pa.array([q["text"] for q in asked], pa.string()),
        "kind": pa.array([q["kind"] for q in asked], pa.string()),
        "role": pa.array([q["role"] for q in asked], pa.string()),
        "driver": pa.array([q["driver"] for q in asked], pa.string()),
        "is_reversed": pa.array([q["reversed"] for q in asked], pa.bool_()),
        "low": pa.array([q["low"] for q in asked], pa.int32()),
        "high": pa.array([q["high"] for q in asked], pa.int32()),
        "favourable_from": pa.array([q["favourable_from"] for q in asked], pa.float64()),
    })  # fmt: skip
    table.decided["questions"] = {
        q["text"]: {k: q[k] for k in ("role", "driver", "reversed", "low", "high") if q[k] not in (None, False)}
        for q in asked
        if q["kind"] == "score"
    }
    table.decided["groups"] = {table.header[place]: dim for place, dim in groups.items()}
    survey = table.decided.setdefault("survey", re.sub(r"(\.\w{2,4})+$", "", table.file) or table.file)
    described = tuple(
        {
            "key": f"q{q['place']}", "text": q["text"], "kind": q["kind"], "role": q["role"], "why": q["why"],
            "scale": f"{q['low']}–{q['high']}" if q["kind"] == "score" else None,
            "n": part.num_rows, "missing": rows.num_rows - part.num_rows,
        }
        for q, part in zip(asked, answers, strict=True)
    )  # fmt: skip
    tables = {"raw_questions": questions, "raw_responses": rows}
    if answers:
        tables["raw_answers"] = pa.concat_tables(answers)
    return {
        "tables": tables, "survey": survey, "questions": described,
        "from_on": pc.min(days).as_py(), "to_on": pc.max(days).as_py(),
    }  # fmt: skip


def _groups(table: "Table", taken: set[int]) -> dict[int, str]:
    """Place -> dimension of the columns that group people: as said, else by their names."""
    from keel import intake

    said = {table.require(column): dim for column, dim in table.decided.get("groups", {}).items()}
    found = intake.match(table.header, "groups")
    for dimension, place in found.items():
        if place not in taken and place not in said and not is_question(table.header[place]):
            said[place] = dimension
    return said


def _question(table: "Table", place: int, staff: bool) -> dict[str, Any]:
    text = table.header[place]
    said = table.decided.get("questions", {}).get(text, {})
    words = values.distinct(table.cells(place))
    role = said.get("role")
    if role and role not in ROLES:
        raise InputError(
            f"{table.file}, column {text[:60]!r}: its role is {role!r}; one of {', '.join(ROLES)} was expected. Correct the mapping."
        )
    question: dict[str, Any] = {
        "place": place + 1, "text": text, "kind": "text", "role": None, "driver": None, "reversed": False,
        "low": None, "high": None, "favourable_from": None, "why": "",
    }  # fmt: skip
    read_as = [values.parse_number(word, comma=False) for word in words]
    scores = [float(number) for number in read_as if number is not None]
    if not words or len(scores) < len(words) or min(scores) < 0 or max(scores) > 100:
        if said.get("role"):
            raise InputError(
                f"{table.file}, column {text[:60]!r}: it was to be {said['role']}, and holds other things than scores "
                f"({(words or ['nothing'])[0][:40]!r}). Correct the mapping."
            )
        question["kind"] = "single" if words and len(words) <= MOST_CHOICES and max(map(len, words)) <= 60 else "text"
        return question
    low, high = _scale(text, scores, said)
    role, why = _role(table, text, low, high, staff, said)
    if (role == "nps" and (low, high) != (0, 10)) or (role == "enps" and (low, high) != (0, 10)):
        if high != 10:
            raise InputError(
                f"{table.file}, column {text[:60]!r}: its scale is {low} to {high}; NPS is on 0 to 10 only. Take it as "
                "customer satisfaction with --set csat=QUESTION."
            )
        low, why = 0, why + "; its scale is taken as 0 to 10"
    question.update(
        kind="score", low=low, high=high, role=role, why=why, driver=said.get("driver"),
        reversed=bool(said.get("reversed", False)), favourable_from=FAVOURABLE_FROM.get(role or "", {}).get((low, high)),
    )  # fmt: skip
    if role and role in FAVOURABLE_FROM and question["favourable_from"] is None:
        raise InputError(
            f"{table.file}, column {text[:60]!r}: its scale is {low} to {high}, and {role} has no cut for it; one of "
            f"{', '.join(f'{a} to {b}' for a, b in FAVOURABLE_FROM[role])} was expected. Leave its role out of the mapping."
        )
    return question


def _scale(text: str, scores: list[float], said: Mapping[str, Any]) -> tuple[int, int]:
    """The scale: as said, as the question's text says (0-10), else the smallest one that holds every answer."""
    if "low" in said and "high" in said:
        low, high = said["low"], said["high"]
        if not (isinstance(low, int) and isinstance(high, int) and low < high):
            raise InputError(
                f"column {text[:60]!r}: its scale is {low!r} to {high!r}; two whole numbers, low before high, were expected. Correct the mapping."
            )
        return low, high
    most, least = max(scores), min(scores)
    hint = _HINT.search(text)
    if hint and int(hint[1]) <= least and most <= int(hint[2]):
        return int(hint[1]), int(hint[2])
    for low, high in ((1, 5), (1, 7), (0, 10), (0, 100)):
        if low <= least and most <= high:
            return (1, 10) if high == 10 and least >= 1 else (low, high)
    return 0, 100


def _role(
    table: "Table", text: str, low: int, high: int, staff: bool, said: Mapping[str, Any]
) -> tuple[str | None, str]:
    """What the question counts as, and why: as said, else proposed from its words and scale."""
    if said.get("role"):
        return said["role"], "as said"
    if said or any(q.get("role") for q in table.decided.get("questions", {}).values() if q.get("exclusive")):
        return None, ""
    scale = f"{low}–{high}"
    if _RECOMMEND.search(text) and (low, high) == (0, 10):
        if _WORKPLACE.search(text):
            return "enps", f"{scale}, 'recommend … place to work'"
        return "nps", f"{scale}, 'recommend'"
    if staff:
        fits = (low, high) in FAVOURABLE_FROM["engagement"] and not _RECOMMEND.search(text)
        return ("engagement", f"{scale}, asked of employees") if fits else (None, "")
    if _EASY.search(text) and (low, high) in FAVOURABLE_FROM["ces"]:
        return "ces", f"{scale}, 'easy'"
    if _SATISFIED.search(text) and (low, high) in FAVOURABLE_FROM["csat"]:
        return "csat", f"{scale}, 'satisfied'"
    return None, ""


def _answers(table: "Table", question: Mapping[str, Any]) -> pa.Table:
    """row, question, value, label: one row per response; both null where nothing was answered."""
    place, count = question["place"] - 1, table.body.num_rows
    value, label = pa.nulls(count, pa.float64()), pa.nulls(count, pa.string())
    if question["kind"] == "score":
        column = table.typed(place, "number").cast(pa.float64())
        outside = pc.or_(pc.less(column, question["low"]), pc.greater(column, question["high"]))
        for row in pc.indices_nonzero(pc.fill_null(outside, False)).to_pylist():
            table.fault(
                row,
                question["text"],
                str(column[row]),
                f"a score from {question['low']} to {question['high']} was expected",
            )
        value = column
    else:
        words = table.typed(place, "text")
        missing = pc.is_in(pc.utf8_lower(words), pa.array(sorted(values.MISSING)))
        label = pc.if_else(pc.fill_null(missing, False), pa.scalar(None, pa.string()), words)
    return pa.table({
        "row": table.numbers(), "question": pa.repeat(pa.scalar(question["place"], pa.int32()), count), "value": value, "label": label,
    })  # fmt: skip


def _as_json(columns: Mapping[str, pa.Array], count: int) -> pa.Array:
    """One json object a row with the members of each dimension."""
    if not columns:
        return pa.repeat("{}", count)
    lists = {dim: column.to_pylist() for dim, column in columns.items()}
    return pa.array([
        json.dumps({dim: members[row] for dim, members in lists.items() if members[row]}, sort_keys=True, ensure_ascii=False)
        for row in range(count)
    ])  # fmt: skip
