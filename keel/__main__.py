"""The command line: the same numbers without a browser, for cron, scripts and tests."""

import argparse
import csv
import getpass
import json
import math
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

from keel import (
    audit,
    bearings,
    catalogue,
    company,
    customers,
    desk,
    export,
    intake,
    leads,
    measure,
    meeting,
    sheets,
    signals,
    verdicts,
    wording,
)
from keel.errors import InputError, KeelError, QuestionError
from keel.periods import GRAINS
from keel.progress import on_terminal
from keel.readings import KINDS, PARTIAL, UNREADABLE, Reading
from keel.sixtwelve import SHOWN_MONTHS, TO_DATE, SixTwelve, in_words
from keel.store import Store, restore

MOST_CUSTOMERS = 20  # on paper; --json has every one
EVERY_ROW = 10_000_000
MOST_REJECTS = 1000  # listed in full up to here; the count is always exact


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, or 2 with one sentence on standard error."""
    try:
        asked = _parser().parse_args(arguments)
        return int(asked.run(asked) or 0)
    except KeelError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader (head, less) has seen enough
        sys.stderr.close()
        return 0


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one sentence, like every other."""

    def error(self, message: str) -> NoReturn:
        raise QuestionError(f"{self.prog}: {message}. `{self.prog} --help` says what was expected.")


def _parser() -> argparse.ArgumentParser:
    common = _Parser(add_help=False)
    common.add_argument("--store", type=Path, default=argparse.SUPPRESS, help="the database (or KEEL_STORE)")
    common.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON document")
    parser = _Parser(prog="python -m keel", description=__doc__, parents=[common])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], Any], words: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=words, description=words, parents=[common])
        made.set_defaults(run=run)
        return made

    command("sample", _sample, "load the sample company into an empty store")
    importing = command("import", _import, "take files in")
    importing.add_argument("files", nargs="+", metavar="FILE")
    importing.add_argument("--as", dest="kind", choices=KINDS, default="", help="what the files are")
    importing.add_argument("--mapping", type=Path, help="a TOML file that says how to read them")
    importing.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="one choice of the mapping")
    importing.add_argument("--dry-run", action="store_true", help="only say what would be counted")
    command("undo", _undo, "take a batch out").add_argument("batch", type=int)
    command("batches", _batches, "every upload that counts")
    command("metrics", _metrics, "every metric, how it is defined and how fresh it is")
    command("sources", _sources, "what was uploaded and up to which day")
    series = command("series", _series, "one metric over time")
    series.add_argument("metric")
    series.add_argument("--by", action="append", default=[], metavar="DIM")
    series.add_argument("--only", action="append", default=[], metavar="DIM=VALUE")
    series.add_argument("--grain", choices=GRAINS, default="month")
    series.add_argument("--from", dest="start", type=_day, metavar="D")
    series.add_argument("--to", dest="end", type=_day, metavar="D")
    series.add_argument("--as-of", type=_day, metavar="D")
    series.add_argument("--csv", action="store_true", help="print comma separated values")
    sixtwelve = command(
        "sixtwelve", _sixtwelve, "six weeks, twelve months and nine totals of a metric, or of every one"
    )
    sixtwelve.add_argument("metric", nargs="?", default="")
    sixtwelve.add_argument(
        "--week-ending", type=_day, metavar="D", help="the last day of the week; none: the newest whole"
    )
    sixtwelve.add_argument("--months", choices=SHOWN_MONTHS, default=SHOWN_MONTHS[0])
    sixtwelve.add_argument("--all", action="store_true", help="every metric that has a source")
    judged = command("signals", _signals, "a metric against its usual range: limits, and which rule fired where")
    judged.add_argument("metric")
    judged.add_argument("--grain", choices=GRAINS, default="")
    judged.add_argument("--plain", action="store_true", help="limits on the raw values: nothing is removed")
    led = command(
        "leads", _leads, "which number moves before which: the evidence for each pair, the declared ones first"
    )
    led.add_argument("--lead", metavar="M", help="only what this metric may lead")
    led.add_argument("--lag", metavar="M", help="only what may lead this metric")
    led.add_argument("--declared", action="store_true", help="only what was declared; nothing else is looked at")
    led.add_argument("--as-of", type=_day, metavar="D", help="with what was known at the close of this day")
    foretold = command("outlook", _outlook, "where a metric probably lies in each of the next 13 weeks")
    foretold.add_argument("metric")
    foretold.add_argument("--as-of", type=_day, metavar="D", help="with what was known at the close of this day")
    command("questions", _questions, "each survey question: scale, n, score, counts").add_argument("survey", nargs="?")
    audited = command(
        "audit", _audit, "what can be seen of each survey on people, and an attack on it with the store's own data"
    )
    audited.add_argument("survey", nargs="?")
    audited.add_argument("--all", action="store_true", help="the views of every closed wave, not of the last alone")
    reviewed = command("review", _review, "the pack of a weekly review: agenda, promises, every metric")
    reviewed.add_argument(
        "--week-ending", type=_day, metavar="D", help="the last day of the week; none: the newest whole"
    )
    reviewed.add_argument(
        "--edition", type=int, metavar="N", help="an edition as it was published, with what changed since"
    )
    reviewed.add_argument("--publish", default="", metavar="NAME", help="publish the week's edition under your name")
    reviewed.add_argument(
        "--out", type=Path, metavar="FILE", help=f"write it: {', '.join(export.FORMATS)} by the file's ending"
    )
    command("editions", _editions, "every published edition, the newest first")
    listed = command(
        "customers", _customers, "who makes the value, who is slipping, who is lost, and winning them back"
    )
    kinds = listed.add_mutually_exclusive_group()
    for option, which, words in (
        ("--pareto", "set", "the smallest set that makes 80 %% of the value"),
        ("--at-risk", "at_risk", "those of it with a warning"),
        ("--slipping", "slipping", "silent for more than twice their own usual gap"),
        ("--lost", "lost", "no purchase for longer than the window"),
        ("--winback", "winback", "the lost with what the desk says of each; odds, campaigns, reasons"),
        (
            "--ladder",
            "ladder",
            "customer, client, advocate: where they stood a quarter ago, the moves, where they stand",
        ),
    ):
        kinds.add_argument(option, dest="which", action="store_const", const=which, default="all", help=words)
    listed.add_argument("--as-of", type=_day, metavar="D", help="as of the close of this day; none: the last one")
    listed.add_argument(
        "--of", choices=customers.VALUES, help="what value is; none: margin, or revenue without any cost"
    )
    listed.add_argument(
        "--months", type=int, metavar="N", help="how far back value goes: 12 where not said, 0 for everything"
    )
    listed.add_argument("--region", help="only this one")
    listed.add_argument("--segment", help="only this one")
    listed.add_argument("--limit", type=int, metavar="N", help="only the first rows")
    command("rebuild", _rebuild, "make the same database again from the uploaded files")
    command("check", _check, "prove identities, counts and kept files")
    command("backup", _backup, "write the store and the uploaded files to one file").add_argument("file", type=Path)
    command("restore", _restore, "put a backup in the place of the store").add_argument("file", type=Path)
    return parser


def _store(asked: argparse.Namespace) -> Store:
    with on_terminal(sys.stderr) as progress:
        return company.open_store(getattr(asked, "store", None), progress)


def _print(asked: argparse.Namespace, document: Any, lines: Sequence[str]) -> None:
    if getattr(asked, "json", False):
        print(json.dumps(_plain(document), ensure_ascii=False, indent=1))
    else:
        print("\n".join(lines))


def _sample(asked: argparse.Namespace) -> None:
    with _store(asked) as store:
        if store.rows("batches"):
            raise InputError(
                f"{store.path.name}: there is data in it already; an empty store was expected. Name another with --store."
            )
        with on_terminal(sys.stderr) as progress:
            files = company.load_sample(store, progress)
        _print(
            asked,
            {"files": files, "batches": _batch_rows(store)},
            [f"Loaded the sample company: {files} files."],
        )


def _import(asked: argparse.Namespace) -> int:
    options: dict[str, list[str]] = {}
    for choice in asked.set:
        key, separator, value = choice.partition("=")
        if not separator or not value:
            raise InputError(f"--set {choice}: KEY=VALUE was expected, such as dates=dmy. Correct it.")
        options.setdefault(key.strip(), []).append(value.strip())
    told = options.pop("dictionary", [])
    mapping = intake.with_options(intake.from_toml(asked.mapping) if asked.mapping else None, options) or None
    if told:
        mapping = {**(mapping or {}), "dictionary": intake.dictionary(sheets.load(told[-1]), name=Path(told[-1]).name)}
    documents: list[dict[str, Any]] = []
    lines: list[str] = []
    refusal = ""
    with _store(asked) as store:
        for path in asked.files:
            try:
                document, words = _import_one(store, asked, path, mapping)
            except KeelError as error:  # what came before it is in, and is told below
                refusal = str(error)
                break
            documents.append(document)
            if document["refusal"]:
                refusal = document["refusal"]
                break
            lines += words
    if documents and (lines or getattr(asked, "json", False)):
        _print(asked, documents[0] if len(asked.files) == 1 else documents, lines)
    if refusal:
        print(refusal, file=sys.stderr)
    return 2 if refusal else 0


def _import_one(
    store: Store, asked: argparse.Namespace, path: str, mapping: dict[str, Any] | None
) -> tuple[dict[str, Any], list[str]]:
    """Read one file and, unless it is refused, known already or only tried, take it in."""
    reading = company.preview(store, sheets.load(path), name=Path(path).name, kind=asked.kind, mapping=mapping)
    same = company.same_upload(store, reading)
    already = 0 if same else company.already_in(store, reading)
    document = _import_document(reading, batch=None, duplicate_of=same["batch"] if same else None, already=already)
    if same and not reading.refusal:
        return document, [
            f"{reading.file}: the same rows came in already as batch {same['batch']} ({same['file']}); not counted again."
        ]
    if not reading.refusal and not asked.dry_run:
        with on_terminal(sys.stderr) as progress:
            document["batch"] = company.take_in(store, reading, who=getpass.getuser(), progress=progress)
    lines = _import_lines(reading, document["batch"], already)
    if reading.kind == "survey" and document["batch"] and (kept := company.kept_as_told(store, reading)):
        document["notes"].append(kept)
        lines.append(f"  {kept} (--set survey=NAME)")
    if reading.kind == "survey" and asked.dry_run:
        found = company.reaches(store, reading)
        document["survey"]["reach"] = [{"order": one.order, "levels": one.levels} for one in found]
        lines += [
            f"  split by {', then '.join(one.order)}: "
            + "; ".join(f"{words}: {told} of {of} groups" for words, told, of in one.levels)
            for one in found
        ]
    return document, lines


def _import_document(reading: Reading, *, batch: int | None, duplicate_of: int | None, already: int) -> dict[str, Any]:
    document: dict[str, Any] = {
        "batch": batch, "kind": reading.kind, "vendor": reading.vendor, "confidence": reading.confidence,
        "file": reading.file, "sha256": reading.sha256, "rows_read": reading.rows_read,
        "rows_accepted": reading.rows_accepted, "rows_rejected": reading.rows_read - reading.rows_accepted,
        "rejected": [vars(reject) for reject in reading.rejected[:MOST_REJECTS]], "mapping": reading.mapping,
        "from": reading.from_on, "to": reading.to_on, "duplicate_of": duplicate_of,
        "refusal": reading.refusal, "unused_columns": list(reading.unused), "notes": list(reading.notes),
    }  # fmt: skip
    if reading.kind == "survey":
        document["survey"] = {
            "name": reading.survey, "responses": reading.rows_accepted, "already_in": already,
            "left_out": reading.left_out, "questions": list(reading.questions), "groups": list(reading.groups),
            "minutes": reading.minutes,
        }  # fmt: skip
    return document


def _import_lines(reading: Reading, batch: int | None, already: int) -> list[str]:
    done = f"batch {batch}" if batch else "dry run, nothing was changed"
    lines = [
        f"{reading.file}: {reading.kind}, {reading.rows_accepted:,} of {reading.rows_read:,} rows, "
        f"{reading.from_on or '–'} to {reading.to_on or '–'} ({done})."
    ]
    if already:
        new = reading.rows_accepted - already
        lines.append(f"  {already:,} of its responses came in before and are not counted again; {new:,} are new")
    columns = {field: column for field, column in reading.mapping.get("columns", {}).items() if column}
    if columns:
        lines.append("  read as: " + ", ".join(f"{field} = {column}" for field, column in columns.items()))
    if reading.groups:
        lines.append("  groups: " + ", ".join(f"{g['dimension']} = {g['column']}" for g in reading.groups))
    if reading.unused:
        lines.append("  not used: " + ", ".join(reading.unused))
    by_rule = {why: rows for why, rows in reading.left_out.items() if why != UNREADABLE}
    if by_rule:
        hint = " (--set partial=count counts partial ones)" if PARTIAL in by_rule else ""
        lines.append("  left out: " + ", ".join(f"{rows:,} {why}" for why, rows in by_rule.items()) + hint)
    unread = [r for r in reading.rejected if r.why == UNREADABLE]
    lines += [
        f"  left out, row {r.row}{f', column {r.column}' if r.column else ''}{f': {r.value!r}' if r.value else ''}; {r.reason}"
        for r in unread[:10]
    ]
    if len(unread) > 10:
        lines.append(f"  and {len(unread) - 10:,} more (--json lists them)")
    return lines + [f"  {note}" for note in reading.notes]


def _undo(asked: argparse.Namespace) -> None:
    with _store(asked) as store:
        with on_terminal(sys.stderr) as progress:
            store.undo(asked.batch, who=getpass.getuser(), progress=progress)
        _print(asked, {"undone": asked.batch}, [f"Batch {asked.batch} is taken out."])


def _batch_rows(store: Store) -> list[dict[str, Any]]:
    return [{**row, "mapping": intake.from_text(row["mapping"])} for row in store.rows("batches")]


def _batches(asked: argparse.Namespace) -> None:
    with _store(asked) as store:
        rows = _batch_rows(store)
        lines = [
            f"{r['batch']:>4}  {r['kind']:<10} {r['rows_accepted']:>9,} rows  {r['from_on'] or '–'} to {r['to_on'] or '–'}  "
            f"{r['file']}  ({r['who']}, {r['imported_at']:%Y-%m-%d %H:%M})"
            for r in rows
        ]
        _print(
            asked,
            rows,
            lines or ["Nothing has been uploaded yet. `python -m keel sample` loads a sample company."],
        )


def _metrics(asked: argparse.Namespace) -> None:
    with _store(asked) as store:
        rows = []
        for metric in measure.metrics(store).values():
            span = measure.coverage(store, metric)
            rows.append({
                "metric": metric.id, "label": metric.label, "kind": metric.kind, "unit": metric.unit, "better": metric.better,
                "roll": metric.roll, "dimensions": list(metric.dimensions), "owner": metric.owner, "meaning": metric.meaning,
                "edge": metric.edge, "min_people": metric.min_people, "from": span and span[0], "as_of": span and span[1],
            })  # fmt: skip
        lines = [f"{r['metric']:<24} {r['kind']:<5} {r['unit']:<7} as of {r['as_of'] or 'no data':<11} {r['meaning']}" for r in
                 ({**r, "as_of": str(r["as_of"] or "no data")} for r in rows)]  # fmt: skip
        _print(asked, rows, lines)


def _sources(asked: argparse.Namespace) -> None:
    with _store(asked) as store:
        rows = measure.sources(store)
        for row in rows:
            if row["source"] == "orders":
                row |= measure.order_facts(store)
        lines = []
        for r in rows:
            lines.append(
                f"{r['source']:<18} {r['first_on']} to {r['last_on']}  {r['rows']:>9,} rows{'  (stale)' if r['stale'] else ''}"
            )
            if r["source"] == "orders":
                lines.append(
                    f"  {r['distinct_order_numbers']:,} distinct order numbers, {r['lines_without_customer']:,} lines without a "
                    f"customer, {r['customers_with_a_purchase']:,} customers with a purchase"
                )
        _print(
            asked,
            rows,
            lines or ["Nothing has been uploaded yet. `python -m keel sample` loads a sample company."],
        )


def _series(asked: argparse.Namespace) -> None:
    only = {}
    for choice in asked.only:
        name, separator, member = choice.partition("=")
        if not separator:
            raise QuestionError(f"--only {choice}: DIM=VALUE was expected, such as region=North. Correct it.")
        only[name] = member
    by = [name for choice in asked.by for name in choice.split(",")]
    with _store(asked) as store:
        found = measure.series(
            store,
            asked.metric,
            grain=asked.grain,
            by=by,
            only=only,
            start=asked.start,
            end=asked.end,
            as_of=asked.as_of,
        )
        metric, currency = found.metric, store.settings.currency
        rows = [
            {"members": {name: row.pop(name) for name in found.by}, **row} for row in found.frame.to_dict("records")
        ]
    keys = (
        "period",
        "members",
        "value",
        "num",
        "den",
        "n",
        "low",
        "high",
        "partial",
        "hidden",
        "note",
        "prior",
    )
    rows = [{key: row[key] for key in keys} for row in rows]
    if asked.csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(["period", *found.by, *keys[2:]])
        for row in _plain(rows):
            cells = [row["period"], *row["members"].values(), *(row[key] for key in keys[2:])]
            writer.writerow([wording.inert(cell) for cell in cells])
        return
    document = {
        "metric": metric.id, "label": metric.label, "kind": metric.kind, "unit": metric.unit, "better": metric.better,
        "grain": found.grain, "as_of": found.as_of, "by": list(found.by), "only": dict(found.only), "total": found.total,
        "rows": rows,
    }  # fmt: skip
    _print(asked, document, _series_lines(document, currency))


def _series_lines(document: dict[str, Any], currency: str) -> list[str]:
    unit = document["unit"]
    money = f", {currency}" if unit == "money" else ""
    lines = [f"{document['label']} by {document['grain']}{money}, as of {document['as_of'] or 'no data'}"]
    for row in document["rows"]:
        members = " · ".join(row["members"].values())
        value = "hidden" if row["hidden"] else wording.exact(row["value"], unit)
        marks = [words for words, holds in ((f"n {row['n']:,.0f}" if row["n"] == row["n"] else "", row["n"] == row["n"]),
                                            ("partial", row["partial"]), (row["note"], row["note"])) if holds]  # fmt: skip
        lines.append(f"{row['period']}  {members:<24} {value:>16}  {', '.join(marks)}".rstrip())
    if document["total"].get("value") is not None:
        lines.append(f"{'in all':<10}  {'':<24} {wording.exact(document['total']['value'], unit):>16}")
    return lines


def _sixtwelve(asked: argparse.Namespace) -> None:
    if bool(asked.metric) == asked.all:
        raise QuestionError(
            "sixtwelve: the name of one metric, or --all, was expected. `python -m keel metrics` lists them."
        )
    with _store(asked) as store:
        chosen = None if asked.all else [asked.metric]
        found = measure.sixtwelves(store, chosen, week_ending=asked.week_ending, months=asked.months)
        known, currency = measure.metrics(store), store.settings.currency
    documents: list[dict[str, Any]] = []
    lines: list[str] = []
    for id, view in found.items():
        metric = known[id]
        told = {"label": metric.label, "kind": metric.kind, "unit": metric.unit, "better": metric.better}
        documents.append({"metric": id, **told, **vars(view)})
        lines += [*([""] if lines else []), *_sixtwelve_lines(metric.label, metric.unit, view, currency)]
    _print(asked, documents if asked.all else documents[0], lines or ["Nothing has been uploaded yet."])


def _sixtwelve_lines(label: str, unit: str, view: SixTwelve, currency: str) -> list[str]:
    money = f", {currency}" if unit == "money" else ""
    lines = [f"{label}{money}, week ending {view.week_ending}" + (f" ({view.note})" if view.note else "")]
    lines.append(f"{'':<12} {'value':>16} {'a year before':>16}")
    rows = [(week["label"], week["ending"], week) for week in view.weeks]
    rows += [(month["label"], "", month) for month in (*view.months, *([view.running] if view.running else []))]
    for name, ending, row in rows:
        marks = [
            mark for mark in ("so far" if row.get("partial") else "", row["note"]) if mark and mark != wording.NO_DATA
        ]
        value, prior = wording.exact(row["value"], unit), wording.exact(row["prior"], unit)
        lines.append(f"{name:<12} {value:>16} {prior:>16}  {ending}  {'; '.join(marks)}".rstrip())
    for key, (name, _, told, note) in zip(("last_week", *TO_DATE), in_words(view, unit, currency), strict=True):
        value = wording.exact(view.totals[key], unit)
        lines.append(f"{name:<15} {value:>13}  {', '.join(told)}{f' ({note})' if note else ''}".rstrip())
    return lines


def _signals(asked: argparse.Namespace) -> None:
    with _store(asked) as store:
        judged = measure.judged(store, asked.metric, grain=asked.grain, plain=asked.plain)
    metric, periods, found = judged.series.metric, judged.periods, judged.signals
    points: list[dict[str, Any]] = [
        {"period": period, "value": point.value, "centre": point.centre, "low": point.low, "high": point.high,
         "rules": sorted(point.rules), "status": point.status}
        for period, point in zip(periods, found.points, strict=True)
    ]  # fmt: skip
    base = found.baseline
    document = {
        "metric": metric.id, "label": metric.label, "method": found.method, "removed": list(found.removed),
        "baseline": {
            "from": None if base.first is None else periods[base.first], "to": None if base.last is None else periods[base.last],
            "n": base.n, "locked": base.locked,
        },
        "centre": found.centre, "low": found.low, "high": found.high, "mr_limit": found.mr_limit,
        "words": signals.words(found, period=judged.series.grain),
        "rebased": [{"from": periods[one.index], "reason": one.reason, "on": one.on} for one in found.rebased], "points": points,
    }  # fmt: skip
    lines = [f"{metric.label}: {document['words']} ({found.method})"]
    for point in points:
        told = f"{', '.join(point['rules'])} {point['status']}".strip() if point["rules"] else ""
        value, low, high = (wording.exact(point[key], metric.unit) for key in ("value", "low", "high"))
        lines.append(f"{point['period']}  {value:>16}  {low:>16} to {high:>16}  {told}".rstrip())
    _print(asked, document, lines)


def _leads(asked: argparse.Namespace) -> None:
    with _store(asked) as store:
        known = measure.metrics(store)
        wanted = [bool(name) and catalogue.find(known, name).id for name in (asked.lead, asked.lag)]
        said = bearings.claims(store)
        pairs, directions = bearings.declared_pairs(store, said, end=asked.as_of)
        found = list(bearings.evidence(store, pairs, directions=directions, end=asked.as_of))
        if not asked.declared:
            found += bearings.evidence(store, bearings.other_pairs(store, said, end=asked.as_of), end=asked.as_of)
        links = [
            link for link in found
            if all(not name or name == id for name, id in zip(wanted, (link.lead, link.lag), strict=True))
        ]  # fmt: skip
        bearings.look(store, [(link.lead, link.lag) for link in links if not link.declared], who=getpass.getuser())
        claims = {claim.pair: claim for claim in said}
        as_of = bearings.last_day(store, asked.as_of)
    documents, lines = [], []
    for link in links:
        lead, lag, claim = known[link.lead], known[link.lag], claims.get((link.lead, link.lag))
        words = verdicts.in_words(link, lead, lag, claim)
        documents.append(_link_document(link, words, claim))
        lines += [f"{words.word:<16} {lead.label} → {lag.label}", f"{'':<16} {words.sentence} {words.worth}".rstrip()]
    note = (
        []
        if asked.declared
        else ["", "What was not declared has been looked at now: a declaration of it counts after new weeks only."]
    )
    _print(asked, {"as_of": as_of, "pairs": documents}, [*lines, *note, verdicts.COMMON_CAUSE])


def _link_document(link: leads.Link, words: verdicts.Verdict, claim: verdicts.Claim | None) -> dict[str, Any]:
    names = ("lead", "lag", "declared", "n", "p", "q", "lag_weeks", "lag_set", "window", "z", "sign", "reverse_p", "reverse_q",
             "moves_together", "status", "detectable_r2", "usual_move", "effect", "effect_low", "effect_high", "reason")  # fmt: skip
    expected = None if claim is None else {
        "weeks": claim.weeks, "direction": claim.direction, "who": claim.who, "declared_on": claim.declared_on,
        "looked_on": claim.looked_on, "counts_from": claim.counts_from,
    }  # fmt: skip
    told = " ".join(filter(None, (words.sentence, words.worth, words.advice, words.would_change)))
    return {**{name: getattr(link, name) for name in names}, "expected": expected, "words": told}


def _outlook(asked: argparse.Namespace) -> None:
    with _store(asked) as store:
        metric = catalogue.find(measure.metrics(store), asked.metric)
        pairs, directions = bearings.declared_pairs(store, bearings.claims(store), end=asked.as_of)
        links = bearings.evidence(store, pairs, directions=directions, end=asked.as_of)
        made, _ = bearings.ahead(store, metric.id, confirmed=bearings.confirmed_into(links, metric.id), end=asked.as_of)
    document = {
        "metric": metric.id, "label": metric.label, "unit": metric.unit, "reason": made.reason, "origin": made.origin, "n": made.n,
        "is_log": made.is_log, "has_skill": made.has_skill, "mase": made.mase, "mase_without": made.mase_without, "factor": made.factor,
        "has_level_changed": made.has_level_changed,
        "record": {name: getattr(made.record, name) for name in ("weeks", "inside_50", "inside_80")},
        "record_without": {name: getattr(made.record_without, name) for name in ("weeks", "inside_50", "inside_80")},
        "leads": [vars(reach) for reach in made.reaches], "notes": made.notes,
        "ahead": [{"week": one.week, "ahead": one.ahead, **vars(one.band), "without": vars(one.without), "leads": one.leads} for one in made.ahead],
    }  # fmt: skip
    lines = [f"{metric.label}: the next {len(made.ahead)} weeks" if made.ahead else f"{metric.label}: {made.reason}"]
    for one in made.ahead:
        low, high, inner, outer = (
            wording.number(value, metric.told_in)
            for value in (one.band.low_80, one.band.high_80, one.band.low_50, one.band.high_50)
        )
        lines.append(f"{one.week}  80 %: {low:>10} to {high:>10}   50 %: {inner:>10} to {outer:>10}")
    _print(asked, document, [*lines, *([verdicts.record_in_words(made)] if made.ahead else []), *made.notes])


def _questions(asked: argparse.Namespace) -> None:
    with _store(asked) as store:
        found = measure.questions(store, asked.survey)
    lines = []
    for survey in found:
        lines.append(f"{survey['survey']}: {survey['responses']:,} responses")
        for q in survey["questions"]:
            score = q["nps"] if q["nps"] is not None else q["favourable"] if q["favourable"] is not None else q["mean"]
            shown = "hidden" if q.get("hidden") else f"n {q['n']:,}" + (f", {score:.3g}" if score is not None else "")
            lines.append(
                f"  {q['key']:<5} {q['kind']:<7} {q['scale'] or '':<6} {q['role'] or '':<11} {shown:<18} {q['text']}"
            )
    _print(asked, found[0] if asked.survey else found, lines or ["No survey has been uploaded yet."])


def _audit(asked: argparse.Namespace) -> int:
    with _store(asked) as store:
        found = audit.audit(store, asked.survey, every_wave=asked.all)
    lines = []
    for one in found:
        last, tried = one["waves"][-1], one["attack"]
        lines.append(
            f"{one['survey']}: {len(one['waves'])} closed waves, the last of {last['wave_on']} with {last['people']:,} people in {last['cells']} cells"
        )
        for view in one["views"]:
            words = (
                ", ".join(f"{name} {member or measure.NO_MEMBER}" for name, member in view["only"].items())
                or "everybody"
            )
            lines.append(
                f"  {view['wave_on']}  n {view['people']:>6,}  {wording.plural(view['cells'], 'cell'):<10} {words}"
            )
        lines.append(
            f"  attack: {tried['asked']} filters asked, {tried['answered']} answered, {tried['refused']} refused; "
            f"{wording.plural(tried['isolated'], 'person', many='people')} singled out by any weighting of the answers, {tried['smallest_difference']} the fewest in a "
            f"difference of three views (minimum {tried['minimum']}). Hiding n < 5 alone would have exposed "
            f"{wording.plural(tried['exposed_by_hiding_small_groups'], 'person', many='people')}. "
            + ("Passed." if tried["passed"] else "FAILED.")
        )
        lines += [f"  refused: {row['dimensions']}, {wording.plural(row['times'], 'time')}" for row in one["refused"]]
    _print(asked, found, lines or ["No wave of a survey on people has closed yet."])
    return 0 if all(one["attack"]["passed"] for one in found) else 1


def _review(asked: argparse.Namespace) -> None:
    with _store(asked) as store:
        number = asked.edition
        if number is None:
            weeks = meeting.weeks(store, most=1)
            ending = asked.week_ending or (weeks[0] if weeks else date.today())
            week = meeting.week(store, ending)
            document = meeting.document(store, week, meeting.entries(store))
            if asked.publish:
                number = meeting.publish(store, week, who=asked.publish)
        if number is not None:
            document = meeting.published(store, number) | {"restated": meeting.restated(store, number)}
    lines = [meeting.recap(document)]
    if document["restated"]:
        lines += ["", "Restated since", *(f"- {one}" for one in document["restated"])]
    if asked.out:
        content = export.render(document, asked.out.suffix.removeprefix(".").lower())
        try:
            asked.out.write_bytes(content)
        except OSError as error:
            raise InputError(
                f"{asked.out}: it cannot be written ({error.strerror}). Name another file with --out."
            ) from error
        lines = [f"{asked.out.name}: {len(content):,} bytes, the week to {document['week_ending']}."]
    if asked.publish:
        lines.insert(0, f"Published as edition {number}.")
    _print(asked, {"edition": number, "out": str(asked.out) if asked.out else None, **document}, lines)


def _editions(asked: argparse.Namespace) -> None:
    with _store(asked) as store:
        rows = store.rows("editions")
    lines = [f"no. {row['number']}: week to {row['week_ending']}, {row['who']}, {row['published_at']}" for row in rows]
    _print(asked, rows, lines or ["None was published yet."])


def _customers(asked: argparse.Namespace) -> None:
    view = {"as_of": asked.as_of, "region": asked.region, "segment": asked.segment}
    with _store(asked) as store:
        if asked.which == "ladder":
            _print(asked, *_ladder(store, view))
            return
        value = {"months": asked.months, "of": asked.of}
        teams = customers.leaving_teams(store)
        found = customers.standing(store, **view, **value, teams=list(teams))
        which = "lost" if asked.which == "winback" else asked.which
        frame = customers.listed(
            store, which, **view, **value, teams=teams, most=EVERY_ROW if asked.limit is None else asked.limit
        )
        count, at_stake = customers.listed_sum(store, which, **view, **value, teams=list(teams))
        document: dict[str, Any] = {
            "as_of": found.as_of, "measure": found.of, "months": 12 if asked.months is None else asked.months, "list": asked.which,
            "in_list": count, "at_stake": at_stake, "currency": store.settings.currency,
        }  # fmt: skip
        sums = found.sums
        document |= {
            "customers_with_a_purchase": sums.get("buyers", 0),
            "active": sums.get("active", 0),
            "lost": sums.get("lost", 0),
        }
        whole = found.concentration
        if which in ("set", "all", "at_risk"):
            names = ("k", "share", "customers", "top20_share", "hhi", "tenths", "total", "above_zero")
            document |= {name: whole.get(name) for name in names}
        if which == "lost":
            document |= {
                "window_months": store.settings.lost_after_months,
                "window_by_segment": dict(store.settings.lost_after_by_segment),
            }
        said = desk.cases(store)
        if asked.which == "winback":
            document |= _win_back(store, view)
            why = desk.reasons(store, list(frame["customer_id"]))
            frame = frame.assign(reason=frame["customer_id"].map(why))
        rows = []
        for row in measure.records(frame):
            if asked.which == "winback" and (case := said.get(row["customer_id"])):
                row |= {"is_wanted": case.is_wanted, "words": case.words, "owner": case.owner, "step": case.step, "due": case.due, "outcome": case.outcome}  # fmt: skip
            rows.append(row)
        _print(asked, document | {"rows": rows}, _customer_lines(document, rows))


def _win_back(store: Store, view: dict[str, Any]) -> dict[str, Any]:
    belief, won, tried = desk.belief(store)
    low, high = belief.between()
    return {
        "odds": {
            "mean": belief.mean, "low": low, "high": high, "won": won, "tried": tried, "published_weight": belief.parts[0].weight,
            "published_fits": belief.fits,
        },
        "economics": [vars(one) for one in desk.economics(store)], "campaigns": desk.campaigns(store),
        "reasons": [vars(one) for one in desk.reasons_in_money(store, **view)],
    }  # fmt: skip


def _customer_lines(document: dict[str, Any], rows: Sequence[dict[str, Any]]) -> list[str]:
    if document["as_of"] is None:
        return ["No order line names a customer yet. Import orders with a customer column."]
    money, currency = f"{wording.exact(document['at_stake'], 'money')}", document["currency"]
    lines = [
        f"As of {document['as_of']}: {document['in_list']:,} customers in the list, {money} {currency} of {document['measure']}."
    ]
    if document.get("k") is not None:
        lines.append(
            f"{document['k']:,} of {document['customers']:,} customers make {document['share']:.1%} of the {document['measure']} above zero; "
            f"the largest fifth {document['top20_share']:.1%}; HHI {document['hhi']:.4f}."
        )
    if odds := document.get("odds"):
        lines.append(
            f"Odds of winning one back: {odds['mean']:.1%} ({odds['low']:.1%} to {odds['high']:.1%}), after {odds['won']} of {odds['tried']}"
            f"{'' if odds['published_fits'] else '; the published range does not fit your results'}."
        )
    for row in rows[:MOST_CUSTOMERS]:
        words = "; ".join(filter(None, (row.get("reason"), row["why"])))
        lines.append(
            f"{row['customer_id']:<14} {row['name'][:32]:<32} {wording.exact(row['at_stake'], 'money'):>16}  {words}".rstrip()
        )
    if len(rows) > MOST_CUSTOMERS:
        lines.append(f"and {len(rows) - MOST_CUSTOMERS:,} more (--json lists them)")
    return lines


def _ladder(store: Store, view: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    found = customers.ladder(store, **view)
    if found is None:
        return {"as_of": view["as_of"], "rows": []}, [
            "No order line names a customer yet. Import orders with a customer column."
        ]
    moves = [{"from": was, "to": is_now, "customers": count} for (was, is_now), count in found.moves.items()]
    document = {
        "since": found.since,
        "as_of": found.until,
        "opening": found.opening,
        "closing": found.closing,
        "moves": moves,
    }
    lines = [
        f"{rung:<10} {found.opening[rung]:>8,} on {found.since}  {found.closing[rung]:>8,} on {found.until}"
        for rung in found.opening
    ]
    return document, lines + [f"  {move['from']} to {move['to']}: {move['customers']:,}" for move in moves]


def _rebuild(asked: argparse.Namespace) -> int:
    with _store(asked) as store, on_terminal(sys.stderr) as progress:
        changed = company.rebuild(store, progress)
        batches = len(store.rows("batches"))
    lines = [f"Rebuilt from {batches} uploaded files; every table is the same to the row."]
    if changed:
        lines = [f"Rebuilt from {batches} uploaded files. Not the same as before: {', '.join(sorted(changed))}."]
    _print(asked, {"batches": batches, "changed": sorted(changed)}, lines)
    return 1 if changed else 0


def _check(asked: argparse.Namespace) -> int:
    with _store(asked) as store:
        faults = store.check()
    _print(
        asked,
        {"faults": faults},
        faults or ["All identities hold; every count agrees; every uploaded file is there."],
    )
    return 2 if faults else 0


def _backup(asked: argparse.Namespace) -> None:
    with _store(asked) as store:
        store.backup(asked.file)
    _print(asked, {"file": str(asked.file)}, [f"Written to {asked.file}."])


def _restore(asked: argparse.Namespace) -> None:
    from keel import settings

    path = getattr(asked, "store", None) or company.default_store()
    with on_terminal(sys.stderr) as progress:
        restore(asked.file, path, settings.load(), progress)
    _print(asked, {"store": str(path)}, [f"{path} is as it was when {asked.file} was made."])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; one such as 2026-09-27 was expected") from None


def _plain(value: Any) -> Any:
    """A document with nothing in it that JSON lacks: dates as text, nan as null."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.item() if hasattr(value, "item") else value


if __name__ == "__main__":
    sys.exit(main())
