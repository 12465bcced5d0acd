import dataclasses
import math
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import signals as benchmark
from keel.errors import QuestionError
from keel.periods import add_months
from keel.signals import Limits, Rebase, laney, natural, rules, shares, signals, words

NAN = float("nan")
WHEELER = [5045, 4350, 4350, 3975, 4290, 4430, 4485, 4285, 3980, 3925, 3645, 3760, 3300, 3685, 3463, 5200]
FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]  # NIST/SEMATECH e-Handbook, 6.3.2.2
AROUND_NOUGHT = Limits(centre=0.0, low=-4.0, high=4.0, mr_limit=100.0, mr_mean=1.0, n=100)
FLAT = [10.0, 11.0] * 13  # 26 points: centre 10.5, limits 7.84 and 13.16, a change limit of 3.268
ON = date(2026, 3, 2)

ANY_FLOATS = st.lists(st.floats() | st.floats(-100, 100), max_size=300)
PLAIN_FLOATS = st.lists(st.floats(-1000, 1000).map(lambda x: round(x, 3)), min_size=2, max_size=60)


def fired(found, rule):
    return [place for place, each in enumerate(found, start=1) if rule in each]


def close(found, expected, slack):
    for name in ("centre", "low", "high", "mr_limit", "mr_mean"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-9, abs=slack)


# The worked numbers of METHODS A


def test_the_worked_series_has_its_limits_to_the_printed_digits():
    found = natural(WHEELER)
    assert (4135.5, 355.9333, 3188.7173, 5082.2827, 1163.1901, 16) == (
        found.centre, round(found.mr_mean, 4), round(found.low, 4), round(found.high, 4), round(found.mr_limit, 4), found.n,
    )  # fmt: skip
    assert [16] == fired(rules(WHEELER, found), "R1")


def test_the_flow_rate_of_nist_has_its_limits_to_the_printed_digits():
    found = natural(FLOW)
    assert (50.81, 1.8778, 55.8049, 45.8151) == tuple(
        round(x, 4) for x in (found.centre, found.mr_mean, found.high, found.low)
    )


def test_the_plain_way_gives_the_worked_numbers_point_by_point():
    found = signals(WHEELER, plain=True)
    assert (4135.5, 3188.7173, 5082.2827, 1163.1901) == tuple(
        round(x, 4) for x in (found.centre, found.low, found.high, found.mr_limit)
    )
    assert [16] == fired([point.rules for point in found.points], "R1")


def test_the_recipe_takes_the_median_form_there_as_a_point_is_outside_its_own_baseline():
    found, median = signals(WHEELER), natural(WHEELER, median=True)
    assert (median.centre, median.low, median.high) == pytest.approx((found.centre, found.low, found.high))
    assert ("raw", ()) == (found.method, found.removed)
    assert [1, 16] == fired([point.rules for point in found.points], "R1")


def test_the_median_form_uses_its_own_constants():
    found = natural([1, 2, 4, 7, 11, 100], median=True)  # changes 1, 2, 3, 4, 89
    assert (5.5, 3, 5.5 - 3.145 * 3, 5.5 + 3.145 * 3, 3.865 * 3) == pytest.approx(
        (found.centre, found.mr_mean, found.low, found.high, found.mr_limit)
    )


def test_limits_rest_on_the_baseline_alone():
    assert natural(WHEELER[:10]) == natural(WHEELER, baseline=10)


def test_a_baseline_with_a_point_outside_its_limits_takes_the_median_form():
    series = [0, 2, 1, 3, 0, 2, 4, 1, 50, 2, 0, 3, 1, 2]
    by_hand = natural(series, median=True)
    found = signals(series)
    assert (by_hand.low, by_hand.high) == pytest.approx((found.low, found.high))


def test_where_most_changes_are_nought_the_mean_form_stays():
    found = signals([*[5.0] * 20, 9.0, *[5.0] * 9])
    assert found.low < 5 < found.high
    assert [21] == fired([point.rules for point in found.points], "R1")


def test_limits_are_not_rounded_before_testing():
    limits = natural(WHEELER)
    assert [frozenset()] == rules([limits.high], limits)
    assert [frozenset({"R1"})] == rules([limits.high + 1e-9], limits)


def test_a_change_is_not_measured_across_a_missing_value():
    assert natural([1, 2, NAN, 10, 11]).mr_mean == 1
    assert "MR" not in rules([0, NAN, 50], dataclasses.replace(AROUND_NOUGHT, mr_limit=5, high=99))[2]


# The rules


@pytest.mark.parametrize("value", [0.0, 0.1, 5.0, -3.3, 1e300, 5e-324])
@pytest.mark.parametrize("n", [8, 19, 26, 60, 130])
def test_a_constant_series_signals_nothing(value, n):
    found = signals([value] * n)
    assert {frozenset()} == {point.rules for point in found.points}
    assert value == pytest.approx(found.centre)
    assert {frozenset()} == set(rules([value] * n, natural([value] * n)))


def test_a_change_after_a_constant_baseline_is_a_signal():
    assert "R1" in signals([7.0] * 30 + [8.0]).points[-1].rules


def test_an_exact_line_or_sum_of_floats_signals_nothing():
    for series in (np.arange(130) * 0.1, np.cumsum([0.1] * 130), np.full(130, 0.3) + [1e-17, 0] * 65):
        assert {""} == {point.status for point in signals(series).points[:120]}


def test_the_eighth_in_a_row_on_one_side_signals_and_the_ones_after_it():
    assert [9, 10] == fired(rules([-1] + [1] * 9, AROUND_NOUGHT), "R2")
    assert [8] == fired(rules([-1] * 8 + [1], AROUND_NOUGHT), "R2")
    assert [] == fired(rules([1] * 7 + [-1] + [1] * 7, AROUND_NOUGHT), "R2")


def test_a_tie_with_the_centre_breaks_the_run():
    assert [] == fired(rules([1] * 7 + [0] + [1] * 7, AROUND_NOUGHT), "R2")
    assert [16] == fired(rules([1] * 7 + [0] + [1] * 8, AROUND_NOUGHT), "R2")


def test_what_adding_floats_leaves_behind_is_a_tie():
    assert [] == fired(rules([0.1 + 0.2] * 9, dataclasses.replace(AROUND_NOUGHT, centre=0.3)), "R2")


def test_a_missing_point_neither_breaks_a_run_nor_counts_in_it():
    assert [9] == fired(rules([1] * 4 + [NAN] + [1] * 4, AROUND_NOUGHT), "R2")
    assert [4] == fired(rules([3, NAN, 3, 3], AROUND_NOUGHT), "R3")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3, 3, 3], [3]),
        ([3, 0, 3, 3], [4]),
        ([3, 3, 0, 3], [4]),
        ([3, 3, 0, 0, 3], []),
        ([3, 3, -3, -3], []),
        ([3, -3, 3, -3, 3, 3], [6]),
        ([-3, -3, 1, -3], [4]),
        ([2, 2, 2, 2], []),  # half way is not beyond it
        ([3, 3, 3, 0], [3]),  # the point that leans is marked, not the one that comes back
    ],
)
def test_three_of_four_beyond_half_way_on_the_same_side_are_watched(values, expected):
    assert expected == fired(rules(values, AROUND_NOUGHT), "R3")


def test_each_point_carries_the_set_of_all_its_rules():
    assert frozenset({"R1", "R2", "R3"}) == rules([1] * 5 + [3, 3, 5], AROUND_NOUGHT)[-1]


def test_a_jump_is_a_change_above_its_own_limit():
    limits = dataclasses.replace(AROUND_NOUGHT, mr_limit=5.0)
    assert [2, 3] == fired(rules([-3, 3, -3, 2], limits), "MR")


def test_without_limits_nothing_fires():
    assert [frozenset()] * 2 == rules([1, 2], natural([]))


# The recipe


def seeded(n, seed=1):
    return np.random.default_rng(seed).standard_normal(n)


def season(n):
    return np.sin(2 * np.pi * np.arange(n) / 52.18)


def test_below_eight_points_there_are_no_limits():
    found = signals(WHEELER[:7])
    assert {"none"} == {point.status for point in found.points}
    assert math.isnan(found.low)
    assert (7, False) == (found.baseline.n, found.baseline.locked)


def test_eight_to_nineteen_points_are_provisional_and_keep_their_rules():
    for n, expected in ((8, "provisional"), (19, "provisional"), (20, "")):
        assert expected == signals(FLAT[:n]).points[-1].status
    last = signals(WHEELER).points[-1]
    assert ("provisional", True) == (last.status, "R1" in last.rules)


@pytest.mark.parametrize(
    ("n", "rests_on", "locked"),
    [(25, 25, False), (26, 26, True), (51, 26, True), (52, 52, True), (103, 52, True), (104, 104, True), (190, 104, True)],
)  # fmt: skip
def test_the_baseline_locks_at_26_52_and_104_points(n, rests_on, locked):
    found = signals(seeded(n)).baseline
    assert (0, rests_on - 1, rests_on, locked) == (found.first, found.last, found.n, found.locked)


def test_once_locked_no_later_point_changes_an_earlier_one():
    series = np.exp(seeded(160)) + 3 * season(160) + 10
    before = signals(series[:120])
    after = signals(np.concatenate([series[:120], [900.0, -5.0, NAN, *series[123:]]]))
    assert before.points == after.points[:120]


def test_the_baseline_asked_for_is_the_baseline_used():
    assert 40 == signals(seeded(90), locked=40).baseline.n
    with pytest.raises(QuestionError, match="expected 8 or more"):
        signals(seeded(90), locked=7)


def test_a_season_is_removed_from_104_points_on():
    series = 50 + 4 * season(130) + seeded(130)
    found = signals(series)
    assert "raw, season 1" == found.method
    assert ["season: the time of year explains more than chance would"] == list(found.removed)
    expected = [point.centre for point in found.points]
    assert 0.4 > np.abs(expected - (50 + 4 * season(130))).mean()
    assert "season" not in signals(series[:103]).method


def test_a_trend_is_removed_from_52_points_on_and_its_way_is_told():
    series = 100 - 0.3 * np.arange(70) + seeded(70)
    assert "raw, trend" == signals(series).method
    assert "falls" in signals(series).removed[0]
    assert "trend" not in signals(series[:51]).method


def test_carry_over_is_removed_and_said():
    series = benchmark.weeks("AR(.5)", 130, 3)
    found = signals(series)
    assert "raw, ar 1" == found.method
    assert ["carry-over: what happens in one period is still felt in the next"] == list(found.removed)


def test_level_and_carry_over_are_those_of_least_squares():
    from scipy.optimize import minimize

    series = benchmark.weeks("AR(.5)", 104, 3) - 100
    series[0] += 3  # the first two points lack a predecessor; what stands at the end must not be taken for one

    def left(guess):
        mean, share = guess
        return np.sum((series[2:] - mean - share * (series[1:-1] - mean)) ** 2)

    _, share = minimize(left, [0, 0.1], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}).x
    found = signals(series)
    assert "raw, ar 1" == found.method
    steps = np.diff([point.centre for point in found.points])[1:]
    assert share * np.diff(series)[:-1] == pytest.approx(steps, abs=1e-4)


def test_a_metric_marked_seasonal_keeps_its_season_whatever_the_numbers_say():
    series = 50 + seeded(130)
    assert "raw" == signals(series).method
    assert "raw, season 1" == signals(series, seasonal=True).method
    assert "season: the metric is marked seasonal" in signals(series, seasonal=True).removed


def test_skewed_positive_values_are_judged_in_logarithms_on_their_own_scale():
    series = np.exp(seeded(60))
    found, logs = signals(series, locked=40), signals(np.log(series), locked=40)
    assert ("log", "raw") == (found.method, logs.method)
    assert (math.exp(logs.low), math.exp(logs.high)) == pytest.approx((found.low, found.high))
    assert found.centre * (math.exp(logs.mr_limit) - 1) == pytest.approx(found.mr_limit)
    assert [point.rules for point in logs.points] == [point.rules for point in found.points]
    assert "raw" == signals(series - 1).method


def test_nought_after_a_baseline_in_logarithms_is_below_every_limit():
    found = signals([*np.exp(seeded(60)), 0.0, 1.0], locked=60)
    assert "log" == found.method
    assert {"R1", "MR"} <= found.points[60].rules
    assert 0 > found.points[60].run
    assert "R1" not in found.points[61].rules


def test_a_signal_is_the_same_on_the_metrics_own_scale():
    series = benchmark.weeks("season + AR(.5)", 180, 5)
    for point in signals(series).points:
        assert ("R1" in point.rules) == (not point.low <= point.value <= point.high)
        assert point.low < point.centre < point.high


def test_after_a_gap_less_is_known_and_the_limits_are_wider():
    series = benchmark.weeks("AR(.5)", 130, 3)
    series[[110, 111]] = NAN
    points = signals(series).points
    assert points[112].high - points[112].low > points[109].high - points[109].low + 0.1
    assert "none" == points[110].status


def test_the_plain_way_removes_nothing():
    series = 50 + 4 * season(130) + seeded(130)
    found, by_hand = signals(series, plain=True, locked=104), natural(series, baseline=104)
    assert ("raw", ()) == (found.method, found.removed)
    assert (by_hand.low, by_hand.high) == pytest.approx((found.low, found.high))
    assert 10 < len([point for point in found.points if point.status == "signal"])


# Periods and re-bases


def test_periods_left_out_are_missing_ones():
    weeks = [date(2024, 1, 1) + timedelta(weeks=n) for n in range(130)]
    series = benchmark.weeks("season + AR(.5)", 130, 8)
    kept = [n for n in range(130) if n not in (30, 31, 77, 115)]
    holed = series.copy()
    holed[[30, 31, 77, 115]] = NAN
    found = signals(series[kept], periods=[weeks[n] for n in kept])
    expected = signals(holed)
    assert expected.method == found.method
    assert [expected.points[n].rules for n in kept] == [point.rules for point in found.points]
    assert list(range(126)) == [point.index for point in found.points]
    assert kept.index(expected.baseline.last) == found.baseline.last


def test_a_year_of_months_has_twelve():
    months = [add_months(date(2015, 1, 1), n) for n in range(120)]
    yearly = 50 + 4 * np.sin(2 * np.pi * np.arange(120) / 12) + seeded(120)
    assert "season" in signals(yearly, periods=months).method
    assert "season" not in signals(yearly).method


@pytest.mark.parametrize("step", [1, 3, 6, 12])
def test_any_grain_has_signals(step):
    months = [add_months(date(1900, 1, 1), step * n) for n in range(110)]
    found = signals(seeded(110), periods=months, seasonal=True)
    assert 110 == len(found.points)
    assert (step < 6) == ("season" in found.method)  # a year of one or two periods has none


def test_periods_that_do_not_fit_are_refused():
    with pytest.raises(QuestionError, match="found 1 for 2 values"):
        signals([1, 2], periods=[ON])
    with pytest.raises(QuestionError, match="expected them in order"):
        signals([1, 2], periods=[ON, ON])


def test_a_new_baseline_has_its_own_limits_and_leaves_the_old_ones():
    series = [*FLAT, *(value + 20 for value in FLAT[:10])]
    rebase = Rebase(26, "new price list", ON)
    found = signals(series, baseline=[rebase])
    assert (26, 35, 10) == (found.baseline.first, found.baseline.last, found.baseline.n)
    assert (30.5, "provisional") == (pytest.approx(found.centre), found.points[-1].status)
    assert signals(FLAT).points == found.points[:26]
    assert (rebase,) == found.rebased


def test_a_new_baseline_waits_for_eight_points():
    series = [*FLAT, *(value + 20 for value in FLAT[:7])]
    rebase = Rebase(26, "new price list", ON)
    found = signals(series, baseline=[rebase])
    assert ((), (rebase,)) == (found.rebased, found.waiting)
    assert signals(series).points == found.points
    assert (rebase,) == signals([*series, 31.0], baseline=[rebase]).rebased


def test_a_new_baseline_keeps_the_season_until_it_has_its_own():
    series = 50 + 8 * season(160) + seeded(160)
    series[130:] += 12
    found = signals(series, baseline=[Rebase(130, "second shop", ON)])
    assert "raw, season kept" == found.method.removesuffix(", ar 1")
    assert "season: as before the new baseline" in found.removed
    assert 2 > np.abs([point.centre for point in found.points[130:]] - (62 + 8 * season(160)[130:])).mean()
    twice = signals(series, baseline=[Rebase(130, "second shop", ON), Rebase(145, "third shop", ON)])
    assert "raw, season kept" == twice.method


def test_a_person_gives_a_reason_and_a_date_for_a_point_that_is_there():
    with pytest.raises(QuestionError, match="Say why"):
        Rebase(3, " ", ON)
    with pytest.raises(QuestionError, match="expected one of them"):
        signals([1, 2], baseline=[Rebase(2, "why", ON)])


# Shares


def test_the_limits_of_shares_follow_their_n():
    k, n = [12, 40, 9, 30, 22, 14, 33, 18, 25, 60], [100, 300, 110, 250, 200, 120, 260, 160, 220, 300]
    centre = sum(k) / sum(n)
    sigma = [math.sqrt(centre * (1 - centre) / each) for each in n]
    z = [(a / b - centre) / s for a, b, s in zip(k, n, sigma, strict=True)]
    spread = sum(abs(b - a) for a, b in pairwise(z)) / 9 / 1.128
    found = laney(k, n)
    assert (centre, max(1, spread)) == pytest.approx((found.centre, found.spread))
    assert [centre + 3 * s * max(1, spread) for s in sigma] == pytest.approx(found.high)
    assert [centre - 3 * s * max(1, spread) for s in sigma] == pytest.approx(found.low)


def test_shares_that_vary_more_than_their_n_explains_get_wider_limits_and_never_narrower():
    assert 1 == laney([500] * 10, [1000] * 10).spread
    assert 5 < laney([400, 600] * 5, [1000] * 10).spread


def test_a_share_out_of_the_ordinary_is_a_signal():
    found = laney([50, 52, 49, 51, 50, 48, 53, 50, 90], [100] * 9, baseline=8)
    assert [9] == fired(found.rules, "R1")
    assert [9] == fired(laney([0] * 8 + [1], [100] * 9, baseline=8).rules, "R1")


def test_a_point_nobody_answered_has_no_share():
    found = laney([1, 0, 2], [10, 0, 10])
    assert math.isnan(found.share[1])
    assert math.isnan(found.high[1])
    assert 0.15 == pytest.approx(found.centre)
    assert () == laney([], []).share


def test_more_than_all_are_refused():
    with pytest.raises(ValueError, match="nor more than there are"):
        laney([3], [2])


# Words


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ([], "No data yet."),
        ([1, 2, 3], "Too little history to say."),
        ([NAN] * 30, "No data for the latest week."),
        ([*FLAT, NAN], "No data for the latest week."),
        (FLAT[:12], "Provisional: 12 weeks of history."),
        ([*FLAT[:11], 30], "Above its usual range (provisional: 12 weeks of history)."),
        (FLAT, "Within its usual range."),
        ([*FLAT, 20], "Above its usual range."),
        ([*FLAT, 20, 21], "Above its usual range for the second week."),
        ([*FLAT, 20, NAN, 21], "Above its usual range for the second week."),
        ([*FLAT, 20, 1], "Below its usual range."),
        ([*FLAT, *[1] * 13], "Below its usual range for the 13th week."),
        ([*FLAT, 10, *[10.8] * 8], "Eight weeks on the high side."),
        ([*FLAT, 11, *[10.2] * 14], "14 weeks on the low side."),
        ([*FLAT, 8.5, 12.5], "A one-off jump."),
        ([*FLAT, 20, 10], "Back within its usual range."),
        ([*FLAT, 12.5, 12.5, 12.5], "On the high side in most of the last four weeks."),
    ],
)
def test_the_card_says_it_in_one_plain_sentence(series, expected):
    assert expected == words(signals(series, plain=True, locked=26))


def test_the_card_says_months_of_months():
    assert "Above its usual range for the second month." == words(signals([*FLAT, 20, 21], plain=True), period="month")
    assert "Eight quarters on the high side." == words(signals([*FLAT, 10, *[10.8] * 8], plain=True), period="quarter")


def test_the_card_counts_from_the_new_baseline():
    found = signals([*[30.0, 31.0] * 13, *FLAT[:9]], baseline=[Rebase(26, "moved", ON)])
    assert "Provisional: 9 weeks since its new baseline." == words(found)


# Any numbers at all


@given(PLAIN_FLOATS, st.floats(-1000, 1000), st.booleans())
def test_limits_move_with_the_series(values, shift, median):
    found = natural([value + shift for value in values], median=median)
    plain = natural(values, median=median)
    expected = dataclasses.replace(plain, centre=plain.centre + shift, low=plain.low + shift, high=plain.high + shift)
    close(found, expected, 1e-8)


@given(PLAIN_FLOATS, st.floats(0.001, 1000), st.booleans())
def test_limits_stretch_with_the_series(values, factor, median):
    found = natural([value * factor for value in values], median=median)
    plain = natural(values, median=median)
    expected = Limits(
        *(factor * end for end in (plain.centre, plain.low, plain.high, plain.mr_limit, plain.mr_mean)), n=plain.n
    )
    close(found, expected, 1e-8 * factor)


@given(st.integers(0, 50), st.sampled_from([2.0**-40, 2.0**30]))
@settings(max_examples=20)
def test_the_recipe_says_the_same_in_another_unit(seed, factor):
    series = benchmark.weeks("season + AR(.5)", 130, seed)
    found, other = signals(series), signals(series * factor)
    assert (found.method, words(found)) == (other.method, words(other))
    assert [point.rules for point in found.points] == [point.rules for point in other.points]


@given(ANY_FLOATS, st.booleans(), st.booleans(), st.none() | st.integers(8, 120))
def test_no_series_raises_and_the_same_series_says_the_same(values, seasonal, plain, locked):
    found, again = (signals(values, seasonal=seasonal, plain=plain, locked=locked) for _ in range(2))
    assert repr(found) == repr(again)
    assert words(found) == words(again)
    assert len(values) == len(found.points) == len(rules(values, natural(values)))
    for point in found.points:
        assert point.status in ("signal", "watch", "", "provisional", "none")
        if not math.isfinite(point.value):
            assert ("none", frozenset()) == (point.status, point.rules)


@given(st.integers(0, 300), st.integers(0, 2**32 - 1), st.floats(0, 0.9), st.floats(0, 300))
@settings(max_examples=60)
def test_no_length_nor_magnitude_nor_share_of_gaps_raises(n, seed, gaps, power):
    random = np.random.default_rng(seed)
    values = np.cumsum(random.standard_normal(n)) * 10.0**power
    values[random.random(n) < gaps] = NAN
    index = int(random.integers(0, n)) if n else None
    baseline = [] if index is None else [Rebase(index, "why", ON)]
    assert words(signals(values, baseline=baseline, seasonal=True)).endswith(".")
    assert len(signals(10.0 ** random.uniform(-300, 300, n)).points) == n


def test_a_value_beyond_measure_leaves_the_baseline_as_it_was():
    series = 1e-200 * benchmark.weeks("season + AR(.5)", 120, 5)
    before, after = signals(series), signals([*series, 1e99])
    assert before.method == after.method
    assert [point.rules for point in before.points] == [point.rules for point in after.points[:-1]]
    assert {"R1", "MR"} <= after.points[-1].rules


# The claims, in small; python -m benchmarks.signals has them in full


@pytest.mark.parametrize("kind", list(benchmark.CLAIMS))
def test_false_signals_are_about_as_rare_as_claimed(kind):
    ours, _ = benchmark.false_signals(kind, 150)
    assert 0.12 > abs(ours - benchmark.CLAIMS[kind][0])  # three standard errors of 150


def test_a_shift_of_two_standard_deviations_is_seen_within_eight_weeks():
    assert 0.9 <= benchmark.shifts_seen("iid", 112, 60, 2.0, lambda _: 104)


# Shares as signals


def answered(share, n=200):
    return np.round(np.asarray(share, dtype=float) * n), np.full(len(share), n)


def test_shares_are_judged_with_the_limits_of_laney():
    rng = np.random.default_rng(3)
    n = rng.integers(80, 400, 30)
    k = rng.binomial(n, 0.6)
    found, plain = shares(k, n), laney(k, n, baseline=26)
    assert ("p'", 26, True) == (found.method, found.baseline.n, found.baseline.locked)
    assert plain.low == tuple(point.low for point in found.points)
    assert plain.rules == tuple(point.rules for point in found.points)


def test_a_share_far_out_is_a_signal_only_with_answers_enough():
    k, n = answered([0.6, 0.62, 0.58, 0.61, 0.6, 0.59, 0.61, 0.6] * 4)
    many = shares([*k, 80], [*n, 200])  # 40 % of 200
    few = shares([*k, 2], [*n, 5])  # 40 % of 5
    assert ("signal", {"R1"}) == (many.points[-1].status, set(many.points[-1].rules) & {"R1"})
    assert frozenset() == few.points[-1].rules & {"R1"}
    # three times √(.6 × .4 / 5) is .66 on either side of .6: the range is cut where a share ends
    assert (0.0, 1.0) == (few.low, few.high)


def test_a_share_nobody_answered_is_missing_and_breaks_no_run():
    k, n = answered([0.5] * 10 + [0.6] * 4)
    k, n = [*k, 0, *(0.6 * 200 for _ in range(4))], [*n, 0, *([200] * 4)]
    found = shares(k, n)
    assert "none" == found.points[14].status
    assert 8 == found.points[-1].run


def test_shares_begin_anew_where_a_person_says_so():
    k, n = answered([0.4] * 30 + [0.6] * 10)
    rebase = Rebase(30, "another questionnaire", date(2026, 1, 1))
    found = shares(k, n, baseline=[rebase])
    assert ((30, 39, 10), (rebase,)) == ((found.baseline.first, found.baseline.last, found.baseline.n), found.rebased)
    assert not any(point.rules for point in found.points)
    assert any("R1" in point.rules for point in shares(k, n).points)


def test_a_few_shares_have_no_limits():
    found = shares(*answered([0.4] * 7))
    assert math.isnan(found.low)
    assert {"none"} == {point.status for point in found.points}
    assert () == shares([], []).points
