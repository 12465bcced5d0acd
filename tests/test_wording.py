from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keel.errors import SettingsError
from keel.wording import (
    DASH,
    MINUS,
    NBSP,
    NO_DATA,
    UNITS,
    change,
    day,
    day_year,
    exact,
    interval,
    number,
    plural,
    span,
    tone,
)

MISSING = (None, float("nan"), np.float64("nan"), pd.NaT, pd.NA, float("inf"), float("-inf"), Decimal("nan"))


def plain(text):
    """What a person reads: the special space and the real minus as typed on a keyboard."""
    assert "-" not in text
    return text.replace(NBSP, " ").replace(MINUS, "-")


NUMBERS = [
    # unit, value, as a card shows it, as a table does
    ("money", 1_240_345.20, "1.24 M", "1,240,345.20"),
    ("money", 12_345, "12.3 k", "12,345.00"),
    ("money", 840, "840", "840.00"),
    ("money", 84.37, "84.37", "84.37"),
    ("money", 84.5, "84.50", "84.50"),
    ("money", 5, "5", "5.00"),
    ("money", 999.4, "999", "999.40"),
    ("money", 999.5, "1.00 k", "999.50"),
    ("money", 1_000, "1.00 k", "1,000.00"),
    ("money", 9_995, "10.0 k", "9,995.00"),
    ("money", 99_950, "100 k", "99,950.00"),
    ("money", 999_499, "999 k", "999,499.00"),
    ("money", 999_950, "1.00 M", "999,950.00"),
    ("money", 999_950_000, "1.00 bn", "999,950,000.00"),
    ("money", 2.5e12, "2.50 tn", "2,500,000,000,000.00"),
    ("money", 1e15, "1,000 tn", "1,000,000,000,000,000.00"),
    ("money", 99.996, "100", "100.00"),
    ("money", -0.04, "-0.04", "-0.04"),
    ("money", -0.004, "0", "0.00"),
    ("money", -1_240_000, "-1.24 M", "-1,240,000.00"),
    ("money", Decimal("2.675"), "2.68", "2.68"),
    ("money", 2.675, "2.68", "2.68"),  # as it is written, though the float lies below
    ("money", 0, "0", "0.00"),
    ("count", 840, "840", "840"),
    ("count", 999.5, "1.00 k", "999.5"),
    ("count", 1_204, "1.20 k", "1,204"),
    ("count", 12_345, "12.3 k", "12,345"),
    ("count", 12.34, "12.3", "12.34"),
    ("count", 12.0, "12", "12"),
    ("count", 100, "100", "100"),
    ("count", -0.04, "-0.04", "-0.04"),
    ("count", np.int64(7), "7", "7"),
    ("count", 0, "0", "0"),
    ("rate", 0.841, "84.1 %", "84.10 %"),
    ("rate", 0.84125, "84.1 %", "84.13 %"),
    ("rate", 1, "100.0 %", "100.00 %"),
    ("rate", 0, "0.0 %", "0.00 %"),
    ("rate", -0.04, "-4.0 %", "-4.00 %"),
    ("rate", -0.0004, "0.0 %", "-0.04 %"),
    ("rate", 12.5, "1,250.0 %", "1,250.00 %"),
    ("rate_bps", 0.4235, "42.4 %", "42.35 %"),
    ("points", 32, "32", "32.0"),
    ("points", 31.5, "32", "31.5"),
    ("points", -31.5, "-32", "-31.5"),
    ("points", -0.04, "0", "0.0"),
    ("points", -100, "-100", "-100.0"),
    ("score", 5.43, "5.4", "5.43"),
    ("score", 5.45, "5.5", "5.45"),
    ("score", 5, "5.0", "5.00"),
    ("score", -0.04, "0.0", "-0.04"),
    ("days", 45, "45 days", "45 days"),
    ("days", 45.5, "46 days", "45.5 days"),
    ("days", 2.5, "2.5 days", "2.5 days"),
    ("days", 1, "1 day", "1 day"),
    ("days", 1_240, "1,240 days", "1,240 days"),
    ("days", 0, "0 days", "0 days"),
]


@pytest.mark.parametrize(("unit", "value", "shown", "whole"), NUMBERS)
def test_a_number_is_shown_by_its_unit(unit, value, shown, whole):
    assert (shown, whole) == (plain(number(value, unit)), plain(exact(value, unit)))


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("value", MISSING, ids=repr)
def test_what_is_missing_is_no_data_in_every_unit(unit, value):
    assert "no data" == number(value, unit) == exact(value, unit) == interval(value, 1, unit)
    assert ("n/a on last week", None) == change(value, 1, unit) == change(1, value, unit)


@pytest.mark.parametrize(
    ("value", "currency", "expected"),
    [
        (1_240_000, "€", "€1.24 M"),
        (1_240_000, "EUR", "EUR 1.24 M"),
        (-1_240_000, "€", "-€1.24 M"),
        (0, "$", "$0"),
        (None, "$", "no data"),
    ],
)
def test_money_may_carry_its_currency(value, currency, expected):
    assert expected == plain(number(value, "money", currency=currency))


def test_only_money_carries_a_currency():
    assert "12" == number(12, "count", currency="€")
    assert "€12.50" == exact(12.5, "money", currency="€")


def test_number_and_unit_do_not_part_at_the_end_of_a_line():
    shown = [number(1e6, "money", currency="EUR"), number(0.5, "rate"), number(9, "days")]
    assert not any(" " in text for text in shown)
    assert change(2, 1, "count")[0].startswith(f"▲{NBSP}100{NBSP}% on")


CHANGES = [
    # unit, now, before, words, direction
    ("money", 1_031, 1_000, "▲ 3.1 % on last week", 1),
    ("money", 1_080, 1_000, "▲ 8 % on last week", 1),
    ("money", 500, 1_000, "▼ 50 % on last week", -1),
    ("money", 1_123, 1_000, "▲ 12.3 % on last week", 1),
    ("money", 12_500, 1_000, "▲ 1,150 % on last week", 1),
    ("money", 13_345, 1_000, "▲ 1,235 % on last week", 1),
    ("money", 1_000, 1_000, "no change on last week", 0),
    ("money", 1_000.4, 1_000, "no change on last week", 0),
    ("money", 1_000.5, 1_000, "▲ 0.1 % on last week", 1),
    ("money", -500, 1_000, "▼ 150 % on last week", -1),
    ("money", 0, 1_000, "▼ 100 % on last week", -1),
    ("money", 5, 0, "n/a on last week", None),
    ("money", 0, 0, "n/a on last week", None),
    ("money", 5, -5, "n/a on last week", None),
    ("count", 12, 10, "▲ 20 % on last week", 1),
    ("count", 12, 0, "n/a on last week", None),
    ("rate", 0.841, 0.822, "▲ 1.9 pts on last week", 1),
    ("rate", 0.83, 0.84, "▼ 1 pt on last week", -1),
    ("rate", 0.5, 0, "▲ 50 pts on last week", 1),
    ("rate", 0.8404, 0.84, "no change on last week", 0),
    ("rate_bps", 0.4245, 0.42, "▲ 45 bps on last week", 1),
    ("rate_bps", 0.41, 0.42, "▼ 100 bps on last week", -1),
    ("rate_bps", 0.42004, 0.42, "no change on last week", 0),
    ("points", 32, 35, "▼ 3 pts on last week", -1),
    ("points", 12, 0, "▲ 12 pts on last week", 1),
    ("points", -4, 4, "▼ 8 pts on last week", -1),
    ("points", 32.4, 32, "no change on last week", 0),
    ("score", 5.6, 5.4, "▲ 0.2 pts on last week", 1),
    ("score", 5.44, 5.4, "no change on last week", 0),
    ("days", 46, 45, "▲ 1 day on last week", 1),
    ("days", 30, 45, "▼ 15 days on last week", -1),
    ("days", 45, 0, "▲ 45 days on last week", 1),
]


@pytest.mark.parametrize(("unit", "now", "before", "words", "direction"), CHANGES)
def test_a_change_is_said_by_its_unit(unit, now, before, words, direction):
    text, found = change(now, before, unit)
    assert (words, direction) == (plain(text), found)


def test_a_change_says_what_it_is_against():
    assert "▼ 3 pts on last year" == plain(change(32, 35, "points", against="last year")[0])
    assert "n/a on last quarter" == change(1, 0, "money", against="last quarter")[0]


@pytest.mark.parametrize(
    ("direction", "better", "expected"),
    [
        (1, "up", "good"),
        (-1, "up", "bad"),
        (1, "down", "bad"),
        (-1, "down", "good"),
        (1, "neither", "neutral"),
        (-1, "neither", "neutral"),
        (0, "up", "neutral"),
        (0, "down", "neutral"),
        (None, "up", "neutral"),
        (None, "neither", "neutral"),
    ],
)
def test_colour_follows_the_declared_direction(direction, better, expected):
    assert expected == tone(direction, better)


@pytest.mark.parametrize(
    ("low", "high", "unit", "expected"),
    [
        (31, 45, "points", "31 to 45"),
        (-1.36, 47.88, "points", "-1 to 48"),
        (0.2553, 0.3662, "rate", "25.5 to 36.6 %"),
        (-0.02, 0.01, "rate_bps", "-2.0 to 1.0 %"),
        (1_200_000, 1_400_000, "money", "1.20 M to 1.40 M"),
        (5.16, 5.84, "score", "5.2 to 5.8"),
        (31, 45, "days", "31 to 45 days"),
        (1, 2, "days", "1 to 2 days"),
        (float("nan"), 45, "points", "no data"),
        (31, None, "points", "no data"),
    ],
)
def test_an_interval_says_both_ends_and_its_unit(low, high, unit, expected):
    assert expected == plain(interval(low, high, unit))


def test_days_are_named_in_english_whatever_the_computer_speaks():
    assert "27 Sep" == day(date(2026, 9, 27))
    assert "1 May" == day(pd.Timestamp("2026-05-01"))
    assert "27 Sep 2026" == day_year(datetime(2026, 9, 27, 12))


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2025, 9, 22), date(2025, 9, 28), "22 Sep–28 Sep"),
        (date(2025, 9, 29), date(2025, 10, 5), "29 Sep–5 Oct"),
        (date(2025, 12, 29), date(2026, 1, 4), "29 Dec 2025–4 Jan 2026"),
        (date(2024, 9, 28), date(2025, 9, 28), "28 Sep 2024–28 Sep 2025"),
        (date(2025, 9, 28), date(2025, 9, 28), "28 Sep"),
    ],
)
def test_a_span_says_its_years_only_where_they_differ(first, last, expected):
    assert expected == span(first, last)
    assert DASH == "–"


@pytest.mark.parametrize("missing", [None, pd.NaT, float("nan")])
def test_no_day_is_no_data(missing):
    some = date(2026, 1, 1)
    assert {NO_DATA} == {day(missing), day_year(missing), span(missing, some), span(some, missing)}


@pytest.mark.parametrize(
    ("n", "noun", "many", "expected"),
    [
        (1, "customer", None, "1 customer"),
        (0, "customer", None, "0 customers"),
        (1204, "customer", None, "1,204 customers"),
        (2, "person", "people", "2 people"),
        (1, "person", "people", "1 person"),
        (1.0, "week", None, "1 week"),
        (-1, "customer", None, "-1 customer"),
        (None, "customer", None, "no data"),
    ],
)
def test_a_noun_agrees_with_its_number(n, noun, many, expected):
    assert expected == plural(n, noun, many=many).replace(MINUS, "-")


@pytest.mark.parametrize(
    "ask",
    [
        lambda: number(1, "kg"),
        lambda: exact(1, ""),
        lambda: change(1, 1, "percent"),
        lambda: interval(1, 2, "Rate"),
        lambda: tone(1, "higher"),
    ],
)
def test_a_unit_or_direction_nobody_knows_is_refused_with_the_way_out(ask):
    with pytest.raises(SettingsError, match=r"^catalogue.toml, (unit|better): found .*; expected .*\. .*\.$"):
        ask()


def test_a_value_that_is_no_number_is_a_mistake_and_not_missing():
    with pytest.raises(TypeError, match="must be a number or missing"):
        number("many", "count")


@given(st.floats(), st.sampled_from(UNITS))
def test_every_float_has_words_and_zero_no_sign(value, unit):
    for text in (number(value, unit), exact(value, unit)):
        assert text
        assert not (text.startswith(MINUS) and not any(figure in text for figure in "123456789"))


@given(st.floats(1, 1e14))
def test_an_amount_shown_is_within_half_a_unit_of_its_third_digit(value):
    shown = number(value, "count").split(NBSP)
    factor = {"": 1, "k": 1e3, "M": 1e6, "bn": 1e9, "tn": 1e12}[shown[1] if len(shown) > 1 else ""]
    assert float(shown[0]) * factor == pytest.approx(value, rel=0.005)
    assert float(shown[0]) < 1000


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9), st.sampled_from(UNITS))
def test_the_arrow_and_the_direction_agree(now, before, unit):
    text, direction = change(now, before, unit)
    assert {"▲": 1, "▼": -1, "n": 0}[text[0]] == (direction or 0)
    if direction:
        assert direction == (1 if now > before else -1)
