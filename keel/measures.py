"""Uploaded measures: numbers of the company's own that become metrics under their column's name.

Three layouts: wide (a date and a column a measure), long (date, metric, value) and across (a measure a row, a
date a column, as statistics offices publish them). How each rolls up is declared at import.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from keel import catalogue, intake, values
from keel.errors import InputError, SettingsError

if TYPE_CHECKING:
    from keel.intake import Table

# What --set and a mapping may declare of a measure, with what holds when nothing is said.
DECLARED = ("kind", "better", "roll", "unit", "label", "meaning", "owner", "compare")
ROLLS = ("sum", "mean", "last", "min", "max")
DEFAULTS = {"kind": "lead", "better": "neither", "roll": "sum", "unit": "count"}
NAME = re.compile(r"[^\W_][\w .%&()/+'-]{0,79}")
DATES_ACROSS = 3  # headers that are dates: so many make it the across layout


def read(table: "Table") -> dict[str, Any]:
    """The rows and definitions of a file of measures; see `keel.readings.Reading` for the keys."""
    said = table.decided.get("columns", {})
    places = intake.match(table.header, "measures", said)
    begins: date | None = None
    if is_across(table.header):
        rows, names = _across(table, said)
        begins = min(day for h in table.header if (day := _header_date(h, "first")))
    elif {"measure", "value", "measured_on"} <= set(places):
        rows, names = _long(table, places)
    else:
        rows, names = _wide(table, places)
    groups = table.decided.get("groups_used", [])
    definitions = _definitions(table, names, groups)
    days = rows.column("measured_on")
    return {
        "tables": {"raw_measures": rows, "raw_measure_definitions": definitions},
        "from_on": begins or pc.min(days).as_py(),  # a year's number covers the year from its first day
        "notes": (f"{len(names)} measures: {', '.join(names[:8])}{', …' if len(names) > 8 else ''}.",),
        "to_on": pc.max(days).as_py(),
        "unused": tuple(h for h in table.header if h and h not in table.decided["used"]),
    }


def is_across(header: list[str]) -> bool:
    """Whether the header row holds dates: a measure a row, a date a column."""
    return sum(_header_date(h) is not None for h in header) >= DATES_ACROSS


def metric(name: str, definition: Mapping[str, Any]) -> catalogue.Metric:
    """The metric an uploaded measure is."""
    declared = {key: value for key, value in definition.items() if key in DECLARED and value}
    ratio = bool(definition.get("num"))
    return catalogue.metric(
        name,
        {
            "label": name,
            "meaning": f"{definition['num']} ÷ {definition['den']}, sums over sums."
            if ratio
            else "An uploaded measure.",
            **DEFAULTS,
            **declared,
            **({"roll": "ratio", "unit": declared.get("unit", "rate")} if ratio else {}),
            "source": f"measure {definition['num'] if ratio else name}",
            "dimensions": definition.get("dimensions", []),
            "uploaded": True,
        },
        where="the mapping",
    )


def _wide(table: "Table", places: Mapping[str, int]) -> tuple[pa.Table, list[str]]:
    if "measured_on" not in places:
        raise InputError(
            f"{table.file}: no column of dates was found among {', '.join(table.header)}; measures need one. "
            "Name it with --set measured_on=COLUMN."
        )
    only = set(table.decided.get("measures", {}))
    on = table.typed(places["measured_on"], "span", required=True)
    named: list[int] = []
    groups: list[int] = []
    for place, header in enumerate(table.header):
        if place == places["measured_on"] or not header or (only and header not in only):
            continue
        words = values.distinct(table.cells(place))
        (named if values.looks_like_numbers(words[:200]) or header in only else groups).append(place)
    groups = [place for place in groups if len(values.distinct(table.cells(place))) > 0][: catalogue.MAX_DIMENSIONS]
    if not named:
        raise InputError(
            f"{table.file}: no column of numbers was found beside the dates; at least one measure was expected. "
            "Say what the file is with --as."
        )
    columns = {place: table.typed(place, "rate") for place in named}
    members = _members(table, groups)
    kept, numbers = table.kept(), table.numbers()
    parts = []
    for place, value in columns.items():
        name = _name(table, table.header[place])
        part = pa.table({
            "row": numbers, "measured_on": on, "measure": pa.repeat(name, len(value)), "value": value, **members,
        }).filter(kept)  # fmt: skip
        parts.append(part.filter(pc.is_valid(part.column("value"))))
    _used(table, [places["measured_on"], *named, *groups], groups)
    return pa.concat_tables(parts), [table.header[place] for place in named]


def _long(table: "Table", places: Mapping[str, int]) -> tuple[pa.Table, list[str]]:
    on = table.typed(places["measured_on"], "span", required=True)
    names = table.typed(places["measure"], "text", required=True)
    value = table.typed(places["value"], "rate", required=True)
    groups = [p for p, h in enumerate(table.header) if h and p not in places.values()][: catalogue.MAX_DIMENSIONS]
    rows = pa.table({
        "row": table.numbers(), "measured_on": on, "measure": names, "value": value, **_members(table, groups),
    }).filter(table.kept())  # fmt: skip
    if only := list(table.decided.get("measures", {})):
        rows = rows.filter(pc.is_in(rows.column("measure"), pa.array(only)))
    _used(table, [*places.values(), *groups], groups)
    found = [_name(table, name) for name in pc.unique(rows.column("measure")).to_pylist()]
    return rows, found


def _across(table: "Table", said: Mapping[str, str]) -> tuple[pa.Table, list[str]]:
    dates = {}
    for at, header in enumerate(table.header):
        first, last = _header_date(header, "first"), _header_date(header)
        if first and last and first <= table.latest:
            dates[at] = min(last, table.latest)  # the running year's number is as of today
    place = (
        table.require(said["measure"])
        if "measure" in said
        else next(p for p in range(len(table.header)) if p not in dates)
    )
    names = table.typed(place, "text", required=True)
    only = set(table.decided.get("measures", {}))
    kept = pc.is_in(names, pa.array(sorted(only), pa.string())) if only else pa.repeat(pa.scalar(True), len(names))
    if only and (missing := sorted(only - set(names.to_pylist()))):
        raise InputError(
            f"{table.file}: no row of column '{table.header[place]}' is called '{missing[0]}'; the mapping names it. "
            "Correct [measures.…]."
        )
    parts = []
    for at, day in dates.items():
        value = table.typed(at, "rate")
        part = pa.table({
            "row": table.numbers(), "measured_on": pa.repeat(pa.scalar(day, pa.date32()), len(value)),
            "measure": names, "value": value,
        })  # fmt: skip
        parts.append(part.filter(pc.and_(kept, pc.is_valid(value))))
    faulty = pa.array(sorted({reject.row for reject in table.rejected()}), pa.int32())
    rows = pa.concat_tables(parts)
    rows = rows.filter(pc.invert(pc.is_in(rows.column("row"), faulty)))
    _used(table, [place, *dates], [])
    return rows, [_name(table, name) for name in pc.unique(rows.column("measure")).to_pylist()]


def _members(table: "Table", groups: list[int]) -> dict[str, pa.Array]:
    return {f"d{n}": pc.fill_null(table.typed(place, "text"), "") for n, place in enumerate(groups, 1)}


def _used(table: "Table", places: list[int], groups: list[int]) -> None:
    table.decided["used"] = [table.header[place] for place in places]
    table.decided["groups_used"] = [table.header[place].strip().casefold().replace(" ", "_") for place in groups]


def _definitions(table: "Table", names: list[str], groups: list[str]) -> pa.Table:
    everyone = table.decided.get("all_measures", {})
    own = table.decided.get("measures", {})
    ratios = table.decided.get("ratio", {})
    found = {name: {**everyone, **own.get(name, {}), "dimensions": groups} for name in names}
    for name, parts in ratios.items():
        if name in names or name in table.known.measures:
            raise InputError(f"{table.file}, [ratio.{name}]: there is a measure of that name. Give the ratio another.")
        for key in ("num", "den"):
            if parts.get(key) not in names:
                raise InputError(
                    f"{table.file}, [ratio.{name}]: {key} is {parts.get(key)!r}; one of the file's measures was expected. "
                    "Correct the mapping."
                )
        found[_name(table, name)] = {**parts, "dimensions": groups}
    for name, definition in found.items():
        if definition.get("roll", "sum") not in ROLLS:
            raise InputError(
                f"{table.file}: {name} is to roll up by {definition['roll']!r}; one of {', '.join(ROLLS)} was expected. "
                "Correct the mapping."
            )
        before = table.known.measures.get(name)
        if before is not None and list(before) != list(groups):
            raise InputError(
                f"{table.file}: {name} came in before by {', '.join(before) or 'no group'}, and here it is by "
                f"{', '.join(groups) or 'no group'}; the same grouping columns were expected. Rename the measure or its columns."
            )
        try:
            metric(name, definition)
        except (SettingsError, TypeError) as error:
            raise InputError(f"{table.file}: {error}") from error
    return pa.table({
        "measure": pa.array(list(found), pa.string()),
        "definition": pa.array([json.dumps(d, sort_keys=True) for d in found.values()], pa.string()),
    })  # fmt: skip


def _name(table: "Table", name: str) -> str:
    if not NAME.fullmatch(name):
        raise InputError(
            f"{table.file}: a measure is called {name[:60]!r}; up to 80 letters, digits, spaces and . % & ( ) / + ' - were "
            "expected. Rename the column."
        )
    if name.casefold() in {id.casefold() for id in catalogue.load()}:
        raise InputError(
            f"{table.file}: a measure is called {name!r}, which is a metric of Keel's own. Rename the column, or say what "
            "the file is with --as."
        )
    return name


def _header_date(header: str, edge: str = "last") -> date | None:
    return values.parse_date(header, "dmy") or values.parse_span(header, edge)
