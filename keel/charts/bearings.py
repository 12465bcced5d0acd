"""Bearings: two numbers shifted onto each other, the evidence by lag, and where a number is likely to go."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import plotly.graph_objects as go

from keel.catalogue import Metric
from keel.charts import look
from keel.charts.history import time_axis
from keel.charts.look import SMALL, Theme, Trace
from keel.leads import WINDOWS, Link, Shifted, hurdle
from keel.outlook import Ahead, Band
from keel.periods import Calendar
from keel.wording import NBSP, day_year, interval, number, plural

SHOWN = 104  # weeks of two series on each other: more would be a hedge
PAST = 39  # weeks before the outlook: three times as far back as it looks ahead
CHANCE = 0.05  # of unrelated pairs reach the dashed lines


def shifted(
    both: Shifted, lead: Metric, lag: Metric, *, lag_weeks: int, sign: int = 1, theme: Theme, height: int = 260
) -> go.Figure:  # fmt: skip
    """Do the surprises of the two match once the leading one is drawn later? Each week's, in usual moves.

    sign: -1 turns the leading one over, where the two go opposite ways.
    """
    first, second = np.array(both.lead), np.array(both.lag)
    if not np.isfinite(first).any() or not np.isfinite(second).any():
        return look.sentence("Too little history of both to draw them", theme=theme, height=height)
    first = sign * first
    weeks, first, second = both.weeks[-SHOWN - lag_weeks :], first[-SHOWN - lag_weeks :], second[-SHOWN - lag_weeks :]
    reach = max(3.0, float(np.nanmax(np.abs([first, second]))))
    scale = look.Scale(-reach * 1.08, reach * 1.08, [-2, 0, 2], ["below", "as expected", "above"])
    own, other = theme.of(lag.kind), theme.of(lead.kind)
    x = [week.isoformat() for week in weeks]
    hover = [
        f"<b>week of {day_year(week)}</b><br>{look.safe(lag.label)}: {_sd(b)}<br>{look.safe(lead.label)}, {plural(lag_weeks, 'week')} before: {_sd(a)}"
        for week, a, b in zip(weeks, first, second, strict=True)
    ]
    data = [
        look.scatter("lead", x, look.gapped(first, np.isfinite(first)), mode="lines", line={"color": other, "width": 1.75, "dash": "4px,3px"}),
        look.scatter("lag", x, look.gapped(second, np.isfinite(second)), mode="lines", line={"color": own, "width": 2.25}),
        look.scatter("told", x, [0.0] * len(x), mode="markers", marker={"opacity": 0, "size": 1}, hover=hover),
    ]  # fmt: skip
    turned = ", turned over" if sign < 0 else ""
    named = (
        (f"<b>―</b> {look.safe(lag.label)}", own, 6),
        (f"<b>- -</b> {look.safe(lead.label)}, {plural(lag_weeks, 'week')} later{turned}", other, 22),
    )
    key = [
        look.label(words, theme, x=0, y=1, xanchor="left", yanchor="bottom", yshift=up, color=colour, size=SMALL)
        for words, colour, up in named
    ]
    return look.figure(
        data, theme, height=height, margin={"l": 16 + look.widest(scale.texts), "r": 16, "t": 44, "b": 40},
        xaxis=time_axis(list(weeks), "week", theme, Calendar()), yaxis=scale.axis(theme), annotations=key, hovermode="x",
        hoverdistance=60, uirevision="shifted",
    )  # fmt: skip


def _sd(value: float) -> str:
    if not np.isfinite(value):
        return "not known"
    return f"{abs(value):.1f} usual moves {'above' if value >= 0 else 'below'}"


def by_lag(link: Link, *, theme: Theme, height: int = 220) -> go.Figure:
    """At which lag does it show? One bar a lag, up where both go the same way; what stays inside the dashes may be chance."""
    if not link.z_by_lag or link.window is None or link.lag_weeks is None:
        return look.sentence("Too little history to test any lag", theme=theme, height=height)
    z = np.array(link.z_by_lag[WINDOWS.index(link.window)])
    lags = list(range(1, len(z) + 1))
    edge = hurdle(len(z), CHANCE, link.n - len(z) / 2)
    low, high = 1.15 * min(-edge, float(np.nanmin(z))), 1.15 * max(edge, float(np.nanmax(z)))
    nearly = {*link.lag_set} if link.passes else set()
    colour = theme.of("lead")
    shades = [colour if lag in nearly else look.tint(theme.muted, 0.45) for lag in lags]
    hover = [
        f"<b>{plural(lag, 'week')} later</b><br>{'the same way' if value > 0 else 'the other way'}"
        f"<br>{abs(value) / edge:.0%} of what chance reaches in 1 of 20"
        if np.isfinite(value) else f"<b>{plural(lag, 'week')} later</b><br>too few weeks"
        for lag, value in zip(lags, z, strict=True)
    ]  # fmt: skip
    data: list[Trace] = [{
        "type": "bar", "name": "lag", "x": lags, "y": np.nan_to_num(z).tolist(), "width": 0.7, "marker": {"color": shades},
        "hovertext": hover, "hoverinfo": "text",
    }]  # fmt: skip
    dashes = [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": side * edge, "y1": side * edge, "layer": "below",
         "line": {"color": theme.muted, "width": 1, "dash": "4px,4px"}}
        for side in (1, -1)
    ]  # fmt: skip
    every = 1 if len(z) <= 13 else 5
    ticks = [lag for lag in lags if lag == 1 or lag % every == 0] if every > 1 else lags
    told = look.label("weeks later", theme, x=0.5, y=0, xanchor="center", yanchor="top", yshift=-20)
    chance = look.label(
        "inside the dashes: what chance gives", theme, x=1, y=1, xanchor="right", yanchor="bottom", yshift=4, size=SMALL
    )
    axis = look.axis(theme, range=[low, high], tickvals=[-edge / 2, edge / 2], ticktext=["other way", "same way"], zeroline=True, zerolinecolor=theme.grid)  # fmt: skip
    return look.figure(
        data, theme, height=height, margin={"l": 16 + look.widest(["other way"]), "r": 16, "t": 24, "b": 44},
        xaxis=look.axis(theme, range=[0.4, len(z) + 0.6], tickvals=ticks), yaxis=axis, shapes=dashes, annotations=[told, chance], uirevision="by-lag",
    )  # fmt: skip


def outlook(
    weeks: Sequence[date], values: Sequence[float], ahead: Sequence[Ahead], metric: Metric, *, theme: Theme, currency: str = "",
    without: bool = False, moved: Sequence[Ahead] = (), height: int = 320,
) -> go.Figure:  # fmt: skip
    """Where is it likely to go? The last weeks, then the bands in which one week in two and four in five should lie.

    without: the bands as they are without the leads. moved: the same weeks with a lead moved, its 80 % band as dashes.
    """
    if not ahead:
        return look.sentence("No outlook yet", theme=theme, height=height)
    seen = np.array(values, dtype=float)[-PAST:]
    past = list(weeks)[-PAST:]
    bands = [one.without if without else one.band for one in ahead]
    dashed = [one.band for one in moved]
    known = seen[np.isfinite(seen)]
    drawn = [*known.tolist(), *(end for band in [*bands, *dashed] for end in (band.low_80, band.high_80))]
    floor = None if min(drawn) < 0 else 0.0 if metric.roll == "sum" and min(drawn) < 0.5 * max(drawn) else None
    scale = look.Scale.over(drawn, metric.unit, floor)
    colour = theme.of(metric.kind)
    days = [one.week for one in ahead]
    x = [day.isoformat() for day in days]
    data: list[Trace] = [
        *_band(x, [b.low_80 for b in bands], [b.high_80 for b in bands], look.tint(colour, 0.16)),
        *_band(x, [b.low_50 for b in bands], [b.high_50 for b in bands], look.tint(colour, 0.3)),
    ]
    if dashed:
        line = {"color": theme.of("lead"), "width": 1.75, "dash": "4px,4px"}
        data += [
            look.scatter("moved", x, [getattr(band, end) for band in dashed], mode="lines", line=line)
            for end in ("low_80", "high_80")
        ]
    data += [
        look.scatter("value", [day.isoformat() for day in past], look.gapped(seen, np.isfinite(seen)), mode="lines", line={"color": colour, "width": 2.25},
                     hover=[f"<b>week of {day_year(day)}</b><br>{number(v, metric.told_in, currency=currency)}" for day, v in zip(past, seen, strict=True)]),
        look.scatter("told", x, [band.point for band in bands], mode="markers", marker={"opacity": 0, "size": 8},
                     hover=[_told(day, band, metric, currency) for day, band in zip(days, bands, strict=True)]),
    ]  # fmt: skip
    last = bands[-1]
    tags = [
        look.label(f"{share}{NBSP}%", theme, x=x[-1], y=(low + high) / 2, xref="x", yref="y", xanchor="left", yanchor="middle", xshift=8, size=SMALL)
        for share, low, high in ((50, last.low_50, last.high_50), (80, last.high_50, last.high_80))
    ]  # fmt: skip
    if dashed:
        tags.append(look.label("- - what if", theme, x=1, y=1, xanchor="right", yanchor="bottom", yshift=4, color=theme.of("lead"), size=SMALL))  # fmt: skip
    if metric.unit == "money" and currency:
        tags.append(look.label(look.safe(currency), theme, x=0, y=1, xanchor="right", yanchor="bottom", xshift=-6, yshift=8))  # fmt: skip
    edge = (days[0] - timedelta(days=3)).isoformat()
    return look.figure(
        data, theme, height=height, margin={"l": 16 + look.widest(scale.texts), "r": 44, "t": 28, "b": 40},
        xaxis=time_axis([*past, *days], "week", theme, Calendar()), yaxis=scale.axis(theme), annotations=tags, shapes=[look.rule(edge, theme)],
        hovermode="closest", uirevision=f"outlook-{metric.id}",
    )  # fmt: skip


def _band(x: list[str], low: list[float], high: list[float], colour: str) -> list[Trace]:
    """A filled band between two edges that have no line of their own."""
    line = {"width": 0}
    return [
        look.scatter("low", x, low, mode="lines", line=line),
        look.scatter("high", x, high, mode="lines", line=line) | {"fill": "tonexty", "fillcolor": colour},
    ]


def _told(day: date, band: Band, metric: Metric, currency: str) -> str:
    unit = metric.told_in
    return (
        f"<b>week of {day_year(day)}</b><br>4 in 5: {interval(band.low_80, band.high_80, unit, currency=currency)}"
        f"<br>1 in 2: {interval(band.low_50, band.high_50, unit, currency=currency)}"
    )
