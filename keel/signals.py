"""Signal or noise: whether the latest number of a series is out of its usual range, by METHODS A.

`signals` removes what is known beforehand (season, trend, carry-over from one period to the next) and charts what
is left; `natural` and `rules` are the plain chart (XmR) on the values as they are; `laney` is the chart of shares;
`words` is the sentence on the card. Missing values are nan; infinite ones count as missing. All of it is pure and
gives the same answer for the same numbers, whatever their magnitude.

Only closed periods belong in a series (METRICS, rule 4), and a quiet week is 0, not missing (rule 5).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from keel.errors import QuestionError
from keel.wording import day_year, interval, number, plural, span

MEAN_FORM = (2.66, 3.268)  # 3 / d2 and 1 + 3 d3 / d2, for two points: d2 = 1.128, d3 = .853
MEDIAN_FORM = (3.145, 3.865)  # the same from the median of the moving ranges, .954 of a standard deviation
D2 = 1.128  # the mean moving range of independent points, in standard deviations
RUN = 8  # R2: in a row on one side of the centre
FEWEST = 8  # points for limits at all, and after a re-base
PROVISIONAL = 20  # below it the limits are provisional
LOCKS_AT = (26, 52, 104)  # points: the baseline locks; a trend may be chosen; a season may be chosen
SKEW = 0.8  # beyond it a logarithm is tried
WEEKS_IN_YEAR = 52.18
MOST_CARRY_OVER = 0.98  # at 1 a series is a random walk, whose past has no level to come back to
DUST = 16 * float(np.finfo(float).eps)  # what adding floats leaves behind; never a difference
EXACT = 1e-9  # of a series' spread: a residual below it is the solver's rounding
# Measured by benchmarks.signals: the chance of at least one false signal in 26 points after a locked baseline of 104;
# (season, carry-over) -> chance
FALSE_IN_26 = {(False, False): 0.23, (False, True): 0.28, (True, False): 0.26, (True, True): 0.34}
MEANING = {
    "R1": "A signal: it lies outside its limits.",
    "R2": f"A signal: {RUN} or more in a row on one side of what was expected.",
    "R3": "Worth watching: three of the last four lie beyond half way to a limit, on the same side.",
    "MR": "It changed by more than it usually does from one to the next.",
}
ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth",
            "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth")  # fmt: skip
CARDINALS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True)
class Limits:
    """The usual range of a series in its own unit; nan where there is too little to say. n is the points it rests on.

    mr_mean is the mean (or median) moving range, mr_limit what a change from one point to the next seldom exceeds.
    """

    centre: float
    low: float
    high: float
    mr_limit: float
    mr_mean: float
    n: int


@dataclass(frozen=True)
class Rebase:
    """A person's word that the series is another one from point `index` on: why, and the day it was said."""

    index: int
    reason: str
    on: date

    def __post_init__(self) -> None:
        if not isinstance(self.reason, str) or not self.reason.strip() or not isinstance(self.on, date):
            raise QuestionError(
                f"new baseline at point {self.index}: found reason {self.reason!r}, date {self.on!r}; "
                "expected both. Say why the usual range is another one from here on, and since when."
            )


@dataclass(frozen=True)
class Baseline:
    """The points the limits rest on: first and last index (both included; None without any), how many, whether locked."""

    first: int | None
    last: int | None
    n: int
    locked: bool


@dataclass(frozen=True)
class Point:
    """One value with its expectation and limits on the metric's own scale, and the set of rules it fired.

    rules: "R1", "R2", "R3", "MR". status: "signal" (R1 or R2), "watch" (R3), "provisional", "none" (no limits or no
    value) or "". run is the length of the run above (+) or below (-) the expectation that ends here.
    """

    index: int
    value: float
    centre: float
    low: float
    high: float
    rules: frozenset[str]
    status: str
    run: int


@dataclass(frozen=True)
class Signals:
    """A series judged: how, against which baseline, and point by point.

    centre, low and high are those of the latest point. mr_limit is the largest usual change against the point before
    beyond what was expected, in the metric's unit (upwards from `centre` where the chart is in logarithms).
    removed: what was taken out and why, in words. rebased: in force. waiting: fewer than eight points after them.
    """

    method: str
    baseline: Baseline
    centre: float
    low: float
    high: float
    mr_limit: float
    points: tuple[Point, ...]
    removed: tuple[str, ...]
    rebased: tuple[Rebase, ...] = ()
    waiting: tuple[Rebase, ...] = ()


@dataclass(frozen=True)
class Shares:
    """Laney's p' chart: the share of each point, its limits as fractions (nan where n is 0), the rules it fired, its run.

    spread is how much more the shares vary than their n explain (never taken below 1).
    """

    centre: float
    spread: float
    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    rules: tuple[frozenset[str], ...]
    run: tuple[int, ...]


def natural(values: ArrayLike, *, baseline: int | None = None, median: bool = False) -> Limits:
    """XmR limits of the raw values, from the first `baseline` of them (all by default); nan below two neighbours.

    A moving range needs both neighbours: none is taken across a missing value.
    """
    x = _numbers(values)
    x = x[: len(x) if baseline is None else max(baseline, 0)]
    x, exponent = _scaled(x)
    seen = x[np.isfinite(x)]
    with np.errstate(all="ignore"):
        moves = np.abs(np.diff(x))
        moves = moves[np.isfinite(moves)]
        if not len(moves):
            return Limits(np.nan, np.nan, np.nan, np.nan, np.nan, len(seen))
        if seen.min() == seen.max():  # their mean may differ from all of them in the last digit
            centre, move = float(seen[0]), 0.0
        else:
            average = np.median if median else np.mean
            centre, move = float(average(seen)), float(average(moves))
        width, jump = MEDIAN_FORM if median else MEAN_FORM
        ends = (centre, centre - width * move, centre + width * move, jump * move, move)
        centre, low, high, mr_limit, mr_mean = np.ldexp(ends, exponent).tolist()
    return Limits(centre, low, high, mr_limit, mr_mean, len(seen))


def rules(values: ArrayLike, limits: Limits) -> list[frozenset[str]]:
    """The set of rules each value fired against unrounded limits; a missing value fires none.

    R1: outside the limits. R2: the eighth or later in a row on one side of the centre; a value on the centre breaks
    the run. R3: beyond half way to a limit, as at least three of the last four are on the same side. MR: changed
    against the value before by more than the moving-range limit. R2 and R3 pass over missing values; MR does not.
    """
    return _rules(_numbers(values), limits)[0]


def signals(
    series: ArrayLike,
    *,
    periods: Sequence[date] | None = None,
    seasonal: bool = False,
    baseline: Sequence[Rebase] = (),
    locked: int | None = None,
    plain: bool = False,
) -> Signals:
    """Every point of a series of closed periods against its usual range; METHODS A, steps 1 to 4.

    `periods`: the first day of each value's period. It tells how many make a year (52.18 without it), and which
    periods are missing altogether. `seasonal`: the metric keeps its season whatever the numbers say (from 104 points
    on). `baseline`: the re-bases people made; one counts from eight points on, and each begins a baseline of its own.
    `plain`: XmR on the raw values in the mean form, nothing removed.

    `locked`: how many points, from the first (or the last re-base), the limits rest on. None: all of them up to a
    lock, and there are three, 26, 52 and 104 points, of which the largest reached holds. METHODS locks at 26, but a
    trend needs 52 and a season 104 points of baseline; so who imports two years gets both at once, who starts from
    nothing gets them when there is enough, and between two locks no new point moves its own limits (a shift of two
    standard deviations at the end of 60 weeks is seen in .97 of cases so, in .66 where the baseline grows along:
    benchmarks.signals). After 104, for which the chance of a false signal was measured, only a person re-bases.

    The order of carry-over is chosen from 26 points on: before, the choice itself is noise. The median form of the
    limits needs half of the changes not to be 0. Below 104 points after a re-base the season from before is kept.
    Where a baseline in logarithms is followed by a value of 0 or less, that value is below every limit.

    Raises QuestionError for periods that do not match the series or do not rise, for a re-base outside the series,
    and for `locked` below eight.
    """
    values = _numbers(series)
    if locked is not None and locked < FEWEST:
        raise QuestionError(f"locked: found {locked}; expected {FEWEST} or more. Give a longer baseline.")
    at, in_year = _positions(periods, len(values))
    grid = np.full(int(at[-1]) + 1 if len(at) else 0, np.nan)
    grid[at] = values
    scaled, exponent = _scaled(grid)
    in_force, waiting = _rebases(baseline, values)
    bounds = [0, *(int(at[rebase.index]) for rebase in in_force), len(grid)]
    charts: list[_Chart] = []
    for start, stop in pairwise(bounds):
        last = stop == len(grid)
        chart = _charted(
            scaled, start, stop, in_year=in_year, seasonal=seasonal, plain=plain,
            locked=locked if last else None, before=charts[-1] if charts else None,
        )  # fmt: skip
        charts.append(chart)
    with np.errstate(all="ignore"):
        drawn = [np.ldexp(np.concatenate([getattr(c, name) for c in charts]), exponent) for name in _DRAWN]
        jump = float(np.ldexp(charts[-1].jump, exponent))
    fired = [found for chart in charts for found in chart.fired]
    statuses = [_status(found, chart.n) for chart in charts for found in chart.fired]
    run = np.concatenate([chart.run for chart in charts])
    given = {int(place): index for index, place in enumerate(at)}
    centre, low, high = (line[at].tolist() for line in drawn)
    points = tuple(
        Point(i, value, centre[i], low[i], high[i], fired[p], statuses[p] if math.isfinite(value) else "none", ran)
        for i, (value, p, ran) in enumerate(zip(values.tolist(), at.tolist(), run[at].tolist(), strict=True))
    )
    chart, latest = charts[-1], points[-1] if points else None
    first, last_one = (given[chart.first], given[chart.last]) if chart.n else (None, None)
    return Signals(
        method=chart.method,
        baseline=Baseline(first, last_one, chart.n, chart.n >= LOCKS_AT[0]),
        centre=latest.centre if latest else np.nan,
        low=latest.low if latest else np.nan,
        high=latest.high if latest else np.nan,
        mr_limit=jump,
        points=points,
        removed=chart.removed,
        rebased=in_force,
        waiting=waiting,
    )


def laney(k: ArrayLike, n: ArrayLike, *, baseline: int | None = None) -> Shares:
    """The p' chart of k of n, its centre and spread from the first `baseline` points (all by default).

    Laney (2002), Quality Engineering 14. Raises ValueError for negative counts, and for k above n.
    """
    k, n = np.broadcast_arrays(_numbers(k), _numbers(n))
    if np.any((k < 0) | (n < 0) | (k > n)):
        raise ValueError("k of n: counts must not be negative nor more than there are")
    n = np.where((n > 0) & np.isfinite(k), n, np.nan)
    base = slice(0, len(n) if baseline is None else max(baseline, 0))
    with np.errstate(all="ignore"):
        share = k / n
        seen = np.isfinite(share[base])
        centre = np.sum(k[base][seen]) / np.sum(n[base][seen])
        sigma = np.sqrt(centre * (1 - centre) / n)
        # a baseline of none (or all) leaves no room: what differs from it is as far outside as can be
        z = np.where(share == centre, 0.0, (share - centre) / sigma)
        moves = np.abs(np.diff(z[base]))
        moves = moves[np.isfinite(moves)]
        move = float(moves.mean()) if len(moves) else np.nan
        spread = max(1.0, move / D2) if len(moves) else 1.0
        half = 3 * sigma * spread
        low, high = centre - half, centre + half
    limits = Limits(0.0, -3 * spread, 3 * spread, MEAN_FORM[1] * D2 * spread, move, int(seen.sum()))
    nothing: tuple[list[frozenset[str]], np.ndarray] = [frozenset()] * len(n), np.zeros(len(n), dtype=int)
    fired, run = _rules(z, limits) if limits.n >= FEWEST else nothing
    return Shares(
        float(centre), spread, tuple(share.tolist()), tuple(low.tolist()), tuple(high.tolist()), tuple(fired), tuple(run.tolist())
    )  # fmt: skip


def shares(
    k: ArrayLike,
    n: ArrayLike,
    *,
    periods: Sequence[date] | None = None,
    baseline: Sequence[Rebase] = (),
    locked: int | None = None,
) -> Signals:
    """Every share k of n of a series of closed periods against its usual range, by Laney's p' chart; as `signals` otherwise.

    The limits are as wide as so many answers allow, and wider where shares vary more than that. A period without answers is
    missing. Raises QuestionError as `signals` does, ValueError for counts as `laney` does.
    """
    k, n = np.broadcast_arrays(_numbers(k), _numbers(n))
    at, _ = _positions(periods, len(k))
    places = int(at[-1]) + 1 if len(at) else 0
    some, of = np.full(places, np.nan), np.full(places, np.nan)
    some[at], of[at] = k, np.where(n > 0, n, np.nan)
    with np.errstate(all="ignore"):
        in_force, waiting = _rebases(baseline, k / np.where(n > 0, n, np.nan))
    lines, fired = {name: np.full(places, np.nan) for name in ("value", *_DRAWN)}, [frozenset[str]()] * places
    run, jump, size, first, last = np.zeros(places, dtype=int), np.nan, 0, None, None
    for start, stop in pairwise([0, *(int(at[rebase.index]) for rebase in in_force), places]):
        here = slice(start, stop)
        seen = np.flatnonzero(np.isfinite(some[here]) & np.isfinite(of[here]))
        size = _baseline_length(len(seen), locked if stop == places else None)
        first, last = (start + int(seen[0]), start + int(seen[size - 1])) if size else (None, None)
        found = laney(some[here], of[here], baseline=int(seen[size - 1]) + 1 if size else 0)
        lines["value"][here] = found.share
        if size < FEWEST:
            continue
        lines["centre"][here] = np.where(np.isfinite(found.low), found.centre, np.nan)
        lines["low"][here], lines["high"][here] = np.maximum(found.low, 0), np.minimum(found.high, 1)
        fired[here], run[here] = found.rules, found.run
        jump = MEAN_FORM[1] * D2 / 3 * (found.high[int(seen[-1])] - found.centre)
    value, centre, low, high = (lines[name][at].tolist() for name in ("value", *_DRAWN))
    points = tuple(
        Point(i, value[i], centre[i], low[i], high[i], fired[p], _status(fired[p], size) if math.isfinite(value[i]) else "none", int(run[p]))
        for i, p in enumerate(at.tolist())
    )  # fmt: skip
    latest, given = points[-1] if points else None, {int(place): index for index, place in enumerate(at)}
    return Signals(
        method="p'",
        baseline=Baseline(None if first is None else given[first], None if last is None else given[last], size, size >= LOCKS_AT[0]),
        centre=latest.centre if latest else np.nan, low=latest.low if latest else np.nan, high=latest.high if latest else np.nan,
        mr_limit=float(jump), points=points, rebased=in_force, waiting=waiting,
        removed=("number of answers: the fewer there are, the wider the range",) if size >= FEWEST else (),
    )  # fmt: skip


def words(signals: Signals, *, period: str = "week") -> str:
    """One sentence for a card about the latest point: "Above its usual range for the second week."."""
    if not signals.points:
        return "No data yet."
    point, n = signals.points[-1], signals.baseline.n
    if not math.isfinite(point.value):
        return f"No data for the latest {period}."
    if n < FEWEST:
        return "Too little history to say."
    sentence = _finding(signals, period)
    if n >= PROVISIONAL:
        return f"{sentence}."
    history = f"{n} {period}s {'since its new baseline' if signals.rebased else 'of history'}"
    return f"{sentence} (provisional: {history})." if point.rules else f"Provisional: {history}."


def because(signals: Signals, periods: Sequence[date], *, period: str = "week", unit: str = "score") -> list[str]:
    """Why the words are what they are, a sentence each: the range, the rule, the baseline, what was removed, how often false.

    `periods`: the first day of each point's period. `unit`: as keel.wording has them.
    """
    n, base = signals.baseline.n, signals.baseline
    if n < FEWEST or base.first is None or base.last is None:
        return [f"A usual range takes {FEWEST} closed {period}s; there are {n}."]
    fired = signals.points[-1].rules
    usual = f"Usual now: {interval(signals.low, signals.high, unit)}, about {number(signals.centre, unit)}."
    found = [
        *([usual] if math.isfinite(signals.low) else []),
        *(told for rule, told in MEANING.items() if rule in fired),
    ]
    hold = (
        f"it is locked: newer {period}s are judged by it and do not move it"
        if base.locked
        else f"it locks at {LOCKS_AT[0]}"
    )
    found.append(
        f"The range rests on {plural(n, period)}, those that began {span(periods[base.first], periods[base.last])}; {hold}."
    )
    found += [f"Taken out first: {words}." for words in signals.removed]
    found += [
        f"A person began it anew from {day_year(periods[one.index])} ({day_year(one.on)}: {one.reason})."
        for one in signals.rebased
    ]
    found += [
        f"A new range from {day_year(periods[one.index])} waits until there are {FEWEST} {period}s after it ({one.reason})."
        for one in signals.waiting
    ]
    return [*found, doubt(signals, period=period)]


def doubt(signals: Signals, *, period: str = "week") -> str:
    """How often a signal of such a chart is false: measured on made-up series in which nothing happens (benchmarks.signals)."""
    is_seasonal, carries = "season" in signals.method, "ar " in signals.method
    of_100 = round(100 * FALSE_IN_26[is_seasonal, carries])
    return f"A signal can be chance: of 100 such numbers in which nothing happens, about {of_100} show at least one within 26 {period}s."


def _finding(signals: Signals, period: str) -> str:
    point = signals.points[-1]
    side = "high" if point.run > 0 else "low"
    if "R1" in point.rules:
        outside = 0
        for earlier in reversed(signals.points[signals.baseline.first :]):
            if not math.isfinite(earlier.value):
                continue
            if "R1" not in earlier.rules or earlier.run * point.run < 0:
                break
            outside += 1
        found = f"{'Above' if side == 'high' else 'Below'} its usual range"
        return f"{found} for the {_ordinal(outside)} {period}" if outside > 1 else found
    if "R2" in point.rules:
        return f"{_cardinal(abs(point.run)).capitalize()} {period}s on the {side} side"
    if "MR" in point.rules:
        is_back = len(signals.points) > 1 and "R1" in signals.points[-2].rules
        return "Back within its usual range" if is_back else "A one-off jump"
    if "R3" in point.rules:
        return f"On the {side} side in most of the last four {period}s"
    return "Within its usual range"


def _cardinal(n: int) -> str:
    return CARDINALS[n] if n < len(CARDINALS) else str(n)


def _ordinal(n: int) -> str:
    if n < len(ORDINALS):
        return ORDINALS[n]
    return f"{n}{'th' if n % 100 in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"


def _status(fired: frozenset[str], n: int) -> str:
    if n < FEWEST:
        return "none"
    if n < PROVISIONAL:
        return "provisional"
    if fired & {"R1", "R2"}:
        return "signal"
    return "watch" if "R3" in fired else ""


def _numbers(values: ArrayLike) -> np.ndarray:
    """A flat array of floats, nan for what is not finite."""
    found = np.array(values, dtype=float).ravel()
    found[~np.isfinite(found)] = np.nan
    return found


def _scaled(x: np.ndarray) -> tuple[np.ndarray, int]:
    """The values divided by a power of two (which rounds nothing) to be below 1, so that no sum or square overflows."""
    seen = np.abs(x[np.isfinite(x)])
    exponent = int(np.frexp(seen.max())[1]) if len(seen) else 0
    return np.ldexp(x, -exponent), exponent


def _positions(periods: Sequence[date] | None, n: int) -> tuple[np.ndarray, float]:
    """Where each value stands when no period is left out, and how many periods make a year."""
    if periods is None:
        return np.arange(n), WEEKS_IN_YEAR
    if len(periods) != n:
        raise QuestionError(f"periods: found {len(periods)} for {n} values; expected one each. Pass both together.")
    apart = np.diff([period.toordinal() for period in periods])
    if not len(apart):
        return np.arange(n), WEEKS_IN_YEAR
    if apart.min() < 1:
        raise QuestionError("periods: found a day that is not after the one before it; expected them in order.")
    usual = float(np.median(apart))
    at = np.concatenate([[0], np.cumsum(np.maximum(1, np.rint(apart / usual)).astype(int))])
    # 52.18 is METHODS' own; months and quarters are counted, as their days differ
    in_year = WEEKS_IN_YEAR if usual == 7 else 365.25 / usual
    return at, in_year if in_year > 13 else float(max(1, round(in_year)))


def _rebases(asked: Sequence[Rebase], values: np.ndarray) -> tuple[tuple[Rebase, ...], tuple[Rebase, ...]]:
    """Those in force and those that wait for points, each in the order of the series; of two at one point the later."""
    latest: dict[int, Rebase] = {}
    for rebase in sorted(asked, key=lambda each: (each.index, each.on)):
        if not 0 <= rebase.index < len(values):
            raise QuestionError(
                f"new baseline at point {rebase.index}: found {len(values)} points; expected one of them."
            )
        latest[rebase.index] = rebase
    seen = np.isfinite(values)
    in_force = tuple(r for r in latest.values() if seen[r.index :].sum() >= FEWEST)
    # A baseline from the first point on is what there is anyway.
    return tuple(r for r in in_force if r.index), tuple(r for r in latest.values() if r not in in_force)


def _rules(x: np.ndarray, limits: Limits) -> tuple[list[frozenset[str]], np.ndarray]:
    """The rules each value fired and its run, + above the centre and - below it; -inf is below every limit."""
    fired: list[frozenset[str]] = [frozenset()] * len(x)
    runs = np.zeros(len(x), dtype=int)
    seen = np.flatnonzero(~np.isnan(x))
    if not len(seen) or math.isnan(limits.low):
        return fired, runs
    with np.errstate(all="ignore"):
        v = x[seen]
        dust = DUST * np.maximum(np.where(np.isfinite(v), np.abs(v), 0.0), abs(limits.centre))
        off = v - limits.centre
        side = np.where(np.abs(off) <= dust, 0, np.sign(off)).astype(int)
        outside = (v > limits.high + dust) | (v < limits.low - dust)
        begins = np.flatnonzero(np.concatenate([[True], side[1:] != side[:-1]]))
        run = np.arange(len(v)) - np.repeat(begins, np.diff(np.concatenate([begins, [len(v)]]))) + 1
        in_a_row = (run >= RUN) & (side != 0)
        half_high, half_low = (limits.centre + limits.high) / 2, (limits.centre + limits.low) / 2
        leaning = np.zeros(len(v), dtype=bool)
        for beyond in (v > half_high + dust, v < half_low - dust):
            total = np.concatenate([[0] * 4, np.cumsum(beyond)])
            leaning |= beyond & (total[4:] - total[:-4] >= 3)
        jumps = np.zeros(len(v), dtype=bool)
        dust = np.maximum(dust[1:], dust[:-1])
        jumps[1:] = (np.diff(seen) == 1) & (np.abs(np.diff(v)) > limits.mr_limit + dust)
    runs[seen] = run * side
    marks = outside + 2 * in_a_row + 4 * leaning + 8 * jumps
    for place in np.flatnonzero(marks):
        fired[seen[place]] = _FIRED[int(marks[place])]
    return fired, runs


_FIRED = [
    frozenset(name for bit, name in enumerate(("R1", "R2", "R3", "MR")) if marks >> bit & 1) for marks in range(16)
]
_DRAWN = ("centre", "low", "high")


@dataclass(frozen=True)
class _Model:
    """What is expected before it happens: columns of the design and their weights, and how the last points carry over."""

    is_log: bool = False
    is_rising: bool | None = None  # None: no trend
    harmonics: int = 0
    weights: np.ndarray | None = None  # of the design's columns
    carry: tuple[float, ...] = ()  # of the error one point and two points ago


@dataclass(frozen=True)
class _Chart:
    """A stretch of the series between two re-bases: its lines, one value a place, in scaled units."""

    centre: np.ndarray
    low: np.ndarray
    high: np.ndarray
    jump: float
    fired: list[frozenset[str]]
    run: np.ndarray
    first: int
    last: int
    n: int
    method: str
    removed: tuple[str, ...]
    is_log: bool
    season: np.ndarray | None  # over the whole grid


def _charted(
    grid: np.ndarray, start: int, stop: int, *, in_year: float, seasonal: bool, plain: bool,
    locked: int | None, before: _Chart | None,
) -> _Chart:  # fmt: skip
    x, t = grid[start:stop], np.arange(start, stop, dtype=float)
    seen = np.flatnonzero(np.isfinite(x))
    n = _baseline_length(len(seen), locked)
    if n < FEWEST:
        nothing = np.full(len(x), np.nan)
        return _Chart(
            centre=nothing, low=nothing, high=nothing, jump=np.nan,
            fired=[frozenset()] * len(x), run=np.zeros(len(x), dtype=int),
            first=start + int(seen[0]) if n else start, last=start + int(seen[n - 1]) if n else start, n=n,
            method="none", removed=(),
            is_log=before is not None and before.is_log, season=before.season if before is not None else None,
        )  # fmt: skip
    size = int(seen[n - 1]) + 1
    kept = before.season if before is not None and n < LOCKS_AT[2] and not plain else None
    is_log = not plain and bool(np.all(x[:size][seen[:n]] > 0))
    is_log = is_log and (before.is_log if kept is not None and before is not None else _is_skewed(x[seen[:n]]))
    if kept is not None and before is not None and is_log != before.is_log:
        kept = None  # a season in percent cannot be taken from values that are not positive
    with np.errstate(all="ignore"):
        y = np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), np.where(np.isnan(x), np.nan, -np.inf)) if is_log else x
    offset = kept[start:stop] if kept is not None else np.zeros(len(x))
    model = _Model(is_log) if plain else _chosen(y - offset, t, size, n, in_year, seasonal and kept is None, is_log)
    level = _level(model, t, y[:size] - offset[:size], in_year) + offset
    error = np.where(np.isfinite(y), y - level, np.nan)
    foreseen, scale = _one_step(error, model.carry)
    spread = _spread(y[:size])
    residual = (error - foreseen) / scale
    residual = np.where(np.abs(residual) <= spread * EXACT, 0.0, residual)
    residual = np.where(np.isneginf(y), -np.inf, residual)
    limits, fired, run = _limits(residual, size, plain)
    expected = level + foreseen
    lines = [expected + scale * end for end in (limits.centre, limits.low, limits.high)]
    jump = limits.mr_limit
    if is_log:
        with np.errstate(all="ignore"):
            lines = [np.exp(line) for line in lines]
            jump = float(lines[0][-1] * np.expm1(limits.mr_limit))
    season = _season(model, np.arange(len(grid), dtype=float), in_year) if model.harmonics else kept
    method, removed = _told(model, seasonal, kept is not None)
    return _Chart(
        centre=lines[0], low=lines[1], high=lines[2], jump=jump, fired=fired, run=run,
        first=start + int(seen[0]), last=start + size - 1, n=n,
        method=method, removed=removed, is_log=is_log, season=season,
    )  # fmt: skip


def _baseline_length(n: int, locked: int | None) -> int:
    if locked is not None:
        return min(locked, n)
    return max((lock for lock in LOCKS_AT if lock <= n), default=n)


def _is_skewed(x: np.ndarray) -> bool:
    """Whether positive values lean so much to one side, and their logarithms less, that percent is their measure."""
    plain = _skew(_scaled(x)[0])
    return plain > SKEW and _skew(np.log(x)) < plain


def _skew(x: np.ndarray) -> float:
    off = x - x.mean()
    variance = float(np.mean(off**2))
    if variance <= (DUST * float(np.abs(x).max())) ** 2:
        return 0.0
    return abs(float(np.mean(off**3))) / variance**1.5


def _spread(y: np.ndarray) -> float:
    seen = y[np.isfinite(y)]
    return float(seen.max() - seen.min())


def _design(t: np.ndarray, size: int, t0: float, rising: bool, harmonics: int, in_year: float) -> np.ndarray:
    """Columns: 1, the trend (0 to 1 over the baseline), cosine and sine of each harmonic."""
    turn = 2 * np.pi * t / in_year
    columns = [np.ones_like(t)]
    if rising:
        columns.append((t - t0) / size)
    for k in range(1, harmonics + 1):
        columns += [np.cos(k * turn), np.sin(k * turn)]
    return np.column_stack(columns)


def _chosen(
    y: np.ndarray, t: np.ndarray, size: int, n: int, in_year: float, seasonal: bool, is_log: bool
) -> _Model:  # fmt: skip
    """The trend, season and carry-over with the smallest BIC on the baseline, all judged on the same rows."""
    base, exponent = _scaled(y[:size])  # the whole series may hold a value so large that these would vanish beside it
    seen = np.isfinite(base)
    magnitude = float(np.abs(base[seen]).max())
    if _spread(base) <= DUST * magnitude or n < LOCKS_AT[0]:
        return _Model(is_log)
    most = min(2, max(0, math.ceil(in_year / 2) - 1))  # a year of fewer points cannot show so short a wave
    harmonics = range(int(seasonal and most > 0), most + 1) if n >= LOCKS_AT[2] else range(1)
    trends = (False, True) if n >= LOCKS_AT[1] else (False,)
    whole = _design(t[:size], size, t[0], True, max(harmonics), in_year)
    # Rows with all their predecessors: the likelihood of each model is conditional on the same points.
    reach, rows = 0, seen
    for order in (2, 1):
        complete = np.logical_and.reduce([np.roll(seen, lag) for lag in range(order + 1)])
        complete[:order] = False
        if complete.sum() >= n // 2:
            reach, rows = order, complete
            break
    at = np.flatnonzero(rows)
    filled = np.where(seen, base, 0.0)
    lags = [(filled[at - lag], whole[at - lag]) for lag in range(reach + 1)]
    floor = (EXACT * _spread(base)) ** 2
    best: tuple[float, _Model] | None = None
    for k in harmonics:
        for rising in trends:
            columns = [c for c in range(2 + 2 * k) if rising or c != 1]
            design = whole[:, columns]
            straight = _solved(design[seen], base[seen])
            for order in range(reach + 1):
                weights, carry = straight, np.zeros(order)
                u, d = lags[0][0], lags[0][1][:, columns]
                if order:
                    for _ in range(3):  # Cochrane and Orcutt (1949); a fourth round moves nothing that is printed
                        error = filled - design @ weights
                        past = np.column_stack([error[at - lag] for lag in range(1, order + 1)])
                        carry = _stationary(_solved(past, error[at]))
                        u, d = lags[0][0], lags[0][1][:, columns]
                        for lag, share in enumerate(carry, start=1):
                            u, d = u - share * lags[lag][0], d - share * lags[lag][1][:, columns]
                        weights = _solved(d, u)
                left = u - d @ (weights if order else _solved(d, u))
                variance = max(float(left @ left) / len(at), floor)
                bic = len(at) * math.log(variance) + (len(columns) + order) * math.log(len(at))
                if best is None or bic < best[0] - EXACT:
                    is_rising = bool(weights[1] > 0) if rising else None
                    best = bic, _Model(is_log, is_rising, k, np.ldexp(weights, exponent), tuple(carry.tolist()))
    assert best is not None  # the plain level is always among them
    return best[1]


def _solved(design: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Least squares; where columns cannot be told apart, the shortest answer."""
    return np.linalg.lstsq(design, y, rcond=None)[0]


def _stationary(carry: np.ndarray) -> np.ndarray:
    """The nearest carry-over that dies out, by its partial autocorrelations."""
    partial = np.clip(carry[-1], -MOST_CARRY_OVER, MOST_CARRY_OVER)
    if len(carry) == 1:
        return np.array([partial])
    first = np.clip(carry[0] / (1 - partial), -MOST_CARRY_OVER, MOST_CARRY_OVER)
    return np.array([first * (1 - partial), partial])


def _level(model: _Model, t: np.ndarray, base: np.ndarray, in_year: float) -> np.ndarray:
    """The expectation without carry-over, at each place."""
    if model.weights is None:
        seen = base[np.isfinite(base)]
        # the middle of a constant is the constant; its mean may miss it in the last digit
        centre = np.median(seen) if _spread(seen) <= DUST * np.abs(seen).max() else seen.mean()
        return np.full(len(t), centre)
    rising = model.is_rising is not None
    return _design(t, len(base), t[0], rising, model.harmonics, in_year) @ model.weights


def _season(model: _Model, t: np.ndarray, in_year: float) -> np.ndarray:
    assert model.weights is not None
    waves = 2 * model.harmonics
    return _design(t, 1, 0.0, False, model.harmonics, in_year)[:, 1:] @ model.weights[-waves:]


def _one_step(error: np.ndarray, carry: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """What of each error the ones before it foretell, and its standard deviation in those of the usual step.

    A Kalman filter on the last two errors: the scale is 1 where both are known, more at the start and after gaps.
    """
    foreseen, scale = np.zeros(len(error)), np.ones(len(error))
    if not carry:
        return foreseen, scale
    a, b = (*carry, 0.0)[:2]
    # the last error and the one before: their means, variances and covariance, at first those of the whole series
    both = (1 - b) / ((1 + b) * ((1 - b) ** 2 - a**2))
    m1 = m2 = 0.0
    v1, v2, v12 = both, both, both * a / (1 - b)
    for place, found in enumerate(error.tolist()):
        mean = a * m1 + b * m2
        variance = a * a * v1 + 2 * a * b * v12 + b * b * v2 + 1
        covariance = a * v1 + b * v12
        foreseen[place], scale[place] = mean, math.sqrt(variance)
        if found == found:
            gain = covariance / variance
            m1, m2 = found, m1 + gain * (found - mean)
            v1, v2, v12 = 0.0, max(v1 - gain * covariance, 0.0), 0.0
        else:
            m1, m2 = mean, m1
            v1, v2, v12 = variance, v1, covariance
    return foreseen, scale


def _limits(residual: np.ndarray, size: int, plain: bool) -> tuple[Limits, list[frozenset[str]], np.ndarray]:
    """Limits from the baseline, in the median form if it holds a point outside its own limits; and what fired."""
    limits = natural(residual, baseline=size)
    fired, run = _rules(residual, limits)
    if not plain and any("R1" in found for found in fired[:size]):
        firmer = natural(residual, baseline=size, median=True)
        if firmer.mr_mean > 0:  # else most changes are 0, and their median is no measure of the rest
            limits = firmer
            fired, run = _rules(residual, limits)
    return limits, fired, run


def _told(model: _Model, seasonal: bool, is_kept: bool) -> tuple[str, tuple[str, ...]]:
    """The method in short and what was removed, with why, in words."""
    parts, removed = ["log" if model.is_log else "raw"], []
    if model.is_log:
        removed.append("size: its swings grow with its level, so it is judged in percent")
    if model.is_rising is not None:
        parts.append("trend")
        way = "rises" if model.is_rising else "falls"
        removed.append(f"trend: over the baseline it {way} steadily, by more than chance explains")
    if model.harmonics or is_kept:
        parts.append("season kept" if is_kept else f"season {model.harmonics}")
        why = "the metric is marked seasonal" if seasonal else "the time of year explains more than chance would"
        removed.append(f"season: {'as before the new baseline' if is_kept else why}")
    if model.carry:
        parts.append(f"ar {len(model.carry)}")
        removed.append("carry-over: what happens in one period is still felt in the next")
    return ", ".join(parts), tuple(removed)
