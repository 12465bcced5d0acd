"""Small groups never leave. Pure: which numbers may be told of people who answered, and of groups that are too small.

The theorem, in plain words. People's answers are told in sums only. The people of a wave are put into *cells*, once,
when the wave closes: each person into exactly one, each cell holding at least five people, and for every question that
counts either nobody who answered it or at least five. Whatever is told of the wave is a sum over whole cells. Then
anything that can be reckoned from all that was ever told, by adding, taking away and weighting, gives the members of a
cell who answered a question the same weight. So what it singles out is nobody, or five people at least; fewer can't be
told apart from the rest of their cell, by any combination of filters, splits, differences, months or exports.

The company's own line by week lies across the cells, so a week and a cell could be played against each other. A
combination of weeks and cells gives a person the weight of the week plus that of the cell; it is zero for all but a few
only where a *cut* between weeks and cells goes through few people. So a wave's cells are drawn as wide as it takes for
every cut to go through nobody or five at least (`weak_cells`): then no combination of the two isolates fewer.

Drivers are ranked from sums over the people who answered everything. They are a set of their own, across cells and weeks, so
it is taken only as far as nobody or five at least are set off by it, and told once, when the wave closes (`apart`).

All this is of one telling. Two tellings of a wave, before and after a correction, could be set against each other, so
there is only one: what comes back otherwise than it was told stays as it was told (`is_same`).

That says who cannot be singled out, not that a sum says nothing: if all of a cell answered alike, the sum tells what
each of them said. So a cell whose answers are one-sided (`is_one_sided`, `is_narrow`) is told with a neighbour only. And
it does not cover people of a cell who pool what they know; the page says so.

HR records (turnover, headcount) are no answers and follow a weaker rule: a group is at least five people on average, and
what is not shown is at least as many (`hide_small_records`).

Source: METHODS D; measured against the naive rules in tests/test_privacy.py.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from itertools import combinations

import numpy as np
import pandas as pd

HIDDEN = "too few people to show this without revealing someone"
RAREST = (
    0.2  # of a unit's people; a question that fewer answered is left out: it would make every cell as wide as itself
)
OTHER_SIDE = 2  # people who answered otherwise than the rest, below whom a group speaks with one voice
CROWD = 4  # the largest group that must not be pinned down: one fewer than five
POINT = 1.0  # of the scale: how far apart the answers of the crowd could be at least
FEWEST_COMMENTS = 3
_NUMBERS = ["value", "num", "den", "n", "low", "high", "prior"]

Fails = Callable[[np.ndarray], np.ndarray]


# Waves that close


@dataclass(frozen=True)
class Unit:
    """A stretch of days that is told at once: a week, or the part of one that lies in one month (the wave)."""

    starts_on: date
    ends_on: date
    wave_on: date
    wave_ends_on: date


@dataclass(frozen=True)
class Closings:
    """What closed: each response's unit (-1: it waits), the units, each with the upload it closed with, the waves."""

    units: list[tuple[Unit, int]]
    waves: list[tuple[date, date, int]]
    unit_of: np.ndarray


def closings(
    days: Sequence[date] | np.ndarray, people: np.ndarray, batches: np.ndarray, *, over_until: Mapping[int, date],
    unit_of: Callable[[date], Unit], minimum: int, told: Iterable[tuple[date, date]] = (), open_waves: Collection[date] = (),
) -> Closings:  # fmt: skip
    """Which units and waves close as uploads come in, one after the other; the same uploads always close the same.

    One entry a response that waits, the days in rising order: its day, a number for the person, the upload that brought
    it. `over_until`: the last day that is over, by upload. A unit closes with the first upload after its end if at least
    `minimum` people wait for it; else they wait for the next one, as do those who answer late. What is left over when a
    wave closes joins the wave's last unit if that closes with the same upload, and waits for the next wave otherwise.
    `told`: first and last days of the stretches told before, which never close again: closed waves, and the units of
    `open_waves`, which are the waves with units that closed earlier.
    """
    days = np.asarray(days, dtype="datetime64[D]")
    ordinals = days.astype(int) + date(1970, 1, 1).toordinal()
    found = Closings([], [], np.full(len(days), -1))
    units = sorted({unit_of(day) for day in np.unique(days).tolist()}, key=lambda unit: unit.ends_on)
    waves_open, told = set(open_waves), list(told)
    waiting, over = np.array([], dtype=int), date.min
    for batch in sorted(over_until):
        over = max(over, over_until[batch])
        waiting = np.sort(np.concatenate([waiting, np.flatnonzero(batches == batch)]))
        for unit in units if len(waiting) else []:
            if unit.ends_on > over or any(unit.starts_on <= end and begin <= unit.ends_on for begin, end in told):
                continue
            for wave in [wave for wave in sorted(waves_open) if wave < unit.wave_on]:
                waiting = _close_wave(found, wave, batch, unit_of, ordinals, waiting, told)
                waves_open.discard(wave)
            count = int(np.searchsorted(ordinals[waiting], unit.ends_on.toordinal(), side="right"))
            if not count or ordinals[waiting[count - 1]] < unit.starts_on.toordinal():
                continue  # nobody waits who answered in it
            if len(np.unique(people[waiting[:count]])) >= minimum:
                found.unit_of[waiting[:count]] = len(found.units)
                found.units.append((unit, batch))
                waves_open.add(unit.wave_on)
                waiting = waiting[count:]
                told.append((unit.starts_on, unit.ends_on))
        for wave in [wave for wave in sorted(waves_open) if unit_of(wave).wave_ends_on <= over]:
            waiting = _close_wave(found, wave, batch, unit_of, ordinals, waiting, told)
            waves_open.discard(wave)
    return found


def _close_wave(
    found: Closings, wave: date, batch: int, unit_of: Callable[[date], Unit], ordinals: np.ndarray, waiting: np.ndarray,
    told: list[tuple[date, date]],
) -> np.ndarray:  # fmt: skip
    """Close a wave; returns the responses that still wait."""
    ends_on = unit_of(wave).wave_ends_on
    count = int(np.searchsorted(ordinals[waiting], ends_on.toordinal(), side="right"))
    last = [place for place, (unit, _) in enumerate(found.units) if unit.wave_on == wave]
    found.waves.append((wave, ends_on, batch))
    told.append((wave, ends_on))
    if count and last and found.units[last[-1]][1] == batch:
        found.unit_of[waiting[:count]] = last[-1]
        return waiting[count:]
    return waiting


def is_same(before: pd.DataFrame, now: pd.DataFrame) -> bool:
    """Whether a wave that was withdrawn came back with the answers it was told with; only then is it told again.

    Both: unit_on, part (the members of a block or a cell, in words), question and value (none for the people of a cell) and
    answers. Told were the units and questions of `before`; where that was the company alone, parts do not count. Two tellings
    that differ could be set against each other: what one person changed would be the difference.
    """
    if set(before["part"]) == {""}:
        now = now[now["question"].notna()].assign(part="")
    asked = now["question"].isna() | now["question"].isin(before["question"].dropna())  # questions that are new are new
    now = now[asked & now["unit_on"].isin(before["unit_on"])]
    keys = ["unit_on", "part", "question", "value"]
    sums = [rows.groupby(keys, dropna=False)["answers"].sum().sort_index() for rows in (before, now)]
    return bool(len(sums[0]) == len(sums[1]) and sums[0].index.equals(sums[1].index) and (sums[0] == sums[1]).all())


# Cells


def partition(members: np.ndarray, sizes: np.ndarray, *, minimum: int) -> np.ndarray:
    """The cell (0, 1, ...) of each kind of person, from counts only.

    members: kinds x dimensions, a number for each member, the dimensions in the order the company declares. sizes: kinds x
    (1 + questions): people, then people who answered each question. Split by one dimension after the other; members that
    would be too few pool into "other", which the next smallest join until it holds; a split is kept if two children remain.
    """
    cells = np.zeros(len(members), dtype=int)
    for column in members.T if len(members) else ():
        cells = _split(cells, column, sizes, minimum)
    return cells


def _split(cells: np.ndarray, column: np.ndarray, sizes: np.ndarray, minimum: int) -> np.ndarray:
    """The cell of each row, in the order of the cells, once each was split by the members of one dimension where it can be."""
    order = np.lexsort((column, cells))
    begins = (np.diff(cells[order], prepend=-1) != 0) | (np.diff(column[order], prepend=-1) != 0)
    starts = np.flatnonzero(begins)
    totals, cell = np.add.reduceat(sizes[order], starts), cells[order[starts]]
    is_other = _others(totals, cell, minimum)
    children = np.bincount(cell, ~is_other) + (np.bincount(cell, is_other) > 0)
    is_split = (children > 1) & (np.bincount(cell, totals[:, 0]) >= 2 * minimum)
    child = np.where(is_other, len(cell), np.arange(len(cell))) * is_split[cell]
    number = np.unique(cell * (len(cell) + 1) + child, return_inverse=True)[1]
    split = np.empty_like(cells)
    split[order] = number[np.cumsum(begins) - 1]
    return split


def _others(totals: np.ndarray, cell: np.ndarray, minimum: int) -> np.ndarray:
    """True for the groups (rows, sorted by their cell) that pool into the "other" of their cell: what `pool` says of each cell."""
    is_other = is_small(totals, minimum)
    starts = np.searchsorted(cell, np.arange(cell[-1] + 2))
    by_size = np.lexsort((totals[:, 0], cell))
    sums = np.add.reduceat(totals * is_other[:, None], starts[:-1])
    open_cells = np.flatnonzero(np.add.reduceat(is_other, starts[:-1], dtype=int))
    for rank in range(len(cell)):
        open_cells = open_cells[
            is_small(sums[open_cells], minimum) & (starts[open_cells] + rank < starts[open_cells + 1])
        ]
        if not len(open_cells):
            break
        smallest = by_size[starts[open_cells] + rank]
        sums[open_cells] += totals[smallest] * ~is_other[smallest, None]
        is_other[smallest] = True
    return is_other


@dataclass(frozen=True)
class Reach:
    """How many groups one order of dimensions would make answerable: (words, told, of), the first dimension first."""

    order: tuple[str, ...]
    levels: tuple[tuple[str, int, int], ...]


def reach(kinds: pd.DataFrame, order: Sequence[str], *, minimum: int) -> Reach:
    """What splitting by these dimensions in this order makes answerable, from counts only.

    kinds: one row a kind of person: a column a dimension, people, and a column a question with who answered it.
    Levels: "department"; "site within department"; last each later dimension by itself: "site".
    """
    sizes = kinds.drop(columns=list(order)).to_numpy(int)
    codes = np.stack([pd.factorize(kinds[name], sort=True)[0] for name in order], axis=1)
    cells = pd.Series(partition(codes, sizes, minimum=minimum), index=kinds.index)
    groups = [rows for _, rows in kinds.groupby(cells)]
    drawn = Cells(
        order,
        [[sorted(set(rows[name])) for name in order] for rows in groups],
        [int(rows["people"].sum()) for rows in groups],
    )
    levels = []
    for names in [*(order[:count] for count in range(1, len(order) + 1)), *((name,) for name in order[1:])]:
        there = list(kinds[list(names)].drop_duplicates().itertuples(index=False, name=None))
        told = sum(
            drawn.is_told({name: [member] for name, member in zip(names, group, strict=True)}) for group in there
        )
        levels.append((" within ".join(reversed(names)), told, len(there)))
    return Reach(tuple(order), tuple(levels))


def is_small(sizes: np.ndarray, minimum: int) -> np.ndarray:
    """True where there are too few people, or a question was answered by some and too few (last axis: see `partition`)."""
    few = (sizes > 0) & (sizes < minimum)
    return few.any(axis=-1) | (sizes[..., 0] < minimum)


def pool(totals: np.ndarray, fails: Fails) -> np.ndarray:
    """True for the groups (rows) that go together as one: those that fail, and the smallest others until they hold."""
    pooled = fails(totals)
    for place in np.argsort(totals[:, 0] if totals.ndim > 1 else totals, kind="stable"):
        if not pooled.any() or not fails(totals[pooled].sum(axis=0, keepdims=True))[0]:
            break
        pooled[place] = True
    return pooled


def joined(tallies: np.ndarray, places: np.ndarray, fails: Fails) -> np.ndarray:
    """The group of each cell (row) once every one that fails has joined its nearest, smallest neighbour; -1 if all fail.

    places: cells x dimensions, a number for each member, -1 where the cell holds several: neighbours share the first ones.
    """
    tallies, places, labels = tallies.copy(), places.copy(), np.arange(len(tallies))
    alive = np.ones(len(tallies), dtype=bool)
    failing = fails(tallies)
    while (failing & alive).any() and alive.sum() > 1:
        sizes = tallies.reshape(len(tallies), -1).sum(axis=1)
        one = int(np.flatnonzero(failing & alive)[np.argmin(sizes[failing & alive])])
        _join(one, nearest_cell(one, places, sizes, alive), tallies, places, labels, alive)
        failing[labels[one]] = fails(tallies[labels[one]][None])[0]
    if (failing & alive).any():
        return np.full(len(tallies), -1)
    return labels


def _join(one: int, into: int, tallies: np.ndarray, places: np.ndarray, labels: np.ndarray, alive: np.ndarray) -> None:
    tallies[into] += tallies[one]
    places[into] = np.where(places[into] == places[one], places[into], -1)
    labels[labels == one] = into
    alive[one] = False


def nearest_cell(one: int, places: np.ndarray, sizes: np.ndarray, alive: np.ndarray) -> int:
    """The cell that shares the most of the first dimensions with this one; of those the smallest."""
    alike = (places == places[one]) & (places[one] >= 0)
    kin = np.cumprod(alike, axis=1).sum(axis=1)
    others = np.flatnonzero(alive)
    others = others[others != one]
    nearest = others[kin[others] == kin[others].max()]
    return int(nearest[np.argmin(sizes[nearest])])


def weak_cells(edges: np.ndarray, patterns: Sequence[int], units: int, *, minimum: int) -> np.ndarray:
    """The cells at which a cut between weeks and cells goes through some people and too few; empty when there is none.

    edges: cells x questions x patterns: people by the set of units they answered in (patterns: bit k for unit k). For
    each set S of units a cell stands on the side that fewer of its people leave, so the cut goes through the sum over
    cells of min(people with an answer in S, people with one outside).
    """
    if units < 2:
        return np.array([], dtype=int)
    leaving = _leaving(edges, patterns, units)
    through = leaving.sum(axis=0)
    bad = np.argwhere((through > 0) & (through < minimum))
    return np.flatnonzero(leaving[:, bad[0][0], bad[0][1]]) if len(bad) else np.array([], dtype=int)


def _leaving(edges: np.ndarray, patterns: Sequence[int], units: int) -> np.ndarray:
    """cells x questions x sets S of units: the people of a cell on the other side of the cut than the cell; see weak_cells."""
    everything = (1 << units) - 1
    subsets = np.arange(1, 1 << (units - 1))  # the last unit stands outside: S and its complement cut the same
    shapes = np.asarray(patterns, dtype=int)
    inside = (shapes[:, None] & subsets[None]) != 0
    outside = (shapes[:, None] & (everything ^ subsets)[None]) != 0
    return np.minimum(edges @ inside.astype(edges.dtype), edges @ outside.astype(edges.dtype))


def widened(
    cells: np.ndarray, edges: np.ndarray, patterns: Sequence[int], places: np.ndarray, units: int, *, minimum: int
) -> np.ndarray:
    """The cells (as numbers of `partition`) joined until no cut between them and the weeks is weak."""
    labels, edges, places = np.arange(len(edges)), edges.copy(), places.copy()
    alive = np.ones(len(edges), dtype=bool)
    while len(weak := weak_cells(edges * alive[:, None, None], patterns, units, minimum=minimum)):
        sizes = edges.sum(axis=(1, 2))
        one = int(weak[np.argmin(sizes[weak])])
        _join(one, nearest_cell(one, places, sizes, alive), edges, places, labels, alive)
    return labels[cells]


# One more set of people


@dataclass(frozen=True)
class Apart:
    """A set of answers that may be summed beside the cells and the weeks, and how few people that could single out."""

    chosen: np.ndarray
    fewest: int


def apart(
    chosen: np.ndarray, answered: np.ndarray, cell: np.ndarray, person: np.ndarray, place: np.ndarray, *, minimum: int,
    fits: Callable[[np.ndarray], bool],
) -> Apart | None:  # fmt: skip
    """As much of a set of responses (of at most one a person) as may be summed beside whole cells and weeks; None for none.

    One entry a response: chosen; answered (x questions): what it answered; its person's cell, its person, the place of
    its week. fits(answers; responses x questions): whether a sum over them may be told, or they speak with one voice.

    A combination gives an answer the weight of its cell, plus that of its week, plus c where the response is chosen; c = 1,
    as any other is a multiple, and c = 0 is the cut of `weak_cells`. First let all weeks weigh the same. Then a cell's
    weight can cancel its chosen answers or its others, not both: of each cell those people stay singled out who have an answer on
    the side that fewer are on, and if that side is empty everywhere, whole cells do. So the sum over cells of the fewer must be nobody or
    `minimum`: the same cut as between cells and two weeks. It is not enough that the chosen and the others of mixed cells are many:
    of 19 of 20 chosen here and 1 of 20 there, all less the first cell leaves two people.
    Now let weeks weigh differently, and take those of one weight, S. A cell's weight cancels chosen answers inside S or
    outside, so at least the people are left whose chosen answers cross the cut (`_leaving`); and those whose other ones do:
    the larger of the two must be `minimum`, for every S that any answer at all crosses. Where none does, the weights of the weeks are
    part of the cells', and the first case holds.

    Cells at which a cut is weak leave the set as a whole. Where that does not help, it is cut down to the cells all of whose
    people are in it: it is then made of whole cells, and a combination of it and the rest is one of cells and weeks.
    """
    started, count = chosen, int(cell.max()) + 1
    while chosen.any():
        sides = place * 0 + ~chosen
        edges = _people(answered, cell, person, sides, 2)
        weak = weak_cells(edges, range(4), 2, minimum=minimum)
        if not len(weak):
            break
        chosen = chosen & ~np.isin(cell, weak)
    if chosen.any():
        weeks = _fewest_across_weeks(chosen, answered, cell, person, place)
        through = _leaving(edges, range(4), 2).sum(axis=0)
        mixed = (_leaving(edges, range(4), 2)[:, :, 0] > 0)[cell]
        sets = [answered & side[:, None] & of for side in (chosen, ~chosen) for of in (True, mixed)]
        if weeks >= minimum and all(fits(these) for these in sets):
            return _if_enough(chosen, answered, person, [weeks, *through[through > 0]], minimum)
    whole = np.bincount(cell[(answered & ~started[:, None]).any(axis=1)], minlength=count) == 0
    chosen = started & whole[cell]
    if chosen.any() and all(fits(answered & side[:, None]) for side in (chosen, ~chosen)):
        return _if_enough(chosen, answered, person, [], minimum)
    return None


def _if_enough(
    chosen: np.ndarray, answered: np.ndarray, person: np.ndarray, sizes: list[int], minimum: int
) -> Apart | None:
    """The set, if enough people are in it, and nobody or enough besides who answered any of the questions."""
    others = np.array([len(np.unique(person[of & ~chosen])) for of in answered.T])
    fewest = int(min([len(np.unique(person[chosen])), *others[others > 0], *sizes]))
    return Apart(chosen, fewest) if fewest >= minimum else None


def _people(answered: np.ndarray, cell: np.ndarray, person: np.ndarray, unit: np.ndarray, units: int) -> np.ndarray:
    """cells x questions x patterns (bit k for unit k): people by the units they answered a question in."""
    bits = np.zeros((int(person.max()) + 1, answered.shape[1]), dtype=int)
    for number in range(units):
        here = unit == number
        np.bitwise_or.at(bits, person[here], answered[here].astype(int) << number)
    of = np.zeros(len(bits), dtype=int)
    of[person] = cell
    edges = np.zeros((int(cell.max()) + 1, answered.shape[1], 1 << units), dtype=int)
    np.add.at(edges, (of[:, None], np.arange(answered.shape[1]), bits), 1)
    return edges


def _fewest_across_weeks(
    chosen: np.ndarray, answered: np.ndarray, cell: np.ndarray, person: np.ndarray, place: np.ndarray
) -> int:
    """The fewest people that weeks of different weights leave singled out, beside cells and a chosen set (see `apart`)."""
    units = int(place.max()) + 1
    if units < 2:
        return len(person)
    every, among, others = (
        _leaving(_people(answered & of[:, None], cell, person, place, units), range(1 << units), units).sum(axis=0)
        for of in (np.ones(len(chosen), dtype=bool), chosen, ~chosen)
    )
    return int(np.maximum(among, others)[every > 0].min(initial=len(person)))


# One voice


def is_one_sided(tallies: np.ndarray, *, most: int = 1) -> np.ndarray:
    """True where fewer than two people answered otherwise than the most did; last axis: answers of each kind.

    most: answers that one person may have given (a wave may hold several weeks): as many are taken for one person's.
    """
    return tallies.sum(axis=-1) - tallies.max(axis=-1) <= (OTHER_SIDE - 1) * most


def is_narrow(tallies: np.ndarray, scores: Sequence[float], *, most: int = 1) -> np.ndarray:
    """True where the four highest and the four lowest answers lie within a point of each other on the mean.

    Then the mean of some four people is known to a point, whoever they are. Last axis: answers by score, in `scores`;
    most: answers that one person may have given.
    """
    order, crowd = np.argsort(scores), CROWD * most
    counts, values = tallies[..., order], np.asarray(scores, dtype=float)[order]
    return (_mean_of_first(crowd, counts[..., ::-1], values[::-1]) - _mean_of_first(crowd, counts, values)) <= POINT


def _mean_of_first(crowd: int, counts: np.ndarray, values: np.ndarray) -> np.ndarray:
    so_far = np.cumsum(counts, axis=-1)
    taken = np.minimum(so_far, crowd) - np.minimum(so_far - counts, crowd)
    return (taken * values).sum(axis=-1) / np.maximum(taken.sum(axis=-1), 1)


def is_pinned(groups: np.ndarray, counts: Sequence[np.ndarray], scores: Sequence[np.ndarray], *, most: int = 1) -> bool:
    """Whether some four people of a group are known to a point, from the group's classes and the company's distribution.

    groups: groups x classes, the answers of each class, the lowest class first; counts and scores: per class, how many of the
    company gave each score, the lowest first. Of four people of a group the mean is least when they are of the lowest
    classes and gave their lowest scores, and highest the other way round. most: answers that one person may have given.
    """
    crowd = CROWD * most
    for group in np.unique(np.minimum(groups[groups.sum(axis=1) >= crowd], crowd), axis=0):
        lowest = _sum_of_first(crowd, group, counts, scores)
        highest = _sum_of_first(crowd, group[::-1], [c[::-1] for c in counts[::-1]], [s[::-1] for s in scores[::-1]])
        if (highest - lowest) / crowd <= POINT:
            return True
    return False


def _sum_of_first(crowd: int, group: np.ndarray, counts: Sequence[np.ndarray], scores: Sequence[np.ndarray]) -> float:
    """The sum of a crowd's scores, class after class as many as the group has, each class's first scores first."""
    left, total = crowd, 0.0
    for here, of_score, score in zip(group, counts, scores, strict=True):
        wanted = min(int(here), left)
        left -= wanted
        for count, value in zip(of_score, score, strict=True):
            taken = min(wanted, int(count))
            total, wanted = total + taken * float(value), wanted - taken
    return total


def companions(labels: np.ndarray, tallies: np.ndarray, share: np.ndarray, *, most: int = 1) -> np.ndarray:
    """Groupings of a family's questions such that the total less the questions shown tells nothing that is hidden.

    labels: questions x groups, from `joined`; tallies: groups x questions x answers; share: of favourable answers. Where one question is told of several
    groups together, so is another one that does not speak with one voice there: the total less the rest is then the sum
    of the two. The question that needs it least goes with it; more of them until every group holds.
    """
    if not _hidden(labels).any():
        return labels
    labels = labels.copy()
    order = sorted(range(len(labels)), key=lambda q: (-len(set(labels[q]) - {-1}), -share[q], q))
    chosen: list[int] = []
    for question in order:
        chosen.append(question)
        together = common(labels)
        for one in chosen:
            labels[one] = together
        hidden, speaks = _hidden(labels), ~is_one_sided(tallies, most=most).T
        if all(hidden[:, g].sum() >= 2 and (hidden & speaks)[:, g].any() for g in np.flatnonzero(hidden.any(axis=0))):
            break
    return labels


def _hidden(labels: np.ndarray) -> np.ndarray:
    """questions x groups: True where a question is not told of a group by itself."""
    return np.array([[label < 0 or (row == label).sum() > 1 for label in row] for row in labels], dtype=bool).reshape(
        labels.shape
    )


def common(labels: np.ndarray) -> np.ndarray:
    """The finest grouping that is a union of groups of every question; -1 everywhere if one question is told nowhere."""
    if (labels < 0).any():
        return np.full(labels.shape[1], -1)
    together = list(range(labels.shape[1]))
    for row in labels.tolist():
        first: dict[int, int] = {}
        for place, label in enumerate(row):
            one, other = together[first.setdefault(label, place)], together[place]
            if one != other:
                together = [min(one, other) if of == max(one, other) else of for of in together]
    return np.array(together)


def blocks_of(groups: np.ndarray, members: np.ndarray) -> np.ndarray:
    """The block (0, 1, ...) of each row: rows of one group, or of one member, are in one, directly or through others."""
    labels = np.unique(groups, return_inverse=True)[1]
    while True:
        lowest = np.full(members.max() + 1, len(groups))
        np.minimum.at(lowest, members, labels)
        by_member = lowest[members]
        lowest = np.full(labels.max() + 1, len(groups))
        np.minimum.at(lowest, labels, by_member)
        if (lowest[labels] == labels).all():
            return np.unique(labels, return_inverse=True)[1]
        labels = lowest[labels]


# Answers


class Cells:
    """The groups of cells of one wave: who is in each, by dimension, and how many people.

    members: per group and dimension the members that occur there; each is kept as bits, one a member.
    """

    def __init__(
        self, dimensions: Sequence[str], members: Sequence[Sequence[Sequence[str]]], people: Sequence[int]
    ) -> None:
        self.dimensions = tuple(dimensions)
        self.people = np.array(people, dtype=int)
        self._numbers: list[dict[str, int]] = [{} for _ in self.dimensions]
        bits = [
            [sum(1 << numbers.setdefault(name, len(numbers)) for name in group[place]) for group in members]
            for place, numbers in enumerate(self._numbers)
        ]
        # 64 members fit into a machine word; of more, Python's own numbers serve
        self._bits = [
            np.array(of, dtype=np.uint64 if len(numbers) <= 64 else object)
            for of, numbers in zip(bits, self._numbers, strict=True)
        ]

    def __len__(self) -> int:
        return len(self.people)

    def members(self, dimension: str) -> list[str]:
        """Every member of a dimension, sorted."""
        return sorted(self._numbers[self.dimensions.index(dimension)])

    def asked(self, only: Mapping[str, Collection[str]]) -> tuple[list[int], dict[str, list[str]]]:
        """The groups that hold some of the members asked for in every dimension, and all members they hold there.

        A filter is answered if and only if these are no more than were asked for: then it is a union of cells.
        """
        touched = np.ones(len(self), dtype=bool)
        for name, members in only.items():
            numbers, bits = self._of(name)
            wanted = sum(1 << numbers[member] for member in members if member in numbers)
            touched &= (bits & bits.dtype.type(wanted) if bits.dtype != object else bits & wanted).astype(bool)
        held = {}
        for name in only:
            numbers, bits = self._of(name)
            union = int(np.bitwise_or.reduce(bits[touched])) if touched.any() else 0
            held[name] = [member for member, number in numbers.items() if union >> number & 1]
        return np.flatnonzero(touched).tolist(), held

    def _of(self, name: str) -> tuple[dict[str, int], np.ndarray]:
        place = self.dimensions.index(name)
        return self._numbers[place], self._bits[place]

    def is_told(self, only: Mapping[str, Collection[str]]) -> bool:
        """Whether a filter is a union of cells, and may be answered."""
        found, held = self.asked(only)
        return bool(found) and all(set(held[name]) <= set(only[name]) for name in only)


def nearest_group(cells: Cells, only: Mapping[str, str]) -> dict[str, list[str]]:
    """The smallest group around a filter that can be shown: dimension -> members; empty for everybody."""
    best: tuple[int, dict[str, list[str]]] = (int(cells.people.sum()), {})
    for count in range(len(only), 0, -1):
        for names in combinations(only, count):
            wanted: dict[str, Collection[str]] = {name: [only[name]] for name in names}
            found, held = cells.asked(wanted)
            while found and any(set(held[name]) - set(wanted[name]) for name in names):
                wanted = {name: {*wanted[name], *held[name]} for name in names}
                found, held = cells.asked(wanted)
            people = int(cells.people[found].sum())
            if 0 < people < best[0]:
                best = (people, {name: sorted(wanted[name]) for name in names})
    return best[1]


def hide(frame: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """The frame of a series with every number gone where 1 to `minimum` - 1 people stand behind it (0: nothing is hidden).

    In and out: the columns of a series (see keel.measure.Series); n holds the people.
    """
    return without(frame, are_few(frame["n"].to_numpy(float), minimum))


def are_few(people: np.ndarray, minimum: int) -> np.ndarray:
    """Where somebody is, and fewer than `minimum`."""
    few: np.ndarray = (people >= 1) & (people < minimum)
    return few


def without(frame: pd.DataFrame, small: "np.ndarray | pd.Series[bool]", note: str = HIDDEN) -> pd.DataFrame:
    """The frame of a series with every number gone in the rows marked, and the reason in their place."""
    if not small.any():
        return frame.assign(hidden=small)
    gone = {name: np.where(small, np.nan, frame[name].to_numpy(float)) for name in _NUMBERS if name in frame}
    return frame.assign(hidden=small, **gone, note=frame["note"].mask(small, note))


def hide_small_records(frame: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """The frame of a split of HR records with small groups gone, and the next smallest where the rest would tell them.

    n: the people of the group, on average. In each period what is hidden is nobody, or `minimum` people at least.
    """
    small = pd.Series(False, index=frame.index)
    for _, rows in frame.groupby("period"):
        sizes = rows["n"].fillna(0).to_numpy(float)
        small.loc[rows.index] = pool(sizes, lambda totals: (totals > 0) & (totals < minimum))
    return without(frame, small)


def why_hidden(nearest: Mapping[str, Sequence[str]]) -> str:
    """Why a number is not there, and the nearest larger group that can be shown."""
    return f"{HIDDEN}; the nearest group that can be shown is {told_group(nearest)}"


def told_group(nearest: Mapping[str, Sequence[str]]) -> str:
    """A group in words: "Finance and Legal together", "the company as a whole"."""
    if not nearest:
        return "the company as a whole"
    parts = []
    for members in nearest.values():
        named = [member or "(none)" for member in members]
        parts.append(" and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named))
    return ", ".join(parts) + (" together" if any(len(members) > 1 for members in nearest.values()) else "")


# Comments


def comment_groups(people: np.ndarray, comments: np.ndarray, *, minimum: int) -> np.ndarray | None:
    """The group (0, 1, ...) that each group's comments are told with; None when none may be told at all.

    Every comment is told once, with a group in which at least `minimum` people answered and three or no comments were made.
    """
    both = np.stack([people, comments], axis=1)

    def fails(totals: np.ndarray) -> np.ndarray:
        return (totals[:, 0] < minimum) | ((totals[:, 1] > 0) & (totals[:, 1] < FEWEST_COMMENTS))

    if len(both) == 0 or comments.sum() == 0 or fails(both.sum(axis=0, keepdims=True))[0]:
        return None
    pooled = pool(both, fails)
    return np.where(pooled, 0, np.cumsum(~pooled))


_LINK = re.compile(
    r"(?i)\b(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)+/\S+"
    r"|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|de|fr|uk|eu|co)\b"
)
_EMAIL = re.compile(r"[\w.+-]+\s*(?:@|\(at\)|\[at\])\s*[\w-]+(?:(?:\.|\s*\(dot\)\s*)[\w-]+)+")
_DIGITS = re.compile(r"\+?\(?\d[\d\s().\-–/]{4,}\d|\b[A-Za-z]{0,3}\d{4,}\b")
_WORD = re.compile(r"[^\W\d_]+(?:['’´`-][^\W\d_]+)*")


@dataclass(frozen=True)
class Names:
    """Names to take out: each part of three letters or more, and each whole name as its parts; in plain letters."""

    parts: frozenset[str]
    numbers: frozenset[str]  # of people: E0042
    whole: Mapping[str, frozenset[tuple[str, ...]]]  # by its first part

    @classmethod
    def of(cls, names: Iterable[str]) -> "Names":
        """From names as a roster writes them."""
        parts: set[str] = set()
        numbers: set[str] = set()
        whole: dict[str, set[tuple[str, ...]]] = {}
        for name in map(partial(unicodedata.normalize, "NFC"), names):
            if any(letter.isdigit() for letter in name):
                numbers.add(name.strip().casefold())
                continue
            words = tuple(part for word in _WORD.findall(name) for part in _plain_parts(word))
            parts |= {part for part in words if len(part) >= 3}
            if len(words) > 1:
                whole.setdefault(words[0], set()).add(words)
        return cls(frozenset(parts), frozenset(numbers), {first: frozenset(found) for first, found in whole.items()})


def scrub(words: str, names: Names) -> str:
    """A comment without e-mail addresses, links, telephone and other long numbers, and names.

    A part of a name is taken out where it stands with a capital, with whatever is joined to it; a whole name however it is
    written. Accents and apostrophes do not matter.
    """
    words = _EMAIL.sub("[e-mail]", unicodedata.normalize("NFC", words))
    words = _LINK.sub("[link]", words)
    words = _DIGITS.sub("[number]", words)
    words = re.sub(r"\w+", lambda word: "[name]" if word[0].casefold() in names.numbers else word[0], words)
    found = [(match, _plain_parts(match[0])) for match in _WORD.finditer(words)]
    gone = {place for place, (match, parts) in enumerate(found) if _is_named(match[0], parts, names)}
    for place, (_, parts) in enumerate(found):
        for name in names.whole.get(parts[0], ()) if parts else ():
            so_far, last = list(parts), place
            while len(so_far) < len(name) and last + 1 < len(found):
                last += 1
                so_far += found[last][1]
            if tuple(so_far) == name:
                gone |= set(range(place, last + 1))
    pieces, end = [], 0
    for place in sorted(gone):
        match = found[place][0]
        pieces += [words[end : match.start()], "[name]"]
        end = match.end()
    return re.sub(r"\[name\](?:\s+\[name\])+", "[name]", "".join([*pieces, words[end:]]))


def _is_named(word: str, parts: Sequence[str], names: Names) -> bool:
    """Whether a word, or what it is joined of, is part of a name and stands with a capital."""
    is_name = any(part in names.parts for part in parts)
    return is_name and any(piece[0].isupper() or not piece[0].islower() for piece in word.split("-") if piece)


@lru_cache(maxsize=1 << 16)  # comments say the same words again and again
def _plain_parts(word: str) -> tuple[str, ...]:
    """The parts of a word in small letters without accents, apostrophes and the s of a possessive."""
    flat = re.sub(r"['’´`]", "", re.sub(r"['’´`][sS]\b", "", word))
    flat = "".join(c for c in unicodedata.normalize("NFKD", flat) if not unicodedata.combining(c)).casefold()
    return tuple(part for part in flat.split("-") if part)
