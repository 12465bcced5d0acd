"""What a number is measured against: dated targets, and whether they are met. Pure.

A target is a number that holds from a day on, until the next one. Of what adds up over time it is meant for a month, and a
week, quarter or year gets the share of its days; of everything else (a rate, a score, a headcount) it holds at any grain.
A target set later leaves the periods before its day as they were judged.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from keel import wording
from keel.periods import DAY, Calendar

Steps = Sequence[tuple[date, float]]  # (the day it holds from, the target), in the order of the days


@dataclass(frozen=True)
class Verdict:
    """A value against its target: by how much it is off (value less target), and whether it is met; None: neither is better."""

    by: float
    is_met: bool | None


def goals(
    steps: Steps, periods: Iterable[date], *, grain: str, calendar: Calendar, adds_up: bool
) -> list[float | None]:
    """The target of each period (its first day); None where none was in force on its first day.

    adds_up: the metric's numbers add up over time, so that a target for a month says what a week should bring.
    """
    return [
        over(steps, calendar.start(period, grain), calendar.end(period, grain), calendar)
        if adds_up
        else in_force(steps, period)
        for period in periods
    ]


def words(value: float, goal: float, better: str, unit: str) -> str:
    """ "target 1.20 M · ✓ met by 3.1 %"; unit as keel.wording has them."""
    found, off = verdict(value, goal, better), wording.gap(value, goal, unit)
    by = f" by {off}" if off else ", just"
    side = f"{off} {'above' if found.by > 0 else 'below'} it" if off else "on it"
    told = {True: f"✓ met{by}", False: f"✕ missed{by}", None: side}
    return f"target {wording.number(goal, unit)} · {told[found.is_met]}"


def over(steps: Steps, start: date, end: date, calendar: Calendar) -> float | None:
    """What targets for a month come to over the days [start, end); None where there was none on the first of them."""
    if in_force(steps, start) is None:
        return None
    days: Counter[tuple[date, float]] = Counter()
    day = start
    while day < end:
        days[calendar.start(day, "month"), in_force(steps, day) or 0.0] += 1
        day += DAY
    return sum(goal * held / (calendar.end(month, "month") - month).days for (month, goal), held in days.items())


def in_force(steps: Steps, day: date) -> float | None:
    """The target that holds on a day."""
    return next((goal for since, goal in reversed(steps) if since <= day), None)


def verdict(value: float, goal: float, better: str) -> Verdict:
    """Whether a value meets its target. A value right on it meets it."""
    is_met = {"up": value >= goal, "down": value <= goal}.get(better)
    return Verdict(value - goal, is_met)
