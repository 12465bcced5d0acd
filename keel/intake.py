"""Any file -> what it is, what would be counted, what is wrong with it. Nothing is stored here.

A file becomes sheets of text (keel.sheets); headers are matched with fields from one table of synonyms
(synonyms.toml), then by content; each column is typed (keel.values); rows that cannot be read are left out by
themselves, with the reason. What was decided is the reading's `mapping`: reading the same file with that mapping
gives the same rows, which is how a store is rebuilt.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from keel import forms, layout, measures, questionnaires, sheets, surveys, values
from keel.errors import InputError
from keel.forms import Field, Form
from keel.periods import add_months
from keel.progress import Progress, unheard
from keel.readings import KINDS, NOTE, Known, Reading, Reject, as_text, columns_of
from keel.values import Column

# Fields of each kind: how a column is typed, "!" where the kind cannot do without it.
FIELDS: Mapping[str, Mapping[str, str]] = {
    "orders": {
        "ordered_on": "date!", "order_id": "id", "line": "id", "customer_id": "id", "product": "id",
        "product_line": "text", "region": "text", "segment": "text", "channel": "text", "team": "text",
        "currency": "text", "quantity": "number", "unit_price": "number", "amount": "number",
        "cost": "number", "unit_cost": "number",
    },
    "customers": {
        "customer_id": "id!", "name": "text", "segment": "text", "region": "text", "owner": "text",
        "team": "text", "decision_makers": "text", "notes": "text",
    },
    "employees": {
        "employee_id": "id!", "hired_on": "date!", "left_on": "date", "department": "text", "site": "text",
        "manager": "text", "leaving_kind": "text", "is_regretted": "yes or no", "employment_kind": "text", "name": "text",
    },
    "rates": {"currency": "text!", "valid_from": "date!", "rate": "rate!"},
    "targets": {"metric": "text!", "valid_from": "period!", "value": "rate!", "dimension": "text", "member": "text"},
    "events": {"metric": "text", "happened_on": "any date!", "ends_on": "any date", "words": "text!"},
    "baselines": {"metric": "text!", "from_on": "date!", "reason": "text!"},
}  # fmt: skip
DATE_FIELDS = {
    "orders": "ordered_on", "employees": "hired_on", "customers": "customer_id", "rates": "valid_from",
    "targets": "valid_from", "events": "happened_on", "baselines": "from_on", "measures": "measured_on", "survey": "answered_on",
}  # fmt: skip
MONEY_PLACES, RATE_PLACES = 4, 8
MOST_AMOUNT = Decimal(10**13)  # of one order line, in any currency
_FIRST_DAYS = ("ordered_on", "happened_on", "valid_from", "from_on")
TARGETS = ("target", "goal")  # a column called so holds nothing else
PLANS_REACH = 50  # years ahead that a target or an event may lie

# What a mapping may hold, and of which type.
MAPPING: Mapping[str, type] = {
    "kind": str, "vendor": str, "dates": str, "survey": str, "as_of": str, "sheet": str, "latest": str, "partial": str, "repeats": str, "anonymous": str,
    "columns": dict, "questions": dict, "groups": dict, "dictionary": dict, "measures": dict, "all_measures": dict, "ratio": dict, "used": list, "groups_used": list,
}  # fmt: skip


@cache
def synonyms() -> Mapping[str, Mapping[str, list[str]]]:
    """Header names by kind and field, as in synonyms.toml."""
    return tomllib.loads((Path(__file__).parent / "synonyms.toml").read_text(encoding="utf-8"))


def read(
    content: bytes, *, name: str, known: Known, kind: str = "", mapping: Mapping[str, Any] | None = None,
    progress: Progress = unheard,
) -> Reading:  # fmt: skip
    """Read one file. `kind` and `mapping` say what is known beforehand; the rest is recognised.

    Raises InputError, one sentence, where the file as a whole cannot be read or something must be asked.
    """
    said = check_mapping(mapping or {}, file=name)
    progress(0.05, "Opening")
    found = [layout.table(sheet) for sheet in sheets.read(sheets.unpack(content, name=name), name=name)]
    progress(0.4, "Telling what it is")
    told = _told(found, said, kind=kind, file=name)
    at = told.found if told else layout.chosen(_named(found, name=name, wanted=said.get("sheet", "")))
    sheet = at.sheet
    form = told.form if told else None
    header = questionnaires.names(form) if form else _header(sheet)
    shape = _shape(header, told.vendor if told else "")
    remembered = known.remembered(shape) or {}
    if said.get("kind", kind or remembered.get("kind")) != remembered.get("kind"):
        remembered = {}
    decided = _laid_over(remembered, said)
    kind = kind or decided.get("kind", "")
    kind = kind or ("survey" if form else recognise(header, sheet.cells.slice(1), known, file=name))
    if kind not in KINDS:
        raise InputError(
            f"{name}: '{kind}' is no kind of file; one of {', '.join(KINDS)} was expected. Say which with --as."
        )
    if decided.get("kind", kind) != kind:
        decided = {key: value for key, value in decided.items() if key in ("dates", "latest")}
    decided["kind"] = kind
    if "date" in decided.get("columns", {}):  # whatever the kind calls its date
        decided["columns"] = {**decided["columns"], DATE_FIELDS[kind]: decided["columns"]["date"]}
        del decided["columns"]["date"]
    if kind == "survey" and form is None:
        form = surveys.read(sheet, "generic")
        header = questionnaires.names(form)
    if kind == "survey" and told:
        decided["vendor"] = told.vendor
    columns_of(header, file=name, survey=kind == "survey")
    rows, numbers = (form.cells, form.numbers) if form else _below(sheet)
    rejected = [
        Reject(
            row, "", "", f"it has {cells} cells where the header has {expected}; quote cells that hold the separator"
        )
        for row, cells, expected in sheet.ragged
    ]
    rejected += [Reject(row, "", words, "a note beside the table", NOTE) for row, words in at.notes]
    rows_read = rows.num_rows + len(rejected)
    if form:
        out = questionnaires.left_out(form, partial=decided.get("partial") == "count")
        listed = numbers.to_pylist() if out else []
        rejected += [Reject(listed[row], "", "", reason, why) for row, (why, reason) in out.items()]
        if out:
            counted = np.ones(rows.num_rows, bool)
            counted[list(out)] = False
            rows, numbers = rows.filter(pa.array(counted)), numbers.filter(pa.array(counted))
            form = replace(form, cells=rows, numbers=numbers)
    progress(0.6, "Reading its rows")
    table = Table(name, header, rows, numbers, decided, known, form=form, told=bool(told))
    table.remembered = frozenset(remembered.get("questions", {})) - set(said.get("questions", {}))
    rest: dict[str, Any]
    if form:
        rest = questionnaires.read(table, form)
        shape = _shape(header, told.vendor if told else "")
    elif kind == "measures":
        rest = measures.read(table)
    else:
        rest = _rows(table, kind)
    if kind not in ("rates", "targets", "events", "baselines", "customers"):
        rest["to_on"] = _as_of(table, rest["to_on"])
    rejected = sorted([*rejected, *table.rejected()], key=lambda reject: (reject.row, reject.column))
    if remembered:
        rest["notes"] = ("Read as the last file with these columns was.", *rest.get("notes", ()))
    return Reading(
        kind=kind, file=name, content=content, sha256=sheets.fingerprint(content),
        rows_sha256=_fingerprint_of_rows(sheet.cells), shape=shape, header=tuple(header),
        rows_read=rows_read, rows_accepted=rows_read - len({reject.row for reject in rejected}),
        rejected=tuple(rejected), mapping=decided,
        preview=tuple(tuple(row.values()) for row in rows.slice(0, 3).to_pylist()),
        **{"vendor": told.vendor if told else "table", "confidence": told.confidence if told else 1.0, **rest},
    )  # fmt: skip


@dataclass(frozen=True)
class _Told:
    """A survey tool's file: which tool, how sure, where the table was, and its form."""

    vendor: str
    confidence: float
    found: layout.Found
    form: Form


def _told(found: list[layout.Found], said: Mapping[str, Any], *, kind: str, file: str) -> _Told | None:
    """The file as the export of a survey tool, where it is one; None where it is not, or is said to be something else."""
    if kind not in ("", "survey") or said.get("kind", "survey") != "survey" or said.get("vendor") == "generic":
        return None
    wanted = _named(found, name=file, wanted=said.get("sheet", ""))
    best = surveys.recognise([at.sheet for at in wanted], vendor=said.get("vendor", ""), file=file)
    if best is None:
        return None
    vendor, confidence, sheet = best
    at = next(at for at in wanted if at.sheet is sheet)
    form = surveys.read(sheet, vendor)
    if said.get("dictionary"):
        form = surveys.with_dictionary(form, said["dictionary"])
    return _Told(vendor, confidence, at, form)


def _header(sheet: sheets.Sheet) -> list[str]:
    return [column[0].as_py().strip() for column in sheet.cells.columns]


def _below(sheet: sheets.Sheet) -> tuple[pa.Table, pa.Array]:
    """The rows under the one header row, and their numbers in the file."""
    return forms.below(sheet, 1)


def _shape(header: list[str], vendor: str) -> str:
    """What files of the same columns, in whatever order, have in common."""
    return hashlib.sha256("\x1f".join([vendor, *sorted(plain(h) for h in header)]).encode()).hexdigest()


class Table:
    """One sheet while it is read: typed columns by field, and the rows found at fault on the way."""

    def __init__(
        self,
        file: str,
        header: list[str],
        body: pa.Table,
        numbers: pa.Array,
        decided: dict[str, Any],
        known: Known,
        *,
        form: Form | None = None,
        told: bool = False,
    ) -> None:
        self.file, self.header, self.body, self.decided, self.known = file, header, body, decided, known
        self.told = told  # a survey tool's export, known for one by its marks
        self.remembered: frozenset[str] = frozenset()  # questions that only an earlier file tells of
        self._numbers, self._form = numbers, form
        self._faults: dict[int, Reject] = {}
        self._folded: dict[str, int] = {}
        for place, name in enumerate(header):
            self._folded.setdefault(plain(name), place)
        latest = decided.setdefault("latest", known.today.isoformat())
        self.latest = date.fromisoformat(latest)

    def place(self, column: str) -> int | None:
        """The place of the column of that name, as written or in another case; None where there is none."""
        if column in self.header:
            return self.header.index(column)
        return self._folded.get(plain(column))

    def require(self, column: str) -> int:
        """The same, or an InputError that lists what there is."""
        place = self.place(column)
        if place is None:
            raise InputError(
                f"{self.file}: there is no column '{column}'; one of {', '.join(h for h in self.header if h)} was expected. "
                "Correct the mapping."
            )
        return place

    def cells(self, place: int) -> pa.ChunkedArray:
        """The text of one column, header left out."""
        return self.body.column(place)

    def field(self, place: int) -> Field:
        """What the survey tool says of one column."""
        assert self._form is not None
        return self._form.fields[place]

    def of(self, place: int) -> str:
        """The question that a column belongs to together with others; "" where it stands alone."""
        return self.field(place).of

    def typed(self, place: int, type: str, *, required: bool = False) -> pa.Array:
        """One column typed; what cannot be read, or is empty though required, is noted against its row."""
        cells, header = self.cells(place), self.header[place] or f"column {place + 1}"
        column = self.column(place, type)
        for row, (word, reason) in column.faults.items():
            self.fault(row, header, word, reason)
        if required and column.values.null_count:
            for row in pc.indices_nonzero(pc.is_null(column.values)).to_pylist():
                self.fault(row, header, cells[row].as_py(), "a value was expected, the cell is empty")
        return column.values

    def fault(self, row: int, column: str, value: str, reason: str) -> None:
        """Note that a row (0 is the first below the header) cannot be taken in; its first fault is kept."""
        self._faults.setdefault(row, Reject(self.number(row), column, value, reason))

    def leave_out(self, row: int, why: str, reason: str, *, column: str = "") -> None:
        """Note that a row is left out by a rule, not for a fault of its own."""
        self._faults.setdefault(row, Reject(self.number(row), column, "", reason, why))

    def number(self, row: int) -> int:
        """The row's number in the file as a person counts, the header being row 1."""
        return int(self._numbers[row].as_py())

    def rejected(self) -> list[Reject]:
        """Every row at fault, in the order of the file."""
        return [self._faults[row] for row in sorted(self._faults)]

    def kept(self) -> pa.Array:
        """A mask, true for the rows without fault."""
        faulty = set(self._faults)
        if not faulty:
            return pa.repeat(pa.scalar(True), self.body.num_rows)
        kept = np.ones(self.body.num_rows, dtype=bool)
        kept[list(faulty)] = False
        return pa.array(kept)

    def numbers(self) -> pa.Array:
        """The row numbers of every row below the header."""
        return self._numbers

    def column(self, place: int, type: str) -> Column:
        """One column typed, with what cannot be read."""
        cells, header = self.cells(place), self.header[place] or f"column {place + 1}"
        if type == "id":
            return values.identifiers(cells)
        if type == "yes or no":
            return values.yes_or_no(cells)
        if type == "number":
            return values.numbers(cells, places=MONEY_PLACES)
        if type == "rate":
            return values.numbers(cells, places=RATE_PLACES, type=pa.decimal128(28, RATE_PLACES))
        if type == "text":
            return values.text(cells)
        order = self.decided.get("dates", "")
        words = values.distinct(cells)
        if values.are_serial(words):
            order = "serial"  # of this column alone: another may be written out
        elif not order and (order := values.date_order(words, where=f"{self.file}, column {header}")):
            self.decided["dates"] = order
        ahead = type in ("period", "any date")  # plans and events may lie ahead
        latest = add_months(self.latest, 12 * PLANS_REACH) if ahead else self.latest
        return values.dates(cells, order=order, latest=latest, span={"period": "first", "span": "last"}.get(type, ""))


def recognise(header: list[str], body: pa.Table, known: Known, *, file: str) -> str:
    """The kind of file by its headers, then by its content. Raises InputError when it cannot be told."""
    matched = {kind: match(header, kind) for kind in (*FIELDS, "measures", "survey")}
    found = {kind: set(places) for kind, places in matched.items()}
    orders, of_orders = found["orders"], set(matched["orders"].values())
    has_amount = "amount" in orders or {"quantity", "unit_price"} <= orders
    if {"employee_id", "hired_on"} <= found["employees"]:
        return "employees"
    questions = [h for h in header if questionnaires.is_question(h)]
    if "answered_on" in found["survey"] and questions:
        return "survey"
    if {"metric", "valid_from", "value"} <= found["targets"] and plain(header[matched["targets"]["value"]]) in TARGETS:
        return "targets"
    if {"metric", "valid_from", "value"} <= found["targets"] and "ordered_on" in orders:
        named = values.distinct(body.column(matched["targets"]["metric"]))
        return "targets" if all(known.metric(word) for word in named) else "measures"
    if {"metric", "from_on", "reason"} <= found["baselines"] and len(header) <= 4:
        return "baselines"
    if {"happened_on", "words"} <= found["events"] and len(header) <= 5 and not has_amount:
        return "events"
    if found["rates"] >= {"currency", "valid_from", "rate"} and len(header) <= 4 and "customer_id" not in orders:
        return "rates"
    numeric = [
        place for place, h in enumerate(header)
        if place not in of_orders and values.looks_like_numbers(values.distinct(body.column(place), 200))
    ]  # fmt: skip
    if "ordered_on" in orders and has_amount and (len(orders) > 2 or not numeric):
        return "orders"
    if "customer_id" in found["customers"] and "ordered_on" not in orders and len(found["customers"]) > 1:
        return "customers"
    if ("measured_on" in found["measures"] and (numeric or has_amount)) or measures.is_across(header):
        return "measures"
    raise InputError(
        f"{file}: it is not clear what this is from its columns ({', '.join(h[:40] or 'no name' for h in header[:8])}"
        f"{', …' if len(header) > 8 else ''}); one of {', '.join(KINDS)} was expected. Say which with --as.",
        asks="kind",
    )


def match(header: list[str], kind: str, columns: Mapping[str, str] | None = None) -> dict[str, int]:
    """Field -> place of its column: as `columns` says ("" for none), else the first header that is a synonym."""
    there: dict[str, list[int]] = {}
    for place, h in enumerate(header):
        there.setdefault(plain(h), []).append(place)
    refused = {field for field, column in (columns or {}).items() if not column}
    said = {f: there[plain(c)][0] for f, c in (columns or {}).items() if c and plain(c) in there}
    taken = set(said.values())
    for field, names in synonyms().get(kind, {}).items():
        if field in said or field in refused:
            continue
        for name in names:  # the names stand in order of preference
            places = [place for place in there.get(plain(name), ()) if place not in taken]
            if places:
                said[field] = places[0]
                taken.add(places[0])
                break
    return said


@cache
def _fields() -> frozenset[str]:
    """The fields of every kind of file, as --set names a column for them."""
    return frozenset(field for part in (*FIELDS, "measures", "survey") for field in synonyms().get(part, {})) | {"date"}


def with_options(mapping: Mapping[str, Any] | None, options: Mapping[str, str | Sequence[str]]) -> dict[str, Any]:
    """A mapping with the KEY=VALUE choices of the command line, or of the Uploads page, laid over it.

    A key may have several values, where it is said of several questions or columns.
    """
    decided: dict[str, Any] = dict(mapping or {})
    said = [
        (key, value)
        for key, several in options.items()
        for value in ([several] if isinstance(several, str) else several)
    ]
    for key, value in said:
        if key in ("dates", "survey", "as_of", "sheet", "partial", "repeats", "latest", "vendor", "anonymous"):
            decided[key] = value
        elif key in (*questionnaires.ROLES, questionnaires.NO_ROLE):
            decided["questions"] = {**decided.get("questions", {}), value: {"role": key}}
        elif key == "comments":
            decided["questions"] = {**decided.get("questions", {}), value: {"kind": questionnaires.COMMENTS}}
        elif key == "group":
            decided["groups"] = {**decided.get("groups", {}), value: plain(value)}
        elif key in measures.DECLARED:
            decided["all_measures"] = {**decided.get("all_measures", {}), key: value}
        elif key in _fields():
            decided["columns"] = {**decided.get("columns", {}), key: value}
        else:
            raise InputError(
                f"--set {key}: there is no such choice; dates, survey, vendor, partial, repeats, anonymous, as_of, sheet, nps, csat, ces, enps, engagement, none, "
                f"comments, group, respondent, {', '.join(measures.DECLARED)} or the name of a field was expected. Correct it."
            )
    return decided


def _rows(table: Table, kind: str) -> dict[str, Any]:
    """Rows of one of the kinds in FIELDS, typed, checked against each other and against what is known."""
    said = table.decided.get("columns", {})
    for column in filter(None, said.values()):
        table.require(column)
    places = match(table.header, kind, said)
    for field, type in FIELDS[kind].items():
        if type.endswith("!") and field not in places:
            raise InputError(_lacks(table, kind, field), asks=field, among=[h for h in table.header if h])
    columns = {
        field: table.typed(places[field], type.rstrip("!"), required=type.endswith("!"))
        for field, type in FIELDS[kind].items()
        if field in places
    }
    unwanted = {field: "" for field, column in said.items() if not column}
    table.decided["columns"] = {**{field: table.header[place] for field, place in places.items()}, **unwanted}
    shaped = {"orders": _orders, "employees": _employees, "customers": _customers, "rates": _rates,
              "targets": _targets, "events": _events, "baselines": _baselines}[kind](table, columns)  # fmt: skip
    rows = pa.table({"row": table.numbers(), **shaped}).filter(table.kept())
    if kind == "events":
        rows = _by_metric(rows, table.known)
    days = next((rows.column(c) for c in _FIRST_DAYS if c in rows.column_names), None)
    first, last = (pc.min(days).as_py(), pc.max(days).as_py()) if days is not None else (None, None)
    if kind == "employees":
        first, last = _staff_span(rows)
    used = {*places.values(), *(_grouping(table) if kind == "targets" else {})}
    unused = [h for place, h in enumerate(table.header) if place not in used and h]
    return {"tables": {f"raw_{kind}": rows}, "unused": tuple(unused), "from_on": first, "to_on": last}


def _lacks(table: Table, kind: str, field: str) -> str:
    there = ", ".join(h for h in table.header if h)
    return (
        f"{table.file}: no column for {field.replace('_', ' ')} was found among {there}; {kind} need one. "
        f"Name it with --set {field}=COLUMN, or say what the file is with --as."
    )


def _orders(table: Table, columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
    if "amount" not in columns and not {"quantity", "unit_price"} <= set(columns):
        raise InputError(
            f"{table.file}: no amount was found among {', '.join(table.header)}; an amount, or a quantity and a unit "
            "price, was expected. Name it with --set amount=COLUMN.",
            asks="amount",
            among=[h for h in table.header if h],
        )
    quantity, price = columns.get("quantity"), columns.pop("unit_price", None)
    amount, name = columns.get("amount"), table.decided["columns"].get("amount", "")
    if quantity is not None and price is not None:
        product = _times(table, quantity, price)
        amount = product if amount is None else pc.coalesce(amount, product)
        name = name or table.decided["columns"]["unit_price"]
    assert amount is not None
    for row in pc.indices_nonzero(pc.is_null(amount)).to_pylist():
        table.fault(row, name, "", "an amount was expected, the cell is empty")
    unit_cost = columns.pop("unit_cost", None)
    if "cost" not in columns and unit_cost is not None and quantity is not None:
        columns["cost"] = _times(table, quantity, unit_cost)
    if "currency" not in columns and name:
        written = values.currencies(values.distinct(table.cells(table.require(name)))) - {table.known.currency}
        if written:
            raise InputError(
                f"{table.file}, column {name}: its amounts are in {' and '.join(sorted(written))}; the company's currency is "
                f"{table.known.currency}. Add a currency column and import rates, or set currency in keel.toml."
            )
    if "currency" in columns:
        columns["currency"] = pc.utf8_upper(columns["currency"])
        _require_rates(table, columns["currency"], columns["ordered_on"])
    return {**columns, "amount": amount}


def _times(table: Table, quantity: pa.Array, price: pa.Array) -> pa.Array:
    """Quantity x price to four places, half away from zero; a product beyond 14 digits is a fault of its row."""
    product = pc.multiply(quantity.cast(pa.decimal128(19, MONEY_PLACES)), price.cast(pa.decimal128(18, MONEY_PLACES)))
    limit = pa.scalar(MOST_AMOUNT).cast(product.type)
    beyond = pc.fill_null(pc.or_(pc.greater(product, limit), pc.less(product, pc.negate(limit))), False)
    for row in pc.indices_nonzero(beyond).to_pylist():
        table.fault(
            row,
            table.decided["columns"]["quantity"],
            str(quantity[row]),
            f"a quantity that makes an amount below {MOST_AMOUNT:,} was expected",
        )
    product = pc.if_else(beyond, pa.scalar(None, product.type), product)
    return pc.round(product, ndigits=MONEY_PLACES, round_mode="half_towards_infinity").cast(
        pa.decimal128(18, MONEY_PLACES)
    )


def _require_rates(table: Table, currency: pa.Array, day: pa.Array) -> None:
    """Refuse the file when an amount is in a currency without a rate on or before its day."""
    for code in pc.unique(currency).drop_null().to_pylist():
        if code == table.known.currency:
            continue
        first = table.known.rates.get(code)
        lacking = pc.equal(currency, code)
        if first is not None:
            lacking = pc.and_(lacking, pc.less(day, pa.scalar(first)))
        rows = pc.indices_nonzero(pc.fill_null(lacking, False)).to_pylist()
        if rows:
            listed = ", ".join(str(table.number(row)) for row in rows[:10])
            more = f" and {len(rows) - 10} more" if len(rows) > 10 else ""
            since = f" before {first.isoformat()}" if first else ""
            raise InputError(
                f"{table.file}, rows {listed}{more}: amounts in {code}, and there is no rate for {code}{since}; the "
                f"company's currency is {table.known.currency}. Import a file of rates (currency, date, rate) first."
            )


def _employees(table: Table, columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
    ids, hired, left = columns["employee_id"], columns["hired_on"], columns.get("left_on")
    counts = pc.value_counts(ids.drop_null())
    for entry in counts.to_pylist():
        if entry["counts"] > 1:
            rows = pc.indices_nonzero(pc.equal(ids, entry["values"])).to_pylist()
            raise InputError(
                f"{table.file}, rows {', '.join(str(table.number(row)) for row in rows[:5])}: {entry['counts']} employees have "
                f"the id {entry['values']!r}; an id of their own for each was expected. Correct the ids."
            )
    if left is not None:
        for row in pc.indices_nonzero(pc.fill_null(pc.less(left, hired), False)).to_pylist():
            table.fault(
                row, table.decided["columns"]["left_on"], left[row].as_py().isoformat(),
                f"a leaving date on or after the hiring date ({hired[row].as_py().isoformat()}) was expected",
            )  # fmt: skip
    kind = columns.pop("employment_kind", None)
    contractors = [plain(word) for word in synonyms()["employment"]["contractor"]]
    contract = [bool(word) and plain(word) in contractors for word in kind.to_pylist()] if kind is not None else None
    columns["is_contractor"] = pa.array(contract if contract is not None else [False] * len(ids))
    if "leaving_kind" in columns:
        words = {plain(name): kind for kind, names in synonyms()["leaving"].items() for name in names}
        columns["leaving_kind"] = pa.array(
            [words.get(plain(word), "unknown") if word else None for word in columns["leaving_kind"].to_pylist()],
            pa.string(),
        )
    return columns


def _staff_span(rows: pa.Table) -> tuple[Any, Any]:
    """The first hiring, and the last event in the roster."""
    first, last = pc.min(rows.column("hired_on")).as_py(), pc.max(rows.column("hired_on")).as_py()
    if last and "left_on" in rows.column_names and (left := pc.max(rows.column("left_on")).as_py()):
        last = max(last, left)
    return first, last


def _as_of(table: Table, last: date | None) -> date | None:
    """The day the file's data reaches to: as said (--set as_of=), or the last day in its rows."""
    said = table.decided.get("as_of")
    if not said:
        return last
    day = values.parse_date(said, "dmy")
    if day is None or day > table.latest or (last and day < last):
        raise InputError(
            f"--set as_of={said}: a date from {last or values.EARLIEST_YEAR} (the last in {table.file}) to {table.latest} was "
            "expected, such as 2026-09-27. Correct it."
        )
    return day


def _customers(table: Table, columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
    counts = pc.value_counts(columns["customer_id"].drop_null())
    for entry in counts.to_pylist():
        if entry["counts"] > 1:
            rows = pc.indices_nonzero(pc.equal(columns["customer_id"], entry["values"])).to_pylist()
            for row in rows[1:]:
                table.fault(row, table.decided["columns"]["customer_id"], entry["values"],
                            f"this customer stands in row {table.number(rows[0])} already; one row each was expected")  # fmt: skip
    return columns


def _rates(table: Table, columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
    rate = columns["rate"].cast(pa.float64())
    for row in pc.indices_nonzero(pc.fill_null(pc.less_equal(rate, 0), False)).to_pylist():
        table.fault(row, table.decided["columns"]["rate"], str(rate[row]), "a rate above zero was expected")
    return {"currency": pc.utf8_upper(columns["currency"]), "valid_from": columns["valid_from"], "rate": rate}


def _targets(table: Table, columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """Targets of the company, or of one member: a column `region`, say, or the two columns dimension and member."""
    metrics = _metrics(table, columns["metric"])
    nothing: list[str | None] = [None] * len(metrics)
    dimension = columns["dimension"].to_pylist() if "dimension" in columns else list(nothing)
    member = columns["member"].to_pylist() if "member" in columns else list(nothing)
    for place, name in _grouping(table).items():
        for row, word in enumerate(table.typed(place, "text").to_pylist()):
            if word and member[row]:
                table.fault(row, table.header[place], word, "one group a target was expected, and there are two")
            elif word:
                dimension[row], member[row] = name, word
    for row, (metric, name, word) in enumerate(zip(metrics, dimension, member, strict=True)):
        split = table.known.dimensions.get(metric or "")
        column = table.decided["columns"].get("dimension") or table.header[0]
        if bool(name) != bool(word):
            table.fault(
                row, column, name or word or "", "a dimension and its member together, or neither, were expected"
            )
        elif name and split is not None:  # of a measure that was undone since, nothing is known
            known = next((one for one in split if plain(one) == plain(name)), None)
            if known is None:
                wanted = f"one of {', '.join(split)}" if split else "no group: this metric is not split"
                table.fault(row, column, name, f"{wanted} was expected")
            dimension[row] = known
    return {
        "metric": pa.array(metrics, pa.string()), "valid_from": columns["valid_from"], "value": columns["value"].cast(pa.float64()),
        "dimension": pa.array(dimension, pa.string()), "member": pa.array(member, pa.string()),
    }  # fmt: skip


def _grouping(table: Table) -> dict[int, str]:
    """Columns of a file of targets that are called like a dimension of some metric: place -> dimension."""
    known = {plain(name): name for names in table.known.dimensions.values() for name in names}
    taken = {table.place(column) for column in table.decided.get("columns", {}).values() if column}
    return {place: known[plain(h)] for place, h in enumerate(table.header) if plain(h) in known and place not in taken}


def _events(table: Table, columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
    metric = columns.get("metric", pa.nulls(len(columns["words"]), pa.string()))
    for row, words in enumerate(metric.to_pylist()):
        if words and not _touched(words, table.known):
            table.fault(row, table.decided["columns"]["metric"], words, f"{_A_METRIC}, or several with ; between them")
    if "ends_on" in columns:
        early = pc.fill_null(pc.less(columns["ends_on"], columns["happened_on"]), False)
        for row in pc.indices_nonzero(early).to_pylist():
            table.fault(row, table.decided["columns"]["ends_on"], str(columns["ends_on"][row]),
                        "a last day on or after the first was expected")  # fmt: skip
    return {**columns, "metric": pc.fill_null(metric, "")}


def _touched(words: str, known: Known) -> list[str]:
    """The metrics that an event's cell names; none of them where one is not known."""
    if whole := known.metric(words):
        return [whole]
    found = [known.metric(word.strip()) for word in re.split(r"[;,]", words) if word.strip()]
    return list(dict.fromkeys(filter(None, found))) if all(found) else []


def _by_metric(rows: pa.Table, known: Known) -> pa.Table:
    """A row for each metric that an event touches."""
    named = [_touched(words, known) if words else [""] for words in rows.column("metric").to_pylist()]
    place = [row for row, metrics in enumerate(named) for _ in metrics]
    metrics = pa.array([metric for metrics in named for metric in metrics], pa.string())
    return rows.take(pa.array(place, pa.int64())).set_column(rows.column_names.index("metric"), "metric", metrics)


def _baselines(table: Table, columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
    return {**columns, "metric": pa.array(_metrics(table, columns["metric"]), pa.string())}


_A_METRIC = "the name of a metric (`python -m keel metrics` lists them) was expected"


def _metrics(table: Table, words: pa.Array) -> list[str | None]:
    """The metric that each row names; what names none is at fault."""
    found = []
    for row, word in enumerate(words.to_pylist()):
        found.append(table.known.metric(word) if word else None)
        if word and found[-1] is None:
            table.fault(row, table.decided["columns"]["metric"], word, _A_METRIC)
    return found


def _named(found: list[layout.Found], *, name: str, wanted: str) -> list[layout.Found]:
    """The sheets, or only the one asked for."""
    if not wanted:
        return found
    named = [at for at in found if at.sheet.name == wanted]
    if not named:
        raise InputError(
            f"{name}: there is no sheet '{wanted}'; one of {', '.join(at.sheet.name for at in found)} was expected. "
            "Correct --set sheet=."
        )
    return named


def plain(text: str | None) -> str:
    """A header without case, spaces and punctuation: how headers are compared."""
    return re.sub(r"[\W_]+", "", (text or "").casefold())


def _fingerprint_of_rows(cells: pa.Table) -> str:
    """sha256 of the cells, whatever encoding, packing, separator or line ends they came in."""
    digest = hashlib.sha256(as_text({"columns": cells.num_columns, "rows": cells.num_rows}).encode())
    for column in cells.columns:
        array = column.combine_chunks()
        if isinstance(array, pa.ChunkedArray):
            array = pa.concat_arrays(array.chunks)
        digest.update(pc.binary_length(array).cast(pa.int32()).buffers()[1] or b"")
        data = array.buffers()[2]
        digest.update(data or b"")
    return digest.hexdigest()


def check_mapping(mapping: Mapping[str, Any], *, file: str) -> dict[str, Any]:
    """The mapping as a dict of its own. Raises InputError that names the first key at fault."""
    for key, value in mapping.items():
        if key not in MAPPING:
            raise InputError(
                f"{file}: the mapping holds the key '{key}'; one of {', '.join(MAPPING)} was expected. Correct its spelling."
            )
        if not isinstance(value, MAPPING[key]):
            raise InputError(
                f"{file}: the mapping's {key} is {value!r}; a {MAPPING[key].__name__} was expected. Correct the mapping."
            )
    if mapping.get("partial", "count") not in ("count", "leave out"):
        raise InputError(
            f"{file}: partial is {mapping['partial']!r}; count or leave out was expected. Correct --set partial=."
        )
    if mapping.get("repeats", "count") != "count":
        raise InputError(
            f"{file}: repeats is {mapping['repeats']!r}; count was expected, or nothing. Correct --set repeats=."
        )
    if mapping.get("anonymous", "no") not in ("yes", "no"):
        raise InputError(
            f"{file}: anonymous is {mapping['anonymous']!r}; yes or no was expected. Correct --set anonymous=."
        )
    if mapping.get("dates", "dmy") not in ("dmy", "mdy", "ymd"):
        raise InputError(f"{file}: dates is {mapping['dates']!r}; dmy, mdy or ymd was expected. Correct --set dates=.")
    if "latest" in mapping and values.parse_date(mapping["latest"], "ymd") is None:
        raise InputError(
            f"{file}: latest is {mapping['latest']!r}; a date such as 2026-09-27 was expected. Correct the mapping."
        )
    return dict(mapping)


def _laid_over(remembered: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What is remembered of files of this shape, with what was said now laid over it."""
    both = {**remembered, **said}
    for key in ("columns", "questions", "groups"):
        if key in remembered and key in said:
            both[key] = {**remembered[key], **said[key]}
    return both


def dictionary(content: bytes, *, name: str) -> dict[str, Any]:
    """What the codes of a survey's data file stand for, out of the dictionary its tool exports. Raises InputError."""
    told = surveys.dictionary(sheets.read(sheets.unpack(content, name=name), name=name))
    if told is None:
        raise InputError(
            f"{name}: it is no data dictionary; the one that REDCap exports beside the data was expected. Leave it out."
        )
    return told


def from_text(text: str) -> dict[str, Any]:
    """A mapping from its json, as the store keeps it."""
    mapping: dict[str, Any] = json.loads(text)
    return mapping


def from_toml(path: Path) -> dict[str, Any]:
    """A mapping from a TOML file a person wrote; what --set says may stand in it as a key. Raises InputError."""
    try:
        written = tomllib.loads(sheets.load(path).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}; a mapping in TOML was expected. Correct that line.") from error
    choices = {
        *questionnaires.ROLES,
        questionnaires.NO_ROLE,
        "comments",
        "group",
        *measures.DECLARED,
        *_fields(),
    } - MAPPING.keys()
    options = {
        key: value for key, value in written.items()
        if key in choices and (isinstance(value, str) or (isinstance(value, list) and all(isinstance(v, str) for v in value)))
    }  # fmt: skip
    return with_options({key: value for key, value in written.items() if key not in options}, options)
