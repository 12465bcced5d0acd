"""Revenue movements: each customer's trailing window against the one before it, for every closing month, in arrays.

Money is in whole ten-thousandths (int64) from end to end, so sums are exact.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LENGTHS = (3, 6, 12)  # months of a window
AT_ONCE = 1 << 18  # customers; what is worked on stays in the processor's caches

# What can have happened, by opening and closing revenue. In the first four there was opening revenue.
LOST, EXPANSION, CONTRACTION, STEADY, NEW, WON_BACK, LESS_BELOW, MORE_BELOW, STILL_BELOW = range(9)
NAMES = (
    "lost", "expansion", "contraction", "steady", "new", "won back", "contraction", "expansion", "steady",
)  # fmt: skip
OPENED = (LOST, EXPANSION, CONTRACTION, STEADY)

Ints = NDArray[np.int64]
Sums = NDArray[np.int64] | NDArray[np.float64]
EXACT = 2.0**52  # whole numbers are added up exactly in floats, which is quicker, while all sums stay below


@dataclass(frozen=True)
class Customers:
    """What customers bought, a column each, in order of their numbers.

    revenue: months x customers; each month's revenue, every month of the data that is whole, in order
    first: in which of these months the first purchase was; negative before them, past the last one after; none: -2**31
    place: which region and segment the customer is in, from 0 on
    """

    revenue: Ints
    first: NDArray[np.int32]
    place: NDArray[np.int32]


@dataclass(frozen=True)
class Moved:
    """What happened in one window to each customer with revenue in it or before: who (a column of Customers), its revenue before
    (opening) and in it (closing), and which of NAMES.
    """

    who: NDArray[np.intp]
    opening: Sums
    closing: Sums
    what: NDArray[np.int8]


def windows(months: int) -> Iterator[tuple[int, int]]:
    """(closing month, length) of every window that has another before it inside so many months."""
    for length in LENGTHS:
        yield from ((month, length) for month in range(2 * length - 1, months))


def moved(customers: Customers, month: int, length: int, running: Sums | None = None) -> Moved:
    """What happened to the customers in the window of so many months that closes with this one.

    running: running_sums of the customers' revenue, where the caller has them
    """
    start, middle, end = month + 1 - 2 * length, month + 1 - length, month + 1
    if running is None:
        opening, closing = customers.revenue[start:middle].sum(axis=0), customers.revenue[middle:end].sum(axis=0)
    else:
        opening, closing = running[middle] - running[start], running[end] - running[middle]
    who = np.flatnonzero((opening != 0) | (closing != 0))
    opening, closing = opening[who], closing[who]
    is_open, is_more, is_less = opening > 0, closing > opening, closing < opening
    what = np.where(is_more, np.int8(EXPANSION), np.where(is_less, np.int8(CONTRACTION), np.int8(STEADY)))
    what[is_open & (closing <= 0)] = LOST
    closed = np.flatnonzero(~is_open)
    came = np.where(customers.first[who[closed]] >= middle, np.int8(NEW), np.int8(WON_BACK))
    below = np.array([STILL_BELOW, MORE_BELOW, LESS_BELOW], np.int8)[is_more[closed] + 2 * is_less[closed]]
    what[closed] = np.where(closing[closed] > 0, came, below)
    return Moved(who, opening, closing, what)


def running_sums(revenue: Ints) -> Ints:
    """months + 1 x customers: revenue of all months before each."""
    sums = np.zeros((revenue.shape[0] + 1, revenue.shape[1]), dtype=np.int64)
    np.cumsum(revenue, axis=0, out=sums[1:])
    return sums


def movements(customers: Customers, places: int, since: int = 0) -> list[dict[str, int]]:
    """One row per closing month (from `since` on) x length x place x what happened: opening, closing, base, base_closing, kept,
    customers; sums in ten-thousandths. Customers without revenue in both windows are in none.
    """
    months, count = customers.revenue.shape
    wanted = [(month, length) for month, length in windows(months) if month >= since]
    parts = [slice(start, start + AT_ONCE) for start in range(0, count, AT_ONCE)]
    with ThreadPoolExecutor() as pool:  # arrays are worked on side by side
        found = list(pool.map(lambda part: _sums(customers, part, wanted, places * len(NAMES)), parts))
    return [
        _row(month, length, kind, *sums)
        for at, (month, length) in enumerate(wanted)
        for kind, sums in enumerate(np.sum([some[at] for some in found], axis=0).T.tolist() if found else [])
        if sums[2]
    ]


def _sums(
    customers: Customers, part: slice, wanted: Sequence[tuple[int, int]], kinds: int
) -> list[NDArray[np.object_]]:
    """Of some customers, for each window: opening, closing and customers x kinds, in Python's numbers of any size."""
    some = Customers(customers.revenue[:, part], customers.first[part], customers.place[part])
    running: Sums = running_sums(some.revenue)
    if np.abs(some.revenue).sum(dtype=np.float64) < EXACT:
        running = running.astype(np.float64)
    place = some.place.astype(np.intp) * len(NAMES)
    sums = []
    for window in wanted:
        found = moved(some, *window, running)
        kind = place[found.who] + found.what
        rows = [summed(kind, values, kinds) for values in (found.opening, found.closing)]
        sums.append(np.array([*rows, np.bincount(kind, minlength=kinds).tolist()], dtype=object))
    return sums


def summed(kind: NDArray[np.intp], values: Sums, kinds: int) -> list[int]:
    """The sum of the values of each kind, exact; floats must stay below EXACT. Of integers the upper and the lower halves are added apart."""
    if values.dtype == np.float64:
        return [int(total) for total in np.bincount(kind, weights=values, minlength=kinds)]
    whole = values.astype(np.int64, copy=False)
    upper = np.bincount(kind, weights=whole >> 32, minlength=kinds)
    lower = np.bincount(kind, weights=whole & 0xFFFFFFFF, minlength=kinds)
    return [(int(high) << 32) + int(low) for high, low in zip(upper, lower, strict=True)]


def _row(month: int, length: int, kind: int, opening: int, closing: int, customers: int) -> dict[str, int]:
    place, what = divmod(kind, len(NAMES))
    opened = what in OPENED
    kept = opening if what in (EXPANSION, STEADY) else closing  # the smaller of the two, of every customer that opened
    return {
        "month": month, "length": length, "place": place, "what": what, "opening": opening, "closing": closing,
        "base": opening if opened else 0, "base_closing": closing if opened else 0, "kept": kept if opened else 0,
        "customers": customers,
    }  # fmt: skip
