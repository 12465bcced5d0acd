"""How likely a lost customer is to come back, and what that is worth: what is published, then the company's own campaigns.

PUBLISHED   of lost customers 20 to 40 % can be won back, of prospects 5 to 20 %; a current customer buys again 60 to 70 %
Belief      a mixture of beta distributions; learn() from a campaign, between() its points
hold_out    who is not contacted, drawn by chance, so that the campaign can be judged
difference  contacted against held out, with its interval
worth       what contacting these customers brings, as a range
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keel import intervals
from keel.errors import QuestionError

LOW, HIGH = 0.05, 0.95  # the ends of every range: nine in ten
DRAWS = 20_000
FITS_FROM = 0.5  # below it the published range does not fit this company's own results (METHODS F)


@dataclass(frozen=True)
class Beta:
    """A beta distribution: weight in the mixture, a and b (one more than wins and losses seen)."""

    weight: float
    a: float
    b: float


@dataclass(frozen=True)
class Belief:
    """What is believed of a share: beta distributions, the first of them the published range, and their weights (sum 1)."""

    parts: tuple[Beta, ...]

    def learn(self, won: int, tried: int) -> "Belief":
        """The belief after `won` of `tried`: each part updated, weighed by how likely it made the result. Raises QuestionError."""
        from scipy.special import betaln

        if not 0 <= won <= tried:
            raise QuestionError(f"won back {won} of {tried}: 0 to {tried} was expected.")
        logs = np.array([
            np.log(part.weight) + betaln(part.a + won, part.b + tried - won) - betaln(part.a, part.b) for part in self.parts
        ])  # fmt: skip
        weights = np.exp(logs - logs.max())
        weights /= weights.sum()
        return Belief(
            tuple(
                Beta(float(weight), part.a + won, part.b + tried - won)
                for weight, part in zip(weights, self.parts, strict=True)
            )
        )

    @property
    def mean(self) -> float:
        """The share expected."""
        return sum(part.weight * part.a / (part.a + part.b) for part in self.parts)

    @property
    def fits(self) -> bool:
        """Whether the published range still carries half of the weight."""
        return self.parts[0].weight >= FITS_FROM

    def between(self, low: float = LOW, high: float = HIGH) -> tuple[float, float]:
        """The points below which the share lies with these probabilities."""
        return self._point(low), self._point(high)

    def draws(self, count: int, random: np.random.Generator) -> np.ndarray:
        """So many shares drawn from the belief."""
        which = random.choice(len(self.parts), count, p=[part.weight for part in self.parts])
        a, b = np.array([part.a for part in self.parts]), np.array([part.b for part in self.parts])
        return random.beta(a[which], b[which])

    def _point(self, probability: float) -> float:
        from scipy.optimize import brentq
        from scipy.special import betainc

        def over(x: float) -> float:
            return float(sum(part.weight * betainc(part.a, part.b, x) for part in self.parts)) - probability

        return float(brentq(over, 0.0, 1.0, xtol=1e-10))


# METHODS F. The 5 and 95 % points of each first part are the published range; of lost customers a fifth of the weight says
# that this company may be anywhere.
PUBLISHED = {
    "lost": Belief((Beta(0.8, 16.3533, 38.9384), Beta(0.2, 1.0, 1.0))),
    "current": Belief((Beta(1.0, 159.4377, 85.5869),)),
    "prospect": Belief((Beta(1.0, 5.4257, 41.4890),)),
}
RANGES = {"lost": (0.20, 0.40), "current": (0.60, 0.70), "prospect": (0.05, 0.20)}


def hold_out(customers: Sequence[str], *, share: float, seed: int) -> frozenset[str]:
    """The customers who are not contacted: a share of them (at least one where there are two), drawn by chance.

    The same seed and customers, in whatever order, give the same draw. Raises QuestionError for a share outside 0 to 0.9, or one
    that leaves nobody to compare with.
    """
    if not 0 <= share <= 0.9:
        raise QuestionError(f"hold-out: found {share:.0%}; 0 to 90 % was expected.")
    known = sorted(set(customers))
    count = round(share * len(known))
    if share and len(known) > 1:
        count = min(max(count, 1), len(known) - 1)
    chosen = np.random.default_rng(seed).choice(len(known), count, replace=False) if count else np.array([], dtype=int)
    return frozenset(known[place] for place in chosen)


def difference(won: int, tried: int, won_otherwise: int, held_out: int) -> tuple[float, float, float]:
    """The share won of the contacted less that of the held out, and its 95 % interval (Newcombe's, from two Wilson ones).

    nan where one of the two is empty.
    """
    if not tried or not held_out:
        return float("nan"), float("nan"), float("nan")
    p, q = won / tried, won_otherwise / held_out
    (p_low, p_high), (q_low, q_high) = intervals.wilson(won, tried), intervals.wilson(won_otherwise, held_out)
    gap = p - q
    return gap, gap - float(np.hypot(p - p_low, q_high - q)), gap + float(np.hypot(p_high - p, q - q_low))


def worth(
    belief: Belief, worths: Sequence[float], *, years: float = 1.0, seed: int = 0, draws: int = DRAWS
) -> tuple[float, float]:
    """The 5 and 95 % points of what contacting these customers brings: who of them comes back × what each is worth a year × years.

    The share is drawn from the belief, then how many come back by that share. Of many customers alike in size, the sum is drawn
    as normal, customer by customer where they are few. No customers: (0, 0).
    """
    found = np.nan_to_num(np.asarray(worths, dtype=float))
    if not len(found):
        return 0.0, 0.0
    random = np.random.default_rng(seed)
    shares = belief.draws(draws, random)
    if len(found) <= 200:
        back = random.random((draws, len(found))) < shares[:, None]
        brought = back @ found
    else:
        spread = np.sqrt(shares * (1 - shares) * float(found @ found))
        brought = shares * found.sum() + spread * random.standard_normal(draws)
    low, high = np.quantile(brought, [LOW, HIGH]) * years
    return float(low), float(high)


def one_try(
    belief: Belief, *, mean: float, spread: float, customers: int, years: float = 1.0, seed: int = 0
) -> tuple[float, float]:
    """The 5 and 95 % points of what one try is worth on average: the odds × what one such customer brings in a year × years.

    mean, spread: of what `customers` of that kind bring a year; how well their mean is known goes into the range.
    """
    if not customers:
        return float("nan"), float("nan")
    random = np.random.default_rng(seed)
    error = spread / np.sqrt(customers) if customers > 1 else abs(mean)
    brought = belief.draws(DRAWS, random) * (mean + error * random.standard_normal(DRAWS))
    low, high = np.quantile(brought, [LOW, HIGH]) * years
    return float(low), float(high)


@dataclass(frozen=True)
class Reason:
    """Why some customers left: how many, what they were worth a year, the running share of all that is known (None: worth nothing)."""

    words: str
    customers: int
    worth: float
    running: float | None


def by_reason(reasons: Sequence[str], worths: Sequence[float]) -> list[Reason]:
    """The reasons that customers left for, the one that cost most first; ties by their words."""
    found: dict[str, list[float]] = {}
    for words, value in zip(reasons, worths, strict=True):
        found.setdefault(words, []).append(value)
    order = sorted(found, key=lambda words: (-sum(found[words]), words))
    whole = sum(max(sum(values), 0.0) for values in found.values())
    running, rows = 0.0, []
    for words in order:
        running += max(sum(found[words]), 0.0)
        rows.append(Reason(words, len(found[words]), sum(found[words]), running / whole if whole else None))
    return rows
