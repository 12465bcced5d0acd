"""What deserves a word: numbers judged against their usual range, put in the order a leadership team needs. Pure.

The same input gives the same order, and every line says why it stands where it does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from keel import wording
from keel.signals import Signals

MARKS = {"signal": "■ Signal", "watch": "◆ Watch", "provisional": "◇", "none": "", "": ""}
MOST = 5  # lines of what changed
RANK = {"signal": 0, "watch": 1}


@dataclass(frozen=True)
class Number:
    """One metric at its latest closed period: its label, which way is better (up, down, neither) and how it was judged.

    stake: what hangs on it in the company's currency over a year, of the metric `of`; None where that is not known.
    """

    id: str
    label: str
    better: str
    signals: Signals
    stake: float | None = None
    of: str = ""


@dataclass(frozen=True)
class Change:
    """A number that gave a signal. tone: good, bad or neutral. strength: how far out it is, 1 at the edge of its range."""

    number: Number
    status: str
    tone: str
    strength: float


def changes(numbers: Sequence[Number], *, most: int | None = MOST) -> list[Change]:
    """The numbers out of the ordinary: signals before what is worth watching, bad ones first, then by strength x money at stake."""
    found = [change for number in numbers if (change := _change(number))]

    def order(change: Change) -> tuple[int, int, float, str]:
        weight = change.strength * (change.number.stake or 0)
        return RANK[change.status], ("bad", "neutral", "good").index(change.tone), -weight, change.number.id

    return sorted(found, key=order)[:most]


def tone(signals: Signals, better: str) -> str:
    """How the latest point is coloured: bad, watch (bad, and only worth watching), good, neutral, or quiet."""
    point = signals.points[-1] if signals.points else None
    if point is None or point.status not in RANK:
        return "quiet"
    found = wording.tone(1 if point.run > 0 else -1, better)
    return "watch" if found == "bad" and point.status == "watch" else found


def stakes(leads: Mapping[str, Sequence[str]], amounts: Mapping[str, float]) -> dict[str, tuple[float, str]]:
    """What hangs on each metric, and whose money it is: its own amount, else the largest at the end of what it leads.

    leads: metric -> the metrics it is declared to lead. amounts: a year of each metric that is money.
    """
    found: dict[str, tuple[float, str]] = {}
    for metric in leads:
        reached, waiting = {metric}, [metric]
        while waiting:
            ahead = {led for led in leads.get(waiting.pop(), ()) if led not in reached}
            reached |= ahead
            waiting += sorted(ahead)
        money = [(amounts[one], one) for one in sorted(reached) if one in amounts]
        if metric in amounts:
            found[metric] = amounts[metric], metric
        elif money:
            found[metric] = max(money)
    return found


def _change(number: Number) -> Change | None:
    point = number.signals.points[-1] if number.signals.points else None
    if point is None or point.status not in RANK:
        return None
    side = 1 if point.run > 0 else -1
    half = (point.high - point.centre) if side > 0 else (point.centre - point.low)
    off = abs(point.value - point.centre) / half if half > 0 else 1.0
    # A run within the range is a signal as one at its edge is.
    found = wording.tone(side, number.better)
    return Change(number, point.status, found, max(off, 1.0) if point.status == "signal" else off)


# The agenda


@dataclass(frozen=True)
class Section:
    """A part of the meeting: its title, what it is for, and its metrics in order, each with why it stands here."""

    title: str
    note: str
    lines: tuple[tuple[str, str], ...]


def agenda(
    numbers: Sequence[Number], *, leads: Mapping[str, Sequence[str]], is_lead: Mapping[str, bool], finance: Iterable[str] = (),
    deck: Sequence[Mapping[str, Any]] = (),
) -> list[Section]:  # fmt: skip
    """The meeting in order: what moves first and gave a signal, each with what it is declared to lead; other results with a
    signal; finance; the quiet ones. With a deck its sections come as the company wrote them, and the rest after.

    leads: metric -> metrics it is declared to lead. deck: sections with title and metrics. Every number stands in one section.
    """
    known = {number.id: number for number in numbers}
    told = {change.number.id: change for change in changes(numbers, most=None)}
    placed: set[str] = set()

    def line(metric: str, why: str = "") -> tuple[str, str]:
        placed.add(metric)
        return metric, why or (_because(told[metric]) if metric in told else "within its usual range")

    sections = []
    for part in deck:
        mine = [metric for metric in part["metrics"] if metric in known and metric not in placed]
        sections.append(
            Section(str(part["title"]), "as the company's deck has it", tuple(line(metric) for metric in mine))
        )
    money = [metric for metric in finance if metric in known]
    ahead = []
    for metric in told:
        if is_lead[metric] and metric not in placed:
            ahead.append(line(metric))
            ahead += [
                line(
                    led,
                    f"{known[metric].label} is declared to lead it; {_because(told[led]) if led in told else 'it is within its usual range'}",
                )
                for led in leads.get(metric, ())
                if led in known and led not in placed and led not in money and not (is_lead[led] and led in told)
            ]
    results = [line(metric) for metric in told if metric not in placed and metric not in money]
    last = [line(metric) for metric in money if metric not in placed]
    quiet = [line(metric) for metric in known if metric not in placed]
    sections += [
        Section(
            "On the horizon", "leading numbers that gave a signal, each with what it is declared to lead", tuple(ahead)
        ),
        Section("In the wake", "results that gave a signal", tuple(results)),
        Section("Finance", "last, for it moves last", tuple(last)),
        Section("Nothing to see", "within their usual range", tuple(quiet)),
    ]
    return [section for section in sections if section.lines]


def _because(change: Change) -> str:
    way = {"bad": "for the worse", "good": "for the better", "neutral": "neither better nor worse"}[change.tone]
    kind = "a signal" if change.status == "signal" else "worth watching"
    stake = change.number.stake
    money = f"; {wording.number(stake, 'money')} a year hang on it" if stake else ""
    return f"{kind} {way}{money}"


# Decisions

VERDICTS = {
    "expected": "moved as expected", "otherwise": "moved otherwise", "none": "no change to be seen", "early": "too early to tell",
    "unknown": "cannot be told: no usual range yet",
}  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """What was decided: who does what by when, which metric it should move (1 up, -1 down), how far in words, by when.

    steps: what came of it since, (day, who, words), oldest first. outcome: why it was closed; empty while it is open.
    """

    entry: int
    made_on: date
    who: str
    words: str
    owner: str
    due: date
    metric: str = ""
    about: str = ""
    direction: int = 0
    expected: str = ""
    judged_on: date | None = None
    steps: tuple[tuple[date, str, str], ...] = ()
    outcome: str = ""


def decisions(entries: Iterable[Mapping[str, Any]]) -> list[Decision]:
    """Every decision as it stands, from the entries in their order: made, taken over, moved with a reason, closed.

    entries: entry, said_at, who, kind, metric, about, of_entry, body (a dict). Nothing that was said is lost: see `steps`.
    """
    found: dict[int, Decision] = {}
    for row in entries:
        body = row["body"]
        if row["kind"] == "decision":
            found[row["entry"]] = Decision(
                entry=row["entry"], made_on=row["said_at"].date(), who=row["who"], words=body["words"], owner=body["owner"],
                due=date.fromisoformat(body["due"]), metric=row["metric"], about=row["about"], direction=body.get("direction", 0),
                expected=body.get("expected", ""), judged_on=_day(body.get("judged_on")),
            )  # fmt: skip
        elif row["kind"] == "step" and row["of_entry"] in found:
            before = found[row["of_entry"]]
            words = [
                f"taken over by {body['owner']}" if body.get("owner") else "",
                f"moved from {wording.day_year(before.due)} to {wording.day_year(_day(body['due']))}"
                if body.get("due")
                else "",
                f"closed: {body['outcome']}" if body.get("outcome") else "",
                body.get("words", ""),
            ]
            step = (row["said_at"].date(), row["who"], "; ".join(filter(None, words)))
            found[row["of_entry"]] = replace(
                before, owner=body.get("owner") or before.owner, due=_day(body.get("due")) or before.due,
                outcome=body.get("outcome") or before.outcome, steps=(*before.steps, step),
            )  # fmt: skip
    return list(found.values())


def due_first(found: Iterable[Decision], week_ending: date) -> list[Decision]:
    """The open decisions, those due (or to be judged) by the end of the week first, then by their day."""

    def order(one: Decision) -> tuple[bool, date, int]:
        day = min(one.due, one.judged_on or one.due)
        return day > week_ending, day, one.entry

    return sorted((one for one in found if not one.outcome), key=order)


def verdict(decision: Decision, signals: Signals, periods: Sequence[date], today: date) -> str:
    """What came of a decision, by the same rules as every signal: a key of VERDICTS.

    A point of a period that began after the decision and gave a signal on the expected side of what was expected without it:
    as expected; on the other side: otherwise. None by the day it is judged on: no change to be seen.
    """
    end = decision.judged_on or decision.due
    after = [point for period, point in zip(periods, signals.points, strict=True) if decision.made_on < period <= end]
    if signals.baseline.n < 8:
        return "unknown"
    moved = [1 if point.run > 0 else -1 for point in after if point.status == "signal"]
    if decision.direction and decision.direction in moved:
        return "expected"
    if moved:
        return "otherwise"
    return "none" if today >= end else "early"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
