"""The outlook: where a weekly series probably lies in each of the next 13 weeks, by METHODS C.

`outlook` makes it, with and without the leads that were confirmed, and with the record of the outlooks it would have
given before; `moved` is what one usual step of a lead would change. All of it is pure, without randomness, and every
forecast of the record is made from the weeks before it alone: its fit, its scale and the width of its band.

Missing values are nan; infinite ones count as missing. A single missing week is interpolated between its neighbours, a
gap of two or more ends the history: only what came after it is used. Missing weeks at the end are not filled: the
outlook then starts from the last week with a value.

Two things go beyond METHODS C, each for what benchmarks.outlook measures. Under 65 weeks the band is widened too, by the
refits there are: at 60 weeks the 80 % band of a walk with noise holds 65 % of the weeks without that, 77 % with it. Below
39 weeks neither held (55 to 87 % at 30, 150 series of each kind, tried once). A change of level is announced only if the
outlook of 12 weeks ago missed it as well: the chart alone announces one at 110 weeks in 7 to 34 % of series in which
nothing happened, the two together in 1 to 15 %.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from keel.errors import QuestionError
from keel.signals import RUN, WEEKS_IN_YEAR, signals

HORIZON = 13  # weeks: a quarter, for which the recipe was measured
FEWEST_REFIT = 26  # weeks of history of a past fit
FEWEST_WEEKS = FEWEST_REFIT + HORIZON  # so that each week ahead was tried once: bands that were not held half of it
FOURIER = ((104, 2), (52, 1))  # weeks of history: harmonics of the year; none below
MOST_CARRY = 4  # orders of carry-over that are tried
SMOOTHING = np.array([0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0])  # METHODS C
SHARES = (0.5, 0.8)  # of the weeks that should lie inside the two bands
STEP, REFITS = 3, 13  # refit at n - 3, n - 6, ... n - 39: each of the last 26 weeks was foretold 11 to 13 weeks ahead
NEAR = 2  # a band is widened by the errors of as many weeks ahead, and up to two more or fewer
YEAR = 52  # weeks: 364 days, so that weekdays match
FEWEST_YEARLY = 26  # weeks with a value a year earlier, to say how good last year's pattern is
FEWEST_WITH_LEAD = 39  # weeks that a lead and its lag must cover
RECORD = 26  # weeks that the record counts
RECENT = 13  # weeks in which a change of level makes the band doubtful
OUTSIDE = 3  # so many beyond their limits on one side are a change of level before the run of eight is full
JUDGED, MISSED = 4, 5  # a change of level counts if the 4th last refit, of 12 weeks ago, missed five weeks on one side
MOST_MISSING = 0.1  # of the weeks: beyond it what was filled in would look like calm
HELD_SHORT = (74, 96)  # of 100 weeks, by kind of series, at 39 to 80 weeks of history: benchmarks.outlook, 200 seeds
EXACT = 1e-9  # of a series' spread: below it a width is the solver's rounding
MANY = 1_000_000  # degrees of freedom: Student's t is the normal
LARGEST = 700.0  # the exponent of the largest float, rounded down


@dataclass(frozen=True)
class Lead:
    """A confirmed lead: its values in the same weeks as the series, and how many weeks (1 or more) it moves before it.

    is_amount: taken in logarithms where all its values are positive. Raises QuestionError for a lag below 1.
    """

    name: str
    values: ArrayLike
    lag: int
    is_amount: bool = False

    def __post_init__(self) -> None:
        if self.lag < 1:
            raise QuestionError(
                f"outlook, {self.name}: found a lag of {self.lag} weeks; expected 1 or more. Give how many weeks before it moves."
            )


@dataclass(frozen=True)
class Band:
    """The middle of an outlook and the ends of its 50 % and 80 % bands, in the metric's unit."""

    point: float
    low_50: float
    high_50: float
    low_80: float
    high_80: float


@dataclass(frozen=True)
class Ahead:
    """One week to come, by its first day: the band to show, the same without the leads, and the leads that reach it.

    factor: how many times wider the past errors made the band (1 or more).
    """

    week: date
    ahead: int
    band: Band
    without: Band
    leads: tuple[str, ...]
    factor: float


@dataclass(frozen=True)
class Past:
    """One past week as it was foretold `ahead` weeks before, and what came."""

    week: date
    ahead: int
    band: Band
    value: float

    @property
    def origin(self) -> date:
        """The first day of the last week that was known then."""
        return self.week - timedelta(weeks=self.ahead)


@dataclass(frozen=True)
class Record:
    """How past outlooks did: every forecast (rows), and how many of the last 26 weeks lay inside their bands.

    Each of the `weeks` counts once, as it was foretold longest before. The bands are those shown then: widened by the
    errors known then, not by these.
    """

    rows: tuple[Past, ...]
    weeks: int
    inside_50: int
    inside_80: int


@dataclass(frozen=True)
class Reach:
    """How many weeks ahead a lead reaches (0 where it is not used, and `why`), and what one usual step of it does.

    step: the standard deviation of its surprises, in its own unit, from its latest value upwards. effect: what that
    changes in the series, and doubt its standard error: in logarithms where the outlook is, else in the metric's unit.
    """

    name: str
    lag: int
    weeks: int
    step: float = math.nan
    effect: float = math.nan
    doubt: float = math.nan
    why: str = ""


@dataclass(frozen=True)
class Outlook:
    """The next weeks of a series, or the reason in words why there is no outlook (then `ahead` is empty).

    origin: the first day of the latest week used. n: weeks of history used. mase: the mean error of past outlooks in
    those of last year's values of the same weeks (nan where there are too few), and mase_without without the leads.
    has_skill: whether mase is below 1, None if unknown; if False, last year's pattern is what `ahead` and `record` hold.
    factor: the largest of the weeks'. notes: what the reader must be told, a sentence each.
    """

    ahead: tuple[Ahead, ...]
    reason: str
    origin: date | None
    n: int
    is_log: bool = False
    reaches: tuple[Reach, ...] = ()
    has_skill: bool | None = None
    mase: float = math.nan
    mase_without: float = math.nan
    factor: float = 1.0
    has_level_changed: bool = False
    record: Record = Record((), 0, 0, 0)
    record_without: Record = Record((), 0, 0, 0)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moved:
    """An outlook as it would be with a lead moved: by how much in the lead's own unit, and from which week ahead on.

    first is None where no week moves; words say which weeks move, and which cannot.
    """

    lead: str
    step: float
    first: int | None
    ahead: tuple[Ahead, ...]
    words: str


def outlook(
    y: ArrayLike, *, weeks: Sequence[date], horizon: int = HORIZON, leads: Sequence[Lead] = (), is_amount: bool = True
) -> Outlook:
    """The next `horizon` weeks (1 to 13) of a series of closed weeks, each with its 50 % and 80 % band; METHODS C.

    `weeks`: the first day of each value's week; a week left out is missing. `is_amount`: in logarithms where all values
    are positive, so that no band reaches 0; False for scores and shares, which stay as they are. Of the leads nothing
    after the last week of `y` with a value is used. Under 39 weeks of history, for a series that never changed, and with
    more than one week in ten missing there is no outlook, but a reason.

    The mean of two models, and the wider of their bands: trend, season and leads with autoregressive errors
    (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 10), and the same with exponential smoothing as
    ARIMA(0,1,1). Widened by what past outlooks missed (conformal: Vovk et al., 2005). Beyond a lead's lag it is left out.

    Raises QuestionError for weeks that do not match the values or do not follow each other, for a lead of another length
    or named twice, and for a horizon outside 1 to 13.
    """
    values, first = _on_weeks(y, weeks, horizon)
    names = [lead.name for lead in leads]
    if len(set(names)) < len(names):
        raise QuestionError(f"outlook: found leads {', '.join(names)}; expected each once. Leave out the second.")
    found = np.flatnonzero(np.isfinite(values))
    stop = int(found[-1]) + 1 if len(found) else 0
    y_, lead_values = values[:stop], [_on_weeks(lead.values, weeks, horizon, lead.name)[0][:stop] for lead in leads]
    exponent = int(np.frexp(np.abs(y_[found]).max())[1]) if stop else 0
    y_ = np.ldexp(y_, -exponent)  # so that squares of the largest values are numbers
    origin = first + timedelta(weeks=stop - 1) if first is not None and stop else None
    made = _made(y_, lead_values, leads, is_amount)
    if isinstance(made, str):
        return Outlook((), made, origin, stop - _start(y_))
    assert first is not None

    past = _refits(y_, lead_values, leads, is_amount)
    rows = {way: _rows(past, way, y_, first, exponent) for way in ("led", "without", "last_year")}
    mase, mase_without = (_mase(rows[way], values[:stop], first) for way in ("led", "without"))

    last_year = made.last_year
    is_known = math.isfinite(mase) and last_year is not None and last_year.half[1][0] > 0
    has_skill = bool(mase < 1) if is_known else None
    widths = {way: _widths(past, 0, made, way, y_) for way in ("led", "without")}
    led, without = made.led.widened(widths["led"]), made.without.widened(widths["without"])
    if has_skill is False:
        assert last_year is not None
        led = without = last_year
        widths["led"], rows["led"], rows["without"] = np.ones(HORIZON), rows["last_year"], rows["last_year"]
    ahead = tuple(
        Ahead(
            first + timedelta(weeks=stop + h), h + 1, led.band(h, exponent), without.band(h, exponent),
            () if has_skill is False else tuple(reach.name for reach in made.reaches if reach.weeks > h),
            float(widths["led"][h]),
        )
        for h in range(horizon)
    )  # fmt: skip
    reaches = made.reaches
    if not made.is_log:
        with np.errstate(over="ignore"):
            reaches = tuple(
                replace(
                    each, effect=float(np.ldexp(each.effect, exponent)), doubt=float(np.ldexp(each.doubt, exponent))
                )
                for each in reaches
            )
    # A chart alone calls every other random walk changed; a walk that moves as its band allows is no change of level.
    judged = [
        row for row in rows["led"] if JUDGED in past and row.origin == first + timedelta(weeks=past[JUDGED].stop - 1)
    ]
    above, below = (
        sum(row.value > row.band.high_80 for row in judged),
        sum(row.value < row.band.low_80 for row in judged),
    )
    has_changed = max(above, below) >= MISSED and _has_level_changed(y_[made.start :], made.is_log)
    result = Outlook(
        ahead, "", origin, made.n, made.is_log, reaches, has_skill, mase, mase_without,
        float(widths["led"].max()), has_changed, _record(rows["led"], first, stop), _record(rows["without"], first, stop),
    )  # fmt: skip
    return replace(result, notes=_notes(result))


def moved(made: Outlook, lead: str, *, step: float = 1.0, already: int = 0) -> Moved:
    """The outlook with a lead `step` usual steps higher (lower if negative) from its latest week on, and said which weeks move.

    What a lead did up to now is known, so the weeks before its lag do not move; those from the lag on move if it stays
    there. `already`: for how many weeks before the latest it is supposed to have been there too (below the lag), so many
    weeks earlier the outlook moves. The band also grows by the doubt about the effect.

    Raises QuestionError where there is no outlook, for an unknown lead, and for `already` outside 0 to the lag less 1.
    """
    if not made.ahead:
        raise QuestionError(f"what if: found no outlook ({made.reason}); expected one. Wait for more history.")
    reach = next((each for each in made.reaches if each.name == lead), None)
    if reach is None:
        known = ", ".join(each.name for each in made.reaches) or "none"
        raise QuestionError(f"what if: found {lead!r}; expected a lead of this outlook ({known}). Choose one of them.")
    if not 0 <= already < reach.lag:
        raise QuestionError(
            f"what if, {lead}: found {already} weeks already; expected 0 to {reach.lag - 1}. "
            "What is longer ago than its lag has had its effect."
        )
    if made.has_skill is False:
        return Moved(
            lead, math.nan, None, made.ahead, "No week moves: last year's pattern is shown, which no lead is part of."
        )
    if not reach.weeks:
        return Moved(lead, math.nan, None, made.ahead, f"No week moves: {reach.why}")
    first, last = reach.lag - already, len(made.ahead)
    size = step * reach.step
    if first > last:
        words = f"No week of the next {last} moves: {lead} moves it {first} weeks later, and what it did up to now is known."
        return Moved(lead, size, None, made.ahead, words)
    ahead = tuple(
        each if each.ahead < first
        else replace(each, band=_shifted(each.band, step * reach.effect, step * reach.doubt, made.is_log))
        for each in made.ahead
    )  # fmt: skip
    before = f"Weeks 1 to {first - 1} do not move: what {lead} did up to now is known. " if first > 1 else ""
    words = f"{before}{_weeks(first, last)} if it stays there."
    return Moved(lead, size, first, ahead, words)


# One forecast from one origin


@dataclass(frozen=True)
class _Path:
    """The middle and the half-widths (a row for 50 %, one for 80 %) of each week ahead, on the working scale."""

    point: np.ndarray
    half: np.ndarray
    is_log: bool

    def widened(self, factors: np.ndarray) -> "_Path":
        return replace(self, half=self.half * factors)

    def band(self, h: int, exponent: int) -> Band:
        inner, outer = self.half[:, h]
        ends = self.point[h] + np.array([0.0, -inner, inner, -outer, outer])
        if self.is_log:
            ends = np.exp(np.clip(ends, -LARGEST, LARGEST))
        with np.errstate(over="ignore"):
            ends = np.ldexp(ends, exponent)
        return Band(*np.clip(ends, -sys.float_info.max, sys.float_info.max).tolist())


@dataclass(frozen=True)
class _Made:
    """What can be foretold from the weeks before `stop`: with the leads, without, and by last year's pattern."""

    start: int
    stop: int
    is_log: bool
    led: _Path
    without: _Path
    last_year: _Path | None
    reaches: tuple[Reach, ...]

    @property
    def n(self) -> int:
        return self.stop - self.start

    @property
    def reach(self) -> int:
        """Weeks ahead up to which any lead reaches."""
        return max((reach.weeks for reach in self.reaches), default=0)


@dataclass(frozen=True)
class _Fit:
    """A model's forecast: middle and standard deviation by week ahead, weights of the columns and their errors."""

    point: np.ndarray
    deviation: np.ndarray
    weights: np.ndarray
    errors: np.ndarray
    freedom: int
    surprise: float  # standard deviation of a step that could not be foreseen


def _made(
    y: np.ndarray, xs: list[np.ndarray], leads: Sequence[Lead], is_amount: bool, fewest: int = FEWEST_WEEKS
) -> _Made | str:  # fmt: skip
    """The forecasts from the end of y (whose last value is there) and nothing else, or why there are none, in words."""
    start, stop = _start(y), len(y)
    n, seen = stop - start, y[start:][np.isfinite(y[start:])]
    if n < fewest:
        since = " since the last gap" if start and np.isfinite(y[:start]).any() else ""
        return f"Too little history for an outlook: {n} week{'' if n == 1 else 's'}{since}; it takes {fewest}."
    if len(seen) < (1 - MOST_MISSING) * n:
        return (
            f"Too many weeks without a value for an outlook: {n - len(seen)} of {n}; at most one in ten may be missing."
        )
    if seen.max() - seen.min() <= EXACT * np.abs(seen).max():
        return "It never changed in all its weeks, so nothing says how far it may move."
    is_log = bool(is_amount and seen.min() > 0)
    z = _filled(np.log(y[start:]) if is_log else y[start:])
    t = np.arange(stop + HORIZON - start, dtype=float)
    base = _design(t, n)
    floor = EXACT * float(z.max() - z.min())
    usable = [_lead(x, lead, start) for x, lead in zip(xs, leads, strict=True)]
    reaches = [
        Reach(lead.name, lead.lag, 0, why=found) if isinstance(found, str)
        else Reach(lead.name, lead.lag, max(0, min(lead.lag, found.until + lead.lag - stop)))
        for lead, found in zip(leads, usable, strict=True)
    ]  # fmt: skip
    for i, reach in enumerate(reaches):
        if not reach.weeks and not reach.why:
            reaches[i] = replace(reach, why=f"{reach.name} has no value in the last {reach.lag} weeks.")
    without = _mean_of_two(z, base[:n], base[n:], is_log, floor)[0]
    led = without
    for weeks in sorted({min(reach.weeks, HORIZON) for reach in reaches} - {0}, reverse=True):
        # Up to this many weeks ahead these leads reach; where fewer do, the next round writes the nearer weeks over.
        chosen = [i for i, reach in enumerate(reaches) if min(reach.weeks, HORIZON) >= weeks]
        rows = max(found.since + leads[i].lag for i in chosen if not isinstance(found := usable[i], str)) - start
        rows = max(rows, 0)
        columns = []
        for i in chosen:
            found = usable[i]
            assert not isinstance(found, str)
            columns.append(_standardised(found.values, start - leads[i].lag + np.arange(rows, n + weeks), n - rows))
        table = np.column_stack([base[rows : n + weeks], *(column for column, _ in columns)])
        path, fits = _mean_of_two(z[rows:], table[: n - rows], table[n - rows :], is_log, floor)
        point, half = led.point.copy(), led.half.copy()
        point[:weeks], half[:, :weeks] = path.point, path.half
        led = _Path(point, half, is_log)
        for place, i in enumerate(chosen):
            found = usable[i]
            if isinstance(found, str) or not math.isnan(reaches[i].effect):  # told by the round of its own reach
                continue
            column, spread = base.shape[1] + place, columns[place][1]
            usual = found.surprise / spread
            reaches[i] = replace(
                reaches[i],
                step=found.step,
                effect=usual * float(np.mean([fit.weights[column] for fit in fits])),
                doubt=usual * float(max(fit.errors[column] for fit in fits)),
            )
    return _Made(start, stop, is_log, led, without, _last_year(z, y[start:], is_log), tuple(reaches))


@dataclass(frozen=True)
class _Known:
    """A lead up to an origin, on its working scale: its values, from which week to before which they are there, its step."""

    values: np.ndarray
    since: int
    until: int
    surprise: float
    step: float


def _lead(x: np.ndarray, lead: Lead, start: int) -> _Known | str:
    """The lead as far as it is known, or why it cannot be used."""
    found = np.flatnonzero(np.isfinite(x))
    until = int(found[-1]) + 1 if len(found) else 0
    since = _start(x[:until]) if until else len(x)
    covered = len(x) - max(since + lead.lag, start)
    if covered < FEWEST_WITH_LEAD:
        return (
            f"{lead.name} with its lag covers {max(covered, 0)} weeks of it without a gap; it takes {FEWEST_WITH_LEAD}."
        )
    seen = x[since:until][np.isfinite(x[since:until])]
    largest = float(np.abs(seen).max())
    # what the model sees: up to its lag before the end, and not only what came last
    early = x[max(since, start - lead.lag) : len(x) - lead.lag] / (largest or 1.0)
    early = early[np.isfinite(early)]
    if early.max() - early.min() <= EXACT:
        return f"{lead.name} never changed, so nothing says what it leads to."
    is_log = lead.is_amount and seen.min() > 0
    values = np.full(len(x), np.nan)
    values[since:until] = _filled(np.log(x[since:until]) if is_log else x[since:until] / largest)
    table = _design(np.arange(until - since, dtype=float), until - since)
    surprise = _autoregressive(values[since:until], table, table[:0]).surprise
    latest = values[until - 1]
    step = math.exp(latest) * math.expm1(surprise) if is_log else surprise * largest
    return _Known(values, since, until, surprise, step)


def _standardised(values: np.ndarray, at: np.ndarray, rows: int) -> tuple[np.ndarray, float]:
    """A lead's column, in standard deviations (which is returned too) of the rows fitted."""
    column = values[at]
    spread = float(column[:rows].std()) or 1.0
    return (column - column[:rows].mean()) / spread, spread


def _design(t: np.ndarray, n: int) -> np.ndarray:
    """Columns: 1, the trend (0 to 1 over the n weeks of history), cosine and sine of each harmonic of the year."""
    turn = 2 * np.pi * t / WEEKS_IN_YEAR
    harmonics = next((k for least, k in FOURIER if n >= least), 0)
    waves = [wave(k * turn) for k in range(1, harmonics + 1) for wave in (np.cos, np.sin)]
    return np.column_stack([np.ones_like(t), t / n, *waves])


def _mean_of_two(
    z: np.ndarray, table: np.ndarray, future: np.ndarray, is_log: bool, floor: float
) -> tuple[_Path, tuple[_Fit, _Fit]]:
    """The mean of the two models' middles, and at each week ahead the wider of their bands."""
    fits = _autoregressive(z, table, future), _smoothed(z, table, future)
    half = np.stack(
        [
            np.maximum(*(_quantile(share, fit.freedom) * np.maximum(fit.deviation, floor) for fit in fits))
            for share in SHARES
        ]
    )
    return _Path((fits[0].point + fits[1].point) / 2, half, is_log), fits


def _autoregressive(z: np.ndarray, table: np.ndarray, future: np.ndarray) -> _Fit:
    """Regression on the table with autoregressive errors: least squares, the carry-over of what is left, one GLS step.

    Variance s² (Σψ² + d'(D*'D*)⁻¹d), d being the future columns less what the past errors of the columns foretell.
    """
    n, columns = table.shape
    error = z - table @ np.linalg.lstsq(table, z, rcond=None)[0]
    carry = _carry(error)
    order = len(carry)
    both = np.column_stack([z, table])
    white = both[order:].copy()
    for lag, share in enumerate(carry, start=1):
        white -= share * both[order - lag : n - lag]
    inverse = np.linalg.pinv(white[:, 1:])
    weights = inverse @ white[:, 0]
    left = white[:, 0] - white[:, 1:] @ weights
    freedom = max(n - 2 * order - columns, 1)
    variance = float(left @ left) / freedom
    both[:, 0] = z - table @ weights
    horizon = len(future)
    carried = np.zeros((order + horizon, columns + 1))  # errors of series and columns, as the carry-over continues them
    carried[:order] = both[n - order :]
    impulse = np.zeros(order + horizon)
    for h in range(order, order + horizon):
        carried[h] = carry @ carried[h - order : h][::-1]
        impulse[h] = carry @ impulse[h - order : h][::-1] if h > order else 1.0
    direction = future - carried[order:, 1:]
    deviation = np.sqrt(variance * (np.cumsum(impulse[order:] ** 2) + _squares(direction @ inverse)))
    errors = np.sqrt(variance * _squares(inverse))
    return _Fit(future @ weights + carried[order:, 0], deviation, weights, errors, freedom, math.sqrt(variance))


def _carry(error: np.ndarray) -> np.ndarray:
    """The coefficients of the autoregression of up to four orders with the smallest AIC, by Burg (1967): it always dies out."""
    n, variance = len(error), float(error @ error) / len(error)
    best, coefficients = (0.0, np.zeros(0)), np.zeros(0)
    forward, backward, left = error[1:], error[:-1], 1.0
    for order in range(1, min(MOST_CARRY, n // 4) + 1):
        power = float(forward @ forward + backward @ backward)
        if power <= n * variance * EXACT**2:
            break
        partial = 2 * float(forward @ backward) / power
        coefficients = np.append(coefficients - partial * coefficients[::-1], partial)
        left *= 1 - partial**2
        if left <= EXACT**2:  # a pattern that repeats to the last digit
            break
        criterion = n * math.log(left) + 2 * order
        if criterion < best[0]:
            best = criterion, coefficients
        forward, backward = forward[1:] - partial * backward[1:], backward[:-1] - partial * forward[:-1]
    return best[1]


def _smoothed(z: np.ndarray, table: np.ndarray, future: np.ndarray) -> _Fit:
    """Regression on the table with errors of ARIMA(0,1,1), which is exponential smoothing; alpha with the least squares.

    Series and columns are filtered by (1 - B) / (1 - (1 - alpha) B) from nought; the filtered first column of ones is
    the level at the start. Variance s² (1 + (h - 1) alpha² + d'(D*'D*)⁻¹d).
    """
    n, columns = table.shape
    both = np.column_stack([table, z])
    steps = np.diff(both, axis=0, prepend=0.0)
    keep = (1 - SMOOTHING)[:, None]
    filtered = np.empty((n, len(SMOOTHING), columns + 1))
    state = np.zeros((len(SMOOTHING), columns + 1))
    for week in range(n):
        state = keep * state + steps[week]
        filtered[week] = state
    # the last diagonal of R is what the columns leave of the series
    triangles = np.asarray(np.linalg.qr(np.swapaxes(filtered, 0, 1), mode="r"))
    best = int(np.argmin(np.abs(triangles[:, columns, columns])))
    alpha, white = float(SMOOTHING[best]), np.asarray(filtered[:, best])
    inverse = np.linalg.pinv(white[:, :columns])
    weights = inverse @ white[:, columns]
    left = white[:, columns] - white[:, :columns] @ weights
    freedom = max(n - columns - 1, 1)
    variance = float(left @ left) / freedom
    level: np.ndarray = (
        both[-1] - (1 - alpha) * white[-1]
    )  # of the columns and the series: the forecast of all weeks to come
    direction = future - level[:columns]
    point = direction @ weights + level[columns]
    spread = 1 + np.arange(len(future)) * alpha**2 + _squares(direction @ inverse)
    errors = np.sqrt(variance * _squares(inverse))
    return _Fit(point, np.sqrt(variance * spread), weights, errors, freedom, math.sqrt(variance))


def _last_year(z: np.ndarray, raw: np.ndarray, is_log: bool) -> _Path | None:
    """The values of 52 weeks before, as far around them as the past weeks were from theirs; None with fewer than 26 of them."""
    seen = np.where(np.isfinite(raw), z, np.nan)
    changes = np.abs(seen[YEAR:] - seen[:-YEAR])
    changes = changes[np.isfinite(changes)]
    if len(changes) < FEWEST_YEARLY:
        return None
    half = np.array([_conformal(changes, share) for share in SHARES])
    return _Path(z[len(z) - YEAR :][:HORIZON], np.tile(half[:, None], HORIZON), is_log)


# What past forecasts say


def _refits(y: np.ndarray, xs: list[np.ndarray], leads: Sequence[Lead], is_amount: bool) -> dict[int, _Made]:
    """The forecasts from 3, 6, ... 78 weeks ago by their number: the refits, and those that were their own refits then."""
    past = {}
    for k in range(1, 2 * REFITS + 1):
        upto = len(y) - STEP * k
        if upto >= FEWEST_REFIT and np.isfinite(y[upto - 1]):  # a week filled in would know the week after it
            refit = _made(y[:upto], [x[:upto] for x in xs], leads, is_amount, FEWEST_REFIT)
            if not isinstance(refit, str):
                past[k] = refit
    return past


def _widths(past: dict[int, _Made], k: int, then: _Made, way: str, y: np.ndarray) -> np.ndarray:
    """What the half-widths of `then`, the k-th of the past (0: now), are multiplied by: by refits and weeks before it alone."""
    before, known = [past[j] for j in range(k + 1, k + REFITS + 1) if j in past], y[: then.stop]
    factors = _factors([error for each in before for error in _missed(known, each, each.without)])
    if way == "led" and then.reach:  # as far as the leads reach, what was missed with them
        missed = [(h, e) for each in before for h, e in _missed(known, each, each.led) if h < each.reach]
        factors[: then.reach] = _factors(missed)[: then.reach]
    return factors


def _rows(past: dict[int, _Made], way: str, y: np.ndarray, first: date, exponent: int) -> list[Past]:
    """What was foretold by each refit, the oldest first, with the bands as they were shown then, beside what came."""
    rows = []
    for k in range(REFITS, 0, -1):
        foretold: _Path | None = getattr(past[k], way) if k in past else None
        if foretold is None:
            continue
        then = past[k]
        if way != "last_year":
            foretold = foretold.widened(_widths(past, k, then, way, y))
        for h, value in enumerate(y[then.stop : then.stop + HORIZON].tolist()):
            if math.isfinite(value):
                week = first + timedelta(weeks=then.stop + h)
                rows.append(Past(week, h + 1, foretold.band(h, exponent), math.ldexp(value, exponent)))
    return rows


def _missed(y: np.ndarray, then: _Made, foretold: _Path) -> list[tuple[int, float]]:
    """(weeks ahead, error in half-widths of the 80 % band) of each week of y that a past forecast was about."""
    found = []
    for h, value in enumerate(y[then.stop : then.stop + len(foretold.point)].tolist()):
        if not math.isfinite(value):
            continue
        point, half = float(foretold.point[h]), float(foretold.half[1, h])
        if not foretold.is_log:
            found.append((h, abs(value - point) / half))
        elif value > 0:
            found.append((h, abs(math.log(value) - point) / half))
        else:  # what was positive then is so no more: on the metric's own scale
            found.append((h, (math.exp(point) - value) / -math.exp(point) / math.expm1(-half)))
    return found


def _factors(missed: list[tuple[int, float]]) -> np.ndarray:
    """What the half-width of each week ahead is multiplied by, so that 80 % of past errors lie inside; at least 1."""
    ahead = np.array([h for h, _ in missed])
    errors = np.array([error for _, error in missed])
    factors = np.ones(HORIZON)
    for h in range(HORIZON):
        near = errors[np.abs(ahead - h) <= NEAR] if len(errors) else errors
        if len(near):
            factors[h] = max(1.0, _conformal(near, SHARES[1]))
    return factors


def _conformal(errors: np.ndarray, share: float) -> float:
    """The share · (1 + 1/m) quantile of m errors: the next one is within it with that probability."""
    return float(np.quantile(errors, min(1.0, share * (1 + 1 / len(errors))), method="inverted_cdf"))


def _mase(rows: list[Past], values: np.ndarray, first: date) -> float:
    """Mean error of the past forecasts in that of last year's values of the same weeks; nan for fewer than 26 weeks of both."""
    ours, last_years, weeks = 0.0, 0.0, set()
    for row in rows:
        place = (row.week - first).days // 7 - YEAR
        if place >= 0 and math.isfinite(values[place]):
            ours += abs(row.value - row.band.point)
            last_years += abs(row.value - float(values[place]))
            weeks.add(place)
    if len(weeks) < FEWEST_YEARLY or ours == last_years == 0:
        return math.nan
    return ours / last_years if last_years else math.inf


def _record(rows: list[Past], first: date, stop: int) -> Record:
    since = first + timedelta(weeks=stop - RECORD)
    longest: dict[date, Past] = {}
    for row in rows:
        if row.week >= since and (row.week not in longest or row.ahead > longest[row.week].ahead):
            longest[row.week] = row
    counted = longest.values()
    return Record(
        tuple(rows),
        len(counted),
        sum(row.band.low_50 <= row.value <= row.band.high_50 for row in counted),
        sum(row.band.low_80 <= row.value <= row.band.high_80 for row in counted),
    )


def _has_level_changed(y: np.ndarray, is_log: bool) -> bool:
    """Whether in the last 13 weeks a run of eight on one side was completed, or three were outside the limits on one side.

    Against all the weeks before: a run that was complete earlier is an old change, which the outlook has learnt. The
    season of the outlook is taken out first, as a chart takes none out below 104 weeks and sees runs in its swing.
    """
    z, before = np.log(y) if is_log else y, len(y) - RECENT
    points = int(np.isfinite(z[:before]).sum())  # of 39 weeks or more
    table, rows = _design(np.arange(len(z), dtype=float), before), np.flatnonzero(np.isfinite(z[:before]))
    weights = np.linalg.lstsq(table[rows], z[rows], rcond=None)[0]
    recent = signals(z - table[:, 2:] @ weights[2:], locked=points).points[-RECENT:]
    if any("R2" in point.rules and abs(point.run) == RUN for point in recent):
        return True
    outside = [point.value > point.centre for point in recent if "R1" in point.rules]
    return max(outside.count(True), outside.count(False)) >= OUTSIDE


def _notes(made: Outlook) -> tuple[str, ...]:
    notes = []
    if made.has_skill is False:
        notes.append(
            "No skill beyond last year: what is shown is last year's pattern, as far around it as it was off before."
        )
    if made.has_skill is None:
        notes.append("Too little history to compare it with last year's pattern.")
    if made.has_level_changed:
        notes.append(f"The level changed in the last {RECENT} weeks: the band is probably too narrow.")
    two_years, one_year = (least for least, _ in FOURIER)
    if made.n < one_year:
        notes.append(f"A season cannot be seen in {made.n} weeks: what comes back every year is not in it yet.")
    if made.n < two_years:
        low, high = HELD_SHORT
        notes.append(
            f"Under two years of weeks its band is rough: in made-up series the 80 % band held {low} to {high} of 100 weeks."
        )
    notes += [f"Left out: {reach.why}" for reach in made.reaches if not reach.weeks]
    return tuple(notes)


# The smaller parts


def _on_weeks(y: ArrayLike, weeks: Sequence[date], horizon: int, name: str = "") -> tuple[np.ndarray, date | None]:
    """The values on consecutive weeks, nan where one is missing, and the first day of the first."""
    values, about = np.array(y, dtype=float), f"outlook, {name}" if name else "outlook"
    if not 1 <= horizon <= HORIZON:
        raise QuestionError(
            f"outlook: found a horizon of {horizon}; expected 1 to {HORIZON} weeks. Choose one of these."
        )
    if values.ndim != 1 or len(values) != len(weeks):
        raise QuestionError(
            f"{about}: found {values.size} values for {len(weeks)} weeks; expected as many. Give the first day of each week."
        )
    values[~np.isfinite(values)] = np.nan
    if not len(values):
        return values, None
    days = np.array([(week - weeks[0]).days for week in weeks])
    if np.any(np.diff(days) <= 0) or np.any(days % 7):
        raise QuestionError(
            f"{about}: found weeks that do not follow each other on one weekday; expected them in order. Sort them, and leave out the second of a pair."
        )
    grid = np.full(int(days[-1]) // 7 + 1, np.nan)
    grid[days // 7] = values
    return grid, weeks[0]


def _start(values: np.ndarray) -> int:
    """The first place after the last gap of two or more missing values (and after the missing ones at the beginning)."""
    missing = ~np.isfinite(values)
    if missing.all():
        return len(values)
    first = int(np.argmin(missing))
    gaps = np.flatnonzero(missing[first + 1 :] & missing[first:-1])
    return first + int(gaps[-1]) + 2 if len(gaps) else first


def _filled(values: np.ndarray) -> np.ndarray:
    """Each single missing value as the middle of its neighbours."""
    filled = values.copy()
    at = np.flatnonzero(np.isnan(values))
    filled[at] = (values[at - 1] + values[at + 1]) / 2
    return filled


def _squares(rows: np.ndarray) -> np.ndarray:
    """The sum of squares of each row."""
    return np.einsum("ij,ij->i", rows, rows)


@cache
def _quantile(share: float, freedom: int) -> float:
    """How many standard deviations around the middle hold the share, of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + share) / 2))


def _shifted(band: Band, by: float, doubt: float, is_log: bool) -> Band:
    """A band moved, and widened by the doubt about the move."""
    ends = np.array([band.point, band.low_50, band.high_50, band.low_80, band.high_80])
    sides = np.array([0, *(side * _quantile(share, MANY) for share in SHARES for side in (-1, 1))])
    with np.errstate(all="ignore"):
        ends = np.log(ends) if is_log else ends
        ends = ends[0] + by + np.sign(sides) * np.hypot(ends - ends[0], sides * doubt)
        ends = np.exp(np.clip(ends, -LARGEST, LARGEST)) if is_log else np.nan_to_num(ends)
    return Band(*ends.tolist())


def _weeks(first: int, last: int) -> str:
    return f"Week {last} moves" if first == last else f"Weeks {first} to {last} move"
