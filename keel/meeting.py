"""The weekly review at hand: what was said and decided, the agenda of a week, its edition published, what changed since.

What the Review page and the command line share. Words are checked here; the order and the verdicts are keel.review's, the
document keel.edition's.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from keel import company, edition, measure, review, signals, wording
from keel.edition import Item
from keel.errors import QuestionError, SettingsError
from keel.measure import Judged
from keel.periods import DAY
from keel.review import Decision
from keel.store import Store

QUADRANTS = {
    "strengths": ("Strengths", "inside, for the better"), "weaknesses": ("Weaknesses", "inside, for the worse"),
    "opportunities": ("Opportunities", "outside, for the better"), "threats": ("Threats", "outside, for the worse"),
    "open": ("To be placed", "the quarter's events, and why customers left, from their own answers"),
}  # fmt: skip
TO_BE_PLACED = "open"
REASONS = re.compile(r"\b(why|reason|reasons)\b", re.IGNORECASE)  # of a customer survey: what made them leave
MOST_REASONS = 3
MOST_SAID = 4000  # characters of a note


# What is said


def entries(store: Store) -> list[dict[str, Any]]:
    """Everything that was said in reviews, in order: entry, said_at, who, week_ending, kind, metric, about, of_entry, body."""
    return [{**row, "body": json.loads(row["body"])} for row in store.rows("said")]


def note(
    store: Store, words: str, *, who: str, week_ending: date, token: str, metric: str = "", about: str = ""
) -> int:
    """A note on a number, a customer or a group, or on the week; it stays on its week. Raises QuestionError without words."""
    return _say(
        store,
        "note",
        {"words": _words(words, "note")},
        who=who,
        week_ending=week_ending,
        token=token,
        metric=metric,
        about=about,
    )


def decide(
    store: Store, words: str, *, owner: str, due: date | None, who: str, week_ending: date, token: str, metric: str = "", about: str = "",
    direction: int = 0, expected: str = "", judged_on: date | None = None,
) -> int:  # fmt: skip
    """A decision: who does what by when, and what it should move. Raises QuestionError where one of these is missing."""
    if due is None:
        raise QuestionError(
            "decision: it has no day; a real one was expected (“as soon as possible” is none). Choose a date."
        )
    body = {"words": _words(words, "decision"), "owner": _words(owner, "owner"), "due": due.isoformat()}
    if metric and direction:
        if judged_on is None:
            raise QuestionError(
                "decision: by when should it show? A day was expected, so that it can be looked at then. Choose a date."
            )
        body |= {"direction": direction, "expected": expected.strip(), "judged_on": judged_on.isoformat()}  # type: ignore[dict-item]
    return _say(store, "decision", body, who=who, week_ending=week_ending, token=token, metric=metric, about=about)


def step(
    store: Store, of: Decision, *, who: str, week_ending: date, token: str, owner: str = "", due: date | None = None, reason: str = "", outcome: str = "",
) -> int:  # fmt: skip
    """A decision taken over, moved (with a reason) or closed (with what came of it). Raises QuestionError."""
    if due is not None and due != of.due and not reason.strip():
        raise QuestionError(
            "decision: it is moved without a reason; a few words were expected, for whoever asks later. Say why."
        )
    body = {
        "owner": owner.strip() if owner.strip() != of.owner else "", "due": due.isoformat() if due is not None and due != of.due else "",
        "words": reason.strip(), "outcome": outcome.strip(),
    }  # fmt: skip
    body = {key: value for key, value in body.items() if value}
    if not body:
        raise QuestionError("decision: nothing was changed; another owner, another day or an outcome was expected.")
    return _say(store, "step", body, who=who, week_ending=week_ending, token=token, metric=of.metric, of_entry=of.entry)


def place(store: Store, words: str, quadrant: str, *, who: str, week_ending: date, token: str, metric: str = "", of_entry: int | None = None) -> int:  # fmt: skip
    """A line of the SWOT sheet put into a quadrant ('' takes it off the sheet); of_entry: the line that is moved."""
    if quadrant and quadrant not in QUADRANTS:
        raise QuestionError(f"SWOT: found {quadrant!r}; one of {', '.join(QUADRANTS)} was expected.")
    body = {"words": _words(words, "line"), "quadrant": quadrant}
    return _say(store, "line", body, who=who, week_ending=week_ending, token=token, metric=metric, of_entry=of_entry)


def park(store: Store, metric: str, *, is_parked: bool, who: str, week_ending: date, token: str) -> int:
    """Put an item of the agenda aside for this week, or take it up again."""
    return _say(store, "park", {"is_parked": is_parked}, who=who, week_ending=week_ending, token=token, metric=metric)


def parked(said: Sequence[Mapping[str, Any]], week_ending: date) -> set[str]:
    """The metrics that are put aside in a week."""
    state = {
        row["metric"]: row["body"]["is_parked"]
        for row in said
        if row["kind"] == "park" and row["week_ending"] == week_ending
    }
    return {metric for metric, is_parked in state.items() if is_parked}


def _say(
    store: Store, kind: str, body: Mapping[str, Any], *, who: str, week_ending: date, token: str, metric: str = "", about: str = "",
    of_entry: int | None = None,
) -> int:  # fmt: skip
    return store.say(
        who=_words(who, "your name"), week_ending=week_ending, kind=kind, body=json.dumps(body, ensure_ascii=False), token=token,
        metric=metric, about=about, of_entry=of_entry,
    )  # fmt: skip


def _words(words: str, what: str) -> str:
    found = words.strip()
    if not found:
        raise QuestionError(f"{what}: nothing was typed; a few words were expected.")
    if len(found) > MOST_SAID:
        raise QuestionError(
            f"{what}: found {len(found):,} characters; at most {MOST_SAID:,} were expected. Say it shorter."
        )
    return found


# The week


def weeks(store: Store, most: int = 26) -> list[date]:
    """The last days of the weeks that had closed by the newest day of any source, the newest first."""
    newest = max((row["last_on"] for row in measure.sources(store) if row["last_on"]), default=None)
    if newest is None:
        return []
    last = store.settings.calendar.start(newest + DAY, "week") - DAY
    return [last - timedelta(weeks=back) for back in range(most)]


def in_review(store: Store) -> list[str]:
    """The metrics a review looks at: every one that has a source and is one number."""
    covered = {row["source"] for row in measure.sources(store) if row["last_on"]}
    return [
        metric.id
        for metric in measure.metrics(store).values()
        if metric.source in covered and "movement" not in metric.dimensions
    ]


@dataclass(frozen=True)
class Week:
    """A week as the meeting finds it: every metric judged up to its last day, its item (keel.edition), and the agenda."""

    ending: date
    judged: Mapping[str, Judged]
    items: Mapping[str, Item]
    sections: tuple[review.Section, ...]


def week(store: Store, ending: date) -> Week:
    """The numbers of the company's own week that had closed by a day, and their agenda; what people say is not in it.

    Raises QuestionError without data.
    """
    ending = (
        store.settings.calendar.start(ending + DAY, "week") - DAY
    )  # two weeks a day apart would tell who answered that day
    metric_ids = in_review(store)
    if not metric_ids:
        raise QuestionError("review: there is no data yet. Upload orders, a roster or a survey first.")
    judged = {metric_id: measure.judged(store, metric_id, end=ending) for metric_id in metric_ids}
    items = edition.items(store, judged, ending)
    for part in _deck(store):
        for name in part["metrics"] if "owner" in part else ():
            if name in items:
                items[name]["owner"] = str(part["owner"])
    return Week(ending, judged, items, tuple(_agenda(store, judged)))


def document(store: Store, week: Week, said: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The edition of a week as it would be published now: see keel.edition."""

    def notes(metric: str) -> list[dict[str, Any]]:
        return [
            {"at": row["said_at"].isoformat(), "who": row["who"], "words": row["body"]["words"], "about": row["about"]}
            for row in said
            if (row["kind"], row["metric"], row["week_ending"]) == ("note", metric, week.ending)
        ]

    sections = [
        {"title": section.title, "note": section.note,
         "items": [week.items[name] | {"why": why, "notes": notes(name)} for name, why in section.lines]}
        for section in week.sections
    ]  # fmt: skip
    return {
        "company": store.settings.company or ("Halyard & Co" if company.is_sample(store) else "Your company"),
        "currency": store.settings.currency, "week_ending": week.ending.isoformat(), "fingerprint": store.version, "filters": "none",
        "minimum": store.settings.minimum_group,
        "sources": [
            {"name": row["source"], "to": row["last_on"].isoformat(), "is_stale": row["stale"]}
            for row in measure.sources(store) if row["last_on"]
        ],
        "sections": sections, "promises": promises(store, said, week),
        "swot": {
            quadrant: [{"words": line["words"], "metric": line["metric"]} for line in lines]
            for quadrant, lines in swot(store, said, week).items()
            if quadrant != TO_BE_PLACED
        },
        "notes": notes(""),
        "suppressions": [f"{item['label']}: {item['note']}" for item in week.items.values() if item["printed"] == "hidden"],
        "published": None, "restated": [],
    }  # fmt: skip


def _agenda(store: Store, judged: Mapping[str, Judged]) -> list[review.Section]:
    known = measure.metrics(store)
    leads = {metric.id: [lead.metric for lead in metric.leads] for metric in known.values()}
    return review.agenda(
        numbers(judged, leads), leads=leads, is_lead={metric.id: metric.kind == "lead" for metric in known.values()},
        finance=[metric.id for metric in known.values() if metric.kind == "lag" and (metric.unit == "money" or metric.compare == "bps")],
        deck=_deck(store),
    )  # fmt: skip


def _deck(store: Store) -> list[Mapping[str, Any]]:
    """The sections of keel.toml's deck: title, metrics, perhaps an owner. Raises SettingsError that names the one at fault."""
    sections = store.settings.deck.get("sections", [])
    for number, part in enumerate(sections, 1):
        is_whole = (
            isinstance(part, dict) and isinstance(part.get("title"), str) and isinstance(part.get("metrics"), list)
        )
        if not is_whole or set(part) - {"title", "metrics", "owner"}:
            raise SettingsError(
                f"keel.toml, [[deck.sections]] no. {number}: found {part!r}; a title and a list of metrics (and perhaps an owner) were "
                "expected. Correct it."
            )
    return list(sections)


def numbers(judged: Mapping[str, Judged], leads: Mapping[str, Sequence[str]]) -> list[review.Number]:
    """Each judged metric with the money that hangs on it over a year: see keel.review.stakes."""
    amounts = {
        name: _a_year(one)
        for name, one in judged.items()
        if one.series.metric.unit == "money" and one.series.metric.roll == "sum"
    }
    reach = {
        name: led or ([company.REVENUE] if name in judged and judged[name].series.metric.source == "orders" else [])
        for name, led in leads.items()
    }
    hang = review.stakes(reach, amounts)
    return [
        review.Number(name, one.series.metric.label, one.series.metric.better, one.signals, *hang.get(name, (None, "")))
        for name, one in judged.items()
    ]


def _a_year(judged: Judged) -> float:
    """The sum of the last whole year of a metric's periods, or of as many as there are."""
    frame = judged.series.frame
    whole = frame[~frame["partial"]]["value"].tail(
        {"week": 52, "month": 12, "quarter": 4, "year": 1}[judged.series.grain]
    )
    return float(whole.sum())


def promises(store: Store, said: Sequence[Mapping[str, Any]], week: Week) -> list[dict[str, Any]]:
    """The open decisions, those due first, each with what came of it by the rules of every signal."""
    known = measure.metrics(store)
    rows = []
    for one in review.due_first(review.decisions(said), week.ending):
        came = ""
        if one.metric in week.judged and one.direction:
            found = week.judged[one.metric]
            came = review.verdict(one, found.signals, found.periods, week.ending)
        due = min(one.due, one.judged_on or one.due)
        rows.append({
            "entry": one.entry, "words": one.words, "owner": one.owner, "due": one.due.isoformat(), "metric": one.metric, "about": one.about,
            "label": known[one.metric].label if one.metric in known else "", "expected": one.expected,
            "judged_on": one.judged_on.isoformat() if one.judged_on else "", "verdict": came, "came": review.VERDICTS.get(came, ""),
            "why": "due by this week" if due <= week.ending else f"due {wording.day_year(due)}",
            "steps": [f"{wording.day(day)} {who}: {words}" for day, who, words in one.steps],
        })  # fmt: skip
    return rows


def swot(store: Store, said: Sequence[Mapping[str, Any]], week: Week) -> dict[str, list[dict[str, Any]]]:
    """The sheet of the quarter: lines that evidence starts (signals, inside by source) and those people placed or moved.

    A line: words, metric, entry (None while it is evidence that nobody touched), key.
    """
    calendar = store.settings.calendar
    quarter = calendar.start(week.ending, "quarter")
    lines: dict[Any, dict[str, Any]] = {}
    for name, one in week.judged.items():
        metric, tone = one.series.metric, review.tone(one.signals, one.series.metric.better)
        if tone in ("bad", "watch", "good"):
            inside = metric.source != "customers survey"
            quadrant = (
                ("strengths" if tone == "good" else "weaknesses")
                if inside
                else ("opportunities" if tone == "good" else "threats")
            )
            words = f"{metric.label}: {signals_words(one)}"
            lines[f"signal {name}"] = {
                "words": words,
                "metric": name,
                "quadrant": quadrant,
                "entry": None,
                "key": f"signal {name}",
            }
    for words in _from_outside(store, quarter, week.ending):
        lines[words] = {"words": words, "metric": "", "quadrant": TO_BE_PLACED, "entry": None, "key": words}
    for row in said:
        if row["kind"] == "line" and calendar.start(row["week_ending"], "quarter") == quarter:
            key = _line_moved(lines, row)
            lines[key] = {
                "words": row["body"]["words"], "metric": row["metric"], "quadrant": row["body"]["quadrant"], "entry": row["entry"], "key": key,
            }  # fmt: skip
    return {name: [line for line in lines.values() if line["quadrant"] == name] for name in QUADRANTS}


def _line_moved(lines: Mapping[Any, Mapping[str, Any]], row: Mapping[str, Any]) -> Any:
    """Which line of the sheet an entry moves: one typed before, evidence on its metric, evidence in its words; else a new one."""
    before = next(
        (key for key, line in lines.items() if line["entry"] is not None and line["entry"] == row["of_entry"]), None
    )
    if before is not None:
        return before
    for key in (f"signal {row['metric']}", row["body"]["words"]):
        if key in lines:
            return key
    return row["entry"]


def _from_outside(store: Store, quarter: date, ending: date) -> list[str]:
    """What came from outside in the quarter, a line each: events, and the reasons that customers gave most often."""
    happened = {
        row["words"]: f"{row['words']} ({wording.span(row['happened_on'], row['ends_on'])})"
        for metric in in_review(store)
        for row in measure.events(store, metric)
        if quarter <= row["happened_on"] <= ending
    }
    reasons = []
    for survey in measure.questions(store):
        for question in survey["questions"]:
            if question["kind"] in ("single", "multi") and REASONS.search(question["text"]) and question["counts"]:
                most = sorted(question["counts"].items(), key=lambda one: -one[1])[:MOST_REASONS]
                reasons += [
                    f"{survey['survey']}: “{label}”, {count} of {question['n']} answers" for label, count in most
                ]
    return [*happened.values(), *reasons]


def signals_words(judged: Judged) -> str:
    """What the usual range says of a metric, inside a sentence."""
    words = signals.words(judged.signals, period=judged.series.grain).removesuffix(".")
    return words[:1].lower() + words[1:]


# Editions


def publish(store: Store, week: Week, *, who: str, at: datetime | None = None) -> int:
    """Write the edition of a week, once; returns its number. Raises QuestionError without a name."""
    at = at or datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    found = document(store, week, entries(store)) | {
        "published": {"at": at.isoformat(), "by": _words(who, "your name")}
    }
    return store.publish(
        json.dumps(found, ensure_ascii=False, sort_keys=True), week_ending=week.ending, who=who.strip(), at=at
    )


def published(store: Store, number: int) -> dict[str, Any]:
    """An edition as it was published. Raises QuestionError."""
    rows = store.rows("edition", number=number)
    if not rows:
        raise QuestionError(f"edition {number}: there is no such edition; `python -m keel editions` lists them.")
    found: dict[str, Any] = json.loads(rows[0]["document"])
    return found


def restated(store: Store, number: int) -> list[str]:
    """What an edition printed that data which came later has changed, a sentence each: "was 1.24 M, now 1.26 M, 3 late orders"."""
    row, before = store.rows("edition", number=number)[0], published(store, number)
    known = measure.metrics(store)
    then = {
        item["metric"]: item for section in before["sections"] for item in section["items"] if item["metric"] in known
    }
    judged = {name: measure.judged(store, name, end=row["week_ending"]) for name in then}
    now = edition.items(store, judged, row["week_ending"])
    found = []
    for name, item in then.items():
        for grain, key in (("weeks", "ending"), ("months", "month")):
            for was, now_is in zip(item[grain], now[name][grain], strict=True):
                if edition.differ(was["value"], now_is["value"]):
                    found.append(_restatement(store, known[name].source, row["published_at"], item, was, now_is, key))
    return found


def _restatement(store: Store, source: str, published_at: datetime, item: Item, was: Item, now: Item, key: str) -> str:
    unit, first = item["unit"], date.fromisoformat(was[key])
    old, new = was["printed"], now["printed"]
    if old == new:
        old, new = wording.exact(was["value"], unit), wording.exact(now["value"], unit)
    late = ""
    if source == "orders":
        start, end = (
            (first - timedelta(days=6), first)
            if key == "ending"
            else (first, store.settings.calendar.end(first, "month") - DAY)
        )
        orders = store.rows("late_orders", since=published_at, from_on=start, to_on=end)[0]["orders"]
        late = f", {wording.plural(orders, 'late order')}" if orders else ""
    return f"{item['label']}, {was['label']}: was {old}, now {new}{late}"


def recap(document: Mapping[str, Any]) -> str:
    """The edition in a few plain lines for an e-mail: what gave a signal, what was promised, what was decided."""
    lines = [f"{document['company']}: week to {wording.day_year(date.fromisoformat(document['week_ending']))}", ""]
    for section in document["sections"]:
        told = [item for item in section["items"] if item["said"]["status"] in ("signal", "watch")]
        if told:
            lines += [section["title"], *(
                f"- {item['label']}: {item['printed']} {item['unit_words']}".rstrip() + f". {item['said']['words']}" for item in told
            ), ""]  # fmt: skip
    if document["promises"]:
        lines.append("Open decisions")
        lines += [
            f"- {one['words']} ({one['owner']}, {wording.day_year(date.fromisoformat(one['due']))})"
            + (f": {one['came']}" if one["came"] else "")
            for one in document["promises"]
        ]
    return "\n".join(lines).strip()
