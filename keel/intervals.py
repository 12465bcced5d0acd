"""95 % intervals: how far a number could be from what it says, by chance alone.

Every function works on scalars and on arrays alike (broadcast, as numpy does) and gives numpy floats of that
shape. Nothing counted is nan; nan stays nan. Counts that contradict each other raise ValueError.
Worked numbers: METHODS A and E.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

Z = 1.959963984540054  # the normal's 97.5 % point: 2.5 % left out on either side
TAIL = 0.025


def wilson(k: ArrayLike, n: ArrayLike) -> tuple[Any, Any]:
    """(low, high) of the share k / n, as fractions.

    Wilson (1927), J. Am. Stat. Assoc. 22: all or none of n still gets an interval of some width.
    """
    k, n = _numbers(k, n)
    _refuse("k of n", (k < 0) | (k > n), k, n)
    with np.errstate(all="ignore"):
        share = k / _or_nan(n)
        centre = share + Z**2 / (2 * n)
        half = Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
        scale = 1 + Z**2 / n
        # At 0 and n the ends are exactly 0 and 1; floating point would miss by 1e-17 and print "-0.0 %".
        low = np.where(k == 0, share, (centre - half) / scale)
        high = np.where(k == n, share, (centre + half) / scale)
    return np.clip(low, 0, 1)[()], np.clip(high, 0, 1)[()]


def nps(promoters: ArrayLike, passives: ArrayLike, detractors: ArrayLike) -> tuple[Any, Any, Any]:
    """(score, low, high) of the Net Promoter Score, -100 to 100, from the three counts.

    Adjusted Wald of METHODS A: three answers are added, a quarter each to promoters and detractors, half to
    passives. The interval is around the adjusted score, so the score itself is not its middle; of one answer alone it is widened to hold it.
    """
    p, q, d = _numbers(promoters, passives, detractors)
    _refuse("promoters, passives, detractors", (p < 0) | (q < 0) | (d < 0), p, q, d)
    n = _or_nan(p + q + d)
    p_adj, d_adj = (p + 0.75) / (n + 3), (d + 0.75) / (n + 3)
    centre = p_adj - d_adj
    half = Z * np.sqrt((p_adj + d_adj - centre**2) / (n + 3))
    score = 100 * (p - d) / n
    low, high = (np.clip(100 * (centre + side * half), -100, 100) for side in (-1, 1))
    return score[()], np.minimum(low, score)[()], np.maximum(high, score)[()]


def poisson_rate(events: ArrayLike, exposure: ArrayLike) -> tuple[Any, Any, Any]:
    """(rate, low, high) of events per unit of exposure (leavers per person-year, say); exact.

    Years of exposure are days / 365.25, as in METHODS E.

    Garwood (1936), Biometrika 28. METHODS E has it in χ²; χ²(p; 2L) / 2 is the Gamma(L) quantile, which
    scipy.special gives without loading scipy.stats.
    """
    from scipy.special import gammaincinv

    events, exposure = _numbers(events, exposure)
    _refuse("events, exposure", (events < 0) | (exposure < 0), events, exposure)
    exposure = _or_nan(exposure)
    # No event: the lower end is 0, which the Gamma(0) quantile does not say.
    low = np.where(events == 0, 0.0, gammaincinv(np.where(events == 0, 1.0, events), TAIL))
    high = gammaincinv(events + 1, 1 - TAIL)
    return (events / exposure)[()], (low / exposure)[()], (high / exposure)[()]


def mean(
    total: ArrayLike,
    total_of_squares: ArrayLike,
    n: ArrayLike,
    *,
    step: float = 1.0,
    scale: tuple[float, float] | None = None,
) -> tuple[Any, Any, Any]:
    """(mean, low, high) from sums alone: Student's t; fewer than two answers have no interval.

    `step` is the distance between neighbouring answers. Someone who ticks 5 means anything from 4.5 to 5.5,
    so the standard deviation is never taken below that of rounding, step / √12: when all answers are alike
    the interval still has width. `scale` is the lowest and highest answer, where the interval stops.
    """
    from scipy.special import stdtrit

    total, squares, n = _numbers(total, total_of_squares, n)
    _refuse("n", n < 0, n)
    average = total / _or_nan(n)
    degrees = np.where(n >= 2, n - 1, np.nan)
    variance = np.maximum((squares - total * average) / degrees, step**2 / 12)  # rounding is uniform
    half = stdtrit(degrees, 1 - TAIL) * np.sqrt(variance / _or_nan(n))
    low, high = average - half, average + half
    if scale is not None:
        low, high = np.clip(low, *scale), np.clip(high, *scale)
    return average[()], low[()], high[()]


def of_sums(
    kind: str, bounds: tuple[float, float] | None, value: np.ndarray, num: np.ndarray, den: np.ndarray,
    people: np.ndarray, squares: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """(low, high) of the kind the catalogue names (wilson, nps, poisson or mean), from a metric's sums; nan of any other.

    num, den: what the value is made of. squares: the sum of squares; of an NPS, promoters and detractors. bounds: of a mean,
    the lowest and highest answer.
    """
    if kind == "wilson":
        # Answers of one person hang together, so it is people that count, not answers.
        n = np.where(np.isnan(people) | (people > den), den, people)
        return wilson(np.clip(value, 0, 1) * n, n)
    if kind == "nps":
        return nps((squares + num) / 2, den - squares, (squares - num) / 2)[1:]
    if kind == "poisson":
        return poisson_rate(num, den)[1:]
    if kind == "mean":
        return mean(num, squares, den, scale=bounds)[1:]
    return np.full(len(value), np.nan), np.full(len(value), np.nan)


def _numbers(*values: ArrayLike) -> tuple[np.ndarray, ...]:
    return tuple(np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in values)))


def _or_nan(n: np.ndarray) -> np.ndarray:
    """n with nan for 0, so that what is divided by it has no data."""
    return np.where(n == 0, np.nan, n)


def _refuse(what: str, is_wrong: np.ndarray, *values: np.ndarray) -> None:
    if np.any(is_wrong):
        found = ", ".join(f"{value[is_wrong].flat[0]:g}" for value in values)
        raise ValueError(f"{what}: counts must not be negative nor more than there are (got {found})")
