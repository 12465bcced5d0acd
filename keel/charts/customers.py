"""Customers: who makes the value together, what one of them bought month by month, what they answered, why others left."""

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from keel.charts import look
from keel.charts.look import SMALL, Theme, Trace
from keel.wording import NBSP, day_year, number, percent, plural

TOGETHER = 0.8
ROW = 30  # px a bar


def pareto(
    curve: pd.DataFrame, *, theme: Theme, customers: int, k: int | None, share: float | None, noun: str, value: str, currency: str,
    height: int = 320,
) -> go.Figure:  # fmt: skip
    """How much do few customers make together? The curve of the largest first; it passes 100 % where some cost money.

    Each point carries the number of the customer at its place, for a click.
    """
    if curve.empty or k is None or share is None:
        return look.sentence(f"No {value} above zero to share out yet", theme=theme, height=height)
    x = [0.0, *curve["place"].to_numpy(float).tolist()]
    y = [0.0, *curve["share"].to_numpy(float).tolist()]
    fifths = [0, 0.2, 0.4, 0.6, 0.8, 1.0]
    scale = look.Scale(0.0, max(1.04, max(y) + 0.04), fifths, [percent(one) for one in fifths])
    names = [name if isinstance(name, str) else "" for name in curve["name"]]
    hover = [
        "",
        *map(
            _point,
            names,
            curve["place"].tolist(),
            curve["share"].tolist(),
            curve["running"].tolist(),
            [(value, currency)] * len(curve),
        ),
    ]
    colour = theme.of("lag")
    at = float(curve.loc[curve["place"] == k, "share"].iloc[0]) if (curve["place"] == k).any() else share
    unseen = {"marker": {"opacity": 0}}  # Plotly gives a click to points that have a mark, and fades those not clicked
    data = [
        look.scatter(
            "together", x, y, mode="lines+markers", line={"color": colour, "width": 2.25}, hover=hover, marker={"size": 8, "opacity": 0, "color": colour},
            selected=unseen, unselected=unseen, customdata=["", *(str(one) for one in curve["customer_id"])],
        ),
        look.scatter("80 %", [k], [at], mode="markers", marker={"size": 10, "color": colour}, unselected={"marker": {"opacity": 1}}),
    ]  # fmt: skip
    is_early = k < 0.6 * customers
    words = (
        f"<b>{k:,} {noun}</b><br>{percent(k / customers)} of {customers:,} make<br>{percent(TOGETHER)} of the {value}"
    )
    told = look.label(
        words, theme, x=k, y=at, xref="x", yref="y", color=theme.ink, align="left" if is_early else "right", yshift=-8,
        xanchor="left" if is_early else "right", yanchor="top", xshift=10 if is_early else -10,
    )  # fmt: skip
    ticks = _places(customers)
    return look.figure(
        data, theme, height=height, margin={"l": 16 + look.widest(scale.texts), "r": 20, "t": 12, "b": 44},
        xaxis=look.axis(theme, range=[0, customers * 1.01], tickvals=ticks, ticktext=[f"{tick:,}" for tick in ticks]),
        yaxis=scale.axis(theme), hovermode="closest", uirevision="pareto",
        shapes=[look.rule(k, theme)], annotations=[told, look.label(f"{noun}, the largest first", theme, x=0.5, y=0, xanchor="center", yanchor="top", yshift=-22)],
    )  # fmt: skip


def _point(name: str, place: int, share: float, running: float, of: tuple[str, str]) -> str:
    value, currency = of
    head = (
        f"<b>{look.safe(name)}</b><br>place {place:,}; the first {place:,} make "
        if name
        else f"<b>the first {place:,}</b><br>"
    )
    return f"{head}{percent(share)} of the {value} together<br>{number(running, 'money', currency=currency)}"


def _places(customers: int) -> list[int]:
    step = look.round_step(max(customers, 1), whole=True)
    return [int(step * tick) for tick in range(int(customers / step) + 1)]


def months(
    frame: pd.DataFrame, *, theme: Theme, currency: str, height: int = 260, labels: Sequence[str] = ()
) -> go.Figure:  # fmt: skip
    """What did this customer buy, month by month? Revenue as bars, the margin in them darker."""
    if frame.empty or not frame["revenue"].abs().sum():
        return look.sentence("No order lines in these months", theme=theme, height=height)
    revenue, margin = look.numbers(frame, "revenue"), look.numbers(frame, "margin")
    knows_margin = bool(np.isfinite(margin).any())
    scale = look.Scale.over([0.0, *revenue, *(margin[np.isfinite(margin)] if knows_margin else [])], "money", 0.0)
    names = list(labels)
    hover = [
        f"<b>{look.safe(name)}</b><br>revenue {number(amount, 'money', currency=currency)}"
        + (f"<br>margin {number(kept, 'money', currency=currency)}" if math.isfinite(kept) else "")
        + f"<br>{plural(int(days), 'purchase')}"
        for name, amount, kept, days in zip(names, revenue, margin, frame["purchases"], strict=True)
    ]
    colour = theme.of("lag")
    x = list(range(len(frame)))
    data: list[Trace] = [{
        "type": "bar", "name": "revenue", "x": x, "y": revenue.tolist(), "width": 0.72, "marker": {"color": look.tint(colour, 0.4)},
        "hovertext": hover, "hoverinfo": "text",
    }]  # fmt: skip
    if knows_margin:
        data.append({
            "type": "bar", "name": "margin", "x": x, "y": np.nan_to_num(margin).tolist(), "width": 0.72, "marker": {"color": colour},
            "hoverinfo": "skip",
        })  # fmt: skip
    every = max(1, math.ceil(len(x) / 4))  # as many words as fit on a phone
    shown = x[::-1][::every][::-1]
    key = [look.label(
        f"revenue{', darker: margin' if knows_margin else ''}, {currency}", theme, x=0, y=1, xanchor="left", yanchor="bottom", yshift=4, size=SMALL,
    )]  # fmt: skip
    return look.figure(
        data, theme, height=height, margin={"l": 16 + look.widest(scale.texts), "r": 12, "t": 26, "b": 30}, barmode="overlay", annotations=key,
        xaxis=look.axis(theme, tickvals=shown, ticktext=[names[place] for place in shown], tickangle=0, range=[-0.6, len(x) - 0.4]),
        yaxis=scale.axis(theme), uirevision="customer-months",
    )  # fmt: skip


def scores(answers: Sequence[tuple[date, float]], *, theme: Theme, height: int = 200) -> go.Figure:
    """How likely is this customer to recommend us, answer by answer? Promoters above, detractors below."""
    if not answers:
        return look.sentence("It has answered no survey in its own name", theme=theme, height=height)
    days, values = zip(*answers, strict=True)
    colour = theme.of("lead")
    hover = [f"<b>{value:.0f} of 10</b><br>{day_year(day)}" for day, value in answers]
    data = [look.scatter(
        "score", list(days), list(values), mode="lines+markers", line={"color": colour, "width": 1.5}, marker={"size": 8, "color": colour}, hover=hover,
    )]  # fmt: skip
    bands: list[Any] = [
        {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": low, "y1": high, "line": {"width": 0}, "layer": "below",
         "fillcolor": look.tint(theme.grid, 0.5 if low else 0.9)}
        for low, high in ((-0.5, 6.5), (8.5, 10.5))
    ]  # fmt: skip
    words = [
        look.label(
            name, theme, x=0, y=y, xref="paper", yref="y", xanchor="left", yanchor="middle", xshift=6, size=SMALL
        )
        for name, y in (("promoter", 10.1), ("detractor", 0.1))
    ]
    ticks = [0, 2, 4, 6, 8, 10]
    return look.figure(
        data, theme, height=height, margin={"l": 28, "r": 12, "t": 8, "b": 28}, shapes=bands, annotations=words,
        xaxis=look.axis(theme, type="date", nticks=4), yaxis=look.axis(theme, range=[-0.5, 10.7], tickvals=ticks), uirevision="customer-scores",
    )  # fmt: skip


def reasons(rows: Sequence[Any], *, theme: Theme, currency: str, value: str, height: int | None = None) -> go.Figure:
    """Why did they leave, in money? The costliest reason first; what is not known yet last and lighter.

    rows: words, customers, worth, running (None for what is not known).
    """
    if not rows:
        return look.sentence("No lost customer has a reason yet", theme=theme, height=height or 160)
    names = [look.safe(look.shortened(row.words)) for row in rows]
    amounts = [float(row.worth) for row in rows]
    texts = [
        f"{number(row.worth, 'money')} · {plural(row.customers, 'customer')}" + (f" · {percent(row.running)} together" if row.running is not None else "")
        for row in rows
    ]  # fmt: skip
    y = list(range(len(rows)))
    data: list[Trace] = [{
        "type": "bar", "orientation": "h", "x": amounts, "y": y, "width": 0.62, "hoverinfo": "text",
        "hovertext": [f"<b>{name}</b><br>{text.replace(NBSP, ' ')}" for name, text in zip(names, texts, strict=True)],
        "marker": {"color": [theme.of("lag") if row.running is not None else look.tint(theme.muted, 0.4) for row in rows]},
    }]  # fmt: skip
    most = max([*amounts, 1.0])
    labels = [
        look.label(f"{name}  <b>{text}</b>", theme, x=0, y=place, xref="x", yref="y", xanchor="left", yanchor="bottom", yshift=9, size=12)
        for place, (name, text) in enumerate(zip(names, texts, strict=True))
    ]  # fmt: skip
    return look.figure(
        data, theme, height=height or 48 * len(rows) + 40, margin={"l": 4, "r": 12, "t": 24, "b": 24}, annotations=[
            *labels, look.label(f"{value} a year, {currency}", theme, x=0, y=0, xanchor="left", yanchor="top", yshift=-6, size=SMALL),
        ],
        xaxis=look.axis(theme, range=[min(0.0, *amounts), most * 1.02], showticklabels=False),
        yaxis=look.axis(theme, range=[len(rows) - 0.5, -0.9], showticklabels=False), uirevision="reasons",
    )  # fmt: skip
