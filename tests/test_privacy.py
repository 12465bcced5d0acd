"""Nobody's answer can be found: two hundred companies made up at random, asked everything that can be asked of them.

Each of 200 months is a company of its own, so one question asks them all. What is told comes through `measure` and the
command line alone; who stands behind a number is reckoned from the answers that were made up, never from the store.
METHODS D's acceptance, (a) to (h), then weeks against groups, uploads that come late or again, and a raised minimum.
"""

import csv
import io
import itertools
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from keel import company, intake, measure, suppression, tallies
from keel.__main__ import main
from keel.errors import PrivacyError
from keel.settings import Settings
from keel.store import Store

COMPANIES = 200
FEWEST = 5  # METHODS D5
POINT = 1.0  # METHODS D(e): how far apart what a small group's mean could be must lie at least
LEAST_ANSWERED = 0.2  # of a week's people: a question that fewer answered is left out of it
FIRST_MONTH = date(2006, 1, 1)
DIMENSIONS = ("department", "site", "grade")
SETTINGS = Settings(dimensions={"people": list(DIMENSIONS)})
ITEMS = {
    "I am proud of my work": "Pride", "I know what is expected": "Clarity", "My manager listens": "Manager",
    "My manager thanks me": "Manager", "I can grow here": "Growth", "I would stay": "Growth",
}  # fmt: skip
RECOMMEND = "Would you recommend us?"
QUESTIONS = [*ITEMS, RECOMMEND]
ASKED = {"engagement": range(len(ITEMS)), "enps": range(len(ITEMS), len(QUESTIONS))}  # the questions of each metric
DRIVERS = {driver: [at for at, of in enumerate(ITEMS.values()) if of == driver] for driver in ITEMS.values()}
NUMBERS = ["value", "num", "den", "n", "low", "high", "prior"]
NOBODY = "(none)"  # people without a member of a dimension

Filter = tuple[tuple[str, str], ...]  # (dimension, member), in rising order; () is everybody
Told = dict[tuple[date, Filter], dict[str, Any]]  # month and filter -> the row that is shown


# Companies, and who really said what


@dataclass(frozen=True)
class Company:
    """A company that answered within one month.

    A row a response, in order of time: person (0, 1, ...), day, members (a name each dimension), scores (nan: no answer).
    """

    month: date
    person: np.ndarray
    day: np.ndarray
    members: np.ndarray
    scores: np.ndarray
    units: tuple[list[date], np.ndarray] | None = None  # where it came in several files: what `_weeks` gives

    @property
    def people(self) -> int:
        return int(self.person.max()) + 1

    @cached_property
    def staff(self) -> np.ndarray:
        """people x dimensions: the members as each person's last response has them."""
        found = np.empty((self.people, len(DIMENSIONS)), dtype=object)
        found[self.person] = self.members
        return found

    @cached_property
    def weeks(self) -> list[date]:
        """The Mondays of the weeks that are told: of five people at least, else a week counts with the next."""
        return self._weeks[0]

    @cached_property
    def _weeks(self) -> tuple[list[date], np.ndarray]:
        """The weeks, and for each response the place of its week."""
        if self.units:
            return self.units
        mondays = np.array([day - timedelta(days=day.weekday()) for day in self.day])
        weeks: list[date] = []
        places, waiting = np.zeros(len(mondays), dtype=int), np.zeros(len(mondays), dtype=bool)
        for monday in sorted(set(mondays)):
            waiting |= mondays == monday
            if len(set(self.person[waiting])) >= FEWEST:
                places[waiting] = len(weeks)
                weeks.append(monday)
                waiting[:] = False
        places[waiting] = len(weeks) - 1  # too few in the end count with the last
        return weeks, places

    @cached_property
    def came(self) -> np.ndarray:
        """people x weeks: who answered in which."""
        found = np.zeros((self.people, len(self.weeks)), dtype=bool)
        found[self.person, self._weeks[1]] = True
        return found

    @cached_property
    def answers(self) -> np.ndarray:
        """people x weeks x questions: the score that counts (a person's last of the week), else nan.

        Of a week a question counts that five people and a fifth of them answered; a metric, if on one of its questions two
        people at least were of another mind than the rest.
        """
        found = np.full((self.people, len(self.weeks), len(QUESTIONS)), np.nan)
        for place, (person, week) in enumerate(zip(self.person, self._weeks[1], strict=True)):
            found[person, week] = self.scores[place]
        there = (~np.isnan(found)).sum(axis=0)
        few = (there < FEWEST) | (there < LEAST_ANSWERED * self.came.sum(axis=0)[:, None])
        found[:, few] = np.nan
        for questions, week in itertools.product(ASKED.values(), range(len(self.weeks))):
            if not any(of_several_minds(found[:, week, at], at) for at in questions):
                found[:, week, list(questions)] = np.nan
        return found

    @cached_property
    def took(self) -> np.ndarray:
        """people x weeks x questions: whose answer counts."""
        return ~np.isnan(self.answers)

    def sums(self, metric: str, questions: Sequence[int] | None = None) -> tuple[np.ndarray, np.ndarray]:
        """people x weeks: what each person adds to num and to den of a metric, of some of its questions."""
        at = list(ASKED[metric] if questions is None else questions)
        scores, took = self.answers[:, :, at], self.took[:, :, at]
        if metric == "enps":
            return ((scores >= 9).astype(int) - (took & (scores <= 6))).sum(axis=2), took.sum(axis=2)
        return (scores >= 4).sum(axis=2), took.sum(axis=2)

    def who(self, of: Filter) -> np.ndarray:
        """people: True for those a filter is about."""
        found = np.ones(self.people, dtype=bool)
        for name, member in of:
            found &= self.staff[:, DIMENSIONS.index(name)] == member
        return found


def of_several_minds(scores: np.ndarray, question: int) -> bool:
    """Whether two people at least answered otherwise than the most did: favourable or not; promoter, passive, detractor."""
    scores = scores[~np.isnan(scores)]
    classes = np.digitize(scores, [7, 9] if question in ASKED["enps"] else [4])
    return len(scores) - max(np.bincount(classes), default=0) >= 2


def made_up(month: date) -> Company:
    """A company of 60 to 400 people with uneven groups, a mood of its own, answers in one to three weeks, and gaps in them."""
    luck = np.random.default_rng(month.toordinal())
    people = int(luck.integers(60, 401))
    members = np.empty((people, len(DIMENSIONS)), dtype=object)
    for place, letter in enumerate("DSG"):
        shares = luck.dirichlet(np.full(int(luck.integers(3, 7)), luck.choice([0.7, 1.5, 4.0])))
        members[:, place] = [f"{letter}{number}" for number in luck.choice(len(shares), people, p=shares)]
    if luck.random() < 0.5:  # departments that sit in one place, but for a few people
        home = luck.random(people) < 0.9
        members[home, 1] = ["S" + name[1:] for name in members[home, 0]]
    members[luck.random(people) < luck.choice([0, 0.03]), 2] = NOBODY
    monday = month + timedelta(days=1)
    monday += timedelta(days=-monday.weekday() % 7)  # so that no week holds two companies
    shares = luck.dirichlet(np.full(int(luck.integers(1, 4)), 0.8))
    week = luck.choice(len(shares), people, p=shares)
    if luck.random() < 0.4:  # departments that are asked in a week of their own, but for a few people
        asked = luck.random(people) < 0.97
        week[asked] = [int(name[1:]) % len(shares) for name in members[asked, 0]]
    again = np.flatnonzero((luck.random(people) < luck.uniform(0, 0.25)) & (len(shares) > 1))
    person = np.concatenate([np.arange(people), again])
    week = np.concatenate([week, (week[again] + luck.integers(1, max(len(shares), 2), len(again))) % len(shares)])
    members = members[person]
    members[people:][luck.random(len(again)) < 0.1, 2] = "G0"  # some were promoted in between
    day = np.array([monday + timedelta(days=int(days)) for days in 7 * week + luck.integers(0, 7, len(week))])
    mood = luck.normal(luck.uniform(2.2, 4.4), 0.5, (people, len(ITEMS))) + luck.normal(0, 0.3, len(ITEMS))
    scores = np.empty((len(person), len(QUESTIONS)))
    scores[:, ASKED["engagement"]] = mood[person] + luck.normal(0, luck.uniform(0.5, 1.2), (len(person), len(ITEMS)))
    scores[:, ASKED["engagement"]] = np.clip(np.rint(scores[:, ASKED["engagement"]]), 1, 5)
    scores[:, -1] = np.clip(np.rint(2 * mood[person, 0] + luck.normal(0, 2, len(person))), 0, 10)
    scores[luck.random(scores.shape) < luck.uniform(0.02, 0.12, len(QUESTIONS))] = np.nan
    scores[np.isnan(scores).all(axis=1), 0] = 3
    order = np.argsort(day, kind="stable")
    return Company(month, person[order], day[order], members[order], scores[order])


def worked(rows: Iterable[tuple[str, str, int, date]], *, seed: int = 1) -> Company:
    """A company of as many people as said in each department, site and week; what they answer is made up."""
    of = [(department, site, "G0", day) for department, site, count, day in rows for _ in range(count)]
    luck = np.random.default_rng(seed)
    scores = np.column_stack([luck.integers(1, 6, (len(of), len(ITEMS))), luck.integers(0, 11, len(of))]).astype(float)
    members = np.array([row[:3] for row in of], dtype=object)
    return Company(of[0][3].replace(day=1), np.arange(len(of)), np.array([row[3] for row in of]), members, scores)


def part(one: Company, rows: Sequence[int] | np.ndarray) -> Company:
    """Some of the responses of a company."""
    return Company(one.month, one.person[rows], one.day[rows], one.members[rows], one.scores[rows])


def take(store: Store, *companies: Company, name: str = "pulse.csv", **options: str) -> int:
    """Take companies in as one file of the survey Pulse; returns its batch."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(["Date", "Respondent ID", *(name.title() for name in DIMENSIONS), *QUESTIONS])
    for one in companies:
        for person, day, members, scores in zip(one.person, one.day, one.members, one.scores, strict=True):
            marks = ["" if np.isnan(score) else f"{score:.0f}" for score in scores]
            lines.writerow([day, f"{one.month}/{person}", *("" if m == NOBODY else m for m in members), *marks])
    asked = {text: {"role": "engagement", "driver": driver, "low": 1, "high": 5} for text, driver in ITEMS.items()}
    asked[RECOMMEND] = {"role": "enps", "low": 0, "high": 10}
    said = {"survey": "Pulse", "group": "Grade", **options}
    mapping = intake.with_options({"kind": "survey", "questions": asked}, said)
    reading = company.preview(store, out.getvalue().encode(), name=name, mapping=mapping)
    assert [] == list(reading.rejected)
    return company.take_in(store, reading, who="tester")


def last_day(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


# What is told of them


def shown(frame: pd.DataFrame, by: Sequence[str] = (), only: Filter = ()) -> Told:
    """The rows that are told, by month and filter. A row that is hidden holds no number, and says why."""
    hidden = frame[frame["hidden"]]
    assert hidden[NUMBERS].isna().all(axis=None)
    assert hidden["note"].str.startswith("too few people to show this without revealing someone").all()
    return {
        (row["period"], tuple(sorted({**dict(only), **{name: row[name] for name in by}}.items()))): row
        for row in frame[~frame["hidden"]].to_dict("records")
    }


def splits(store: Store, metric: str, **span: Any) -> Told:
    """What is told of everybody, of every member, of every two, and of every three: all that a filter can ask."""
    dimensions = measure.metrics(store)[metric].dimensions
    found = shown(measure.series(store, metric, **span).frame)
    for by in [*itertools.combinations(dimensions, 1), *itertools.combinations(dimensions, 2)]:
        found |= shown(measure.series(store, metric, by=by, **span).frame, by)
    for *by, last in itertools.combinations(dimensions, 3):
        for member in measure.members(store).get(metric, {}).get(last, ()):
            try:
                rows = measure.series(store, metric, by=by, only={last: member}, **span).frame
            except PrivacyError:
                continue
            found |= shown(rows, by, ((last, member),))
    return found


@dataclass(frozen=True)
class Published:
    """All that is told: of each metric by filter and by week, and of drivers by department ("": everybody)."""

    groups: dict[str, Told]
    weeks: dict[str, Told]
    drivers: dict[date, dict[tuple[str, str], dict[str, Any]]]

    def filters(self, metric: str, month: date) -> list[Filter]:
        return [of for when, of in self.groups[metric] if when == month]

    def sets(self, one: Company, metric: str, question: int | None = None) -> np.ndarray:
        """sets x people: whom the told numbers of a metric are about; and its drivers', if they hold that question."""
        found = [one.who(of) for of in self.filters(metric, one.month)]
        for driver, member in self.drivers[one.month] if metric == "engagement" and question is not None else ():
            if question in DRIVERS[driver]:
                found.append(one.who((("department", member),) if member else ()))
        return np.array(found, dtype=bool).reshape(-1, one.people)


def published(store: Store, companies: Iterable[Company]) -> Published:
    drivers = {}
    for one in companies:
        frame = measure.drivers(store, start=one.month, end=last_day(one.month))
        assert frame.loc[frame["hidden"], ["value", "num", "den", "n", "low", "high"]].isna().all(axis=None)
        rows = frame[~frame["hidden"]].to_dict("records")
        drivers[one.month] = {(row["driver"], row["member"]): row for row in rows}
    weeks = {metric: shown(measure.series(store, metric, grain="week").frame) for metric in ASKED}
    return Published({metric: splits(store, metric) for metric in ASKED}, weeks, drivers)


@pytest.fixture(scope="module")
def companies() -> list[Company]:
    months = [FIRST_MONTH.replace(year=FIRST_MONTH.year + at // 12, month=at % 12 + 1) for at in range(COMPANIES)]
    return [made_up(month) for month in months]


@pytest.fixture(scope="module")
def closed(companies, tmp_path_factory) -> tuple[Path, list[list[int]]]:
    """The folder of a closed store that holds every company, and what `taken_in` says of it."""
    made = tmp_path_factory.mktemp("companies")
    return made, taken_in(made, companies)


def taken_in(made: Path, companies: Sequence[Company]) -> list[list[int]]:
    """For each company the cells whose people's answers drivers are ranked from, once all of them are in a new store there."""
    found = []

    def watched(chosen: np.ndarray, answered: np.ndarray, cell: np.ndarray, *rest: Any, **more: Any) -> Any:
        told = suppression.apart(chosen, answered, cell, *rest, **more)
        found.append([] if told is None else np.unique(cell[told.chosen]).tolist())
        return told

    with pytest.MonkeyPatch.context() as patch, Store(made / "keel.duckdb", SETTINGS) as store:
        patch.setattr(tallies, "suppression", SimpleNamespace(**{**vars(suppression), "apart": watched}))
        take(store, *companies)
    return found


@pytest.fixture(scope="module")
def folder(closed) -> Path:
    """The folder of a closed store that holds every company, to be copied."""
    return closed[0]


@pytest.fixture(scope="module")
def store(folder, tmp_path_factory) -> Iterator[Store]:
    with copied(folder, tmp_path_factory.mktemp("asked")) as store:
        yield store


@pytest.fixture(scope="module")
def told(store, companies) -> Published:
    return published(store, companies)


def copied(folder: Path, into: Path, settings: Settings = SETTINGS) -> Store:
    shutil.copytree(folder, into, dirs_exist_ok=True)
    return Store(into / "keel.duckdb", settings)


# Whom it singles out


def classes_of(sets: np.ndarray) -> np.ndarray:
    """people: a number for those who are in the same sets (sets x people)."""
    return np.unique(np.packbits(sets, axis=0).T, axis=0, return_inverse=True)[1].ravel()


def fewest_singled_out(sets: np.ndarray, took: np.ndarray) -> int:
    """The fewest people whose answers some weighting of sums over the sets and over the weeks leaves, all others cancelled.

    sets: sets x people; took: people x weeks, whose answer there is. People in the same sets are a class; a weighting gives
    an answer the weight of its class plus that of its week. What does not cancel is the whole of a class, or what lies
    across a cut between classes and weeks: each class stands on the side that fewer of its people leave. (That this is what
    the row space gives is tested below.)
    """
    classes = classes_of(sets)
    sizes = [np.bincount(classes, weights=took.any(axis=1))]
    for side in itertools.product([False, True], repeat=took.shape[1] - 1):
        inside = np.array([*side, False])
        leaving = [np.bincount(classes, weights=took[:, weeks].any(axis=1)) for weeks in (inside, ~inside)]
        sizes.append(np.minimum(*leaving).sum(keepdims=True))
    every = np.concatenate(sizes)
    return int(every[every > 0].min(initial=FEWEST * COMPANIES))


def sees(rows: np.ndarray) -> np.ndarray:
    """columns x ...: an orthonormal basis of what no combination of the rows can tell."""
    _, values, vectors = np.linalg.svd(np.asarray(rows, dtype=float))
    return vectors[int((values > 1e-9).sum()) :].T


def in_row_space(rows: np.ndarray, indicators: np.ndarray) -> np.ndarray:
    """Which of the indicators (a row each) some weighting of the rows gives."""
    return np.abs(indicators.astype(float) @ sees(rows)).max(axis=1, initial=0) < 1e-8


# (a) to (h)


def test_every_number_is_the_true_sum_over_the_people_it_names(companies, told):
    for one, metric in itertools.product(companies, ASKED):
        num, den = one.sums(metric)
        for of in told.filters(metric, one.month):
            who, row = one.who(of), told.groups[metric][one.month, of]
            assert (num[who].sum(), den[who].sum()) == (row["num"], row["den"]), (one.month, of)
            assert (den[who].sum(axis=1) > 0).sum() == row["n"] or not of, (one.month, of)
        for place, week in enumerate(one.weeks):
            true = (one.came[:, place].sum(), num[:, place].sum(), den[:, place].sum())
            row = told.weeks[metric].get((week, ()))
            assert (true if row else true[2]) == ((row["n"], row["num"], row["den"]) if row else 0), (metric, week)
    for one in companies:
        for (driver, member), row in told.drivers[one.month].items():
            num, den = one.sums("engagement", DRIVERS[driver])
            who = one.who((("department", member),) if member else ())
            assert (who.sum(), num[who].sum(), den[who].sum()) == (row["n"], row["num"], row["den"]), (
                one.month,
                driver,
            )


def test_the_company_is_as_many_people_as_its_groups(companies, told):
    for one, metric in itertools.product(companies, ASKED):
        if (one.month, ()) in told.groups[metric]:
            _, den = one.sums(metric)
            assert (den.sum(axis=1) > 0).sum() == told.groups[metric][one.month, ()]["n"]


def test_of_every_company_itself_and_of_most_their_groups_are_told(companies, told):
    """Without this the rest would hold of a store that hides everything."""
    for metric in ASKED:
        whole = {month for month, of in told.groups[metric] if not of}
        assert {one.month for one in companies if one.took[:, :, ASKED[metric][0]].any()} == whole
        assert 0.95 * COMPANIES <= len(whole)
    with_groups = {month for month, of in told.groups["engagement"] if of}
    assert len(with_groups) >= 0.9 * COMPANIES
    assert len(told.groups["engagement"]) >= 10 * COMPANIES


def test_a_filter_tells_what_the_split_tells_and_refuses_what_it_hides(store, told):
    members = measure.members(store)["engagement"]
    choices = [[None, *members[name]] for name in DIMENSIONS]
    filters = [
        tuple((name, member) for name, member in sorted(zip(DIMENSIONS, choice, strict=True)) if member)
        for choice in itertools.product(*choices)
    ]
    for of in filters[1::7]:
        expected = {key: row["num"] for key, row in told.groups["engagement"].items() if key[1] == of}
        try:
            found = shown(measure.series(store, "engagement", only=dict(of)).frame, only=of)
        except PrivacyError:
            found = {}
        assert expected == {key: row["num"] for key, row in found.items()}, of


def test_a_number_of_the_year_before_and_of_a_quarter_are_told_numbers_only(store, told):
    for metric, rows in told.groups.items():
        for (month, of), row in rows.items():
            before = rows.get((month.replace(year=month.year - 1), of))
            assert (
                np.isnan(row["prior"])
                if before is None
                else row["prior"] in (before["value"], pytest.approx(np.nan, nan_ok=True))
            )
        for grain, months in (("quarter", 3), ("year", 12)):
            expected: dict[Any, float] = {}
            for (month, of), row in rows.items():
                if len(of) == 1 and of[0][0] == "site":
                    period = month.replace(month=(month.month - 1) // months * months + 1)
                    expected[period, of] = expected.get((period, of), 0) + row["num"]
            found = shown(measure.series(store, metric, grain=grain, by=["site"]).frame, ["site"])
            assert expected == {key: row["num"] for key, row in found.items()}


def test_no_combination_of_all_that_is_told_singles_out_fewer_than_five(companies, told):
    """(a), and (f) for each question: whose answer to it there is."""
    found = []
    for one, metric in itertools.product(companies, ASKED):
        for question in ASKED[metric]:
            fewest = fewest_singled_out(told.sets(one, metric, question), one.took[:, :, question])
            found.append((fewest, one.month, QUESTIONS[question]))
    assert FEWEST <= min(found)[0], min(found)


def test_no_combination_of_the_numbers_of_people_singles_out_fewer_than_five(companies, told):
    for one in companies:
        sets = np.vstack([told.sets(one, metric) for metric in ASKED])
        assert FEWEST <= fewest_singled_out(sets, one.came.any(axis=1)[:, None]), one.month


def test_the_cut_is_what_the_row_space_of_sums_by_class_and_by_week_singles_out():
    """The arithmetic of (a) against brute force: every set of people by size, and the rank of what nobody can see of it."""
    luck = np.random.default_rng(5)
    for _ in range(60):
        people, weeks = int(luck.integers(7, 10)), int(luck.integers(2, 4))
        sets = luck.random((2, people)) < 0.5
        share = luck.choice([0, 0.5, 1], (4, weeks))  # of a class of people, in each week
        took = luck.random((people, weeks)) < share[classes_of(sets)]
        person, week = np.nonzero(took)
        rows = [
            *(classes_of(sets)[person] == number for number in range(4)),
            *(week == number for number in range(weeks)),
        ]
        unseen = sees(np.array(rows))
        groups = (group for count in range(1, people + 1) for group in itertools.combinations(range(people), count))
        singled_out = (len(group) for group in groups if depend(unseen[np.isin(person, group)]))
        assert next(singled_out, FEWEST * COMPANIES) == fewest_singled_out(sets, took)


def depend(unseen: np.ndarray) -> bool:
    """Whether some weighting of rows that is not nought lies on these columns alone, whose rows of `unseen` they are."""
    return len(unseen) > 0 and bool(np.linalg.matrix_rank(unseen, tol=1e-8) < len(unseen))


def test_unions_and_differences_of_three_told_sets_hold_nobody_or_five(companies, told):
    """(b), and (f): of each question nobody or five who answered it. People of the same sets are one bit of a number."""
    for one, metric in itertools.product(companies[::4], ASKED):
        sets = told.sets(one, metric)
        classes = classes_of(sets)
        bit = np.uint64(1) << classes.astype(np.uint64)
        masks = np.unique(np.array([np.bitwise_or.reduce(bit[who]) for who in sets], dtype=np.uint64))
        two = np.unique([op(masks[:, None], masks[None]) for op in (np.bitwise_or, less, np.bitwise_and)])
        three = np.unique([op(two[:, None], masks[None]) for op in (np.bitwise_or, less)])
        three = np.union1d(three, less(masks[:, None], two[None]))
        whole = np.uint64(1) << np.arange(classes.max() + 1, dtype=np.uint64)
        for who in (one.came.any(axis=1), *one.took.any(axis=1)[:, list(ASKED[metric])].T):
            sizes = np.bincount(classes, weights=who)
            people = sum(
                (size * ((three & at) > 0) for size, at in zip(sizes, whole, strict=True)), np.zeros(len(three))
            )
            assert FEWEST <= people[people > 0].min(initial=FEWEST), one.month


def less(these: np.ndarray, those: np.ndarray) -> np.ndarray:
    return these & ~those


def test_no_group_that_is_told_or_follows_from_what_is_told_is_of_one_mind(companies, told):
    """METHODS D6: at least two answers otherwise than the rest, in each class that is singled out, and of each driver."""
    for one, metric in itertools.product(companies, ASKED):
        assert [] == of_one_mind(one, told.sets(one, metric), metric), one.month
    for one in companies:
        for driver, member in told.drivers[one.month]:
            who = one.who((("department", member),) if member else ())
            assert of_several_minds(one.answers[who][:, :, DRIVERS[driver]], 0), (one.month, driver, member)


def of_one_mind(one: Company, sets: np.ndarray, metric: str) -> list[int]:
    """How many people are in the classes that some weighting of the sets singles out, and that answered all (but one) alike."""
    classes = classes_of(sets)
    numbers = np.arange(classes.max() + 1)
    rows = np.array([np.isin(numbers, classes[who]) for who in sets]).reshape(-1, len(numbers))
    found = []
    for number in numbers[in_row_space(rows, np.eye(len(numbers)))]:
        scores = one.answers[classes == number][:, :, list(ASKED[metric])]
        if not np.isnan(scores).all() and not of_several_minds(scores, ASKED[metric][0]):
            found.append(int((classes == number).sum()))
    return found


@dataclass(frozen=True)
class Summed:
    """Whose answers the moments of a company's drivers are sums over; a row a person, x weeks.

    asked: the questions; cell: of each person; chosen: people x weeks; stored: the table as it was written.
    """

    asked: list[int]
    cell: np.ndarray
    chosen: np.ndarray
    stored: pd.DataFrame


@pytest.fixture(scope="module")
def summed(closed, companies) -> list[Summed]:
    return summed_of(companies, *closed)


def summed_of(companies: Sequence[Company], made: Path, cells: Sequence[list[int]]) -> list[Summed]:
    """By company, from the answers that were made up: of each person the last week in which every question was answered that half of
    all did, in the cells that were watched; where the store has no moments nobody."""
    with duckdb.connect(made / "keel.duckdb", read_only=True) as connection:
        stored = dict(iter(connection.execute("select * from closed_moment").df().groupby("wave_on")))
        rows = connection.execute("select wave_on, person, max(cell) as cell from closed_response group by all").df()
    of_person = dict(iter(rows.groupby("wave_on")))
    found = []
    for one, kept in zip(companies, cells, strict=True):
        cell = np.zeros(one.people, dtype=int)
        there = of_person[pd.Timestamp(one.month)]
        cell[there["person"].str.split("/").str[-1].astype(int)] = there["cell"]
        asked = [q for q in range(len(QUESTIONS)) if 2 * one.took[:, :, q].sum() >= one.came.sum()]
        chosen = complete(one, asked) & np.isin(cell, kept)[:, None]
        found.append(Summed(asked, cell, chosen, stored.get(pd.Timestamp(one.month), pd.DataFrame())))
    return found


def complete(one: Company, asked: Sequence[int]) -> np.ndarray:
    """people x weeks: of each person the last week in which every one of these questions was answered."""
    whole = one.took[:, :, list(asked)].all(axis=2)
    return whole & (np.cumsum(whole[:, ::-1], axis=1)[:, ::-1] == 1)


def test_the_moments_of_drivers_are_the_true_sums_of_most_companies(companies, summed):
    for one, of in zip(companies, summed, strict=True):
        if of.stored.empty:
            assert not of.chosen.any(), one.month
            continue
        scores = one.answers[of.chosen][:, of.asked]
        names = ["", *(QUESTIONS[q] for q in of.asked)]
        whole = np.column_stack([np.ones(len(scores)), scores])
        products = pd.DataFrame(whole.T @ whole, index=names, columns=names)
        assert {int(of.chosen.sum())} == set(of.stored["people"]), one.month
        assert len(of.asked) * (len(of.asked) + 3) / 2 == len(of.stored)
        assert all(products.loc[row.question, row.other] == row.total for row in of.stored.itertuples()), one.month
    assert sum(not of.stored.empty for of in summed) >= 0.8 * COMPANIES
    assert sum(of.chosen.sum() for of in summed) >= 0.5 * sum(one.people for one in companies)


MOST_KINDS = 40  # of people, of which every four are tried


def test_no_combination_with_the_moments_of_drivers_singles_out_fewer_than_five(companies, summed):
    """(a) and (f) once more, with the set that moments are sums over beside the cells (finer than all that is told of groups) and
    the weeks: of each company one question, by brute force; where there are too many kinds of people for that, the tests below must do.
    """
    found = []
    for at, (one, of) in enumerate(zip(companies, summed, strict=True)):
        if of.chosen.any():
            question = of.asked[at % len(of.asked)]
            fewest = fewest_beside(of.cell, one.took[:, :, question], of.chosen)
            found += [] if fewest is None else [(fewest, one.month, QUESTIONS[question])]
    assert FEWEST <= min(found)[0], min(found)
    assert len(found) >= COMPANIES / 2


def test_where_all_but_a_few_answered_everything_a_sum_over_those_would_single_out_a_few(companies, tmp_path):
    """(h) for the moments: a few people of companies leave a question out. All the others summed as they are would expose them; what
    is kept exposes nobody, and is still of most people.
    """
    careful = []
    for one in companies[:60]:
        scores = np.where(np.isnan(one.scores), 3, one.scores)
        scores[one.person < 3, len(ITEMS) - 1] = np.nan
        careful.append(replace(one, scores=scores))
    summed = summed_of(careful, tmp_path, taken_in(tmp_path, careful))
    exposed = []
    for one, of in zip(careful, summed, strict=True):
        for question in (0, len(QUESTIONS) - 1):
            took = one.took[:, :, question]
            if question in of.asked:
                exposed.append((fewest_beside(of.cell, took, complete(one, of.asked)) or FEWEST) < FEWEST)
                assert FEWEST <= (fewest_beside(of.cell, took, of.chosen) or FEWEST), one.month
    assert sum(exposed) >= 20, sum(exposed)
    assert sum(of.chosen.any() for of in summed) >= 0.7 * len(careful)


def fewest_beside(cell: np.ndarray, took: np.ndarray, chosen: np.ndarray) -> int | None:
    """The fewest people, up to five, whom some weighting of sums over cells, weeks and a chosen set leaves singled out.

    cell: of each person; took, chosen: people x weeks, whose answer there is, whose is summed. People alike in all of it are a
    kind; kinds of five or more must cancel. A weighting lies on the answers of some kinds alone if, in an orthonormal basis of all
    that is left, their rows have a singular value of 1. None where there are too many kinds to try.
    """
    shapes, kind = np.unique(np.column_stack([cell[:, None], took, chosen & took]), axis=0, return_inverse=True)
    sizes, weeks = np.bincount(kind.ravel()), took.shape[1]
    number, week = np.nonzero(shapes[:, 1 : weeks + 1])
    table = np.column_stack([
        np.eye(cell.max() + 1)[shapes[number, 0]], np.eye(weeks)[week], shapes[number, 1 + weeks + week],
    ])  # fmt: skip
    is_small = sizes < FEWEST
    left = table @ sees(table[~is_small[number]]) if (~is_small).any() else table
    vectors, values, _ = np.linalg.svd(left, full_matrices=False)
    basis = vectors[:, values > 1e-9]
    touched = [k for k in np.flatnonzero(is_small) if np.abs(basis[number == k]).max(initial=0) > 1e-9]
    if len(touched) > MOST_KINDS:
        return None
    rows = np.zeros((len(touched), weeks, basis.shape[1]))
    for at, k in enumerate(touched):
        rows[at, : (number == k).sum()] = basis[number == k]
    length = (rows**2).sum(axis=(1, 2))
    fewest = FEWEST
    for count in range(1, min(FEWEST, len(touched) + 1)):
        groups = np.array(list(itertools.combinations(range(len(touched)), count)))
        people = sizes[np.array(touched)[groups]].sum(axis=1)
        groups, people = (of[(people < fewest) & (length[groups].sum(axis=1) > 1 - 1e-9)] for of in (groups, people))
        if len(groups):
            blocks = rows[groups].reshape(len(groups), count * weeks, -1)
            alone = np.linalg.eigvalsh(blocks @ blocks.swapaxes(1, 2))[:, -1] > 1 - 1e-9
            fewest = int(people[alone].min(initial=fewest))
    return fewest


def test_a_chosen_set_singles_out_no_fewer_than_is_said_and_in_one_week_exactly_so_many():
    """The argument of suppression.apart against brute force: a weighting in which the set counts is one where, on the answers of
    all but some people, the set is a combination of cells and weeks; the fewest people for whom that is so."""
    luck = np.random.default_rng(9)
    seen = {1: 0, 2: 0, 3: 0}
    for _ in range(150):
        people, weeks, cells = int(luck.integers(6, 9)), int(luck.integers(1, 4)), int(luck.integers(1, 4))
        cell = luck.integers(0, cells, people)
        took = luck.random((people, weeks)) < luck.choice([0.4, 0.8])
        took[np.arange(people), luck.integers(0, weeks, people)] = True
        person, week = np.nonzero(took)
        last = np.r_[person[1:] != person[:-1], True]
        chosen = last & (luck.random(len(person)) < 0.6)
        told = suppression.apart(
            chosen,
            np.ones((len(person), 1), dtype=bool),
            cell[person],
            person,
            week,
            minimum=1,
            fits=lambda these: True,
        )
        known = np.column_stack([np.eye(cells)[cell[person]], np.eye(weeks)[week]])

        def is_made_of(rows: np.ndarray, known=known, chosen=chosen) -> bool:
            return bool(
                np.abs(known[rows] @ np.linalg.lstsq(known[rows], chosen[rows] * 1.0)[0] - chosen[rows]).max(initial=0)
                < 1e-8
            )

        if told is None or is_made_of(np.ones(len(person), dtype=bool)):
            continue  # nobody is chosen, or the set is one of whole cells
        groups = (group for count in range(1, people + 1) for group in itertools.combinations(range(people), count))
        fewest = next(len(group) for group in groups if is_made_of(~np.isin(person, group)))
        assert told.fewest <= fewest
        if weeks == 1:
            assert told.fewest == fewest
        seen[weeks] += 1
    assert min(seen.values()) >= 20


def test_who_could_be_singled_out_by_a_chosen_set_is_left_out_with_the_cell():
    """19 of 20 here and 1 of 20 there are chosen: many on either side, and yet all less the first cell leaves two people."""
    cell, person = np.repeat([0, 1, 2], 20), np.arange(60)
    chosen = np.r_[np.arange(20) < 19, np.arange(20) < 1, np.arange(20) < 10]
    asked = {"answered": np.ones((60, 1), dtype=bool), "person": person, "place": np.zeros(60, dtype=int), "minimum": 5}

    assert 2 == fewest_beside(cell[:40], np.ones((40, 1), dtype=bool), chosen[:40, None])
    told = suppression.apart(chosen, cell=cell, **asked, fits=lambda these: True)
    assert told is not None
    assert (60, 10, 12) == (len(told.chosen), 10, told.fewest)
    assert chosen.tolist() == told.chosen.tolist()  # beside the third cell, ten people cross the cut

    without = {**asked, "answered": asked["answered"][:40], "person": person[:40], "place": asked["place"][:40]}
    assert suppression.apart(chosen[:40], cell=cell[:40], **without, fits=lambda these: True) is None


def test_of_two_dimensions_whose_rest_differs_by_one_person_only_one_is_told(tmp_path):
    """(c): department B of 13 holds site B of 12, so department A of 20 and site A of 21 differ by the one."""
    with Store(tmp_path / "keel.duckdb", SETTINGS) as store:
        day = date(2024, 1, 9)
        take(store, worked([("A", "A", 20, day), ("B", "A", 1, day), ("B", "B", 12, day)]))
        groups = {of: row["n"] for (_, of), row in splits(store, "engagement").items()}
        refused = [{"site": "A"}, {"site": "B"}, {"department": "B", "site": "A"}, {"department": "B", "site": "B"}]
        for only in refused:
            with pytest.raises(PrivacyError, match="the nearest group that can be shown is"):
                measure.series(store, "engagement", only=only)
    assert {(): 33, (("department", "A"),): 20, (("department", "B"),): 13} == {
        of: n for of, n in groups.items() if "grade" not in dict(of) and "site" not in dict(of)
    }
    assert {20, 13, 33} == set(groups.values())


def test_any_answer_is_a_union_of_cells(companies, store, told):
    """(g): no cell has some of its people inside a filter and some outside, and the cells add up to what is told."""
    for one, metric in itertools.product(companies[::4], ASKED):
        cells = store.rows("wave_cells", metric=metric, wave_on=one.month)
        for of in told.filters(metric, one.month):
            wanted = {DIMENSIONS.index(name): "" if member == NOBODY else member for name, member in of}
            inside = [cell for cell in cells if all(member in cell["members"][at] for at, member in wanted.items())]
            assert all([member] == cell["members"][at] for cell in inside for at, member in wanted.items())
            row = told.groups[metric][one.month, of]
            sums = [sum(cell[name] for cell in inside) for name in ("people", "num", "den")]
            assert sums[0 if of else 1 :] == [row[name] for name in ("n", "num", "den")[0 if of else 1 :]], (
                one.month,
                of,
            )


def test_hiding_small_groups_alone_exposes_somebody_in_every_company(companies):
    """(h): "hide n < 5", and "hide n < 5 and remainders < 5", fail (a) in each of the same companies."""
    exposed = np.zeros(2, dtype=int)
    for one in companies:
        kinds, kind = np.unique(np.unique(one.staff, return_inverse=True)[1], axis=0, return_inverse=True)
        sizes = np.bincount(kind.ravel())
        everybody = np.ones(len(kinds), dtype=bool)
        members = [[everybody, *(column == member for member in np.unique(column))] for column in kinds.T]
        filters = np.array([np.logical_and.reduce(chosen) for chosen in itertools.product(*members)])
        people = filters @ sizes
        rest = one.people - people
        small = filters[(people > 0) & (people < FEWEST)]
        for rule, is_shown in enumerate((people >= FEWEST, (people >= FEWEST) & ((rest == 0) | (rest >= FEWEST)))):
            exposed[rule] += in_row_space(filters[is_shown], small).any()
    assert [COMPANIES, COMPANIES] == exposed.tolist()


# (d) and the life of a wave


MONDAY, NEXT_MONDAY = date(2024, 1, 8), date(2024, 1, 15)


def views(store: Store, one: Company) -> dict[str, Any]:
    """All that is told of a wave, in a form that can be compared."""
    span = {"start": one.month, "end": last_day(one.month)}
    found: dict[str, Any] = {"drivers": measure.drivers(store, **span).to_json(orient="records")}
    for metric in ASKED:
        rows = {
            "groups": splits(store, metric, **span),
            "weeks": shown(measure.series(store, metric, grain="week", **span).frame),
        }
        for name, told in rows.items():
            found[f"{metric} by {name}"] = {key: [row[number] for number in NUMBERS[:-1]] for key, row in told.items()}
        found[f"{metric} by score"] = measure.score_counts(store, metric, **span).to_dict("records")
    return found


def test_one_more_answer_in_a_closed_wave_changes_nothing_and_counts_in_the_next(tmp_path):
    """(d), over every view: the late one is of the smallest department."""
    january, february = made_up(date(2008, 1, 1)), made_up(date(2008, 2, 1))
    members, sizes = np.unique(january.members[:, 0].astype(str), return_counts=True)
    small = np.flatnonzero(january.members[:, 0] == members[sizes.argmin()])
    more = part(january, small[~np.isnan(january.scores[small]).any(axis=1)][:1])
    with Store(tmp_path / "keel.duckdb", SETTINGS) as store:
        take(store, part(january, np.flatnonzero(january.person != more.person[0])))
        before, answers = views(store, january), measure.questions(store)
        take(store, more, name="late.csv")
        assert before == views(store, january)
        assert answers == measure.questions(store)
        take(store, february, name="february.csv")
        assert before == views(store, january)
        found = shown(measure.series(store, "engagement").frame)
    assert february.people + 1 == found[february.month, ()]["n"]


def test_a_late_answer_that_leaves_a_question_blank_changes_nothing_of_that_question(tmp_path):
    january, late = worked([("A", "N", 20, MONDAY)]), worked([("A", "N", 1, MONDAY)], seed=2)
    late.scores[0, 1] = np.nan
    with Store(tmp_path / "keel.duckdb", SETTINGS) as store:
        take(store, january)
        answers = measure.questions(store)
        take(store, replace(late, person=np.array([20])), name="late.csv")
        assert answers == measure.questions(store)


def test_a_late_answer_hides_no_month_before_the_first_in_view(tmp_path):
    late = replace(worked([("A", "N", 1, MONDAY)], seed=2), person=np.array([20]))
    with Store(tmp_path / "keel.duckdb", SETTINGS) as store:
        take(store, worked([("A", "N", 20, MONDAY)]))
        take(store, late, name="late.csv")
        take(store, worked([("A", "N", 20, date(2024, 2, 6))], seed=3), name="february.csv")
        assert [date(2024, 2, 1)] == measure.series(store, "engagement", start=date(2024, 2, 1)).frame[
            "period"
        ].tolist()


def test_a_leaver_and_a_joiner_between_two_weeks_are_not_told_by_any_view(tmp_path):
    """Forty people answer in two weeks running; one of Sales leaves after the first, one joins Works for the second."""
    both = worked([("Sales", "North", 20, MONDAY), ("Works", "South", 20, MONDAY)])
    stay = np.arange(1, both.people)
    join = worked([("Works", "South", 1, NEXT_MONDAY)], seed=3)
    one = Company(
        both.month, np.concatenate([both.person, stay, [both.people]]), np.array([MONDAY] * 40 + [NEXT_MONDAY] * 40),
        np.vstack([both.members, both.members[stay], join.members]), np.vstack([both.scores, both.scores[stay], join.scores]),
    )  # fmt: skip
    with Store(tmp_path / "keel.duckdb", SETTINGS) as store:
        take(store, one)
        told = published(store, [one])
    assert {MONDAY, NEXT_MONDAY} == {week for week, _ in told.weeks["engagement"]}
    assert {20, 21} == {told.groups["enps"][one.month, (("department", name),)]["n"] for name in ("Sales", "Works")}
    for metric, questions in ASKED.items():
        for question in questions:
            sets = told.sets(one, metric, question)
            assert FEWEST <= fewest_singled_out(sets, one.took[:, :, question])


def test_a_department_is_not_told_where_a_week_less_it_would_be_one_person(tmp_path):
    """Sales answers in the first week and Works in the second, but for one of Sales: the week less Works is that one."""
    one = worked(
        [("Sales", "North", 20, MONDAY), ("Sales", "North", 1, NEXT_MONDAY), ("Works", "North", 20, NEXT_MONDAY)]
    )
    assert 1 == fewest_singled_out(np.array([one.who((("department", "Works"),))]), one.took[:, :, 0])
    with Store(tmp_path / "keel.duckdb", SETTINGS) as store:
        take(store, one)
        assert {()} == {of for _, of in splits(store, "engagement") if "department" in dict(of) or not of}
        assert 2 == len(shown(measure.series(store, "engagement", grain="week").frame))


RETOLD = [
    pytest.param(
        [("A", "N", 8, MONDAY), ("A", "S", 8, MONDAY), ("B", "N", 20, MONDAY)], 0,
        [("A", "N", 3, MONDAY), ("A", "S", 3, MONDAY)], id="three more in each of two sites",
    ),
    pytest.param(
        [(*of, count, day) for day in (MONDAY, NEXT_MONDAY) for *of, count in (("A", "N", 8), ("A", "S", 8), ("B", "N", 20))], 1,
        [("A", "N", 6, NEXT_MONDAY), ("A", "S", 6, MONDAY)], id="one fewer in a week where a site gained in the other",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("first", "fewer", "more"), RETOLD)
def test_a_wave_told_before_and_after_a_correction_singles_out_nobody_or_five(first, fewer, more, tmp_path):
    """Whoever wrote the numbers down before the correction has both tellings, and may take one from the other."""
    old, new = worked(first), worked(more, seed=2)
    people = old.people + new.people
    every = Company(
        old.month, np.arange(people), np.concatenate([old.day, new.day]), np.vstack([old.members, new.members]),
        np.vstack([old.scores, new.scores]),
    )  # fmt: skip
    num, den = (sums.sum(axis=1) for sums in every.sums("engagement"))
    rows, tellings = [], [np.arange(people) < old.people, np.arange(people) >= fewer]
    with Store(tmp_path / "keel.duckdb", SETTINGS) as store:
        for there in tellings:
            batch = take(store, part(every, np.flatnonzero(there)))
            about = [(every.who(of), row) for (_, of), row in splits(store, "engagement").items()]
            line = shown(measure.series(store, "engagement", grain="week").frame)
            about += [(every.day == week, row) for (week, _), row in line.items()]
            for who, row in about:  # it stands as it was told before, or is told again
                rows.append(next(who & in_it for in_it in tellings if (num[who & in_it].sum(), den[who & in_it].sum()) == (row["num"], row["den"])))  # fmt: skip
            store.undo(batch, who="tester")
    classes, at = np.unique(np.array(rows), axis=1, return_inverse=True)
    sizes, unseen = np.bincount(at.ravel()), sees(classes)
    small = [
        np.array(of)
        for count in (1, 2)
        for of in itertools.combinations(range(len(sizes)), count)
        if sizes[list(of)].sum() < FEWEST
    ]
    assert [] == [of.tolist() for of in small if classes[:, of].any() and depend(unseen[of])]


def pulse_by_week(first: date, weeks: int, people: int) -> tuple[Company, np.ndarray, np.ndarray]:
    """A company that is asked every week; of each response the file (0, 1, ...) it came with, and the day its week begins.

    A week is cut where the month ends. Some answers come with the file of the week after, and count in its first part.
    """
    luck = np.random.default_rng(4)
    members = np.array([[f"{letter}{luck.integers(3)}" for letter in "DSG"] for _ in range(people)], dtype=object)
    week, person = np.nonzero(luck.random((weeks, people)) < luck.choice([0.3, 0.6], (weeks, 1)))
    day = np.array([first + timedelta(days=int(days)) for days in 7 * week + luck.integers(0, 7, len(week))])
    late = (luck.random(len(week)) < 0.08) & (week < weeks - 1)
    scores = np.column_stack([luck.integers(1, 6, (len(week), len(ITEMS))), luck.integers(0, 11, len(week))]).astype(
        float
    )
    scores[luck.random(scores.shape) < 0.06] = np.nan
    begins = np.array([max(one - timedelta(days=one.weekday()), one.replace(day=1)) for one in day])
    begins[late] = [min(begins[~late & (week == there + 1)]) for there in week[late]]
    order = np.argsort(day, kind="stable")
    whole = Company(first, person[order], day[order], members[person[order]], scores[order])
    return whole, (week + late)[order], begins[order]


def test_weekly_files_with_late_answers_change_nothing_that_was_told_and_single_out_nobody(tmp_path):
    """Six weeks over the end of a month: what is told after any file is still told, with the same numbers, after the last."""
    first, weeks = date(2024, 1, 1), 6
    whole, file, begins = pulse_by_week(first, weeks, people=60)
    told: dict[tuple[Any, ...], tuple[float, ...]] = {}
    with Store(tmp_path / "keel.duckdb", SETTINGS) as store:
        for week in range(weeks):
            over = first + timedelta(days=7 * week + 6)
            take(store, part(whole, np.flatnonzero(file == week)), name=f"week {week}.csv", as_of=over.isoformat())
            groups = {key: row for key, row in splits(store, "engagement").items() if key[1]}
            line = shown(measure.series(store, "engagement", grain="week").frame)
            now = {key: (row["n"], row["num"], row["den"]) for key, row in (groups | line).items()}
            assert told == {key: now[key] for key in told}
            told = now
        sums = {}
        for begin in sorted(set(begins)):
            end = min(begin + timedelta(days=6 - begin.weekday()), last_day(begin))
            (row,) = shown(measure.series(store, "engagement", grain="week", start=begin, end=end).frame).values()
            sums[begin] = (row["num"], row["den"])
    rows = np.flatnonzero(begins < date(2024, 2, 1))
    units = sorted(set(begins[rows]))
    one = replace(part(whole, rows), units=(units, np.searchsorted(units, begins[rows])))
    num, den = one.sums("engagement")
    assert [sums[begin] for begin in units] == list(zip(num.sum(axis=0), den.sum(axis=0), strict=True))
    sets = np.array([one.who(of) & one.came.any(axis=1) for _, of in groups])
    assert len(sets) > 4
    assert FEWEST <= min(fewest_singled_out(sets, one.took[:, :, question]) for question in ASKED["engagement"])


# (e)


def bounds(
    one: Company, told: Published, counts: Mapping[int, Mapping[str, int]], group: np.ndarray, questions: Sequence[int]
) -> tuple[float, float]:
    """The lowest and the highest that a group's mean answer to some questions can be, given all that is told of engagement.

    Linear programming: how many answers of each score people of one class gave to a question in a week. Known are how many
    gave an answer at all, the favourable ones of every told group, driver and week, and the whole company's by score.
    """
    in_group = np.isin(np.arange(one.people), group)
    sets = told.sets(one, "engagement", None)
    by_driver = {(d, m): one.who((("department", m),) if m else ()) for d, m in told.drivers[one.month]}
    classes = classes_of(np.vstack([sets, *by_driver.values(), in_group]))
    took = np.array([one.took[classes == number].sum(axis=0) for number in range(classes.max() + 1)])[
        :, :, ASKED["engagement"]
    ]
    of, week, question = np.nonzero(took)  # a row a class, week and question with answers
    favourable, every = np.array([0, 0, 0, 1, 1]), np.ones(5)
    known = [(np.eye(len(of))[at], every, took[of[at], week[at], question[at]]) for at in range(len(of))]
    for row, who in zip(
        (told.groups["engagement"][one.month, f] for f in told.filters("engagement", one.month)), sets, strict=True
    ):
        known.append((np.isin(of, classes[who]), favourable, row["num"]))
    for (driver, member), who in by_driver.items():
        about = np.isin(of, classes[who]) & np.isin(question, DRIVERS[driver])
        known.append((about, favourable, told.drivers[one.month][driver, member]["num"]))
    for (monday, _), row in told.weeks["engagement"].items():
        known.append((week == one.weeks.index(monday), favourable, row["num"]))
    for at, given in counts.items():
        known += [(question == at, np.arange(1, 6) == score, given.get(str(score), 0)) for score in range(1, 6)]
    rows = coo_matrix([np.outer(answers, scores).ravel() for answers, scores, _ in known])
    inside = np.array([in_group[classes == number].all() for number in range(len(took))])[of] & np.isin(
        question, questions
    )
    cost = np.outer(inside, range(1, 6)).ravel() / took[of, week, question][inside].sum()
    ends = [linprog(sign * cost, A_eq=rows, b_eq=[value for *_, value in known], bounds=(0, None)) for sign in (1, -1)]
    return float(ends[0].fun), float(-ends[1].fun)


def told_of_one(store: Store, one: Company) -> tuple[Published, dict[int, dict[str, int]]]:
    """All that is told of a company that is the only one in its store, and of its items the answers by score."""
    questions = measure.questions(store)[0]["questions"]
    counts = {QUESTIONS.index(asked["text"]): asked["counts"] for asked in questions if not asked.get("hidden")}
    return published(store, [one]), {at: given for at, given in counts.items() if at in ASKED["engagement"]}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_mean_of_one_to_four_people_can_be_bounded_within_a_point(seed, tmp_path):
    """(e): of the smallest classes those whose answers are the most alike, over all items and by each."""
    luck = np.random.default_rng(seed)
    one = worked(
        [
            (f"D{at % 3}", f"S{at % 2}", int(luck.integers(3, 9)), day)
            for at in range(6)
            for day in (MONDAY, NEXT_MONDAY)
        ]
    )
    mood = luck.normal(3.7, 0.6, one.people)
    one.scores[:, :-1] = np.clip(np.rint(mood[:, None] + luck.normal(0, 0.9, (one.people, len(ITEMS)))), 1, 5)
    one.scores[luck.random(one.scores.shape) < 0.06] = np.nan
    with Store(tmp_path / "keel.duckdb", SETTINGS) as store:
        take(store, one)
        told, counts = told_of_one(store, one)
    assert len(ITEMS) == len(counts)
    classes = classes_of(told.sets(one, "engagement"))
    sizes = np.bincount(classes)
    means = np.nanmean(np.where(one.took, one.answers, np.nan)[:, :, :-1], axis=(1, 2))
    for smallest, count in itertools.product(np.argsort(sizes)[:2], (1, 4)):
        alike = np.flatnonzero(classes == smallest)
        group = alike[np.argsort(means[alike])[-count:]]
        for questions in (list(ASKED["engagement"]), [0], [2]):
            if one.took[group][:, :, questions].any():
                low, high = bounds(one, told, counts, group, questions)
                assert POINT <= high - low, (sizes[smallest], group, questions)


def test_answers_by_score_that_lie_within_a_point_of_each_other_are_not_told(tmp_path):
    """All but two of forty answer 4, and two 3: with that any four people's mean would be 3.5 to 4."""
    one = worked([("A", "N", 5, MONDAY), ("B", "N", 35, MONDAY)])
    one.scores[:, 0] = np.where(np.isin(np.arange(one.people), (0, 10)), 3, 4)
    with Store(tmp_path / "keel.duckdb", SETTINGS) as store:
        take(store, one)
        told, counts = told_of_one(store, one)
    assert 0 not in counts
    low, high = bounds(one, told, counts, np.arange(4), [0])
    assert POINT <= high - low, (low, high)


def test_no_mean_can_be_bounded_where_the_company_answers_threes_and_fours_only(tmp_path):
    """Two of department A's five said 3 and three 4, as the favourable answers tell: any four of them are at 3.5 to 3.75."""
    one = worked([("A", "N", 5, MONDAY), ("B", "N", 35, MONDAY)])
    one.scores[:, :-1] = 3 + (np.arange(one.people) % 2 == 0)[:, None]
    with Store(tmp_path / "keel.duckdb", SETTINGS) as store:
        take(store, one)
        told, counts = told_of_one(store, one)
    low, high = bounds(one, told, counts, np.arange(4), [0])
    assert POINT <= high - low, (low, high)


# A raised minimum


RAISED = 8


@pytest.fixture(scope="module")
def raised(folder, tmp_path_factory) -> tuple[Path, Published]:
    """The same store under a minimum of eight: its folder, closed, and what it tells."""
    into = tmp_path_factory.mktemp("raised")
    with copied(folder, into, replace(SETTINGS, minimum_group=RAISED)) as store:
        told = published(store, ())
    return into, told


def test_under_a_raised_minimum_groups_of_fewer_are_told_no_more_and_all_else_is(companies, told, raised):
    for metric, one in itertools.product(ASKED, companies):
        now = raised[1]
        assert ((one.month, ()) in told.groups[metric]) == ((one.month, ()) in now.groups[metric])
        took = one.took[:, :, list(ASKED[metric])].any(axis=(1, 2))
        sizes = np.bincount(classes_of(now.sets(one, metric)), weights=took)
        assert RAISED <= sizes[sizes > 0].min(initial=RAISED), (metric, one.month)
        numbers = {of: now.groups[metric][one.month, of]["num"] for of in now.filters(metric, one.month)}
        both = [of for of in numbers if (one.month, of) in told.groups[metric]]
        assert {of: told.groups[metric][one.month, of]["num"] for of in both} == {of: numbers[of] for of in both}
    assert len(now.groups["engagement"]) > len(told.groups["engagement"]) / 2


def test_under_a_raised_minimum_what_closed_before_singles_out_no_fewer_than_five(companies, raised):
    """Groups go together to the new minimum; the weeks that were told beside them hold to the one they closed under."""
    found = []
    for metric, one in itertools.product(ASKED, companies):
        weeks = np.array([(week, ()) in raised[1].weeks[metric] for week in one.weeks])
        took = one.took[:, :, list(ASKED[metric])].any(axis=2)
        seen = np.column_stack([took[:, weeks], took[:, ~weeks].any(axis=1)])
        found.append((fewest_singled_out(raised[1].sets(one, metric), seen), metric, one.month))
    assert FEWEST <= min(found)[0], min(found)


def test_under_a_raised_minimum_no_driver_stands_on_fewer_answers(tmp_path):
    """Department A of nine, of whom three left the item out: six answers to it."""
    one = worked([("A", "N", 9, MONDAY), ("B", "N", 30, MONDAY)])
    one.scores[:3, 0] = np.nan
    with Store(tmp_path / "keel.duckdb", SETTINGS) as store:
        take(store, one)
    with Store(tmp_path / "keel.duckdb", replace(SETTINGS, minimum_group=RAISED)) as store:
        frame = measure.drivers(store, start=one.month, end=last_day(one.month))
    assert RAISED <= frame.loc[~frame["hidden"], "den"].min()


def test_what_was_told_before_the_minimum_was_raised_tells_no_group_of_one_mind(companies, told, raised):
    for metric, one in itertools.product(ASKED, companies):
        sets = np.vstack([told.sets(one, metric), raised[1].sets(one, metric)])
        assert [] == of_one_mind(one, sets, metric), (metric, one.month)


def test_a_raised_minimum_leaves_what_was_written_of_closed_waves_as_it_was(folder, raised, tmp_path):
    def written(path: Path) -> dict[str, list[tuple[Any, ...]]]:
        with duckdb.connect(str(shutil.copy(path / "keel.duckdb", tmp_path))) as database:
            return {
                table: sorted(database.execute(f"select * from {table}").fetchall())
                for table in ("closed_cell", "closed_member", "closed_count", "closed_sum", "closed_wave")
            }

    assert written(folder) == written(raised[0])


# The command line


@pytest.fixture
def run(folder, tmp_path, monkeypatch, capsys):
    """main() on some words over a copy of the store: exit status, standard output, standard error."""
    shutil.copytree(folder, tmp_path / "copy")
    (tmp_path / "keel.toml").write_text(f"[dimensions]\npeople = {json.dumps(DIMENSIONS)}\n")
    monkeypatch.setenv("KEEL_CONFIG", str(tmp_path / "keel.toml"))

    def running(*words: str) -> tuple[int, str, str]:
        status = main([*words, "--json", "--store", str(tmp_path / "copy" / "keel.duckdb")])
        said = capsys.readouterr()
        return status, said.out, said.err

    return running


VIEWS = [
    {"by": ["department", "site"]},
    {"by": ["grade"], "only": {"site": "S1"}},
    {"only": {"department": "D0"}},
    {"only": {"department": "D1", "site": "S1"}},
    {"only": {"department": "D5", "site": "S0", "grade": "G2"}},
]


def test_the_command_line_tells_what_measure_tells_and_hides_what_it_hides(run, store, companies):
    statuses = []
    for one, metric, asked in itertools.product(companies[7::120], ASKED, VIEWS):
        span = {"start": one.month, "end": last_day(one.month)}
        words = [f"--by={name}" for name in asked.get("by", ())]
        words += [f"--only={name}={member}" for name, member in asked.get("only", {}).items()]
        status, out, err = run("series", metric, *words, f"--from={span['start']}", f"--to={span['end']}")
        statuses.append(status)
        rows, refusal = answered(store, metric, **asked, **span)
        assert (2 if refusal else 0, refusal) == (status, err.rstrip())
        if refusal:
            assert "" == out
            continue
        found = json.loads(out)["rows"]
        assert [row["members"] for row in found] == [{name: row[name] for name in asked.get("by", ())} for row in rows]
        for expected, row in zip(rows, found, strict=True):
            assert [None if np.isnan(expected[name]) else expected[name] for name in NUMBERS] == [
                row[name] for name in NUMBERS
            ]
            assert not row["hidden"] or {str, bool, dict, type(None)} >= {type(value) for value in row.values()}
    assert {0, 2} == set(statuses)


def answered(store: Store, metric: str, **asked: Any) -> tuple[list[dict[str, Any]], str]:
    """The rows that measure gives, or the sentence with which it refuses."""
    try:
        return measure.series(store, metric, **asked).frame.to_dict("records"), ""
    except PrivacyError as refused:
        return [], str(refused)
