"""What deserves a word, and in which order: worked out by hand."""

import dataclasses

import numpy as np
import pytest

from keel.review import Number, changes, stakes
from keel.signals import signals

STEADY = [10, 11, 9, 10, 11, 10, 9, 11, 10, 9] * 3  # mean moving range about 1.1: limits near 10 ± 3


def number(id, last, *, better="up", stake=None, before=STEADY):
    return Number(id, id.capitalize(), better, signals([*before, last], locked=30), stake, "revenue")


def test_what_is_in_its_usual_range_is_not_told():
    assert [] == changes([number("a", 10), number("b", 11)])
    assert [] == changes([Number("none", "None", "up", signals([]))])


def test_bad_ones_come_first_whatever_the_money():
    found = changes([number("good", 20, stake=1e9), number("bad", 1, stake=1), number("neutral", 20, better="neither")])
    assert [("bad", "bad"), ("neutral", "neutral"), ("good", "good")] == [(one.number.id, one.tone) for one in found]
    assert [("down", "bad")] == [(one.number.id, one.tone) for one in changes([number("down", 20, better="down")])]


def test_then_the_money_at_stake_times_how_far_out_it_is():
    small, large = number("small", 1, stake=100), number("large", 1, stake=1000)
    assert ["large", "small"] == [one.number.id for one in changes([small, large])]
    near, far = number("near", 5, stake=100), number("far", -20, stake=100)
    assert ["far", "near"] == [one.number.id for one in changes([near, far])]


def test_a_signal_comes_before_what_is_worth_watching():
    out = number("watched", 1, stake=1e9)
    point = dataclasses.replace(out.signals.points[-1], status="watch", rules=frozenset({"R3"}))
    watched = dataclasses.replace(out, signals=dataclasses.replace(out.signals, points=(point,)))
    assert ["out", "watched"] == [one.number.id for one in changes([watched, number("out", 20, stake=1)])]


def test_at_most_five_are_told():
    assert 5 == len(changes([number(f"n{i}", 1) for i in range(9)]))
    assert 9 == len(changes([number(f"n{i}", 1) for i in range(9)], most=None))


def test_the_order_does_not_depend_on_the_order_of_the_input():
    numbers = [number(f"n{i}", 1 + i % 3, stake=float(i)) for i in range(6)]
    orders = {
        tuple(one.number.id for one in changes(list(np.random.default_rng(i).permutation(numbers)))) for i in range(5)
    }
    assert 1 == len(orders)


def test_strength_is_one_at_the_edge_of_the_range():
    found = number("a", 1)
    point = found.signals.points[-1]
    edge = dataclasses.replace(point, value=point.low - 1e-9)
    at_edge = dataclasses.replace(found, signals=dataclasses.replace(found.signals, points=(edge,)))
    assert pytest.approx(1.0) == changes([at_edge])[0].strength


def test_a_lead_stands_for_the_money_of_what_it_leads_to():
    leads = {
        "engagement": ["turnover"],
        "turnover": ["nps"],
        "nps": ["revenue", "churn"],
        "churn": [],
        "revenue": [],
        "traffic": [],
    }
    found = stakes(leads, {"revenue": 5e6, "margin": 9e6})
    assert {metric: (5e6, "revenue") for metric in ("engagement", "turnover", "nps", "revenue")} == found


def test_metrics_that_lead_each_other_are_followed_once():
    assert {"a": (3.0, "m"), "b": (3.0, "m")} == stakes({"a": ["b"], "b": ["a", "m"]}, {"m": 3.0})
