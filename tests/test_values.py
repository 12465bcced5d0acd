"""Text cells become dates, numbers, identifiers and yes or no; the style of a column is decided from all of it."""

import unicodedata
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

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


TIMES = {  # of 15 January 2024
    "2024-01-15T10:30:15.000+03:00": "10:30",
    "2024-01-15T22:30:15.123456Z": "22:30",
    "2024-01-15 10:30:15 +0300": "10:30",
    "2024-01-15 10:30:15 UTC": "10:30",
    "2024/01/15 10:30:15 AM GMT+2": "10:30",
    "2024/01/15 10:30:15 PM GMT-03:30": "22:30",
    "20240115 10:30": "10:30",
    "15/01/2024 à 10:30": "10:30",
    "15/01/2024 a las 9:05": "09:05",
    "15/01/2024 10:30:15 p. m.": "22:30",
    "15/01/2024, 12:05 a.m.": "00:05",
    "15/01/2024 12:05:09\u202fPM": "12:05",
    "15.01.2024 10:30:15": "10:30",
    "15.01.2024, 22:30 Uhr": "22:30",
    "15.01.2024 um 7:05": "07:05",
    "15. 1. 2024 7:05": "07:05",
    "\u200e15\u200e/\u200e01\u200e/\u200e2024 10:30": "10:30",
    "15-Jan-2024 03:04:05 PM EST": "15:04",
    "15 janv. 2024 à 10h30": "10:30",
    "Jan 15, 2024 at 10:30 AM": "10:30",
    "Mon, 15 Jan 2024 10:30:15 +0100": "10:30",
    "Mon Jan 15 2024 10:30:15 GMT+0100 (Central European Standard Time)": "10:30",
    "lunes, 15 de enero de 2024, 10:30": "10:30",
    "Montag, 15. Januar 2024": "",
    "15/01/2024": "",
    "2024-01-15": "",
}


@pytest.mark.parametrize("word", TIMES)
def test_what_survey_tools_write_is_a_day_and_a_time_of_day(word):
    assert (date(2024, 1, 15), TIMES[word]) == (values.parse_date(word, "dmy"), values.clock(word))


@pytest.mark.parametrize(
    ("word", "time"),
    [
        ("10:30", "10:30"), ("9:05:07 PM", "21:05"), ("13:30 PM", "13:30"), ("13:30 AM", "13:30"), ("12 Feb 2024", ""), ("", ""), ("soon", ""), ("at 10:30", ""),
        ("15/01/2024 25:30", ""), ("15/01/2024 10:75", ""), ("1/15/24 10:30", "10:30"), ("45307", ""), ("45307.4375", "10:30"),
        ("45307,4375", "10:30"), ("45307.0", ""), ("45307.999999", ""), ("45307.00069444", "00:01"), ("12345.5", ""),
    ],
)  # fmt: skip
def test_the_time_of_day_is_told_where_one_is_written(word, time):
    assert time == values.clock(word)


def test_an_american_time_is_a_day_month_first():
    assert date(2024, 1, 15) == values.parse_date("1/15/24 10:30", "mdy")


MONTHS = {
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en short": "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec",
    "es short": "ene feb mar abr may jun jul ago sept oct nov dic",
    "de short": "Jän. Feb. Mrz. Apr. Mai Jun. Jul. Aug. Sep. Okt. Nov. Dez.",
    "fr short": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
}


@pytest.mark.parametrize("language", MONTHS)
def test_months_are_known_by_their_names_and_abbreviations(language):
    names = MONTHS[language].split()
    days = [date(2024, month, 5) for month in range(1, 13)]
    for form in ("5 {} 2024", "5. {} 2024", "5 de {} de 2024", "{} 5, 2024", "5-{}-24"):
        assert days == [values.parse_date(form.format(name), "") for name in names]
    assert days == [values.parse_date(f"5 {unicodedata.normalize('NFD', name).upper()} 2024", "") for name in names]
    assert [day.replace(day=1) for day in days] == [values.parse_span(f"{name} 2024", "first") for name in names]


@pytest.mark.parametrize(
    "word", ["1er mars 2024", "1º de marzo de 2024", "1st of March 2024", "1. März 2024", "vendredi 1er mars 2024"]
)
def test_the_first_of_a_month_is_read_as_it_is_said(word):
    assert date(2024, 3, 1) == values.parse_date(word, "")


WEEK = {
    "en": "Mon Tuesday Wed. Thurs Friday, Sat. Sunday",
    "es": "lunes mar. miércoles jue. viernes sáb. domingo,",
    "de": "Mo., Dienstag Mi. Donnerstag, Fr. Samstag So.",
    "fr": "lundi mar. mercredi jeu. vendredi sam. dimanche",
}


@pytest.mark.parametrize("language", WEEK)
def test_a_weekday_before_a_date_is_passed_over(language):
    for place, name in enumerate(WEEK[language].split()):
        day = date(2024, 1, 15 + place)
        assert [day, day] == [
            values.parse_date(f"{name} {day:%d.%m.%Y}", "dmy"),
            values.parse_date(f"{name} {day.day} Jan 2024", ""),
        ]


@pytest.mark.parametrize(
    "word", ["Monday", "Someday 15 Jan 2024", "Mon Tue 15 Jan 2024", "5 de 2024", "5 Foo de 2024", "a" * 500]
)
def test_other_words_around_a_date_make_it_none(word):
    assert (None, "") == (values.parse_date(word, "dmy"), values.clock(word))


# 45292 is 1 January 2024 in every spreadsheet program.
@pytest.mark.parametrize(
    ("word", "day"),
    [
        ("45292", date(2024, 1, 1)), ("45307.4375", date(2024, 1, 16)), ("45307,4375", date(2024, 1, 16)),
        ("45307.9999999", date(2024, 1, 17)), ("20000", date(1954, 10, 3)), ("2024-01-15", date(2024, 1, 15)),
        ("19999", None), ("80000", None), ("03/02/2024", None), ("5", None), ("45292x", None),
    ],
)  # fmt: skip
def test_days_as_spreadsheets_count_them_are_read_where_the_column_is_of_them(word, day):
    assert day == values.parse_date(word, "serial")
    if word[0] == "4":
        assert values.parse_date(word, "dmy") is values.parse_date(word, "mdy") is None


@pytest.mark.parametrize(
    ("words", "order"),
    [
        (["45292", "45307.4375"], "serial"),
        (["45292", "", "N/A", "-"], "serial"),
        (["20000", "79999.9"], "serial"),
        (["45292", "2024-01-15"], ""),
        (["45292", "19999"], ""),
        (["45292", "80000"], ""),
        (["45292", "13/02/2024"], "dmy"),
        (["", "N/A"], ""),
        ([], ""),
    ],
)
def test_a_column_is_of_spreadsheet_days_only_where_every_value_is_one(words, order):
    assert order == values.date_order(words, where="survey.csv, column Date")


@given(st.datetimes(datetime(1960, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(microsecond=0)))
def test_every_moment_survives_a_spreadsheet(moment):
    since = moment - datetime(1899, 12, 30)
    word = repr(since.days + since.seconds / 86_400)
    assert (moment.date(), f"{moment:%H:%M}" if since.seconds else "") == (
        values.parse_date(word, "serial"),
        values.clock(word),
    )


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
        (["03/02/2024 à 10:30", "13/02/2024 à 10:30"], "dmy"),
        (["3/2/24 10:30 PM", "2/13/24 1:05 AM"], "mdy"),
        (["Monday 01/02/2023"], "mdy"),  # 2 January was a Monday, 1 February a Wednesday
        (["mercredi 01/02/2023"], "dmy"),
        (["5 de enero de 2024", "5. Januar 2024"], ""),
    ],
)
def test_the_order_of_day_and_month_is_decided_from_the_whole_column(words, order):
    assert order == values.date_order(words, where="orders.csv, column Date")


@pytest.mark.parametrize(
    "words",
    [["03/02/2024", "04/05/2024"], ["13/02/2024", "02/13/2024"], ["03/02/2024 à 10:30"], ["Tuesday 01/02/2023"]],
)
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


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["", "n/a", " ", "-"]),
            st.from_regex(r"-?[0-9]{1,16}(\.[0-9]{1,3})?", fullmatch=True),
            st.from_regex(r"-?[0-9]{1,3}\.[0-9]{1,6}", fullmatch=True),
        )
    ),
    st.sampled_from([2, 4]),
)
def test_numbers_written_plainly_are_what_they_say_however_many_places_and_gaps_they_have(words, places):
    """What is beyond the type's eighteen digits is a fault, never another number."""
    found = numbers(*words, places=places)
    for place, word in enumerate(words):
        if word.strip() in ("", "n/a", "-"):
            expected = None
        elif abs(Decimal(word)) >= 10 ** (18 - places):
            expected = None
            assert place in found.faults
        else:
            expected = Decimal(word).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
            assert place not in found.faults
        assert expected == found.values[place].as_py()


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
