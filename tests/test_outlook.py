import dataclasses
import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import outlook as benchmark
from benchmarks.outlook import LAG, WEIGHT, led, series, weeks
from keel import outlook as module
from keel.errors import QuestionError
from keel.outlook import Lead, moved, outlook

NAN = float("nan")
MONDAY = date(2023, 1, 2)  # the first of benchmark.weeks


def seen(y, **options):
    return outlook(y, weeks=weeks(len(y)), **options)


def bands(made):
    return np.array([dataclasses.astuple(each.band) for each in made.ahead])


def withouts(made):
    return np.array([dataclasses.astuple(each.without) for each in made.ahead])


def planted(n=156, seed=0, **options):
    """An outlook with the lead of the benchmark (lag 6), on the metric's own scale."""
    x, y = led(n, seed)
    return seen(y, leads=[Lead("mood", x, LAG)], is_amount=False, **options)


def a_year_again(n=156):
    """The same 52 weeks each year, with nothing smooth in them, and a little noise."""
    random = np.random.default_rng(4)
    return 100 + np.tile(10 * random.standard_normal(52), 4)[:n] + random.standard_normal(n)


# The acceptance of METHODS C


@pytest.mark.parametrize("kind", benchmark.KINDS)
def test_the_80_band_holds_between_78_and_93_of_100_weeks(kind):
    found = [benchmark.try_kind(seed, kind, 130) for seed in range(80)]
    assert 0.78 <= np.mean([one.inside_80 for one in found]) <= 0.93
    assert 0.48 <= np.mean([one.inside_50 for one in found]) <= 0.68


def test_the_record_holds_as_often_as_the_bands_do():
    found = [benchmark.try_kind(seed, "AR(.5)", 156) for seed in range(30)]
    assert {26} == {one.record[0] for one in found}
    assert 0.78 <= np.sum([one.record[2] for one in found]) / (26 * 30) <= 0.95


def test_nothing_after_the_origin_changes_anything():
    x, y = led(156, 3)
    now = seen(y[:140], leads=[Lead("mood", x[:140], LAG)])
    later = np.concatenate([y[:140], np.full(16, NAN)])
    changed = np.concatenate([x[:140], np.full(16, 1e6)])
    assert now == seen(later, leads=[Lead("mood", changed, LAG)])


@pytest.mark.parametrize("with_lead", [False, True])
def test_each_row_of_the_record_is_the_outlook_as_it_was_given_then(with_lead):
    x, y = led(165, 1)
    x[118], y[[110, 124, 146]] = NAN, NAN  # 146 is the last week before a refit: that one is left out

    def at(n):
        return seen(y[:n], leads=[Lead("mood", x[:n], LAG)] if with_lead else [])

    rows = at(165).record.rows
    origins = {row.origin for row in rows}
    assert 12 == len(origins)
    for n in (126, 129, 144, 162):
        then = at(n)
        made = [row for row in rows if row.origin == then.origin]
        assert made
        assert then.has_skill is not False
        for row in made:
            ahead = then.ahead[row.ahead - 1]
            assert ahead.week == row.week
            assert dataclasses.astuple(ahead.band) == pytest.approx(dataclasses.astuple(row.band), rel=1e-9)


def test_another_last_week_changes_no_row_but_its_own_value():
    y = series("AR(.5)", 130, 2)
    other = y.copy()
    other[-1] += 30
    before, after = seen(y).record.rows, seen(other).record.rows
    for a, b in zip(before, after, strict=True):
        assert (a.week, a.ahead) == (b.week, b.ahead)
        assert dataclasses.astuple(a.band) == pytest.approx(dataclasses.astuple(b.band), rel=1e-9)
        assert (a.value == b.value) == (a.week != weeks(130)[-1])


# Leads


def test_a_planted_lead_lowers_the_error_and_only_up_to_its_lag():
    found = [benchmark.try_lead(seed, 130) for seed in range(40)]
    error, without = (np.mean([getattr(one, name) for one in found], axis=0) for name in ("error", "error_without"))
    # noise of 1 beside a lead that adds .8 with a standard deviation of 1.15: the best there is 1 / 1.36 = .73
    assert 0.65 <= error[:LAG].mean() / without[:LAG].mean() <= 0.85
    assert error[LAG:].tolist() == without[LAG:].tolist()


def test_beyond_the_lag_both_are_the_outlook_without_the_lead():
    made = planted()
    assert bands(made)[LAG:].tolist() == withouts(made)[LAG:].tolist()
    assert not np.any(bands(made)[:LAG] == withouts(made)[:LAG])
    assert [("mood",)] * LAG + [()] * (13 - LAG) == [each.leads for each in made.ahead]
    assert made.mase < made.mase_without


def test_the_outlook_without_the_leads_is_the_one_that_never_had_them():
    made = planted()
    plain = seen(led(156, 0)[1], is_amount=False)
    assert bands(plain).tolist() == withouts(made).tolist()
    assert plain.record == made.record_without


def test_without_leads_both_are_the_same():
    made = seen(series("season + AR(.5)", 120, 1))
    assert bands(made).tolist() == withouts(made).tolist()
    assert (made.record, made.mase) == (made.record_without, made.mase_without)


def test_each_lead_reaches_as_far_as_its_own_lag():
    x, y = led(156, 2)
    other = np.random.default_rng(8).standard_normal(156)
    made = seen(y, leads=[Lead("mood", x, LAG), Lead("noise", other, 3), Lead("far", other, 20)])
    assert [6, 3, 20] == [reach.weeks for reach in made.reaches]
    assert [("mood", "noise", "far")] * 3 + [("mood", "far")] * 3 + [("far",)] * 7 == [
        each.leads for each in made.ahead
    ]


def test_a_lead_that_comes_late_reaches_fewer_weeks():
    x, y = led(156, 2)
    x[-2:] = NAN
    made = seen(y, leads=[Lead("mood", x, LAG)])
    assert 4 == made.reaches[0].weeks
    assert bands(made)[4:].tolist() == withouts(made)[4:].tolist()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda x: np.full(len(x), 3.0), "never changed"),
        (lambda x: np.where(np.arange(len(x)) < 120, NAN, x), "covers 30 weeks"),  # 156 - 120 - 6
        (lambda x: np.where(np.arange(len(x)) >= 150, NAN, x), "no value in the last 6 weeks"),
        (lambda x: np.full(len(x), NAN), "covers 0 weeks"),
    ],
)
def test_a_lead_that_cannot_be_used_is_left_out_and_said(change, why):
    x, y = led(156, 2)
    made = seen(y, leads=[Lead("mood", change(x), LAG)])
    assert 0 == made.reaches[0].weeks
    assert why in made.reaches[0].why
    assert any(note.startswith("Left out: mood") for note in made.notes)
    assert bands(seen(y)).tolist() == bands(made).tolist()


def test_a_lead_in_another_unit_is_the_same_lead():
    x, y = led(156, 2)
    assert bands(seen(y, leads=[Lead("mood", x, LAG)])) == pytest.approx(
        bands(seen(y, leads=[Lead("mood", 1e6 * x - 7, LAG)]))
    )


# What if


def test_one_usual_step_moves_the_weeks_from_the_lag_on_by_its_effect():
    # the lead is AR(.5) with surprises of 1, each of which adds WEIGHT six weeks later
    made = planted(400)
    found = moved(made, "mood")
    assert 6 == found.first
    assert found.step == pytest.approx(1.0, abs=0.1)
    shift = bands(found)[:, 0] - bands(made)[:, 0]
    assert [0.0] * 5 == shift[:5].tolist()
    assert WEIGHT == pytest.approx(shift[5], abs=0.12)
    assert [shift[5]] * 8 == pytest.approx(shift[5:].tolist())
    assert (
        found.words
        == "Weeks 1 to 5 do not move: what mood did up to now is known. Weeks 6 to 13 move if it stays there."
    )


def test_the_effect_is_what_the_outlook_says_when_the_latest_value_is_another():
    # Only week 6 sees the latest value. Its column's mean and deviation are of rows it is not in.
    x, y = led(156, 5)
    made = seen(y, leads=[Lead("mood", x, LAG)], is_amount=False)
    x[-1] += made.reaches[0].step
    again = seen(y, leads=[Lead("mood", x, LAG)], is_amount=False)
    assert bands(moved(made, "mood"))[5, 0] == pytest.approx(bands(again)[5, 0])
    assert bands(made)[:5, 0] == pytest.approx(bands(again)[:5, 0])


def test_a_step_back_is_the_step_turned_round_and_both_widen_the_band():
    made = planted()
    up, down = bands(moved(made, "mood", step=2.0)), bands(moved(made, "mood", step=-2.0))
    assert up[:, 0] + down[:, 0] == pytest.approx(2 * bands(made)[:, 0])
    assert up[:, 4] - up[:, 3] == pytest.approx(down[:, 4] - down[:, 3])
    width, reach = bands(made)[8], made.reaches[0]
    by_hand = math.hypot((width[4] - width[3]) / 2, 1.2815515655446004 * 2 * reach.doubt)  # the normal's 90 % point
    assert by_hand == pytest.approx((up[8, 4] - up[8, 3]) / 2, rel=1e-5)


def test_a_step_that_was_taken_already_moves_nearer_weeks():
    assert 1 == moved(planted(), "mood", already=5).first
    assert "Weeks 1 to 13 move if it stays there." == moved(planted(), "mood", already=5).words
    with pytest.raises(QuestionError, match="expected 0 to 5"):
        moved(planted(), "mood", already=6)


def test_a_step_of_an_amount_in_logarithms_is_a_ratio():
    x, y = led(156, 0)
    made = seen(np.exp(y / 100), leads=[Lead("sales", np.exp(x), LAG, is_amount=True)])
    found, reach = moved(made, "sales"), made.reaches[0]
    assert np.exp([reach.effect] * 8) == pytest.approx(bands(found)[5:, 0] / bands(made)[5:, 0])
    assert found.step == pytest.approx(np.exp(x[-1]) * (np.exp(1.0) - 1), rel=0.2)


def test_a_lag_beyond_the_outlook_moves_no_week_of_it():
    x, y = led(156, 0)
    found = moved(seen(y, leads=[Lead("far", x, 20)]), "far")
    assert (None, "No week of the next 13 moves") == (found.first, found.words[:28])


def test_what_if_needs_an_outlook_and_one_of_its_leads():
    with pytest.raises(QuestionError, match=r"expected a lead of this outlook \(mood\)"):
        moved(planted(), "weather")
    with pytest.raises(QuestionError, match="found no outlook"):
        moved(seen([1.0] * 10), "mood")


def test_what_if_moves_nothing_where_the_lead_is_not_used():
    x, y = led(156, 0)
    made = seen(y, leads=[Lead("flat", np.ones(156), 2)])
    assert (None, made.ahead) == (moved(made, "flat").first, moved(made, "flat").ahead)
    y = a_year_again()
    made = seen(y, leads=[Lead("mood", x, LAG)])
    assert "last year's pattern" in moved(made, "mood").words


# No skill beyond last year


def test_where_last_year_is_as_good_its_pattern_is_shown_with_its_own_bands():
    y = a_year_again()
    made = seen(y, is_amount=False)
    assert (False, True) == (made.has_skill, made.mase >= 1)
    assert y[156 - 52 :][:13] == pytest.approx(bands(made)[:, 0])
    changes = sorted(np.abs(y[52:] - y[:-52]))  # 104: the 85th is the least that at least .8 (1 + 1/104) of them reach
    assert [changes[84 - 1]] * 13 == pytest.approx(bands(made)[:, 4] - bands(made)[:, 0])
    assert [changes[53 - 1]] * 13 == pytest.approx(bands(made)[:, 0] - bands(made)[:, 1])
    assert made.notes[0].startswith("No skill beyond last year")
    assert 26 == made.record.weeks
    assert 18 <= made.record.inside_80
    first = made.record.rows[0]
    assert y[(first.week - MONDAY).days // 7 - 52] == pytest.approx(first.band.point)


def test_mase_is_the_mean_error_in_that_of_last_years_values():
    y = series("season + AR(.5)", 140, 3)
    made = seen(y, is_amount=False)
    place = [(row.week - MONDAY).days // 7 for row in made.record.rows]
    ours = np.mean([abs(y[at] - row.band.point) for at, row in zip(place, made.record.rows, strict=True)])
    assert ours / np.mean([abs(y[at] - y[at - 52]) for at in place]) == pytest.approx(made.mase)
    assert made.has_skill


# The record


def test_the_record_counts_each_of_the_last_26_weeks_as_it_was_foretold_longest_before():
    y = series("AR(.9)", 140, 1)
    record = seen(y).record
    # origins 101, 104, ... 137 of 140 weeks: 13 rows from each of the first nine, then 12, 9, 6, 3
    assert 9 * 13 + 12 + 9 + 6 + 3 == len(record.rows)
    inside = {50: 0, 80: 0}
    for at in range(114, 140):
        week = weeks(140)[at]
        row = max((row for row in record.rows if row.week == week), key=lambda row: row.ahead)
        assert row.ahead in (11, 12, 13)
        assert y[at] == pytest.approx(row.value)
        inside[50] += row.band.low_50 <= y[at] <= row.band.high_50
        inside[80] += row.band.low_80 <= y[at] <= row.band.high_80
    assert (26, inside[50], inside[80]) == (record.weeks, record.inside_50, record.inside_80)


def test_a_band_is_widened_by_the_80_of_100_errors_of_weeks_near_by():
    # 9 errors: .8 (1 + 1/9) = .889 of them are 8. The 13th week ahead sees those two nearer; the fifth sees none.
    missed = [(12, float(error)) for error in (9, 1, 8, 2, 7, 3, 6, 4, 5)]
    factors = module._factors(missed)
    assert [1.0] * 10 + [8.0] * 3 == factors.tolist()
    assert [1.0] * 13 == module._factors([(h, 0.2) for h in range(13)]).tolist()
    assert [1.0] * 13 == module._factors([]).tolist()


def test_as_far_as_a_lead_reaches_its_own_errors_widen_the_band():
    x, y = led(156, 0)
    missed = []
    for n in range(117, 156, 3):  # the refits of 156 weeks: n - 39, n - 36, ... n - 3
        then = module._made(y[:n] / 128, [x[:n]], [Lead("mood", x, LAG)], False)
        errors = np.abs(y[n : n + LAG] / 128 - then.led.point[: 156 - n][:LAG]) / then.led.half[1, : 156 - n][:LAG]
        missed += list(enumerate(errors))
    for h in range(LAG):
        near = np.sort([error for at, error in missed if abs(at - h) <= 2])
        by_hand = max(1.0, near[math.ceil(0.8 * (len(near) + 1)) - 1])
        assert by_hand == pytest.approx(planted().ahead[h].factor)


def test_errors_are_measured_in_half_widths_of_the_80_band():
    y = series("iid", 130, 1)
    then = module._made(np.log(y[:117]), [], [], False)
    for (h, error), value in zip(module._missed(np.log(y), then, then.without), np.log(y[117:]), strict=True):
        assert abs(value - then.without.point[h]) / then.without.half[1, h] == pytest.approx(error)


def test_what_was_positive_and_is_so_no_more_is_a_miss_that_can_be_measured():
    y = series("iid", 130, 1)
    y[125] = 0
    made = seen(y)
    assert not made.is_log
    assert np.all(np.isfinite(bands(made)))


# History


@pytest.mark.parametrize(
    ("n", "reason"), [(0, "0 weeks"), (1, "1 week;"), (8, "8 weeks; it takes 39"), (30, "30 weeks"), (38, "38 weeks")]
)
def test_a_short_history_has_no_outlook_but_a_reason(n, reason):
    made = seen(series("iid", 40, 1)[:n])
    assert () == made.ahead
    assert reason in made.reason
    assert n == made.n


@pytest.mark.parametrize("n", [39, 60, 110])
def test_a_longer_one_has_thirteen_weeks_that_follow_it(n):
    made = seen(series("AR(.5)", n, 1))
    assert ("", n, weeks(n)[-1]) == (made.reason, made.n, made.origin)
    assert weeks(n + 13)[n:] == [each.week for each in made.ahead]
    assert list(range(1, 14)) == [each.ahead for each in made.ahead]
    assert np.all(np.isfinite(bands(made)))
    assert (n < 104) == any("Under two years" in note for note in made.notes)
    assert (n < 52) == any("A season cannot be seen" in note for note in made.notes)


@pytest.mark.parametrize(("n", "columns"), [(39, 2), (51, 2), (52, 4), (103, 4), (104, 6)])
def test_the_season_has_as_many_waves_as_the_history_can_show(n, columns):
    assert columns == module._design(np.arange(n + 13.0), n).shape[1]


def test_a_shorter_horizon_is_the_beginning_of_the_longer():
    y = series("AR(.5)", 110, 1)
    assert seen(y).ahead[:4] == seen(y, horizon=4).ahead


def test_a_series_that_never_changed_has_no_outlook():
    for value in (0.0, 7.3, 1e-12, -4e15):
        made = seen([value] * 80)
        assert ((), True) == (made.ahead, "never changed" in made.reason)


def test_a_long_constant_beginning_does_no_harm():
    made = seen([5.0] * 70 + series("iid", 50, 1).tolist())
    assert np.all(np.isfinite(bands(made)))


@pytest.mark.parametrize("is_amount", [False, True])
def test_a_single_missing_week_is_the_middle_of_its_neighbours(is_amount):
    y = series("season + AR(.5)", 120, 1)
    holed, filled = y.copy(), y.copy()
    holed[20] = NAN
    filled[20] = math.sqrt(y[19] * y[21]) if is_amount else (y[19] + y[21]) / 2
    assert bands(seen(filled, is_amount=is_amount)) == pytest.approx(bands(seen(holed, is_amount=is_amount)))


def test_a_week_left_out_is_a_missing_one():
    y = series("AR(.5)", 120, 1)
    kept = [n for n in range(120) if n not in (40, 77)]
    holed = np.where(np.isin(np.arange(120), (40, 77)), NAN, y)
    assert seen(holed) == outlook(y[kept], weeks=[weeks(120)[n] for n in kept])


def test_history_begins_after_a_gap_of_two():
    y = series("AR(.5)", 150, 1)
    y[[60, 61]] = NAN
    made = seen(y)
    assert 88 == made.n
    assert bands(outlook(y[62:], weeks=weeks(150)[62:])) == pytest.approx(bands(made))
    y[[120, 121]] = NAN
    assert "28 weeks since the last gap" in seen(y).reason


def test_missing_weeks_at_the_end_are_not_filled():
    y = series("AR(.5)", 120, 1)
    y[-1] = NAN
    made = seen(y)
    assert (119, weeks(120)[118], weeks(120)[119]) == (made.n, made.origin, made.ahead[0].week)


def test_too_many_single_missing_weeks_are_too_many():
    y = series("AR(.5)", 120, 1)
    y[1:110:8] = NAN
    assert "14 of 120" in seen(y).reason
    assert () == seen(y).ahead


def test_infinite_values_are_missing():
    y = series("AR(.5)", 120, 1)
    other = y.copy()
    y[50], other[50] = NAN, math.inf
    assert seen(y) == seen(other)


# Level


@pytest.mark.parametrize("ago", [8, 10, 12])
def test_a_level_that_changed_lately_is_said(ago):
    y = series("iid", 130, 3)
    assert not seen(y).has_level_changed
    y[-ago:] += 4
    made = seen(y)
    assert made.has_level_changed
    assert any("the band is probably too narrow" in note for note in made.notes)


def test_a_level_that_changed_long_ago_is_not():
    y = series("iid", 156, 3)
    y[-50:] += 4
    assert not seen(y).has_level_changed


def test_one_week_off_is_no_change_of_level():
    y = series("iid", 130, 3)
    y[-5] += 12
    assert not seen(y).has_level_changed


def test_a_change_of_level_is_seldom_announced_where_there_was_none():
    kinds = [kind for kind in benchmark.KINDS if "noise" not in kind]
    found = [seen(series(kind, 120, seed)).has_level_changed for kind in kinds for seed in range(15)]
    assert 0.1 >= np.mean(found)


# Bands


@pytest.mark.parametrize("kind", benchmark.KINDS)
def test_the_50_band_is_inside_the_80_band_and_the_middle_in_both(kind):
    for n in (39, 60, 120):
        found = bands(seen(series(kind, n, 2)))
        point, low_50, high_50, low_80, high_80 = found.T
        assert np.all((low_80 < low_50) & (low_50 < point) & (point < high_50) & (high_50 < high_80))
    assert all(each.factor >= 1 for each in seen(series(kind, 120, 2)).ahead)


def test_bands_of_an_amount_never_reach_nought():
    y = np.exp(2 * np.random.default_rng(3).standard_normal(120))
    made, plain = seen(y), seen(y, is_amount=False)
    assert (True, False) == (made.is_log, plain.is_log)
    assert 0 < bands(made).min()
    assert 0 > bands(plain).min()
    assert not seen([*y, 0.0]).is_log


def test_the_unit_of_a_series_changes_nothing():
    y = series("season + AR(.5)", 120, 2)
    for is_amount in (False, True):
        for factor in (2.0**-900, 1e-3, 1e5, 2.0**900):
            made = seen(factor * y, is_amount=is_amount)
            assert bands(seen(y, is_amount=is_amount)) == pytest.approx(bands(made) / factor, rel=1e-6)


def test_a_straight_line_goes_on():
    found = bands(seen(10 + 3.0 * np.arange(80), is_amount=False))
    assert 10 + 3.0 * np.arange(80, 93) == pytest.approx(found[:, 0])
    assert found[:, 3] == pytest.approx(found[:, 4], rel=1e-4)


def test_the_same_numbers_have_the_same_outlook():
    assert planted() == planted()


# The two models, against other means


def test_carry_over_of_one_order_is_burgs():
    e = np.random.default_rng(3).standard_normal(200)
    for t in range(1, 200):
        e[t] += 0.6 * e[t - 1]
    by_hand = 2 * np.sum(e[1:] * e[:-1]) / np.sum(e[1:] ** 2 + e[:-1] ** 2)
    assert [by_hand] == pytest.approx(module._carry(e).tolist())


def test_carry_over_of_two_orders_has_the_least_errors_both_ways():
    from scipy.optimize import minimize_scalar

    e = np.random.default_rng(2).standard_normal(300)
    for t in range(2, 300):
        e[t] += 0.5 * e[t - 1] - 0.6 * e[t - 2]
    first = 2 * np.sum(e[1:] * e[:-1]) / np.sum(e[1:] ** 2 + e[:-1] ** 2)

    def both_ways(second):
        a = first * (1 - second)  # Levinson's recursion
        forward = e[2:] - a * e[1:-1] - second * e[:-2]
        backward = e[:-2] - a * e[1:-1] - second * e[2:]
        return np.sum(forward**2) + np.sum(backward**2)

    second = minimize_scalar(both_ways, bounds=(-1, 1), method="bounded", options={"xatol": 1e-10}).x
    assert [first * (1 - second), second] == pytest.approx(module._carry(e).tolist(), abs=1e-6)


def test_noise_carries_nothing_over_and_at_most_four_orders_are_taken():
    random = np.random.default_rng(6)
    assert 0 == len(module._carry(random.standard_normal(5000)))
    assert 4 >= len(
        module._carry(np.sin(np.arange(200) * 0.7) + np.sin(np.arange(200) * 1.9) + 0.1 * random.standard_normal(200))
    )


def test_noise_is_told_from_carry_over_as_often_as_aic_does():
    """Each order of noise gains a chi-squared of one degree less the penalty of 2 (Shibata, 1976)."""
    random = np.random.default_rng(10)
    gains = np.cumsum(random.standard_normal((20_000, 4)) ** 2 - 2, axis=1)
    expected = np.mean(gains.max(axis=1) <= 0)
    none = np.mean([not len(module._carry(random.standard_normal(300))) for _ in range(600)])
    assert expected == pytest.approx(none, abs=0.05)


def test_regression_with_carry_over_is_generalised_least_squares(monkeypatch):
    """Worked with the matrix of the differences, for a carry-over of .7 and of (.5, .3)."""
    random = np.random.default_rng(7)
    n, ahead = 60, 13
    t = np.arange(n + ahead)
    table = np.column_stack([np.ones(n + ahead), t / n, random.standard_normal(n + ahead)])
    z = table[:n] @ [3.0, -1.0, 0.5] + np.cumsum(random.standard_normal(n)) * 0.3
    for carry in ([0.7], [0.5, 0.3]):
        monkeypatch.setattr(module, "_carry", lambda error, carry=carry: np.array(carry))
        found = module._autoregressive(z, table[:n], table[n:])
        p = len(carry)
        differences = np.eye(n)[p:]
        for lag, share in enumerate(carry, start=1):
            differences -= share * np.eye(n)[p - lag : n - lag]
        d, u = differences @ table[:n], differences @ z
        cross = np.linalg.inv(d.T @ d)
        weights = cross @ d.T @ u
        variance = np.sum((u - d @ weights) ** 2) / (n - p - p - 3)
        # the errors of the weeks to come as sums of surprises: the inverse of the differences there
        whole = np.eye(n + ahead)
        for lag, share in enumerate(carry, start=1):
            whole -= share * np.eye(n + ahead, k=-lag)
        known, coming = whole[n:, :n], whole[n:, n:]
        onward = -np.linalg.solve(coming, known)  # known errors, carried on
        impulse = np.linalg.inv(coming)
        point = table[n:] @ weights + onward @ (z - table[:n] @ weights)
        direction = table[n:] - onward @ table[:n]
        spread = np.sum(impulse**2, axis=1) + np.sum(direction @ cross * direction, axis=1)
        assert point == pytest.approx(found.point)
        assert np.sqrt(variance * spread) == pytest.approx(found.deviation)
        assert weights == pytest.approx(found.weights)
        assert np.sqrt(variance * np.diag(cross)) == pytest.approx(found.errors)


def test_smoothing_is_the_recursion_with_the_best_start_slope_and_alpha():
    from scipy.optimize import least_squares

    random = np.random.default_rng(9)
    n, ahead = 80, 13
    z = 5 + 0.02 * np.arange(n) + 0.4 * np.cumsum(random.standard_normal(n)) + random.standard_normal(n)
    table = module._design(np.arange(n + ahead, dtype=float), 39)[:, :2]  # 1 and t / 39

    def errors(start_and_slope, alpha):
        """Simple exponential smoothing of what the line leaves: level + alpha x surprise."""
        start, slope = start_and_slope
        level, surprises = start, []
        for t in range(n):
            surprise = z[t] - slope * table[t, 1] - level
            level += alpha * surprise
            surprises.append(surprise)
        return np.array(surprises), level

    best = None
    for alpha in module.SMOOTHING:
        fit = least_squares(lambda guess, alpha=alpha: errors(guess, alpha)[0], [5.0, 0.0])
        if best is None or fit.cost < best[1].cost:
            best = alpha, fit
    alpha, fit = best
    assert 0.05 < alpha < 1
    level = errors(fit.x, alpha)[1]
    found = module._smoothed(z, table[:n], table[n:])
    assert level + fit.x[1] * table[n:, 1] == pytest.approx(found.point, rel=1e-6)
    variance = 2 * fit.cost / (n - 2 - 1)
    cross = np.linalg.inv(fit.jac.T @ fit.jac)
    # how the forecast answers to the start and to the slope, by differences (it is linear in both)
    gradient = np.column_stack(
        [
            (errors(fit.x + step, alpha)[1] + (fit.x + step)[1] * table[n:, 1]) - (level + fit.x[1] * table[n:, 1])
            for step in np.eye(2)
        ]
    )
    spread = 1 + np.arange(ahead) * alpha**2 + np.sum(gradient @ cross * gradient, axis=1)
    assert np.sqrt(variance * spread) == pytest.approx(found.deviation, rel=1e-5)


def test_the_outlook_is_the_mean_of_the_two_and_the_wider_of_their_bands():
    from scipy.stats import t as student

    y = series("walk + noise", 60, 2)
    table = module._design(np.arange(73.0), 60)
    fits = module._autoregressive(y, table[:60], table[60:]), module._smoothed(y, table[:60], table[60:])
    made = seen(y, is_amount=False)
    assert (fits[0].point + fits[1].point) / 2 == pytest.approx(bands(made)[:, 0])
    half = np.max([student.ppf(0.9, fit.freedom) * fit.deviation for fit in fits], axis=0)
    factor = [each.factor for each in made.ahead]
    assert half * factor == pytest.approx((bands(made)[:, 4] - bands(made)[:, 3]) / 2)


# What is refused


def test_weeks_and_leads_that_do_not_fit_are_refused():
    y = series("iid", 60, 1)
    with pytest.raises(QuestionError, match="found 60 values for 59 weeks"):
        outlook(y, weeks=weeks(59))
    with pytest.raises(QuestionError, match="expected them in order"):
        outlook(y, weeks=weeks(60)[::-1])
    with pytest.raises(QuestionError, match="on one weekday"):
        outlook([1, 2], weeks=[MONDAY, MONDAY + timedelta(days=8)])
    with pytest.raises(QuestionError, match="outlook, mood: found 3 values"):
        seen(y, leads=[Lead("mood", [1, 2, 3], 2)])
    with pytest.raises(QuestionError, match="expected each once"):
        seen(y, leads=[Lead("mood", y, 2), Lead("mood", y, 3)])
    with pytest.raises(QuestionError, match="lag of 0"):
        Lead("mood", y, 0)
    for horizon in (0, 14):
        with pytest.raises(QuestionError, match="expected 1 to 13"):
            seen(y, horizon=horizon)


@settings(max_examples=25)
@given(
    st.lists(st.floats() | st.floats(-100, 100) | st.integers(0, 3).map(float), min_size=39, max_size=90),
    st.booleans(),
)
def test_any_numbers_have_an_outlook_or_a_reason(y, is_amount):
    made = seen(y, is_amount=is_amount, leads=[Lead("mood", y[::-1], 4)])
    assert bool(made.ahead) != bool(made.reason)
    for each in made.ahead:
        for band in (each.band, each.without):
            assert band.low_80 <= band.low_50 <= band.point <= band.high_50 <= band.high_80
    for each in moved(made, "mood", step=-3.0).ahead if made.ahead else ():
        assert each.band.low_80 <= each.band.low_50 <= each.band.high_50 <= each.band.high_80
