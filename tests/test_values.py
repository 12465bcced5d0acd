"""Text cells become dates, numbers, identifiers and yes or no; the style of a column is decided from all of it."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keel import values
from keel.errors import InputError

TODAY = date(2026, 9, 27)


def column(*words):
    return pa.chunked_array([list(words)], pa.string())


def dates(*words, order="dmy", span="", latest=TODAY):
    return values.dates(column(*words), order=order, latest=latest, span=span)


def numbers(*words, places=4):
    return values.numbers(column(*words), places=places)


# Dates


@pytest.mark.parametrize(
    "word",
    [
        "2024-02-03", "2024/2/3", "2024.02.03", "20240203", "03/02/2024", "3.2.2024", "03-02-24", "3 Feb 2024",
        "3-Feb-24", "03 February 2024", "Feb 3, 2024", "February 3rd, 2024", " 2024-02-03 ", "2024-02-03T23:59:59Z",
        "2024-02-03 23:59:59.999 +02:00", "3/2/2024 11:30 PM", "3 Feb 2024, 08:15",
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_usual_writing_and_its_time_is_dropped(word):
    found = dates(word)
    assert [date(2024, 2, 3)] == found.values.to_pylist()
    assert {} == found.faults


def test_two_digits_are_of_the_last_century_from_69_on():
    assert [date(1969, 2, 1), date(2068, 2, 1)] == dates(
        "01/02/69", "01/02/68", latest=date(2100, 1, 1)
    ).values.to_pylist()


def test_the_same_words_are_another_day_month_first():
    assert [date(2024, 3, 2)] == dates("03/02/2024", order="mdy").values.to_pylist()


@pytest.mark.parametrize("word", ["31/02/2024", "2024-13-01", "32.01.2024", "3 Foo 2024", "soon", "2024", "45000", "0"])
def test_what_is_no_day_is_a_fault_with_the_word_and_the_reason(word):
    found = dates("2024-01-01", word)
    assert [date(2024, 1, 1), None] == found.values.to_pylist()
    assert {1: (word, "a date was expected")} == found.faults


def test_a_year_before_1900_is_a_fault():
    assert {0: ("0002-01-01", "a date from 1900 on was expected")} == dates("0002-01-01").faults


def test_the_last_day_allowed_is_taken_and_the_next_one_is_a_fault():
    found = dates("2026-09-27", "2026-09-28")
    assert [TODAY, None] == found.values.to_pylist()
    assert {1: ("2026-09-28", "a date up to 2026-09-27 was expected, not one in the future")} == found.faults


def test_words_for_nothing_are_empty_and_no_fault():
    found = dates("", "N/A", "nan", "-", "null", "keine Angabe")
    assert [None] * 6 == found.values.to_pylist()
    assert {} == found.faults


@pytest.mark.parametrize(
    ("words", "order"),
    [
        (["03/02/2024", "13/02/2024"], "dmy"),
        (["03/02/2024", "02/13/2024"], "mdy"),
        (["03.02.2024"], "dmy"),
        (["2024-02-03", "3 Feb 2024"], ""),
        (["03/03/2024"], ""),
        (["13/02/2024", "14/02/2024", "02/13/2024"], "dmy"),
    ],
)
def test_the_order_of_day_and_month_is_decided_from_the_whole_column(words, order):
    assert order == values.date_order(words, where="orders.csv, column Date")


@pytest.mark.parametrize("words", [["03/02/2024", "04/05/2024"], ["13/02/2024", "02/13/2024"]])
def test_what_nothing_decides_is_asked_with_the_way_to_answer(words):
    with pytest.raises(InputError) as caught:
        values.date_order(words, where="orders.csv, column Date")
    assert str(caught.value).startswith("orders.csv, column Date: ")
    assert "--set dates=dmy" in str(caught.value)


@pytest.mark.parametrize(
    ("word", "first", "last"),
    [
        ("2009", date(2009, 1, 1), date(2009, 12, 31)),
        ("2009.0", date(2009, 1, 1), date(2009, 12, 31)),
        ("2009 Q3", date(2009, 7, 1), date(2009, 9, 30)),
        ("Q3 2009", date(2009, 7, 1), date(2009, 9, 30)),
        ("2009Q3", date(2009, 7, 1), date(2009, 9, 30)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("Feb 2023", date(2023, 2, 1), date(2023, 2, 28)),
        ("December 2023", date(2023, 12, 1), date(2023, 12, 31)),
    ],
)
def test_a_year_a_quarter_or_a_month_is_its_first_or_its_last_day(word, first, last):
    assert [first, last] == [values.parse_span(word, edge) for edge in ("first", "last")]


def test_a_year_is_a_day_only_where_a_span_may_stand():
    assert [None] == dates("2009").values.to_pylist()
    assert [date(2009, 12, 31)] == dates("2009", span="last").values.to_pylist()


@given(st.dates(date(1900, 1, 1), TODAY))
def test_every_day_survives_each_way_of_writing_it(day):
    written = [f"{day:%Y-%m-%d}", f"{day:%d.%m.%Y}", f"{day.day} {day:%b} {day:%Y}", f"{day:%Y%m%d}"]
    assert [day] * 4 == dates(*written).values.to_pylist()
    assert [day] == dates(f"{day:%m/%d/%Y}", order="mdy").values.to_pylist()


# Numbers


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("12", "12"), ("12.50", "12.5"), ("-12.5", "-12.5"), ("+3", "3"), ("1,234.50", "1234.5"), ("1'234.50", "1234.5"),
        ("€ 3.20", "3.2"), ("$1,000", "1000"), ("12 EUR", "12"), ("£9.99", "9.99"), ("(12.50)", "-12.5"),
        ("($1,234.50)", "-1234.5"), ("12.5-", "-12.5"), ("−4", "-4"), ("84%", "0.84"), ("84 %", "0.84"), ("1e3", "1000"),
        ("2.5E-2", "0.025"), (".5", "0.5"), ("1\u00a0234.5", "1234.5"), ("0", "0"),
    ],
)  # fmt: skip
def test_a_number_is_read_in_every_usual_writing(word, number):
    found = numbers(word)
    assert [Decimal(number)] == found.values.to_pylist()
    assert {} == found.faults


@pytest.mark.parametrize("word", ["twelve", "12 apples", "1.2.3.x", "--5", "1/2", "inf", "1e99", "0x10", "()"])
def test_text_in_a_column_of_numbers_is_a_fault(word):
    found = numbers("1.5", word)
    assert [Decimal("1.5"), None] == found.values.to_pylist()
    assert {1: (word, "a number was expected")} == found.faults


def test_a_number_of_more_digits_than_money_has_is_a_fault():
    (word, reason) = numbers("99999999999999", "100000000000000").faults[1]
    assert ("100000000000000", "a number below 100,000,000,000,000 was expected") == (word, reason)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["3,5", "12,25"], ["3.5", "12.25"]),
        (["1.234,50", "3"], ["1234.5", "3"]),
        (["1,234.50", "3"], ["1234.5", "3"]),
        (["1,234", "12,345"], ["1234", "12345"]),
        (["1,234", "0,5"], ["1.234", "0.5"]),
        (["1.234.567", "1.234.568"], ["1234567", "1234568"]),
        (["€ 1.234,50", "(2,00)"], ["1234.5", "-2"]),
        (["1234.5", "1.250"], ["1234.5", "1.25"]),
    ],
)
def test_the_decimal_mark_is_decided_from_the_whole_column(words, expected):
    assert [Decimal(number) for number in expected] == numbers(*words).values.to_pylist()


def test_a_half_of_the_last_place_is_rounded_away_from_zero():
    assert [Decimal("1.01"), Decimal("-1.01")] == numbers("1.005", "-1.005", places=2).values.to_pylist()


@given(st.decimals(-(10**9), 10**9, places=4, allow_nan=False, allow_infinity=False))
def test_every_amount_survives_with_a_point_or_a_comma(amount):
    assert [amount] == numbers(f"{amount:.4f}").values.to_pylist()
    assert amount == values.parse_number(f"{amount:,.4f}", comma=False)
    turned = f"{amount:,.4f}".translate(str.maketrans(",.", ".,"))
    assert amount == values.parse_number(turned, comma=True)


# Identifiers, text, yes or no


def test_identifiers_that_were_numbers_in_a_spreadsheet_get_their_own_form_back():
    assert ["17850", None, "13047"] == values.identifiers(column("17850.0", "", "13047.0")).values.to_pylist()


def test_identifiers_with_points_of_their_own_are_left_alone():
    assert ["1.0", "2.5", "A"] == values.identifiers(column("1.0", "2.5", "A")).values.to_pylist()


def test_zeros_inside_an_identifier_that_was_a_number_stay():
    # only the end is what a spreadsheet added
    assert ["100"] == values.identifiers(column("100.0")).values.to_pylist()


def test_space_around_text_goes_and_leading_zeros_stay():
    assert ["007", "a b", None] == values.identifiers(column(" 007 ", "a b", "   ")).values.to_pylist()


def test_yes_and_no_are_read_in_several_languages_and_unknown_is_neither():
    found = values.yes_or_no(column("Yes", "ja", "1", "no", "NEIN", "0", "", "unknown", "perhaps"))
    assert [True, True, True, False, False, False, None, None, None] == found.values.to_pylist()
    assert {8: ("perhaps", "yes, no or nothing was expected")} == found.faults


def test_each_row_that_holds_a_faulty_word_is_named():
    assert {1, 3} == set(numbers("1", "x", "2", "x").faults)
