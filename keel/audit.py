"""What can be seen of each survey on people, and an attack on it with the store's own data.

The attack knows what a reader never does, who answered, and asks the door for every filter there is. It then tries what a
curious reader could: put all answers together, by adding and taking away, and find a group of fewer than the minimum.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any

import numpy as np

from keel import measure, suppression
from keel.catalogue import Metric
from keel.errors import PrivacyError, QuestionError
from keel.store import Store
from keel.suppression import Cells

MOST_DIMENSIONS = 3  # of one filter
MOST_ASKED = 400  # filters of one wave that the attack puts to the door; more are drawn at random
MOST_SETS = 60  # published sets of which all unions and differences of three are tried; more are drawn at random
NAIVE = 5


def audit(store: Store, survey: str | None = None, *, every_wave: bool = False) -> list[dict[str, Any]]:
    """Each survey on people: its closed waves, every view of the last one (or of all), and the attack on the last.

    Keys: survey, dimensions, waves (wave_on, people, cells, kept: it was brought again with other answers and stays as told), views (wave_on, only, people, cells),
    refused, attack (see `attack`). Raises QuestionError for an unknown survey.
    """
    told: dict[str, list[dict[str, Any]]] = {}
    for row in store.rows("told_waves"):
        told.setdefault(row["survey"], []).append(row)
    if survey is not None and survey not in told:
        raise QuestionError(
            f"'{survey}': there is no such survey on people with a closed wave; one of {', '.join(told) or 'none yet'} was expected."
        )
    found = []
    for name, waves in told.items():
        if survey not in (None, name):
            continue
        metric = _metric(store, name)
        if metric is None:
            continue
        cells = {wave["wave_on"]: _cells(store, metric, name, wave) for wave in waves}
        shown = waves if every_wave else waves[-1:]
        found.append({
            "survey": name, "metric": metric.id, "dimensions": list(metric.dimensions),
            "waves": [
                {"wave_on": wave["wave_on"], "people": wave["people"], "cells": len(cells[wave["wave_on"]]), "kept": wave["is_kept"]}
                for wave in waves
            ],
            "views": [view for wave in shown for view in _views(cells[wave["wave_on"]], wave["wave_on"])],
            "refused": [row for row in measure.refusals(store) if row["metric"] == metric.id],
            "attack": attack(store, metric, name, waves[-1], cells[waves[-1]["wave_on"]]),
        })  # fmt: skip
    return found


def _metric(store: Store, survey: str) -> Metric | None:
    """The metric whose groups stand for the survey: the first it has."""
    known = measure.metrics(store)
    roles = {row["metric"] for row in store.rows("wave_metrics", survey=survey)}
    return next((known[name] for name in ("engagement", "enps", "nps", "csat", "ces") if name in roles), None)


def _cells(store: Store, metric: Metric, survey: str, wave: Mapping[str, Any]) -> Cells:
    rows = [
        row for row in store.rows("wave_cells", metric=metric.id, wave_on=wave["wave_on"]) if row["survey"] == survey
    ]
    return Cells(metric.dimensions, [row["members"] for row in rows], [row["people"] for row in rows])


def _filters(cells: Cells) -> Iterable[dict[str, str]]:
    """Every filter of up to three dimensions by members that occur; {} is everybody."""
    members = {name: cells.members(name) for name in cells.dimensions}
    for count in range(min(MOST_DIMENSIONS, len(members)) + 1):
        for names in combinations(members, count):
            yield from _members_of(names, members, {})


def _members_of(
    names: Sequence[str], members: Mapping[str, Sequence[str]], so_far: dict[str, str]
) -> Iterable[dict[str, str]]:
    if not names:
        yield so_far
        return
    for member in members[names[0]]:
        yield from _members_of(names[1:], members, {**so_far, names[0]: member})


def _views(cells: Cells, wave_on: date) -> list[dict[str, Any]]:
    views = []
    for only in _filters(cells):
        found, held = cells.asked({name: [member] for name, member in only.items()})
        if found and all(len(members) == 1 for members in held.values()):
            people = int(cells.people[found].sum())
            views.append({"wave_on": wave_on, "only": only, "people": people, "cells": len(found)})
    return views


def attack(store: Store, metric: Metric, survey: str, wave: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    """Ask the door for every filter of one wave and look for fewer people than the minimum in what it answers.

    Keys: asked, answered, refused (filters), minimum; smallest_cell; isolated (people in groups of fewer than the minimum that
    some weighting of the answers singles out); smallest_difference (of unions of up to three views); mistold (answers that are not the people they are said to be);
    exposed_by_hiding_small_groups (people whom "hide n < 5" alone would have singled out); passed.
    """
    minimum = store.settings.minimum_group
    rows = store.audit_people(survey, wave["wave_on"])
    people = _people(rows, metric.dimensions)
    sizes = np.array([row["people"] for row in people])
    rng = np.random.default_rng(0)
    filters = list(_filters(cells))
    if len(filters) > MOST_ASKED:
        filters = [
            filters[0],
            *[filters[at] for at in rng.choice(np.arange(1, len(filters)), MOST_ASKED - 1, replace=False)],
        ]
    alone = len({row["survey"] for row in store.rows("told_waves") if row["wave_on"] == wave["wave_on"]}) == 1
    published, naive, mistold, refused = [], [], 0, 0
    for only in filters:
        asked = np.array([all(row[name] == member for name, member in only.items()) for row in people], dtype=bool)
        count = int(sizes[asked].sum())
        if count >= NAIVE:
            naive.append(asked)
        answered = _ask(store, metric, only, wave)
        if answered is None:
            refused += 1
        else:
            published.append(asked)
            mistold += alone and answered > count  # fewer: not all of them answered this metric
    table = np.array(published, dtype=bool).reshape(len(published), len(people))
    chosen = table[np.sort(rng.choice(len(table), min(MOST_SETS, len(table)), replace=False))]
    result = {
        "asked": len(filters), "answered": len(published), "refused": refused, "minimum": minimum,
        "smallest_cell": int(cells.people.min()), "isolated": exposed(table, sizes, minimum),
        "smallest_difference": smallest_difference(chosen, sizes), "weak_cuts": _weak_cuts(rows, wave["minimum"]),
        "mistold": mistold,
        "exposed_by_hiding_small_groups": exposed(np.array(naive, dtype=bool), sizes, NAIVE),
    }  # fmt: skip
    holds = min(result["smallest_cell"], result["smallest_difference"]) >= minimum
    return {**result, "passed": holds and result["isolated"] == 0 and result["weak_cuts"] == 0 and mistold == 0}


def _weak_cuts(rows: Iterable[Mapping[str, Any]], minimum: int) -> int:
    """How many cells are set off against the company's weeks by fewer people than the minimum of their time."""
    cells = sorted({row["cell"] for row in rows if row["cell"] is not None})
    patterns = sorted({row["pattern"] for row in rows})
    edges = np.zeros((len(cells), 1, len(patterns)), dtype=int)
    for row in rows:
        if row["cell"] is not None:
            edges[cells.index(row["cell"]), 0, patterns.index(row["pattern"])] += row["people"]
    units = max(patterns, default=1).bit_length()
    return len(suppression.weak_cells(edges, patterns, units, minimum=minimum))


def _people(rows: Iterable[Mapping[str, Any]], dimensions: Sequence[str]) -> list[dict[str, Any]]:
    """Kinds of people with their members by dimension and how many there are."""
    found: dict[tuple[str, ...], int] = {}
    for row in rows:
        groups = json.loads(row["groups"])
        key = tuple(str(groups.get(name) or row.get(name) or "") for name in dimensions)
        found[key] = found.get(key, 0) + row["people"]
    return [{**dict(zip(dimensions, key, strict=True)), "people": count} for key, count in found.items()]


def _ask(store: Store, metric: Metric, only: Mapping[str, str], wave: Mapping[str, Any]) -> int | None:
    """The people behind what the door answers; None where it refuses."""
    asked = {name: member or measure.NO_MEMBER for name, member in only.items()}
    try:
        found = measure.series(store, metric.id, grain="month", only=asked, start=wave["wave_on"], end=wave["ends_on"])
    except PrivacyError:
        return None
    frame = found.frame[found.frame["period"] == wave["wave_on"]]
    return None if frame.empty or frame["hidden"].all() else int(frame["n"].iloc[0])


def isolated(published: np.ndarray, sizes: np.ndarray, minimum: int) -> list[tuple[int, np.ndarray]]:
    """The groups of fewer than `minimum` people that some weighting of the published sets singles out: people, kinds.

    published: sets x kinds of people. Kinds that stand in the same sets can't be told apart, so they count as one. A group
    is singled out if its indicator is a combination of the rows, that is, if nothing that the rows do not see touches it.
    """
    if not len(published):
        return []
    shapes, kind = np.unique(published, axis=1, return_inverse=True)
    kind = kind.ravel()
    people = np.bincount(kind, weights=sizes).astype(int)
    unseen = _null_space(shapes.astype(float))
    small = [int(g) for g in np.flatnonzero((people < minimum) & shapes.any(axis=0))]
    found = []
    groups: list[tuple[int, ...]] = [()]
    while groups:
        wider = [
            (*group, one) for group in groups for one in small
            if (not group or one > group[-1]) and people[list(group)].sum() + people[one] < minimum
        ]  # fmt: skip
        for group in wider:
            if np.abs(unseen[:, list(group)].sum(axis=1)).max(initial=0.0) < 1e-8:
                found.append((int(people[list(group)].sum()), np.isin(kind, group)))
        groups = wider
    return found


def _null_space(rows: np.ndarray) -> np.ndarray:
    """An orthonormal basis, a row each, of what is orthogonal to every row."""
    _, values, vectors = np.linalg.svd(rows, full_matrices=True)
    rank = int((values > values.max(initial=0.0) * max(rows.shape) * np.finfo(float).eps).sum())
    basis: np.ndarray = vectors[rank:]
    return basis


def exposed(published: np.ndarray, sizes: np.ndarray, minimum: int) -> int:
    """How many people stand in a group of fewer than the minimum that the published sets single out."""
    kinds = np.zeros(len(sizes), dtype=bool)
    for _, group in isolated(published, sizes, minimum):
        kinds |= group
    return int(sizes[kinds].sum())


def smallest_difference(published: np.ndarray, sizes: np.ndarray) -> int:
    """The fewest people, above none, in any of the parts that three published sets cut each other into."""
    smallest = int(sizes.sum())
    for first in published:
        for second in published:
            for part in (first & second, first & ~second):
                for people in ((published & part) @ sizes, (~published & part) @ sizes):
                    smallest = min(smallest, int(people[people > 0].min(initial=smallest)))
    return smallest
