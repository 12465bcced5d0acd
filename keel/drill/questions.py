"""What a drill asks `measure` for: the number in one place, its parts, and what is below and behind them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from keel import ui
from keel.catalogue import Metric
from keel.drill import bars
from keel.drill.bars import Level
from keel.drill.places import CUSTOMER, NO_CUSTOMER, ORDERS, Place, choices
from keel.errors import PrivacyError
from keel.periods import DAY

MOST_CUSTOMERS = 50


@dataclass(frozen=True)
class View:
    """What one drill shows: a metric over a span, inside the shared filters; members: dimension -> its members."""

    metric: Metric
    span: "ui.Span"
    filters: Mapping[str, str]
    members: Mapping[str, Sequence[str]]

    def at(self, place: Place) -> dict[str, str]:
        """Filters and steps together."""
        return {**self.filters, **place.only}

    @property
    def grain(self) -> str:
        """The grain by which a metric of whole periods is told."""
        return ui.view().grain_of(self.metric)

    @property
    def start(self) -> date:
        """The first day in view; groups of people who answered are told by whole months."""
        return self.span.start.replace(day=1) if self.metric.rule == "answers" else self.span.start

    def closed(self) -> "View":
        """The view up to the close of the last month by which groups are told: so far the company is beside its groups."""
        asked = {"by": self.metric.dimensions[:1], "start": self.start, "end": self.span.end}
        months = set(ui.ask("series", metric_id=self.metric.id, grain="month", **asked).frame["period"])
        last = ui.store().settings.calendar.end(max(months), "month") - DAY if months else self.span.end
        return replace(self, span=replace(self.span, end=min(last, self.span.end)))


def choices_of(view: View, place: Place) -> list[str]:
    """What the place can be split by, the usual one first; empty where it goes no further."""
    if view.metric.rule == "records" and place.steps and not _is_open(view):
        return []
    return choices(view.metric, {**view.at(place), **dict(place.steps)}, view.members)


def level_asked(names: list[str]) -> str:
    """The level in view: the one the address asks for, where the place has it, else the usual one; "" for none."""
    asked = st.query_params.get("by", "")
    return asked if asked in names else next(iter(names), "")


def level_below(view: View, place: Place, level: str) -> str:
    """The level that a click on a bar of this level opens; "" where there is none."""
    if level == CUSTOMER:
        return ORDERS
    if view.metric.rule == "records" and (place.steps or not _is_open(view)):
        return ""
    following = level_asked(choices(view.metric, {**view.at(place), level: ""}, view.members))
    return following if following == CUSTOMER or len(view.members.get(following, ())) > 1 else ""


def _is_open(view: View) -> bool:
    """Whether HR records may be told by two dimensions at once: if no group of the whole table is hidden.

    With the totals of both dimensions on the screen, a hidden group is what is left of its row or column.
    """
    names = view.metric.dimensions
    return len(names) == 2 and not parts(view, names, {})["hidden"].any()


def parts(view: View, by: Sequence[str], only: Mapping[str, str]) -> pd.DataFrame:
    """The metric in view by the members of some dimensions: a series' frame of one period."""
    frame: pd.DataFrame = ui.ask(
        "breakdown",
        metric_id=view.metric.id,
        by=tuple(by),
        only=dict(only),
        grain=view.grain,
        start=view.start,
        end=view.span.end,
    )
    return frame


def number_at(view: View, place: Place, shown: Level | None) -> pd.Series | None:
    """The number at the place with its n and what hides it; None where there is none."""
    if shown is not None and shown.adds_up:
        return pd.Series({"value": shown.rows["value"].sum(), "n": np.nan, "hidden": False})
    try:
        found = parts(view.closed() if view.metric.rule == "answers" else view, (), view.at(place))
    except PrivacyError:  # said where its parts would be drawn
        return pd.Series({"value": np.nan, "n": np.nan, "hidden": True})
    return found.iloc[-1] if len(found) else None


def asked_of(view: View, place: Place) -> tuple[Any, ...]:
    """All that a place's answers depend on but the data."""
    return view.metric.id, view.span.words, ui.view(), place.path, st.query_params.get("by", "")


def made(view: View, place: Place, make: Callable[[], Any], *asked: Any) -> Any:
    """What is made of a place's answers, as `ui.made` remembers it."""
    return ui.made(make, "drill", *asked_of(view, place), *asked)


def level_at(view: View, place: Place, level: str) -> Level:
    """One level in one place, with what a click on its bars opens. Raises PrivacyError."""
    found: Level = made(view, place, lambda: _level_at(view, place, level), "level", level)
    return found


def _level_at(view: View, place: Place, level: str) -> Level:
    only, following = view.at(place), level_below(view, place, level)
    if level == CUSTOMER:
        rows, adds_up, shut = _customers(view, only), True, set[str]()
    else:
        frame = _split(view, level, only)
        adds_up = _adds_up_by(view, frame, only)
        rows = bars.level_rows(frame, by=level, adds_up=adds_up)
        shut = _shut(view, level, following, only, rows["member"].tolist())
    return _named(view, level, following, rows, adds_up=adds_up, shut=shut)


def _named(
    view: View, level: str, following: str, rows: pd.DataFrame, *, adds_up: bool, shut: Collection[str] = ()
) -> Level:
    """A level with its words: what it is, and what a click on its bars opens."""
    opens = "the orders" if following == ORDERS else ui.dimension_label(following).lower()
    title = f"{view.metric.label} by {ui.dimension_label(level).lower()}"
    currency = ui.store().settings.currency
    return Level(view.metric, currency, level, title, rows, adds_up, opens if following else "", shut)


def _split(view: View, level: str, only: Mapping[str, str]) -> pd.DataFrame:
    """The rows of one level. Of HR records: those of the table of both dimensions, so that all views of it hide the same."""
    if view.metric.rule != "records" or not only:
        return parts(view, (level,), only)
    frame = parts(view, view.metric.dimensions[:2], {})
    for name, member in only.items():
        frame = frame[frame[name] == member]
    return frame.reset_index(drop=True)


def _adds_up_by(view: View, frame: pd.DataFrame, only: Mapping[str, str]) -> bool:
    """Whether the rows of a level are parts of the number at the place: nothing hidden, nobody counted twice."""
    metric = view.metric
    if metric.roll != "sum" or metric.unit not in ("money", "count") or frame["hidden"].any():
        return False
    if metric.grain == "day":  # rows are summed: of any split alike (tests/test_measure.py)
        return True
    whole = parts(view, (), only)
    return len(whole) == 1 and bool(np.isclose(frame["value"].sum(), whole["value"].iloc[0]))


def _below(view: View, level: str, following: str, only: Mapping[str, str]) -> pd.DataFrame | None:
    """The level below every bar of this one in one answer: a series' frame by both; None where it is not of groups."""
    if following in ("", CUSTOMER, ORDERS):
        return None
    try:
        return parts(view, tuple(name for name in view.metric.dimensions if name in (level, following)), only)
    except PrivacyError:  # there are groups, and none of them may be shown
        return pd.DataFrame({level: [], following: [], "value": [], "hidden": pd.Series(dtype=bool)})


def _shut(view: View, level: str, following: str, only: Mapping[str, str], members: Sequence[str]) -> set[str]:
    """The members whose next level holds nothing that may be shown: a click there would be refused."""
    below = _below(view, level, following, only) if view.metric.min_people else None
    return set() if below is None else set(members) - set(below[~below["hidden"]][level])


def next_levels(view: View, place: Place, shown: Level) -> dict[str, Level]:
    """The next level of each bar that opens to a group; customers are fetched when the page is at rest."""
    following = level_below(view, place, shown.name)
    parts = _below(view, shown.name, following, view.at(place))
    if parts is None:
        return {}
    after, found = level_below(view, place.then(shown.name, ""), following), {}
    open_rows = shown.rows[~shown.rows["hidden"] & ~shown.rows["member"].isin(list(shown.shut))]
    for member, value in zip(open_rows["member"], open_rows["value"], strict=True):
        group = parts[parts[shown.name] == member].drop(columns=shown.name)
        # of sums by day, pairs that do not occur come as 0
        if view.metric.roll == "sum" and view.metric.grain == "day":
            group = group[group["num"] != 0]
        adds_up = shown.adds_up and not group["hidden"].any() and bool(np.isclose(group["value"].sum(), value))
        rows = bars.level_rows(group, by=following, adds_up=adds_up)
        found[str(member)] = _named(view, following, after, rows, adds_up=adds_up)
    return found


def _customers(view: View, only: Mapping[str, str]) -> pd.DataFrame:
    """The customers behind the number, the largest first, then the others in one and the lines without a customer."""
    what = "margin" if view.metric.id == "gross_margin" else "revenue"
    rows = ui.ask(
        "customers_behind", start=view.span.start, end=view.span.end, only=dict(only), most=MOST_CUSTOMERS, order=what
    )
    rest = [f"{count:,} more customers" for count in rows["customers"]]
    labels = [
        {"one": name or customer, "rest": others, "none": NO_CUSTOMER}[part]
        for part, customer, name, others in zip(rows["part"], rows["customer_id"], rows["name"], rest, strict=True)
    ]
    members = [
        {"one": customer, "rest": "", "none": NO_CUSTOMER}[part]
        for part, customer in zip(rows["part"], rows["customer_id"], strict=True)
    ]
    return bars.checked(rows.assign(member=members, label=labels, value=rows[what].astype(float)))


def level_above(view: View, place: Place) -> Level | None:
    """The level one step up; None at the top."""
    if not place.steps:
        return None
    return level_at(view, Place(place.steps[:-1]), place.steps[-1][0])


def margins(view: View, shown: Level, rows: pd.DataFrame) -> list[float | None]:
    """The gross margin of each row of a level of revenue."""
    place = Place.from_url(view.metric).within(view.metric, view.filters)
    margin = View(ui.known_metrics()["gross_margin"], view.span, view.filters, view.members)
    frame = parts(margin, (shown.name,), margin.at(place))
    found = dict(zip(frame[shown.name], frame["value"], strict=True)) if len(frame) else {}
    return [found.get(member) for member in rows["member"]]
