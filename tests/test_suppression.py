"""Small groups never leave: cells, cuts, one voice, filters, waves that close, comments: by hand and counted out."""

from datetime import date, timedelta
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from keel import suppression
from keel.suppression import Cells, Names, Reach, Unit

MINIMUM = 5
NAN = float("nan")
A, B, C, D, E, F = range(6)  # members of a dimension, in their order
X, Y = range(2)
MANY = settings(max_examples=150, database=None, suppress_health_check=list(HealthCheck))


def sets(labels):
    """The groups of a labelling, as sets of places."""
    labels = list(labels)
    return {frozenset(place for place, one in enumerate(labels) if one == label) for label in set(labels)}


def together(*groups):
    return {frozenset(group) for group in groups}


# Cells


def drawn(*rows, minimum=MINIMUM):
    """The cells of kinds of people, each given as its members and its counts: ((A, X), (people, answered, ...))."""
    members, sizes = zip(*rows, strict=True)
    return sets(suppression.partition(np.array(members), np.array(sizes), minimum=minimum))


def test_members_that_are_large_enough_are_cells_of_their_own():
    assert together([0], [1], [2]) == drawn(((A,), (5,)), ((B,), (12,)), ((C,), (7,)))


def test_members_that_are_too_small_pool_into_one_cell():
    # 3 + 2 = 5 hold together
    assert together([0], [1], [2, 3]) == drawn(((A,), (12,)), ((B,), (7,)), ((C,), (3,)), ((D,), (2,)))


def test_the_next_smallest_joins_those_that_pool_until_they_hold():
    # 3 alone are too few; of 12, 9 and 7 the 7 join
    assert together([0], [1], [2, 3]) == drawn(((A,), (12,)), ((B,), (9,)), ((C,), (7,)), ((D,), (3,)))


def test_of_two_that_are_as_small_the_first_joins():
    assert together([0], [1, 3], [2]) == drawn(((A,), (9,)), ((B,), (6,)), ((C,), (6,)), ((D,), (3,)))


def test_a_split_that_leaves_one_child_is_not_kept():
    assert together([0, 1]) == drawn(((A,), (12,)), ((B,), (4,)))


def test_where_a_split_is_not_kept_the_next_dimension_is_tried():
    # departments 12 and 3: none. Sites: 7 + 1 = 8 and 5 + 2 = 7.
    rows = ((A, X), (7,)), ((A, Y), (5,)), ((B, X), (1,)), ((B, Y), (2,))
    assert together([0, 2], [1, 3]) == drawn(*rows)


def test_a_child_is_split_again_where_two_of_its_children_remain():
    # A: 6 and 5. B: 4 and 4, too few for two.
    rows = ((A, X), (6,)), ((A, Y), (5,)), ((B, X), (4,)), ((B, Y), (4,))
    assert together([0], [1], [2, 3]) == drawn(*rows)


def test_those_who_pooled_are_split_by_the_next_dimension_too():
    # B 4, C 4 and D 3 pool: 11 people; X 3 + 2 = 5, Y 1 + 2 + 3 = 6.
    rows = (
        ((A, X), (20,)), ((B, X), (3,)), ((B, Y), (1,)), ((C, X), (2,)), ((C, Y), (2,)), ((D, Y), (3,)),
    )  # fmt: skip
    assert together([0], [1, 3], [2, 4, 5]) == drawn(*rows)


def test_the_order_of_the_dimensions_decides():
    rows = [((A, X), (5,)), ((A, Y), (1,)), ((B, X), (1,)), ((B, Y), (5,))]
    assert together([0, 1], [2, 3]) == drawn(*rows)
    assert together([0, 2], [1, 3]) == drawn(*[(members[::-1], size) for members, size in rows])


def test_nine_people_are_one_cell_and_ten_may_be_two():
    assert together([0, 1]) == drawn(((A,), (5,)), ((B,), (4,)))
    assert together([0], [1]) == drawn(((A,), (5,)), ((B,), (5,)))


def test_a_group_of_whom_some_but_too_few_answered_a_question_pools():
    # B: 8 people, 3 of whom answered. C, the smallest of the others, joins: 3 + 6 = 9 answered.
    rows = ((A,), (10, 10)), ((B,), (8, 3)), ((C,), (6, 6))
    assert together([0], [1, 2]) == drawn(*rows)


def test_a_group_of_whom_nobody_answered_a_question_is_a_cell():
    assert together([0], [1]) == drawn(((A,), (10, 10)), ((B,), (8, 0)))


def test_a_group_is_judged_by_every_question():
    # the second question: 4 of B answered; all three pool, since A joins last: 4 + 6 = 10 after C (0)
    rows = ((A,), (12, 12, 6)), ((B,), (9, 9, 4)), ((C,), (8, 8, 0))
    assert together([0, 1, 2]) == drawn(*rows)


def test_people_without_a_dimension_are_one_cell():
    assert together([0]) == drawn(((), (6,)))


def test_the_two_dimensions_of_the_worked_company_are_not_both_told():
    """Department B has 13 people, site B 12, and the remainders 20 and 21 differ by one person."""
    rows = ((A, X), (20,)), ((B, X), (1,)), ((B, Y), (12,))
    assert together([0], [1, 2]) == drawn(*rows)
    cells = cells_of((20, "A", "X"), (13, "B", "X Y"))
    assert cells.is_told({"department": ["B"]})
    assert not cells.is_told({"site": ["Y"]})


@st.composite
def companies(draw, questions=2):
    """Kinds of people of up to three dimensions, and counts of which the whole holds: members, sizes."""
    dimensions = draw(st.integers(1, 3))
    members = draw(
        st.lists(st.tuples(*[st.integers(0, 3)] * dimensions), min_size=1, max_size=14, unique=True).map(np.array)
    )
    people = draw(st.lists(st.integers(1, 12), min_size=len(members), max_size=len(members)))
    people[0] += max(0, MINIMUM - sum(people))
    columns = [people]
    for _ in range(questions):
        answered = [draw(st.integers(0, of)) for of in people]
        columns.append(answered if sum(answered) >= MINIMUM else [0] * len(people))
    return members, np.array(columns).T


@MANY
@given(companies())
def test_every_cell_holds_enough_people_and_of_each_question_nobody_or_enough(company):
    members, sizes = company
    cells = suppression.partition(members, sizes, minimum=MINIMUM)
    assert len(members) == len(cells)
    assert set(range(cells.max() + 1)) == set(cells.tolist())  # each row in one cell, and no cell without a row
    for number in set(cells.tolist()):
        people, *answered = sizes[cells == number].sum(axis=0).tolist()
        assert people >= MINIMUM
        assert all(count == 0 or count >= MINIMUM for count in answered)


@MANY
@given(companies(), st.randoms(use_true_random=False))
def test_the_cells_do_not_depend_on_the_order_of_the_rows(company, random):
    members, sizes = company
    order = list(range(len(members)))
    random.shuffle(order)
    cells = suppression.partition(members, sizes, minimum=MINIMUM)
    assert cells[order].tolist() == suppression.partition(members[order], sizes[order], minimum=MINIMUM).tolist()


@MANY
@given(companies(), st.integers(6, 20))
def test_cells_of_a_raised_minimum_hold_that_many(company, minimum):
    members, sizes = company
    assume(sizes[:, 0].sum() >= minimum)
    sizes = np.where(sizes.sum(axis=0) >= minimum, sizes, 0)
    cells = suppression.partition(members, sizes, minimum=minimum)
    for number in set(cells.tolist()):
        people, *answered = sizes[cells == number].sum(axis=0).tolist()
        assert people >= minimum
        assert all(count == 0 or count >= minimum for count in answered)


@MANY
@given(companies(questions=0), st.integers(5, 15), st.integers(0, 10))
def test_raising_the_minimum_never_makes_the_smallest_cell_smaller(company, minimum, more):
    """By people: as long as every cell holds the raised minimum the same members pool, so the cells are the same."""
    members, sizes = company
    assume(sizes.sum() >= minimum + more)

    def smallest(floor):
        cells = suppression.partition(members, sizes, minimum=floor)
        return min(sizes[cells == number].sum() for number in set(cells.tolist()))

    assert smallest(minimum) <= smallest(minimum + more)


@MANY
@given(companies())
def test_a_split_never_puts_more_than_the_pooled_members_together(company):
    """One dimension: of the cells at most one holds several members, and each of the others would stand alone."""
    members, sizes = company
    members = np.unique(members[:, 0], return_inverse=True)[1]
    sizes = np.array([sizes[members == member].sum(axis=0) for member in range(members.max() + 1)])
    found = sets(suppression.partition(np.arange(len(sizes))[:, None], sizes, minimum=MINIMUM))
    assert sum(len(group) > 1 for group in found) <= 1


# Pooling


@pytest.mark.parametrize(
    ("totals", "pooled"),
    [
        ([12, 7], []),
        ([12, 3], [0, 1]),
        ([12, 7, 3], [1, 2]),
        ([12, 7, 3, 2], [2, 3]),
        ([4], [0]),
        ([1, 1, 1], [0, 1, 2]),  # all of them are too few
    ],
)
def test_what_pools_is_what_fails_and_the_smallest_others(totals, pooled):
    found = suppression.pool(np.array(totals), lambda sizes: sizes < MINIMUM)
    assert pooled == np.flatnonzero(found).tolist()


@pytest.mark.parametrize(
    ("sizes", "small"),
    [((4,), True), ((5,), False), ((9, 0), False), ((9, 1), True), ((9, 4), True), ((9, 5), False), ((0, 0), True)],
)
def test_a_group_is_small_by_its_people_or_by_one_of_its_questions(sizes, small):
    assert small == bool(suppression.is_small(np.array(sizes), MINIMUM))


# Cuts between weeks and cells


def crossing(edges, patterns, question, side_of_unit, side_of_cell):
    """People of each cell who answered a question in a week on the other side, counted one by one."""
    return [
        sum(
            int(cell[question][place])
            for place, pattern in enumerate(patterns)
            if any(pattern >> unit & 1 and side != own for unit, side in enumerate(side_of_unit))
        )
        for cell, own in zip(edges, side_of_cell, strict=True)
    ]


def weak_cuts(edges, patterns, units):
    """The cells that each weak cut goes through, over every way to put weeks and cells on two sides."""
    found = []
    for question in range(edges.shape[1]):
        for side_of_unit in product((0, 1), repeat=units):
            for side_of_cell in product((0, 1), repeat=len(edges)):
                through = crossing(edges, patterns, question, side_of_unit, side_of_cell)
                if 0 < sum(through) < MINIMUM:
                    found.append({place for place, people in enumerate(through) if people})
    return found


def of_one_question(*cells):
    return np.array(cells)[:, None, :]


ONE_WEEK, OTHER_WEEK, BOTH = 1, 2, 3
WEEKS = [ONE_WEEK, OTHER_WEEK, BOTH]


@pytest.mark.parametrize(
    ("cells", "weak"),
    [
        ([(10, 0, 0), (0, 10, 0)], []),  # the cells are the weeks
        ([(10, 1, 0), (0, 10, 0)], [0]),  # the first week less the first cell is one person
        ([(10, 0, 1), (0, 10, 0)], [0]),  # who answered in both weeks stands on both sides
        ([(10, 2, 0), (2, 10, 0)], [0, 1]),  # 2 + 2 people
        ([(10, 3, 0), (2, 10, 0)], []),  # 3 + 2 are five
        ([(10, 10, 0), (10, 10, 0)], []),
        ([(5, 0, 0), (4, 0, 3)], [1]),  # three were there in the second week too
        ([(3, 3, 0)], [0]),  # fewer than five in a week
    ],
)
def test_a_cut_through_too_few_people_is_found(cells, weak):
    edges = of_one_question(*cells)
    assert bool(weak) == bool(weak_cuts(edges, WEEKS, 2))
    assert weak == suppression.weak_cells(edges, WEEKS, 2, minimum=MINIMUM).tolist()


def test_a_cut_is_looked_for_in_every_question():
    edges = np.array([[(10, 0, 0), (10, 1, 0)], [(0, 10, 0), (0, 10, 0)]])
    assert [0] == suppression.weak_cells(edges, WEEKS, 2, minimum=MINIMUM).tolist()


def test_one_week_alone_cannot_be_played_against_the_cells():
    assert [] == suppression.weak_cells(of_one_question((6,), (7,)), [1], 1, minimum=MINIMUM).tolist()


@st.composite
def weeks_by_cells(draw, *, most_units=3, whole_weeks=False):
    """People by cell, question and set of weeks; a cell, and a week if asked, holds nobody or enough of a question."""
    units = draw(st.integers(2, most_units))
    patterns = list(range(1, 1 << units))
    shape = (draw(st.integers(1, 4)), draw(st.integers(1, 2)), len(patterns))
    counts = st.one_of(st.just(0), st.integers(0, 2), st.integers(0, 8))
    edges = np.array(draw(st.lists(counts, min_size=int(np.prod(shape)), max_size=int(np.prod(shape))))).reshape(shape)
    if whole_weeks:
        for question, unit in product(range(shape[1]), range(units)):
            there = [place for place, pattern in enumerate(patterns) if pattern >> unit & 1]
            short = MINIMUM - edges[:, question][:, there].sum()
            edges[0, question, patterns.index(1 << unit)] += max(short, 0)
    for cell, question in product(*map(range, shape[:2])):
        total = edges[cell, question].sum()
        if 0 < total < MINIMUM:
            edges[cell, question, edges[cell, question].argmax()] += MINIMUM - total
    return edges, patterns, units


@MANY
@given(weeks_by_cells())
def test_cuts_are_those_that_every_way_to_take_sides_gives(table):
    edges, patterns, units = table
    expected = weak_cuts(edges, patterns, units)
    found = suppression.weak_cells(edges, patterns, units, minimum=MINIMUM).tolist()
    assert bool(expected) == bool(found)
    assert not found or set(found) in expected


@settings(MANY, max_examples=40)
@given(weeks_by_cells(most_units=2))
def test_where_no_cut_is_weak_no_sum_of_weeks_and_cells_singles_out_one_to_four(table):
    """Weights of -1, 0 and 1 on weeks and cells; whoever gets a weight other than 0 in some week is singled out."""
    edges, patterns, units = table
    assume(not len(suppression.weak_cells(edges, patterns, units, minimum=MINIMUM)))
    for question in range(edges.shape[1]):
        for weights in product((-1, 0, 1), repeat=units + len(edges)):
            singled_out = sum(
                int(edges[cell, question, place])
                for cell in range(len(edges))
                for place, pattern in enumerate(patterns)
                if any(pattern >> unit & 1 and weights[unit] + weights[units + cell] for unit in range(units))
            )
            assert singled_out == 0 or singled_out >= MINIMUM


def widened(edges, patterns, units, places=None):
    places = np.zeros((len(edges), 1), dtype=int) if places is None else np.array(places)
    return suppression.widened(np.arange(len(edges)), edges, patterns, places, units, minimum=MINIMUM)


def sums(edges, labels):
    return np.array([edges[labels == label].sum(axis=0) for label in sorted(set(labels.tolist()))])


def test_a_cell_with_a_weak_cut_joins_its_neighbour():
    # one person of the first cell stands on the other side; it joins the smaller of the two others, and ten stand there
    edges = of_one_question((10, 1, 0), (0, 10, 0), (12, 0, 0))
    assert together([0, 1], [2]) == sets(widened(edges, WEEKS, 2))


def test_a_cell_with_a_weak_cut_joins_one_of_its_own_department_first():
    edges = of_one_question((10, 1, 0), (0, 30, 0), (0, 10, 0))
    places = [(A, X), (A, Y), (B, X)]
    assert together([0, 1], [2]) == sets(widened(edges, WEEKS, 2, places))


@MANY
@given(weeks_by_cells(whole_weeks=True), st.data())
def test_widened_cells_have_no_weak_cut_and_are_unions_of_cells(table, data):
    edges, patterns, units = table
    places = data.draw(
        st.lists(st.tuples(st.integers(-1, 2), st.integers(-1, 2)), min_size=len(edges), max_size=len(edges))
    )
    before = edges.copy()
    found = widened(edges, patterns, units, places)
    assert before.tolist() == edges.tolist()  # what is handed in stays as it is
    assert [] == weak_cuts(sums(edges, found), patterns, units)
    if not weak_cuts(edges, patterns, units):
        assert list(range(len(edges))) == found.tolist()


def test_kinds_follow_their_cell_when_it_is_widened():
    edges = of_one_question((10, 1, 0), (0, 10, 0), (12, 0, 0))
    places = np.zeros((3, 1), dtype=int)
    found = suppression.widened(np.array([2, 0, 0, 1, 2]), edges, WEEKS, places, 2, minimum=MINIMUM)
    assert together([0, 4], [1, 2, 3]) == sets(found)


# One voice


@pytest.mark.parametrize(
    ("answers", "most", "one_sided"),
    [
        ([9, 0], 1, True),
        ([9, 1], 1, True),
        ([9, 2], 1, False),
        ([1, 1, 9], 1, False),  # two answered otherwise, each in a way of their own
        ([0, 1, 9], 1, True),
        ([9, 2], 2, True),  # both may be one person's
        ([9, 3], 2, False),
        ([0, 0], 1, True),
    ],
)
def test_a_group_speaks_with_one_voice_where_fewer_than_two_answered_otherwise(answers, most, one_sided):
    assert one_sided == bool(suppression.is_one_sided(np.array(answers), most=most))


def test_each_row_of_a_table_is_judged_by_itself():
    table = np.array([[[9, 1], [9, 2]], [[0, 5], [3, 3]]])
    assert [[True, False], [True, False]] == suppression.is_one_sided(table).tolist()


def widest(counts, scores, crowd):
    """How far apart the means of two groups of `crowd` answers can be, over all groups."""
    answers = [score for score, count in zip(scores, counts, strict=True) for _ in range(count)]
    means = [sum(some) / len(some) for some in combinations(answers, min(crowd, len(answers)))]
    return max(means) - min(means)


@pytest.mark.parametrize(
    ("counts", "narrow"),
    [
        ([0, 0, 0, 4, 4], True),  # 5 against 4: a point apart
        ([0, 0, 1, 3, 4], False),  # 5 against (3 + 4 + 4 + 4) / 4
        ([0, 0, 0, 4, 3], True),  # (5 + 5 + 5 + 4) / 4 against 4: three quarters of a point
        ([1, 0, 0, 0, 4], True),  # 5 against (1 + 5 + 5 + 5) / 4 = 4
        ([1, 0, 0, 1, 4], False),  # 5 against (1 + 4 + 5 + 5) / 4 = 3.75
        ([0, 1, 0, 0, 4], True),  # 5 against 17 / 4
        ([0, 0, 9, 0, 0], True),
        ([2, 0, 0, 0, 2], True),  # four answers are one group of four: its mean is known
    ],
)
def test_a_mean_is_narrow_where_any_four_lie_within_a_point(counts, narrow):
    assert narrow == (widest(counts, [1, 2, 3, 4, 5], 4) <= 1)
    assert narrow == bool(suppression.is_narrow(np.array(counts), [1, 2, 3, 4, 5]))


@MANY
@given(
    st.lists(st.tuples(st.integers(-3, 7), st.integers(0, 4)), min_size=1, max_size=4, unique_by=lambda one: one[0]),
    st.integers(1, 2),
)
def test_narrow_is_what_every_group_of_four_gives(pairs, most):
    scores, counts = zip(*pairs, strict=True)
    assume(0 < sum(counts) <= 12)
    far = widest(counts, scores, 4 * most)
    assert (far <= 1) == bool(suppression.is_narrow(np.array(counts), scores, most=most))


def test_scores_in_any_order_are_narrow_alike():
    rows = np.array([[4, 0, 3], [1, 5, 2]])
    shuffled = rows[:, [2, 0, 1]]
    assert [True, False] == suppression.is_narrow(rows, [4, 1, 5]).tolist()
    assert [True, False] == suppression.is_narrow(shuffled, [5, 4, 1]).tolist()


def pinned(groups, counts, scores, crowd):
    """Whether the means of all groups of `crowd` answers of one group lie within a point: each answer of the company in
    turn, no more of a class than the group has."""
    answers = [
        (level, score)
        for level, given in enumerate(counts)
        for score, count in zip(scores[level], given, strict=True)
        for _ in range(count)
    ]
    for group in groups:
        if sum(group) < crowd:
            continue
        means = [
            sum(score for _, score in some) / crowd
            for some in combinations(answers, crowd)
            if all(sum(level == of for of, _ in some) <= count for level, count in enumerate(group))
        ]
        if max(means) - min(means) <= 1:
            return True
    return False


UNFAVOURABLE, FAVOURABLE = (1, 2, 3), (4, 5)


@pytest.mark.parametrize(
    ("groups", "counts", "is_pinned"),
    [
        # nobody gave less than 3: of six favourable and two not, four have (3 + 3 + 4 + 4) / 4 = 3.5 to 5
        ([(2, 6)], [(0, 0, 2), (3, 3)], False),
        # all favourable ones gave a 4: 3.5 to 4
        ([(2, 6)], [(0, 0, 2), (6, 0)], True),
        # the second group has five favourable ones only, of the company's 4 and 5: 4 to 5
        ([(5, 5), (0, 5)], [(2, 2, 1), (5, 5)], True),
        ([(5, 5), (1, 5)], [(2, 2, 2), (5, 5)], False),  # (1 + 4 + 4 + 4) / 4 = 3.25 to 5
        ([(1, 2)], [(0, 0, 1), (2, 0)], False),  # three are no four
    ],
)
def test_a_group_is_pinned_down_by_its_sides_and_the_scores_of_the_company(groups, counts, is_pinned):
    assert is_pinned == pinned(groups, counts, [UNFAVOURABLE, FAVOURABLE], 4)
    found = suppression.is_pinned(
        np.array(groups), [np.array(given) for given in counts], [np.array(UNFAVOURABLE), np.array(FAVOURABLE)]
    )
    assert is_pinned == found


@settings(MANY, max_examples=80)
@given(
    st.tuples(st.lists(st.integers(0, 3), min_size=3, max_size=3), st.lists(st.integers(0, 3), min_size=2, max_size=2)),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=3),
)
def test_pinned_is_what_every_four_answers_of_a_group_give(counts, shares):
    groups = [(min(low, sum(counts[0])), min(high, sum(counts[1]))) for low, high in shares]
    scores = [np.array(UNFAVOURABLE), np.array(FAVOURABLE)]
    expected = pinned(groups, counts, scores, 4)
    assert expected == suppression.is_pinned(np.array(groups), [np.array(given) for given in counts], scores)


# Neighbours that join


def one_voice(totals):
    return suppression.is_one_sided(totals)


def flat(count):
    return np.zeros((count, 1), dtype=int)


@pytest.mark.parametrize(
    ("tallies", "places", "groups"),
    [
        ([(5, 5), (6, 4)], [(A,), (B,)], together([0], [1])),
        ([(9, 0), (8, 4), (6, 4)], [(A,), (B,), (C,)], together([0, 2], [1])),  # the smallest: 10 people
        ([(9, 0), (8, 4), (6, 4)], [(A,), (A,), (C,)], together([0, 1], [2])),  # its own department
        ([(9, 0), (0, 9), (6, 4)], [(A,), (A,), (B,)], together([0, 1], [2])),  # both fail, and hold together
        ([(9, 0), (9, 1), (8, 4)], [(A,), (A,), (B,)], together([0, 1, 2])),  # 18 and 1 still fail
        ([(9, 0), (8, 4)], [(-1,), (-1,)], together([0, 1])),
    ],
)
def test_a_cell_that_fails_joins_its_nearest_smallest_neighbour(tallies, places, groups):
    assert groups == sets(suppression.joined(np.array(tallies), np.array(places), one_voice))


def test_a_cell_that_holds_several_members_is_no_nearer_than_others():
    """The first two hold several departments (-1): that they do is nothing they share."""
    places = np.array([(-1, X), (-1, X), (B, Y)])
    found = suppression.joined(np.array([(9, 0), (20, 9), (6, 4)]), places, one_voice)
    assert together([0, 2], [1]) == sets(found)


def test_neighbours_share_the_first_dimensions_before_the_later_ones():
    places = np.array([(A, X), (B, X), (A, Y)])
    found = suppression.joined(np.array([(9, 0), (3, 3), (20, 9)]), places, one_voice)
    assert together([0, 2], [1]) == sets(found)


def test_where_everybody_speaks_with_one_voice_nothing_is_told():
    assert [-1, -1, -1] == suppression.joined(np.array([(9, 0), (7, 1), (5, 0)]), flat(3), one_voice).tolist()
    assert [-1] == suppression.joined(np.array([(9, 0)]), flat(1), one_voice).tolist()


TALLIES = st.integers(1, 6).flatmap(
    lambda cells: st.tuples(
        st.lists(st.tuples(*[st.integers(0, 6)] * 3), min_size=cells, max_size=cells).map(np.array),
        st.lists(st.tuples(st.integers(-1, 2), st.integers(-1, 2)), min_size=cells, max_size=cells).map(np.array),
    )
)


@MANY
@given(TALLIES)
def test_joined_groups_hold_unless_the_whole_does_not(table):
    tallies, places = table

    def fails(totals):
        return suppression.is_one_sided(totals) | (totals.sum(axis=-1) < MINIMUM)

    before = tallies.tolist(), places.tolist()
    labels = suppression.joined(tallies, places, fails)
    assert before == (tallies.tolist(), places.tolist())
    if fails(tallies.sum(axis=0)[None])[0]:
        assert {-1} == set(labels.tolist())
    else:
        assert labels.min() >= 0
        assert [False] * len(set(labels.tolist())) == fails(sums(tallies, labels)).tolist()
    if not fails(tallies).any():
        assert list(range(len(tallies))) == labels.tolist()


# Questions and their total


def solved(labels, of_interest):
    """Which of the numbers of interest, of a question and a group each, follow from the questions told and their total.

    By rank: a number follows where adding it to the rows told does not raise their rank.
    """
    questions, groups = labels.shape
    told = []
    for group in range(groups):
        total = np.zeros((questions, groups))
        total[:, group] = 1
        told.append(total.ravel())
    for question in range(questions):
        for label in set(labels[question].tolist()) - {-1}:
            row = np.zeros((questions, groups))
            row[question, labels[question] == label] = 1
            told.append(row.ravel())
    rank = np.linalg.matrix_rank(np.array(told))
    follows = []
    for question, group in of_interest:
        one = np.zeros((questions, groups))
        one[question, group] = 1
        if np.linalg.matrix_rank(np.array([*told, one.ravel()])) == rank:
            follows.append((question, group))
    return follows


def hidden_in(labels):
    """Places (question, group) that are told together with others, or not at all."""
    return [
        (question, group)
        for question, row in enumerate(labels.tolist())
        for group, label in enumerate(row)
        if label < 0 or row.count(label) > 1
    ]


MIXED = (6, 6)  # answers of a group that does not speak with one voice


def test_the_total_less_the_other_questions_would_tell_the_hidden_one():
    """What companions are for: three questions, of which the first is told of groups 0 and 1 together."""
    labels = np.array([[0, 0, 2], [0, 1, 2], [0, 1, 2]])
    assert [(0, 0), (0, 1)] == solved(labels, hidden_in(labels))


def test_a_question_that_needs_it_least_goes_with_the_hidden_one():
    labels = np.array([[0, 0, 2], [0, 1, 2], [0, 1, 2]])
    tallies = np.array([[(9, 0), MIXED, MIXED], [MIXED, MIXED, MIXED], [MIXED, MIXED, MIXED]])
    found = suppression.companions(labels, tallies, np.array([0.9, 0.5, 0.6]))
    # of the two that are told everywhere the third has the larger share of favourable answers
    assert [[0, 0, 2], [0, 1, 2], [0, 0, 2]] == found.tolist()
    assert [] == solved(found, hidden_in(labels))


def test_a_question_with_one_voice_in_the_group_is_no_companion_by_itself():
    """Both would be known to say the same: the total of two that speak with one voice tells what each says."""
    labels = np.array([[0, 0, 2], [0, 0, 2], [0, 1, 2], [0, 1, 2]])
    tallies = np.array([
        [(9, 0), (0, 9), MIXED, MIXED], [MIXED, MIXED, MIXED, MIXED], [MIXED, MIXED, MIXED, MIXED],
    ])  # fmt: skip
    found = suppression.companions(labels, tallies, np.array([0.9, 0.1, 0.5, 0.6]))
    assert [[0, 0, 2], [0, 0, 2], [0, 1, 2], [0, 0, 2]] == found.tolist()


def test_where_nobody_speaks_with_several_voices_all_questions_go_together():
    """In group 0 each of the three questions has one voice: that the third goes along is no cover for the others."""
    labels = np.array([[0, 0, 2], [0, 0, 2], [0, 1, 0]])
    tallies = np.array([[(9, 0), (0, 9), (9, 0)], [MIXED] * 3, [MIXED] * 3])
    found = suppression.companions(labels, tallies, np.array([0.4, 0.3, 0.9]))
    assert [[0, 0, 0]] * 3 == found.tolist()


def test_where_a_question_is_told_of_nobody_another_is_not_told_by_group_either():
    labels = np.array([[-1, -1], [0, 1], [0, 1]])
    tallies = np.array([[(9, 0), MIXED, MIXED], [(9, 0), MIXED, MIXED]])
    found = suppression.companions(labels, tallies, np.array([1.0, 0.5, 0.6]))
    assert [[-1, -1], [0, 1], [-1, -1]] == found.tolist()
    assert [] == solved(found, [(0, 0), (0, 1)])


def test_where_nothing_is_hidden_every_question_stays_as_it_is():
    labels = np.array([[0, 1], [0, 1]])
    tallies = np.array([[MIXED, MIXED], [MIXED, MIXED]])
    found = suppression.companions(labels, tallies, np.array([0.5, 0.6]))
    assert labels.tolist() == found.tolist()


def test_the_groupings_handed_in_stay_as_they_are():
    labels = np.array([[0, 0, 2], [0, 1, 2]])
    suppression.companions(labels, np.array([[(9, 0), MIXED]] + [[MIXED, MIXED]] * 2), np.array([0.9, 0.5]))
    assert [[0, 0, 2], [0, 1, 2]] == labels.tolist()


SIDES = st.sampled_from([(9, 0), (8, 1), (0, 7), (6, 6), (5, 4), (3, 9)])


@MANY
@given(
    st.tuples(st.integers(2, 5), st.integers(2, 4)).flatmap(
        lambda shape: st.lists(
            st.lists(SIDES, min_size=shape[0], max_size=shape[0]), min_size=shape[1], max_size=shape[1]
        ).map(np.array)
    )
)
def test_no_hidden_question_follows_from_the_total_and_the_questions_shown(tallies):
    """groups x questions x sides; the last question is told everywhere, as there must be one that needs no cover."""
    tallies[:, -1] = MIXED
    questions = tallies.shape[1]
    labels = np.array([suppression.joined(tallies[:, q], flat(len(tallies)), one_voice) for q in range(questions)])
    share = tallies[:, :, 0].sum(axis=0) / tallies.sum(axis=(0, 2))
    found = suppression.companions(labels, tallies, share)
    assert [] == solved(found, hidden_in(labels))
    for before, after in zip(labels, found, strict=True):  # what was hidden stays hidden: groups only grow
        assert (after < 0).all() or all(any(one <= other for other in sets(after)) for one in sets(before))


# Groupings


def linked(size, links):
    """The finest grouping in which everything linked is together, by walking from place to place."""
    found, left = set(), set(range(size))
    while left:
        reached, grown = {min(left)}, True
        while grown:
            more = {place for link in links if reached & link for place in link} | reached
            grown, reached = more != reached, more
        found.add(frozenset(reached))
        left -= reached
    return found


GROUPINGS = st.tuples(st.integers(1, 4), st.integers(1, 6)).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(0, 4), min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
    ).map(np.array)
)


def test_what_is_common_to_groupings_is_a_union_of_groups_of_each():
    labels = np.array([[0, 0, 2, 3, 4], [0, 1, 1, 3, 4]])
    assert together([0, 1, 2], [3], [4]) == sets(suppression.common(labels))


def test_nothing_is_common_to_a_question_that_is_told_nowhere():
    assert [-1, -1] == suppression.common(np.array([[0, 1], [-1, -1]])).tolist()


@MANY
@given(GROUPINGS)
def test_the_common_grouping_is_the_finest_there_is(labels):
    assert linked(labels.shape[1], [one for row in labels for one in sets(row)]) == sets(suppression.common(labels))


def test_rows_of_one_cell_or_one_department_are_in_one_block():
    # rows 0 and 1 are in a cell, 1 and 2 in a department, 3 stands alone
    assert together([0, 1, 2], [3]) == sets(suppression.blocks_of(np.array([7, 7, 4, 9]), np.array([0, 1, 1, 3])))


@MANY
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12))
def test_blocks_are_what_cells_and_departments_link(rows):
    groups, members = (np.array(column) for column in zip(*rows, strict=True))
    found = suppression.blocks_of(groups, members)
    assert linked(len(rows), [*sets(groups), *sets(members)]) == sets(found)
    assert set(range(found.max() + 1)) == set(found.tolist())


# Filters


def cells_of(*groups, dimensions=("department", "site")):
    """Groups of cells: people, then the members of each dimension in one text: (9, "Sales Legal", "X")."""
    return Cells(
        dimensions, [[words.split() for words in members] for _, *members in groups], [people for people, *_ in groups]
    )


SALES_X, SALES_Y, LEGAL, TECH = range(4)
CELLS = cells_of((9, "Sales", "X"), (8, "Sales", "Y"), (6, "Legal Finance", "X Y"), (30, "Tech", "Y"))


@pytest.mark.parametrize(
    ("only", "groups", "is_told"),
    [
        ({}, [SALES_X, SALES_Y, LEGAL, TECH], True),
        ({"department": ["Sales"]}, [SALES_X, SALES_Y], True),
        ({"department": ["Sales"], "site": ["X"]}, [SALES_X], True),
        ({"department": ["Legal", "Finance"]}, [LEGAL], True),
        ({"department": ["Legal"]}, [LEGAL], False),  # only a part of its cell
        ({"site": ["X"]}, [SALES_X, LEGAL], False),
        ({"site": ["X", "Y"]}, [SALES_X, SALES_Y, LEGAL, TECH], True),
        ({"department": ["Legal", "Finance"], "site": ["X"]}, [LEGAL], False),
        ({"department": ["Tech"], "site": ["X"]}, [], False),  # nobody is there
        ({"department": ["Nowhere"]}, [], False),
        ({"department": ["Sales", "Nowhere"]}, [SALES_X, SALES_Y], True),
    ],
)
def test_a_filter_is_answered_only_where_it_is_a_union_of_cells(only, groups, is_told):
    assert groups == CELLS.asked(only)[0]
    assert is_told == CELLS.is_told(only)


def test_what_a_filter_touches_is_told_with_it():
    assert {"department": ["Finance", "Legal", "Sales"], "site": ["X", "Y"]} == {
        name: sorted(members)
        for name, members in CELLS.asked({"department": ["Sales", "Legal"], "site": ["X"]})[1].items()
    }
    assert {"site": ["Y"]} == cells_of((9, "Sales", "Y")).asked({"site": ["Y"]})[1]


def test_cells_know_how_many_they_are_and_their_members():
    assert (4, [9, 8, 6, 30]) == (len(CELLS), CELLS.people.tolist())
    assert ["Finance", "Legal", "Sales", "Tech"] == CELLS.members("department")


@pytest.mark.parametrize(
    ("only", "nearest"),
    [
        ({"department": "Legal"}, {"department": ["Finance", "Legal"]}),
        ({"department": "Sales"}, {"department": ["Sales"]}),
        ({"site": "X"}, {}),  # X is in a cell with Y: both sites are everybody
        ({"department": "Legal", "site": "X"}, {"department": ["Finance", "Legal"], "site": ["X", "Y"]}),
        ({"department": "Sales", "site": "X"}, {"department": ["Sales"], "site": ["X"]}),
        ({"department": "Tech", "site": "X"}, {"department": ["Tech"]}),  # nobody is there: the department is
        ({"department": "Nowhere"}, {}),
    ],
)
def test_the_nearest_group_is_the_smallest_union_of_cells_around_a_filter(only, nearest):
    assert nearest == suppression.nearest_group(CELLS, only)


def test_the_nearest_group_grows_until_it_is_a_union():
    cells = cells_of((5, "A B"), (6, "B C"), (9, "D"), dimensions=("department",))
    assert {"department": ["A", "B", "C"]} == suppression.nearest_group(cells, {"department": "A"})


GROUP = st.tuples(
    st.integers(5, 20),
    st.sampled_from(["A", "B", "C", "D", "A B", "C D", "B C"]),
    st.sampled_from(["X", "Y", "Z", "X Y"]),
)
ONLY = st.fixed_dictionaries({}, optional={"department": st.sampled_from("ABCD"), "site": st.sampled_from("XYZ")})


@MANY
@given(st.lists(GROUP, min_size=1, max_size=6), ONLY)
def test_a_filter_is_told_if_whoever_it_touches_is_what_it_asks_for(groups, only):
    """Against sets: every group that could hold somebody asked for holds nobody else in these dimensions."""
    asked = {name: [member] for name, member in only.items()}
    touched = [
        {"department": set(departments.split()), "site": set(sites.split())}
        for _, departments, sites in groups
        if only.get("department", departments[0]) in departments.split() and only.get("site", sites[0]) in sites.split()
    ]
    expected = bool(touched) and all(held[name] == {member} for held in touched for name, member in only.items())
    assert expected == cells_of(*groups).is_told(asked)


@MANY
@given(st.lists(GROUP, min_size=1, max_size=6), ONLY)
def test_the_nearest_group_can_be_shown_and_holds_the_filter(groups, only):
    cells = cells_of(*groups)
    nearest = suppression.nearest_group(cells, only)
    assert cells.is_told(nearest)
    assert set(nearest) <= set(only)
    assert all(only[name] in members for name, members in nearest.items())
    assert set(cells.asked({name: [member] for name, member in only.items()})[0]) <= set(cells.asked(nearest)[0])


# What an order of dimensions makes answerable

WORKED = pd.DataFrame(
    {"department": ["A", "B", "B"], "site": ["X", "X", "Y"], "people": [20, 1, 12], "proud": [20, 1, 12]}
)


def test_the_order_of_dimensions_tells_how_many_groups_can_be_shown():
    # by department first the cells are A and B, and B holds both sites
    expected = (("department", 2, 2), ("site within department", 1, 3), ("site", 0, 2))
    assert Reach(("department", "site"), expected) == suppression.reach(WORKED, ["department", "site"], minimum=MINIMUM)
    # by site first X holds both departments, and Y is of B
    expected = (("site", 2, 2), ("department within site", 1, 3), ("department", 0, 2))
    assert Reach(("site", "department"), expected) == suppression.reach(WORKED, ["site", "department"], minimum=MINIMUM)


def test_a_question_that_few_answered_takes_groups_out_of_reach():
    few = WORKED.assign(proud=[20, 1, 3])
    assert (("department", 0, 2), ("site within department", 0, 3), ("site", 0, 2)) == suppression.reach(
        few, ["department", "site"], minimum=MINIMUM
    ).levels


# Series with gaps


SERIES = pd.DataFrame({
    "period": [date(2024, 1, 1)] * 4, "department": list("ABCD"), "value": [0.5, 0.25, 1.0, 0.0], "num": [6, 1, 5, 0],
    "den": [12, 4, 5, 0], "n": [12, 4, 5, 0], "low": 0.1, "high": 0.9, "prior": 0.5, "hidden": False, "note": "",
}).astype({name: float for name in ("value", "num", "den", "n")})  # fmt: skip
NUMBERS = ["value", "num", "den", "n", "low", "high", "prior"]


def told(frame, flag="hidden"):
    return frame.loc[~frame[flag], "department"].tolist()


def test_numbers_of_one_to_four_people_are_gone_and_say_why():
    shown = suppression.hide(SERIES, MINIMUM)
    assert ["A", "C", "D"] == told(shown)
    assert shown.loc[1, NUMBERS].isna().all()
    assert ["", suppression.HIDDEN, "", ""] == shown["note"].tolist()
    assert SERIES.loc[[0, 2, 3], NUMBERS].equals(shown.loc[[0, 2, 3], NUMBERS])
    assert "too few people to show this without revealing someone" == suppression.HIDDEN


def test_a_minimum_of_nought_hides_nothing_and_people_unknown_are_not_hidden():
    assert list("ABCD") == told(suppression.hide(SERIES, 0))
    assert list("ABCD") == told(suppression.hide(SERIES.assign(n=NAN), MINIMUM))


def test_what_is_marked_is_gone_with_its_own_reason_and_the_frame_handed_in_stays():
    before = SERIES.copy()
    shown = suppression.without(SERIES, SERIES["department"] == "C", "waits")
    assert ["A", "B", "D"] == told(shown)
    assert ["", "", "waits", ""] == shown["note"].tolist()
    assert shown.loc[2, NUMBERS].isna().all()
    assert before.equals(SERIES)


def test_a_column_that_is_not_there_need_not_be_hidden():
    shown = suppression.without(SERIES.drop(columns=["prior"]), SERIES["department"] == "A")
    assert "prior" not in shown
    assert pd.isna(shown.loc[0, "value"])


def records(**periods):
    """A split of HR records: the mean people of each member, by period."""
    rows = [
        {"period": period, "department": f"{period}{place}", "n": n, "value": 1.0, "hidden": False, "note": ""}
        for period, sizes in periods.items()
        for place, n in enumerate(sizes)
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ((12, 7, 5), [0, 1, 2]),
        ((12, 7, 4), [0]),  # the whole less 12 and 7 would be the 4
        ((12, 3, 2), [0]),  # five are hidden: nobody else need be
        ((12, 7, 3, 1.5), [0]),  # 4.5 are too few
        ((12, 4), []),
        ((4.9, 20, 30), [2]),
        ((5.0, 20), [0, 1]),
    ],
)
def test_of_records_the_next_smallest_is_hidden_where_the_rest_would_tell(sizes, shown):
    found = suppression.hide_small_records(records(p=sizes), MINIMUM)
    assert [f"p{place}" for place in shown] == told(found)


def test_each_period_of_records_is_judged_by_itself():
    found = suppression.hide_small_records(records(p=(12, 7, 4), q=(12, 7, 5)), MINIMUM)
    assert ["p0", "q0", "q1", "q2"] == told(found)


@MANY
@given(st.lists(st.floats(0, 40).map(lambda n: round(n, 1)), min_size=1, max_size=8))
def test_hidden_records_are_nobody_or_enough_people(sizes):
    found = suppression.hide_small_records(records(p=sizes), MINIMUM)
    gone = sum(n for n, hidden in zip(sizes, found["hidden"], strict=True) if hidden)
    assert gone == 0 or gone >= MINIMUM - 1e-9 or found["hidden"].all()
    assert not [n for n, hidden in zip(sizes, found["hidden"], strict=True) if 0 < n < MINIMUM and not hidden]


# Words


@pytest.mark.parametrize(
    ("nearest", "words"),
    [
        ({}, "the company as a whole"),
        ({"department": ["Sales"]}, "Sales"),
        ({"department": ["Finance", "Legal"]}, "Finance and Legal together"),
        ({"department": ["Finance", "HR", "Legal"]}, "Finance, HR and Legal together"),
        ({"department": ["Sales"], "site": ["Lyon"]}, "Sales, Lyon"),
        ({"department": ["Sales"], "site": ["Lyon", "Paris"]}, "Sales, Lyon and Paris together"),
        ({"department": ["", "Legal"]}, "(none) and Legal together"),
    ],
)
def test_a_group_is_told_in_words(nearest, words):
    assert words == suppression.told_group(nearest)
    expected = f"too few people to show this without revealing someone; the nearest group that can be shown is {words}"
    assert expected == suppression.why_hidden(nearest)


# Waves that close


def unit_of(day):
    """The week (Monday to Sunday) a day lies in, cut where the month ends."""
    monday, first = day - timedelta(days=day.weekday()), day.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return Unit(max(monday, first), min(monday + timedelta(days=6), last), first, last)


def january(day):
    return date(2024, 1, day)  # 1 January 2024 is a Monday


def february(day):
    return date(2024, 2, day)


def said(day, *people):
    return [(day, person) for person in people]


def run(responses, over_until, *, told=(), open_waves=(), minimum=MINIMUM):
    """Closings of responses (day, person, upload) that wait; before them the responses in the order handed in."""
    responses = sorted(responses)
    found = suppression.closings(
        [day for day, _, _ in responses], np.array([person for _, person, _ in responses], dtype=int),
        np.array([upload for _, _, upload in responses], dtype=int), over_until=over_until, unit_of=unit_of,
        minimum=minimum, told=told, open_waves=open_waves,
    )  # fmt: skip
    return responses, found


def closed(*uploads, minimum=MINIMUM):
    """What closes of uploads (the last day that is over, responses): units, waves, people who wait.

    Units: first day -> (upload, people); waves: first day -> upload.
    """
    responses = [(day, person, number) for number, (_, rows) in enumerate(uploads, 1) for day, person in rows]
    responses, found = run(responses, {n: over for n, (over, _) in enumerate(uploads, 1)}, minimum=minimum)
    people = [sorted(person for (_, person, _), at in zip(responses, found.unit_of, strict=True) if at == place)
              for place in range(-1, len(found.units))]  # fmt: skip
    units = {unit.starts_on: (upload, some) for (unit, upload), some in zip(found.units, people[1:], strict=True)}
    return units, {wave: upload for wave, _, upload in found.waves}, people[0]


FIVE, FOUR = (1, 2, 3, 4, 5), (1, 2, 3, 4)


def test_a_week_closes_once_it_is_over():
    rows = said(january(3), *FIVE)
    assert ({}, {}, [1, 2, 3, 4, 5]) == closed((january(6), rows))
    assert ({january(1): (1, [1, 2, 3, 4, 5])}, {}, []) == closed((january(7), rows))


def test_a_week_closes_with_the_first_upload_after_its_end_whatever_it_brings():
    assert {january(1): (3, [1, 2, 3, 4, 5])} == closed(
        (january(4), said(january(3), *FIVE)), (january(6), []), (january(8), [])
    )[0]


def test_a_week_with_four_waits_for_the_next():
    rows = said(january(3), *FOUR) + said(january(10), 9)
    assert ({january(8): (1, [1, 2, 3, 4, 9])}, {}, []) == closed((january(14), rows))


def test_four_people_who_answer_five_times_are_four():
    rows = said(january(3), *FOUR) + said(january(4), 1)
    assert ({}, {}, [1, 1, 2, 3, 4]) == closed((january(31), rows))


def test_a_raised_minimum_is_what_a_week_waits_for():
    rows = said(january(3), *FIVE) + said(january(10), 6, 7)
    assert {january(8): (1, [1, 2, 3, 4, 5, 6, 7])} == closed((january(14), rows), minimum=7)[0]


def test_a_late_answer_joins_the_next_week_that_closes():
    late = said(january(4), 6)
    units, waves, waiting = closed(
        (january(7), said(january(3), *FIVE)), (january(9), late), (january(14), said(january(10), *FIVE))
    )
    assert {january(1): (1, [1, 2, 3, 4, 5]), january(8): (3, [1, 2, 3, 4, 5, 6])} == units
    assert ({}, []) == (waves, waiting)


def test_what_is_over_stays_over_with_a_file_that_is_of_an_earlier_day():
    uploads = (january(14), said(january(3), *FIVE)), (january(7), said(january(10), *FIVE))
    assert {january(1): (1, [1, 2, 3, 4, 5]), january(8): (2, [1, 2, 3, 4, 5])} == closed(*uploads)[0]


def test_late_answers_do_not_make_a_week_close_before_its_end():
    units, _, waiting = closed(
        (january(7), said(january(3), *FIVE)), (january(10), said(january(4), 6, 7, 8, 9, 10, 11))
    )
    assert [january(1)] == list(units)
    assert [6, 7, 8, 9, 10, 11] == waiting


def test_a_week_is_cut_where_the_month_ends():
    rows = said(january(30), *FIVE) + said(february(2), *FIVE)  # Tuesday and Friday of one week
    units, waves, _ = closed((february(4), rows))
    assert {january(29): (1, [1, 2, 3, 4, 5]), february(1): (1, [1, 2, 3, 4, 5])} == units
    assert {january(1): 1} == waves


def test_a_month_closes_with_the_first_upload_after_its_last_day():
    uploads = [(january(28), said(january(24), *FIVE)), (january(30), []), (january(31), []), (february(5), [])]
    assert {january(1): 3} == closed(*uploads)[1]


def test_what_is_left_when_a_month_closes_joins_its_last_week_of_the_same_upload():
    rows = said(january(24), *FIVE) + said(january(30), 6, 7)
    assert ({january(22): (1, [1, 2, 3, 4, 5, 6, 7])}, {january(1): 1}, []) == closed((january(31), rows))


def test_what_is_left_waits_for_the_next_month_where_the_last_week_closed_before():
    units, waves, waiting = closed(
        (january(28), said(january(24), *FIVE)),
        (january(31), said(january(30), 6, 7)),
        (february(4), said(february(2), *FIVE)),
    )
    assert {january(22): (1, [1, 2, 3, 4, 5]), february(1): (3, [1, 2, 3, 4, 5, 6, 7])} == units
    assert ({january(1): 2}, []) == (waves, waiting)


def test_a_month_of_too_few_closes_with_the_next():
    rows = said(january(16), 1, 2, 3) + said(february(2), 4, 5)
    assert ({february(1): (1, [1, 2, 3, 4, 5])}, {}, []) == closed((february(4), rows))


def test_older_answers_that_come_later_close_their_own_month():
    units, waves, _ = closed((february(4), said(february(2), *FIVE)), (february(5), said(january(9), *FIVE)))
    assert {february(1): (1, [1, 2, 3, 4, 5]), january(8): (2, [1, 2, 3, 4, 5])} == units
    assert {january(1): 2} == waves


def test_nothing_closes_in_a_month_that_was_told():
    _, found = run([(january(10), person, 2) for person in FIVE], {2: february(1)}, told=[(january(1), january(31))])
    assert [] == found.units
    assert [-1] * 5 == found.unit_of.tolist()


def test_an_open_month_closes_once_it_is_over_without_a_further_answer():
    _, found = run([], {4: january(31)}, told=[(january(1), january(7))], open_waves=[january(1)])
    assert [(january(1), january(31), 4)] == found.waves


UPLOADS = st.lists(
    st.tuples(
        st.integers(0, 14),  # days since the upload before
        st.lists(st.tuples(st.integers(-45, 0), st.integers(0, 9)), max_size=9),  # days before this one, and who
    ),
    min_size=1,
    max_size=6,
)


def dated(uploads):
    """Uploads with days: (last day that is over, responses); an answer may be of the day of the upload itself."""
    today, found = january(20), []
    for gap, rows in uploads:
        today += timedelta(days=gap)
        found.append((today - timedelta(days=1), [(today + timedelta(days=back), person) for back, person in rows]))
    return found


@MANY
@given(UPLOADS)
def test_no_week_and_no_month_closes_before_its_end_or_with_too_few(uploads):
    uploads = dated(uploads)
    units, waves, waiting = closed(*uploads)
    over = {number: max(over for over, _ in uploads[:number]) for number in range(1, len(uploads) + 1)}
    for starts_on, (upload, people) in units.items():
        assert unit_of(starts_on).ends_on <= over[upload]
        assert len(set(people)) >= MINIMUM
    assert all(unit_of(wave).wave_ends_on <= over[upload] for wave, upload in waves.items())
    assert sum(len(rows) for _, rows in uploads) == len(waiting) + sum(len(people) for _, people in units.values())


def one_after_the_other(uploads):
    """What closes when each upload is taken in by itself: what was told is handed on to the next run."""
    left, over, units, waves = [], {}, {}, {}
    for number, (until, rows) in enumerate(uploads, 1):
        left += [(day, person, number, key) for key, (day, person) in enumerate(rows)]
        over[number] = until
        told = {(wave, unit_of(wave).wave_ends_on) for wave in waves}
        told |= {(start, unit_of(start).ends_on) for start in units if unit_of(start).wave_on not in waves}
        still_open = {unit_of(start).wave_on for start in units} - set(waves)
        left.sort(key=lambda one: (one[0], one[2], one[3]))
        found = suppression.closings(
            [one[0] for one in left], np.array([one[1] for one in left], dtype=int),
            np.array([one[2] for one in left], dtype=int), over_until=over, unit_of=unit_of, minimum=MINIMUM,
            told=sorted(told), open_waves=sorted(still_open),
        )  # fmt: skip
        for place, (unit, upload) in enumerate(found.units):
            units[unit.starts_on] = (
                upload,
                sorted(one[1] for one, at in zip(left, found.unit_of, strict=True) if at == place),
            )
        waves |= {wave: upload for wave, _, upload in found.waves}
        left = [one for one, at in zip(left, found.unit_of, strict=True) if at < 0]
    return units, waves, sorted(one[1] for one in left)


# Late answers after a week whose own few answers have gone on to the next: nobody waits in it any more.
GONE_ON = [
    (10, [(0, 0), (0, 2)]),
    (13, [(-1, 0), (-1, 1), (-1, 2), (-1, 3), (-8, 4), (-12, 1), (-12, 3), (-12, 4)]),
    (0, [(-12, 0), (-12, 1), (-12, 2), (-12, 3), (-12, 4)]),
]


@settings(MANY, max_examples=400)
@given(UPLOADS)
@example(GONE_ON)
def test_uploads_one_after_the_other_close_as_they_do_all_at_once(uploads):
    uploads = dated(uploads)
    assert one_after_the_other(uploads) == closed(*uploads)


def test_late_answers_do_not_close_a_week_of_which_nobody_has_answered_yet():
    """The fourth upload brings the first answers of that week; the late ones of the second counted in March by then."""
    uploads = [
        (january(31), said(january(3), *FIVE)),
        (date(2024, 3, 2), said(january(4), 11, 12, 13, 14, 15, 16)),
        (date(2024, 3, 10), said(date(2024, 3, 5), *FIVE)),
        (date(2024, 3, 11), said(february(13), 21, 22, 23, 24, 25)),
    ]
    assert date(2024, 3, 4) in one_after_the_other(uploads[:3])[0]
    assert one_after_the_other(uploads) == closed(*uploads)


# Waves that come again


def answers(*rows):
    """What a wave was told with: (part, question, value, answers), of the first week unless a week stands before."""
    rows = [row if len(row) == 5 else (january(1), *row) for row in rows]
    frame = pd.DataFrame(rows, columns=["unit_on", "part", "question", "value", "answers"])
    return frame.astype({"part": object, "question": object, "value": float, "answers": int})


BEFORE = [("A", "q", 1, 10), ("A", "q", 5, 10), ("B", "q", 1, 8), ("B", "q", 5, 9), ("A cell", None, NAN, 20)]


@pytest.mark.parametrize(
    ("now", "same"),
    [
        (BEFORE, True),
        (BEFORE[::-1], True),
        ([("A", "q", 1, 9), ("A", "q", 5, 11), *BEFORE[2:]], False),  # one changed their mind
        ([("A", "q", 1, 9), *BEFORE[1:]], False),  # one is gone
        (BEFORE[2:], False),  # all of A are gone
        ([*BEFORE, ("C", "q", 5, 7)], False),  # others came
        (
            [("A", "q", 1, 8), ("A", "q", 5, 9), ("B", "q", 1, 10), ("B", "q", 5, 10), BEFORE[4]],
            False,
        ),  # in other parts
        ([*BEFORE[:4], ("A cell", None, NAN, 19)], False),  # the cell has other people
        ([*BEFORE, ("A", "asked later", 5, 7)], True),  # a question that was not told then
        ([*BEFORE, (january(8), "A", "q", 5, 7)], True),  # a week that was not told then
        ([], False),
    ],
)
def test_a_wave_is_the_same_only_with_the_answers_it_was_told_with(now, same):
    assert same == suppression.is_same(answers(*BEFORE), answers(*now))


def test_where_the_company_alone_was_told_the_parts_do_not_count():
    before = answers(("", "q", 1, 18), ("", "q", 5, 19))
    assert suppression.is_same(before, answers(*BEFORE))
    assert not suppression.is_same(before, answers(("A", "q", 1, 11), *BEFORE[1:]))


# Comments


@pytest.mark.parametrize(
    ("people", "comments", "groups"),
    [
        ([20, 12], [5, 3], together([0], [1])),
        ([20, 12, 4], [5, 4, 1], together([0], [1, 2])),  # four people join the smallest
        ([20, 12], [5, 2], together([0, 1])),  # two comments are never alone
        ([20, 12], [5, 1], together([0, 1])),
        ([20, 12], [5, 0], together([0], [1])),  # no comment tells nothing
        ([20, 15, 12], [5, 5, 2], together([0], [1, 2])),
        ([6, 5], [4, 4], together([0, 1])),
        ([10], [3], together([0])),
    ],
)
def test_comments_are_told_with_a_group_that_is_large_enough(people, comments, groups):
    found = suppression.comment_groups(np.array(people), np.array(comments), minimum=10)
    assert groups == sets(found)


@pytest.mark.parametrize(
    ("people", "comments"),
    [([9], [5]), ([20], [2]), ([20, 12], [0, 0]), ([20, 12], [1, 1]), ([], []), ([4, 5], [3, 3])],
)
def test_comments_of_too_few_are_not_told(people, comments):
    assert suppression.comment_groups(np.array(people, dtype=int), np.array(comments, dtype=int), minimum=10) is None


@MANY
@given(st.lists(st.tuples(st.integers(1, 25), st.integers(0, 5)), min_size=1, max_size=8), st.integers(10, 15))
def test_every_group_of_comments_holds_enough_people_and_no_one_or_two_comments(groups, minimum):
    people, comments = (np.array(column) for column in zip(*groups, strict=True))
    found = suppression.comment_groups(people, comments, minimum=minimum)
    if people.sum() < minimum or comments.sum() < 3:
        assert found is None
        return
    assert len(found) == len(groups)
    for label in set(found.tolist()):
        assert people[found == label].sum() >= minimum
        assert comments[found == label].sum() not in (1, 2)


ROSTER = [
    "Anna Meier", "Jürgen Groß", "Zoë Müller-Lüdenscheidt", "Sean O'Brien", "Mark Hunt", "Bo Li", "García, José",
    "Ng Thi Hoa",
]  # fmt: skip
NAMES, NOBODY = Names.of(ROSTER), Names.of([])


@pytest.mark.parametrize(
    ("words", "scrubbed"),
    [
        ("write to anna.meier@keel.example please", "write to [e-mail] please"),
        ("Anna_M+x@mail.keel.example", "[e-mail]"),
        ("me (at) keel (dot) example", "[e-mail]"),
        ("me [at] keel.example", "[e-mail]"),
        ("two: a@b.de, c@d.org", "two: [e-mail], [e-mail]"),
        ("to a@b.com. Then call", "to [e-mail]. Then call"),
    ],
)
def test_an_address_is_taken_out_of_a_comment(words, scrubbed):
    assert scrubbed == suppression.scrub(words, NOBODY)


@pytest.mark.parametrize(
    ("words", "scrubbed"),
    [
        ("see https://keel.example/anna?x=1 there", "see [link] there"),
        ("see www.keel.example there", "see [link] there"),
        ("HTTP://KEEL.EXAMPLE", "[link]"),
        ("on linkedin.com/in/someone now", "on [link] now"),
        ("at keel.de", "at [link]"),
        ("on t.me/anna now", "on [link] now"),
        ("it works.Comfortable chairs", "it works.Comfortable chairs"),
    ],
)
def test_a_link_is_taken_out_of_a_comment(words, scrubbed):
    assert scrubbed == suppression.scrub(words, NOBODY)


@pytest.mark.parametrize(
    ("words", "scrubbed"),
    [
        ("call 0171 5551234 now", "call [number] now"),
        ("call +49 171 555-1234 now", "call [number] now"),
        ("call (020) 7946 0958 now", "call [number] now"),
        ("call 555.123.4567", "call [number]"),
        ("call 555–123–4567", "call [number]"),
        ("call 0171/5551234", "call [number]"),
        ("call +4917155512", "call [number]"),
        ("my number is 48213", "my number is [number]"),
        ("I am E10234 of the night shift", "I am [number] of the night shift"),
        ("I am AB1234", "I am [number]"),
        ("8 of 10 times, 15 % more", "8 of 10 times, 15 % more"),
        ("since 9 or 10 years", "since 9 or 10 years"),
        ("all 250 of us", "all 250 of us"),
    ],
)
def test_telephone_and_long_numbers_are_taken_out_of_a_comment(words, scrubbed):
    assert scrubbed == suppression.scrub(words, NOBODY)


@pytest.mark.parametrize(
    ("words", "scrubbed"),
    [
        ("ask Anna about it", "ask [name] about it"),
        ("ask Anna Meier about it", "ask [name] about it"),
        ("Anna's desk", "[name] desk"),
        ("Anna’s desk", "[name] desk"),
        ("ANNA is kind", "[name] is kind"),
        ("(Meier)", "([name])"),
        ("Jürgen, Groß and JÜRGEN", "[name], [name] and [name]"),
        ("thank GROSS", "thank [name]"),
        ("Müller-Lüdenscheidt leads", "[name] leads"),
        ("O'Brien and O'Brien's plan", "[name] and [name] plan"),
        ("José and García", "[name] and [name]"),
        ("Hunt is fine", "[name] is fine"),
        ("the hunt for talent, mark my words", "the hunt for talent, mark my words"),
        ("Annabel and Meierei", "Annabel and Meierei"),
        ("nobody is named", "nobody is named"),
        ("", ""),
    ],
)
def test_names_on_the_roster_are_taken_out_of_a_comment(words, scrubbed):
    assert scrubbed == suppression.scrub(words, NAMES)


@pytest.mark.parametrize(
    ("words", "scrubbed"),
    [
        ("thanks to anna meier", "thanks to [name]"),
        ("thanks to anna meier's team", "thanks to [name] team"),
        ("Bo Li helped", "[name] helped"),
        ("ask ng thi hoa", "ask [name]"),
    ],
)
def test_a_whole_name_is_taken_out_however_it_is_written(words, scrubbed):
    assert scrubbed == suppression.scrub(words, NAMES)


@pytest.mark.parametrize(
    ("words", "scrubbed"),
    [
        ("Müller said so", "[name] said so"),
        ("the Meier-Team", "the [name]"),
        ("the Anna-Meier way", "the [name] way"),
    ],
)
def test_a_part_of_a_name_with_a_hyphen_is_taken_out(words, scrubbed):
    assert scrubbed == suppression.scrub(words, NAMES)


@pytest.mark.parametrize(
    "written", ["O’Brien", "O´Brien", "Jose", "Jose\u0301", "Ju\u0308rgen", "Garcia", "Zoe", "Jurgen"]
)
def test_a_name_written_without_its_accents_or_with_another_apostrophe_is_taken_out(written):
    assert "ask [name]" == suppression.scrub(f"ask {written}", NAMES)


def test_a_part_of_two_letters_is_taken_out_with_the_whole_name_only():
    assert "ask [name] and Li and Hoa's Bo" == suppression.scrub("ask Bo Li and Li and Hoa's Bo", Names.of(["Bo Li"]))


@MANY
@given(st.text(alphabet="abcAnMei '-.@0123456789\n(+)/’", max_size=60))
def test_a_scrubbed_comment_scrubbed_again_is_the_same(words):
    once = suppression.scrub(words, NAMES)
    assert once == suppression.scrub(once, NAMES)


@MANY
@given(
    st.sampled_from(ROSTER),
    st.text(alphabet="abc xyz.,;!?\n", max_size=20),
    st.text(alphabet="abc xyz.,;!?\n", max_size=20),
)
def test_no_part_of_a_name_is_left_in_a_comment(name, before, after):
    found = suppression.scrub(f"{before} {name} {after}", NAMES)
    assert not [part for part in name.replace(",", "").split() if len(part) >= 3 and part in found]
