"""What the people of a wave answered, counted in arrays: from the single answers to counts and cells. Pure.

A wave of twenty thousand people has half a million answers. Each is two numbers here: who gave it, and which choice it
is; every count is one `np.bincount` over them. Told of it is what keel.suppression allows, see there.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from keel import suppression

LOW, MIDDLE, HIGH = 0, 1, 2  # the sides of an answer
RECOMMENDING = ("enps", "nps")
ITEMS_AND_OUTCOME = ("engagement", "enps")  # what drivers are ranked from
PROMOTER, DETRACTOR = 9, 6


@dataclass(frozen=True)
class Choices:
    """Each question with each value that was given, one entry a choice: how it reads.

    roles: the names of the metrics. question: its number; value: as given; role: a number for the metric; score: the value,
    turned round where the item is reversed; is_favourable: of the score; side: LOW, MIDDLE or HIGH.
    """

    roles: tuple[str, ...]
    question: np.ndarray
    value: np.ndarray
    role: np.ndarray
    score: np.ndarray
    is_favourable: np.ndarray
    side: np.ndarray

    def __len__(self) -> int:
        return len(self.question)

    def named(self, role: np.ndarray) -> "pd.Categorical[Any]":
        """The metrics of these numbers by name."""
        return pd.Categorical.from_codes(role, pd.Index(self.roles))

    def alike(self) -> tuple[np.ndarray, np.ndarray]:
        """The first of the choices of each metric, score and side of favourable; and for each choice the number of its own."""
        readings = np.column_stack([self.role, self.score, self.is_favourable])
        _, first, reading = np.unique(readings, axis=0, return_index=True, return_inverse=True)
        return first, reading


@dataclass(frozen=True)
class Questions:
    """The questions that count in a metric, one entry each: how the latest file reads them.

    roles: the names of the metrics; role: a number of them; low and high: the ends of the scale, nan for none.
    """

    roles: tuple[str, ...]
    role: np.ndarray
    is_reversed: np.ndarray
    low: np.ndarray
    high: np.ndarray
    favourable_from: np.ndarray

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> "Questions":
        """From the columns of queries/waves/040_telling_questions.sql, in the order of the questions' numbers."""
        role, roles = pd.factorize(columns["role"], sort=True)
        return cls(
            tuple(roles.tolist()),
            role,
            np.asarray(columns["is_reversed"], dtype=bool),
            *map(_with_nan, (columns["low"], columns["high"], columns["favourable_from"])),
        )

    def choices(self, question: np.ndarray, value: np.ndarray) -> Choices:
        """How values of questions (their numbers) read."""
        score = np.where(self.is_reversed[question], self.low[question] + self.high[question] - value, value)
        is_favourable = score >= self.favourable_from[question]
        is_unfavourable = score < self.favourable_from[question]
        recommending = np.isin(self.roles, RECOMMENDING)[self.role[question]]
        is_high = np.where(recommending, value >= PROMOTER, is_favourable)
        is_low = np.where(recommending, value <= DETRACTOR, is_unfavourable)
        side = np.where(is_high, HIGH, np.where(is_low, LOW, MIDDLE))
        return Choices(self.roles, question, value, self.role[question], score, is_favourable, side)


@dataclass(frozen=True)
class Wave:
    """The people of a wave and what they answered, in numbers.

    number: of the wave; units: the number of each of its units. One entry a response that counts: response (its number, of
    all waves), place (of its unit within the wave), person and kind of person (0, 1, ... within the wave), is_several (the
    person answered in several units). One entry an answer: by (which of the responses), given (which of the choices).
    """

    number: int
    units: np.ndarray
    response: np.ndarray
    place: np.ndarray
    person: np.ndarray
    kind: np.ndarray
    is_several: np.ndarray
    by: np.ndarray
    given: np.ndarray
    choices: Choices

    def by_unit(self) -> pd.DataFrame:
        """One row per unit, question and value: how many gave that answer (answers)."""
        table = _counted((self.place[self.by], self.given), (len(self.units), len(self.choices)))
        place, choice = np.nonzero(table)
        return pd.DataFrame({
            "unit": self.units[place], "question": self.choices.question[choice], "value": self.choices.value[choice],
            "answers": table[place, choice],
        })  # fmt: skip

    def without(self, left_out: Collection[tuple[int, int]]) -> "Wave":
        """The wave without the answers to some questions in some units: pairs of their numbers."""
        stays = np.array([
            [(unit, question) not in left_out for question in self.choices.question.tolist()] for unit in self.units.tolist()
        ])[self.place[self.by], self.given]  # fmt: skip
        return replace(self, by=self.by[stays], given=self.given[stays])

    def answers(self) -> pd.DataFrame:
        """One row per answer: response, question, value."""
        question, value = self.choices.question[self.given], self.choices.value[self.given]
        return pd.DataFrame({"response": self.response[self.by], "question": question, "value": value})

    def cells(self, members: np.ndarray, people: np.ndarray, *, minimum: int) -> np.ndarray:
        """The cell (0, 1, ...) of each kind of person, drawn as keel.suppression says.

        members: kinds x dimensions, a number for each member; people: of each kind.
        """
        kind, question, pattern = self._answered()
        asked, question = _renumbered(question)
        sizes = _counted((kind, question), (len(people), len(asked)))
        drawn = suppression.partition(members, np.column_stack([people, sizes]), minimum=minimum)
        if len(self.units) == 1:
            return drawn
        patterns, pattern = _renumbered(pattern)
        edges = _counted((drawn[kind], question, pattern), (int(drawn.max()) + 1, len(asked), len(patterns)))
        places = common_by_group(members, drawn)
        wider = suppression.widened(drawn, edges, patterns.tolist(), places, len(self.units), minimum=minimum)
        return np.unique(wider, return_inverse=True)[1]

    def _answered(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One entry a person and question answered: the kind of person, the question, the units it was answered in (bit k for place k)."""
        question, bit = self.choices.question[self.given], np.left_shift(1, self.place[self.by], dtype=np.int64)
        several = self.is_several[self.by]
        if not several.any():
            return self.kind[self.by], question, bit
        shape = (int(self.person.max()) + 1, int(self.choices.question.max()) + 1)
        bits = np.zeros(shape, dtype=np.int64)
        np.bitwise_or.at(bits, (self.person[self.by[several]], question[several]), bit[several])
        person, asked = np.nonzero(bits)
        return (
            np.concatenate([self.kind[self.by[~several]], self._kind_of_person()[person]]),
            np.concatenate([question[~several], asked]),
            np.concatenate([bit[~several], bits[person, asked]]),
        )

    def _kind_of_person(self) -> np.ndarray:
        kinds = np.zeros(int(self.person.max()) + 1, dtype=self.kind.dtype)
        kinds[self.person] = self.kind
        return kinds

    def by_block(self, block: np.ndarray | None) -> pd.DataFrame:
        """One row per unit, block (of each kind of person; None: all are in block 0), question and value: how many gave it."""
        of = np.zeros(len(self.by), dtype=int) if block is None else block[self.kind[self.by]]
        shape = (len(self.units), 1 if block is None else int(block.max()) + 1, len(self.choices))
        table = _counted((self.place[self.by], of, self.given), shape)
        place, at, choice = np.nonzero(table)
        return pd.DataFrame({
            "unit": self.units[place], "block": at, "question": self.choices.question[choice],
            "value": self.choices.value[choice], "answers": table[place, at, choice],
        })  # fmt: skip

    def scored(self, cell: np.ndarray) -> pd.DataFrame:
        """One row per cell (of each kind of person), metric and score: how many gave it; wave, role, is_favourable."""
        first, reading = self.choices.alike()
        table = _counted((cell[self.kind[self.by]], reading[self.given]), (int(cell.max()) + 1, len(first)))
        at, which = np.nonzero(table)
        return pd.DataFrame({
            "wave": self.number, "cell": at, "role": self.choices.named(self.choices.role[first[which]]), "score": self.choices.score[first[which]],
            "is_favourable": self.choices.is_favourable[first[which]], "answers": table[at, which],
        })  # fmt: skip

    def sides(self, cell: np.ndarray) -> pd.DataFrame:
        """One row per cell (of each kind of person) and metric: people who answered at all, and on either side; middle: on none."""
        there = np.zeros((int(self.person.max()) + 1, len(self.choices.roles), 3), dtype=bool)
        there[self.person[self.by], self.choices.role[self.given], self.choices.side[self.given]] = True
        people, low, high = there.any(axis=2), there[..., LOW], there[..., HIGH]
        table = sums(np.stack([people, high, people & ~high & ~low, low], axis=2), cell[self._kind_of_person()])
        at, role = np.nonzero(table[..., 0])
        numbers = dict(zip(("people", "high", "middle", "low"), table[at, role].T, strict=True))
        return pd.DataFrame({"wave": self.number, "cell": at, "role": self.choices.named(role), **numbers})

    def moments(self, cell: np.ndarray, *, minimum: int) -> pd.DataFrame:
        """One row per two questions on engagement and recommending, and per one alone (other: -1): the sum of the products of
        what people scored who answered all of them, and of the scores. Columns besides: wave, people, fewest (see suppression.Apart).

        Of a person who did so in several units the last response. Questions that fewer than half answered are not asked of all.
        """
        asked = [
            question for question, role in self._roles() if self.choices.roles[role] in ITEMS_AND_OUTCOME
            and 2 * (self.choices.question[self.given] == question).sum() >= len(self.response)
        ]  # fmt: skip
        scores = np.full((len(self.response), len(asked)), np.nan)
        side = np.full(scores.shape, -1)
        column = np.full(int(self.choices.question.max(initial=-1)) + 1, -1)
        column[asked] = np.arange(len(asked))
        at = column[self.choices.question[self.given]]
        scores[self.by[at >= 0], at[at >= 0]] = self.choices.score[self.given[at >= 0]]
        side[self.by[at >= 0], at[at >= 0]] = self.choices.side[self.given[at >= 0]]
        found = self._complete(scores, side, cell, minimum) if len(asked) > 2 else None
        if found is None:
            return pd.DataFrame()
        whole = scores[found.chosen]
        products = np.column_stack([whole.sum(axis=0), whole.T @ whole])
        question, other = np.nonzero(np.arange(-1, len(asked)) <= np.arange(len(asked))[:, None])
        numbers = np.array([-1, *asked])
        return pd.DataFrame({
            "wave": self.number, "question": numbers[question + 1], "other": numbers[other], "total": products[question, other],
            "people": len(whole), "fewest": found.fewest,
        })  # fmt: skip

    def _roles(self) -> list[tuple[int, int]]:
        """Each question with a number for its metric."""
        return sorted(set(zip(self.choices.question.tolist(), self.choices.role.tolist(), strict=True)))

    def _complete(
        self, scores: np.ndarray, side: np.ndarray, cell: np.ndarray, minimum: int
    ) -> suppression.Apart | None:
        """The responses (x questions: scores, nan for no answer; sides) with every answer, as many as may be summed."""
        values = [np.unique(of[~np.isnan(of)]) for of in scores.T]

        def fits(these: np.ndarray) -> bool:
            """Whether the answers (responses x questions) speak with more than one voice on each question, if any."""
            for answers, score, of_side, value in zip(these.T, scores.T, side.T, values, strict=True):
                if answers.any():
                    most = int(np.bincount(self.person[answers]).max())  # answers that one person gave
                    sides = np.bincount(of_side[answers], minlength=HIGH + 1)
                    counts = np.bincount(np.searchsorted(value, score[answers]), minlength=len(value))
                    if suppression.is_one_sided(sides, most=most) or suppression.is_narrow(
                        counts, value.tolist(), most=most
                    ):
                        return False
            return True

        answered = ~np.isnan(scores)
        whole = np.flatnonzero(answered.all(axis=1))
        last = np.full(int(self.person.max()) + 1, -1)
        in_order = whole[np.argsort(self.place[whole], kind="stable")]
        last[self.person[in_order]] = in_order
        chosen = np.zeros(len(scores), dtype=bool)
        chosen[last[last >= 0]] = True
        return suppression.apart(
            chosen, np.column_stack([np.ones(len(scores), dtype=bool), answered]), cell[self.kind], self.person, self.place,
            minimum=minimum, fits=lambda these: fits(these[:, 1:]),
        )  # fmt: skip


def encoded(question: np.ndarray, value: np.ndarray, questions: Questions) -> tuple[np.ndarray, Choices]:
    """Answers (the question's number and the value of each) as choices: which one each answer is, and how they read."""
    code, values = pd.factorize(value)
    pair = question.astype(np.int64) * len(values) + code
    there, given = _renumbered(pair)
    return given.astype(np.int32), questions.choices(there // len(values), values[there % len(values)] + 0.0)  # -0 is 0


def _with_nan(column: np.ndarray) -> np.ndarray:
    """A column of the database as floats, nan where it holds nothing."""
    return np.ma.filled(np.ma.asarray(column, dtype=float), np.nan)


def _counted(keys: tuple[np.ndarray, ...], shape: tuple[int, ...]) -> np.ndarray:
    """How often each combination of keys occurs, in that shape."""
    return np.bincount(np.ravel_multi_index(keys, shape), minlength=math.prod(shape)).reshape(shape)


def _renumbered(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The numbers that occur, in rising order; and for each entry its place among them."""
    is_there = np.bincount(numbers) > 0
    return np.flatnonzero(is_there), (np.cumsum(is_there) - 1)[numbers]


def sums(tallies: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The tallies of each group of rows, in the order of its label (each of them occurs)."""
    order = np.argsort(labels, kind="stable")
    return np.add.reduceat(tallies[order].astype(int), _starts(labels[order]))


def common_by_group(codes: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """groups x columns: the number in which a group's rows agree, else -1; groups in the order of their label."""
    order = np.argsort(labels, kind="stable")
    starts = _starts(labels[order])
    low, high = np.minimum.reduceat(codes[order], starts), np.maximum.reduceat(codes[order], starts)
    return np.where(low == high, low, -1)


def _starts(labels: np.ndarray) -> np.ndarray:
    """Where each run of like labels begins."""
    return np.flatnonzero(np.r_[True, labels[1:] != labels[:-1]])
