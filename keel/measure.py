"""The door: every number a page, an export or the command line shows comes through here, suppressed where it must be."""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from keel import catalogue, intervals, measures, signals, suppression, survival, targets, told
from keel import sixtwelve as six_twelve
from keel.catalogue import Metric
from keel.drivers import Drivers
from keel.errors import QuestionError
from keel.periods import DAY, GRAINS, add_months
from keel.signals import Rebase, Signals
from keel.sixtwelve import DAYS_BACK, SixTwelve
from keel.store import Store
from keel.wording import plural

ORDER_DIMENSIONS = ("region", "segment", "product_line", "channel", "team")
COHORT_MONTHS = 24  # first-year attrition: two years of hires, so that the older half has been here a full year
FEWEST = 5  # METHODS D5: of a customer survey that was promised to be anonymous, as of an employee survey
FEW_LEAVERS = 5  # METHODS E: below it counts are shown, not rates
STALE_DAYS = 14  # a source this far behind the newest one is shown in amber, unless it comes more seldom
BACK = {"week": 1, "month": 2, "quarter": 6, "year": 24}  # months in which the last closed period surely begins
WHOLE = told.WHOLE
SCORED = ("score", "scale")  # kinds of question whose answers are numbers on a scale
NO_MEMBER = told.NO_MEMBER


@dataclass(frozen=True)
class Series:
    """One metric over time.

    frame: one row per period (and member): period (its first day), a column a dimension of `by`, value, num, den,
    n (people or answers; nan where that means nothing), low, high (95 %), partial, hidden, note, prior (the value of
    the comparable period a year earlier; nan for a partial period).
    """

    metric: Metric
    grain: str
    as_of: date | None
    by: tuple[str, ...]
    only: Mapping[str, str]
    frame: pd.DataFrame
    total: Mapping[str, float | None] = field(default_factory=dict)


def metrics(store: Store) -> Mapping[str, Metric]:
    """Every metric: the catalogue's, then the uploaded measures and the ratios of them."""
    return store.kept("metrics", lambda: _metrics(store))


def _metrics(store: Store) -> dict[str, Metric]:
    found = dict(catalogue.load())
    declared = tuple(store.settings.dimensions.get("people", ()))
    for name, metric in found.items():
        if declared and metric.rule == "answers" and metric.dimensions:
            found[name] = replace(metric, dimensions=declared)
    for name, dimensions in _wave_dimensions(store).items():
        metric = found[name]
        found[name] = replace(
            metric, rule="answers", min_people=metric.min_people or FEWEST, dimensions=dimensions or metric.dimensions
        )
    for row in store.list_of("measures"):
        found[row["measure"]] = measures.metric(row["measure"], json.loads(row["definition"]))
    for name, parts in store.settings.ratio.items():
        if {parts.get("num"), parts.get("den")} <= set(found):
            dimensions = found[parts["num"]].dimensions
            found[name] = measures.metric(name, {**parts, "dimensions": list(dimensions)})
    return found


def _wave_dimensions(store: Store) -> dict[str, tuple[str, ...]]:
    """Metric -> the dimensions its closed waves can be split by; a metric that has none yet is not in it."""
    found: dict[str, tuple[str, ...]] = {}
    for row in store.list_of("wave_dimensions"):
        found[row["metric"]] = (*found.get(row["metric"], ()), row["dimension"])
    return found


def coverage(store: Store, metric: Metric) -> tuple[date, date] | None:
    """First and last day the metric's source covers (its watermark); None where there is no data."""
    for row in store.list_of("coverage"):
        if row["source"] == metric.source and row["first_on"] and row["last_on"]:
            return row["first_on"], row["last_on"]
    return None


def series(
    store: Store,
    metric_id: str,
    *,
    grain: str = "month",
    by: Sequence[str] = (),
    only: Mapping[str, str] | None = None,
    start: date | None = None,
    end: date | None = None,
    as_of: date | None = None,
) -> Series:
    """One metric by period, split by up to two dimensions and filtered by any. Raises QuestionError, PrivacyError."""
    metric = catalogue.find(metrics(store), metric_id)
    only = {_dimension(metric, name): ("" if member == NO_MEMBER else member) for name, member in (only or {}).items()}
    by = tuple(_dimension(metric, name) for name in by)
    if metric.rule == "records" and only:
        return _of_records(store, metric, grain, by, only, start=start, end=end, as_of=as_of)
    in_groups = metric.rule == "answers" and bool(by or only)
    if in_groups and grain == "week":
        raise QuestionError(
            f"{metric.label}: groups are told by closed months; ask for --grain month, quarter or year."
        )
    if grain not in (*GRAINS, WHOLE):
        raise QuestionError(f"'{grain}': there is no such grain; one of {', '.join(GRAINS)} was expected.")
    if metric.finest == "month" and grain == "week":
        raise QuestionError(f"{metric.label}: it is measured by month; ask for --grain month, quarter or year.")
    if len(by) > 2:
        raise QuestionError(f"{metric.label}: a split by {len(by)} dimensions; at most two were expected.")
    span = coverage(store, metric)
    if span is None:
        return Series(metric, grain, None, by, only, _empty(by))
    first, watermark = span
    last = min(day for day in (as_of, end, watermark) if day is not None)
    if last < max(start or first, first):
        return Series(metric, grain, last, by, only, _empty(by))
    start = max(start, first) if start else first
    if in_groups:
        view = told.Groups(metric, grain, by, only, first, start, last, _floor(store, metric))
        names_given = metric.source != "employees survey"  # nobody there gave a name: closed waves are all there is
        frame = told.by_groups(
            store, view, (lambda begin: _rows(store, metric, grain, by, only, begin, last)) if names_given else None
        )
    else:
        frame = _of_rows(store, metric, grain, by, only, first, start, last, watermark)
    for column in by:
        frame[column] = frame[column].replace("", NO_MEMBER)
    return Series(metric, grain, last, by, only, frame, _total(frame, metric))


def _of_rows(
    store: Store, metric: Metric, grain: str, by: tuple[str, ...], only: Mapping[str, str], first: date, start: date,
    last: date, watermark: date,
) -> pd.DataFrame:  # fmt: skip
    """The frame of a series of rows that lie ready by day or period, with what may not be told gone: all but groups of answers."""
    if metric.roll == "survival":
        frame = _survival(store, metric, grain, first, start, last)
    else:
        frame = _rolled(store, metric, grain, by, only, start, last, watermark)
        frame = _with_prior(store, metric, grain, by, only, frame, first, start, last, watermark)
        columns = [frame[name].to_numpy(float) for name in ("value", "num", "den", "n", "squares")]
        low, high = intervals.of_sums(metric.interval, metric.bounds, *columns)
        frame = frame.assign(low=low, high=high)
    is_partial = ~told.covered(store, grain, frame["period"].to_numpy(), start, last)
    note = frame.pop("gap") if "gap" in frame else ""
    frame = frame.assign(partial=is_partial, prior=np.where(is_partial, np.nan, frame["prior"]), note=note)
    if metric.interval == "poisson":
        first_leaving = store.list_of("first_leaving")[0]["first_on"] or first
        frame["note"] = [_staff_note(row, grain, first, first_leaving, last, store) for row in records(frame)]
    elif metric.interval == "survival":
        first_leaving = store.list_of("first_leaving")[0]["first_on"] or first
        early = [add_months(period, -COHORT_MONTHS) < first_leaving.replace(day=1) for period in frame["period"]]
        words = f"the first leaving in the file is of {first_leaving.isoformat()}; earlier ones may be missing"
        frame.loc[early, "note"] = words
    floor = _floor(store, metric)
    if metric.rule == "answers":
        return told.with_waiting(store, metric, grain, suppression.hide(frame, floor), start, last)
    if metric.rule != "records" or not by:
        return suppression.hide(frame, floor)
    shown = suppression.hide_small_records(frame, floor)
    shown.loc[shown["hidden"], "note"] = suppression.why_hidden(
        {}
    )  # no cell to name: groups of records are what they are
    told.count_refusals(store, metric, (*by, *only), shown["hidden"].to_numpy(bool))
    return shown


def _of_records(
    store: Store, metric: Metric, grain: str, by: tuple[str, ...], only: Mapping[str, str], **span: Any
) -> Series:
    """A filter of HR records: the rows of the split by what is filtered, so that what one hides the other does."""
    split = (*by, *(name for name in only if name not in by))
    whole = series(store, metric.id, grain=grain, by=split, **span)
    frame = whole.frame
    for name, member in only.items():
        frame = frame[frame[name] == (member or NO_MEMBER)]
    frame = frame.drop(columns=[name for name in only if name not in by]).reset_index(drop=True)
    return Series(metric, grain, whole.as_of, by, only, frame)


def breakdown(
    store: Store,
    metric_id: str,
    by: Sequence[str],
    *,
    start: date,
    end: date,
    grain: str = "month",
    only: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """One metric by the members of some dimensions over a span, the largest first: the columns of a series' frame.

    A metric measured by period (a trailing window) is given as of the last period that closes inside the span.
    """
    metric = catalogue.find(metrics(store), metric_id)
    if metric.grain == "period":
        months = BACK[grain] + (store.settings.win_back_months if metric.follow_up else 0)
        frame = series(
            store, metric_id, grain=grain, by=by, only=only, start=add_months(end, -months - 1), end=end
        ).frame
        frame = frame[~frame["partial"]]
        frame = frame[frame["period"] == frame["period"].max()]
    else:
        frame = series(store, metric_id, grain=WHOLE, by=by, only=only, start=start, end=end).frame
    return frame.sort_values("value", ascending=False, kind="stable", ignore_index=True)


def sixtwelve(store: Store, metric_id: str, *, week_ending: date | None = None, months: str = "trailing") -> SixTwelve:
    """Six weeks, twelve months and the totals of one metric; see `sixtwelves`. Raises QuestionError."""
    return next(iter(sixtwelves(store, [metric_id], week_ending=week_ending, months=months).values()))


def sixtwelves(
    store: Store, metric_ids: Iterable[str] | None = None, *, week_ending: date | None = None, months: str = "trailing"
) -> dict[str, SixTwelve]:
    """The six-twelve view of the metrics named, or of every one that has a source, by metric; see keel.sixtwelve.

    `week_ending`: None is the last week that had closed by the newest day of any source. What is on people, and what is
    measured by whole periods, keeps to the company's own weeks. Raises QuestionError.
    """
    known, calendar = metrics(store), store.settings.calendar
    spans = {
        row["source"]: (row["first_on"], row["last_on"])
        for row in store.list_of("coverage")
        if row["first_on"] and row["last_on"]
    }
    chosen = (
        [metric for metric in known.values() if metric.source in spans]
        if metric_ids is None
        else [catalogue.find(known, metric_id) for metric_id in metric_ids]
    )
    if week_ending is None:
        if not spans:
            raise QuestionError(
                "six-twelve: nothing has been uploaded yet. Upload something, or name the week's last day."
            )
        week_ending = calendar.start(max(last for _, last in spans.values()) + DAY, "week") - DAY
    week_ending = six_twelve.checked(week_ending, months)
    by_day = [
        metric for metric in chosen if metric.grain == "day" and metric.roll != "survival" and not metric.min_people
    ]
    days = store.ask(
        "days", from_on=week_ending - timedelta(days=DAYS_BACK), to_on=week_ending,
        sums=[metric.id for metric in by_day if metric.roll not in ("min", "max")],
        least=[metric.id for metric in by_day if metric.roll == "min"],
        greatest=[metric.id for metric in by_day if metric.roll == "max"],
    )  # fmt: skip
    rows = dict(iter(days.groupby("metric", sort=False)))
    found = {}
    for metric in chosen:
        asked: dict[str, Any] = {
            "week_ending": week_ending, "calendar": calendar, "covered": spans.get(metric.source), "months": months,
            "told_in": six_twelve.change_in(metric.unit, metric.compare),
        }  # fmt: skip
        if metric in by_day:
            found[metric.id] = six_twelve.sixtwelve(
                rows.get(metric.id, days.iloc[:0]), roll=metric.roll, scale=metric.scale, is_quiet=not metric.uploaded, **asked
            )  # fmt: skip
            continue
        begin, end = week_ending - timedelta(days=DAYS_BACK), week_ending
        if metric.min_people:  # two weeks that end a day apart would tell who answered on that day
            end = calendar.start(week_ending + DAY, "week") - DAY
        frames = {
            grain: series(store, metric.id, grain=grain, start=calendar.start(begin, grain), end=end).frame
            for grain in (GRAINS if metric.finest == "week" else GRAINS[1:])
        }
        found[metric.id] = six_twelve.of_periods(frames, **asked)
    return found


def distinguishable(now: Mapping[str, Any], before: Mapping[str, Any]) -> bool | None:
    """Whether two values of a series differ by more than their 95 % intervals allow; None without intervals.

    The half-widths combine as standard errors do: the root of the sum of squares (METHODS A, two waves).
    """
    widths = [(row["high"] - row["low"]) / 2 for row in (now, before)]
    if any(np.isnan(width) for width in widths) or np.isnan(now["value"]) or np.isnan(before["value"]):
        return None
    return bool(abs(now["value"] - before["value"]) > np.hypot(*widths))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame, one dict each."""
    names = [str(name) for name in frame]
    return [dict(zip(names, row, strict=True)) for row in zip(*[frame[name].tolist() for name in frame], strict=True)]


def latest(found: Series) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The last whole period and the one before it, as rows; None where there is none."""
    whole = np.flatnonzero(~found.frame["partial"].to_numpy(bool))
    rows = records(found.frame.iloc[whole[-2:]])
    return (rows[-1] if rows else None), (rows[-2] if len(rows) > 1 else None)


def _rolled(
    store: Store, metric: Metric, grain: str, by: Sequence[str], only: Mapping[str, str],
    start: date, last: date, watermark: date,
) -> pd.DataFrame:  # fmt: skip
    """Period x member with value, num, den, n, squares; periods without rows are 0 for sums and missing for scores."""
    calendar = store.settings.calendar
    from_on = calendar.start(start, grain) if metric.grain == "period" else start
    frame = _rows(store, metric, grain, by, only, from_on, last)
    if metric.rule == "answers" and metric.id in _wave_dimensions(store) and grain != "week":
        frame = told.people_once(store, metric, frame, grain, calendar.start(from_on, "month"), last)
    columns = {"period": frame["period"].dt.date if len(frame) else frame["period"]}
    columns |= {name: frame[member] for name, member in zip(by, ("member", "second_member"), strict=False)}
    columns |= {name: frame[name] for name in ("num", "den")}
    columns |= {"n": frame["people"].astype(float), "squares": frame["squares"], "value": frame["value"] * metric.scale}
    frame = pd.DataFrame(columns)
    if metric.grain == "period" and last < watermark:  # such rows hold the whole period's data: later than asked
        after = store.settings.win_back_months if metric.follow_up else 0
        closed = [add_months(calendar.end(period, grain), after) - DAY <= last for period in frame["period"]]
        frame = frame[np.array(closed, dtype=bool)]
    if metric.roll == "sum" and len(frame):
        # A trailing window has no number before its first whole one; after it, nothing is zero.
        begins = start if metric.grain == "day" else max(start, frame["period"].min())
        frame = _with_quiet_periods(
            frame, list(by), _periods(store, grain, begins, _last_told(store, metric, grain, last, watermark))
        )
    return _without_gaps(store, metric, frame, grain, last) if metric.uploaded else frame.assign(gap="")


def _without_gaps(store: Store, metric: Metric, frame: pd.DataFrame, grain: str, last: date) -> pd.DataFrame:
    """The frame of an uploaded measure, blank in each whole period of which a day is missing; gap: what is missing there."""
    span = coverage(store, metric)
    if grain == WHOLE or span is None or frame.empty:
        return frame.assign(gap="")
    ids: dict[str, list[str]] = {"sums": [], "least": [], "greatest": []}
    ids[{"min": "least", "max": "greatest"}.get(metric.roll, "sums")].append(metric.id)
    days = store.ask("days", from_on=span[0], to_on=span[1], **ids)
    there = np.array([day.toordinal() for day in days["day"]], dtype=int)
    apart, due = six_twelve.rhythm(there, span[0].toordinal(), span[1].toordinal())
    found: dict[date, tuple[bool, str]] = {}
    for period in frame["period"].unique():
        ends = store.settings.calendar.end(period, grain)
        place = np.arange(period.toordinal(), min(ends, last + DAY).toordinal())
        place = place[place >= span[0].toordinal()]
        expected = place[due[(place - 1) % 7]]
        missing, any_there = len(np.setdiff1d(expected, there)), bool(np.isin(place, there).any())
        words = ""
        if apart > six_twelve.RARELY[grain]:
            words = f"measured about every {apart} days"
        elif missing:
            words = f"{missing} of {plural(len(expected), 'day')} {'has' if missing == 1 else 'have'} no data"
        is_running = ends > last + DAY and apart <= six_twelve.RARELY[grain]
        found[period] = ((bool(words) and not (is_running and any_there)) or not any_there, words)
    blank = np.array([found[period][0] for period in frame["period"]], dtype=bool)
    return frame.assign(
        value=frame["value"].where(~blank), num=frame["num"].where(frame["num"].ne(0) | ~blank),
        gap=[found[period][1] for period in frame["period"]],
    )  # fmt: skip


def _rows(
    store: Store, metric: Metric, grain: str, by: Sequence[str], only: Mapping[str, str], from_on: date, last: date
) -> pd.DataFrame:
    """The rows of a metric in view, by period and member, as queries/read/series.sql gives them; value: num, or its share of den."""
    places = [metric.dimensions.index(name) + 1 for name in by] + [0, 0]
    filters: dict[str, str | None] = {f"d{n}": None for n in range(1, catalogue.MAX_DIMENSIONS + 1)}
    filters |= {f"d{metric.dimensions.index(name) + 1}": member for name, member in only.items()}
    among = {*by, *only}  # the least and the greatest must see every row
    place = (
        catalogue.EVERY_ROW
        if len(among) > 1 or metric.roll in ("min", "max")
        else sum(metric.dimensions.index(name) + 1 for name in among)
    )
    found = store.arrays(
        "series", place=place, metric=metric.id, grain=grain, rows_grain=grain if metric.grain == "period" else "day", roll=metric.roll,
        from_on=from_on, to_on=last, by=places[0], and_by=places[1], **filters,
    )  # fmt: skip
    order = np.lexsort([found[name] for name in ("second_member", "member", "period")])  # faster than the database is
    found = {name: values[order] for name, values in found.items()}
    days = found.pop("day")
    columns = {name: _column(values) for name, values in found.items()}
    num, den = columns["num"], columns["den"]
    columns["value"] = num / np.where(den == 0, np.nan, den) if metric.roll in ("ratio", "mean") else num
    frame = pd.DataFrame(columns, copy=False)
    return frame[days == pd.Series(days).groupby(frame["period"]).transform("max")] if metric.roll == "last" else frame


def _column(values: np.ndarray) -> Any:
    """A column of a frame from an array that may be masked: whole numbers stay whole, others have nan where there is none."""
    mask = np.ma.getmaskarray(values)
    if values.dtype.kind == "O":
        return pd.array(np.ma.getdata(values), dtype="str")
    if not mask.any():
        return np.ma.getdata(values)
    if values.dtype.kind in "iu":
        return pd.arrays.IntegerArray(np.ma.getdata(values), mask)
    return np.ma.filled(values, np.nan)


def _last_told(store: Store, metric: Metric, grain: str, last: date, watermark: date) -> date:
    """The last day whose period can have a row: of months only, and of days before the watermark, the closed ones."""
    if metric.grain == "day" or (last == watermark and metric.finest == "week"):
        return last
    calendar = store.settings.calendar
    running = calendar.start(last, grain)
    return last if calendar.end(last, grain) - timedelta(days=1) <= last else running - timedelta(days=1)


def _with_quiet_periods(frame: pd.DataFrame, by: list[str], periods: list[date]) -> pd.DataFrame:
    """Counts and sums are 0 in a period inside the data in which nothing happened."""
    keys = list(itertools.product(periods, *[sorted(frame[name].unique()) for name in by]))
    if keys == list(zip(*[frame[name] for name in ("period", *by)], strict=True)):
        return frame.reset_index(drop=True)
    full = pd.DataFrame(keys, columns=["period", *by]).merge(frame, how="left", on=["period", *by], indicator="found")
    quiet = full.pop("found") == "left_only"
    full.loc[quiet, ["value", "num"]] = 0.0  # where there are rows without a number, there is none
    return full


def _with_prior(
    store: Store, metric: Metric, grain: str, by: Sequence[str], only: Mapping[str, str], frame: pd.DataFrame,
    first: date, start: date, last: date, watermark: date,
) -> pd.DataFrame:  # fmt: skip
    """The frame with `prior`: the value a year earlier, where that whole period lies inside the data."""
    calendar = store.settings.calendar
    if grain == WHOLE:
        return frame.assign(prior=np.nan)
    before = {period: calendar.prior_year(period, grain) for period in frame["period"].unique()}
    wanted = [before[period] for period in frame["period"]]
    if not wanted or max(wanted) < first:
        return frame.assign(prior=np.nan)
    earlier = frame
    if start > first:  # asked for a later part only
        earlier = _rolled(store, metric, grain, by, only, max(first, min(wanted)), last, watermark)
    periods, people = earlier["period"].to_numpy(), earlier["n"].to_numpy(float)
    is_told = ~suppression.are_few(people, _floor(store, metric))  # hidden then is hidden now
    is_told &= told.covered(store, grain, periods, first, last)
    members = [earlier[name].tolist() for name in by]
    values = dict(zip(zip(periods, *members, strict=True), np.where(is_told, earlier["value"], np.nan), strict=True))
    keys = zip(wanted, *[frame[name].tolist() for name in by], strict=True)
    return frame.assign(prior=[values.get(key, np.nan) for key in keys])


def _survival(store: Store, metric: Metric, grain: str, first: date, start: date, last: date) -> pd.DataFrame:
    """One row per period: attrition at twelve months of those hired in the trailing 24 months, as of its close."""
    calendar = store.settings.calendar
    hires = store.ask("hires", from_on=add_months(start, -COHORT_MONTHS), to_on=last)
    hired = pd.to_datetime(hires["hired_on"]).to_numpy("datetime64[D]")
    left = pd.to_datetime(hires["left_on"]).to_numpy("datetime64[D]")
    people = hires["people"].to_numpy()
    periods = _periods(store, grain, start, last)
    closes = [min(calendar.end(period, grain) - DAY, last) for period in periods]
    cohorts = [(add_months(close, -COHORT_MONTHS), close) for close in closes]
    after, until = np.array(cohorts, dtype="datetime64[D]").reshape(-1, 2).T
    found = survival.attrition(np.repeat(hired, people), np.repeat(left, people), after, until)
    values = dict(zip(periods, found.share_left, strict=True))
    return pd.DataFrame({
        "period": periods, "value": found.share_left, "low": found.low, "high": found.high, "n": found.n.astype(float),
        "num": np.nan, "den": np.nan, "squares": np.nan,
        "prior": [values.get(calendar.prior_year(period, grain), np.nan) for period in periods],
    })  # fmt: skip


def _staff_note(row: Mapping[str, Any], grain: str, first: date, first_leaving: date, last: date, store: Store) -> str:
    """What a reader of a turnover rate must know: few leavers, a short history, leavings from before the file."""
    notes = []
    if row["num"] < FEW_LEAVERS:
        leavers = int(row["num"])
        notes.append(f"{leavers} {'leaver' if leavers == 1 else 'leavers'}: too few for a rate to mean much")
    notes.append(_short_history(row["period"], grain, first, first_leaving, last, store))
    return "; ".join(filter(None, notes))


def _short_history(period: date, grain: str, first: date, first_leaving: date, last: date, store: Store) -> str:
    """Why the trailing year of a turnover rate is not all in the data; empty when it is."""
    close = min(store.settings.calendar.end(period, grain) - timedelta(days=1), last)
    begins = period - timedelta(weeks=51) if grain == "week" else add_months(close.replace(day=1), -11)
    if begins < first.replace(day=1) if grain != "week" else begins < first - timedelta(days=6):
        weeks = ((close - first).days + 1) // 7
        return f"about {weeks} {'week' if weeks == 1 else 'weeks'} of history, not a year"
    if begins < first_leaving.replace(day=1):
        return f"the first leaving in the file is of {first_leaving.isoformat()}; earlier ones may be missing"
    return ""


def _total(frame: pd.DataFrame, metric: Metric) -> dict[str, float | None]:
    """The metric over all rows in view where that has a meaning: sums, and ratios of sums, of days."""
    if metric.grain != "day" or metric.roll not in ("sum", "ratio", "mean") or frame["hidden"].any() or frame.empty:
        return {}
    num, den = float(frame["num"].sum()), float(frame["den"].sum())
    value = num if metric.roll == "sum" else (num / den * metric.scale if den else None)
    return {"value": value, "num": num, "den": None if metric.roll == "sum" else den}


def _floor(store: Store, metric: Metric) -> int:
    """The fewest people a number may stand on: 0 for a metric that is not on people."""
    return max(metric.min_people, store.settings.minimum_group) if metric.min_people else 0


def _periods(store: Store, grain: str, start: date, last: date) -> list[date]:
    if grain == WHOLE:
        return [start]
    calendar, found = store.settings.calendar, []
    period = calendar.start(start, grain)
    while period <= last:
        found.append(period)
        period = calendar.next(period, grain)
    return found


def _dimension(metric: Metric, name: str) -> str:
    plain = name.strip().casefold().replace(" ", "_")
    if plain not in metric.dimensions:
        there = ", ".join(metric.dimensions) or "none"
        raise QuestionError(f"{metric.label}: it cannot be split by '{name}'; its dimensions are: {there}.")
    return plain


def _empty(by: Sequence[str]) -> pd.DataFrame:
    columns = ["period", *by, "value", "num", "den", "n", "low", "high", "prior"]
    return pd.DataFrame(columns=columns, dtype=float).assign(
        partial=pd.Series(dtype=bool), hidden=pd.Series(dtype=bool), note=pd.Series(dtype=str)
    )


@dataclass(frozen=True)
class Judged:
    """A metric over its whole history, and its closed periods (their first days), each against its usual range."""

    series: Series
    periods: list[date]
    signals: Signals

    @property
    def frame(self) -> pd.DataFrame:
        """One row a closed period: period, centre, low, high (nan where there are no limits), rules, status, run."""
        points = self.signals.points
        columns = ["centre", "low", "high", "rules", "status", "run"]
        rows = [[getattr(point, name) for name in columns] for point in points]
        return pd.DataFrame(rows, columns=columns).assign(period=self.periods)


def judged(
    store: Store, metric_id: str, *, grain: str = "", only: Mapping[str, str] | None = None, end: date | None = None,
    plain: bool = False,
) -> Judged:  # fmt: skip
    """A metric in one view, each closed period against its usual range; see keel.signals. Raises QuestionError, PrivacyError.

    `grain`: week, or what the metric has at the finest. `plain`: limits on the raw values. Shares of people's answers are
    judged with as many as answered each time; a roster's years from before its
    first leaving have no part in it.
    """
    metric = catalogue.find(metrics(store), metric_id)
    found = series(store, metric_id, grain=grain or metric.finest, only=only, end=end)
    closed = found.frame[~found.frame["partial"]]
    periods = [pd.Timestamp(period).date() for period in closed["period"]]
    values = closed["value"].to_numpy(float)
    if metric.source == "employees":
        values = np.where(_before_leavings(store, metric, found, periods), np.nan, values)
    rebased = [
        Rebase(periods.index(first), row["reason"], row["said_on"])
        for row in baselines(store, metric.id)
        if (first := next((period for period in periods if period >= row["from_on"]), None))
    ]
    if metric.interval == "wilson" and not plain:
        k, n = (closed[name].to_numpy(float) for name in ("num", "den"))
        n = np.where(np.isnan(values), np.nan, n)
        return Judged(found, periods, signals.shares(k, n, periods=periods, baseline=rebased))
    return Judged(found, periods, signals.signals(values, periods=periods, baseline=rebased, plain=plain))


def _before_leavings(store: Store, metric: Metric, found: Series, periods: list[date]) -> np.ndarray:
    """Whether each period lies, or looks back, before the first leaving in the file: who had left by then is not in it."""
    span = coverage(store, metric)
    if span is None:
        return np.zeros(len(periods), dtype=bool)
    begins = store.list_of("first_leaving")[0]["first_on"] or span[0]
    if metric.interval == "poisson":
        return np.array(
            [_short_history(p, found.grain, span[0], begins, span[1], store) != "" for p in periods], dtype=bool
        )
    back = COHORT_MONTHS if metric.interval == "survival" else 0
    return np.array([add_months(period, -back) < begins.replace(day=1) for period in periods], dtype=bool)


def customers_behind(
    store: Store,
    *,
    start: date,
    end: date,
    only: Mapping[str, str] | None = None,
    most: int = 50,
    order: str = "revenue",
) -> pd.DataFrame:
    """The customers behind revenue and margin in view, the largest first, then the rest and the lines without one.

    Columns: part (one, rest, none), customer_id, name, revenue, margin, costed_revenue, orders, customers. The rows
    add up to the number on screen.
    """
    return store.ask("customers_behind", from_on=start, to_on=end, most=most, measure=order, **_order_filters(only))


def orders_behind(
    store: Store,
    customer_id: str | None,
    *,
    start: date,
    end: date,
    only: Mapping[str, str] | None = None,
    most: int = 200,
) -> pd.DataFrame:
    """The order lines of one customer in view (None: the lines without a customer), the newest first.

    Columns: day, order_id, product, product_line, quantity, amount, margin, all_lines, all_amount.
    """
    return store.ask(
        "orders_behind", customer_id=customer_id, from_on=start, to_on=end, most=most, **_order_filters(only)
    )


def movements(
    store: Store, *, window_months: int, region: str | None = None, segment: str | None = None
) -> pd.DataFrame:
    """Month x movement with opening, closing, change and customers, for one window (3, 6 or 12 months)."""
    frame = store.ask("movements", window_months=window_months, region=region, segment=segment)
    return frame.assign(month=frame["month"].dt.date) if len(frame) else frame


def drivers(store: Store, *, start: date, end: date) -> pd.DataFrame:
    """Engagement by driver in view, from closed waves: driver, member (of the first dimension; "" for the company), value,
    num, den, n, low, high, hidden, note. What is hidden names the nearest group that can be shown.
    """
    return told.drivers(store, metrics(store)["engagement"], start=start, end=end)


def ranked_drivers(store: Store, *, start: date, end: date) -> Drivers:
    """Drivers of engagement in view by their share of what people's answers on recommending the company move with, of the company
    alone, from closed waves; where nothing is ranked, its reason says why. See keel.drivers.
    """
    return told.ranked_drivers(store, start=start, end=end)


def comments(
    store: Store, *, start: date, end: date, group: str | None = None, words: str = ""
) -> list[dict[str, Any]]:
    """Comments that may be read, the latest wave first: survey, wave_on, group ("": the company), question, words, people."""
    return store.rows("comments", from_on=start.replace(day=1), to_on=end, group=group, words=words.strip())


def answering(store: Store, *, by: str, end: date) -> pd.DataFrame:
    """Who answered in the last closed wave, of those on the roster at its close, by the members of one dimension.

    Columns: member, value (a share), num (people who answered), den (people on the roster), low, high, hidden, note, period.
    Empty without a wave, or without a roster that knows the dimension.
    """
    metric = metrics(store)["engagement"]
    roster = catalogue.load()["headcount"]
    waves = [row for row in store.list_of("told_waves") if row["topic"] == "employees" and row["ends_on"] <= end]
    if not waves or by not in roster.dimensions or by not in metric.dimensions:
        return pd.DataFrame()
    wave_on = max(row["wave_on"] for row in waves)
    ends_on = max(row["ends_on"] for row in waves)
    people = series(store, metric.id, grain="month", by=[by], start=wave_on, end=ends_on).frame
    staff = series(store, roster.id, grain="month", by=[by], start=wave_on, end=ends_on).frame
    return told.of_roster(by, wave_on, people=people, staff=staff)


def score_counts(
    store: Store, role: str, *, start: date, end: date, region: str | None = None, segment: str | None = None
) -> pd.DataFrame:
    """How many answers gave each score (score, answers) to the questions of one role in view; empty when too few.

    Of answers on people always the company's, of closed waves.
    """
    metric = metrics(store)[role]
    if metric.rule == "answers":  # of closed waves there is the company's distribution only
        region = segment = None
    frame = store.ask("score_counts", role=role, from_on=start, to_on=end, region=region, segment=segment)
    return frame if frame["answers"].sum() >= _floor(store, metric) else frame.iloc[:0]


def headcount_walk(store: Store, *, start: date, end: date) -> list[tuple[str, int]]:
    """Steps from the opening to the closing headcount: ("opening", 380), ("hires", 12), ("resignation", -7), ..."""
    return [(row["step"], row["people"]) for row in store.rows("headcount_walk", from_on=start, to_on=end)]


def staff_year(store: Store, *, grain: str, period: date) -> dict[str, Any]:
    """Leavers of the trailing year by kind, how many are unflagged, the mean headcount; empty where there are none."""
    rows = store.rows("staff_year", grain=grain, period=period)
    return rows[0] if rows and rows[0]["leavers"] is not None else {}


def tenure_curve(store: Store, *, as_of: date, months: int = 60) -> pd.DataFrame:
    """Share still here by days since hiring, of those hired in the trailing months: see keel.survival.kaplan_meier."""
    hires = store.ask("hires", from_on=add_months(as_of, -months), to_on=as_of)
    hired = pd.to_datetime(hires["hired_on"]).to_numpy("datetime64[D]")
    left = pd.to_datetime(hires["left_on"]).to_numpy("datetime64[D]")
    end = np.datetime64(as_of)
    gone = ~np.isnat(left) & (left <= end)
    days = (np.where(gone, left, end) - hired).astype("timedelta64[D]").astype(int)
    people = hires["people"].to_numpy()
    return survival.kaplan_meier(np.repeat(days, people), np.repeat(gone, people))


def members(store: Store) -> dict[str, dict[str, list[str]]]:
    """Metric -> dimension -> its members, for filters; of answers on people those that occur in a closed wave."""
    known = metrics(store)
    found: dict[str, dict[str, list[str]]] = {}
    for row in [*store.rows("members"), *store.rows("wave_members")]:
        metric = known.get(row["metric"])
        if metric is None or row["place"] > len(metric.dimensions):
            continue
        names = found.setdefault(metric.id, {}).setdefault(metric.dimensions[row["place"] - 1], [])
        if (row["member"] or NO_MEMBER) not in names:
            names.append(row["member"] or NO_MEMBER)
    return found


def refusals(store: Store) -> list[dict[str, Any]]:
    """How often views were refused because too few people stand behind them: metric, dimensions, times; never for whom."""
    return store.rows("refused")


def goals(
    store: Store, metric_id: str, *, periods: Iterable[date], grain: str, only: Mapping[str, str] | None = None
) -> list[float | None]:
    """The target of each period (its first day) in this view; see keel.targets. None where none is set.

    A view of one member has the member's own target; one of several at once has none.
    """
    metric, only = catalogue.find(metrics(store), metric_id), only or {}
    if len(only) > 1:
        return [None for _ in periods]
    steps = _target_steps(store, metric).get(next(iter(only.items()), ("", "")), [])
    return targets.goals(steps, periods, grain=grain, calendar=store.settings.calendar, adds_up=_adds_up(metric))


def goals_by(store: Store, metric_id: str, *, by: str, start: date, end: date) -> dict[str, float]:
    """The targets of the members of a dimension that have one: over the days from start to end of what adds up over time, else
    the one in force at the end.
    """
    metric, found = catalogue.find(metrics(store), metric_id), {}
    for (dimension, member), steps in _target_steps(store, metric).items():
        if dimension == by:
            summed = _adds_up(metric)
            goal = (
                targets.over(steps, start, end + DAY, store.settings.calendar)
                if summed
                else targets.in_force(steps, end)
            )
            if goal is not None:
                found[member] = goal
    return found


def _target_steps(store: Store, metric: Metric) -> dict[tuple[str, str], list[tuple[date, float]]]:
    """(dimension, member) -> the dated targets of it; ('', '') is the company."""
    found: dict[tuple[str, str], list[tuple[date, float]]] = {}
    for row in store.list_of("targets"):
        if row["metric"] == metric.id:
            found.setdefault((row["dimension"], row["member"]), []).append((row["valid_from"], row["value"]))
    return found


def _adds_up(metric: Metric) -> bool:
    """Whether the metric's numbers add up over time, so that a target for a month says what a week should bring."""
    return metric.roll == "sum" and metric.grain == "day"


def all_targets(store: Store, metric_id: str) -> pd.DataFrame:
    """The dated targets of one metric: dimension, member ('' for the company), valid_from, value, batch."""
    rows = [row for row in store.list_of("targets") if row["metric"] == metric_id]
    return pd.DataFrame(rows, columns=["dimension", "member", "valid_from", "value", "batch"])


def events(store: Store, metric_id: str) -> list[dict[str, Any]]:
    """The events that touch a metric: metric ('' where it touches all), happened_on, ends_on (its last day), words, batch."""
    return [row for row in store.list_of("events") if row["metric"] in ("", metric_id)]


def baselines(store: Store, metric_id: str) -> list[dict[str, Any]]:
    """Where a person began the metric's usual range anew: from_on, reason, who, said_on, batch."""
    return [row for row in store.list_of("baselines") if row["metric"] == metric_id]


def sources(store: Store) -> list[dict[str, Any]]:
    """Each source: first and last day covered, rows, when it last came, and whether it is stale: behind the newest by two weeks,
    or by half as long again as it usually takes to come.
    """
    batches, rows = store.rows("batches"), store.rows("coverage")
    newest = max((row["last_on"] for row in rows if row["last_on"]), default=None)
    for row in rows:
        kinds = {"orders": "orders", "employees": "employees"}
        kind = kinds.get(row["source"], "survey" if row["source"].endswith(" survey") else "measures")
        came = [batch["imported_at"] for batch in batches if batch["kind"] == kind]
        row["imported_at"] = max(came, default=None)
        row["stale"] = bool(newest and row["last_on"] and (newest - row["last_on"]).days > _due_after(row))
    return rows


def _due_after(row: Mapping[str, Any]) -> float:
    """How many days after its last one a source's next number is overdue."""
    usual = (row["last_on"] - row["first_on"]).days / (row["times"] - 1) if (row["times"] or 0) > 1 else 0
    return max(STALE_DAYS, 1.5 * usual)


def order_facts(store: Store) -> dict[str, Any]:
    """What the order lines hold, counted on the raw rows: lines, distinct order numbers, customers, what lacks what."""
    return store.rows("order_facts")[0]


def questions(store: Store, survey: str | None = None) -> list[dict[str, Any]]:
    """Every survey's questions with scale, n, missing, mean, score, interval and counts; free text is only counted.

    Of a survey on people it is the closed waves that are told, and in each the questions that may be.
    """
    frame = store.ask("questions")
    surveys = sorted(frame["survey"].unique())
    if survey is not None and survey not in surveys:
        raise QuestionError(
            f"'{survey}': there is no such survey; one of {', '.join(surveys) or 'none yet'} was expected."
        )
    found = []
    for name in [survey] if survey else surveys:
        rows = frame[frame["survey"] == name]
        is_named = bool(rows["is_named"].iloc[0])
        asked = [_question(str(text), group, is_named) for text, group in rows.groupby("text", sort=False)]
        found.append({"survey": name, "responses": int(rows["responses"].iloc[0]), "questions": asked})
    return found


def _question(text: str, rows: pd.DataFrame, is_named: bool) -> dict[str, Any]:
    first, answers = rows.iloc[0], rows["answers"].astype(int)
    n, role = int(first["answered"]), first["role"] if isinstance(first["role"], str) else None
    question: dict[str, Any] = {
        "key": f"q{int(first['place'])}", "text": text, "kind": first["kind"], "role": role,
        "scale": f"{int(first['low'])}–{int(first['high'])}" if first["kind"] in SCORED else None,
        "n": n, "missing": int(first["responses"]) - n, "mean": None, "favourable": None, "nps": None,
        "low": None, "high": None, "counts": {},
    }  # fmt: skip
    if not is_named and not n:
        return {**question, "n": None, "missing": None, "hidden": True, "note": suppression.HIDDEN}
    if first["kind"] in SCORED and n:
        scores = rows["value"].to_numpy(float)
        turned = first["low"] + first["high"] - scores if first["is_reversed"] else scores
        question["mean"] = float((turned * answers).sum() / n)
        words = rows["label"] if first["kind"] == "scale" else [f"{score:g}" for score in scores]
        question["counts"] = _added_up(words, answers)
        if role in ("nps", "enps"):
            promoters, detractors = int(answers[turned >= 9].sum()), int(answers[turned <= 6].sum())
            found = intervals.nps(promoters, n - promoters - detractors, detractors)
            question["nps"], question["low"], question["high"] = (float(x) for x in found)
        elif not np.isnan(first["favourable_from"]):
            favourable = int(answers[turned >= first["favourable_from"]].sum())
            question["favourable"] = favourable / n
            question["low"], question["high"] = (float(x) for x in intervals.wilson(favourable, n))
    elif first["kind"] == "rank" and n:
        question["counts"] = _added_up([f"{rank:g}" for rank in rows["value"]], answers)
        question["mean"] = float((rows["value"].to_numpy(float) * answers).sum() / n)
    elif first["kind"] in ("single", "multi") and n:
        question["counts"] = _added_up(rows["label"], answers)
    return question


def _added_up(words: Iterable[str], answers: Iterable[int]) -> dict[str, int]:
    """How often each was answered; a word of several values (two tools number a scale otherwise) stands once."""
    counts: dict[str, int] = {}
    for word, count in zip(words, answers, strict=True):
        if count:
            counts[word] = counts.get(word, 0) + int(count)
    return counts


def _order_filters(only: Mapping[str, str] | None) -> dict[str, str | None]:
    only = only or {}
    for name in only:
        if name not in ORDER_DIMENSIONS:
            raise QuestionError(
                f"'{name}': orders have no such dimension; one of {', '.join(ORDER_DIMENSIONS)} was expected."
            )
    return {name: ("" if only.get(name) == NO_MEMBER else only.get(name)) for name in ORDER_DIMENSIONS}


def customer_name(store: Store, customer_id: str) -> str:
    """A customer's name, or the id where no file names it."""
    rows = store.rows("customer_name", customer_id=customer_id)
    return rows[0]["name"] if rows else customer_id
