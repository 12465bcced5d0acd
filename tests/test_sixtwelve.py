"""The six-twelve view: worked cases, what always holds, the store's metrics, and the command."""

import json
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keel import measure, sixtwelve, wording
from keel.__main__ import main
from keel.errors import QuestionError
from keel.periods import WEEKDAYS, Calendar
from keel.settings import Settings
from keel.store import Store
from tests.test_measure import upload

DAY = timedelta(days=1)
FIRST = date(2019, 1, 1)


def days(first, last, num=1.0, den=1.0):
    """Daily rows; num and den are numbers or functions of the day (None: no row on that day)."""
    every = [first + DAY * n for n in range((last - first).days + 1)]
    told = [[part(day) if callable(part) else part for part in (num, den)] for day in every]
    rows = [(day, *pair) for day, pair in zip(every, told, strict=True) if None not in pair]
    return pd.DataFrame(rows, columns=["day", "num", "den"]).astype({"num": float, "den": float})


def view(frame, week_ending, **said):
    """The view of a frame that covers the days from its first to its last row, unless said otherwise."""
    covered = (frame["day"].min(), frame["day"].max()) if len(frame) else None
    asked = {"roll": "sum", "calendar": Calendar(), "covered": covered} | said
    return sixtwelve.sixtwelve(frame, week_ending=week_ending, **asked)


def values(rows, name="value"):
    return [row[name] for row in rows]


# --- Worked by hand --------------------------------------------------------------------------------------


def test_a_one_a_day_counts_the_days():
    found = view(days(FIRST, date(2025, 9, 28)), date(2025, 9, 28))

    assert [date(2025, 8, 24), date(2025, 9, 28)] == [found.weeks[0]["ending"], found.weeks[-1]["ending"]]
    assert ["wk 34", "wk 35", "wk 36", "wk 37", "wk 38", "wk 39"] == values(found.weeks, "label")
    assert [7] * 6 == values(found.weeks) == values(found.weeks, "prior")
    assert [date(2024, 9, 1), date(2025, 8, 1)] == [found.months[0]["month"], found.months[-1]["month"]]
    assert [30, 31, 30, 31, 31, 28, 31, 30, 31, 30, 31, 31] == values(found.months)
    assert [30, 31, 30, 31, 31, 29, 31, 30, 31, 30, 31, 31] == values(found.months, "prior")  # February 2024
    assert (date(2025, 9, 1), 28, 30, True) == tuple(found.running[k] for k in ("month", "value", "prior", "partial"))
    assert {
        "last_week": 7, "wow": 0, "yoy": 0, "mtd": 28, "mtd_yoy": 0, "qtd": 31 + 31 + 28, "qtd_yoy": 0,
        "ytd": 271, "ytd_yoy": pytest.approx(271 / 272 - 1),
    } == found.totals  # fmt: skip
    assert ({}, "", date(2025, 9, 28)) == (found.total_notes, found.note, found.as_of)


LEAP = [
    # what, week ending, MTD and prior, YTD and prior
    ("the week after a leap day", date(2024, 3, 3), (3, 3), (63, 62)),
    ("a year after a leap day", date(2025, 3, 2), (2, 2), (61, 62)),
    ("on a leap day: two whole Februaries", date(2024, 2, 29), (29, 28), (60, 59)),
    ("two whole Februaries, the other way", date(2025, 2, 28), (28, 29), (59, 59)),
    ("the last day of a leap year", date(2024, 12, 31), (31, 31), (366, 365)),
]


@pytest.mark.parametrize(("what", "week_ending", "month", "year"), LEAP, ids=[case[0] for case in LEAP])
def test_to_date_totals_across_a_leap_day(what, week_ending, month, year):
    totals = view(days(FIRST, week_ending), week_ending).totals
    assert (month[0], pytest.approx(month[0] / month[1] - 1)) == (totals["mtd"], totals["mtd_yoy"])
    assert (year[0], pytest.approx(year[0] / year[1] - 1)) == (totals["ytd"], totals["ytd_yoy"])


def test_week_53_is_called_so_and_compared_with_the_week_364_days_earlier():
    # A day's number is its ordinal: a week sums to 7 x its middle day, and the week 364 days earlier to 7 x 364 less.
    found = view(days(FIRST, date(2021, 1, 24), num=lambda day: float(day.toordinal())), date(2021, 1, 24))
    assert ["wk 51", "wk 52", "wk 53", "wk 1", "wk 2", "wk 3"] == values(found.weeks, "label")
    assert date(2021, 1, 3) == found.weeks[2]["ending"]
    for week in found.weeks:
        assert 7 * (week["ending"].toordinal() - 3) == week["value"]
        assert week["value"] - 7 * 364 == week["prior"]


def test_a_week_with_a_missing_day_is_blank_and_to_date_totals_say_so():
    gone = date(2025, 9, 10)
    frame = days(FIRST, date(2025, 9, 28), num=lambda day: None if day == gone else float(day.year))
    found = view(frame, date(2025, 9, 28))

    assert [7 * 2025] * 3 + [None] + [7 * 2025] * 2 == values(found.weeks)
    assert "1 of 7 days has no data" == found.weeks[3]["note"]
    assert 27 * 2025 == found.totals["mtd"]
    for total in ("mtd", "qtd", "ytd"):  # each over the days both years have: nothing but the year differs
        assert "has no data; the change is over the days that both years have" in found.total_notes[total]
    assert pytest.approx(2025 / 2024 - 1) == found.totals["mtd_yoy"] == found.totals["qtd_yoy"]
    assert (27 * 2025, "1 of 28 days has no data") == (found.running["value"], found.running["note"])
    assert 31 * 2025 == found.months[-1]["value"]


def test_a_month_with_a_missing_day_is_blank_and_so_is_a_week_of_the_prior_year():
    frame = days(FIRST, date(2025, 9, 28), num=lambda day: None if day == date(2024, 9, 11) else 1.0)
    found = view(frame, date(2025, 9, 28))
    assert (None, "1 of 30 days has no data") == (found.months[0]["value"], found.months[0]["note"])  # September 2024
    assert [7, 7, 7, None, 7, 7] == values(found.weeks, "prior")  # 11 Sep 2024 + 364 days = 10 Sep 2025
    assert (28, 0) == (found.totals["mtd"], found.totals["mtd_yoy"])
    assert "the change is over the days that both years have" == found.total_notes["mtd"]


def test_a_missing_last_week_has_no_changes():
    frame = days(FIRST, date(2025, 9, 28), num=lambda day: None if day == date(2025, 9, 22) else 1.0)
    totals = view(frame, date(2025, 9, 28)).totals
    assert [None] * 3 == [totals[name] for name in ("last_week", "wow", "yoy")]


@pytest.mark.parametrize("is_quiet", [True, False])
def test_a_source_that_stopped_says_no_data_since_and_does_not_fall_to_nought(is_quiet):
    found = view(days(FIRST, date(2025, 9, 7)), date(2025, 9, 28), is_quiet=is_quiet)

    assert "no data since 7 Sep 2025" == found.note
    assert [7, 7, 7, None, None, None] == values(found.weeks)
    assert [""] * 3 + ["no data since 7 Sep 2025"] * 3 == values(found.weeks, "note")
    assert [None, None, None] == [found.totals[name] for name in ("last_week", "wow", "yoy")]
    assert (7, 0) == (found.totals["mtd"], found.totals["mtd_yoy"])  # against the same seven days
    assert found.total_notes["mtd"].startswith("no data since 7 Sep 2025; ")
    assert "no data since 7 Sep 2025" == found.running["note"]


@pytest.mark.parametrize("is_quiet", [True, False])
def test_a_source_that_stopped_months_ago_has_no_month_to_date(is_quiet):
    found = view(days(FIRST, date(2025, 6, 15)), date(2025, 9, 28), is_quiet=is_quiet)
    assert [None] * 6 == values(found.weeks)
    assert (None, None, None) == tuple(found.totals[name] for name in ("mtd", "mtd_yoy", "qtd"))
    assert "no data since 15 Jun 2025" == found.total_notes["mtd"]
    assert [31, None, None, None] == values(found.months)[-4:]
    assert 166 == found.totals["ytd"]


def test_a_running_week_is_blank():
    found = view(days(FIRST, date(2025, 9, 25)), date(2025, 9, 28), is_quiet=True)
    assert [7] * 5 + [None] == values(found.weeks)


# (last month, YTD and QTD on 28 Dec 2025 of one a day): from the first of the month after the year's end.
YEAR_ENDS = [
    (1, 331, 58), (2, 303, 28), (3, 272, 89), (4, 242, 58), (5, 211, 28), (6, 181, 89),
    (7, 150, 58), (8, 119, 28), (9, 89, 89), (10, 58, 58), (11, 28, 28), (12, 362, 89),
]  # fmt: skip


@pytest.mark.parametrize(("month", "year_to_date", "quarter_to_date"), YEAR_ENDS)
def test_a_december_week_in_a_fiscal_year_that_ends_in_any_month(month, year_to_date, quarter_to_date):
    found = view(days(FIRST, date(2025, 12, 28)), date(2025, 12, 28), calendar=Calendar(fiscal_year_ends=month))
    assert (28, quarter_to_date, year_to_date) == tuple(found.totals[name] for name in ("mtd", "qtd", "ytd"))


@pytest.mark.parametrize("month", range(1, 13))
def test_the_months_of_a_fiscal_year_are_its_own_and_those_to_come_are_empty(month):
    week_ending = date(2025, 12, 28)
    found = view(
        days(FIRST, date(2026, 6, 30)), week_ending, calendar=Calendar(fiscal_year_ends=month), months="fiscal"
    )
    assert found.running is None
    assert (month % 12 + 1, month) == (found.months[0]["month"].month, found.months[-1]["month"].month)
    for row in found.months:
        assert (row["month"] == date(2025, 12, 1)) == row["partial"]
        assert (None if row["month"] > week_ending else "") == (None if row["value"] is None else "")
        assert row["prior"] is not None  # last year's months are known, those to come too
    (running,) = [row for row in found.months if row["partial"]]
    assert (28, 31) == (running["value"], running["prior"])


def test_a_ratio_is_of_sums_and_changes_in_basis_points():
    # Clicks over impressions. Last week: 6 x 1/100 and once 99/900: 105/1500 = 7 %. The week before: 1/100 = 1 %.
    big = date(2025, 9, 28)
    frame = days(
        FIRST, big, num=lambda day: 99.0 if day == big else 1.0, den=lambda day: 900.0 if day == big else 100.0
    )
    found = view(frame, big, roll="ratio", told_in="bps")
    assert pytest.approx([0.01] * 5 + [0.07]) == values(found.weeks)
    assert pytest.approx(600) == found.totals["wow"]
    assert pytest.approx(600) == found.totals["yoy"]
    assert pytest.approx((27 + 99) / (2700 + 900)) == found.totals["mtd"]
    assert pytest.approx(((27 + 99) / 3600 - 0.01) * 10_000) == found.totals["mtd_yoy"]


def test_a_ratio_over_nothing_is_no_data():
    found = view(days(FIRST, date(2025, 9, 28), num=0.0, den=0.0), date(2025, 9, 28), roll="ratio", told_in="bps")
    assert {None} == {*values(found.weeks), *values(found.months), *found.totals.values()}


ROLLS = [
    # A day's number is its day of the month; the week is 22 to 28 September 2025.
    ("sum", 175, 406),
    ("mean", 25, 14.5),
    ("last", 28, 28),
    ("min", 22, 1),
    ("max", 28, 28),
]


@pytest.mark.parametrize(("roll", "week", "month"), ROLLS)
def test_every_way_to_roll_up(roll, week, month):
    frame = days(FIRST, date(2025, 9, 28), num=lambda day: float(day.day))
    found = view(frame, date(2025, 9, 28), roll=roll)
    assert (week, month) == (found.totals["last_week"], found.totals["mtd"])


def test_a_scale_is_applied_to_values_and_changes_in_points():
    frame = days(FIRST, date(2025, 9, 28), num=lambda day: 0.5 if day.year == 2025 else 0.25)
    found = view(frame, date(2025, 9, 28), roll="ratio", scale=100, told_in="points")
    assert (50, 25) == (found.totals["last_week"], found.totals["yoy"])


CHANGES = [
    # now, before, told in, expected
    (110.0, 100.0, "fraction", pytest.approx(0.1)),
    (5.0, 0.0, "fraction", None),
    (0.0, 0.0, "fraction", None),
    (5.0, None, "fraction", None),
    (None, 5.0, "fraction", None),
    (5.0, -10.0, "fraction", None),
    (0.0, 10.0, "fraction", -1.0),
    (1e300, 1e-300, "fraction", None),
    (0.42, 0.40, "bps", pytest.approx(200)),
    (0.02, 0.0, "bps", pytest.approx(200)),  # a difference: 0 is a value like any other
    (None, 0.0, "bps", None),
    (-10.0, 5.0, "points", -15.0),
]


@pytest.mark.parametrize(("now", "before", "told_in", "expected"), CHANGES)
def test_a_change_against_nought_or_nothing_is_none(now, before, told_in, expected):
    assert expected == sixtwelve.change(now, before, told_in)


@pytest.mark.parametrize(
    ("unit", "compare", "expected"),
    [
        ("money", "percent", "fraction"), ("count", "percent", "fraction"), ("rate", "points", "bps"),
        ("rate", "bps", "bps"), ("rate", "percent", "fraction"), ("points", "points", "points"),
        ("score", "points", "points"), ("count", "bps", "bps"),
    ],
)  # fmt: skip
def test_what_a_change_is_told_in(unit, compare, expected):
    assert expected == sixtwelve.change_in(unit, compare)


def test_last_year_before_the_data_begins_is_not_compared():
    found = view(days(date(2024, 12, 2), date(2025, 9, 28)), date(2025, 9, 28))
    assert {None} == {*values(found.weeks, "prior"), found.totals["yoy"], found.totals["ytd_yoy"]}
    assert "nothing to compare with: the data begins on 2 Dec 2024" == found.total_notes["ytd"]
    assert (None, "the data begins on 2 Dec 2024") == (found.months[3]["value"], found.months[3]["note"])
    assert 271 == found.totals["ytd"]


def test_data_that_begins_after_the_week_is_no_data():
    found = view(days(date(2025, 10, 1), date(2025, 12, 31)), date(2025, 9, 28))
    assert {None} == {*values(found.weeks), *values(found.months), *found.totals.values()}
    assert sixtwelve.NO_DATA == found.note


def test_what_comes_after_the_week_does_not_count():
    frame = days(FIRST, date(2025, 12, 31), num=lambda day: 1.0 if day <= date(2025, 9, 28) else 1000.0)
    found = view(frame, date(2025, 9, 28))
    assert (28, 271) == (found.totals["mtd"], found.totals["ytd"])


def test_a_day_on_which_nothing_happened_is_nought():
    frame = days(FIRST, date(2025, 9, 28), num=lambda day: None if day.weekday() in (2, 6) else 1.0)
    covered = (FIRST, date(2025, 9, 28))
    assert [5] * 6 == values(view(frame, date(2025, 9, 28), is_quiet=True, covered=covered).weeks)
    silent = days(FIRST, date(2025, 8, 31))
    assert [7, 7, 0, 0, 0, 0] == values(view(silent, date(2025, 9, 28), is_quiet=True, covered=covered).weeks)


def test_what_has_rows_without_a_number_has_no_number():
    frame = days(FIRST, date(2025, 9, 28), num=lambda day: np.nan if day > date(2025, 9, 7) else 1.0)
    assert [7, 7, 7, None, None, None] == values(view(frame, date(2025, 9, 28), is_quiet=True).weeks)


def test_a_metric_without_rows_has_no_data_though_its_source_does():
    found = view(days(FIRST, FIRST - DAY), date(2025, 9, 28), is_quiet=True, covered=(FIRST, date(2025, 9, 28)))
    assert (None, sixtwelve.NO_DATA) == (found.totals["ytd"], found.note)


def test_a_measure_of_working_days_misses_no_weekend():
    frame = days(FIRST, date(2025, 9, 26), num=lambda day: None if day.weekday() > 4 else 1.0)
    covered = (FIRST, date(2025, 9, 28))
    assert [5] * 6 == values(view(frame, date(2025, 9, 28), covered=covered).weeks)
    gone = frame[frame["day"] != date(2025, 9, 24)]
    assert [5] * 5 + [None] == values(view(gone, date(2025, 9, 28), covered=covered).weeks)


def test_a_measure_of_weeks_has_a_number_a_week_and_misses_one():
    frame = days(FIRST, date(2025, 9, 28), num=lambda day: 10.0 if day.weekday() == 6 else None)
    found = view(frame, date(2025, 9, 28))
    assert [10] * 6 == values(found.weeks) == values(found.weeks, "prior")
    # By 28 September: four Sundays of the month in both years; of the quarter, from 6 July 2025 on and from 7 July 2024.
    assert (40, 0, 130, None) == tuple(found.totals[name] for name in ("mtd", "mtd_yoy", "qtd", "qtd_yoy"))
    assert "not compared: 13 numbers against 12 a year before" == found.total_notes["qtd"]
    gone = view(frame[frame["day"] != date(2025, 9, 14)], date(2025, 9, 28))
    assert [10, 10, 10, None, 10, 10] == values(gone.weeks)


def test_a_measure_of_months_has_no_weeks():
    frame = days(FIRST, date(2025, 8, 31), num=lambda day: 10.0 if (day + DAY).day == 1 else None)
    found = view(frame, date(2025, 9, 28))
    assert [None] * 6 == values(found.weeks)
    assert "measured about every 31 days" == found.weeks[0]["note"]
    assert [10] * 12 == values(found.months)
    assert (None, 20, 80, 0) == tuple(found.totals[name] for name in ("mtd", "qtd", "ytd", "ytd_yoy"))


def test_a_measure_of_years_has_no_months():
    frame = days(FIRST, date(2024, 12, 31), num=lambda day: 10.0 if (day.month, day.day) == (12, 31) else None)
    found = view(frame, date(2024, 12, 31), covered=(FIRST, date(2024, 12, 31)))
    assert {None} == {*values(found.weeks), *values(found.months), found.totals["qtd"]}
    assert (10, 0) == (found.totals["ytd"], found.totals["ytd_yoy"])


@pytest.mark.parametrize("back", range(7))
def test_weeks_end_on_the_weekday_asked_for(back):
    last = date(2025, 9, 28) - back * DAY
    found = view(days(FIRST, date(2025, 9, 28), num=lambda day: float(day.toordinal())), last)
    assert [last - timedelta(weeks=n) for n in range(5, -1, -1)] == values(found.weeks, "ending")
    assert [7 * (week["ending"].toordinal() - 3) for week in found.weeks] == values(found.weeks)


def test_the_months_of_a_retail_calendar_are_of_four_and_five_weeks():
    # The 53 weeks to 3 February 2024, 4-5-4; the last month has five, that of the year before four.
    nrf = Calendar("saturday", 1, "4-5-4")
    found = view(days(FIRST, date(2024, 2, 3)), date(2024, 2, 3), calendar=nrf, months="fiscal")
    assert [7 * n for n in (4, 5, 4) * 3 + (4, 5, 5)] == values(found.months)
    assert [7 * n for n in (4, 5, 4) * 4] == values(found.months, "prior")
    assert (["FY24 P1", "FY24 P12"], "wk 53") == ([found.months[n]["label"] for n in (0, -1)], found.weeks[-1]["label"])
    assert (371, pytest.approx(371 / 364 - 1)) == (found.totals["ytd"], found.totals["ytd_yoy"])


def test_a_missing_day_of_a_retail_month_leaves_out_its_weekday_of_the_year_before():
    nrf, gone, twin = Calendar("saturday", 1, "4-5-4"), date(2023, 9, 27), date(2022, 9, 28)
    frame = days(FIRST, date(2023, 9, 30), num=lambda day: None if day == gone else 99.0 if day == twin else 1.0)
    totals = view(frame, date(2023, 9, 30), calendar=nrf).totals
    assert (34, 0) == (totals["mtd"], totals["mtd_yoy"])


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"months": "calendar"}, "months: found 'calendar'"),
        ({"week_ending": date(3, 1, 1)}, "week ending: found 0003-01-01"),
        ({"week_ending": date(9999, 12, 31)}, "week ending: found 9999-12-31"),
    ],
)
def test_a_question_without_an_answer_is_refused_in_a_sentence(asked, found):
    with pytest.raises(QuestionError) as refusal:
        view(days(FIRST, FIRST), **({"week_ending": FIRST} | asked))
    assert str(refusal.value).startswith(found)


# --- What always holds -----------------------------------------------------------------------------------

CALENDARS = st.builds(
    Calendar, st.sampled_from(WEEKDAYS), st.integers(1, 12), st.sampled_from(["", "4-4-5", "4-5-4", "5-4-4"])
)


@settings(max_examples=60)
@given(CALENDARS, st.dates(date(2022, 6, 1), date(2025, 12, 31)), st.integers(0, 10_000))
def test_the_parts_add_up(calendar, week_ending, seed):
    drawn = dict(enumerate(np.random.default_rng(seed).integers(0, 1000, 3000)))
    frame = days(FIRST, date(2026, 12, 31), num=lambda day: float(drawn[(day - FIRST).days]))
    found = view(frame, week_ending, calendar=calendar, months="fiscal")
    by_day = frame.set_index("day")["num"]

    assert by_day[week_ending - 41 * DAY : week_ending].sum() == sum(values(found.weeks))
    for name, grain in (("mtd", "month"), ("qtd", "quarter"), ("ytd", "year")):
        start = calendar.start(week_ending, grain)
        assert by_day[start:week_ending].sum() == found.totals[name]
        so_far = [row["value"] for row in found.months if start <= row["month"] <= week_ending]
        assert sum(so_far) == found.totals[name]
    year = calendar.start(week_ending, "year")
    last_year = by_day[calendar.previous(year, "year") : year - DAY].sum()
    if not calendar.pattern:
        assert last_year == sum(values(found.months, "prior"))
    assert {} == found.total_notes
    trailing = view(frame, week_ending, calendar=calendar)
    assert found.totals == trailing.totals
    assert 12 == len(trailing.months)
    assert all(calendar.end(row["month"], "month") <= week_ending + DAY for row in trailing.months)


@settings(max_examples=150)
@given(
    calendar=CALENDARS,
    week_ending=st.dates(date(1990, 1, 1), date(2040, 12, 31)),
    rows=st.dictionaries(
        st.dates(date(2018, 1, 1), date(2026, 12, 31)), st.sampled_from([0.0, 1.0, -5.0, 1e20, np.nan, np.inf]), max_size=60
    ),
    every=st.sampled_from([1, 2, 7, 30, 400]),
    roll=st.sampled_from(["sum", "ratio", "mean", "last", "min", "max"]),
    told_in=st.sampled_from(["fraction", "bps", "points"]),
    months=st.sampled_from(sixtwelve.SHOWN_MONTHS),
    is_quiet=st.booleans(),
    covered=st.none() | st.tuples(st.dates(date(2017, 1, 1), date(2027, 1, 1)), st.integers(0, 4000)),
)  # fmt: skip
def test_nothing_raises_and_nothing_is_infinite(
    calendar, week_ending, rows, every, roll, told_in, months, is_quiet, covered
):
    regular = {date(2020, 1, 1) + DAY * n: 3.0 for n in range(0, 1500, every)} if len(rows) % 2 else {}
    told = sorted((regular | rows).items())
    frame = pd.DataFrame([(day, number, 1.0) for day, number in told], columns=["day", "num", "den"])
    span = covered and (covered[0], covered[0] + covered[1] * DAY)
    found = view(
        frame.astype({"num": float, "den": float}), week_ending, calendar=calendar, roll=roll, told_in=told_in,
        months=months, is_quiet=is_quiet, covered=span,
    )  # fmt: skip
    assert (6, 12, 9) == (len(found.weeks), len(found.months), len(found.totals))
    numbers = [*values(found.weeks), *values(found.weeks, "prior"), *values(found.months), *found.totals.values()]
    assert all(number is None or np.isfinite(number) for number in numbers)
    assert all(week["note"] or week["value"] is not None for week in found.weeks)  # a blank says why
    json.dumps(vars(found), default=str, allow_nan=False)


# --- The store's metrics ---------------------------------------------------------------------------------


def csv(header, first, last, line):
    rows = [line(first + DAY * n) for n in range((last - first).days + 1)]
    return "\n".join([header, *(row for row in rows if row)])


def test_uploaded_measures_with_a_gap_and_a_ratio_of_them(tmp_path):
    ratio = {"ClickThroughRate": {"num": "Clicks", "den": "Impressions", "compare": "bps"}}
    last = date(2025, 9, 28)

    def line(day):
        clicks = "" if day == date(2025, 9, 17) else 2 if day > date(2025, 9, 21) else 1
        return f"{day},{clicks},100,{day.day}"

    with Store(tmp_path / "keel.duckdb", Settings(ratio=ratio)) as store:
        upload(store, "measures", csv("Date,Clicks,Impressions,Level", date(2024, 1, 1), last, line))
        found = measure.sixtwelves(store, week_ending=last)
        assert found["Clicks"] == measure.sixtwelve(store, "clicks", week_ending=last)

    assert ["Clicks", "Impressions", "Level", "ClickThroughRate"] == list(found)
    assert [7, 7, 7, 7, None, 14] == values(found["Clicks"].weeks)
    assert [700] * 6 == values(found["Impressions"].weeks)
    assert pytest.approx([0.01] * 4) == values(found["ClickThroughRate"].weeks)[:4]
    assert (None, 0.02) == tuple(values(found["ClickThroughRate"].weeks)[4:])  # clicks unknown: no rate, not a low one
    assert pytest.approx(100) == found["ClickThroughRate"].totals["yoy"]
    assert (20 + 14, "bps") == (found["Clicks"].totals["mtd"], found["ClickThroughRate"].change_in)


def test_the_least_and_the_greatest_are_over_groups_and_not_over_their_sums(empty_store):
    last = date(2025, 9, 28)
    line = lambda day: f"{day},North,{day.day}\n{day},South,{day.day + 100}"  # noqa: E731
    for roll, week in (("min", 22), ("max", 128), ("last", 28 + 128), ("mean", 25 + 50)):
        rows = csv(f"Date,Area,{roll} level", date(2025, 1, 1), last, line)
        upload(empty_store, "measures", rows, roll=roll)
        assert week == measure.sixtwelve(empty_store, f"{roll} level", week_ending=last).totals["last_week"]


def test_orders_have_quiet_days_and_agree_with_the_series(sample_store):
    week_ending = date(2026, 9, 27)
    for id in ("revenue", "orders", "average_order_value", "gross_margin_rate", "nps"):
        found = measure.sixtwelve(sample_store, id, week_ending=week_ending)
        weeks = measure.series(sample_store, id, grain="week").frame.set_index("period")
        months = measure.series(sample_store, id).frame.set_index("period")
        for week in found.weeks:
            row = weeks.loc[week["ending"] - 6 * DAY]
            assert (pytest.approx(row["value"]), pytest.approx(row["prior"])) == (week["value"], week["prior"])
        for month in found.months:
            assert pytest.approx(months.loc[month["month"]]["value"]) == month["value"]
            assert pytest.approx(months.loc[month["month"]]["prior"]) == month["prior"]


@pytest.mark.parametrize("id", ["turnover", "headcount", "active_customers", "enps", "participation"])
def test_what_is_measured_by_whole_periods_agrees_with_the_series(sample_store, id):
    found = measure.sixtwelve(sample_store, id)
    weeks = measure.series(sample_store, id, grain="week").frame.set_index("period")
    assert date(2026, 9, 27) == found.week_ending  # the newest whole week
    for week in found.weeks:
        row = weeks.loc[week["ending"] - 6 * DAY]
        assert (pytest.approx(row["value"]), pytest.approx(row["prior"])) == (week["value"], week["prior"])
    assert None is found.totals["ytd_yoy"]
    assert "only a whole year is compared" in found.total_notes["ytd"]


def test_weeks_on_people_do_not_slide_by_a_day(sample_store):
    sunday = measure.sixtwelve(sample_store, "participation", week_ending=date(2026, 9, 20))
    tuesday = measure.sixtwelve(sample_store, "participation", week_ending=date(2026, 9, 22))
    assert (sunday.weeks, sunday.totals, sunday.running) == (tuesday.weeks, tuesday.totals, tuesday.running)
    assert "measured by weeks that end on Sunday" == tuesday.note


def test_what_is_measured_by_month_has_no_weeks(sample_store):
    found = measure.sixtwelve(sample_store, "customer_churn", week_ending=date(2026, 8, 30))
    assert {None} == set(values(found.weeks))
    assert "measured by month: there are no weeks" == found.note
    assert None not in values(found.months)


def test_too_few_people_stay_hidden(empty_store):
    rows = [f"2025-09-{day},{person},4" for day in (10, 17, 24) for person in ("E1", "E2", "E3")]
    upload(
        empty_store, "survey", "\n".join(["Date,Employee ID,I am proud of my work (1-5)", *rows]), as_of="2025-09-28"
    )
    found = measure.sixtwelve(empty_store, "engagement", week_ending=date(2025, 9, 28))
    assert {None} == {*values(found.weeks), *values(found.months), *found.totals.values(), found.running["value"]}
    assert measure.suppression.HIDDEN == found.weeks[-1]["note"]


def test_without_any_upload_a_week_must_be_named(empty_store):
    with pytest.raises(QuestionError, match="nothing has been uploaded yet"):
        measure.sixtwelve(empty_store, "revenue")
    assert sixtwelve.NO_DATA == measure.sixtwelve(empty_store, "revenue", week_ending=date(2025, 9, 28)).note
    assert {} == measure.sixtwelves(empty_store, week_ending=date(2025, 9, 28))


# --- The command -----------------------------------------------------------------------------------------


@pytest.fixture
def ask(tmp_path, monkeypatch, capsys):
    """main() on some words, on a store with two measures of two years; status, output, error."""
    config = tmp_path / "keel.toml"
    config.write_text("")
    monkeypatch.setenv("KEEL_CONFIG", str(config))
    monkeypatch.setenv("KEEL_STORE", str(tmp_path / "keel.duckdb"))
    file = tmp_path / "traffic.csv"
    line = lambda day: f"{day},{'' if day == date(2025, 9, 18) else 10},0.5"  # noqa: E731
    file.write_text(csv("Date,PageViews,Share", date(2024, 1, 1), date(2025, 9, 30), line))
    mapping = tmp_path / "traffic.toml"
    mapping.write_text('[measures.PageViews]\nbetter = "up"\n[measures.Share]\nroll = "mean"\nunit = "rate"\n')
    assert 0 == main(["import", str(file), "--mapping", str(mapping)])

    def asking(*words):
        capsys.readouterr()
        status = main([str(word) for word in words])
        said = capsys.readouterr()
        return status, said.out, said.err

    return asking


def test_the_json_of_one_metric(ask):
    status, out, _ = ask("sixtwelve", "PageViews", "--week-ending", "2025-09-28", "--json")
    said = json.loads(out)
    assert 0 == status
    assert ("PageViews", "2025-09-28", "2025-09-30") == (said["metric"], said["week_ending"], said["as_of"])
    assert {"ending", "label", "value", "prior", "note"} == set(said["weeks"][0])
    assert {"month", "label", "value", "prior", "partial", "note"} == set(said["months"][0])
    assert ["2025-08-24", "2025-09-28"] == [said["weeks"][0]["ending"], said["weeks"][-1]["ending"]]
    assert [70, 70, 70, 70, None, 70] == values(said["weeks"])
    assert ["2024-09-01", "2025-08-01"] == [said["months"][0]["month"], said["months"][-1]["month"]]
    assert ["last_week", "wow", "yoy", "mtd", "mtd_yoy", "qtd", "qtd_yoy", "ytd", "ytd_yoy"] == list(said["totals"])
    assert (None, 0, 270) == (said["totals"]["wow"], said["totals"]["yoy"], said["totals"]["mtd"])
    assert "fraction" == said["change_in"]
    assert said["total_notes"]["mtd"].startswith("1 of 28 days has no data")


def test_the_json_of_all_is_a_list(ask):
    _, out, _ = ask("sixtwelve", "--all", "--json", "--months", "fiscal")
    said = json.loads(out)
    assert [("PageViews", "fraction"), ("Share", "bps")] == [(view["metric"], view["change_in"]) for view in said]
    assert {"2025-09-28"} == {view["week_ending"] for view in said}  # the last whole week of the newest source
    assert [f"2025-{month:02d}-01" for month in range(1, 13)] == values(said[0]["months"], "month")
    assert 0.5 == said[1]["totals"]["last_week"]


def test_weeks_end_on_the_weekday_of_the_day_named(ask):
    _, out, _ = ask("sixtwelve", "PageViews", "--week-ending", "2025-09-30", "--json")
    said = json.loads(out)
    assert ["2025-08-26", "2025-09-30"] == [said["weeks"][0]["ending"], said["weeks"][-1]["ending"]]
    assert ("2025-09-01", None) == (said["months"][-1]["month"], said["running"])  # the month has ended
    assert [70, 70, 70, 70, None, 70] == values(said["weeks"])


def test_the_words_of_one_metric(ask):
    _, out, _ = ask("sixtwelve", "Share", "--week-ending", "2025-09-28")
    lines = out.replace("\u00a0", " ").splitlines()
    assert "Share, week ending 2025-09-28" == lines[0]
    assert "wk 39 50.00 % 50.00 % 2025-09-28" == " ".join(lines[7].split())
    assert "Sep 2025 50.00 % 50.00 % so far" == " ".join(lines[20].split())
    assert "last week 50.00 % no change on the week before, no change on last year" == " ".join(lines[21].split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sixtwelve"], "the name of one metric, or --all, was expected"),
        (["sixtwelve", "PageViews", "--all"], "the name of one metric, or --all, was expected"),
        (["sixtwelve", "Nothing"], "'Nothing': there is no such metric"),
        (["sixtwelve", "PageViews", "--week-ending", "soon"], "is not a date"),
        (["sixtwelve", "PageViews", "--week-ending", "0003-01-01"], "expected a year from 1000 to 9000"),
        (["sixtwelve", "PageViews", "--months", "lunar"], "lunar"),
    ],
)
def test_a_bad_question_is_one_sentence_and_status_2(ask, words, said):
    status, out, error = ask(*words)
    assert (2, "") == (status, out)
    assert said in error
    assert 1 == len(error.strip().splitlines())


# In words


def a_view(change_in, **totals):
    none = dict.fromkeys(("last_week", "wow", "yoy", "mtd", "mtd_yoy", "qtd", "qtd_yoy", "ytd", "ytd_yoy"))
    notes = {"qtd": "2 of 45 days have no data"}
    return sixtwelve.SixTwelve(date(2026, 9, 27), (), (), None, {**none, **totals}, change_in, None, notes)


def told(view, unit, currency=""):
    return [
        (label, plain(value), [plain(change) for change in changes], note)
        for label, value, changes, note in sixtwelve.in_words(view, unit, currency)
    ]


def plain(text):
    return text.replace(wording.NBSP, " ")


def test_the_nine_totals_are_told_in_four_rows_with_their_changes():
    view = a_view(
        "fraction", last_week=1_240_000.0, wow=0.031, yoy=0.08, mtd=4.8e6, mtd_yoy=-0.0123, qtd=1.45e7, qtd_yoy=0.0, ytd=4.4e7
    )  # fmt: skip

    assert [
        ("last week", "€1.24 M", ["▲ 3.1 % on the week before", "▲ 8 % on last year"], ""),
        ("month to date", "€4.80 M", ["▼ 1.2 % on last year"], ""),
        ("quarter to date", "€14.5 M", ["no change on last year"], "2 of 45 days have no data"),
        ("year to date", "€44.0 M", ["n/a on last year"], ""),
    ] == told(view, "money", "€")


def test_without_data_every_total_says_so():
    for _, value, changes, _ in told(a_view("fraction", mtd=float("nan"), mtd_yoy=float("inf")), "count"):
        assert "no data" == value
        assert all(change.startswith("n/a on") for change in changes)


@pytest.mark.parametrize(
    ("told_in", "unit", "step", "words"),
    [
        ("fraction", "days", 0.5, "▲ 50 % on last year"),
        ("bps", "rate", -12.4, "▼ 12 bps on last year"),
        ("bps", "rate", 0.3, "no change on last year"),
        ("points", "score", 0.26, "▲ 0.3 pts on last year"),
        ("points", "points", -3.0, "▼ 3 pts on last year"),
        ("points", "points", 1.0, "▲ 1 pt on last year"),
        ("points", "days", 1.0, "▲ 1 day on last year"),
    ],
)
def test_a_change_is_told_in_bps_for_rates_points_for_scores_and_percent_otherwise(told_in, unit, step, words):
    assert words == plain(sixtwelve.change_in_words(step, told_in, unit, "last year"))
