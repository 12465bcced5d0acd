"""What the evidence for a lead, and an outlook, say to somebody who has never heard of a p-value. Pure.

Never "causes": a number that moves first need not be the reason, and `COMMON_CAUSE` says so wherever a verdict stands.
"""

import math
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from keel import leads, wording
from keel.leads import CONFIRMED, FEWEST, NO_EVIDENCE, SUGGESTIVE, TOO_LITTLE, Link
from keel.outlook import Outlook
from keel.wording import NBSP, plural

COMMON_CAUSE = (
    "A number that moves first need not be the reason: something else may move both, one sooner than the other."
)
MARKS = {
    CONFIRMED: ("✓", "Confirmed"), SUGGESTIVE: ("◇", "Suggestive"), NO_EVIDENCE: ("–", "No evidence"),
    TOO_LITTLE: ("…", "Too little data"),
}  # fmt: skip


class Named(Protocol):
    """What a metric is called and told in; keel.catalogue.Metric is one."""

    @property
    def label(self) -> str: ...

    @property
    def unit(self) -> str: ...

    @property
    def told_in(self) -> str: ...


@dataclass(frozen=True)
class Claim:
    """A lead that was declared: how many weeks later, in which direction (1 the same, -1 the other, 0 not said), by whom, when.

    declared_on: None for what the catalogue declares. looked_on: the day on which its evidence was seen first, before it was
    declared; None if it was not. counts_from: the day from which on it counts as declared beforehand; None: from the beginning.
    """

    lead: str
    lag: str
    weeks: tuple[int, int]
    direction: int
    who: str = ""
    declared_on: date | None = None
    looked_on: date | None = None
    counts_from: date | None = None

    @property
    def pair(self) -> tuple[str, str]:
        return self.lead, self.lag


@dataclass(frozen=True)
class Verdict:
    """What a link says to a leader: a mark and a word, one sentence, what it was worth, what to do, and what would change it."""

    mark: str
    word: str
    sentence: str
    worth: str
    advice: str
    would_change: str


def in_words(link: Link, lead: Named, lag: Named, claim: Claim | None = None) -> Verdict:
    """What the evidence for a pair says to somebody who has never heard of a p-value."""
    mark, word = MARKS[link.status]
    first, second = lead.label, lag.label
    when = leads.when(link)
    if link.status == CONFIRMED:
        sentence = f"{first} has moved {when} before {_mid(second)}, {way(link.sign)}."
        advice = f"Plan on it: what {_mid(first)} does now is likely to show in {_mid(second)} in {when}. Act on {_mid(first)} first."
        change = (
            f"If the next {plural(leads.HELD_BACK, 'week')} of {_mid(second)} were foretold no better with {_mid(first)} than without, "
            "this would go back to no evidence."
        )
    elif link.status == SUGGESTIVE:
        sentence = f"{first} seems to have moved {when} before {_mid(second)}, {way(link.sign)}; it was found by looking at many pairs."
        advice = "Do not plan on it yet: about one in ten such finds is chance. Declare it, and new weeks can tell."
        change = "Declared today, it counts as tested beforehand after as many new weeks as the declaration names."
    elif link.status == NO_EVIDENCE:
        sentence = f"Nothing in {link.n} weeks shows {_mid(first)} moving before {_mid(second)}."
        if link.passes and claim is not None and claim.direction == -link.sign:
            sentence = (
                f"{second} moved {when} after {_mid(first)}, but {way(link.sign)}: the opposite of what was declared."
            )
        elif link.passes:
            sentence = f"{first} and {_mid(second)} are linked more than by chance, but no forecast of {_mid(second)} was better for it."
        advice = f"Do not plan on it. Keep {_mid(first)} for its own sake."
        change = _could_have_seen(link, second)
    else:
        sentence = link.reason
        advice = "Nothing can be said, for or against."
        change = (
            f"It takes {FEWEST} weeks of both without gaps; {plural(max(FEWEST - link.n, 1), 'more week')} would do."
            if 0 < link.n < FEWEST
            else "Two years of weeks of both."
        )
    worth = ""
    if link.status in (CONFIRMED, SUGGESTIVE):
        worth = (
            f"A usual move of {_mid(first)}, {_size(link.usual_move, lead, is_log=link.is_lead_log)} up, was followed by {_mid(second)} "
            f"{_range(link, lag)} than it would have been."
        )
        if link.moves_together:
            sentence += " They move together: each moves before the other, so neither shows the way alone."
        if claim is not None and link.lag_weeks and not claim.weeks[0] <= link.lag_weeks <= claim.weeks[1]:
            sentence += f" Expected were {claim.weeks[0]} to {claim.weeks[1]} weeks."
    return Verdict(mark, word, sentence, worth, advice, change)


def way(sign: int) -> str:
    """Which way the lag goes after its lead, in words."""
    return "in the same direction" if sign > 0 else "in the opposite direction"


def _could_have_seen(link: Link, second: str) -> str:
    if not math.isfinite(link.detectable_r2):
        return f"{link.n} weeks are too few to show any but a perfect lead: more weeks."
    return (
        f"A lead behind {wording.percent(link.detectable_r2)} of the ups and downs of {_mid(second)} that its own past does not explain "
        "would probably have shown (4 times in 5). A weaker one takes more weeks to be seen."
    )


def _mid(label: str) -> str:
    """A label inside a sentence: abbreviations stay as they are."""
    return label if len(label) > 1 and label[1].isupper() else label[:1].lower() + label[1:]


def _size(value: float, metric: Named, *, is_log: bool) -> str:
    """A difference of a metric without its sign: "2.1 pts", "3.4 %"."""
    size = abs(value)
    if is_log:
        return f"{100 * size:.{_places(100 * size)}f}{NBSP}%"
    if metric.unit in ("rate", "points", "score"):
        size *= 100 if metric.unit == "rate" else 1
        words = f"{size:.{_places(size)}f}"
        return f"{words}{NBSP}{'pt' if words == '1' else 'pts'}"
    return wording.number(size, metric.told_in)


def _places(size: float) -> int:
    """Two significant digits, and no more decimals than two."""
    return 0 if size >= 10 or size == 0 else 1 if size >= 1 else 2


def _range(link: Link, lag: Named) -> str:
    """What followed a usual move, as a range: "1.2 to 3.4 pts higher"."""
    low, high = sorted((link.effect_low, link.effect_high))
    told = [_size(value, lag, is_log=link.is_lag_log) for value in (low, high)]
    if low < 0 < high:
        return f"between {told[0]} lower and {told[1]} higher"
    near, far = (told[0], told[1]) if low >= 0 else (told[1], told[0])
    unit = far.split(NBSP)[-1]
    near = near.split(NBSP)[0] if near.split(NBSP)[-1] in (unit, unit.removesuffix("s")) else near
    return f"{near} to {far} {'higher' if low >= 0 else 'lower'}"


def record_in_words(made: Outlook) -> str:
    """How the outlooks of the past did: "Of the last 26 weeks, 22 lay inside the 80 % band they were given"."""
    record = made.record
    if not record.weeks:
        return "There is no record of past outlooks yet."
    words = f"Of {record.weeks} weeks foretold before, {record.inside_80} lay inside the 80{NBSP}% band and {record.inside_50} inside the 50{NBSP}% band."
    if math.isfinite(made.mase):
        words += f" On average they were {closer(made.mase)} last year's same weeks."
    return words


def closer(mase: float) -> str:
    """How past outlooks compare with last year's same weeks: "30 % closer than"."""
    share = wording.percent(abs(1 - mase))
    return f"{share} closer than" if mase < 1 else f"{share} further off than" if mase > 1 else "as close as"
