"""Targets: what a period is measured against, worked out by hand."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keel import targets
from keel.periods import GRAINS, Calendar

CALENDAR = Calendar()
STEPS = [(date(2026, 1, 1), 3100.0), (date(2026, 2, 1), 2800.0)]  # 100 a day in January, and in February


def goals(periods, grain, *, steps=STEPS, adds_up=True, calendar=CALENDAR):
    return targets.goals(steps, periods, grain=grain, calendar=calendar, adds_up=adds_up)


def test_a_week_gets_the_share_of_its_days():
    # 12 to 18 January: 7 of 31 days of 3100. 26 January to 1 February: six of those, and one of 28 of 2800.
    assert [pytest.approx(700), pytest.approx(700)] == goals([date(2026, 1, 12), date(2026, 1, 26)], "week")


def test_a_month_has_its_target_and_a_quarter_the_sum_of_three():
    assert [pytest.approx(3100), pytest.approx(2800)] == goals([date(2026, 1, 1), date(2026, 2, 1)], "month")
    assert [pytest.approx(3100 + 2800 + 2800)] == goals([date(2026, 1, 1)], "quarter")


def test_what_does_not_add_up_has_the_number_itself_at_any_grain():
    for grain in GRAINS:
        assert [3100.0] == goals([date(2026, 1, 1)], grain, adds_up=False) or grain == "week"
    assert [3100.0, 2800.0] == goals([date(2026, 1, 26), date(2026, 2, 2)], "week", adds_up=False)


def test_there_is_none_before_the_first_nor_for_a_period_in_which_it_begins():
    assert [None, None] == goals([date(2025, 12, 1), date(2025, 12, 29)], "week", adds_up=False)
    assert [None] == goals([date(2025, 12, 29)], "week")
    assert [None] == goals([date(2026, 1, 1)], "month", steps=[])


def test_a_later_target_leaves_the_past_as_it_was():
    periods = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    later = [*STEPS, (date(2026, 3, 1), 9900.0)]
    assert goals(periods, "month")[:2] == goals(periods, "month", steps=later)[:2]
    assert pytest.approx(9900) == goals(periods, "month", steps=later)[2]


def test_months_of_four_and_five_weeks_share_a_target_by_their_days():
    retail = Calendar("sunday", 12, "4-4-5")
    first = retail.start(date(2026, 1, 15), "month")  # four weeks
    assert [pytest.approx(400 / 4)] == goals([first], "week", steps=[(first, 400.0)], calendar=retail)


@given(st.dates(date(2021, 1, 1), date(2030, 12, 1)), st.floats(1, 1e9), st.integers(1, 12))
def test_a_year_of_one_target_is_twelve_of_it_whatever_the_fiscal_year(day, value, month):
    calendar = Calendar(fiscal_year_ends=month)
    found = goals([calendar.start(day, "year")], "year", steps=[(date(2019, 1, 1), value)], calendar=calendar)
    assert [pytest.approx(12 * value)] == found


@pytest.mark.parametrize(
    ("value", "better", "expected"),
    [(11, "up", (1, True)), (10, "up", (0, True)), (9, "up", (-1, False)), (11, "down", (1, False)), (9, "down", (-1, True)), (11, "neither", (1, None))],
)  # fmt: skip
def test_met_or_missed_and_by_how_much(value, better, expected):
    found = targets.verdict(value, 10, better)
    assert expected == (found.by, found.is_met)
