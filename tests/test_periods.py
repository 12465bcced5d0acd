from datetime import date, datetime, timedelta
from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keel.errors import QuestionError, SettingsError
from keel.periods import GRAINS, PATTERNS, WEEKDAYS, Calendar, add_months, same_day_last_year

FIRST, LAST = date(2000, 1, 1), date(2029, 12, 31)  # thirty years: eight leap days, six weeks 53
DAYS = st.dates(FIRST, LAST)
CALENDARS = st.builds(Calendar, st.sampled_from(WEEKDAYS), st.integers(1, 12))
GRAIN = st.sampled_from(GRAINS)
ONE_DAY = timedelta(days=1)


@settings(max_examples=400)
@given(CALENDARS, DAYS, GRAIN)
def test_every_day_lies_in_its_own_period_and_not_in_its_neighbours(calendar, day, grain):
    start, end = calendar.start(day, grain), calendar.end(day, grain)
    assert start <= day < end
    assert start == calendar.start(start, grain) == calendar.start(end - ONE_DAY, grain)
    assert end == calendar.next(start, grain) == calendar.start(end, grain)
    assert start == calendar.previous(end, grain)
    assert start == calendar.end(calendar.previous(start, grain), grain)


@pytest.mark.parametrize("grain", GRAINS)
def test_periods_tile_thirty_years_in_every_calendar_without_gaps(grain):
    sizes = {"week": {7}, "month": {28, 29, 30, 31}, "quarter": {89, 90, 91, 92}, "year": {365, 366}}[grain]
    calendars = (
        [Calendar(weekday) for weekday in WEEKDAYS]
        if grain == "week"
        else [Calendar(fiscal_year_ends=month) for month in range(1, 13)]
    )
    for calendar in calendars:
        start = calendar.start(FIRST, grain)
        while start <= LAST:
            end = calendar.end(start, grain)
            assert (end - start).days in sizes
            assert {start} == {calendar.start(start + ONE_DAY * n, grain) for n in range((end - start).days)}
            assert calendar.label(start, grain)
            start = end


def test_every_combination_of_settings_answers_every_week_of_the_year():
    # Every 23rd day: in thirty years it falls into every week of the year and on every weekday.
    days = [FIRST + timedelta(days=n) for n in range(0, (LAST - FIRST).days, 23)]
    assert set(range(1, 54)) == {day.isocalendar().week for day in days}
    for weekday, month in product(WEEKDAYS, range(1, 13)):
        calendar = Calendar(weekday, month)
        for day in days:
            for grain in GRAINS:
                start = calendar.start(day, grain)
                assert start <= day < calendar.end(day, grain)
                assert calendar.prior_year(start, grain) < start


@given(CALENDARS, DAYS, GRAIN)
def test_the_prior_year_is_a_period_of_the_same_grain(calendar, day, grain):
    prior = calendar.prior_year(day, grain)
    assert prior == calendar.start(prior, grain)
    if grain == "week":
        assert timedelta(days=364) == calendar.start(day, grain) - prior
        assert calendar.start(day, grain).weekday() == prior.weekday()
    else:
        start = calendar.start(day, grain)
        assert (start.year - 1, start.month, 1) == (prior.year, prior.month, prior.day)


@given(st.integers(1, 12), DAYS)
def test_quarters_and_years_begin_with_months_and_nest(month, day):
    calendar = Calendar(fiscal_year_ends=month)
    year = calendar.start(day, "year")
    assert year.month == month % 12 + 1
    quarters = [year]
    while len(quarters) < 4:
        quarters.append(calendar.next(quarters[-1], "quarter"))
    assert calendar.start(day, "quarter") in quarters
    assert calendar.end(day, "year") == calendar.next(quarters[-1], "quarter")


@given(DAYS)
def test_weeks_that_end_on_sunday_are_numbered_as_iso_does(day):
    assert day.isocalendar()[:2] == Calendar().week_number(day)


@given(st.sampled_from(WEEKDAYS), DAYS)
def test_week_numbers_run_on_and_start_again_at_one(weekday, day):
    calendar = Calendar(weekday)
    year, week = calendar.week_number(day)
    next_year, next_week = calendar.week_number(calendar.next(day, "week"))
    assert (next_year, next_week) == ((year, week + 1) if next_week > 1 else (year + 1, 1))
    assert week >= 52 if next_week == 1 else week <= 52


CASES = [
    # what, calendar, day, grain, start, end, label
    ("a week", Calendar(), date(2025, 9, 24), "week", date(2025, 9, 22), date(2025, 9, 29), "22 Sep–28 Sep"),
    (
        "a week that ends on Saturday",
        Calendar("saturday"),
        date(2025, 9, 28),
        "week",
        date(2025, 9, 28),
        date(2025, 10, 5),
        "28 Sep–4 Oct",
    ),
    (
        "a week across New Year says both years",
        Calendar(),
        date(2026, 1, 1),
        "week",
        date(2025, 12, 29),
        date(2026, 1, 5),
        "29 Dec 2025–4 Jan 2026",
    ),
    (
        "a leap February",
        Calendar(),
        date(2024, 2, 29),
        "month",
        date(2024, 2, 1),
        date(2024, 3, 1),
        "Feb 2024",
    ),
    ("a quarter", Calendar(), date(2025, 9, 30), "quarter", date(2025, 7, 1), date(2025, 10, 1), "Q3 2025"),
    ("a year", Calendar(), date(2025, 12, 31), "year", date(2025, 1, 1), date(2026, 1, 1), "2025"),
    (
        "a quarter of a year that ends in June",
        Calendar(fiscal_year_ends=6),
        date(2026, 1, 1),
        "quarter",
        date(2026, 1, 1),
        date(2026, 4, 1),
        "FY26 Q3",
    ),
    (
        "a year that ends in June",
        Calendar(fiscal_year_ends=6),
        date(2025, 7, 1),
        "year",
        date(2025, 7, 1),
        date(2026, 7, 1),
        "FY26",
    ),
    (
        "December in a year that ends in November begins the next one",
        Calendar(fiscal_year_ends=11),
        date(2025, 12, 1),
        "year",
        date(2025, 12, 1),
        date(2026, 12, 1),
        "FY26",
    ),
    (
        "a quarter that spans New Year in a year that ends in November",
        Calendar(fiscal_year_ends=11),
        date(2025, 12, 31),
        "quarter",
        date(2025, 12, 1),
        date(2026, 3, 1),
        "FY26 Q1",
    ),
    (
        "the last day of a year that ends in November",
        Calendar(fiscal_year_ends=11),
        date(2025, 11, 30),
        "quarter",
        date(2025, 9, 1),
        date(2025, 12, 1),
        "FY25 Q4",
    ),
    (
        "a December week does not fall out of a year that ends in June",
        Calendar(fiscal_year_ends=6),
        date(2025, 12, 28),
        "year",
        date(2025, 7, 1),
        date(2026, 7, 1),
        "FY26",
    ),
    (
        "a year that ends in January",
        Calendar(fiscal_year_ends=1),
        date(2026, 1, 31),
        "quarter",
        date(2025, 11, 1),
        date(2026, 2, 1),
        "FY26 Q4",
    ),
    (
        "a year that ends in 2009 keeps its nought",
        Calendar(fiscal_year_ends=6),
        date(2009, 1, 1),
        "year",
        date(2008, 7, 1),
        date(2009, 7, 1),
        "FY09",
    ),
]


@pytest.mark.parametrize(
    ("what", "calendar", "day", "grain", "start", "end", "label"), CASES, ids=[case[0] for case in CASES]
)
def test_a_period_has_its_first_day_its_end_and_its_name(what, calendar, day, grain, start, end, label):
    assert (start, end, label) == (
        calendar.start(day, grain),
        calendar.end(day, grain),
        calendar.label(day, grain),
    )


@pytest.mark.parametrize(
    ("weekday", "day", "expected"),
    [
        ("sunday", date(2020, 12, 31), (2020, 53)),
        ("sunday", date(2021, 1, 3), (2020, 53)),  # week 53, not week 1 of 2021
        ("sunday", date(2021, 1, 4), (2021, 1)),
        ("sunday", date(2024, 12, 30), (2025, 1)),
        ("saturday", date(2014, 12, 28), (2014, 53)),  # Sunday 28 to Saturday 3: Wednesday 31 is its middle
        ("saturday", date(2015, 1, 4), (2015, 1)),
    ],
)
def test_week_53_exists_and_the_year_is_the_one_of_most_days(weekday, day, expected):
    assert expected == Calendar(weekday).week_number(day)


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2025, 8, 31), -6, date(2025, 2, 28)),
        (date(2024, 8, 31), -6, date(2024, 2, 29)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2025, 3, 31), -1, date(2025, 2, 28)),
        (date(2025, 10, 31), 1, date(2025, 11, 30)),
        (date(2025, 12, 31), 12, date(2026, 12, 31)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2025, 1, 15), -1, date(2024, 12, 15)),
        (date(2025, 6, 30), 0, date(2025, 6, 30)),
        (date(2025, 6, 30), -6, date(2024, 12, 30)),  # a day that exists stays: 30 June is not "month end"
    ],
)
def test_an_offset_in_months_keeps_the_day_or_takes_the_months_last(day, n, expected):
    assert expected == add_months(day, n)


@given(DAYS, st.integers(-60, 60))
def test_an_offset_in_months_lands_in_the_right_month(day, n):
    months = lambda when: when.year * 12 + when.month  # noqa: E731
    assert n == months(add_months(day, n)) - months(day)


def test_29_february_a_year_earlier_is_28_february():
    assert date(2023, 2, 28) == same_day_last_year(date(2024, 2, 29))
    assert date(2024, 2, 28) == same_day_last_year(date(2025, 2, 28))


def test_the_table_holds_every_period_that_touches_the_span_and_no_other():
    calendar = Calendar("wednesday", 11)
    first, last = date(2024, 2, 29), date(2026, 1, 1)
    table = calendar.table(first, last)
    assert ["grain", "period", "ends_on"] == list(table.columns)
    assert ["datetime64[us]"] * 2 == [str(table[name].dtype) for name in ("period", "ends_on")]
    for grain, rows in table.groupby("grain"):
        starts, ends = rows["period"].dt.date, rows["ends_on"].dt.date
        assert calendar.start(first, grain) == starts.iloc[0]
        assert calendar.end(last, grain) - ONE_DAY == ends.iloc[-1]
        assert [start - ONE_DAY for start in starts[1:]] == list(ends[:-1])
    assert list(GRAINS) == list(dict.fromkeys(table["grain"]))


def test_the_table_of_one_day_has_one_period_of_each_grain():
    table = Calendar().table(date(2025, 9, 24), date(2025, 9, 24))
    expected = [
        ("week", "2025-09-22", "2025-09-28"),
        ("month", "2025-09-01", "2025-09-30"),
        ("quarter", "2025-07-01", "2025-09-30"),
        ("year", "2025-01-01", "2025-12-31"),
    ]
    assert expected == [(g, str(p.date()), str(e.date())) for g, p, e in table.itertuples(index=False)]


def test_a_timestamp_is_taken_as_its_day():
    for day in (pd.Timestamp("2025-09-28 23:59"), datetime(2025, 9, 28, 23, 59)):
        start = Calendar().start(day, "week")
        assert date(2025, 9, 22) == start
        assert type(start) is date


def test_capitals_in_a_weekday_make_no_other_calendar():
    assert Calendar("sunday") == Calendar("Sunday ")


@pytest.mark.parametrize(
    ("bad", "found"),
    [
        ({"week_ends_on": "sun"}, "week_ends_on: found 'sun'"),
        ({"week_ends_on": 7}, "week_ends_on: found 7"),
        ({"week_ends_on": None}, "week_ends_on: found None"),
        ({"fiscal_year_ends": 0}, "fiscal_year_ends: found 0"),
        ({"fiscal_year_ends": 13}, "fiscal_year_ends: found 13"),
        ({"fiscal_year_ends": "june"}, "fiscal_year_ends: found 'june'"),
        ({"fiscal_year_ends": 6.0}, "fiscal_year_ends: found 6.0"),
        ({"fiscal_year_ends": True}, "fiscal_year_ends: found True"),
        ({"pattern": "4-4-6"}, "the weeks of a quarter's months: found '4-4-6'"),
    ],
)
def test_a_bad_setting_is_refused_with_the_way_out(bad, found):
    with pytest.raises(SettingsError) as refusal:
        Calendar(**bad)
    assert str(refusal.value).startswith(f"keel.toml, {found}; expected ")
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    ("ask", "found"),
    [
        (lambda: Calendar().start(date(2025, 1, 1), "day"), "grain: found 'day'; expected one of week, "),
        (lambda: Calendar().end(date(9999, 12, 31), "year"), "date: found 9999-12-31; expected "),
        (lambda: Calendar().table(date(2025, 1, 2), date(2025, 1, 1)), "calendar: found 2025-01-02 to "),
    ],
)
def test_a_question_without_an_answer_is_refused_in_a_sentence(ask, found):
    with pytest.raises(QuestionError) as refusal:
        ask()
    assert str(refusal.value).startswith(found)


# --- To-date spans ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("grain", "year_ends"), [("month", [12]), ("quarter", [10, 11, 12]), ("year", range(1, 13))])
def test_every_to_date_span_of_thirty_years_matches_that_of_the_prior_year(grain, year_ends):
    for month in year_ends:  # a quarter is the same for every third year end, a month for all
        calendar = Calendar(fiscal_year_ends=month)
        start, end = calendar.start(FIRST, grain), calendar.end(FIRST, grain)
        for day in (FIRST + ONE_DAY * n for n in range((LAST - FIRST).days + 1)):
            if day == end:
                start, end = end, calendar.end(end, grain)
            assert (start, day + ONE_DAY) == calendar.to_date(day, grain)
            before, until = calendar.to_date_last_year(day, grain)
            assert (start.year - 1, start.month, 1) == (before.year, before.month, before.day)
            whole = calendar.end(before, grain)
            assert until == (whole if day + ONE_DAY == end else same_day_last_year(day) + ONE_DAY)
            assert until <= whole
            assert abs((day + ONE_DAY - start) - (until - before)) <= ONE_DAY


@pytest.mark.parametrize(
    ("what", "day", "grain", "expected"),
    [
        ("before a leap day", date(2024, 2, 28), "month", (date(2023, 2, 1), date(2023, 3, 1))),
        ("a leap day closes its month", date(2024, 2, 29), "month", (date(2023, 2, 1), date(2023, 3, 1))),
        ("a leap day in a year", date(2024, 2, 29), "year", (date(2023, 1, 1), date(2023, 3, 1))),
        ("a whole February with a whole one", date(2025, 2, 28), "month", (date(2024, 2, 1), date(2024, 3, 1))),
        ("the same date in a year", date(2025, 2, 28), "year", (date(2024, 1, 1), date(2024, 2, 29))),
        ("after a leap day", date(2025, 3, 2), "year", (date(2024, 1, 1), date(2024, 3, 3))),
        ("the 31st", date(2025, 8, 31), "quarter", (date(2024, 7, 1), date(2024, 9, 1))),
        ("a week", date(2025, 9, 24), "week", (date(2024, 9, 23), date(2024, 9, 26))),
    ],
)
def test_the_same_span_of_the_prior_year(what, day, grain, expected):
    assert expected == Calendar().to_date_last_year(day, grain)


# --- Retail calendars ------------------------------------------------------------------------------------

# The National Retail Federation's calendar: 4-5-4, weeks end on Saturday, years end in January. It names a year
# by the one it begins in; here it is named by the one it ends in.
NRF = Calendar("saturday", 1, "4-5-4")


@pytest.mark.parametrize(
    ("first", "weeks", "label"),
    [
        (date(2011, 1, 30), 52, "FY12"),
        (date(2012, 1, 29), 53, "FY13"),
        (date(2017, 1, 29), 53, "FY18"),
        (date(2022, 1, 30), 52, "FY23"),
        (date(2023, 1, 29), 53, "FY24"),
        (date(2024, 2, 4), 52, "FY25"),
    ],
)
def test_retail_years_begin_where_the_published_calendar_says(first, weeks, label):
    assert (first, label) == (NRF.start(first, "year"), NRF.label(first, "year"))
    assert timedelta(weeks=weeks) == NRF.end(first, "year") - first
    assert NRF.start(first - ONE_DAY, "year") < first


def test_week_53_lies_in_the_last_month_of_a_retail_year():
    day = date(2024, 2, 3)
    assert (2024, 53) == NRF.week_number(day)
    assert (date(2023, 12, 31), date(2024, 2, 4)) == (NRF.start(day, "month"), NRF.end(day, "month"))
    assert ("FY24 P12", "FY24 Q4") == (NRF.label(day, "month"), NRF.label(day, "quarter"))
    assert (2025, 1) == NRF.week_number(day + ONE_DAY)


def test_a_retail_span_to_date_is_compared_week_by_week():
    # Five weeks of December and January against the four that the last month of the year before had.
    assert (date(2023, 1, 1), date(2023, 1, 29)) == NRF.to_date_last_year(date(2024, 2, 3), "month")
    assert (date(2022, 1, 30), date(2022, 2, 6)) == NRF.to_date_last_year(date(2023, 2, 4), "year")


@pytest.mark.parametrize("pattern", PATTERNS)
def test_retail_periods_tile_thirty_years_in_every_calendar(pattern):
    weeks_of = {"month": {4, 5, 6}, "quarter": {13, 14}, "year": {52, 53}}
    for weekday, month in product(WEEKDAYS if pattern == "4-4-5" else ["saturday"], range(1, 13)):
        calendar = Calendar(weekday, month, pattern)
        starts = {}
        for grain, sizes in weeks_of.items():
            start, starts[grain] = calendar.start(FIRST, grain), set()
            while start <= LAST:
                starts[grain].add(start)
                end = calendar.end(start, grain)
                assert divmod((end - start).days, 7) in {(weeks, 0) for weeks in sizes}
                assert start == calendar.start(end - ONE_DAY, grain)
                start = end
            assert weekday == WEEKDAYS[(start - ONE_DAY).weekday()]
        assert {start for start in starts["year"] if start >= FIRST} <= starts["quarter"]
        assert {start for start in starts["quarter"] if start >= FIRST} <= starts["month"]


@given(st.builds(Calendar, st.sampled_from(WEEKDAYS), st.integers(1, 12), st.sampled_from(list(PATTERNS))), DAYS)
def test_a_retail_calendar_answers_for_every_day(calendar, day):
    for grain in GRAINS:
        start, end = calendar.start(day, grain), calendar.end(day, grain)
        assert start <= day < end
        assert calendar.label(day, grain)
        before, until = calendar.to_date_last_year(day, grain)
        assert before == calendar.start(before, grain)
        assert until - before in (day + ONE_DAY - start, calendar.end(before, grain) - before)
    year, week = calendar.week_number(day)
    assert 1 <= week <= 53
    assert f"FY{year % 100:02d}" == calendar.label(day, "year")
    month_end = add_months(date(year, calendar.fiscal_year_ends, 1), 1) - ONE_DAY
    assert abs(calendar.end(day, "year") - ONE_DAY - month_end) <= timedelta(days=3)


def test_twelve_months_of_a_retail_year_are_numbered():
    month, labels = NRF.start(date(2023, 2, 1), "year"), []
    for _ in range(12):
        labels.append(NRF.label(month, "month"))
        month = NRF.next(month, "month")
    assert [f"FY24 P{n}" for n in range(1, 13)] == labels
    assert NRF.start(date(2024, 2, 4), "year") == month
