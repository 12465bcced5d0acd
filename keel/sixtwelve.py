"""Six trailing weeks, twelve months, and nine totals of one metric, with the prior year beside each. Pure.

A week or month with a missing day is blank, not a partial sum. A to-date total is of the days there are, says which
are missing, and is compared with the same days of the prior year. Prior year: the week 364 days earlier, so that
weekdays match; the same month, and the same span, a year before. A change against 0, less than 0 or nothing is None.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from keel import wording
from keel.errors import QuestionError
from keel.periods import DAY, SAME_WEEKDAYS, WEEKDAYS, Calendar, same_day_last_year
from keel.wording import day_year, plural

WEEKS, MONTHS = 6, 12
WEEK = timedelta(days=7)
SHOWN_MONTHS = ("trailing", "fiscal")
TO_DATE = {"mtd": "month", "qtd": "quarter", "ytd": "year"}
DAYS_BACK = 850  # a fiscal year of 53 weeks before one of 53 weeks, and the months trailing a year before those
BPS = 10_000
TOLD = ("last week", "month to date", "quarter to date", "year to date")  # as `totals` has them: last_week and TO_DATE
# How far apart the numbers of a measure may lie for a span of that grain to hold one: half as far again as it is long.
RARELY = {"week": 10, "month": 45, "quarter": 137, "year": 548}
NO_DATA = "no data"
STILL_TO_COME = "still to come"


@dataclass(frozen=True)
class SixTwelve:
    """The six-twelve view of one metric; None is "no data", and a note says why.

    weeks: six dicts of ending, label ("wk 38"), value, prior, note. months: twelve of month (its first day), label,
    value, prior, partial (the running month: its days so far), note. running: the same for the month to date where
    the twelve are whole ones, or None. totals: last_week, wow, yoy, mtd, mtd_yoy, qtd, qtd_yoy, ytd, ytd_yoy; changes
    are as `change_in` says: a fraction, bps or points. as_of: the last day the source covers. total_notes: what to know
    of mtd, qtd and ytd.
    """

    week_ending: date
    weeks: tuple[dict[str, Any], ...]
    months: tuple[dict[str, Any], ...]
    running: dict[str, Any] | None
    totals: dict[str, float | None]
    change_in: str
    as_of: date | None
    total_notes: dict[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class _Figure:
    """A number of one span, and what is wrong with it."""

    value: float | None = None
    note: str = ""


def change_in(unit: str, compare: str) -> str:
    """What a change of the metric is told in: "bps" for rates, "points" for scores, else "fraction" (METRICS, rule 9)."""
    if compare == "percent":
        return "fraction"
    return "bps" if unit == "rate" or compare == "bps" else "points"


def change(now: float | None, before: float | None, told_in: str) -> float | None:
    """The change from `before` to `now`: a fraction of `before`, or their difference in bps or points.

    None where either is missing; a fraction of 0 or of less than 0 says nothing and is None too.
    """
    if now is None or before is None:
        return None
    if told_in != "fraction":
        return (now - before) * (BPS if told_in == "bps" else 1)
    found = now / before - 1 if before > 0 else math.nan
    return found if math.isfinite(found) else None


def in_words(view: SixTwelve, unit: str, currency: str) -> list[tuple[str, str, list[str], str]]:
    """The nine totals for a reader, four rows of label, value, changes and note.

    ("last week", "1.24 M", ["▲ 3.1 % on the week before", "▲ 8 % on last year"], ""), then the month, quarter and year
    to date, each with its change on last year.
    """
    rows = []
    for label, key in zip(TOLD, ("last_week", *TO_DATE), strict=True):
        changes = {"wow": "the week before", "yoy": "last year"} if key == "last_week" else {f"{key}_yoy": "last year"}
        told = [change_in_words(view.totals[name], view.change_in, unit, against) for name, against in changes.items()]
        value = wording.number(view.totals[key], unit, currency=currency)
        rows.append((label, value, told, view.total_notes.get(key, "")))
    return rows


def change_in_words(change: float | None, told_in: str, unit: str, against: str) -> str:
    """A change as `change` gives it: "▲ 3.1 % on last year", "▼ 12 bps on last year", "n/a on last year"."""
    if change is None or not math.isfinite(change):
        return f"n/a on {against}"
    step = Decimal(str(change))
    now, before, told_as = {
        "fraction": (1 + step, 1, "money"),
        "bps": (step / BPS, 0, "rate_bps"),
        "points": (step, 0, unit if unit in ("points", "days") else "score"),
    }[told_in]
    return wording.change(now, before, told_as, against=against)[0]


def sixtwelve(
    days: pd.DataFrame,
    *,
    roll: str,
    week_ending: date,
    calendar: Calendar,
    covered: tuple[date, date] | None,
    months: str = "trailing",
    told_in: str = "fraction",
    scale: float = 1,
    is_quiet: bool = False,
) -> SixTwelve:
    """The view of a metric from its daily rows: day, num, den, a row a day; of `den` only ratios and means make use.

    roll: sum, ratio, mean, last, min or max; a ratio or a mean is the sum of num over the sum of den, times `scale`.
    covered: the first and last day the source covers. is_quiet: a day without a row, inside that, is one on which
    nothing happened; otherwise its number is missing. A measure of weekdays, weeks or months only is known by its rows.
    months: "trailing", the twelve that had ended by `week_ending`, or "fiscal", those of its fiscal year. Weeks end on
    the weekday of `week_ending`, whatever the calendar says. Raises QuestionError.
    """
    week_ending = checked(week_ending, months)
    if not calendar.pattern:  # months that are made of weeks keep the company's own
        calendar = Calendar(WEEKDAYS[week_ending.weekday()], calendar.fiscal_year_ends)
    data = _Days(days, roll, week_ending, covered, scale=scale, is_quiet=is_quiet)
    weeks = []
    for back in reversed(range(WEEKS)):
        ending = week_ending - back * WEEK
        now = data.whole(ending - WEEK + DAY, ending + DAY, "week")
        prior = data.whole(ending - WEEK + DAY - SAME_WEEKDAYS, ending + DAY - SAME_WEEKDAYS, "week")
        weeks.append(_week(ending, calendar, now, prior))

    def of_month(month: date) -> dict[str, Any]:
        end, before = calendar.end(month, "month"), calendar.prior_year(month, "month")
        is_running = month <= week_ending < end - DAY
        now = data.to_date(month, week_ending + DAY, "month") if is_running else data.whole(month, end, "month")
        return _month(month, calendar, now, data.whole(before, calendar.end(before, "month"), "month"), is_running)

    totals, notes = _of_weeks(weeks, told_in), {}
    for name, grain in TO_DATE.items():
        span, before = calendar.to_date(week_ending, grain), calendar.to_date_last_year(week_ending, grain)
        figure = data.to_date(*span, grain)
        same, earlier, words = data.alike(span, before, grain, twin=_twin(calendar, span[0] - before[0]))
        totals |= {name: figure.value, f"{name}_yoy": change(same, earlier, told_in)}
        notes[name] = "; ".join(note for note in (figure.note, words) if note)
    return SixTwelve(
        week_ending=week_ending, weeks=tuple(weeks), totals=totals, change_in=told_in, note=data.note,
        as_of=covered[1] if covered else None,
        total_notes={name: note for name, note in notes.items() if note},
        **_months(calendar, week_ending, months, of_month),
    )  # fmt: skip


def of_periods(
    frames: Mapping[str, pd.DataFrame],
    *,
    week_ending: date,
    calendar: Calendar,
    covered: tuple[date, date] | None,
    months: str = "trailing",
    told_in: str = "fraction",
) -> SixTwelve:
    """The view of a metric whose rows are of whole periods (trailing windows, what is on people).

    frames: grain -> rows up to `week_ending` with period, value, prior, partial, note (see keel.measure.Series); a
    grain at which it is not measured is left out. Its weeks end where the calendar says: for a `week_ending` on another
    weekday the last that had closed by then are shown. Raises QuestionError.
    """
    week_ending = checked(week_ending, months)
    rows = {grain: {row["period"]: row for row in frame.to_dict("records")} for grain, frame in frames.items()}
    last = covered[1] if covered and covered[0] <= week_ending else None
    stopped = f"no data since {day_year(last)}" if last and last < week_ending else ""
    notes = [stopped or ("" if last else NO_DATA)]

    def whole(period: date, grain: str) -> _Figure:
        row = rows.get(grain, {}).get(period)
        if calendar.end(period, grain) > week_ending + DAY:
            return _Figure(note=STILL_TO_COME)
        if row is None or row["partial"]:
            is_late = last is not None and calendar.end(period, grain) > last + DAY
            return _Figure(note=stopped if is_late else NO_DATA if row is None else "not all of it is in the data")
        return _Figure(_number(row["value"]), row["note"])

    def to_date(period: date, grain: str) -> _Figure:
        row = rows.get(grain, {}).get(period)
        return (
            _Figure(_number(row["value"]), row["note"] or stopped)
            if row is not None
            else _Figure(note=stopped or NO_DATA)
        )

    closed = calendar.start(week_ending + DAY, "week") - DAY  # the last day of the last whole week
    if "week" not in rows:
        notes.append("measured by month: there are no weeks")
    elif closed != week_ending:
        notes.append(f"measured by weeks that end on {calendar.week_ends_on.capitalize()}")
    weeks = []
    for back in reversed(range(WEEKS)):
        first = closed + DAY - WEEK - back * WEEK
        prior = whole(calendar.prior_year(first, "week"), "week")
        weeks.append(_week(first + WEEK - DAY, calendar, whole(first, "week"), prior))

    def of_month(month: date) -> dict[str, Any]:
        is_running = month <= week_ending < calendar.end(month, "month") - DAY
        now = to_date(month, "month") if is_running else whole(month, "month")
        return _month(month, calendar, now, whole(calendar.prior_year(month, "month"), "month"), is_running)

    totals, total_notes = _of_weeks(weeks, told_in), dict[str, str]()
    for name, grain in TO_DATE.items():
        period = calendar.start(week_ending, grain)
        now, prior = to_date(period, grain), whole(calendar.prior_year(period, grain), grain)
        # Its rows are of whole periods: the same part of the one a year before is not known.
        totals |= {name: now.value, f"{name}_yoy": change(whole(period, grain).value, prior.value, told_in)}
        is_open = now.value is not None and calendar.end(period, grain) > week_ending + DAY
        words = [word for word in (now.note, f"only a whole {grain} is compared" if is_open else "") if word]
        total_notes |= {name: "; ".join(words)} if words else {}
    return SixTwelve(
        week_ending=week_ending, weeks=tuple(weeks), totals=totals, change_in=told_in, total_notes=total_notes,
        as_of=covered[1] if covered else None,
        note="; ".join(note for note in notes if note), **_months(calendar, week_ending, months, of_month),
    )  # fmt: skip


def rhythm(numbers: np.ndarray, first: int, last: int) -> tuple[int, np.ndarray]:
    """How many days the numbers of a measure lie apart, and on which weekdays (seven, Monday first) one is due.

    Due is each weekday that has a number in more than half of the last year's weeks: every day, Monday to Friday, or one day
    of the week. Where no weekday has, nothing is due: it is a measure of months, quarters or years. numbers: the days that
    have one; first, last: those the data covers; all as ordinals (date.toordinal).
    """
    first = max(first, last + 1 - (SAME_WEEKDAYS + WEEK).days)
    numbers = numbers[(numbers >= first) & (numbers <= last)]
    apart = int(np.median(np.diff(numbers))) if len(numbers) > 1 else last - first + 1
    weeks, found = (np.bincount((days - 1) % 7, minlength=7) for days in (np.arange(first, last + 1), numbers))
    due = found * 2 > weeks
    if not due.any():
        return apart, due
    return min(apart, WEEK.days), due | (weeks == 0)  # too short a history to know that weekday


class _Days:
    """The days up to the week's end as arrays, a place a day: what there is, and what there should be."""

    def __init__(
        self, days: pd.DataFrame, roll: str, week_ending: date, covered: tuple[date, date] | None,
        *, scale: float, is_quiet: bool,
    ) -> None:  # fmt: skip
        self.roll, self.scale, self.covered = roll, scale, covered
        self.from_on, self.end = week_ending - timedelta(days=DAYS_BACK - 1), week_ending + DAY
        self.num, self.den = np.zeros(DAYS_BACK), np.zeros(DAYS_BACK)
        has_row = np.zeros(DAYS_BACK, dtype=bool)
        at = (pd.to_datetime(days["day"]).to_numpy("datetime64[D]") - np.datetime64(self.from_on, "D")).astype(int)
        inside = (at >= 0) & (at < DAYS_BACK)
        at = at[inside]
        has_row[at] = True
        self.num[at] = days["num"].to_numpy(float)[inside]
        self.den[at] = days["den"].to_numpy(float)[inside]
        self.has_number = has_row & np.isfinite(self.num) & (np.isfinite(self.den) | (roll not in ("ratio", "mean")))
        # A row without a number stands for what has none, such as a sale of unknown cost: it is there, and not counted.
        self.is_unknown = has_row & ~self.has_number
        is_covered = np.zeros(DAYS_BACK, dtype=bool)
        if covered and len(days):
            is_covered[max(self._place(covered[0]), 0) : max(self._place(covered[1]) + 1, 0)] = True
        self.is_there = is_covered | has_row if is_quiet else self.has_number
        self.apart, self.is_due = 1, np.ones(DAYS_BACK, dtype=bool)
        if not is_quiet and is_covered.any() and self.has_number.any():
            known = np.flatnonzero(is_covered)
            numbers = np.flatnonzero(self.has_number) + self.from_on.toordinal()
            self.apart, due = rhythm(numbers, *(int(place) + self.from_on.toordinal() for place in known[[0, -1]]))
            self.is_due = due[(np.arange(DAYS_BACK) + self.from_on.weekday()) % 7]

    @property
    def note(self) -> str:
        """What holds for the whole view: no data at all, or none since; else empty."""
        if self.covered is None or self.covered[0] >= self.end:
            return NO_DATA
        if self.covered[1] < self.end - DAY:
            return f"no data since {day_year(self.covered[1])}"
        return "" if self.is_there.any() else NO_DATA

    def whole(self, start: date, end: date, grain: str) -> _Figure:
        """The number of a span [start, end) of which no day is missing."""
        if end > self.end:
            return _Figure(note=STILL_TO_COME)
        figure = self.to_date(start, end, grain)
        return _Figure(note=figure.note) if len(self._missing(self._places(start, end))) else figure

    def to_date(self, start: date, end: date, grain: str) -> _Figure:
        """The number of the days there are in a span [start, end), with a note on those that are missing."""
        if self.apart > RARELY[grain]:
            return _Figure(note=f"measured about every {self.apart} days")
        places = self._places(start, end)
        value = self._rolled(places)
        return _Figure(value, self._gaps(places) or ("" if value is not None else NO_DATA))

    def alike(
        self, span: tuple[date, date], before: tuple[date, date], grain: str, *, twin: Callable[[date], date]
    ) -> tuple[float | None, float | None, str]:
        """The numbers of a span and of the one a year before over the days that neither lacks, and what to know of it.

        `twin`: the day of the earlier span that a day of the later one is compared with.
        """
        if self.apart > RARELY[grain]:
            return None, None, ""
        now, prior = self._places(*span), self._places(*before)
        if self.covered and before[0] < self.covered[0] and self.is_there.any():
            return None, None, f"nothing to compare with: the data begins on {day_year(self.covered[0])}"
        gone, lacked = set(self._missing(now).tolist()), set(self._missing(prior).tolist())
        if gone or lacked:
            twins = {place: self._place(twin(self.from_on + int(place) * DAY)) for place in now.tolist()}
            earlier = {twins[place] for place in gone} - {twins[place] for place in now.tolist() if place not in gone}
            now = np.array([place for place in now.tolist() if place not in gone and twins[place] not in lacked], int)
            prior = np.array([place for place in prior.tolist() if place not in lacked | earlier], int)
        numbers = [int(self.has_number[places].sum()) for places in (now, prior)]
        if self.roll == "sum" and self.is_sparse and numbers[0] != numbers[1]:
            return None, None, f"not compared: {numbers[0]} numbers against {numbers[1]} a year before"
        found = self._rolled(now), self._rolled(prior)
        return *found, "the change is over the days that both years have" if (
            gone or lacked
        ) and None not in found else ""

    @property
    def is_sparse(self) -> bool:
        """Whether a number stands for a week or more, so that two spans can hold more of them or fewer by the dates alone."""
        return int(self.is_due[:7].sum()) <= 1

    def _place(self, day: date) -> int:
        return (day - self.from_on).days

    def _places(self, start: date, end: date) -> np.ndarray:
        return np.arange(max(self._place(start), 0), max(min(self._place(end), DAYS_BACK), 0))

    def _missing(self, places: np.ndarray) -> np.ndarray:
        """The places on which a number is due and none is there."""
        return places[self.is_due[places] & ~self.is_there[places]]

    def _rolled(self, places: np.ndarray) -> float | None:
        counted = places[self.has_number[places]]
        if not self.is_there[places].any() or (not len(counted) and self.is_unknown[places].any()):
            return None
        num, den = self.num[counted], float(self.den[counted].sum())
        if self.roll in ("ratio", "mean"):
            return _number(float(num.sum()) / den * self.scale) if den else None
        if self.roll == "sum":
            return _number(float(num.sum()) * self.scale)
        if not len(num):
            return None
        return _number({"last": num[-1], "min": num.min(), "max": num.max()}[self.roll] * self.scale)

    def _gaps(self, places: np.ndarray) -> str:
        """Which days are missing: those before the data begins, those since it stopped, or so many of them; or nothing."""
        missing = self._missing(places)
        if not len(missing):
            return ""
        if self.covered is None or not self.is_there.any():
            return self.note or NO_DATA
        first, last = self._place(self.covered[0]), self._place(self.covered[1])
        within = int(((missing >= first) & (missing <= last)).sum())
        due = int(self.is_due[places].sum())
        words = [
            f"the data begins on {day_year(self.covered[0])}" if missing[0] < first else "",
            f"{within} of {plural(due, 'day')} {'has' if within == 1 else 'have'} no data" if within else "",
            f"no data since {day_year(self.covered[1])}" if missing[-1] > last else "",
        ]
        return "; ".join(word for word in words if word)


def _twin(calendar: Calendar, apart: timedelta) -> Callable[[date], date]:
    """What a day is compared with: the same date of last year or, where months are made of weeks, the same place in them."""
    return (lambda day: day - apart) if calendar.pattern else same_day_last_year


def _months(
    calendar: Calendar, week_ending: date, shown: str, of_month: Callable[[date], dict[str, Any]]
) -> dict[str, Any]:
    """The twelve months and, where they are whole ones, the running month apart."""
    running = calendar.start(week_ending, "month")
    is_closed = calendar.end(running, "month") == week_ending + DAY
    if shown == "fiscal":
        month, found = calendar.start(week_ending, "year"), []
        for _ in range(MONTHS):
            found.append(of_month(month))
            month = calendar.next(month, "month")
        return {"months": tuple(found), "running": None}
    month = running if is_closed else calendar.previous(running, "month")
    found = []
    for _ in range(MONTHS):
        found.append(of_month(month))
        month = calendar.previous(month, "month")
    return {"months": tuple(reversed(found)), "running": None if is_closed else of_month(running)}


def _week(ending: date, calendar: Calendar, now: _Figure, prior: _Figure) -> dict[str, Any]:
    label = f"wk {calendar.week_number(ending)[1]}"
    return {"ending": ending, "label": label, "value": now.value, "prior": prior.value, "note": now.note}


def _month(month: date, calendar: Calendar, now: _Figure, prior: _Figure, is_running: bool) -> dict[str, Any]:
    label = calendar.label(month, "month")
    found = {"month": month, "label": label, "value": now.value, "prior": prior.value}
    return {**found, "partial": is_running, "note": now.note}


def _of_weeks(weeks: list[dict[str, Any]], told_in: str) -> dict[str, float | None]:
    last, before = weeks[-1], weeks[-2]
    return {
        "last_week": last["value"],
        "wow": change(last["value"], before["value"], told_in),
        "yoy": change(last["value"], last["prior"], told_in),
    }


def _number(value: Any) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def checked(week_ending: date, months: str) -> date:
    """The day as a plain date. Raises QuestionError for a date too far off, and for another choice of months."""
    if months not in SHOWN_MONTHS:
        raise QuestionError(
            f"months: found {months!r}; expected one of {', '.join(SHOWN_MONTHS)}. Choose one of these."
        )
    if not 1000 <= week_ending.year <= 9000:
        raise QuestionError(f"week ending: found {week_ending}; expected a year from 1000 to 9000. Correct the date.")
    return date(week_ending.year, week_ending.month, week_ending.day)
