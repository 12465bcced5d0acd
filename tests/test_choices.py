"""Several choices in one cell: which options there are, which of them were chosen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keel import choices


def test_choices_are_split_at_the_separator_and_the_last_one_is_dropped():
    cells = {"Price;Speed;": 1, "Price;": 1, "Colour;": 1}
    assert ("Price", "Speed", "Colour") == choices.options(cells, ";")
    assert ("Price", "Speed") == choices.split("Price;Speed;", ";", choices.options(cells, ";"))


def test_an_option_that_holds_the_separator_stays_whole():
    cells = {"Price, Speed, always": 3, "Speed, always": 2, "Price": 4}
    found = choices.options(cells, ", ")
    assert {"Price", "Speed, always"} == set(found)
    assert ("Price", "Speed, always") == choices.split("Price, Speed, always", ", ", found)


def test_an_option_may_open_with_another():
    cells = {"Price": 3, "Price, all in": 3, "Price, all in, Colour": 2, "Colour": 2}
    assert {"Price", "Price, all in", "Colour"} == set(choices.options(cells, ", "))
    assert ("Price, all in", "Colour") == choices.split("Price, all in, Colour", ", ", choices.options(cells, ", "))


@pytest.mark.parametrize(
    "cells",
    [
        {"Austin, TX": 3, "Dallas, TX": 2, "Boston, MA": 4},  # always two: a place, not choices
        {"It was good, but slow": 1, "Friendly, quick, cheap": 1, "No complaints": 1},
        {"$50,000 - $99,999": 9, "$25,000 - $49,999": 8, "$150,000+": 7},
        {"Speed, always": 4, "Price": 3},  # one choice a cell
        {"Yes": 4, "No": 3},
    ],
)
def test_texts_with_commas_are_no_choices(cells):
    assert "" == choices.separator(cells)


@pytest.mark.parametrize(("cells", "separator"), [
    ({"Price; Speed": 3, "Price": 2, "Speed; Colour": 2}, ";"),
    ({"Price|Speed": 3, "Price": 2, "Speed": 2}, "|"),
    ({"Price, Speed": 3, "Price": 2, "Speed": 2, "Speed, Colour": 2}, ", "),
    ({"Price,Speed": 3, "Price": 2, "Speed": 2, "Speed,Colour": 2}, ","),
])  # fmt: skip
def test_the_separator_is_found(cells, separator):
    assert separator == choices.separator(cells)


OPTIONS = ["Price", "Speed, always", "Colour", "Ease of use", "Größe"]


@given(
    st.lists(st.lists(st.sampled_from(OPTIONS), min_size=1, unique=True), max_size=8), st.sampled_from([";", "|", ", "]),
    st.permutations(OPTIONS),
)  # fmt: skip
def test_any_choices_of_options_each_seen_alone_are_split_again(chosen, separator, order):
    rows = [[option] for option in order] + [order] + chosen
    cells = {}
    for row in rows:
        cell = separator.join(row)
        cells[cell] = cells.get(cell, 0) + 1
    found = choices.options(cells, separator)
    assert set(OPTIONS) == set(found)
    for row in rows:
        assert tuple(row) == choices.split(separator.join(row), separator, found)
