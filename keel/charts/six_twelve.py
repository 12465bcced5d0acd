"""Six weeks and twelve months of one metric side by side, the year before behind them.

Plotly lays a figure out once for every width, so what finds room on a wide screen only is the text of unseen bars:
the one kind of text that Plotly hides where it would not fit (layout.uniformtext).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go

from keel.catalogue import Metric
from keel.charts import look
from keel.charts.events import Event, flagged, stretch
from keel.charts.look import LINE_HEIGHT, PLURALS, SMALL, Theme, Trace
from keel.periods import DAY, Calendar
from keel.sixtwelve import MONTHS, STILL_TO_COME, WEEKS, SixTwelve, change, change_in_words
from keel.wording import NO_DATA, day, number, span

DIVIDER = WEEKS  # the place between the weeks, 0 to 5, and the months, from 7 on
LIFT = 7  # px from a point to its number
TALL = 20  # px a line of text takes in an unseen bar, with the room Plotly keeps around it
REACH = 4  # places that a label takes on a phone
NAME_LIFT = 11  # px from a line to the middle of its name
STRIP = 40  # px under the plot for the names of the places
NEAR = 7  # px between a number and the next thing drawn: any nearer and it cannot be read
YEARS_APART = 2  # places: two years' numbers nearer than that lie on each other on a phone


def sixtwelve(
    view: SixTwelve, metric: Metric, *, theme: Theme, calendar: Calendar, currency: str = "",
    week_targets: Sequence[float | None] = (), month_targets: Sequence[float | None] = (),
    events: Sequence[Event] = (), height: int = 340,
) -> go.Figure:  # fmt: skip
    """Six weeks on the left, twelve months (and the running one) on the right, last year behind, each with its target.

    Numbers that add up have a scale of weeks on the left and one of months on the right; others share one. Targets are
    one a week and one a month, None where there is none; what is beyond the last of them has none.
    """
    weeks = [_of_week(at, row, week_targets) for at, row in enumerate(view.weeks)]
    rows = [*view.months, *([view.running] if view.running else [])]
    months = [_of_month(at, row, month_targets, calendar) for at, row in enumerate(rows)]
    if not any(place.value is not None for place in (*weeks, *months)):
        return look.sentence(_sentence(view, weeks, months), theme=theme, height=height)

    adds_up, unit = metric.roll == "sum", PLURALS.get(metric.unit, "")
    if metric.unit == "money":
        unit = look.safe(currency)
    last = (months or weeks)[-1]
    reach = [-0.6, last.at + (0.6 if last.partial else 1.0)]  # a number at the last point reaches further
    marks, rules, event_rows = _events(events, (weeks, months), reach, theme)
    margin = {"l": 16, "r": 14, "t": max(12 + LINE_HEIGHT * event_rows, 26), "b": 24}
    whole = height - margin["t"] - margin["b"]
    plot = whole - STRIP
    shared = [] if adds_up else _drawn([*weeks, *months])
    scales = [_scale(shared or _drawn(places), metric, plot) for places in (weeks, months)]
    zones = [
        _Zone("weeks", "week", weeks, scales[0], "y", plot),
        _Zone("months", "month", months, scales[1], "y2" if adds_up else "y", plot),
    ]
    margin["l"] += look.widest([*scales[0].texts, unit])
    margin["r"] += look.widest(scales[1].texts) if adds_up else 0

    data: list[Trace] = []
    named = list(_line_names(zones, metric, theme))
    labels = [*marks, *named, *_captions(zones, theme)]
    for zone in zones:
        data += _traces(zone, metric, theme, view.change_in, look.safe(currency), events)
        data += _unseen_numbers(zone, metric, theme, named)
        labels += _newest(zone, metric, theme)
        names, unseen = _names(zone, theme)
        labels, data = labels + names, data + unseen
    if unit:
        labels.append(look.label(unit, theme, x=0, y=1, xanchor="right", yanchor="bottom", xshift=-6, yshift=8))
    axes = {
        "yaxis": _axis(zones[0], theme, shares=not adds_up) | {"domain": [STRIP / whole, 1]},
        "yaxis3": {
            "domain": [0, STRIP / whole],
            "range": [0, STRIP],
            "visible": False,
            "fixedrange": True,
            "anchor": "x",
        },
    }
    if adds_up:
        axes["yaxis2"] = _axis(zones[1], theme, shares=False) | {"side": "right", "overlaying": "y", "anchor": "x"}
        rules += [_grid_line(zone, tick, reach, theme) for zone in zones for tick in zone.scale.ticks]
    return look.figure(
        data, theme, height=height, margin=margin, annotations=labels, shapes=[_divider(whole, theme), *rules],
        xaxis=look.axis(theme, range=reach, showticklabels=False), **axes, barmode="overlay", bargap=0,
        uniformtext={"mode": "hide", "minsize": SMALL}, hovermode="x", hoverdistance=60, uirevision=metric.id,
    )  # fmt: skip


@dataclass(frozen=True)
class _Place:
    """A week or a month: where it stands, its numbers (None: no data), its names, its days [start, end)."""

    at: int
    value: float | None
    prior: float | None
    target: float | None
    partial: bool
    note: str
    name: str
    below: str
    when: str
    start: date
    end: date

    @property
    def is_blank(self) -> bool:
        return self.value is None and self.note != STILL_TO_COME


@dataclass(frozen=True)
class _Zone:
    """The weeks or the months, with their value axis and the height of the plot in px."""

    name: str
    grain: str
    places: list[_Place]
    scale: look.Scale
    axis: str
    plot: int

    @property
    def whole(self) -> list[_Place]:
        """The places with a number that are over."""
        return [place for place in self.places if place.value is not None and not place.partial]

    @property
    def px(self) -> float:
        """How much of the scale one px is."""
        return (self.scale.high - self.scale.low) / self.plot

    def high(self, value: float) -> float:
        """How many px above the foot a value lies."""
        return (value - self.scale.low) / self.px


def _of_week(at: int, row: dict[str, Any], targets: Sequence[float | None]) -> _Place:
    ending = row["ending"]
    start = ending - timedelta(days=6)
    number_of_day, month = day(ending).split()
    when = f"{row['label']} · {span(start, ending)}" + (f" {ending.year}" if start.year == ending.year else "")
    return _Place(
        at=at, value=_known(row["value"]), prior=_known(row["prior"]), target=_target(targets, at), partial=False,
        note=look.text_of(row["note"]), name=number_of_day, below=month, when=when, start=start, end=ending + DAY,
    )  # fmt: skip


def _of_month(at: int, row: dict[str, Any], targets: Sequence[float | None], calendar: Calendar) -> _Place:
    name, year = row["label"].split()
    if calendar.pattern:  # "FY26 P12"
        name, year = year, name
    return _Place(
        at=DIVIDER + 1 + at, value=_known(row["value"]), prior=_known(row["prior"]), target=_target(targets, at),
        partial=bool(row["partial"]), note=look.text_of(row["note"]), name=name, below=year, when=row["label"],
        start=row["month"], end=calendar.end(row["month"], "month"),
    )  # fmt: skip


def _known(value: Any) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _target(targets: Sequence[float | None], at: int) -> float | None:
    return _known(targets[at]) if at < len(targets) else None


def _sentence(view: SixTwelve, weeks: list[_Place], months: list[_Place]) -> str:
    """Why nothing is shown: what is said of the whole, or what all that is blank have in common."""
    notes = {place.note for place in (*weeks, *months) if place.is_blank and place.note}
    said = view.note or (notes.pop() if len(notes) == 1 else "")
    return "No data yet" if said in ("", NO_DATA) else said[:1].upper() + said[1:]


def _scale(values: list[float], metric: Metric, plot: int) -> look.Scale:
    """A scale with room for a number over its highest point; without a value one that has no ticks."""
    if not values:
        return look.Scale(0.0, 1.0, [], [])
    scale = look.Scale.over(values, metric.unit, 0.0 if metric.roll == "sum" or metric.unit == "count" else None)
    room = (LIFT + TALL) / plot * (scale.high - scale.low)
    return replace(scale, high=max(scale.high, max(values) + room))


def _drawn(places: Sequence[_Place]) -> list[float]:
    found = (number for place in places for number in (place.value, place.prior, place.target))
    return [number for number in found if number is not None]


# The marks


def _traces(
    zone: _Zone, metric: Metric, theme: Theme, change_in: str, currency: str, events: Sequence[Event]
) -> Iterator[Trace]:
    colour = theme.of(metric.kind)
    axis: Trace = {"yaxis": zone.axis}
    x = [place.at for place in zone.places]
    prior = [place.prior for place in zone.places]
    if any(value is not None for value in prior):
        behind = look.tint(theme.muted, 0.65)
        marker = {"size": [4 * alone for alone in _alone(prior)], "color": behind, "opacity": 1, "line": {"width": 0}}
        looks: Trace = {"mode": "lines+markers", "line": {"color": behind, "width": 1.25}, "marker": marker}
        yield look.scatter(f"last year, {zone.name}", x, prior, **looks, **axis)
    yield from _target_steps(zone, theme)
    whole = [None if place.partial else place.value for place in zone.places]
    if any(value is not None for value in whole):
        last = max(i for i, value in enumerate(whole) if value is not None)
        size = [8 if i == last else 5 for i in range(len(whole))]
        marker = {"size": size, "color": colour, "opacity": 1, "line": {"width": 0}}
        looks = {"mode": "lines+markers", "line": {"color": colour, "width": 2.25}, "marker": marker}
        yield look.scatter(zone.name, x, whole, **looks, **axis)
    yield from _so_far(zone, colour, theme)
    if blank := [place.at for place in zone.places if place.is_blank]:
        cross = {"symbol": "x-thin", "size": 6, "opacity": 1, "line": {"color": theme.muted, "width": 1.5}}
        foot = [zone.scale.low + 8 * zone.px] * len(blank)
        yield look.scatter(f"no data, {zone.name}", blank, foot, mode="markers", marker=cross, **axis)
    y = [zone.scale.low if place.value is None else place.value for place in zone.places]
    told = [_told(place, zone, metric, change_in, currency, events) for place in zone.places]
    unseen = {"size": 6, "opacity": 0}
    yield look.scatter(f"told, {zone.name}", x, y, mode="markers", marker=unseen, hover=told, **axis)


def _alone(values: list[float | None]) -> list[bool]:
    """Which values have no neighbour to be joined to by a line."""
    around = [None, *values, None]
    return [value is not None and around[i] is None and around[i + 2] is None for i, value in enumerate(values)]


def _target_steps(zone: _Zone, theme: Theme) -> Iterator[Trace]:
    """The target of each place over its whole width, joined to its neighbours'."""
    x: list[float | None] = []
    y: list[float | None] = []
    for place in zone.places:
        x += [place.at - 0.5, place.at + 0.5]
        y += [place.target, place.target]
    if any(value is not None for value in y):
        line = {"color": theme.muted, "width": 1.5, "dash": "dot"}
        yield look.scatter(f"target, {zone.name}", x, y, mode="lines", line=line, yaxis=zone.axis)


def _so_far(zone: _Zone, colour: str, theme: Theme) -> Iterator[Trace]:
    """The month still running: an open marker, joined to the one before it by dashes."""
    running = [i for i, place in enumerate(zone.places) if place.partial and place.value is not None]
    for i in running:
        near = [place for place in zone.places[max(0, i - 1) : i + 1] if place.value is not None]
        dashes = {"color": colour, "width": 1.75, "dash": "4px,4px"}
        x, y = [place.at for place in near], [place.value for place in near]
        yield look.scatter("so far, joined", x, y, mode="lines", line=dashes, yaxis=zone.axis)
        marker = {"size": 9, "color": theme.card, "line": {"color": colour, "width": 2}, "opacity": 1}
        yield look.scatter("so far", x[-1:], y[-1:], mode="markers", marker=marker, yaxis=zone.axis)


def _told(place: _Place, zone: _Zone, metric: Metric, change_in: str, currency: str, events: Sequence[Event]) -> str:
    """The tooltip: value, when, last year and the change on it, target, what a reader must know, what happened."""

    def said(value: float | None) -> str:
        return number(value, metric.unit, currency=currency)

    lines = [f"<b>{said(place.value)}</b>", look.safe(place.when)]
    if place.partial and place.value is not None:
        lines.append("so far: not yet a whole month")
    elif place.value is not None and place.prior is not None:
        lines.append(change_in_words(change(place.value, place.prior, change_in), change_in, metric.unit, "last year"))
    if place.prior is not None:
        lines.append(f"last year {said(place.prior)}")
    if place.target is not None:
        lines.append(f"target {said(place.target)}")
    if place.note and place.note != NO_DATA:
        lines.append(look.wrapped(place.note))
    lines += [event.told for event in _within(events, place)]
    return "<br>".join(lines)


# The words


def _unseen_bars(name: str, rows: list[tuple[int, float, float, str]], theme: Theme, yaxis: str) -> Iterator[Trace]:
    """Texts that Plotly hides where a place is too narrow for them. rows: place, foot and height on that axis, words."""
    if rows:
        at, foot, height, words = zip(*rows, strict=True)
        yield {
            "type": "bar", "name": name, "x": at, "base": foot, "y": height, "width": 1, "yaxis": yaxis,
            "marker": {"color": "rgba(0,0,0,0)", "line": {"width": 0}}, "hoverinfo": "skip", "cliponaxis": False,
            "text": words, "textposition": "inside", "insidetextanchor": "middle", "textangle": 0,
            "insidetextfont": {"size": SMALL, "color": theme.muted},
        }  # fmt: skip


def _unseen_numbers(zone: _Zone, metric: Metric, theme: Theme, named: list[Trace]) -> Iterator[Trace]:
    """The numbers at the points but the newest, where nothing else is drawn there. named: the names of the lines."""
    rows = []
    for place in zone.whole[:-1]:
        side, free = _side(zone, place)
        middle = zone.high(place.value or 0.0) + side * (LIFT + TALL / 2)
        if free >= NEAR and not any(_covers(name, zone, place.at, middle) for name in named):
            foot = zone.scale.low + (middle - TALL / 2) * zone.px
            rows.append((place.at, foot, TALL * zone.px, number(place.value, metric.unit)))
    return _unseen_bars(f"numbers, {zone.name}", rows, theme, zone.axis)


def _newest(zone: _Zone, metric: Metric, theme: Theme) -> Iterator[Trace]:
    """The number of the newest whole place, in the line's colour, and "so far" at the running one."""
    for place, side in _always_said(zone):
        if place.partial:
            words = look.label("so far", theme, size=SMALL)
        else:
            words = look.words_at(f"<b>{number(place.value, metric.unit)}</b>", theme.of(metric.kind))
        yield words | _spot(zone, place, side) | {"bgcolor": look.tint(theme.card, 0.8)}


def _always_said(zone: _Zone) -> Iterator[tuple[_Place, int]]:
    """The places whose words are said at every width, each with the side of them: over (1) or under (-1) the point."""
    running = [place for place in zone.places if place.partial and place.value is not None]
    for place in zone.whole[-1:]:
        side = _side(zone, place)[0]
        for other in running:
            rise = zone.high(other.value or 0.0) - zone.high(place.value or 0.0)
            side = -1 if rise >= 0 else 1  # one over and one under, or on a phone they lie on each other
            yield other, -side
        yield place, side
    if not zone.whole:
        yield from ((place, 1) for place in running)


def _covers(name: Trace, zone: _Zone, at: int, middle: float) -> bool:
    """Whether the name of a line lies, on a screen that has room for numbers, where one would stand."""
    first, last = {"left": (0, 2), "center": (-1, 1), "right": (-2, 0)}[name["xanchor"]]
    high = zone.high(name["y"]) + (1 if name["yanchor"] == "bottom" else -1) * NAME_LIFT
    return name["yref"] == zone.axis and first <= at - name["x"] <= last and abs(high - middle) < LINE_HEIGHT


def _spot(zone: _Zone, place: _Place, side: int) -> Trace:
    """Over its point (side 1) or under it (side -1)."""
    where = {"x": place.at, "xref": "x", "xanchor": "center", "y": place.value, "yref": zone.axis}
    return where | {"yanchor": "bottom" if side > 0 else "top", "yshift": side * LIFT}


def _side(zone: _Zone, place: _Place) -> tuple[int, float]:
    """Whether the number of a place stands over its point (1) or under it (-1), and how many px are free around it."""
    high = zone.high(place.value or 0.0)
    near = [zone.high(value) for value in (place.prior, place.target) if value is not None]
    beside = [other.value for other in zone.places if other.value is not None and abs(other.at - place.at) == 1]
    ends = [(other, other) for other in near] + [(high, high + 0.4 * (zone.high(value) - high)) for value in beside]
    over, under = (
        min((_apart(high + side * (LIFT + TALL / 2), *stroke) for stroke in ends), default=math.inf) for side in (1, -1)
    )
    if over >= NEAR or over >= under or high < LIFT + TALL:
        return 1, over
    return -1, under


def _apart(place: float, one: float, other: float) -> float:
    """How far a place lies from the stretch between two others; 0 within it."""
    return max(min(one, other) - place, place - max(one, other), 0.0)


def _names(zone: _Zone, theme: Theme) -> tuple[list[Trace], list[Trace]]:
    """The names under the places, as labels and as unseen bars: every other one from the newest always."""
    newest = zone.places[-1].at if zone.places else 0
    is_months = zone.grain == "month"
    tall = TALL if is_months else TALL + LINE_HEIGHT
    under: Trace = {"xref": "x", "y": STRIP, "yref": "y3", "yanchor": "top", "xanchor": "center"}
    labels: list[Trace] = []
    rows: list[tuple[int, float, float, str]] = []
    for place in zone.places:
        words = place.name if is_months else f"{place.name}<br>{place.below}"
        if (newest - place.at) % 2:
            rows.append((place.at, STRIP - 2 - tall, tall, words))
        else:
            labels.append(look.label(words, theme, size=SMALL, x=place.at, yshift=-5, **under))
    if is_months:
        for at, year in _years(zone.places):
            year_under = under | {"xanchor": "left", "xshift": -9}  # away from the week before it, on a phone
            labels.append(look.label(year, theme, size=SMALL, x=at, yshift=-5 - LINE_HEIGHT, **year_under))
    return labels, list(_unseen_bars(f"names, {zone.name}", rows, theme, "y3"))


def _years(places: list[_Place]) -> list[tuple[int, str]]:
    """Where a year is said: at the first month and where it changes; not at the first where it changes at once."""
    turns = [(place.at, place.below) for i, place in enumerate(places) if not i or places[i - 1].below != place.below]
    return [turn for i, turn in enumerate(turns) if i + 1 == len(turns) or turns[i + 1][0] - turn[0] > YEARS_APART]


def _captions(zones: list[_Zone], theme: Theme) -> Iterator[Trace]:
    for zone, words in zip(zones, ("six weeks", "twelve months"), strict=True):
        if zone.places and not _drawn(zone.places):
            middle = (zone.places[0].at + zone.places[-1].at) / 2
            yield look.label(NO_DATA, theme, x=middle, xref="x", y=0.5, yref="y domain", bgcolor=theme.card)
        if zone.places:
            middle = (zone.places[0].at + zone.places[min(len(zone.places), MONTHS) - 1].at) / 2
            under: Trace = {"xref": "x", "y": 0, "yanchor": "top", "xanchor": "center", "yshift": -2}
            yield look.label(words, theme, x=middle, **under)


def _line_names(zones: list[_Zone], metric: Metric, theme: Theme) -> Iterator[Trace]:
    """What the line of last year and that of the target are: once, at the months where there they are drawn."""
    for zone in reversed(zones):
        if spot := _roomiest(zone, {place.at: place.prior for place in zone.places if place.prior is not None}):
            yield look.label("last year", theme, size=SMALL) | spot
            break
    for zone in reversed(zones):
        aims = {place.at: place.target for place in zone.places if place.target is not None}
        newest = aims[max(aims)] if aims else 0.0
        if spot := _roomiest(zone, {at: aim for at, aim in aims.items() if aim == newest}):
            yield look.label(f"target {number(newest, metric.unit)}", theme, size=SMALL) | spot
            break


def _roomiest(zone: _Zone, line: dict[int, float]) -> Trace | None:
    """Where over or under a line its name is furthest from everything else that is drawn; None without a line."""
    taken = list(_taken(zone))
    found: list[tuple[float, int, int, str]] = []
    for at, value in line.items():
        for anchor, start in (("left", at), ("center", at - REACH // 2), ("right", at - REACH)):
            if start < zone.places[0].at or start + REACH > zone.places[-1].at:
                continue
            near = [high for place, high in taken if start <= place <= start + REACH]
            for side in (1, -1):
                middle = zone.high(value) + side * NAME_LIFT
                if LINE_HEIGHT / 2 <= middle <= zone.plot - LINE_HEIGHT / 4:
                    found.append((min(abs(high - middle) for high in near), at, side, anchor))
    if not found:
        return None
    _, at, side, anchor = max(found)
    where: Trace = {"x": at, "xref": "x", "xanchor": anchor, "y": line[at], "yref": zone.axis}
    return where | {"yanchor": "bottom" if side > 0 else "top", "yshift": side * (NAME_LIFT - LINE_HEIGHT // 2)}


def _taken(zone: _Zone) -> Iterator[tuple[int, float]]:
    """What is drawn: points, targets and words, each as a place and its height in px."""
    for place in zone.places:
        yield from ((place.at, zone.high(value)) for value in _drawn([place]))
    for place, side in _always_said(zone):
        high = zone.high(place.value or 0.0) + side * (LIFT + TALL / 2)
        yield from ((at, high) for at in range(place.at - REACH // 2, place.at + REACH // 2 + 1))


# What happened, and the ground


def _within(events: Sequence[Event], place: _Place) -> list[Event]:
    return [event for event in events if event.starts_on < place.end and event.last_day >= place.start]


def _events(
    events: Sequence[Event], zones: Sequence[list[_Place]], reach: list[float], theme: Theme
) -> tuple[list[Trace], list[Trace], int]:
    """The labels of the events over the places they fall in, their rules and shaded stretches, and the rows of labels.

    An event is named in the weeks where it falls in one; in the months it then is a mark alone.
    """
    said: dict[int, list[Event]] = {}
    again: dict[int, list[Event]] = {}
    shapes: dict[tuple[int, int], Trace] = {}
    within = {"yref": "y domain"}  # not over the names under the plot
    for event in sorted(events, key=lambda event: (event.starts_on, event.words)):
        named = False
        for places in zones:
            if touched := [place.at for place in places if _within([event], place)]:
                first, last = touched[0], touched[-1]
                (again if named else said).setdefault(first, []).append(event)
                named = True
                if first < last:
                    shapes[first, last] = stretch(first - 0.5, last + 0.5, theme) | within
                else:
                    shapes[first, last] = look.rule(first, theme) | within
    wide = reach[1] - reach[0]
    flags, rows = flagged([((at - reach[0]) / wide, at, said[at]) for at in sorted(said)], theme)
    for at, found in again.items():
        if at not in said:
            mark = look.label("▾", theme, x=at, xref="x", y=1, yanchor="bottom", yshift=-8)
            flags.append(mark | {"hovertext": "<br>".join(event.told for event in found)})
    return flags, list(shapes.values()), rows


def _axis(zone: _Zone, theme: Theme, *, shares: bool) -> Trace:
    """The value axis of a zone, with rules across the whole plot only where both zones share it."""
    return zone.scale.axis(theme) | ({} if shares else {"showgrid": False})


def _grid_line(zone: _Zone, tick: float, reach: list[float], theme: Theme) -> Trace:
    x0, x1 = (reach[0], DIVIDER - 0.5) if zone.grain == "week" else (DIVIDER + 0.5, reach[1])
    line = {"color": theme.grid, "width": 1}
    return {
        "type": "line",
        "x0": x0,
        "x1": x1,
        "y0": tick,
        "y1": tick,
        "yref": zone.axis,
        "line": line,
        "layer": "below",
    }


def _divider(whole: int, theme: Theme) -> Trace:
    """Between the weeks and the months, from the top down to their captions."""
    return look.rule(DIVIDER, theme) | {"y0": -LINE_HEIGHT / whole, "line": {"color": theme.grid, "width": 1}}
