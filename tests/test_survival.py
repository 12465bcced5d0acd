import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keel.intervals import wilson
from keel.survival import Attrition, attrition, kaplan_meier

COHORTS = st.lists(st.tuples(st.integers(0, 800), st.booleans()), max_size=60)
CLOSE, NEVER = np.datetime64("2026-06-30"), np.datetime64("NaT", "D")


def cohort(*people):
    """(durations, left) from (days, how many, left?)."""
    days = [day for day, many, _ in people for _ in range(many)]
    return np.array(days), np.array([gone for _, many, gone in people for _ in range(many)], dtype=bool)


def first_year(days, left):
    """The attrition of one cohort, from how long each was seen until its close."""
    hired = [NEVER if np.isnan(day) else CLOSE - int(day) for day in days]
    gone = [CLOSE if leaver else NEVER for leaver in left]
    return Attrition(*(column[0] for column in attrition(hired, gone, [CLOSE - 10_000], [CLOSE])))


# Ten people. 1 leaves on day 10; 1 is last seen on day 20; 2 leave on day 30; 1 leaves and 1 is last seen on
# day 40; 4 are seen to day 400.
#   day 10: 10 at risk, stay 9/10                                = .9
#   day 30:  8 at risk, stay .9 * 6/8                            = .675
#   day 40:  6 at risk (a leaver and the censored), .675 * 5/6   = .5625
# After day 40 four are at risk: the curve is cut there (the fifth longest duration is 40).
# Greenwood on day 30: .675^2 * (1/(10*9) + 2/(8*6)) = .455625 * .0527778 = .0240469
#   n' = .675 * .325 / .0240469 = .219375 / .0240469 = 9.12281
# Greenwood on day 40: .5625^2 * (.0527778 + 1/(6*5)) = .31640625 * .0861111 = .0272461
#   n' = .5625 * .4375 / .0272461 = 9.03226
TEN = cohort((10, 1, True), (20, 1, False), (30, 2, True), (40, 1, True), (40, 1, False), (400, 4, False))


def test_a_curve_worked_by_hand():
    curve = kaplan_meier(*TEN)
    assert ["day", "at_risk", "leavers", "stay", "low", "high"] == list(curve.columns)
    expected = [(0, 10, 0, 1), (10, 10, 1, 0.9), (30, 8, 2, 0.675), (40, 6, 1, 0.5625)]
    assert expected == [(d, n, k, pytest.approx(s)) for d, n, k, s in curve.iloc[:, :4].itertuples(index=False)]
    for row, people in [(0, 10), (1, 10), (2, 9.12281), (3, 9.03226)]:
        stay = curve["stay"][row]
        # abs: n' was worked to five decimals
        assert wilson(stay * people, people) == pytest.approx(tuple(curve.loc[row, ["low", "high"]]), abs=1e-6)


def test_attrition_worked_by_hand():
    # The eleven of TEN with one more to day 400: five reach it, so the curve is not cut before.
    # day 10: 10/11; day 30: 9 at risk, 7/9; day 40: 7 at risk, 6/7: stay = 10/11 * 7/9 * 6/7 = 20/33
    days, left = np.append(TEN[0], 400), np.append(TEN[1], False)
    result = first_year(days, left)
    assert (pytest.approx(13 / 33), 11, True) == (result.share_left, result.n, result.reached)
    assert 0 < result.low < result.share_left < result.high < 1


def test_people_in_their_first_year_are_censored_and_not_stayers():
    # 10 hired long ago, 5 of them gone on day 100; 10 hired 50 days ago, all here.
    days, left = cohort((100, 5, True), (500, 5, False), (50, 10, False))
    # On day 100 ten are at risk: half of them leave. Counting the new ones as stayers would say a quarter.
    assert 0.5 == first_year(days, left).share_left
    assert 20 == first_year(days, left).n


def test_someone_who_leaves_on_the_day_counts_and_the_day_after_does_not():
    on_the_day = cohort((365, 2, True), (500, 8, False))
    the_day_after = cohort((366, 2, True), (500, 8, False))
    assert 0.2 == pytest.approx(first_year(*on_the_day).share_left)
    assert 0 == first_year(*the_day_after).share_left


@pytest.mark.parametrize(
    "people",
    [
        [],
        [(400, 4, False)],
        [(364, 50, False)],
        [(100, 50, True), (365, 4, False)],
    ],
    ids=["nobody", "four people", "all in their first year", "four left of many"],
)
def test_too_few_at_risk_is_no_data(people):
    result = first_year(*cohort(*people))
    assert not result.reached
    assert np.isnan([result.share_left, result.low, result.high]).all()
    assert sum(many for _, many, _ in people) == result.n


def test_five_at_risk_on_the_day_are_enough():
    assert first_year(*cohort((365, 5, False))).reached


def test_nobody_leaving_still_has_an_interval_of_those_seen_so_long():
    result = first_year(*cohort((400, 10, False), (100, 90, False)))
    assert (0, 0) == (result.share_left, result.low)
    assert 1 - wilson(10, 10)[0] == pytest.approx(result.high)  # ten were seen a year, not a hundred


def test_everybody_leaving_on_one_day_still_has_an_interval():
    curve = kaplan_meier(*cohort((30, 6, True)))
    assert [1, 0] == list(curve["stay"])
    assert (0, pytest.approx(wilson(0, 6)[1])) == tuple(curve.loc[1, ["low", "high"]])


def test_with_nobody_censored_it_is_wilson_of_the_plain_share():
    result = first_year(*cohort((10, 3, True), (200, 9, True), (900, 28, True)))
    assert wilson(12, 40) == pytest.approx((result.low, result.high))
    assert 12 / 40 == pytest.approx(result.share_left)


def test_a_curve_of_fewer_than_five_people_has_no_rows():
    curve = kaplan_meier(*cohort((10, 4, True)))
    assert (0, 6) == curve.shape


def test_a_flat_curve_runs_to_the_last_day_with_five_at_risk():
    curve = kaplan_meier(*cohort((50, 1, True), (300, 5, False), (900, 4, False)))
    assert [0, 50, 300] == list(curve["day"])
    assert [10, 10, 9] == list(curve["at_risk"])
    assert [0, 1, 0] == list(curve["leavers"])


def test_people_who_have_not_begun_are_in_no_cohort():
    days, left = cohort((100, 2, True), (500, 8, False))
    more = first_year(np.append(days.astype(float), [np.nan, -30]), np.append(left, [False, False]))
    assert first_year(days, left) == more


def test_timedeltas_are_taken_as_days_and_frames_columns_work():
    days, left = TEN
    frame = pd.DataFrame({"stay": pd.to_timedelta(days, unit="D"), "left": left})
    pd.testing.assert_frame_equal(kaplan_meier(days, left), kaplan_meier(frame["stay"], frame["left"]))


def test_nothing_that_was_given_is_changed():
    days, left = TEN[0].copy(), TEN[1].copy()
    kaplan_meier(days, left)
    first_year(days, left)
    assert (TEN[0] == days).all()
    assert (TEN[1] == left).all()


def test_durations_and_leavers_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="one length \\(got 2 and 1\\)"):
        kaplan_meier([1, 2], [True])
    with pytest.raises(ValueError, match="one length \\(got 2 and 1, 1 and 1\\)"):
        attrition([CLOSE, CLOSE], [NEVER], [CLOSE], [CLOSE])


@pytest.mark.parametrize("seed", range(20))
def test_curve_and_greenwood_agree_with_scipy(seed):
    from scipy import stats

    random = np.random.default_rng(seed)
    days, left = random.integers(1, 60, 80), random.random(80) < random.uniform(0.1, 0.9)
    curve = kaplan_meier(days, left)
    theirs = stats.ecdf(stats.CensoredData(uncensored=days[left], right=days[~left])).sf
    np.testing.assert_allclose(theirs.evaluate(curve["day"]), curve["stay"], atol=1e-12)
    # scipy's linear limits are stay ± z·sd with Greenwood's sd, clipped: the variance where not clipped.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scipy warns that its limits are undefined where all have left
        high = theirs.confidence_interval(method="linear").high.evaluate(curve["day"])
    inside = ((curve["stay"] < 1) & (curve["stay"] > 0) & (high < 1)).to_numpy()
    stay = curve["stay"][inside]
    variance = ((high[inside] - stay) / 1.959963984540054) ** 2
    people = stay * (1 - stay) / variance
    low, high = wilson(stay * people, people)
    assert inside.sum() > 3
    np.testing.assert_allclose(low, curve["low"][inside], atol=1e-9)
    np.testing.assert_allclose(high, curve["high"][inside], atol=1e-9)


@given(COHORTS)
def test_a_curve_falls_within_its_limits_and_ends_where_five_are_at_risk(people):
    days, left = [day for day, _ in people], [gone for _, gone in people]
    curve = kaplan_meier(days, left)
    assert (len(people) >= 5) == (len(curve) > 0)
    assert (curve["at_risk"] >= 5).all()
    assert curve["day"].is_monotonic_increasing
    assert curve["day"].is_unique
    assert curve["stay"].is_monotonic_decreasing
    assert curve["stay"].between(curve["low"] - 1e-12, curve["high"] + 1e-12).all()
    assert (curve["low"] >= 0).all()
    assert (curve["high"] <= 1).all()
    assert (curve["low"] < curve["high"]).all()
    result = first_year(days, left)
    assert result.reached == (len(curve) > 0 and curve["day"].iloc[-1] >= 365)
    if result.reached:
        assert 1 - curve.loc[curve["day"] <= 365, "stay"].iloc[-1] == pytest.approx(result.share_left)


@given(
    people=st.lists(st.tuples(st.integers(0, 1500), st.none() | st.integers(-3, 900)), max_size=50),
    cohorts=st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 800)), min_size=1, max_size=6),
)
def test_many_cohorts_at_once_are_each_their_own_curve_of_who_was_hired_and_of_what_was_known_then(people, cohorts):
    begins = np.datetime64("2020-01-01")
    hired = [begins + day for day, _ in people]
    left = [NEVER if stayed is None else begins + day + stayed for day, stayed in people]
    closes = [begins + close for close, _ in cohorts]

    found = attrition(hired, left, [close - long for close, (_, long) in zip(closes, cohorts, strict=True)], closes)

    for place, (close, long) in enumerate(cohorts):
        inside = [
            (day, stayed) for day, stayed in people if close - long < day <= close and (stayed is None or stayed >= 0)
        ]
        gone = [stayed is not None and day + stayed <= close for day, stayed in inside]
        days = [stayed if left else close - day for (day, stayed), left in zip(inside, gone, strict=True)]
        curve = kaplan_meier(days, gone)
        assert len(inside) == found.n[place]
        assert (sum(day >= 365 for day in days) >= 5) == found.reached[place]
        if found.reached[place]:
            last = curve[curve["day"] <= 365].iloc[-1]
            assert 1 - last["stay"] == pytest.approx(found.share_left[place], abs=1e-12)
            assert found.low[place] <= found.share_left[place] <= found.high[place]
        else:
            assert np.isnan([found.share_left[place], found.low[place], found.high[place]]).all()


def test_limits_cover_what_they_promise():
    random = np.random.default_rng(3)
    hits = reached = 0
    for _ in range(1500):  # 20 people, three in ten gone in a year, hired over the last two and a half
        stay = np.ceil(random.exponential(-365 / np.log(0.7), 20))
        seen = random.integers(100, 900, 20)
        result = first_year(np.minimum(stay, seen), stay <= seen)
        reached += result.reached
        hits += result.low <= 0.3 <= result.high
    assert reached > 1000
    assert 0.93 <= hits / reached <= 0.98
