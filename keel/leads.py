"""Which number moved before which: the evidence in weekly series, by METHODS B, and never a word about causes.

A series is first rid of what is known beforehand: trend, season, the weeks of Christmas and New Year, and its own past.
What is left of each week is its surprise. A lead shows where the surprises of one series are followed, some weeks
later, by those of another, more closely than when the signs of the latter are drawn at random.

`links` tests many pairs and holds the share of false finds to a tenth in each of its two families, the pairs declared
beforehand and all others; `link` tests one. `is_declared` says which family a pair belongs to, `when` how much later in
words, `detectable_r2` what so much history could have shown, and `shifted` is the chart. All of it is pure, and gives
the same answer for the same numbers, whatever else is tested beside.

Missing values are nan. Only closed weeks belong in a series (METRICS, rule 4), and a quiet week is 0 (rule 5).
"""

import hashlib
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from keel.errors import QuestionError
from keel.signals import WEEKS_IN_YEAR

CONFIRMED, SUGGESTIVE, NO_EVIDENCE, TOO_LITTLE = "confirmed", "suggestive", "no evidence", "too little data"
FEWEST = 104  # weeks: below two years season and lead cannot be told apart
DECLARED_LAGS, LAGS = 13, 26  # weeks: a quarter for what was declared, half a year for what was not
WINDOWS = (1, 4)  # weeks of the lead taken together
FALSE_SHARE = 0.10  # q of Benjamini and Hochberg: of what passes, so much is expected to be false
FLIPS, MORE_FLIPS, DOUBT = 1999, 4999, 0.01  # p of the first below .01 is settled by the second
FEWEST_USED = 26  # weeks that bear on a lag, else it is skipped
MOST_CARRY_OVER = 6  # weeks of its own past that a surprise is rid of
REACH = 3 * 1.4826  # 1.4826 MAD is one standard deviation of normal noise
NEARLY_AS_GOOD = 3.84  # the 95 % point of chi-square, one degree: the lags a likelihood-ratio interval holds
HELD_BACK = 26  # weeks in which a declared lead has to improve the forecast
FEASTS = ((12, 25), (1, 1))  # month and day; each gives its week a level of its own
WEEK = timedelta(days=7)
EXACT = 1e-9  # of a series' size: what is left below it is rounding
POWER = 0.8
INTERVAL = 1.96  # standard errors either way hold 95 %


@dataclass(frozen=True)
class Link:
    """What a pair's history says: whether, how much later and how strongly `lag` moved after `lead`.

    declared: tested in the family of pairs declared beforehand. n: weeks from the first to the last both have. p: of
    the strongest of all lags and windows; q: p adjusted within its family (Benjamini and Hochberg). lag_weeks: the
    strongest lag, its window (weeks of the lead taken together, from that lag back), its z, and its sign (+1, -1; 0
    without one); lag_set: the lags nearly as good. reverse_p: of the other direction, over the same lags, and reverse_q
    within the family; moves_together: both directions pass. passes: q is at most a tenth.

    status: "confirmed", "suggestive", "no evidence" or "too little data"; `reason` says why in a sentence or two.
    detectable_r2: the smallest share of the lag's surprises, as a fraction, that this history had shown with a chance
    of .8 at the p the pair had to reach. usual_move: one standard deviation of the lead's surprises (of their mean over
    the window), and effect, with its 95 % interval effect_low to effect_high: by how much the lag then differed from
    what was expected; each in the series' own unit, or as a fraction where is_lead_log, is_lag_log. As the strongest lag
    is taken, it leans to the large side where it is weak. z_by_lag: per window the z of lags 1, 2, ...; nan where too
    few weeks bear on one.

    mae_with, mae_without: for a declared pair that passes, the mean absolute error of the forecasts of its last 26 weeks
    with the lead and without, in the lag's unit (of its logarithm where is_lag_log); else None. What could not be tested has nan and empty tuples.
    """

    lead: str
    lag: str
    declared: bool
    n: int
    status: str
    reason: str
    p: float = np.nan
    q: float = np.nan
    lag_weeks: int | None = None
    lag_set: tuple[int, ...] = ()
    window: int | None = None
    z: float = np.nan
    sign: int = 0
    reverse_p: float = np.nan
    reverse_q: float = np.nan
    passes: bool = False
    moves_together: bool = False
    detectable_r2: float = np.nan
    usual_move: float = np.nan
    effect: float = np.nan
    effect_low: float = np.nan
    effect_high: float = np.nan
    is_lead_log: bool = False
    is_lag_log: bool = False
    z_by_lag: tuple[tuple[float, ...], ...] = ()
    mae_with: float | None = None
    mae_without: float | None = None


@dataclass(frozen=True)
class Shifted:
    """Two series of surprises in standard deviations, one value a week, the lead moved later by its lag; nan for none.

    The weeks go on past the last one for as many as the lag: there the lead has spoken and the lag has not.
    """

    weeks: tuple[date, ...]
    lead: tuple[float, ...]
    lag: tuple[float, ...]


def links(
    series: Mapping[str, ArrayLike],
    weeks: Sequence[date],
    *,
    declared: Iterable[tuple[str, str]] = (),
    explored: Iterable[tuple[str, str]] = (),
    amounts: Collection[str] = (),
) -> tuple[Link, ...]:
    """The evidence for each (lead, lag) pair of series ids: the declared ones first, each family in the order given.

    series: one value a week, nan for missing; `weeks` are the first days of those weeks, one after the other. amounts:
    the series to take in logarithms, where all their values are above 0. Declared pairs are tested over lags of 1 to 13
    weeks, explored ones over 1 to 26; a pair in both is declared. Everything but q, reverse_q and what follows from
    them is the same whatever other pairs are tested.

    Raises QuestionError for weeks that are not consecutive, a series of another length, an unknown id, and a pair of a
    series with itself. Wu (1986), Ann. Stat. 14, and Liu (1988), Ann. Stat. 16, for the random signs; Benjamini and
    Hochberg (1995), J. R. Stat. Soc. B 57.
    """
    values = {id: _numbers(each) for id, each in series.items()}
    _check(values, weeks)
    beforehand = list(dict.fromkeys(declared))
    later = [pair for pair in dict.fromkeys(explored) if pair not in set(beforehand)]
    for pair in (*beforehand, *later):
        _check_pair(pair, values)
    history = _History(values, weeks, frozenset(amounts))
    return (*_family(history, beforehand, is_declared=True), *_family(history, later, is_declared=False))


def link(
    lead: ArrayLike,
    lag: ArrayLike,
    weeks: Sequence[date],
    *,
    declared: bool = False,
    amounts: tuple[bool, bool] = (False, False),
    ids: tuple[str, str] = ("lead", "lag"),
) -> Link:
    """The evidence for one pair alone, a family of one; `amounts` for the lead and the lag, otherwise as `links`."""
    if ids[0] == ids[1]:
        raise _itself(ids[0])
    logged = [id for id, is_amount in zip(ids, amounts, strict=True) if is_amount]
    series = dict(zip(ids, (lead, lag), strict=True))
    return links(series, weeks, amounts=logged, **{"declared" if declared else "explored": [ids]})[0]


def is_declared(declared_on: date | None, looked_on: date | None, *, as_of: date, lag_weeks: int) -> bool:
    """Whether a pair counts, on the day `as_of`, as declared beforehand; None for what never happened.

    Who declares what was seen already tests nothing. So a pair looked at before, or on the day itself (a date does not
    tell which came first), is exploratory until as many new weeks as its lag have passed.
    """
    if declared_on is None or as_of < declared_on:
        return False
    was_seen = looked_on is not None and looked_on <= declared_on
    return not was_seen or as_of - declared_on >= lag_weeks * WEEK


def adjusted(p: ArrayLike) -> tuple[float, ...]:
    """The smallest false share q at which each p of a family passes, in the order given; nan stays and counts as none.

    Benjamini and Hochberg (1995): the p of rank i of m, times m / i, and never above that of a larger p.
    """
    given = _numbers(p)
    places = np.flatnonzero(np.isfinite(given))
    rising = places[np.argsort(given[places], kind="stable")]
    stepped = given[rising] * len(rising) / np.arange(1, len(rising) + 1)
    given[rising] = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1.0)
    return tuple(given.tolist())


def lag_set(z: ArrayLike) -> tuple[int, ...]:
    """Of the z of lags 1, 2, ... in one window: the lags of the strongest's sign whose z² is at most 3.84 below its own.

    The likelihood-ratio interval for the lag (METHODS B, step 7). Lags of nan are in no set.
    """
    given = _numbers(z)
    if not np.isfinite(given).any():
        return ()
    top = given[np.nanargmax(np.abs(given))]
    with np.errstate(invalid="ignore"):
        near = (given * top > 0) & (top**2 - given**2 <= NEARLY_AS_GOOD)
    return tuple((np.flatnonzero(near) + 1).tolist())


def detectable_r2(weeks: int, *, lags: int, level: float) -> float:
    """The smallest R² of a lead that so many weeks show with a chance of .8 at p ≤ level, a fraction; nan if none is.

    With surprises u and v of standard deviation 1 and correlation r, the m weeks that bear on a lag make X = u·v of mean
    r and of E X² = b = 1 + 2r², E X³ = 9r + 6r³, E X⁴ = 9 + 72r² + 24r⁴ (Isserlis, 1918). z = Σ X / √Σ X², so its mean is
    √m r / √b, and its variance, by the delta method, (1 + r²) / b − r Cov(X, X²) / b² + r² Var(X²) / 4b³. The strongest
    of all lags and windows passes the level where |z| is above what the strongest exceeds by chance (`hurdle`). Held
    against simulations by the tests and by benchmarks.leads.
    """
    used = weeks - lags / 2 - 2  # a lag in the middle, two weeks of own past
    m = used - _TERMS - 2
    if m <= 0 or not 0 < level < 1:
        return math.nan
    r2 = np.arange(1, 1000) / 1000
    b = 1 + 2 * r2
    covariance = 8 + 4 * r2  # of X and X², divided by r
    of_squares = 9 + 72 * r2 + 24 * r2**2 - b**2
    variance = (1 + r2) / b - r2 * covariance / b**2 + r2 * of_squares / (4 * b**3)
    above = (np.sqrt(m * r2 / b) - hurdle(lags, level, used)) / np.sqrt(variance)
    enough = np.flatnonzero(above >= NormalDist().inv_cdf(POWER))
    return float(r2[enough[0]]) if len(enough) else math.nan


def hurdle(lags: int, level: float, weeks: float) -> float:
    """The |z| that the strongest of all lags (1 to `lags`) and windows exceeds by chance with this level, `weeks` bearing on one.

    The two windows overlap: measured on AR(.5) series of 104, 156 and 260 weeks, levels .1 to .001, the strongest of
    them is that of 1.5 independent values a lag. Random signs have thin tails (their excess kurtosis is -2 Σ X⁴ /
    (Σ X²)², measured -12 / m with what is far out drawn in), for which Cornish and Fisher (1938) correct: both together
    give the measured hurdle to .03.
    """
    each = 1 - (1 - level) ** (1 / (1.5 * lags))
    normal = NormalDist().inv_cdf(1 - each / 2)
    return normal - 12 / weeks / 24 * (normal**3 - 3 * normal)


def when(link: Link) -> str:
    """How much later, in words: "about 7 weeks", "about 6 to 8 weeks"; empty where no lag was found.

    The lags nearly as good are named where they join the strongest; a window of four weeks cannot be told more finely.
    """
    if link.lag_weeks is None or link.window is None:
        return ""
    first = last = link.lag_weeks
    if link.window > 1:
        last += link.window - 1
    else:
        while first - 1 in link.lag_set:
            first -= 1
        while last + 1 in link.lag_set:
            last += 1
    if first == last:
        return f"about {first} week{'' if first == 1 else 's'}"
    return f"about {first} to {last} weeks"


def shifted(
    lead: ArrayLike,
    lag: ArrayLike,
    weeks: Sequence[date],
    *,
    lag_weeks: int,
    window: int = 1,
    amounts: tuple[bool, bool] = (False, False),
) -> Shifted:
    """The surprises of both series in standard deviations, week by week, with the lead drawn `lag_weeks` later.

    The mean of `window` weeks of the lead is drawn, as it was tested. Without enough history every value is nan.
    Raises QuestionError as `links` does, and for a lag or a window below one week.
    """
    if lag_weeks < 1 or window < 1:
        raise QuestionError(
            f"lag and window: found {lag_weeks} and {window}; expected 1 week or more. Pass those of the link."
        )
    values = {"lead": _numbers(lead), "lag": _numbers(lag)}
    _check(values, weeks)
    amount_ids = [id for id, is_amount in zip(values, amounts, strict=True) if is_amount]
    history = _History(values, weeks, frozenset(amount_ids))
    shown = (*weeks, *(weeks[-1] + (k + 1) * WEEK for k in range(lag_weeks))) if len(weeks) else ()
    drawn = {id: np.full(len(shown), np.nan) for id in values}
    start, stop = history.span("lead", "lag")
    if not history.refusal("lead", "lag"):
        u, v = (history.cleaned(id, start, stop).surprises for id in values)
        c = _averaged(u, window)
        drawn["lead"][start + lag_weeks : stop + lag_weeks] = c / np.nanstd(c)
        drawn["lag"][start:stop] = v / np.nanstd(v)
    return Shifted(shown, tuple(drawn["lead"].tolist()), tuple(drawn["lag"].tolist()))


# --- what is known beforehand -----------------------------------------------------------------------------------------

_TERMS = 2 + 4 + len(FEASTS)  # level and trend, two waves of the year, the feasts


@dataclass(frozen=True)
class _Design:
    """The terms of a span of weeks, one row a week, and an orthonormal basis of what they can draw."""

    terms: np.ndarray

    @cached_property
    def basis(self) -> np.ndarray:
        return _basis(self.terms)

    @cached_property
    def bases(self) -> tuple[np.ndarray, ...]:
        """The basis of the rows from week p on, for p = 0, 1, ..., 6."""
        return self.basis, *(_basis(self.terms[p:]) for p in range(1, MOST_CARRY_OVER + 1))


@dataclass(frozen=True)
class _Cleaned:
    """A series over a span of weeks: its values (in logarithms or not, scaled), and what is left of them.

    surprises: one a week, nan in the first `order` weeks, and nan throughout where nothing is left (is_flat). unit: what
    one of `values` is in the series' own unit. filled: the place of the week that was interpolated.
    """

    values: np.ndarray
    surprises: np.ndarray
    is_flat: bool
    order: int
    is_log: bool
    unit: float
    filled: int | None


@dataclass
class _History:
    """All series on their weeks; what is worked out of one for a span is kept, as each is part of many pairs."""

    values: Mapping[str, np.ndarray]
    weeks: Sequence[date]
    amounts: frozenset[str]
    _kept: dict[tuple[str, int, int], _Cleaned] = field(default_factory=dict)
    _designs: dict[tuple[int, int], _Design] = field(default_factory=dict)

    def span(self, lead: str, lag: str) -> tuple[int, int]:
        """From the first week that both have to the one after the last that both have, as places in `weeks`."""
        shared = np.flatnonzero(np.isfinite(self.values[lead]) & np.isfinite(self.values[lag]))
        return (int(shared[0]), int(shared[-1]) + 1) if len(shared) else (0, 0)

    def refusal(self, lead: str, lag: str) -> str:
        """Why the pair cannot be tested, as a sentence; empty where it can."""
        start, stop = self.span(lead, lag)
        if stop - start < FEWEST:
            return f"Too little history of both: {stop - start} of the {FEWEST} weeks it takes to say anything."
        gaps = ~np.isfinite(self.values[lead][start:stop]) | ~np.isfinite(self.values[lag][start:stop])
        if gaps.sum() > 1:
            return f"{gaps.sum()} weeks are missing in between; one can be filled in, more cannot."
        for id, kind in ((lead, "leading"), (lag, "lagging")):
            if self.cleaned(id, start, stop).is_flat:
                return (
                    f"The {kind} number never differs from its trend and season, so nothing can follow or precede it."
                )
        return ""

    def design(self, start: int, stop: int) -> _Design:
        if (start, stop) not in self._designs:
            self._designs[start, stop] = _Design(_terms(self.weeks[start:stop]))
        return self._designs[start, stop]

    def cleaned(self, id: str, start: int, stop: int) -> _Cleaned:
        key = (id, start, stop)
        if key not in self._kept:
            self._kept[key] = _cleaned(self.values[id][start:stop], self.design(start, stop), id in self.amounts)
        return self._kept[key]


def _terms(weeks: Sequence[date]) -> np.ndarray:
    """Level, trend, two waves of the year, and the weeks of Christmas and New Year: one row a week."""
    t = np.arange(len(weeks))
    waves = [turn(2 * np.pi * k * t / WEEKS_IN_YEAR) for k in (1, 2) for turn in (np.cos, np.sin)]
    days = [{((first + timedelta(days=d)).month, (first + timedelta(days=d)).day) for d in range(7)} for first in weeks]
    feasts = [[float(feast in week) for week in days] for feast in FEASTS]
    return np.column_stack([np.ones(len(weeks)), t / max(len(weeks), 1), *waves, *feasts])


def _basis(terms: np.ndarray) -> np.ndarray:
    u, size, _ = np.linalg.svd(terms, full_matrices=False)
    return u[:, size > size[0] * EXACT]


def _without(basis: np.ndarray, values: np.ndarray) -> np.ndarray:
    return values - basis @ (basis.T @ values)


def _cleaned(values: np.ndarray, design: _Design, is_amount: bool) -> _Cleaned:
    """METHODS B, steps 1 to 3, for one series over its span."""
    gaps = np.flatnonzero(~np.isfinite(values))
    is_log = is_amount and bool(np.all(np.delete(values, gaps) > 0))
    y = np.log(values) if is_log else values
    # Divided by a power of two nothing rounds, and no square overflows.
    exponent = int(np.frexp(np.nanmax(np.abs(y)))[1]) - 1
    y = np.ldexp(y, -exponent)
    filled = int(gaps[0]) if len(gaps) == 1 else None
    if filled is not None:  # never the first or the last week: a span begins and ends with a value
        y[filled] = (y[filled - 1] + y[filled + 1]) / 2
    nothing = _Cleaned(y, np.full(len(y), np.nan), True, 0, is_log, math.ldexp(1.0, exponent), filled)
    if len(gaps) > 1:
        return nothing
    surprises, order = _surprises(y, design)
    if surprises is None:
        return nothing
    return _Cleaned(y, surprises, False, order, is_log, nothing.unit, filled)


def _surprises(y: np.ndarray, design: _Design) -> tuple[np.ndarray | None, int]:
    """What neither the terms nor the past explain, nan in the first weeks, and the order of the past; None for nothing."""
    dust = EXACT * np.abs(y).max()
    rest = _without(design.basis, y)
    if np.abs(rest).max() <= dust:
        return None, 0
    order = _order(rest)
    left = _unexplained(_past(rest, order), rest[order:])
    middle = np.median(left)
    reach = REACH * np.median(np.abs(left - middle))
    if reach > dust:  # where most weeks are alike there is no measure of what is far out
        left = np.clip(left, middle - reach, middle + reach)
    left = _without(design.bases[order], left)
    if np.abs(left).max() <= dust:
        return None, order
    return np.concatenate([np.full(order, np.nan), left]), order


def _order(rest: np.ndarray) -> int:
    """How many weeks of its own past explain a series best, 1 to 6, by AIC on the same weeks for each."""
    past, now = _past(rest, MOST_CARRY_OVER), rest[MOST_CARRY_OVER:]
    with np.errstate(divide="ignore"):
        found = [
            len(now) * np.log(np.sum(_unexplained(past[:, :p], now) ** 2)) + 2 * p
            for p in range(1, MOST_CARRY_OVER + 1)
        ]
    return int(np.argmin(found)) + 1


def _past(rest: np.ndarray, order: int) -> np.ndarray:
    """The values one, two, ... weeks before each week from `order` on."""
    return np.column_stack([rest[order - k : len(rest) - k] for k in range(1, order + 1)])


def _unexplained(columns: np.ndarray, now: np.ndarray) -> np.ndarray:
    return now - columns @ np.linalg.lstsq(columns, now, rcond=None)[0]


# --- one direction ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Scan:
    """Every lag and window of one direction: the products of lead and lag over their size, and z.

    One column each: lags 1, 2, ... of the first window, then of the second. z is nan where too few weeks bear on one.
    """

    products: np.ndarray
    z: np.ndarray
    lags: int

    @property
    def best(self) -> int | None:
        return None if np.all(np.isnan(self.z)) else int(np.nanargmax(np.abs(self.z)))

    def lag_and_window(self, column: int) -> tuple[int, int]:
        return column % self.lags + 1, WINDOWS[column // self.lags]


def _averaged(u: np.ndarray, window: int) -> np.ndarray:
    """The mean of each week and those before it in the window; nan where one of them is missing."""
    found = np.full(len(u), np.nan)
    found[window - 1 :] = sum(u[window - 1 - back : len(u) - back] for back in range(window)) / window
    return found


def _later(values: np.ndarray, lags: int) -> np.ndarray:
    """The values 1, 2, ..., `lags` weeks before each week, one column each; nan before the first."""
    padded = np.concatenate([np.full(lags, np.nan), values])
    return np.column_stack([padded[lags - k : len(padded) - k] for k in range(1, lags + 1)])


def _scan(u: np.ndarray, v: np.ndarray, *, lags: int, spent: int) -> _Scan:
    """METHODS B, step 4: z = Σcv / √Σc²v² · √((m − spent) / m) for each lag and window, m weeks used.

    spent: columns of the design and weeks of the lag's own past. What was fitted makes v too small, and so z too large;
    the last factor takes that back. The products have the signs drawn for them without it: a random sign undoes the
    fit. (With the factor on both sides it cancels, and 9 % of unrelated series have p ≤ .05 instead of 4 %.)
    """
    moves = np.concatenate([_later(_averaged(u, window), lags) for window in WINDOWS], axis=1)
    used = np.isfinite(moves) & np.isfinite(v)[:, None]
    m = used.sum(axis=0)
    moves = np.where(used, moves, 0.0)
    moves = np.where(used, moves - moves.sum(axis=0) / np.maximum(m, 1), 0.0)
    products = moves * np.where(np.isfinite(v), v, 0.0)[:, None]
    size = np.sqrt(np.sum(products**2, axis=0))
    is_usable = (m >= FEWEST_USED) & (size > 0)
    products = products / np.where(is_usable, size, np.inf)
    shrunk = np.sqrt(np.maximum(m - spent, 0) / np.maximum(m, 1))
    z = np.where(is_usable, products.sum(axis=0) * shrunk, np.nan)
    return _Scan(products, z, lags)


def _signs(seed: str, weeks: int) -> Iterable[np.ndarray]:
    """The random signs of a pair, one row a flip: first 1999 of them, then those up to 4999.

    The seed is made of the names and the raw stream of the generator is used, which numpy keeps from version to version;
    so a pair has the same signs on every machine, and whatever is tested beside it.
    """
    digest = hashlib.sha256(seed.encode()).digest()
    stream = np.random.PCG64(int.from_bytes(digest[:16], "little"))
    for rows in (FLIPS, MORE_FLIPS - FLIPS):
        raw = stream.random_raw(rows * weeks // 64 + 1).astype("<u8")
        bits = np.unpackbits(raw.view(np.uint8), count=rows * weeks)
        yield bits.reshape(rows, weeks) * 2.0 - 1.0


def _chance(scan: _Scan, seed: str) -> float:
    """METHODS B, step 5: how often random signs give a |z| as large anywhere; nan where nothing could be tried."""
    if scan.best is None:
        return math.nan
    products = scan.products[:, np.isfinite(scan.z)]
    # A flip that changes nothing gives the same z but for rounding, which is not the same on every machine.
    least = abs(float(scan.z[scan.best])) * (1 - EXACT)
    as_large, tried = 0, 0
    for signs in _signs(seed, len(products)):
        flipped = signs @ products
        as_large += int(np.sum(np.maximum(flipped.max(axis=1), -flipped.min(axis=1)) >= least))
        tried += len(signs)
        p = (1 + as_large) / (tried + 1)
        if p >= DOUBT:
            break
    return p


def _effect(lead: _Cleaned, lag: _Cleaned, design: _Design, shape: tuple[int, int]) -> tuple[float, np.ndarray]:
    """One standard deviation of the lead's surprises, and what followed it in the lag's: the estimate, low, high; scaled.

    shape: the lag and the window. Least squares of the lag's surprises on the lead's and the terms, so that what the
    terms took from the lag is not missed in it (Frisch and Waugh, 1933, Econometrica 1); the error is White's (1980),
    Econometrica 48, widened for what was fitted.
    """
    ahead, window = shape
    averaged = _averaged(lead.surprises, window)
    terms = design.basis.shape[1]
    seen = np.isfinite(averaged)
    move = math.sqrt(float(np.sum(averaged[seen] ** 2)) / (seen.sum() - terms - lead.order))
    c = np.concatenate([np.full(ahead, np.nan), averaged[:-ahead]])
    used = np.isfinite(c) & np.isfinite(lag.surprises)
    basis = _basis(design.terms[used])
    c, v = (_without(basis, each[used]) for each in (c / move, lag.surprises))
    size = float(np.sum(c**2))
    slope = float(np.sum(c * v)) / size
    m = len(c)
    error = math.sqrt(float(np.sum((c * (v - slope * c)) ** 2)) * m / (m - terms - lag.order - 1)) / size
    return move, np.array([slope, slope - INTERVAL * error, slope + INTERVAL * error])


# --- a family ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Tested:
    """A pair that could be tested: both series over their span, the scan from lead to lag, and p of both directions."""

    lead: _Cleaned
    lag: _Cleaned
    design: _Design
    scan: _Scan
    best: int
    p: float
    reverse_p: float


def _family(history: _History, pairs: Sequence[tuple[str, str]], *, is_declared: bool) -> list[Link]:
    """METHODS B, steps 6 to 8, for the pairs of one family."""
    lags = DECLARED_LAGS if is_declared else LAGS
    tested: dict[tuple[str, str], _Tested] = {}
    found: list[Link] = []
    reasons = {pair: history.refusal(*pair) for pair in pairs}
    for pair in pairs:
        if not reasons[pair]:
            tested[pair] = _tested(history, *pair, lags)
    q = dict(zip(tested, adjusted([each.p for each in tested.values()]), strict=True))
    reverse_q = dict(zip(tested, adjusted([each.reverse_p for each in tested.values()]), strict=True))
    passed = sum(each <= FALSE_SHARE for each in q.values())
    for lead, lag in pairs:
        start, stop = history.span(lead, lag)
        link = Link(lead, lag, is_declared, stop - start, TOO_LITTLE, reasons[lead, lag])
        if (lead, lag) in tested:
            # The p a pair had to reach, the others being what they are: its rank of the family's tenth.
            rank = passed if q[lead, lag] <= FALSE_SHARE else passed + 1
            level = FALSE_SHARE * rank / len(tested)
            link = _judged(link, tested[lead, lag], q[lead, lag], reverse_q[lead, lag], level)
        found.append(link)
    return found


def _tested(history: _History, lead: str, lag: str, lags: int) -> _Tested:
    start, stop = history.span(lead, lag)
    design = history.design(start, stop)
    x, y = history.cleaned(lead, start, stop), history.cleaned(lag, start, stop)
    terms = design.basis.shape[1]
    scan = _scan(x.surprises, y.surprises, lags=lags, spent=terms + y.order)
    back = _scan(y.surprises, x.surprises, lags=lags, spent=terms + x.order)
    best = scan.best
    assert best is not None  # from 104 weeks on there are enough for every lag
    return _Tested(x, y, design, scan, best, _chance(scan, f"{lead}\n{lag}"), _chance(back, f"{lag}\n{lead}"))


def _judged(link: Link, tested: _Tested, q: float, reverse_q: float, level: float) -> Link:
    scan, best = tested.scan, tested.best
    lag_weeks, window = scan.lag_and_window(best)
    by_window, z = scan.z.reshape(len(WINDOWS), scan.lags), float(scan.z[best])
    with np.errstate(over="ignore"):
        move, followed = _effect(tested.lead, tested.lag, tested.design, (lag_weeks, window))
        usual_move = _own_unit(tested.lead, move).item()
        effect, low, high = _own_unit(tested.lag, followed).tolist()
    passes = q <= FALSE_SHARE
    errors = None
    if passes and link.declared:
        errors = _forecast_errors(tested.lead, tested.lag, tested.design, lags=scan.lags)
    detectable = detectable_r2(link.n, lags=scan.lags, level=level)
    status, reason = _verdict(link, passes, tested.p, detectable, errors)
    return replace(
        link,
        status=status,
        reason=reason,
        p=tested.p,
        q=q,
        lag_weeks=lag_weeks,
        lag_set=lag_set(by_window[WINDOWS.index(window)]),
        window=window,
        z=z,
        sign=1 if z > 0 else -1,
        reverse_p=tested.reverse_p,
        reverse_q=reverse_q,
        passes=passes,
        moves_together=passes and reverse_q <= FALSE_SHARE,
        detectable_r2=detectable,
        usual_move=usual_move,
        effect=effect,
        effect_low=low,
        effect_high=high,
        is_lead_log=tested.lead.is_log,
        is_lag_log=tested.lag.is_log,
        z_by_lag=tuple(tuple(row) for row in by_window.tolist()),
        mae_with=errors and errors[0],
        mae_without=errors and errors[1],
    )


def _own_unit(series: _Cleaned, scaled: ArrayLike) -> np.ndarray:
    """Differences of a scaled series in its own unit; as fractions where it was taken in logarithms."""
    found = np.asarray(scaled) * series.unit
    return np.expm1(found) if series.is_log else found


def _verdict(
    link: Link, passes: bool, p: float, detectable: float, errors: tuple[float, float] | None
) -> tuple[str, str]:
    """METHODS B, step 8: the status and why, in words."""
    chance = "p below .001" if p < 0.001 else f"p = {p:.3f}".replace("0.", ".")
    if not passes:
        shown = (
            f"Over {link.n} weeks it would probably have shown if it explained {detectable:.0%} of the surprises or more."
            if math.isfinite(detectable)
            else f"{link.n} weeks are too few to show any but a perfect one."
        )
        return NO_EVIDENCE, f"Nothing beyond what chance gives ({chance}). {shown}"
    if not link.declared:
        return SUGGESTIVE, (
            f"More than chance gives ({chance}), but found by looking: declare it, and new weeks can tell."
        )
    if errors is not None and errors[0] < errors[1]:
        return CONFIRMED, (
            f"Declared beforehand, more than chance gives ({chance}), and forecasts of the last {HELD_BACK} weeks were "
            f"{1 - errors[0] / errors[1]:.0%} closer with it."
        )
    return NO_EVIDENCE, (
        f"More than chance gives ({chance}), but forecasts of the last {HELD_BACK} weeks were no closer with it."
    )


# --- what was asked ---------------------------------------------------------------------------------------------------


def _numbers(values: ArrayLike) -> np.ndarray:
    """A flat array of floats of its own, nan for what is not finite."""
    found = np.array(values, dtype=float).ravel()
    found[~np.isfinite(found)] = np.nan
    return found


def _check(values: Mapping[str, np.ndarray], weeks: Sequence[date]) -> None:
    for place, (before, after) in enumerate(pairwise(weeks), start=1):
        if after - before != WEEK:
            raise QuestionError(
                f"weeks: found {after} after {before} at place {place}; expected the first days of consecutive weeks. "
                "Pass every week, with nan where there is no value."
            )
    for id, each in values.items():
        if len(each) != len(weeks):
            raise QuestionError(
                f"series {id!r}: found {len(each)} values for {len(weeks)} weeks; expected one each. Pass both together."
            )


def _check_pair(pair: tuple[str, str], values: Mapping[str, np.ndarray]) -> None:
    lead, lag = pair
    if lead == lag:
        raise _itself(lead)
    for id in pair:
        if id not in values:
            raise QuestionError(
                f"pair {lead!r}, {lag!r}: found no series {id!r}; expected one of {', '.join(values) or 'none'}. "
                "Correct the name."
            )


def _itself(id: str) -> QuestionError:
    return QuestionError(f"pair: found {id!r} on both sides; expected two different numbers. Choose another one.")


# --- the forecast -----------------------------------------------------------------------------------------------------


def _forecast_errors(lead: _Cleaned, lag: _Cleaned, design: _Design, *, lags: int) -> tuple[float, float] | None:
    """The mean absolute error of forecasts of the last 26 weeks, with the lead and without; None if there are none.

    The lag, its window and the order of the past are settled on the weeks before. Then each of the 26 weeks is an origin
    in turn: everything is fitted anew on the weeks before it, and as many weeks as the lag are forecast, for which the
    lead is already known. Both forecasts have the same terms, the same order and the same weeks to learn from.
    """
    x, y = lead.values, lag.values
    n = len(y)
    before = _Design(design.terms[: n - HELD_BACK])
    (u, _), (v, order) = (_surprises(values[: n - HELD_BACK], before) for values in (x, y))
    if u is None or v is None:
        return None
    scan = _scan(u, v, lags=lags, spent=before.basis.shape[1] + order)
    if scan.best is None:
        return None
    ahead, window = scan.lag_and_window(scan.best)
    errors: list[tuple[float, float]] = []
    for origin in range(n - HELD_BACK, n):
        past = _Design(design.terms[:origin])
        u, _ = _surprises(x[:origin], past)
        if u is None:
            return None
        weights = np.linalg.lstsq(past.terms, y[:origin], rcond=None)[0]
        rest = y - design.terms @ weights
        moved = np.full(n + ahead, np.nan)
        moved[ahead : origin + ahead] = _averaged(u, window)
        own, known = _past(rest[:origin], order), moved[order:origin]
        learnt = np.isfinite(known)
        columns, now = np.column_stack([own, known])[learnt], rest[order:origin][learnt]
        shorter = np.linalg.lstsq(columns[:, :order], now, rcond=None)[0]
        until = min(origin + ahead, n)
        paths = []
        for fitted in (np.linalg.lstsq(columns, now, rcond=None)[0], np.append(shorter, 0.0)):
            path = rest[:origin].tolist()
            for t in range(origin, until):
                path.append(float(np.dot(fitted[:order], path[: -order - 1 : -1]) + fitted[order] * moved[t]))
            paths.append(path[origin:])
        errors += [
            (abs(rest[origin + h] - one), abs(rest[origin + h] - other))
            for h, (one, other) in enumerate(zip(*paths, strict=True))
            if origin + h != lag.filled
        ]
    with_lead, without = np.mean(errors, axis=0).tolist()
    return with_lead * lag.unit, without * lag.unit
