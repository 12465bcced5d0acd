"""Answers of people by groups: what closed waves tell of them, what they hide and why. keel.measure is the door to it.

Which groups there are was settled when each wave closed (keel.closing, by the rules of keel.suppression). Here they are
read, one statement a view, put beside the answers of those who gave their names, and what is hidden gets its reason.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from keel import closing, intervals, suppression
from keel import drivers as driving
from keel.catalogue import MAX_DIMENSIONS, Metric
from keel.errors import PrivacyError
from keel.periods import DAY
from keel.store import Store

WHOLE = "all"  # a grain of one period: the whole span in view
MOST_EXPLAINED = 12  # hidden rows of one view that name the nearest group: looking for it takes a while
NO_MEMBER = "(none)"  # rows that carry no member of the dimension, as people see them
NOTHING_CLOSED = "No month has closed yet in these dates. A month closes with the first upload after its end."
NO_OUTCOME = (
    "The survey has no question that drivers could be held against. Ask in it, too, how likely people are to recommend the "
    "company as a place to work."
)
NOT_SUMMED = (
    "In no month in view did enough people answer every question so that all of them could be put together without revealing "
    "someone (months that closed before Keel 0.7 did not keep what it takes). It comes by itself with a month in which more people "
    "answer everything."
)
OUTCOME = "enps"  # what drivers are held against
OTHER_GROUPS = "more people answered than the roster holds: it does not mean the same group"
_KEYS = ["period", "member", "second_member"]

Named = Callable[[date], pd.DataFrame]


@dataclass(frozen=True)
class Groups:
    """A view by groups: one metric on answers, split `by` up to two dimensions, filtered to a member of any.

    first: first day of the data; start, last: the days in view. floor: the fewest people a number may stand on.
    """

    metric: Metric
    grain: str
    by: tuple[str, ...]
    only: Mapping[str, str]
    first: date
    start: date
    last: date
    floor: int


def by_groups(store: Store, view: Groups, named: Named | None) -> pd.DataFrame:
    """The frame of keel.measure.Series, what may not be told gone and the reason in its place.

    named: the rows of queries/read/series.sql from a day on, where people of the survey gave their names; else None.
    Raises PrivacyError for a filter of which nothing can be told.
    """
    every, metric, calendar = _rows(store, view, named), view.metric, store.settings.calendar
    rows = every if every["is_in_view"].all() else every[every["is_in_view"]].reset_index(drop=True)
    num, den, n, squares, told, asked = (
        rows[name].to_numpy(float) for name in ("num", "den", "people", "squares", "told", "asked")
    )
    untold = (told == 0) & (asked > 0) & ~(rows["named"].to_numpy(float) > 0)
    if view.only and len(untold) and untold.all():
        count_refusals(store, metric, (*view.by, *view.only), untold)
        by_what = ", ".join(name.replace("_", " ") for name in view.only)
        raise PrivacyError(f"{metric.label} by {by_what}: {_why_hidden(store, metric, view.last, view.only)}.")
    value = num / np.where(den == 0, np.nan, den) * metric.scale
    low, high = intervals.of_sums(metric.interval, metric.bounds, value, num, den, n, squares)
    periods = _days(rows["period"])
    is_partial = np.array(
        [not whole for whole in covered(store, view.grain, periods, view.start, view.last)], dtype=bool
    )
    frame = pd.DataFrame({
        "period": periods if len(periods) else rows["period"],
        **dict(zip(view.by, (rows["member"], rows["second_member"]), strict=False)),
        "num": num, "den": den, "n": n, "squares": squares, "value": value,
        "prior": np.where(is_partial, np.nan, _prior(store, view, every, rows)),
        "low": low, "high": high, "partial": is_partial, "note": "",
    })  # fmt: skip
    hidden = untold | suppression.are_few(n, view.floor)
    shown = suppression.without(frame, pd.Series(hidden, dtype=bool))
    if 0 < hidden.sum() <= MOST_EXPLAINED:
        notes = []
        for row in frame[hidden].to_dict("records"):
            period = row["period"]
            end = view.last if view.grain == WHOLE else min(calendar.end(period, view.grain) - DAY, view.last)
            members = {**view.only, **{name: str(row[name]) for name in view.by}}
            notes.append(_why_hidden(store, metric, end, members))
        shown.loc[hidden, "note"] = notes
    if (in_part := ~hidden & (told < asked)).any():
        counts = zip(told[in_part], asked[in_part], strict=True)
        shown.loc[in_part, "note"] = [f"told in {some:.0f} of {most:.0f} months" for some, most in counts]
    count_refusals(store, metric, (*view.by, *view.only), hidden)
    return shown


def _rows(store: Store, view: Groups, named: Named | None) -> pd.DataFrame:
    """Period x member x second member, of a year before the first in view on: see queries/read/waves.sql.

    Columns besides: named, how many people of a sum gave their names, and is_in_view.
    """
    calendar, since = store.settings.calendar, view.start
    if view.grain != WHOLE:
        since = min(since, max(view.first, calendar.prior_year(view.start, view.grain)))
    waves = _waves(store, view, calendar.start(since, "month"))
    waves = waves.assign(named=0, is_in_view=waves["asked"] > 0)
    if named is None:
        return waves
    now = named(view.start)
    before = (named(since) if since < view.start else now)[[*_KEYS, "num", "den", "people"]]
    parts = [
        now.assign(told=0, asked=0, named=now["people"], is_in_view=True),
        before.rename(columns={name: f"whole_{name}" for name in ("num", "den", "people")}),
        waves,
    ]
    both = pd.concat(parts, ignore_index=True)
    both = both.assign(is_in_view=both["is_in_view"].eq(True)).fillna({"told": 0, "asked": 0, "named": 0})
    sums = both.drop(columns=["value", "is_in_view"]).groupby(_KEYS).sum(min_count=1)
    return sums.assign(is_in_view=both.groupby(_KEYS)["is_in_view"].any()).reset_index()


def _waves(store: Store, view: Groups, since: date) -> pd.DataFrame:
    """Closed waves by period and member; of up to three dimensions views are kept ready, more are put together."""
    metric, calendar = view.metric, store.settings.calendar
    place = {name: metric.dimensions.index(name) + 1 for name in {*view.by, *view.only}}
    members = [view.only.get(name) for name in metric.dimensions]
    members += [None] * (MAX_DIMENSIONS - len(members))
    split = {"by": 0, "and_by": 0} | {name: place[one] for name, one in zip(("by", "and_by"), view.by, strict=False)}
    asked = {
        "metric": metric.id, "grain": view.grain, "since": since, "from_on": calendar.start(view.start, "month"),
        "to_on": view.last, **split,
    }  # fmt: skip
    ready = closing.READY if len(metric.dimensions) <= closing.READY else closing.READY - 1
    if len(place) > ready:
        return store.ask("waves_of_cells", members=members, **asked)
    places = [0] * (closing.READY - len(place)) + sorted(place.values())
    only = [members[at - 1] if at else None for at in places]
    return store.ask("waves", places=places, only=only, **asked)


def _prior(store: Store, view: Groups, every: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    """The value a year before each row, where that whole period lies inside the data and was not hidden; else nan."""
    if view.grain == WHOLE or not len(rows):
        return np.full(len(rows), np.nan)
    calendar = store.settings.calendar
    den, n = every["whole_den"].to_numpy(float), every["whole_people"].to_numpy(float)
    value = every["whole_num"].to_numpy(float) / np.where(den == 0, np.nan, den) * view.metric.scale
    periods = _days(every["period"])
    is_told = covered(store, view.grain, periods, view.first, view.last) & ~suppression.are_few(n, view.floor)
    members = every["member"].tolist(), every["second_member"].tolist()
    values = dict(zip(zip(periods, *members, strict=True), np.where(is_told, value, np.nan), strict=True))
    now = _days(rows["period"])
    before = {period: calendar.prior_year(period, view.grain) for period in set(now)}
    keys = zip([before[period] for period in now], rows["member"].tolist(), rows["second_member"].tolist(), strict=True)
    return np.array([values.get(key, np.nan) for key in keys])


def _days(column: "pd.Series[Any]") -> np.ndarray:
    """Days as Python's dates."""
    days: np.ndarray = column.to_numpy("datetime64[D]").astype(object)
    return days


def covered(store: Store, grain: str, periods: np.ndarray, first: date, last: date) -> np.ndarray:
    """True for each period that lies whole inside [first, last]."""
    if grain == WHOLE or not len(periods):
        return np.ones(len(periods), dtype=bool)
    not_over = store.settings.calendar.start(last + DAY, grain)
    is_whole: np.ndarray = (periods >= first) & (periods < not_over)
    return is_whole


# Why it is hidden


def count_refusals(store: Store, metric: Metric, dimensions: tuple[str, ...], hidden: np.ndarray) -> None:
    """Note in the audit log that a view was refused, in whole or in part: by which dimensions, not for whom."""
    if dimensions and hidden.any():
        store.count_refusal(metric.id, ", ".join(dimensions), date.today())


def waves_of(store: Store, metric: Metric) -> list[tuple[date, date]]:
    """First and last day of every closed wave that holds the metric's kind of survey."""
    topic = metric.source.removesuffix(" survey")
    return [(row["wave_on"], row["ends_on"]) for row in store.list_of("told_waves") if row["topic"] == topic]


def _why_hidden(store: Store, metric: Metric, last: date, asked: Mapping[str, str]) -> str:
    """Why a group is not told in the last wave that ends by a day, and the nearest one that is."""
    wave_on = max(wave_on for wave_on, ends_on in waves_of(store, metric) if ends_on <= last)
    cells = _cells(store, store.version, metric.id, metric.dimensions, wave_on)
    return suppression.why_hidden(suppression.nearest_group(cells, asked))


@lru_cache(maxsize=256)
def _cells(store: Store, version: str, metric_id: str, dimensions: tuple[str, ...], wave_on: date) -> suppression.Cells:
    """The groups of cells of a metric's closed wave; remembered until the data changes (`version`)."""
    rows = store.rows("wave_cells", metric=metric_id, wave_on=wave_on)
    return suppression.Cells(dimensions, [row["members"] for row in rows], [row["people"] for row in rows])


# The company as a whole


def people_once(store: Store, metric: Metric, frame: pd.DataFrame, grain: str, start: date, last: date) -> pd.DataFrame:
    """The company's rows with people counted once a wave, where its weeks count each of them again; named ones stay."""
    calendar, once = store.settings.calendar, Counter[date]()
    for row in store.list_of("wave_people", metric=metric.id, topic=metric.source.removesuffix(" survey")):
        if row["from_on"] >= start and row["to_on"] <= last:
            once[calendar.start(row["from_on"], grain) if grain != WHOLE else start] += row["people"]
    most = [once.get(period, np.inf) for period in _days(frame["period"])]
    return frame.assign(people=np.fmin(frame["people"].to_numpy(float), most))


def with_waiting(
    store: Store, metric: Metric, grain: str, frame: pd.DataFrame, start: date, last: date
) -> pd.DataFrame:
    """The company's frame with a hidden row for each period that is over and of which only answers are in that wait."""
    if grain == WHOLE:
        return frame
    calendar, there = store.settings.calendar, set(frame["period"])
    rows = store.list_of("waiting", metric=metric.id, topic=metric.source.removesuffix(" survey"))
    periods = {calendar.start(row["day"], grain) for row in rows if row["is_over"]}
    missing = sorted(period for period in periods - there if calendar.start(start, grain) <= period <= last)
    if not missing:
        return frame
    hidden = pd.DataFrame({"period": missing, "hidden": True, "partial": False, "note": suppression.HIDDEN})
    whole = pd.concat([frame, hidden], ignore_index=True) if len(frame) else hidden.reindex(columns=frame.columns)
    numbers = {name: whole[name].astype(float) for name in ("value", "num", "den", "n", "low", "high", "prior")}
    flags = {name: whole[name].astype(bool) for name in ("hidden", "partial")}
    return whole.assign(**numbers, **flags).sort_values("period", ignore_index=True)


# Other views of closed waves


def drivers(store: Store, metric: Metric, *, start: date, end: date) -> pd.DataFrame:
    """Engagement by driver, see keel.measure.drivers; metric: engagement."""
    span = {"from_on": start.replace(day=1), "to_on": end}
    rows = store.ask("drivers", **span).rename(columns={"people": "n"})
    num, den, n = (rows[name].to_numpy(float) for name in ("num", "den", "n"))
    value, squares = num / np.where(den == 0, np.nan, den), np.full(len(rows), np.nan)
    low, high = intervals.of_sums(metric.interval, metric.bounds, value, num, den, n, squares)
    member = rows["member"].replace("", NO_MEMBER).fillna("")  # null is the company
    frame = rows.assign(value=value, n=n, note="", member=member, low=low, high=high)
    told, asked = rows["told"].to_numpy(), rows["asked"].to_numpy()
    shown = suppression.without(frame, pd.Series(told == 0))
    cells = store.rows("driver_cells", **span) if (told == 0).any() else []
    notes = np.full(len(rows), "", dtype=object)
    for at in np.flatnonzero(told < asked):
        notes[at] = f"told in {told[at]} of {asked[at]} months"
    for at in np.flatnonzero(told == 0):
        here = [cell for cell in cells if cell["driver"] == rows["driver"][at]]
        groups = suppression.Cells(("group",), [[cell["members"]] for cell in here], [cell["people"] for cell in here])
        notes[at] = suppression.why_hidden(suppression.nearest_group(groups, {"group": rows["member"][at]}))
    return shown.assign(note=pd.Series(notes, dtype=shown["note"].dtype)).drop(columns=["told", "asked"])


def ranked_drivers(store: Store, *, start: date, end: date) -> driving.Drivers:
    """Drivers against recommending, see keel.measure.ranked_drivers.

    Of the months in view those that asked the same of people, and of all such sets the one most people answered.
    """
    frame = store.ask("driver_moments", from_on=start.replace(day=1), to_on=end)
    if frame.empty:
        return driving.Drivers((), np.nan, 0, 0, reason=_why_no_moments(store, start, end))
    alike: dict[Any, list[tuple[int, np.ndarray, np.ndarray]]] = {}
    for (survey, _), rows in frame.groupby(["survey", "wave_on"]):
        asked = rows[rows["other"] == ""].sort_values("question")
        read_as = [tuple(row) for row in asked[["question", "role", "driver", "low", "high"]].itertuples(index=False)]
        place = {row[0]: at for at, row in enumerate(read_as)}
        products = np.zeros((len(place), len(place)))
        of_two = rows[rows["other"] != ""]
        one, other = of_two["question"].map(place).to_numpy(int), of_two["other"].map(place).to_numpy(int)
        products[one, other] = products[other, one] = of_two["total"].to_numpy(float)
        part = (int(asked["people"].iloc[0]), asked["total"].to_numpy(float), products)
        alike.setdefault((survey, tuple(read_as)), []).append(part)
    (survey, read_as), parts = max(alike.items(), key=lambda one: sum(people for people, _, _ in one[1]))
    items = tuple(sorted({driver for _, role, driver, _, _ in read_as if role != OUTCOME}))
    if len(items) == len({driver for _, _, driver, _, _ in read_as}):
        return driving.Drivers((), np.nan, 0, 0, reason=NO_OUTCOME)
    weights = np.zeros((len(items) + 1, len(read_as)))
    for at, (_, role, driver, low, high) in enumerate(read_as):  # each question from 0 to 1, whatever its scale
        weights[items.index(driver) if role != OUTCOME else -1, at] = 1 / (high - low if high > low else 1)
    weights /= (weights > 0).sum(axis=1, keepdims=True)
    return driving.rank(driving.pooled(parts, items, weights), seed=(str(survey), OUTCOME, *items))


def _why_no_moments(store: Store, start: date, end: date) -> str:
    waves = [
        row["survey"] for row in store.list_of("told_waves")
        if row["wave_on"] >= start.replace(day=1) and row["ends_on"] <= end
    ]  # fmt: skip
    asked = [{row["metric"] for row in store.list_of("wave_metrics", survey=survey)} for survey in sorted(set(waves))]
    asked = [of for of in asked if "engagement" in of]
    if not asked:
        return NOTHING_CLOSED
    return NOT_SUMMED if any(OUTCOME in of for of in asked) else NO_OUTCOME


def of_roster(by: str, wave_on: date, *, people: pd.DataFrame, staff: pd.DataFrame) -> pd.DataFrame:
    """Who answered of those on the roster, see keel.measure.answering; from the frames of two series split by one dimension."""
    both = staff[["period", by, "value", "hidden"]].merge(
        people[["period", by, "n", "hidden"]], on=["period", by], how="outer", suffixes=("_staff", "")
    )
    both = both[both["period"] == wave_on]
    unseen = both["hidden"].fillna(True).astype(bool) | both["hidden_staff"].fillna(True).astype(bool)
    num, den = both["n"].astype(float), both["value"].astype(float)
    others = num > den  # the roster and the survey do not mean the same groups
    low, high = intervals.wilson(np.minimum(num.to_numpy(), den.to_numpy()), den.to_numpy())
    frame = pd.DataFrame({
        "member": both[by], "value": num / den, "num": num, "den": den, "n": den, "low": low, "high": high, "note": "",
        "period": wave_on,
    })  # fmt: skip
    frame, unseen, others = frame.reset_index(drop=True), unseen.reset_index(drop=True), others.reset_index(drop=True)
    shown = suppression.without(frame, unseen | others)
    shown.loc[others & ~unseen, "note"] = OTHER_GROUPS
    last = people[people["period"] == wave_on]
    notes = dict(zip(last[by], last["note"], strict=True))
    named = [notes.get(member) or note for member, note in zip(shown["member"], shown["note"], strict=True)]
    return shown.assign(note=np.where(unseen, named, shown["note"]))
