from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keel.intervals import mean, nps, poisson_rate, wilson

COUNTS = st.integers(0, 5000)


@pytest.mark.parametrize(("k", "n", "low", "high"), [(81, 263, 0.2553, 0.3662), (0, 10, 0, 0.2775)])
def test_wilson_gives_the_worked_numbers(k, n, low, high):
    assert (low, high) == tuple(round(float(end), 4) for end in wilson(k, n))


@pytest.mark.parametrize(
    ("answers", "score", "low", "high"),
    [((20, 10, 10), 25, -1.36, 47.88), ((5, 0, 0), 100, 17.49, 100), ((6, 2, 2), 40, -12.59, 74.12)],
)
def test_nps_gives_the_worked_numbers(answers, score, low, high):
    assert (score, low, high) == tuple(round(float(end), 2) for end in nps(*answers))


@pytest.mark.parametrize(
    ("leavers", "years", "expected"),
    [(12, 100, (0.1200, 0.0620, 0.2096)), (3, 40 * 91 / 365.25, (0.3010, 0.0621, 0.8797))],
)
def test_poisson_gives_the_worked_numbers(leavers, years, expected):
    assert expected == tuple(round(float(end), 4) for end in poisson_rate(leavers, years))


def test_the_exact_poisson_interval_is_that_of_chi_squared():
    from scipy.stats import chi2

    events = np.arange(1, 60)
    _, low, high = poisson_rate(events, 7.0)
    np.testing.assert_allclose(chi2.ppf(0.025, 2 * events) / 2 / 7, low)
    np.testing.assert_allclose(chi2.ppf(0.975, 2 * events + 2) / 2 / 7, high)


def test_no_leaver_gives_a_rate_of_nought_and_an_upper_end():
    rate, low, high = poisson_rate(0, 1)
    assert (0, 0) == (rate, low)
    assert 3.6889 == pytest.approx(high, abs=5e-5)  # -ln .025


def test_wilson_is_that_of_scipy():
    from scipy.stats import binomtest

    for k, n in [(0, 7), (1, 7), (7, 7), (30, 41), (499, 500)]:
        theirs = binomtest(k, n).proportion_ci(method="wilson")
        assert (theirs.low, theirs.high) == pytest.approx(wilson(k, n))


def test_none_and_all_end_exactly_at_nought_and_one():
    n = np.arange(1, 3000)
    assert {0} == set(wilson(0, n)[0])
    assert {1} == set(wilson(n, n)[1])


def test_the_mean_has_the_t_interval_of_its_answers():
    from scipy import stats

    answers = np.array([1, 4, 5, 5, 7, 2, 6])
    theirs = stats.t.interval(0.95, 6, answers.mean(), stats.sem(answers))
    assert (answers.mean(), *theirs) == pytest.approx(mean(answers.sum(), (answers**2).sum(), 7))


def test_answers_all_alike_have_an_interval_of_the_width_of_rounding():
    average, low, high = mean(50, 250, 10)
    # sd 1/sqrt(12) = .288675; t(.975; 9) = 2.262157; .288675 * 2.262157 / sqrt(10) = .206506
    assert (5, 4.793494, 5.206506) == pytest.approx((average, low, high), abs=1e-6)
    _, narrow, _ = mean(50, 250, 10, step=0.5)
    assert 5 - 0.103253 == pytest.approx(narrow, abs=1e-6)


def test_an_interval_of_a_mean_stops_at_the_ends_of_the_scale():
    assert 7 == mean(35, 245, 5, scale=(1, 7))[2]
    assert 1 == mean(5, 5, 5, scale=(1, 7))[1]
    assert mean(35, 245, 5)[2] > 7


def test_one_answer_has_a_mean_and_no_interval():
    average, low, high = mean(4, 16, 1)
    assert 4 == average
    assert np.isnan([low, high]).all()


@pytest.mark.parametrize(
    "ask",
    [
        lambda: wilson(0, 0),
        lambda: nps(0, 0, 0),
        lambda: poisson_rate(0, 0),
        lambda: poisson_rate(2, 0),
        lambda: mean(0, 0, 0),
        lambda: wilson(np.nan, 5),
        lambda: wilson(None, None),
        lambda: nps(np.nan, 1, 1),
        lambda: mean(np.nan, 1, 4),
    ],
)
def test_nothing_counted_is_no_data(ask):
    assert np.isnan(ask()).all()


@pytest.mark.parametrize(
    "ask",
    [
        lambda: wilson(11, 10),
        lambda: wilson([1, -1], [5, 5]),
        lambda: nps(-1, 2, 3),
        lambda: poisson_rate(-1, 3),
        lambda: poisson_rate(1, -3),
        lambda: mean(1, 1, -1),
    ],
)
def test_counts_that_cannot_be_are_refused(ask):
    with pytest.raises(ValueError, match="counts must not be negative"):
        ask()


def test_arrays_give_arrays_and_scalars_numbers():
    low, high = wilson([0, 81, 0], [10, 263, 0])
    np.testing.assert_allclose([0, 0.2553, np.nan], low, atol=5e-5)
    np.testing.assert_allclose([0.2775, 0.3662, np.nan], high, atol=5e-5)
    assert (3, 2) == nps(np.ones((3, 2)), 1, 0)[0].shape
    for number in (*wilson(1, 2), *nps(1, 2, 3), *poisson_rate(1, 2), *mean(9, 41, 2)):
        assert isinstance(number, float)
    assert wilson(1, 2) == wilson(Decimal(1), Decimal(2))  # sums leave the store as decimals


@given(COUNTS, COUNTS)
def test_a_share_lies_in_its_interval_which_has_width(k, rest):
    n = k + rest
    if n == 0:
        return
    low, high = wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1
    assert low < high
    mirrored_low, mirrored_high = wilson(rest, n)
    assert (1 - high, 1 - low) == pytest.approx((mirrored_low, mirrored_high), abs=1e-12)


@example(0, 0, 1)
@given(COUNTS, COUNTS, COUNTS)
def test_an_nps_has_an_interval_of_some_width_within_its_scale(p, q, d):
    score, low, high = nps(p, q, d)
    if p + q + d:
        assert -100 <= low < high <= 100
        assert low <= score <= high


@given(COUNTS, st.floats(0.01, 1e6))
def test_a_rate_lies_in_its_interval_which_has_width(events, exposure):
    rate, low, high = poisson_rate(events, exposure)
    assert 0 <= low <= rate < high


@given(st.lists(st.integers(1, 7), min_size=2, max_size=50))
def test_a_mean_lies_in_its_interval_which_has_width(answers):
    total, squares = sum(answers), sum(answer**2 for answer in answers)
    average, low, high = mean(total, squares, len(answers))
    assert low < average < high


def test_wilson_and_nps_cover_what_they_promise():
    random = np.random.default_rng(7)
    for share, n in [(0.5, 5), (0.8, 20), (0.95, 60)]:
        low, high = wilson(random.binomial(n, share, 20_000), n)
        assert 0.92 <= np.mean((low <= share) & (share <= high)) <= 0.99
    for shares, n in [((0.5, 0.3, 0.2), 5), ((0.5, 0.3, 0.2), 40), ((0.1, 0.4, 0.5), 12)]:
        counts = random.multinomial(n, shares, 20_000).T
        _, low, high = nps(*counts)
        truth = 100 * (shares[0] - shares[2])
        assert 0.92 <= np.mean((low <= truth) & (truth <= high)) <= 0.97  # METHODS A: 93 to 96 %
