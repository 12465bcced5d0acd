"""Odds of winning customers back: METHODS F to its digits, and what a campaign can and cannot say."""

import math

import numpy as np
import pytest

from keel import winback
from keel.errors import QuestionError
from keel.winback import PUBLISHED, Belief, Beta

LOST = PUBLISHED["lost"]


@pytest.mark.parametrize(
    ("won", "tried", "mean", "low", "high"),
    [(0, 0, 0.3366, 0.178, 0.750), (12, 40, 0.2982, 0.222, 0.380), (3, 40, 0.1394, 0.041, 0.253)],
)
def test_the_posteriors_of_methods_f(won, tried, mean, low, high):
    found = LOST.learn(won, tried)
    assert found.mean == pytest.approx(mean, abs=5e-5)
    assert found.between() == pytest.approx((low, high), abs=5e-4)


def test_three_of_forty_leave_the_published_range_less_than_half_of_the_weight():
    found = LOST.learn(3, 40)
    assert found.parts[0].weight == pytest.approx(0.410, abs=5e-4)
    assert not found.fits
    assert LOST.learn(12, 40).fits


@pytest.mark.parametrize(("kind", "low", "high"), [("current", 0.60, 0.70), ("prospect", 0.05, 0.20)])
def test_what_is_published_is_where_the_beliefs_begin(kind, low, high):
    assert PUBLISHED[kind].between() == pytest.approx((low, high), abs=5e-4)


def test_the_published_part_of_the_lost_has_its_ends_at_20_and_40_percent():
    assert Belief((Beta(1.0, LOST.parts[0].a, LOST.parts[0].b),)).between() == pytest.approx((0.20, 0.40), abs=5e-4)


def test_learning_in_two_steps_is_learning_in_one():
    once, twice = LOST.learn(7, 30), LOST.learn(5, 12).learn(2, 18)
    assert once.mean == pytest.approx(twice.mean)
    assert once.parts[0].weight == pytest.approx(twice.parts[0].weight)


def test_a_flat_belief_is_updated_as_by_hand():
    """Beta(1, 1) after 3 of 10: Beta(4, 8), mean 1/3."""
    assert Belief((Beta(1.0, 1.0, 1.0),)).learn(3, 10).mean == pytest.approx(4 / 12)


def test_nine_in_ten_of_a_thousand_campaigns_hold_the_truth_in_their_interval():
    random = np.random.default_rng(20261125)
    truths = LOST.draws(1000, random)
    held = 0
    for truth in truths:
        tried = int(random.integers(10, 200))
        low, high = LOST.learn(int(random.binomial(tried, truth)), tried).between()
        held += low <= truth <= high
    assert 0.87 <= held / 1000 <= 0.93


@pytest.mark.parametrize(("won", "tried"), [(-1, 3), (4, 3)])
def test_more_won_than_tried_is_refused(won, tried):
    with pytest.raises(QuestionError, match=f"won back {won} of {tried}"):
        LOST.learn(won, tried)


def test_the_difference_of_two_shares_is_newcombes():
    """Newcombe (1998), Statistics in Medicine 17, 873: 56 of 70 against 48 of 80, method 10: .2000, .0524 to .3339."""
    assert winback.difference(56, 70, 48, 80) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_without_a_hold_out_there_is_no_difference():
    assert all(math.isnan(number) for number in winback.difference(3, 10, 0, 0))


def test_the_hold_out_is_a_share_drawn_by_chance_and_the_same_for_the_same_seed():
    customers = [f"C{number}" for number in range(100)]
    held = winback.hold_out(customers, share=0.2, seed=7)
    assert len(held) == 20
    assert held <= set(customers)
    assert held == winback.hold_out(customers[::-1] + customers[:5], share=0.2, seed=7)
    assert held != winback.hold_out(customers, share=0.2, seed=8)


@pytest.mark.parametrize(("customers", "share", "expected"), [(2, 0.1, 1), (3, 0.9, 2), (1, 0.5, 0), (10, 0.0, 0)])
def test_somebody_is_held_out_and_somebody_is_contacted(customers, share, expected):
    assert len(winback.hold_out([str(number) for number in range(customers)], share=share, seed=1)) == expected


def test_each_customer_is_held_out_as_often_as_any_other():
    customers = [str(number) for number in range(10)]
    times = {customer: 0 for customer in customers}
    for seed in range(2000):
        for customer in winback.hold_out(customers, share=0.3, seed=seed):
            times[customer] += 1
    assert all(520 <= count <= 680 for count in times.values()), times  # 600 expected, 4 standard deviations of 20


def test_a_share_that_leaves_nobody_to_contact_is_refused():
    with pytest.raises(QuestionError, match=r"hold-out: found 95%"):
        winback.hold_out(["A", "B"], share=0.95, seed=1)


def test_one_customer_brings_all_or_nothing():
    """A share of about .3: the 5 % point is nothing, the 95 % point the whole of one customer, two years of it."""
    assert winback.worth(LOST.learn(300, 1000), [1000.0], years=2) == (0.0, 2000.0)


def test_many_customers_bring_their_share():
    """600 customers of 100 each at a share known to be .5 ± .005: 30,000, with the chance of who comes back (sd 1,225)."""
    known = Belief((Beta(1.0, 5000.0, 5000.0),))
    low, high = winback.worth(known, [100.0] * 600)
    half = 1.645 * math.hypot(0.005 * 60_000, math.sqrt(600 * 0.25) * 100)
    assert low == pytest.approx(30_000 - half, rel=0.01)
    assert high == pytest.approx(30_000 + half, rel=0.01)


def test_few_and_many_customers_are_drawn_alike():
    """200 customers are drawn one by one, 201 by their normal sum: the ranges differ by less than the one customer."""
    few, many = (winback.worth(LOST, [50.0] * count) for count in (200, 201))
    assert few == pytest.approx(many, rel=0.02)


def test_nobody_is_worth_nothing_and_missing_worths_count_as_nothing():
    assert winback.worth(LOST, []) == (0.0, 0.0)
    assert winback.worth(LOST, [float("nan")]) == (0.0, 0.0)


def test_a_try_is_odds_times_worth():
    """Odds of .5 known well, worth 100 known exactly: 50, two years of it 100."""
    known = Belief((Beta(1.0, 50_000.0, 50_000.0),))
    assert winback.one_try(known, mean=100.0, spread=0.0, customers=10, years=2) == pytest.approx((100, 100), rel=0.01)
    assert all(math.isnan(number) for number in winback.one_try(known, mean=1.0, spread=1.0, customers=0))


def test_reasons_stand_by_what_they_cost_with_ties_by_their_words():
    rows = winback.by_reason(["Price", "Quality", "Price", "Delivery"], [10.0, 30.0, 20.0, 30.0])
    assert [(row.words, row.customers, row.worth) for row in rows] == [
        ("Delivery", 1, 30),
        ("Price", 2, 30),
        ("Quality", 1, 30),
    ]
    assert [row.running for row in rows] == pytest.approx([1 / 3, 2 / 3, 1])


def test_reasons_that_cost_nothing_have_no_share():
    assert winback.by_reason(["Price"], [0.0])[0].running is None
    assert winback.by_reason([], []) == []
