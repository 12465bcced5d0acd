"""What deserves a word: numbers judged against their usual range, put in the order a leadership team needs. Pure.

The same input gives the same order, and every line says why it stands where it does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
