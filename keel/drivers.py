"""Which drivers of engagement move with an outcome, and how surely: Johnson's relative weights, from sums alone. Pure.

Drivers move together: who trusts the leadership is proud, too. A relative weight is a driver's fair share of what all of
them together account for in the outcome (R²), with what they have in common split between them. A share is never nought,
so each is held against a random number put among the drivers, and against what it says once the others are known: the
coefficient of a regression on all of them at once, in standard deviations. What passes both is a "driver", all else
"moves with the rest". It says what moves together, and never what makes what move.

Nobody's answers come in here, only means and cross products of many (METHODS D7). So the bootstrap is parametric: tables
of the same size are drawn as they would come by chance around the correlations that were found (a Wishart draw), which takes the
answers for roughly normal; tests/test_drivers.py holds it to answers on scales of five and eleven points.

Source: METHODS E; Johnson (2000), Multivariate Behavioral Research 35, for the weights; Tonidandel, LeBreton and Johnson (2009),
Psychological Methods 14, for the random probe; Odell and Feiveson (1966), JASA 61, for the draws.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv, ndtri

DRIVER, WITH_THE_REST = "driver", "moves with the rest"
FEWEST, FEWEST_PER_ITEM = 80, 10  # METHODS E: people who answered everything, and so many for each driver
DRAWS = 2000
ENDS = (2.5, 97.5)  # percent: of an interval that holds 95 %
PROBE = 95  # percent: what a random number's weight stays below
EXACT = 1e-9  # of a variance: what is left below it is rounding


@dataclass(frozen=True)
class Moments:
    """What is known of the answers: `covariance` of the drivers, in the order of `items`, and last of the outcome.

    people: on whom the ranges stand; answers: complete ones, each person's of every month, so at least as many.
    """

    items: tuple[str, ...]
    covariance: np.ndarray
    people: int
    answers: int


@dataclass(frozen=True)
class Driver:
    """One driver: `share` of what all together account for (they add up to 1) with its 95 % interval low to high.

    coefficient: by how many standard deviations the outcome differs where this driver does by one and the others do not;
    with its 95 % interval. verdict: "driver" or "moves with the rest".
    """

    name: str
    share: float
    low: float
    high: float
    coefficient: float
    coefficient_low: float
    coefficient_high: float
    verdict: str


@dataclass(frozen=True)
class Drivers:
    """The drivers, the largest share first; r2: the share of the outcome's variance that all of them account for together.

    probe: the share that a random number's stays below nineteen times in twenty. reason: why nothing is ranked, else "".
    """

    found: tuple[Driver, ...]
    r2: float
    people: int
    answers: int
    probe: float = np.nan
    reason: str = ""


def fewest(items: int) -> int:
    """How many people must have answered everything before so many drivers are ranked."""
    return max(FEWEST, FEWEST_PER_ITEM * items)


def pooled(
    parts: Sequence[tuple[int, np.ndarray, np.ndarray]], items: tuple[str, ...], groups: np.ndarray | None = None
) -> Moments:
    """The moments of several waves together, each around its own means: what drifts from wave to wave is no correlation.

    parts: people, sums (one a column) and cross products (columns x columns) of each wave. groups: items (the outcome last) x
    columns, the weights with which columns make up an item; None where each is one. The same people answer wave after wave, so the
    ranges stand on the people of the largest wave and not on all answers.
    """
    within = [products - np.outer(sums, sums) / people for people, sums, products in parts]
    answers = sum(people for people, _, _ in parts)
    covariance = np.sum(within, axis=0) / (answers - len(parts))
    if groups is not None:
        covariance = groups @ covariance @ groups.T
    return Moments(items, covariance, max(people for people, _, _ in parts), answers)


def relative_weights(correlation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Raw weights, which add up to R², and standardised coefficients; last axes: the drivers, and last the outcome.

    Johnson (2000): the drivers' nearest uncorrelated stand-ins Z = X R^-1/2; the outcome's regression on Z, squared, shared out by
    the squared correlations of each driver with each Z.
    """
    values, vectors = np.linalg.eigh(correlation[..., :-1, :-1])
    with_outcome = correlation[..., :-1, -1]
    root = np.sqrt(values)[..., None, :]
    along = np.einsum("...ji,...j->...i", vectors, with_outcome)  # of the outcome with each axis, times its root
    of_stand_ins = np.einsum("...ij,...j->...i", vectors, along / root[..., 0, :])
    loadings = np.einsum("...ij,...kj->...ik", vectors * root, vectors)
    coefficients = np.einsum("...ij,...j->...i", vectors, along / values)
    return np.einsum("...ik,...k->...i", loadings**2, of_stand_ins**2), coefficients


def rank(moments: Moments, *, seed: Sequence[str]) -> Drivers:
    """The drivers of one outcome ranked, or why they are not. The same moments and seed give the same, on every machine."""
    nothing = why_not(moments)
    if nothing:
        return Drivers((), np.nan, moments.people, moments.answers, reason=nothing)
    spread = np.sqrt(np.diag(moments.covariance))
    correlation = moments.covariance / np.outer(spread, spread)
    raw, coefficients = relative_weights(correlation)
    drawn = _tables(correlation, moments.people - 1, seed)
    drawn_raw, drawn_coefficients = relative_weights(np.delete(np.delete(drawn, -2, axis=1), -2, axis=2))
    with_probe, _ = relative_weights(drawn)
    probe = float(np.percentile(with_probe[:, -1], PROBE))
    low, high = np.percentile(drawn_raw / drawn_raw.sum(axis=1, keepdims=True), ENDS, axis=0)
    coefficient_low, coefficient_high = np.percentile(drawn_coefficients, ENDS, axis=0)
    is_driver = (raw > probe) & ((coefficient_low > 0) | (coefficient_high < 0))
    r2 = float(raw.sum())
    found = [
        Driver(
            name, float(raw[at] / r2), float(low[at]), float(high[at]), float(coefficients[at]), float(coefficient_low[at]),
            float(coefficient_high[at]), DRIVER if is_driver[at] else WITH_THE_REST,
        )
        for at, name in enumerate(moments.items)
    ]  # fmt: skip
    found.sort(key=lambda one: (-one.share, one.name))
    return Drivers(tuple(found), r2, moments.people, moments.answers, probe / r2)


def why_not(moments: Moments) -> str:
    """Why nothing can be ranked, as a sentence; empty where it can."""
    items, least = moments.items, fewest(len(moments.items))
    if len(items) < 2:
        return "There is one driver only, and nothing to rank it against."
    if moments.people < least:
        return (
            f"{moments.people} people answered every question in the month in which most did; it takes {least} in one month "
            f"to tell {len(items)} drivers from chance."
        )
    variance = np.diag(moments.covariance)
    if variance[-1] <= EXACT:
        return "Everybody gave the same answer to the question they are held against."
    still = [name for name, of in zip(items, variance, strict=False) if of <= EXACT]
    if still:
        return f"Everybody answered alike on {_listed(still)}, so nothing can move with it."
    spread = np.sqrt(variance)
    correlation = moments.covariance / np.outer(spread, spread)
    values, vectors = np.linalg.eigh(correlation[:-1, :-1])
    if values[0] <= EXACT * len(items):
        same = [name for name, weight in zip(items, vectors[:, 0], strict=True) if abs(weight) > 1e-6]
        return f"{_listed(same)} say the same in every answer, so they cannot be told apart."
    if not relative_weights(correlation)[0].sum() > EXACT:
        return "The drivers do not move with it at all."
    return ""


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _tables(correlation: np.ndarray, degrees: int, seed: Sequence[str]) -> np.ndarray:
    """Correlation tables as chance would give them: draws x (drivers, then a random probe, then the outcome) squared.

    The probe stands before the outcome, correlated with nothing. Bartlett's decomposition: a draw is L A A' L', with L the root
    of the table, chis on the diagonal of A and normals below it. The raw stream of the generator is used, which numpy keeps
    from version to version.
    """
    size = len(correlation) + 1
    table = np.eye(size)
    others = [*range(size - 2), size - 1]
    table[np.ix_(others, others)] = correlation
    values, vectors = np.linalg.eigh(table)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    uniform = _uniform(seed, DRAWS * size * (size + 1) // 2).reshape(DRAWS, -1)
    factors = np.zeros((DRAWS, size, size))
    factors[:, range(size), range(size)] = np.sqrt(2 * gammaincinv((degrees - np.arange(size)) / 2, uniform[:, :size]))
    rows, columns = np.tril_indices(size, -1)
    factors[:, rows, columns] = ndtri(uniform[:, size:])
    halves = root @ factors
    drawn = halves @ halves.swapaxes(1, 2)
    spread = np.sqrt(np.einsum("...ii->...i", drawn))
    return np.asarray(drawn / (spread[:, :, None] * spread[:, None, :]))


def _uniform(seed: Sequence[str], count: int) -> np.ndarray:
    """Numbers above 0 and below 1, made of the names."""
    digest = hashlib.sha256("\0".join(seed).encode()).digest()
    raw = np.random.PCG64(int.from_bytes(digest[:16], "little")).random_raw(count)
    return ((raw >> np.uint64(11)).astype(float) + 0.5) * 2.0**-53
