"""Every chart: a frame in, a themed figure out, one message each. Nothing is computed here but where marks go.

    trend            is it going up, against last year and the target?
    bars             who makes up the number?
    waterfall        what moved it from opening to closing?
    distribution     how do the answers spread over the scale?
    survival_curve   how long do people stay?
    drivers          which driver differs from the company?
    sparkline        the small line on a card (keel.sparkline)
    heat_map         which group differs from the company, driver by driver? (keel.groups)
    small_lines      where does each group go, beside the company? (keel.groups)

A page shows a figure by st.plotly_chart(figure, theme=None, config=CONFIG): Streamlit's own theme would paint over
this one. Text from data is escaped, for Plotly reads tags in any text. Hidden rows have no number here either.
"""

import math
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from html import escape, unescape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from keel.catalogue import Metric
from keel.groups import heat_map as heat_map
from keel.groups import hidden_because as hidden_because
from keel.groups import small_lines as small_lines
from keel.periods import Calendar
from keel.sparkline import sparkline as sparkline
from keel.wording import MINUS, MONTHS, NBSP, NO_DATA, SCALES, change, day, interval, number, plural, span

CONFIG = {
    "displayModeBar": False,
    "displaylogo": False,
    "modeBarButtonsToRemove": ["sendChartToCloud"],  # it uploads the data to an outside service
    "responsive": True,
    "scrollZoom": False,
    "typesetMath": False,  # "$1.2 M to $1.3 M" is money, not mathematics
}
# Plotly's fonts cannot ask for tabular figures; the page does, also for the tester in which Plotly measures text.
CSS = ".js-plotly-plot text, #js-plotly-tester text { font-variant-numeric: tabular-nums; }"

MOST_POINTS = 500  # in a figure: the browser draws SVG, and its time goes with the points (TECH)
MOST_BARS = 100  # at 28 px each that is three screens; the table below the chart holds the rest
MOST_TICKS = 5
TALLEST_BAND = 3  # times the spread of what was measured; a taller usual range would press it flat and is cut
PHONE = 170  # px of plot beside its labels on a screen 340 wide: what fits there fits everywhere
LABEL, SMALL = 13, 11  # px
LINE_HEIGHT = 16  # px between two labels beside each other
LONGEST_NAME = 24  # characters of a member
LONGEST_LINE = 16  # of them beside each other: one line of 24 would leave a phone no room for the bars
LONGEST_EVENT = 18
EVENT_ROWS = 3
ROW, TALL_ROW = 28, 34  # px a bar, with a name of one line and of two
BAR = 0.62  # of a row
WRAP = 40  # characters of a line in a tooltip: Plotly does not wrap, and a phone cuts off the rest
YEAR = 365  # days, as in keel.survival
MONTH = YEAR / 12
REMAINDERS = ("rest", "(rest)", "(none)", "none", "other", "(other)")  # no member: never ranked among them
PLURALS = {"money": "", "count": "", "days": "days", "points": "points"}  # units an axis does not show by itself
FULL = {"week": "a whole week", "month": "a whole month", "quarter": "a whole quarter", "year": "a whole year"}
STEP_DAYS = {"week": 7, "month": 30, "quarter": 91, "year": 365}

Trace = dict[str, Any]

AIR = {"ticks": "outside", "ticklen": 6, "tickcolor": "rgba(0,0,0,0)"}  # between a tick's words and the plot


@dataclass(frozen=True)
class Theme:
    """The tokens of UX.md: every pair of text and ground passes WCAG AA."""

    ground: str
    card: str
    ink: str
    muted: str
    lag: str
    lead: str
    signal: str
    watch: str
    grid: str

    def of(self, kind: str) -> str:
        """The one colour of every lagging or every leading number."""
        return self.lead if kind == "lead" else self.lag

    def variables(self) -> str:
        """The tokens as CSS variables, "--keel-ground: #F6F7F9; ...", which the sparklines read."""
        return " ".join(f"--keel-{name}: {colour};" for name, colour in asdict(self).items())


LIGHT = Theme(
    ground="#F6F7F9", card="#FFFFFF", ink="#14213D", muted="#566178", lag="#1F5FA8", lead="#0B7A60",
    signal="#B3261E", watch="#8F5600", grid="#E3E7EE",
)  # fmt: skip
DARK = Theme(
    ground="#0F1420", card="#171E2E", ink="#E8ECF4", muted="#A3AEC2", lag="#7FB0EA", lead="#57C7A8",
    signal="#FF8A80", watch="#F2B35E", grid="#2A3347",
)  # fmt: skip


def theme(kind: str) -> Theme:
    """DARK for "dark", LIGHT for everything else."""
    return DARK if kind == "dark" else LIGHT


# The trend


@dataclass(frozen=True)
class Event:
    """What happened and when: on one day or, with `ends_on` after it, up to and including that day."""

    starts_on: date
    words: str
    ends_on: date | None = None

    @property
    def last_day(self) -> date:
        """The last day of it: the first one where it has no other."""
        return max(self.starts_on, self.ends_on) if self.ends_on else self.starts_on

    @property
    def told(self) -> str:
        """ "Outage · 3 Mar–9 Mar", as a tooltip has it."""
        return _wrapped(f"{self.words} · {span(self.starts_on, self.last_day)}")


def trend(
    frame: pd.DataFrame, metric: Metric, *, theme: Theme, grain: str, currency: str = "",
    target: float | pd.DataFrame | None = None, events: Sequence[Event] = (), height: int = 320,
    calendar: Calendar | None = None, usual: pd.DataFrame | None = None,
) -> go.Figure:  # fmt: skip
    """Is it going up, against last year and the target? One line of full periods; the running one drawn apart.

    usual: what each period was expected to be, one row a period: period, centre, low, high (nan where it has none),
    status ("signal", "watch", "provisional", "none" or "") and words for the tooltip ("above its usual range").
    """
    points = _Points.of(frame, usual)
    if points.is_empty:
        return _sentence(points.why_empty, theme=theme, height=height)
    currency, aims = _safe(currency), _aims(target, points.periods)
    floor = 0.0 if metric.roll == "sum" or metric.unit == "count" else None
    scale = _Scale.over(_with_band([*points.drawn(), *(value for _, value in aims)], points.usual), metric.unit, floor)
    x_axis = _time_axis(points.periods, grain, theme, calendar or Calendar())
    events = _in_view(events, points.periods, grain)
    flags, rows = _event_flags(events, points.periods, theme)
    unit = PLURALS.get(metric.unit, "") or (currency if metric.unit == "money" else "")
    tags = _tags(points, metric, theme, aims, scale)
    margin = {
        "l": 16 + _widest([*scale.texts, unit]),
        "r": 14 + _widest([tag.words for tag in tags]),
        "t": max(12 + LINE_HEIGHT * rows, 26 if unit else 12),
        "b": 40,
    }
    plot = height - margin["t"] - margin["b"]
    labels = [*_labels(tags, points, scale, plot, theme), *flags, *_hidden_words(points, theme)]
    if unit:
        labels.append(_label(unit, theme, x=0, y=1, xanchor="right", yanchor="bottom", xshift=-6, yshift=8))
    if points.left_out:
        told = f"The newest {len(points.periods)} of {plural(len(points.periods) + points.left_out, grain)}"
        labels.append(_label(told, theme, x=0, y=0, xanchor="left", yanchor="top", yshift=-34))
        margin["b"] += LINE_HEIGHT
    hover = [_told(points, i, metric, grain, currency, calendar or Calendar()) for i in range(len(points.periods))]
    data = [
        *_usual_range(points, theme),
        *_range_band(points, theme.of(metric.kind)),
        *_last_year(points, theme),
        *_target_line(aims, x_axis["range"][1], theme),
        *_line(points, theme.of(metric.kind)),
        *_rings(points, theme.of(metric.kind), theme),
        *_so_far(points, theme.of(metric.kind), theme),
        *_hidden_marks(points, scale, plot, theme),
        _told_over(points, scale.low, hover),
    ]
    return _figure(
        data, theme, height=height, margin=margin, xaxis=x_axis, yaxis=scale.axis(theme), annotations=labels,
        shapes=_event_shapes(events, points.periods[-1], x_axis["range"], theme), hovermode="x", hoverdistance=60, uirevision=metric.id,
    )  # fmt: skip


@dataclass(frozen=True)
class _Usual:
    """The usual range beside the points, nan or "" where a period has none or is hidden; only whole ones are judged."""

    centre: np.ndarray
    low: np.ndarray
    high: np.ndarray
    status: list[str]
    words: list[str]

    @classmethod
    def of(cls, frame: pd.DataFrame | None, periods: list[date], hidden: np.ndarray, partial: np.ndarray) -> "_Usual":
        rows = {} if frame is None else {_date(row["period"]): row for row in frame.to_dict("records")}
        told = [{} if flag else rows.get(period, {}) for period, flag in zip(periods, hidden, strict=True)]
        judged = [{} if flag else row for row, flag in zip(told, partial, strict=True)]
        found = pd.DataFrame(told, index=range(len(periods)))
        return cls(
            centre=_numbers(found, "centre"), low=_numbers(found, "low"), high=_numbers(found, "high"),
            status=[_text(row.get("status")) for row in judged], words=[_text(row.get("words")) for row in judged],
        )  # fmt: skip

    @property
    def known(self) -> np.ndarray:
        return np.isfinite(self.low) & np.isfinite(self.high)


def _text(given: Any) -> str:
    return given if isinstance(given, str) else ""


@dataclass(frozen=True)
class _Points:
    """The columns of a series as arrays, in order of time; `full` marks what may be joined by a line."""

    periods: list[date]
    value: np.ndarray
    prior: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: np.ndarray
    partial: np.ndarray
    hidden: np.ndarray
    note: list[str]
    usual: _Usual
    left_out: int = 0

    @classmethod
    def of(cls, frame: pd.DataFrame, usual: pd.DataFrame | None) -> "_Points":
        """The newest of them: value, last year, low, high and a tooltip each; with a usual range its centre too."""
        in_order = frame.sort_values("period")
        newest = in_order.tail(MOST_POINTS // (5 if usual is None else 6))
        hidden, partial = _flags(newest, "hidden"), _flags(newest, "partial")
        periods = [_date(period) for period in newest["period"]]
        numbers = {name: _numbers(newest, name) for name in ("value", "prior", "low", "high", "n")}
        for name in ("value", "low", "high", "n"):  # suppression has emptied them; a chart must not undo it
            numbers[name] = np.where(hidden, np.nan, numbers[name])
        return cls(
            periods=periods, partial=partial, hidden=hidden,
            note=[_text(note) for note in newest.get("note", [""] * len(newest))],
            usual=_Usual.of(usual, periods, hidden, partial), left_out=len(in_order) - len(newest), **numbers,
        )  # fmt: skip

    @property
    def seen(self) -> np.ndarray:
        return np.isfinite(self.value)

    @property
    def full(self) -> np.ndarray:
        return self.seen & ~self.partial

    @property
    def is_empty(self) -> bool:
        return not self.seen.any()

    @property
    def why_empty(self) -> str:
        return _hidden_sentence(self.note) if self.hidden.any() else "No data yet"

    @property
    def x(self) -> list[str]:
        return [period.isoformat() for period in self.periods]

    @property
    def with_interval(self) -> np.ndarray:
        return self.full & np.isfinite(self.low) & np.isfinite(self.high)

    def drawn(self) -> list[float]:
        """Every number that has a mark but the usual range's, for the range of the axis."""
        shown = self.with_interval
        found = np.concatenate([self.value, self.prior, self.low[shown], self.high[shown]])
        return [float(number) for number in found[np.isfinite(found)]]


def _line(points: _Points, colour: str) -> Iterator[Trace]:
    """The full periods; a dot on the last one, and on one without neighbours, which a line would not show."""
    full = points.full
    if not full.any():
        return
    beside = np.concatenate([[False], full[:-1]]) | np.concatenate([full[1:], [False]])
    size = np.where(full & ~beside, 5, 0)
    size[np.flatnonzero(full)[-1]] = 8
    line = _scatter(
        "value", points.x, _gapped(points.value, full), mode="lines+markers", line={"color": colour, "width": 2.25},
        marker={"size": size.tolist(), "color": colour, "opacity": 1, "line": {"width": 0}},
    )  # fmt: skip
    if points.usual.known.any() and (shown := points.with_interval).any():  # a second band would hide the first
        low, high = (np.where(shown, ends, np.nan) for ends in (points.low, points.high))
        line["error_y"] = _whiskers(points.value, low, high, _tint(colour, 0.45)) | {"thickness": 1, "width": 0}
    yield line


def _rings(points: _Points, colour: str, theme: Theme) -> Iterator[Trace]:
    """A ring around each full period that was out of the usual: round for a signal, a diamond for one to watch."""
    for status, ring, symbol in (("signal", theme.signal, "circle"), ("watch", theme.watch, "diamond")):
        at = [i for i in np.flatnonzero(points.full) if points.usual.status[i] == status]
        if at:
            marker = {
                "symbol": symbol,
                "size": 11,
                "color": colour,
                "opacity": 1,
                "line": {"color": ring, "width": 3},
            }
            found = points.value[at].tolist()
            yield _scatter(status, [points.x[i] for i in at], found, mode="markers", marker=marker)


def _so_far(points: _Points, colour: str, theme: Theme) -> Iterator[Trace]:
    """A period not yet whole: an open marker, joined by dashes, so that nobody reads it as a fall."""
    partial = points.seen & points.partial
    if not partial.any():
        return
    near = partial | np.concatenate([partial[1:], [False]]) | np.concatenate([[False], partial[:-1]])
    dashes = {"color": colour, "width": 1.75, "dash": "4px,4px"}
    yield _scatter("so far, joined", points.x, _gapped(points.value, near & points.seen), mode="lines", line=dashes)
    marker = {"size": 9, "color": theme.card, "line": {"color": colour, "width": 2}, "opacity": 1}
    yield _scatter("so far", points.x, _gapped(points.value, partial), mode="markers", marker=marker)


def _last_year(points: _Points, theme: Theme) -> Iterator[Trace]:
    if np.isfinite(points.prior).any():
        line = {"color": _tint(theme.muted, 0.65), "width": 1.25}
        yield _scatter("last year", points.x, _gapped(points.prior, np.isfinite(points.prior)), mode="lines", line=line)


def _range_band(points: _Points, colour: str) -> Iterator[Trace]:
    """The 95 % interval as a band; beside a usual range it is whiskers on the line."""
    if not points.usual.known.any():
        looks: Trace = {"fillcolor": _tint(colour, 0.14), "line": {"width": 0}}
        yield from _band(
            "95 % interval", points, points.low, points.high, points.with_interval, looks, _tint(colour, 0.28)
        )


def _usual_range(points: _Points, theme: Theme) -> Iterator[Trace]:
    """The usual range as a band, and its centre as a line."""
    usual = points.usual
    looks = {"fillcolor": _tint(theme.grid, 0.4), "line": {"color": theme.grid, "width": 1}}
    yield from _band("usual range", points, usual.low, usual.high, usual.known, looks, theme.grid)
    if usual.known.any():
        centre = _gapped(usual.centre, usual.known & np.isfinite(usual.centre))
        yield _scatter(
            "usual",
            points.x,
            centre,
            mode="lines",
            line={"color": _tint(theme.muted, 0.6), "width": 1, "dash": "2px,3px"},
        )


def _band(
    name: str, points: _Points, low: np.ndarray, high: np.ndarray, known: np.ndarray, looks: Trace, stroke: str
) -> Iterator[Trace]:
    """An area for each run of periods, a stroke for a period alone."""
    x: list[Any] = []
    y: list[Any] = []
    lone_x: list[Any] = []
    lone_y: list[Any] = []
    for first, last in _runs(known):
        days, lows, highs = points.x[first:last], low[first:last].tolist(), high[first:last].tolist()
        if last - first == 1:
            lone_x += [days[0], days[0], None]
            lone_y += [lows[0], highs[0], None]
        else:
            x += [*days, *days[::-1], None]
            y += [*highs, *lows[::-1], None]
    if x:
        yield _scatter(name, x[:-1], y[:-1], mode="lines", fill="toself", **looks)
    if lone_x:
        yield _scatter(name, lone_x[:-1], lone_y[:-1], mode="lines", line={"color": stroke, "width": 5})


def _hidden_marks(points: _Points, scale: "_Scale", plot: int, theme: Theme) -> Iterator[Trace]:
    """A small lock at the foot of each hidden stretch: a body on its line and, above it, its shackle."""
    runs = _runs(points.hidden)
    if not runs:
        return
    px = (scale.high - scale.low) / plot
    middles = [(first + last - 1) // 2 for first, last in runs]
    size = np.where(points.hidden, 3, 0)
    size[middles] = 8
    marker = {"symbol": "square", "size": size.tolist(), "color": theme.muted, "opacity": 1, "line": {"width": 0}}
    line = {"color": theme.muted, "width": 1}
    foot = _gapped(np.full(len(points.periods), scale.low + 7 * px), points.hidden)
    yield _scatter("hidden", points.x, foot, mode="lines+markers", marker=marker, line=line)
    ring = {"symbol": "circle-open", "size": 7, "color": theme.muted, "opacity": 1, "line": {"width": 1.5}}
    lifted = [scale.low + 12 * px] * len(middles)
    yield _scatter("shackle", [points.x[i] for i in middles], lifted, mode="markers", marker=ring)


def _hidden_words(points: _Points, theme: Theme) -> Iterator[Trace]:
    """The word "hidden" over the locks, once a run and not where two runs are too near each other for two."""
    told = -math.inf
    room = len(points.periods) * _width("hidden") / PHONE
    for first, last in _runs(points.hidden):
        middle = (first + last - 1) / 2
        if middle - told >= room:
            start, end = points.periods[first], points.periods[last - 1]
            x = (start + (end - start) / 2).isoformat()
            yield _label("hidden", theme, x=x, xref="x", y=0, yanchor="bottom", yshift=16, size=SMALL)
            told = middle


def _aims(target: float | pd.DataFrame | None, periods: list[date]) -> list[tuple[date, float]]:
    """The target in steps: the day from which each holds, the first one from the first period in view."""
    if target is None:
        return []
    if not isinstance(target, pd.DataFrame):
        return [(periods[0], float(target))] if math.isfinite(target) else []
    values = _numbers(target, "value")
    steps = sorted(
        (_date(start), float(value))
        for start, value in zip(target["valid_from"], values, strict=True)
        if np.isfinite(value) and _date(start) <= periods[-1]
    )
    before = [value for start, value in steps if start <= periods[0]][-1:]
    return [(periods[0], value) for value in before] + [step for step in steps if step[0] > periods[0]]


def _target_line(aims: list[tuple[date, float]], end: str, theme: Theme) -> Iterator[Trace]:
    if aims:
        x, y = [*(start.isoformat() for start, _ in aims), end], [*(value for _, value in aims), aims[-1][1]]
        line = {"color": theme.muted, "width": 1.5, "dash": "dot", "shape": "hv"}
        yield _scatter("target", x, y, mode="lines", line=line)


@dataclass(frozen=True)
class _Tag:
    """What is said at the end of a line: the number of its last period, the value there, words, colour."""

    at: int
    value: float
    words: str
    colour: str


def _tags(points: _Points, metric: Metric, theme: Theme, aims: list[tuple[date, float]], scale: "_Scale") -> list[_Tag]:
    """The labels of the lines; the currency is said once, over the axis."""
    tags: list[_Tag] = []
    last = len(points.periods) - 1
    if len(full := np.flatnonzero(points.full)):
        value = float(points.value[full[-1]])
        tags.append(_Tag(int(full[-1]), value, f"<b>{number(value, metric.unit)}</b>", theme.of(metric.kind)))
    if points.partial[last] and points.seen[last]:
        tags.append(_Tag(last, float(points.value[last]), "so far", theme.muted))
    if aims:
        tags.append(_Tag(last, aims[-1][1], f"target {number(aims[-1][1], metric.unit)}", theme.muted))
    if len(earlier := np.flatnonzero(np.isfinite(points.prior))):
        tags.append(_Tag(int(earlier[-1]), float(points.prior[earlier[-1]]), "last year", theme.muted))
    if len(known := np.flatnonzero(points.usual.known)):
        at = int(known[-1])
        low, high, value = float(points.usual.low[at]), float(points.usual.high[at]), float(points.value[at])
        edge = low if value > (low + high) / 2 else high  # the one further from the number
        tags.append(_Tag(at, min(max(edge, scale.low), scale.high), "usual range", theme.muted))
    return tags


def _labels(tags: list[_Tag], points: _Points, scale: "_Scale", plot: int, theme: Theme) -> list[Trace]:
    """The labels: right of the plot, moved apart where they would lie on each other; over a line that ends early."""
    early = [tag for tag in tags if tag.at < len(points.periods) - 1 - max(1, len(points.periods) // 15)]
    ranked = sorted((tag for tag in tags if tag not in early), key=lambda tag: tag.value)
    feet = [(tag.value - scale.low) / (scale.high - scale.low) * plot for tag in ranked]
    right = {"x": 1, "xanchor": "left", "xshift": 6, "yanchor": "middle"}
    over = {"xref": "x", "yref": "y", "yanchor": "bottom", "yshift": 6}
    return [
        *(_plain(tag.words, tag.colour) | right | {"y": round(foot / plot, 4)}
          for tag, foot in zip(ranked, _apart(feet, LINE_HEIGHT, plot), strict=True)),
        *(_plain(tag.words, tag.colour) | over | {"bgcolor": _tint(theme.card, 0.8)} | {"x": points.x[tag.at], "y": tag.value} for tag in early),
    ]  # fmt: skip


def _apart(feet: list[float], gap: float, top: float) -> list[float]:
    """The rising places moved as little as keeps each a gap from the next and all of them below the top."""
    for _ in range(50):  # each pass halves what is left; labels are few
        feet = [min(max(foot, 0), top) for foot in feet]
        moved = False
        for i in range(len(feet) - 1):
            lacking = gap - (feet[i + 1] - feet[i])
            if lacking > 0.1:
                feet[i], feet[i + 1], moved = feet[i] - lacking / 2, feet[i + 1] + lacking / 2, True
        if not moved:
            break
    return feet


def _in_view(events: Sequence[Event], periods: list[date], grain: str) -> list[Event]:
    """The events that touch the periods, by day; one that begins before them begins with the first."""
    after = periods[-1] + timedelta(days=STEP_DAYS.get(grain, 7))
    found = [event for event in events if event.starts_on < after and event.last_day >= periods[0]]
    return sorted(found, key=lambda event: (event.starts_on, event.words))


def _event_flags(events: list[Event], periods: list[date], theme: Theme) -> tuple[list[Trace], int]:
    """The labels of the events over the plot, each at its first day, and how many rows they take."""
    first, last = periods[0], periods[-1]
    days = max(1, (last - first).days)
    said: dict[date, list[Event]] = {}
    for event in events:
        said.setdefault(min(max(event.starts_on, first), last), []).append(event)
    return _flagged([((when - first).days / days, when.isoformat(), told) for when, told in said.items()], theme)


def _flagged(said: list[tuple[float, Any, list[Event]]], theme: Theme) -> tuple[list[Trace], int]:
    """Labels over the plot and how many rows they take; what fits in none is a mark to hover.

    said: how far along the plot (0 to 1), the place on its axis, and the events there.
    """
    flags: list[Trace] = []
    taken: list[list[tuple[float, float]]] = [[] for _ in range(EVENT_ROWS)]
    for share, place, events in said:
        text = _shortened("; ".join(event.words for event in events), LONGEST_EVENT)
        overhang = _width(text) / 2 - (1 - share) * PHONE  # some of the right margin is free above the lines' labels
        anchor = "left" if share < 0.3 else "right" if overhang > 50 else "center"
        left = share * PHONE - {"left": 0.0, "center": 0.5, "right": 1.0}[anchor] * _width(text)
        stretch = (left - 4, left + _width(text) + 4)
        free = [row for row in taken if all(stretch[1] <= a or stretch[0] >= b for a, b in row)]
        row = taken.index(free[0]) if free else 0
        if free:
            free[0].append(stretch)
        flag = _label(_safe(text) if free else "▾", theme, x=place, xref="x", y=1, yanchor="bottom")
        flag |= {"xanchor": anchor if free else "center", "yshift": row * LINE_HEIGHT if free else -8}
        flag["hovertext"] = "<br>".join(event.told for event in events)
        flags.append(flag)
    return flags, max(sum(map(bool, taken)), int(bool(flags)))


def _event_shapes(events: list[Event], last: date, reach: list[str], theme: Theme) -> list[Trace]:
    """A rule on the day of an event, and a shaded stretch over those of one that lasted, no further than the axis."""
    shapes: dict[tuple[str, str], Trace] = {}
    for event in events:
        start = max(min(event.starts_on, last).isoformat(), reach[0])
        until = min((event.last_day + timedelta(days=1)).isoformat(), reach[1])
        if event.last_day > event.starts_on:
            shapes[start, until] = _stretch(start, until, theme)
        else:
            shapes[start, start] = _rule(start, theme)
    return list(shapes.values())


def _stretch(start: Any, end: Any, theme: Theme) -> Trace:
    across = {"type": "rect", "x0": start, "x1": end, "yref": "paper", "y0": 0, "y1": 1}
    return {**across, "fillcolor": _tint(theme.muted, 0.12), "line": {"width": 0}, "layer": "below"}


def _rule(x: str, theme: Theme) -> Trace:
    line = {"color": _tint(theme.muted, 0.5), "width": 1}
    return {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1, "line": line, "layer": "below"}


def _told_over(points: _Points, foot: float, hover: list[str]) -> Trace:
    """Unseen points that carry the tooltips: one box for a period, whatever is drawn there."""
    at = np.flatnonzero(points.seen | points.hidden).tolist()
    y = [float(points.value[i]) if points.seen[i] else foot for i in at]
    unseen = {"size": 6, "opacity": 0}
    return _scatter("told", [points.x[i] for i in at], y, mode="markers", marker=unseen, hover=[hover[i] for i in at])


def _told(points: _Points, at: int, metric: Metric, grain: str, currency: str, calendar: Calendar) -> str:
    """The tooltip of one period: value, when, change on last year, interval, n, and what a reader must know."""
    if points.hidden[at]:
        return "<br>".join([_when(points.periods[at], grain, calendar), _wrapped(_hidden_sentence([points.note[at]]))])
    value = points.value[at]
    lines = [f"<b>{number(value, metric.unit, currency=currency)}</b>", _when(points.periods[at], grain, calendar)]
    if points.partial[at]:
        lines.append(f"so far: not yet {FULL.get(grain, 'whole')}")
    elif np.isfinite(points.prior[at]):
        unit = "rate_bps" if metric.compare == "bps" else metric.unit
        lines.append(change(value, points.prior[at], unit, against="last year")[0])
    lines += _against_usual(points.usual, at, metric.unit, currency)
    lines += _doubt(points.low[at], points.high[at], points.n[at], metric.unit, currency)
    if points.note[at]:
        lines.append(_wrapped(points.note[at]))
    return "<br>".join(lines)


def _against_usual(usual: _Usual, at: int, unit: str, currency: str) -> list[str]:
    """The lines of a tooltip that say what was usual and how this is not."""
    lines = []
    if words := usual.words[at] or (usual.status[at] if usual.status[at] in ("signal", "watch") else ""):
        lines.append(_wrapped(words))
    if usual.known[at]:
        lines.append(f"usual range {interval(usual.low[at], usual.high[at], unit, currency=currency)}")
    return lines


def _with_band(values: list[float], usual: _Usual) -> list[float]:
    """The values and the ends of their usual range; of one more than three times as tall, as much as leaves them room."""
    if not usual.known.any():
        return values
    low, high = float(usual.low[usual.known].min()), float(usual.high[usual.known].max())
    least, most = min(values), max(values)
    spread = most - least
    if spread and high - low > TALLEST_BAND * spread:
        low, high = max(low, least - spread), min(high, most + spread)
    return [*values, low, high]


def _doubt(low: float, high: float, n: float, unit: str, currency: str = "") -> list[str]:
    """The lines of a tooltip that say how far the number can be trusted."""
    lines = []
    if np.isfinite(low) and np.isfinite(high):
        lines.append(f"95{NBSP}%: {interval(low, high, unit, currency=currency)}")
    if np.isfinite(n):
        lines.append(f"n{NBSP}{number(n, 'count')}")
    return lines


def _when(period: date, grain: str, calendar: Calendar) -> str:
    if grain == "week":  # by its own first day: the company's week may end on another weekday
        end = period + timedelta(days=6)
        return span(period, end) if period.year != end.year else f"{span(period, end)} {end.year}"
    return calendar.label(period, grain)


def _time_axis(periods: list[date], grain: str, theme: Theme, calendar: Calendar) -> Trace:
    """Few periods are named one by one; many are left to Plotly, which knows how wide the screen is."""
    step = STEP_DAYS.get(grain, 7)
    pad = timedelta(days=max(step / 2, (periods[-1] - periods[0]).days * 0.02))
    axis = _axis(theme, type="date", range=[(periods[0] - pad).isoformat(), (periods[-1] + pad).isoformat()])
    if len(periods) > {"week": 16, "month": 8}.get(grain, math.inf):
        monthly = {"dtickrange": ["M1", None], "value": "%b\n%Y"}  # \n: the year only where it changes
        stops = [{"dtickrange": [None, "M1"], "value": "%-d %b\n%Y"}, monthly]
        return axis | {"tickformatstops": stops, "tickangle": 0}
    every = math.ceil(len(periods) / (4 if grain == "quarter" else 6))
    shown = periods[::-1][::every][::-1]  # counted from the newest, which is the one that matters
    texts, year = [], 0
    for period in shown:
        name = f"{MONTHS[period.month - 1]}" if grain == "month" else calendar.label(period, grain)
        name = day(period) if grain == "week" else name.replace(" ", "<br>", 1) if grain == "quarter" else name
        texts.append(f"{name}<br>{period.year}" if grain in ("week", "month") and period.year != year else name)
        year = period.year
    return axis | {"tickvals": [period.isoformat() for period in shown], "ticktext": texts, "tickangle": 0}


# The others


def bars(
    frame: pd.DataFrame, metric: Metric, *, theme: Theme, member: str, currency: str = "",
    selected: str | None = None, share: bool = True, height: int | None = None, counts: bool = False,
) -> go.Figure:  # fmt: skip
    """Who makes up the number? One bar a member, largest first; customdata holds the member for a click.

    A hidden member has a hatched ground of the whole width and the word "hidden". counts: say after each share what
    it is made of ("26 of 36").
    """
    if frame.empty:
        return _sentence("No data yet", theme=theme, height=height or 120)
    rows = frame.assign(
        value=_numbers(frame, "value"), last=frame[member].astype(str).str.casefold().isin(REMAINDERS)
    ).sort_values(["last", "value"], ascending=[True, False], kind="stable", na_position="last")
    prefix, caption = _said_once(currency, metric.unit)
    left_out, rows = max(0, len(rows) - MOST_BARS), rows.head(MOST_BARS)
    names, hidden = rows[member].astype(str).tolist(), _flags(rows, "hidden")
    value, low, high, n = (np.where(hidden, np.nan, _numbers(rows, c)) for c in ("value", "low", "high", "n"))
    adds_up = share and metric.unit in ("money", "count") and metric.roll in ("sum", "last") and not hidden.any()
    whole = float(np.nansum(_numbers(frame, "value"))) if adds_up else 0.0
    made_of = [_made_of(row) for row in rows.to_dict("records")] if counts else [""] * len(rows)
    labels = [
        _hidden_or(flag, _share_of(number(amount, metric.unit, currency=prefix), amount, whole) + count)
        for amount, flag, count in zip(value, hidden, made_of, strict=True)
    ]
    notes = rows["note"].tolist() if "note" in rows else [""] * len(rows)
    hover = [
        "<br>".join(
            [f"<b>{_wrapped(name)}</b>", label]
            + _doubt(low[i], high[i], math.nan if counts else n[i], metric.unit, _safe(currency))
            + ([_wrapped(notes[i])] if isinstance(notes[i], str) and notes[i] else [])
        )
        for i, (name, label) in enumerate(zip(names, labels, strict=True))
    ]
    own = theme.of(metric.kind)
    reach = [float(np.nanmin([0.0, *value, *low])), float(np.nanmax([0.0, *value, *high]))]
    places, tips = list(range(len(rows))), np.nanmax([np.zeros(len(rows)), value, high], axis=0)
    tips[hidden] = reach[0]
    bar = {
        "type": "bar", "orientation": "h", "name": "value", "y": places, "x": _gapped(value, np.isfinite(value)),
        "width": BAR, "customdata": names, "hovertext": hover, "hoverinfo": "text",
        "marker": {
            "color": [theme.muted if last else own for last in rows["last"]],
            "opacity": [1.0 if selected in (None, name) else 0.35 for name in names], "line": {"width": 0},
        },
        "unselected": {"marker": {"opacity": 0.35}},
    }  # fmt: skip
    if np.isfinite(low).any():
        bar["error_x"] = _whiskers(value, low, high, theme.ink)
    shown = [f"<b>{_row_name(name)}</b>" if name == selected else _row_name(name) for name in names]
    margin = {"l": 14 + _widest(shown), "r": 16 + _overhang(labels, tips, reach), "t": 20 if caption else 2, "b": 2}
    more = [_label(caption, theme, x=0, y=1, xanchor="left", yanchor="bottom")] if caption else []
    if left_out:
        margin["b"] += 24
        told = f"The first {MOST_BARS} of {MOST_BARS + left_out}"
        more.append(_label(told, theme, x=0, y=0, xanchor="left", yanchor="top"))
    return _figure(
        [
            bar, *_hidden_bars(places, hidden, reach, hover, theme),
            _texts(tips.tolist(), places, labels, [theme.muted if flag else theme.ink for flag in hidden]),
        ], theme,
        height=height or _row_height(shown) * len(rows) + margin["t"] + margin["b"], margin=margin,
        xaxis=_axis(theme, range=reach if reach[0] < reach[1] else [0, 1], showticklabels=False),
        yaxis=_rows_axis(theme, shown), annotations=more, barmode="overlay",
        shapes=[_zero(theme)] if reach[0] < 0 else [], uirevision=metric.id,
    )  # fmt: skip


def _hidden_bars(
    places: list[int], hidden: np.ndarray, reach: list[float], hover: list[str], theme: Theme
) -> Iterator[Trace]:
    """A hatched ground over the whole width for each hidden row, so that none reads as zero or as the length of a bar."""
    rows = [place for place, flag in zip(places, hidden, strict=True) if flag]
    if rows:
        low, high = reach if reach[0] < reach[1] else [0.0, 1.0]
        yield {
            "type": "bar", "orientation": "h", "name": "hidden", "y": rows, "base": [low] * len(rows),
            "x": [high - low] * len(rows), "width": BAR, "hovertext": [hover[place] for place in rows], "hoverinfo": "text",
            "marker": {
                "color": "rgba(0,0,0,0)", "line": {"color": _tint(theme.muted, 0.6), "width": 1},
                "pattern": {"shape": "/", "size": 6, "solidity": 0.2, "fgcolor": _tint(theme.muted, 0.5), "fillmode": "overlay"},
            },
        }  # fmt: skip


def _made_of(row: dict[Any, Any]) -> str:
    """What a share is made of: " · 26 of 36"."""
    if row.get("hidden") or not np.isfinite(row["den"]):
        return ""
    return f" · {number(row['num'], 'count')} of {number(row['den'], 'count')}"


def waterfall(
    steps: Sequence[tuple[str, float, str]], *, theme: Theme, unit: str = "money", currency: str = "",
    height: int = 300, kind: str = "lag",
) -> go.Figure:  # fmt: skip
    """What moved it from opening to closing? Read from the top: totals, and between them what came and what went.

    A step is (label, amount, "total", "up" or "down"); the amount of a movement is taken without its sign.
    The bars lie, so that the labels stand upright on a phone too. Where the movements are small beside the
    totals, the bars begin at a round number above 0, and the chart says so.
    """
    if not steps:
        return _sentence("No data yet", theme=theme, height=height)
    ends = _walk(steps)
    floor = _floor([end for _, end in ends])
    prefix, caption = _said_once(currency, unit)
    labels = [_movement(amount, turn, unit, prefix) for _, amount, turn in steps]
    places, names = list(range(len(steps))), [_row_name(label) for label, _, _ in steps]
    begin = [floor if turn == "total" else start for (start, _), (_, _, turn) in zip(ends, steps, strict=True)]
    stop = [end for _, end in ends]
    looks = {"total": _tint(theme.ink, 0.75), "up": theme.of(kind), "down": theme.muted}
    turns = [turn for _, _, turn in steps]
    bar = {
        "type": "bar", "orientation": "h", "name": "movement", "y": places, "base": begin, "width": BAR,
        "x": [end - start for start, end in zip(begin, stop, strict=True)],
        "hovertext": [f"<b>{_wrapped(step[0])}</b><br>{label}" for step, label in zip(steps, labels, strict=True)],
        "hoverinfo": "text",
        "marker": {
            "color": [looks[turn] for turn in turns], "line": {"width": 0},
            "pattern": {
                "shape": ["/" if turn == "down" else "" for turn in turns], "fillmode": "overlay", "size": 5,
                "solidity": 0.35, "fgcolor": theme.card,
            },
        },
    }  # fmt: skip
    tips = [max(start, end) for start, end in zip(begin, stop, strict=True)]
    reach = [min(floor, *begin, *stop), max(floor, *tips)]
    words = [caption] if caption else []
    if floor:
        words.append(f"bars begin at {number(floor, unit, currency=prefix)}, not at 0")
    margin = {"l": 14 + _widest(names), "r": 16 + _overhang(labels, tips, reach), "t": 4, "b": 26 if words else 4}
    told = _label(" · ".join(words), theme, x=0, y=0, xanchor="left", yanchor="top", yshift=-4)
    return _figure(
        [_connectors(ends, theme), bar, _texts(tips, places, labels, [theme.ink] * len(steps))], theme,
        height=height, margin=margin, yaxis=_rows_axis(theme, names),
        xaxis=_axis(theme, range=reach if reach[0] < reach[1] else [0, 1], showticklabels=False),
        annotations=[told] if words else [],
        shapes=[_zero(theme)] if reach[0] < 0 else [], uirevision="waterfall",
    )  # fmt: skip


def distribution(
    frame: pd.DataFrame, *, theme: Theme, low: int, high: int, cuts: Sequence[tuple[int, int, str]],
    height: int = 280, kind: str = "lead",
) -> go.Figure:  # fmt: skip
    """How do the answers spread over the scale? The share of each score, and above them the groups they make."""
    scores = list(range(low, high + 1))
    given = dict(zip(_numbers(frame, "score"), np.nan_to_num(_numbers(frame, "answers")), strict=True))
    answers = [float(given.get(score, 0.0)) for score in scores]
    total = sum(answers)
    if not total:
        return _sentence("No answers yet", theme=theme, height=height)
    groups = [(start, end, label, sum(answers[max(0, start - low) : end - low + 1])) for start, end, label in cuts]
    last = max((start for start, *_ in groups), default=low)
    tints = {score: _tint(theme.muted, 0.75 if i % 2 == 0 else 0.45)
             for i, (start, end, *_) in enumerate(groups) for score in range(start, end + 1)}  # fmt: skip
    shares = [number_of / total for number_of in answers]
    texts = [f"{share * 100:.0f}" if share >= 0.005 or not share else "<1" for share in shares]
    bar = {
        "type": "bar", "name": "answers", "x": scores, "y": shares, "width": 0.72,
        "marker": {"color": [theme.of(kind) if s >= last else tints.get(s, theme.muted) for s in scores]},
        "hovertext": [
            f"<b>score {score}: {_percent(share)}</b><br>{plural(int(count), 'answer')} of {plural(int(total), 'answer')}"
            for score, share, count in zip(scores, shares, answers, strict=True)
        ],
        "hoverinfo": "text", "text": [_safe(text) for text in texts],
        "textposition": "outside", "textfont": {"color": theme.muted, "size": SMALL}, "cliponaxis": False,
    }  # fmt: skip
    heads = [
        _label(
            f"{_safe(_shortened(label))}<br><b>{_percent(count / total)}</b>", theme, x=start - 0.36, xref="x",
            y=1, yanchor="bottom", yshift=14, color=theme.ink, size=12, xanchor="left", align="left",
        )
        for start, end, label, count in groups
    ]  # fmt: skip
    caption = f"% of {plural(int(total), 'answer')}, by score"
    heads.append(_label(caption, theme, x=0.5, y=0, xanchor="center", yanchor="top", yshift=-22))
    return _figure(
        [bar], theme, height=height, margin={"l": 4, "r": 14, "t": 64, "b": 44}, annotations=heads,
        xaxis=_axis(theme, tickvals=scores, ticktext=[str(s) for s in scores], range=[low - 0.55, high + 0.55]),
        yaxis=_axis(theme, range=[0, max(shares) * 1.16], showticklabels=False),
        shapes=[_bracket(start, end, theme) for start, end, *_ in groups], uirevision="distribution",
    )  # fmt: skip


def survival_curve(frame: pd.DataFrame, *, theme: Theme, height: int = 300, kind: str = "lead") -> go.Figure:
    """How long do people stay? The share still here after each month, with its interval and the mark at a year."""
    if frame.empty:
        return _sentence("No data yet", theme=theme, height=height)
    rows = _thinned(frame.sort_values("day"), MOST_POINTS // 4)
    days, at_risk = _numbers(rows, "day"), _numbers(rows, "at_risk")
    stay, low, high = (_numbers(rows, name) for name in ("stay", "low", "high"))
    x = [round(float(months), 3) for months in days / MONTH]
    scale = _Scale.over([1.0, *stay[np.isfinite(stay)], *low[np.isfinite(low)]], "rate", None)
    colour = theme.of(kind)
    edge = {"width": 0, "shape": "hv"}
    hover = [
        "<br>".join(
            [f"<b>{_percent(stay[i])} still here</b>", f"after {plural(round(x[i], 1), 'month')}"]
            + _doubt(low[i], high[i], math.nan, "rate")
            + [f"{plural(int(at_risk[i]), 'person', many='people')} followed so long"] * int(np.isfinite(at_risk[i]))
        )
        for i in range(len(x))
    ]  # fmt: skip
    data = [
        _scatter("low", x, _gapped(low, np.isfinite(low)), mode="lines", line=edge),
        _scatter(
            "95 % interval", x, _gapped(high, np.isfinite(high)), mode="lines", line=edge, fill="tonexty",
            fillcolor=_tint(colour, 0.14),
        ),
        _scatter("stay", x, stay.tolist(), mode="lines", line={"color": colour, "width": 2.25, "shape": "hv"}, hover=hover),
    ]  # fmt: skip
    notes, rules = [], []
    if days[-1] >= YEAR:
        at = int(np.searchsorted(days, YEAR, side="right")) - 1
        marker = {"size": 8, "color": colour, "opacity": 1}
        data.append(_scatter("at 12 months", [12.0], [float(stay[at])], mode="markers", marker=marker))
        notes.append(_year_words(stay[at], low[at], high[at], scale, theme, is_left=x[-1] < 20))
        rules.append(_rule("", theme) | {"x0": 12, "x1": 12})
    else:
        told = "not yet followed for 12 months"
        notes.append(_label(told, theme, x=1, y=1, xanchor="right", yanchor="bottom"))
    end = max(x[-1], 1.0)
    every = next((step for step in (1, 2, 3, 6, 12, 24) if end / step <= 8), 60)
    months = list(range(0, int(end) + 1, every))
    return _figure(
        data, theme, height=height, margin={"l": 16 + _widest(scale.texts), "r": 20, "t": 18, "b": 44},
        xaxis=_axis(theme, range=[0, end * 1.01], tickvals=months, ticktext=[str(month) for month in months]),
        yaxis=scale.axis(theme), shapes=rules, hovermode="x", hoverdistance=60, uirevision="survival",
        annotations=[*notes, _label("months since hiring", theme, x=0.5, y=0, yanchor="top", yshift=-22)],
    )  # fmt: skip


def _year_words(stay: float, low: float, high: float, scale: "_Scale", theme: Theme, *, is_left: bool) -> Trace:
    """What the curve says at a year, above its band where there is room and else below it."""
    words = f"<b>{_percent(stay)} still here</b><br>after 12 months"
    if np.isfinite(low) and np.isfinite(high):
        words += f"<br>{low * 100:.0f} to {_percent(high)}"
    top, bottom = (float(end) if np.isfinite(end) else float(stay) for end in (high, low))
    is_roomy = top < scale.low + 0.7 * (scale.high - scale.low)
    side = "right" if is_left else "left"
    label = _label(words, theme, x=12, y=top if is_roomy else bottom, color=theme.ink, xanchor=side, align=side)
    place = {"xref": "x", "yref": "y", "xshift": -6 if is_left else 6, "yshift": 6 if is_roomy else -6}
    return label | place | {"yanchor": "bottom" if is_roomy else "top"}


def drivers(
    frame: pd.DataFrame, *, theme: Theme, overall: float, height: int | None = None, kind: str = "lead"
) -> go.Figure:
    """Which driver differs from the company? A dot and its interval each, filled where the interval leaves it out."""
    if frame.empty:
        return _sentence("No data yet", theme=theme, height=height or 120)
    rows = frame.assign(value=_numbers(frame, "value")).sort_values("value", ascending=False, na_position="last")
    hidden = _flags(rows, "hidden")
    value, low, high, n = (np.where(hidden, np.nan, _numbers(rows, c)) for c in ("value", "low", "high", "n"))
    names, places = rows["driver"].astype(str).tolist(), list(range(len(rows)))
    texts = [
        _hidden_or(flag, _percent(value[i]) + (f" · n{NBSP}{number(n[i], 'count')}" if np.isfinite(n[i]) else ""))
        for i, flag in enumerate(hidden)
    ]
    alike = (low <= overall) & (overall <= high)
    hover = [
        "<br>".join([f"<b>{_wrapped(name)}</b>", texts[i], *_doubt(low[i], high[i], math.nan, "rate")]
                    + ["not distinguishable from the company"] * int(alike[i]))
        for i, name in enumerate(names)
    ]  # fmt: skip
    colour = theme.of(kind)
    marker = {
        "size": 10, "color": [theme.card if flag else colour for flag in alike], "opacity": 1,
        "line": {"color": colour, "width": 2},
    }  # fmt: skip
    dots = _scatter("driver", _gapped(value, np.isfinite(value)), places, mode="markers", marker=marker, hover=hover)
    dots["customdata"] = names
    if np.isfinite(low).any():
        dots["error_x"] = _whiskers(value, low, high, colour) | {"thickness": 1.75}
    seen = [number for number in (*value, *low, *high, overall) if np.isfinite(number)]
    pad = (max(seen) - min(seen)) * 0.06 or 0.05
    shown = [_row_name(name) for name in names]
    margin = {"l": 14 + _widest(shown), "r": 16 + _widest(texts), "t": 24, "b": 24 if alike.any() else 4}
    right = [
        {**_plain(text, theme.muted if flag else theme.ink), "x": 1, "xanchor": "right", "xshift": margin["r"] - 8,
         "y": i, "yref": "y", "yanchor": "middle"}
        for i, (text, flag) in enumerate(zip(texts, hidden, strict=True))
    ]  # fmt: skip
    right.append(_label(f"company {_percent(overall)}", theme, x=overall, xref="x", y=1, yanchor="bottom", yshift=2))
    if alike.any():
        words = "open: not distinguishable from the company"
        right.append(_label(words, theme, x=1, y=0, xanchor="right", yanchor="top", xshift=margin["r"] - 8, yshift=-4))
    return _figure(
        [dots], theme, height=height or _row_height(shown) * len(rows) + margin["t"] + margin["b"], margin=margin,
        xaxis=_axis(theme, range=[min(seen) - pad, max(seen) + pad], showticklabels=False),
        yaxis=_rows_axis(theme, shown), annotations=right, uirevision="drivers",
        shapes=[_rule("", theme) | {"x0": overall, "x1": overall, "line": {"color": theme.muted, "width": 1.25, "dash": "dot"}}],
    )  # fmt: skip


# What they share


@dataclass(frozen=True)
class _Scale:
    """The value axis: where it begins and ends, and at most five round ticks with their words."""

    low: float
    high: float
    ticks: list[float]
    texts: list[str]

    @classmethod
    def over(cls, values: Sequence[float], unit: str, floor: float | None) -> "_Scale":
        """Around the values with a little room; from `floor` (0 for sums and counts) where one is given."""
        ends = [*values] if floor is None else [*values, floor]
        least, most = min(ends), max(ends)
        pad = (most - least) * 0.08 or abs(most) * 0.1 or 1.0
        low, high = (least if least == floor else least - pad), most + pad
        if unit == "rate":  # a share is never drawn with room for less than none or more than all
            low, high = max(low, 0.0) if least >= 0 else low, min(high, 1.0) if most <= 1 else high
        step = _step(high - low, whole=unit in ("count", "points"))
        ticks = [round(i * step, 10) for i in range(math.ceil(low / step), math.floor(high / step) + 1)]
        return cls(low, high, ticks, _tick_texts(ticks, step, unit))

    def axis(self, theme: Theme) -> Trace:
        grid = {"showgrid": True, "gridcolor": theme.grid, "gridwidth": 1} | AIR
        return _axis(theme, range=[self.low, self.high], tickvals=self.ticks, ticktext=self.texts, **grid)


def _step(spread: float, *, whole: bool) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that gives at most five ticks over the spread."""
    power = 10.0 ** (math.floor(math.log10(spread / MOST_TICKS)))
    steps = (times * size for size in (power, power * 10, power * 100) for times in (1, 2, 2.5, 5))
    fitting = (step for step in steps if spread / step < MOST_TICKS and (not whole or step % 1 == 0))
    return next(fitting, 1.0)


def _tick_texts(ticks: list[float], step: float, unit: str) -> list[str]:
    """The ticks in one scale and with the same decimals: "0.5 M", "1.0 M"; zero is "0"."""
    factor, suffix = (100.0, f"{NBSP}%") if unit == "rate" else (1.0, "")
    largest = max((abs(tick) for tick in ticks), default=0.0)
    if unit in ("money", "count"):
        for power, letter in SCALES:
            if largest >= 10**power:
                factor, suffix = 10.0**-power, NBSP + letter
    places = next((n for n in range(10) if math.isclose(round(step * factor, n), step * factor)), 9)
    texts = [f"{abs(tick) * factor:,.{places}f}{suffix}" for tick in ticks]
    signed = [(MINUS if tick < 0 else "") + text for tick, text in zip(ticks, texts, strict=True)]
    return ["0" + ("" if unit != "rate" else suffix) if tick == 0 else text
            for tick, text in zip(ticks, signed, strict=True)]  # fmt: skip


def _figure(data: list[Trace], theme: Theme, *, height: int, margin: Trace, **layout: Any) -> go.Figure:
    """The traces in the house's looks: no legend, no title, nothing to zoom, so that a finger scrolls the page."""
    looks = {
        "template": "none",  # Plotly's own is 7 kB in every figure, all of it overruled here
        "height": height, "autosize": True, "margin": margin | {"pad": 0}, "showlegend": False, "dragmode": False,
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "Inter, sans-serif", "size": LABEL, "color": theme.ink},
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": theme.card, "bordercolor": theme.muted, "align": "left", "namelength": -1,
            "font": {"family": "Inter, sans-serif", "size": LABEL, "color": theme.ink},
        },
    }  # fmt: skip
    return go.Figure(data=data, layout=looks | layout)


def _sentence(words: str, *, theme: Theme, height: int) -> go.Figure:
    """No chart but one sentence in the middle, and no axes: an empty one looks like a fall to nothing."""
    gone = {"visible": False, "fixedrange": True}
    label = _label(_wrapped(words), theme, x=0.5, y=0.5, xanchor="center", yanchor="middle")
    margin = {"l": 8, "r": 8, "t": 8, "b": 8}
    return _figure([], theme, height=height, margin=margin, xaxis=gone, yaxis=gone, annotations=[label])


def _axis(theme: Theme, **more: Any) -> Trace:
    plain = {"fixedrange": True, "showgrid": False, "zeroline": False, "showline": False, "ticks": ""}
    return plain | {"automargin": False, "tickfont": {"size": LABEL, "color": theme.muted}} | more


def _rows_axis(theme: Theme, names: list[str]) -> Trace:
    """One row a name, the first on top. The names are labels of places: two of them may be shortened alike."""
    rows = {"tickvals": list(range(len(names))), "ticktext": names, "range": [len(names) - 0.5, -0.5]}
    return _axis(theme, **(rows | AIR)) | {"tickfont": {"size": 12, "color": theme.ink}}


def _scatter(name: str, x: Sequence[Any], y: Sequence[Any], *, hover: list[str] | None = None, **more: Any) -> Trace:
    told: Trace = {"hoverinfo": "skip"}
    if hover is not None:  # by hoverinfo and not by a template: with one Plotly adds the bare x on the axis
        told = {"hoverinfo": "text", "hovertext": hover}
    return {"type": "scatter", "name": name, "x": x, "y": y, "connectgaps": False, "cliponaxis": False, **told, **more}


def _texts(x: list[float], y: list[int], words: list[str], colours: list[str]) -> Trace:
    """Labels at the ends of bars; outside the plot, in the margin, for the longest."""
    spaced = [f"{NBSP}{text}" for text in words]
    font = {"size": LABEL, "color": colours}
    return _scatter("label", x, y, mode="text", text=spaced, textposition="middle right", textfont=font)


def _plain(words: str, colour: str, size: int = LABEL) -> Trace:
    font = {"size": size, "color": colour}
    return {"text": words, "showarrow": False, "font": font, "xref": "paper", "yref": "paper", "borderpad": 0}


def _label(words: str, theme: Theme, *, color: str = "", size: int = LABEL, **place: Any) -> Trace:
    return _plain(words, color or theme.muted, size) | place


def _whiskers(value: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str) -> Trace:
    up, down = np.nan_to_num(high - value), np.nan_to_num(value - low)
    ends = {"type": "data", "symmetric": False, "array": up.tolist(), "arrayminus": down.tolist()}
    return ends | {"color": colour, "thickness": 1.25, "width": 3}


def _zero(theme: Theme) -> Trace:
    return _rule("", theme) | {"x0": 0, "x1": 0}


def _bracket(start: int, end: int, theme: Theme) -> Trace:
    line = {"color": theme.muted, "width": 1.5}
    across = {"type": "line", "x0": start - 0.36, "x1": end + 0.36}
    return {**across, "yref": "paper", "y0": 1.04, "y1": 1.04, "line": line}


def _walk(steps: Sequence[tuple[str, float, str]]) -> list[tuple[float, float]]:
    """Where each bar begins and ends: a total from 0, a movement from where the one before it ended."""
    running, spans = 0.0, []
    for label, amount, turn in steps:
        if turn not in ("total", "up", "down"):
            raise ValueError(f"waterfall, {label}: a step must be total, up or down (got {turn!r})")
        known = amount is not None and math.isfinite(amount)
        before = 0.0 if turn == "total" else running
        if known:
            running = float(amount) if turn == "total" else running + abs(amount) * (1 if turn == "up" else -1)
        spans.append((before, running))
    return spans


def _floor(levels: list[float]) -> float:
    """Where the bars begin: 0, or a round number above it where the movements would be slivers beside the totals."""
    low, high = min(levels), max(levels)
    spread = high - low
    if low <= 0 or not spread or spread > 0.4 * high:
        return 0.0
    step = _step(spread, whole=False)
    return max(0.0, round(math.floor((low - 0.6 * spread) / step) * step, 10))


def _connectors(spans: list[tuple[float, float]], theme: Theme) -> Trace:
    """From the end of each bar down to the next one."""
    x: list[float | None] = []
    y: list[float | None] = []
    for i, (_, end) in enumerate(spans[:-1]):
        x += [end, end, None]
        y += [i - BAR / 2, i + 1 + BAR / 2, None]
    return _scatter("connector", x, y, mode="lines", line={"color": theme.grid, "width": 1.5})


def _movement(amount: float, turn: str, unit: str, currency: str) -> str:
    """ "12.4 M", "+310 k", "−220 k": the sign says the direction, so that the colour need not."""
    size = number(amount if turn == "total" else abs(amount) if amount is not None else None, unit, currency=currency)
    if turn == "total" or not amount or not math.isfinite(amount):
        return size
    return ("+" if turn == "up" else MINUS) + size


def _thinned(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """At most so many rows, evenly spaced, with the first, the last and the one at a year: each is still true."""
    if len(rows) <= most:
        return rows
    kept = set(np.linspace(0, len(rows) - 1, most - 1).round().astype(int))
    kept.add(max(0, int(np.searchsorted(_numbers(rows, "day"), YEAR, side="right")) - 1))
    return rows.iloc[sorted(kept)]


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """The stretches of True, each as [first, after last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _gapped(values: np.ndarray, shown: np.ndarray) -> list[float | None]:
    return [float(value) if flag else None for value, flag in zip(values, shown, strict=True)]


def _numbers(frame: pd.DataFrame, column: str) -> np.ndarray:
    """The column as floats; nan where it has none, or is not there."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    found = pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(found), found, np.nan)


def _flags(frame: pd.DataFrame, column: str) -> np.ndarray:
    return frame[column].to_numpy(dtype=bool) if column in frame else np.zeros(len(frame), dtype=bool)


def _date(when: Any) -> date:
    return when.date() if hasattr(when, "date") else when


def _percent(share: float) -> str:
    """ "71 %": beside a dot or a bar a decimal says more than is known."""
    if not np.isfinite(share):
        return NO_DATA
    return f"{MINUS if share <= -0.005 else ''}{abs(share) * 100:.0f}{NBSP}%"


def _share_of(label: str, amount: float, whole: float) -> str:
    return f"{label} · {_percent(amount / whole)}" if whole > 0 and np.isfinite(amount) else label


def _hidden_or(hidden: bool, label: str) -> str:
    return "hidden" if hidden else label


def _hidden_sentence(notes: Sequence[str]) -> str:
    note = next((note for note in notes if note), "")
    return f"Hidden: {note}" if note else "Hidden: too few people"


def _tint(colour: str, alpha: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def _safe(text: str) -> str:
    """The text with < > & as they are read: Plotly takes tags in any text for its own."""
    return escape(text, quote=False)


def _shortened(name: str, longest: int = LONGEST_NAME) -> str:
    plain = " ".join(name.split())
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"


def _row_name(name: str) -> str:
    """The name beside its row: shortened, safe, in two lines where one would be long."""
    short = _shortened(name)
    lines = textwrap.wrap(short, LONGEST_LINE) if len(short) > LONGEST_LINE else [short]
    if len(lines) > 2:
        lines = [lines[0], _shortened(" ".join(lines[1:]), LONGEST_LINE)]
    return "<br>".join(_safe(line) for line in lines)


def _row_height(names: list[str]) -> int:
    return TALL_ROW if any("<br>" in name for name in names) else ROW


def _wrapped(text: str) -> str:
    return "<br>".join(_safe(line) for line in textwrap.wrap(text, WRAP)) or ""


def _overhang(labels: list[str], tips: Sequence[float], reach: list[float]) -> int:
    """The px of margin that labels at the tips of bars need: those of short bars lie inside the plot."""
    wide = (reach[1] - reach[0]) or 1.0
    inside = [(reach[1] - tip) / wide * PHONE / 2 for tip in tips]
    return math.ceil(max(_width(label) - room for label, room in zip(labels, inside, strict=True)))


def _said_once(currency: str, unit: str) -> tuple[str, str]:
    """A currency as (what stands before each number, what is said once): "€" before each, "EUR" once."""
    if unit != "money":
        return "", ""
    return ("", _safe(currency)) if currency[-1:].isalpha() else (_safe(currency), "")


def _widest(texts: Sequence[str]) -> int:
    return max((_width(text) for text in texts), default=0)


def _width(text: str) -> int:
    """About how many px the text takes in Inter at 13: enough to leave room for it before a browser has seen it."""
    lines = unescape(re.sub(r"</?b>", "", text).replace("<br>", "\n")).split("\n")
    share = {"narrow": 0.31, "wide": 0.9, "digit": 0.66, "other": 0.6}
    bold = 1.06 if "<b>" in text else 1.0
    return math.ceil(max(sum(share[_girth(letter)] for letter in line) for line in lines) * LABEL * bold)


def _girth(letter: str) -> str:
    if letter in "ijltfrI.,'|()[]:; " + NBSP:
        return "narrow"
    if letter in "mwMW%@…" or ord(letter) > 0x2E80:  # from there on the letters of East Asia
        return "wide"
    return "digit" if letter.isdigit() or letter.isupper() else "other"
