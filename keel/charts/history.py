"""Is it going up, against last year and the target? The line of one metric."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from keel.catalogue import Metric
from keel.charts import look
from keel.charts.events import STEP_DAYS, Event, event_flags, event_shapes, events_in_view
from keel.charts.look import LINE_HEIGHT, MOST_POINTS, PHONE, PLURALS, SMALL, Theme, Trace
from keel.periods import Calendar
from keel.wording import MONTHS, change, day, interval, number, plural, span

TALLEST_BAND = 3  # times the spread of what was measured; a taller usual range would press it flat and is cut
FULL = {"week": "a whole week", "month": "a whole month", "quarter": "a whole quarter", "year": "a whole year"}


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
        return look.sentence(points.why_empty, theme=theme, height=height)
    currency, aims = look.safe(currency), _aims(target, points.periods)
    floor = 0.0 if metric.roll == "sum" or metric.unit == "count" else None
    scale = look.Scale.over(
        _with_band([*points.drawn(), *(value for _, value in aims)], points.usual), metric.unit, floor
    )
    x_axis = time_axis(points.periods, grain, theme, calendar or Calendar())
    events = events_in_view(events, points.periods, grain)
    flags, rows = event_flags(events, points.periods, theme)
    unit = PLURALS.get(metric.unit, "") or (currency if metric.unit == "money" else "")
    tags = _tags(points, metric, theme, aims, scale)
    margin = {
        "l": 16 + look.widest([*scale.texts, unit]),
        "r": 14 + look.widest([tag.words for tag in tags]),
        "t": max(12 + LINE_HEIGHT * rows, 26 if unit else 12),
        "b": 40,
    }
    plot = height - margin["t"] - margin["b"]
    labels = [*_labels(tags, points, scale, plot, theme), *flags, *_hidden_words(points, theme)]
    if unit:
        labels.append(look.label(unit, theme, x=0, y=1, xanchor="right", yanchor="bottom", xshift=-6, yshift=8))
    if points.left_out:
        told = f"The newest {len(points.periods)} of {plural(len(points.periods) + points.left_out, grain)}"
        labels.append(look.label(told, theme, x=0, y=0, xanchor="left", yanchor="top", yshift=-34))
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
    return look.figure(
        data, theme, height=height, margin=margin, xaxis=x_axis, yaxis=scale.axis(theme), annotations=labels,
        shapes=event_shapes(events, points.periods[-1], x_axis["range"], theme), hovermode="x", hoverdistance=60, uirevision=metric.id,
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
        rows = {} if frame is None else {look.as_date(row["period"]): row for row in frame.to_dict("records")}
        told = [{} if flag else rows.get(period, {}) for period, flag in zip(periods, hidden, strict=True)]
        judged = [{} if flag else row for row, flag in zip(told, partial, strict=True)]
        found = pd.DataFrame(told, index=range(len(periods)))
        return cls(
            centre=look.numbers(found, "centre"), low=look.numbers(found, "low"), high=look.numbers(found, "high"),
            status=[look.text_of(row.get("status")) for row in judged], words=[look.text_of(row.get("words")) for row in judged],
        )  # fmt: skip

    @property
    def known(self) -> np.ndarray:
        return np.isfinite(self.low) & np.isfinite(self.high)


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
        hidden, partial = look.flags(newest, "hidden"), look.flags(newest, "partial")
        periods = [look.as_date(period) for period in newest["period"]]
        numbers = {name: look.numbers(newest, name) for name in ("value", "prior", "low", "high", "n")}
        for name in ("value", "low", "high", "n"):  # suppression has emptied them; a chart must not undo it
            numbers[name] = np.where(hidden, np.nan, numbers[name])
        return cls(
            periods=periods, partial=partial, hidden=hidden,
            note=[look.text_of(note) for note in newest.get("note", [""] * len(newest))],
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
        return look.hidden_sentence(self.note) if self.hidden.any() else "No data yet"

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
    line = look.scatter(
        "value", points.x, look.gapped(points.value, full), mode="lines+markers", line={"color": colour, "width": 2.25},
        marker={"size": size.tolist(), "color": colour, "opacity": 1, "line": {"width": 0}},
    )  # fmt: skip
    if points.usual.known.any() and (shown := points.with_interval).any():  # a second band would hide the first
        low, high = (np.where(shown, ends, np.nan) for ends in (points.low, points.high))
        line["error_y"] = look.whiskers(points.value, low, high, look.tint(colour, 0.45)) | {"thickness": 1, "width": 0}
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
            yield look.scatter(status, [points.x[i] for i in at], found, mode="markers", marker=marker)


def _so_far(points: _Points, colour: str, theme: Theme) -> Iterator[Trace]:
    """A period not yet whole: an open marker, joined by dashes, so that nobody reads it as a fall."""
    partial = points.seen & points.partial
    if not partial.any():
        return
    near = partial | np.concatenate([partial[1:], [False]]) | np.concatenate([[False], partial[:-1]])
    dashes = {"color": colour, "width": 1.75, "dash": "4px,4px"}
    yield look.scatter(
        "so far, joined", points.x, look.gapped(points.value, near & points.seen), mode="lines", line=dashes
    )
    marker = {"size": 9, "color": theme.card, "line": {"color": colour, "width": 2}, "opacity": 1}
    yield look.scatter("so far", points.x, look.gapped(points.value, partial), mode="markers", marker=marker)


def _last_year(points: _Points, theme: Theme) -> Iterator[Trace]:
    if np.isfinite(points.prior).any():
        line = {"color": look.tint(theme.muted, 0.65), "width": 1.25}
        yield look.scatter(
            "last year", points.x, look.gapped(points.prior, np.isfinite(points.prior)), mode="lines", line=line
        )


def _range_band(points: _Points, colour: str) -> Iterator[Trace]:
    """The 95 % interval as a band; beside a usual range it is whiskers on the line."""
    if not points.usual.known.any():
        looks: Trace = {"fillcolor": look.tint(colour, 0.14), "line": {"width": 0}}
        yield from _band(
            "95 % interval", points, points.low, points.high, points.with_interval, looks, look.tint(colour, 0.28)
        )


def _usual_range(points: _Points, theme: Theme) -> Iterator[Trace]:
    """The usual range as a band, and its centre as a line."""
    usual = points.usual
    looks = {"fillcolor": look.tint(theme.grid, 0.4), "line": {"color": theme.grid, "width": 1}}
    yield from _band("usual range", points, usual.low, usual.high, usual.known, looks, theme.grid)
    if usual.known.any():
        centre = look.gapped(usual.centre, usual.known & np.isfinite(usual.centre))
        yield look.scatter(
            "usual",
            points.x,
            centre,
            mode="lines",
            line={"color": look.tint(theme.muted, 0.6), "width": 1, "dash": "2px,3px"},
        )


def _band(
    name: str, points: _Points, low: np.ndarray, high: np.ndarray, known: np.ndarray, looks: Trace, stroke: str
) -> Iterator[Trace]:
    """An area for each run of periods, a stroke for a period alone."""
    x: list[Any] = []
    y: list[Any] = []
    lone_x: list[Any] = []
    lone_y: list[Any] = []
    for first, last in look.runs(known):
        days, lows, highs = points.x[first:last], low[first:last].tolist(), high[first:last].tolist()
        if last - first == 1:
            lone_x += [days[0], days[0], None]
            lone_y += [lows[0], highs[0], None]
        else:
            x += [*days, *days[::-1], None]
            y += [*highs, *lows[::-1], None]
    if x:
        yield look.scatter(name, x[:-1], y[:-1], mode="lines", fill="toself", **looks)
    if lone_x:
        yield look.scatter(name, lone_x[:-1], lone_y[:-1], mode="lines", line={"color": stroke, "width": 5})


def _hidden_marks(points: _Points, scale: look.Scale, plot: int, theme: Theme) -> Iterator[Trace]:
    """A small lock at the foot of each hidden stretch: a body on its line and, above it, its shackle."""
    runs = look.runs(points.hidden)
    if not runs:
        return
    px = (scale.high - scale.low) / plot
    middles = [(first + last - 1) // 2 for first, last in runs]
    size = np.where(points.hidden, 3, 0)
    size[middles] = 8
    marker = {"symbol": "square", "size": size.tolist(), "color": theme.muted, "opacity": 1, "line": {"width": 0}}
    line = {"color": theme.muted, "width": 1}
    foot = look.gapped(np.full(len(points.periods), scale.low + 7 * px), points.hidden)
    yield look.scatter("hidden", points.x, foot, mode="lines+markers", marker=marker, line=line)
    ring = {"symbol": "circle-open", "size": 7, "color": theme.muted, "opacity": 1, "line": {"width": 1.5}}
    lifted = [scale.low + 12 * px] * len(middles)
    yield look.scatter("shackle", [points.x[i] for i in middles], lifted, mode="markers", marker=ring)


def _hidden_words(points: _Points, theme: Theme) -> Iterator[Trace]:
    """The word "hidden" over the locks, once a run and not where two runs are too near each other for two."""
    told = -math.inf
    room = len(points.periods) * look.width("hidden") / PHONE
    for first, last in look.runs(points.hidden):
        middle = (first + last - 1) / 2
        if middle - told >= room:
            start, end = points.periods[first], points.periods[last - 1]
            x = (start + (end - start) / 2).isoformat()
            yield look.label("hidden", theme, x=x, xref="x", y=0, yanchor="bottom", yshift=16, size=SMALL)
            told = middle


def _aims(target: float | pd.DataFrame | None, periods: list[date]) -> list[tuple[date, float]]:
    """The target in steps: the day from which each holds, the first one from the first period in view."""
    if target is None:
        return []
    if not isinstance(target, pd.DataFrame):
        return [(periods[0], float(target))] if math.isfinite(target) else []
    values = look.numbers(target, "value")
    steps = sorted(
        (look.as_date(start), float(value))
        for start, value in zip(target["valid_from"], values, strict=True)
        if np.isfinite(value) and look.as_date(start) <= periods[-1]
    )
    before = [value for start, value in steps if start <= periods[0]][-1:]
    return [(periods[0], value) for value in before] + [step for step in steps if step[0] > periods[0]]


def _target_line(aims: list[tuple[date, float]], end: str, theme: Theme) -> Iterator[Trace]:
    if aims:
        x, y = [*(start.isoformat() for start, _ in aims), end], [*(value for _, value in aims), aims[-1][1]]
        line = {"color": theme.muted, "width": 1.5, "dash": "dot", "shape": "hv"}
        yield look.scatter("target", x, y, mode="lines", line=line)


@dataclass(frozen=True)
class _Tag:
    """What is said at the end of a line: the number of its last period, the value there, words, colour."""

    at: int
    value: float
    words: str
    colour: str


def _tags(
    points: _Points, metric: Metric, theme: Theme, aims: list[tuple[date, float]], scale: look.Scale
) -> list[_Tag]:
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


def _labels(tags: list[_Tag], points: _Points, scale: look.Scale, plot: int, theme: Theme) -> list[Trace]:
    """The labels: right of the plot, moved apart where they would lie on each other; over a line that ends early."""
    early = [tag for tag in tags if tag.at < len(points.periods) - 1 - max(1, len(points.periods) // 15)]
    ranked = sorted((tag for tag in tags if tag not in early), key=lambda tag: tag.value)
    feet = [(tag.value - scale.low) / (scale.high - scale.low) * plot for tag in ranked]
    right = {"x": 1, "xanchor": "left", "xshift": 6, "yanchor": "middle"}
    over = {"xref": "x", "yref": "y", "yanchor": "bottom", "yshift": 6}
    return [
        *(look.words_at(tag.words, tag.colour) | right | {"y": round(foot / plot, 4)}
          for tag, foot in zip(ranked, _apart(feet, LINE_HEIGHT, plot), strict=True)),
        *(look.words_at(tag.words, tag.colour) | over | {"bgcolor": look.tint(theme.card, 0.8)} | {"x": points.x[tag.at], "y": tag.value} for tag in early),
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


def _told_over(points: _Points, foot: float, hover: list[str]) -> Trace:
    """Unseen points that carry the tooltips: one box for a period, whatever is drawn there."""
    at = np.flatnonzero(points.seen | points.hidden).tolist()
    y = [float(points.value[i]) if points.seen[i] else foot for i in at]
    unseen = {"size": 6, "opacity": 0}
    return look.scatter(
        "told", [points.x[i] for i in at], y, mode="markers", marker=unseen, hover=[hover[i] for i in at]
    )


def _told(points: _Points, at: int, metric: Metric, grain: str, currency: str, calendar: Calendar) -> str:
    """The tooltip of one period: value, when, change on last year, interval, n, and what a reader must know."""
    if points.hidden[at]:
        return "<br>".join(
            [_when(points.periods[at], grain, calendar), look.wrapped(look.hidden_sentence([points.note[at]]))]
        )
    value = points.value[at]
    lines = [f"<b>{number(value, metric.unit, currency=currency)}</b>", _when(points.periods[at], grain, calendar)]
    if points.partial[at]:
        lines.append(f"so far: not yet {FULL.get(grain, 'whole')}")
    elif np.isfinite(points.prior[at]):
        unit = "rate_bps" if metric.compare == "bps" else metric.unit
        lines.append(change(value, points.prior[at], unit, against="last year")[0])
    lines += _against_usual(points.usual, at, metric.unit, currency)
    lines += look.doubt(points.low[at], points.high[at], points.n[at], metric.unit, currency)
    if points.note[at]:
        lines.append(look.wrapped(points.note[at]))
    return "<br>".join(lines)


def _against_usual(usual: _Usual, at: int, unit: str, currency: str) -> list[str]:
    """The lines of a tooltip that say what was usual and how this is not."""
    lines = []
    if words := usual.words[at] or (usual.status[at] if usual.status[at] in ("signal", "watch") else ""):
        lines.append(look.wrapped(words))
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


def _when(period: date, grain: str, calendar: Calendar) -> str:
    if grain == "week":  # by its own first day: the company's week may end on another weekday
        end = period + timedelta(days=6)
        return span(period, end) if period.year != end.year else f"{span(period, end)} {end.year}"
    return calendar.label(period, grain)


def time_axis(periods: list[date], grain: str, theme: Theme, calendar: Calendar) -> Trace:
    """Few periods are named one by one; many are left to Plotly, which knows how wide the screen is."""
    step = STEP_DAYS.get(grain, 7)
    pad = timedelta(days=max(step / 2, (periods[-1] - periods[0]).days * 0.02))
    axis = look.axis(theme, type="date", range=[(periods[0] - pad).isoformat(), (periods[-1] + pad).isoformat()])
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
