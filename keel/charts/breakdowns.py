"""What a number is made of, what moved it, and how answers and people spread: bars, dots and one curve."""

import math
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from keel.catalogue import Metric
from keel.charts import look
from keel.charts.look import AIR, LABEL, MOST_POINTS, PHONE, SMALL, Theme, Trace
from keel.wording import MINUS, NBSP, NO_DATA, number, plural

MOST_BARS = 100  # at 28 px each that is three screens; the table below the chart holds the rest
LONGEST_LINE = 16  # characters of a name beside each other: one line of 24 would leave a phone no room for the bars
ROW, TALL_ROW = 28, 34  # px a bar, with a name of one line and of two
BAR = 0.62  # of a row
YEAR = 365  # days, as in keel.survival
MONTH = YEAR / 12
REMAINDERS = ("rest", "(rest)", "(none)", "none", "other", "(other)")  # no member: never ranked among them


def bars(
    frame: pd.DataFrame, metric: Metric, *, theme: Theme, member: str, currency: str = "",
    selected: str | None = None, share: bool = True, height: int | None = None, counts: bool = False,
) -> go.Figure:  # fmt: skip
    """Who makes up the number? One bar a member, largest first; customdata holds the member for a click.

    A hidden member has a hatched ground of the whole width and the word "hidden". counts: say after each share what
    it is made of ("26 of 36").
    """
    if frame.empty:
        return look.sentence("No data yet", theme=theme, height=height or 120)
    rows = frame.assign(
        value=look.numbers(frame, "value"), last=frame[member].astype(str).str.casefold().isin(REMAINDERS)
    ).sort_values(["last", "value"], ascending=[True, False], kind="stable", na_position="last")
    prefix, caption = _said_once(currency, metric.unit)
    left_out, rows = max(0, len(rows) - MOST_BARS), rows.head(MOST_BARS)
    names, hidden = rows[member].astype(str).tolist(), look.flags(rows, "hidden")
    value, low, high, n = (np.where(hidden, np.nan, look.numbers(rows, c)) for c in ("value", "low", "high", "n"))
    adds_up = share and metric.unit in ("money", "count") and metric.roll in ("sum", "last") and not hidden.any()
    whole = float(np.nansum(look.numbers(frame, "value"))) if adds_up else 0.0
    made_of = [_made_of(row) for row in rows.to_dict("records")] if counts else [""] * len(rows)
    labels = [
        _hidden_or(flag, _share_of(number(amount, metric.unit, currency=prefix), amount, whole) + count)
        for amount, flag, count in zip(value, hidden, made_of, strict=True)
    ]
    notes = rows["note"].tolist() if "note" in rows else [""] * len(rows)
    hover = [
        "<br>".join(
            [f"<b>{look.wrapped(name)}</b>", label]
            + look.doubt(low[i], high[i], math.nan if counts else n[i], metric.unit, look.safe(currency))
            + ([look.wrapped(notes[i])] if isinstance(notes[i], str) and notes[i] else [])
        )
        for i, (name, label) in enumerate(zip(names, labels, strict=True))
    ]
    own = theme.of(metric.kind)
    reach = [float(np.nanmin([0.0, *value, *low])), float(np.nanmax([0.0, *value, *high]))]
    places, tips = list(range(len(rows))), np.nanmax([np.zeros(len(rows)), value, high], axis=0)
    tips[hidden] = reach[0]
    bar = {
        "type": "bar", "orientation": "h", "name": "value", "y": places, "x": look.gapped(value, np.isfinite(value)),
        "width": BAR, "customdata": names, "hovertext": hover, "hoverinfo": "text",
        "marker": {
            "color": [theme.muted if last else own for last in rows["last"]],
            "opacity": [1.0 if selected in (None, name) else 0.35 for name in names], "line": {"width": 0},
        },
        "unselected": {"marker": {"opacity": 0.35}},
    }  # fmt: skip
    if np.isfinite(low).any():
        bar["error_x"] = look.whiskers(value, low, high, theme.ink)
    shown = [f"<b>{_row_name(name)}</b>" if name == selected else _row_name(name) for name in names]
    margin = {"l": 14 + look.widest(shown), "r": 16 + _overhang(labels, tips, reach), "t": 20 if caption else 2, "b": 2}
    more = [look.label(caption, theme, x=0, y=1, xanchor="left", yanchor="bottom")] if caption else []
    if left_out:
        margin["b"] += 24
        told = f"The first {MOST_BARS} of {MOST_BARS + left_out}"
        more.append(look.label(told, theme, x=0, y=0, xanchor="left", yanchor="top"))
    return look.figure(
        [
            bar, *_hidden_bars(places, hidden, reach, hover, theme),
            _texts(tips.tolist(), places, labels, [theme.muted if flag else theme.ink for flag in hidden]),
        ], theme,
        height=height or _row_height(shown) * len(rows) + margin["t"] + margin["b"], margin=margin,
        xaxis=look.axis(theme, range=reach if reach[0] < reach[1] else [0, 1], showticklabels=False),
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
                "color": "rgba(0,0,0,0)", "line": {"color": look.tint(theme.muted, 0.6), "width": 1},
                "pattern": {"shape": "/", "size": 6, "solidity": 0.2, "fgcolor": look.tint(theme.muted, 0.5), "fillmode": "overlay"},
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
        return look.sentence("No data yet", theme=theme, height=height)
    ends = _walk(steps)
    floor = _floor([end for _, end in ends])
    prefix, caption = _said_once(currency, unit)
    labels = [_movement(amount, turn, unit, prefix) for _, amount, turn in steps]
    places, names = list(range(len(steps))), [_row_name(label) for label, _, _ in steps]
    begin = [floor if turn == "total" else start for (start, _), (_, _, turn) in zip(ends, steps, strict=True)]
    stop = [end for _, end in ends]
    looks = {"total": look.tint(theme.ink, 0.75), "up": theme.of(kind), "down": theme.muted}
    turns = [turn for _, _, turn in steps]
    bar = {
        "type": "bar", "orientation": "h", "name": "movement", "y": places, "base": begin, "width": BAR,
        "x": [end - start for start, end in zip(begin, stop, strict=True)],
        "hovertext": [f"<b>{look.wrapped(step[0])}</b><br>{label}" for step, label in zip(steps, labels, strict=True)],
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
    margin = {"l": 14 + look.widest(names), "r": 16 + _overhang(labels, tips, reach), "t": 4, "b": 26 if words else 4}
    told = look.label(" · ".join(words), theme, x=0, y=0, xanchor="left", yanchor="top", yshift=-4)
    return look.figure(
        [_connectors(ends, theme), bar, _texts(tips, places, labels, [theme.ink] * len(steps))], theme,
        height=height, margin=margin, yaxis=_rows_axis(theme, names),
        xaxis=look.axis(theme, range=reach if reach[0] < reach[1] else [0, 1], showticklabels=False),
        annotations=[told] if words else [],
        shapes=[_zero(theme)] if reach[0] < 0 else [], uirevision="waterfall",
    )  # fmt: skip


def distribution(
    frame: pd.DataFrame, *, theme: Theme, low: int, high: int, cuts: Sequence[tuple[int, int, str]],
    height: int = 280, kind: str = "lead",
) -> go.Figure:  # fmt: skip
    """How do the answers spread over the scale? The share of each score, and above them the groups they make."""
    scores = list(range(low, high + 1))
    given = dict(zip(look.numbers(frame, "score"), np.nan_to_num(look.numbers(frame, "answers")), strict=True))
    answers = [float(given.get(score, 0.0)) for score in scores]
    total = sum(answers)
    if not total:
        return look.sentence("No answers yet", theme=theme, height=height)
    groups = [(start, end, label, sum(answers[max(0, start - low) : end - low + 1])) for start, end, label in cuts]
    last = max((start for start, *_ in groups), default=low)
    tints = {score: look.tint(theme.muted, 0.75 if i % 2 == 0 else 0.45)
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
        "hoverinfo": "text", "text": [look.safe(text) for text in texts],
        "textposition": "outside", "textfont": {"color": theme.muted, "size": SMALL}, "cliponaxis": False,
    }  # fmt: skip
    heads = [
        look.label(
            f"{look.safe(look.shortened(label))}<br><b>{_percent(count / total)}</b>", theme, x=start - 0.36, xref="x",
            y=1, yanchor="bottom", yshift=14, color=theme.ink, size=12, xanchor="left", align="left",
        )
        for start, end, label, count in groups
    ]  # fmt: skip
    caption = f"% of {plural(int(total), 'answer')}, by score"
    heads.append(look.label(caption, theme, x=0.5, y=0, xanchor="center", yanchor="top", yshift=-22))
    return look.figure(
        [bar], theme, height=height, margin={"l": 4, "r": 14, "t": 64, "b": 44}, annotations=heads,
        xaxis=look.axis(theme, tickvals=scores, ticktext=[str(s) for s in scores], range=[low - 0.55, high + 0.55]),
        yaxis=look.axis(theme, range=[0, max(shares) * 1.16], showticklabels=False),
        shapes=[_bracket(start, end, theme) for start, end, *_ in groups], uirevision="distribution",
    )  # fmt: skip


def survival_curve(frame: pd.DataFrame, *, theme: Theme, height: int = 300, kind: str = "lead") -> go.Figure:
    """How long do people stay? The share still here after each month, with its interval and the mark at a year."""
    if frame.empty:
        return look.sentence("No data yet", theme=theme, height=height)
    rows = _thinned(frame.sort_values("day"), MOST_POINTS // 4)
    days, at_risk = look.numbers(rows, "day"), look.numbers(rows, "at_risk")
    stay, low, high = (look.numbers(rows, name) for name in ("stay", "low", "high"))
    x = [round(float(months), 3) for months in days / MONTH]
    scale = look.Scale.over([1.0, *stay[np.isfinite(stay)], *low[np.isfinite(low)]], "rate", None)
    colour = theme.of(kind)
    edge = {"width": 0, "shape": "hv"}
    hover = [
        "<br>".join(
            [f"<b>{_percent(stay[i])} still here</b>", f"after {plural(round(x[i], 1), 'month')}"]
            + look.doubt(low[i], high[i], math.nan, "rate")
            + [f"{plural(int(at_risk[i]), 'person', many='people')} followed so long"] * int(np.isfinite(at_risk[i]))
        )
        for i in range(len(x))
    ]  # fmt: skip
    data = [
        look.scatter("low", x, look.gapped(low, np.isfinite(low)), mode="lines", line=edge),
        look.scatter(
            "95 % interval", x, look.gapped(high, np.isfinite(high)), mode="lines", line=edge, fill="tonexty",
            fillcolor=look.tint(colour, 0.14),
        ),
        look.scatter("stay", x, stay.tolist(), mode="lines", line={"color": colour, "width": 2.25, "shape": "hv"}, hover=hover),
    ]  # fmt: skip
    notes, rules = [], []
    if days[-1] >= YEAR:
        at = int(np.searchsorted(days, YEAR, side="right")) - 1
        marker = {"size": 8, "color": colour, "opacity": 1}
        data.append(look.scatter("at 12 months", [12.0], [float(stay[at])], mode="markers", marker=marker))
        notes.append(_year_words(stay[at], low[at], high[at], scale, theme, is_left=x[-1] < 20))
        rules.append(look.rule("", theme) | {"x0": 12, "x1": 12})
    else:
        told = "not yet followed for 12 months"
        notes.append(look.label(told, theme, x=1, y=1, xanchor="right", yanchor="bottom"))
    end = max(x[-1], 1.0)
    every = next((step for step in (1, 2, 3, 6, 12, 24) if end / step <= 8), 60)
    months = list(range(0, int(end) + 1, every))
    return look.figure(
        data, theme, height=height, margin={"l": 16 + look.widest(scale.texts), "r": 20, "t": 18, "b": 44},
        xaxis=look.axis(theme, range=[0, end * 1.01], tickvals=months, ticktext=[str(month) for month in months]),
        yaxis=scale.axis(theme), shapes=rules, hovermode="x", hoverdistance=60, uirevision="survival",
        annotations=[*notes, look.label("months since hiring", theme, x=0.5, y=0, yanchor="top", yshift=-22)],
    )  # fmt: skip


def _year_words(stay: float, low: float, high: float, scale: look.Scale, theme: Theme, *, is_left: bool) -> Trace:
    """What the curve says at a year: at the foot of the chart, where a curve that only falls does not come; above its band when that
    is down there itself.
    """
    words = f"<b>{_percent(stay)} still here</b><br>after 12 months"
    if np.isfinite(low) and np.isfinite(high):
        words += f"<br>{low * 100:.0f} to {_percent(high)}"
    top, bottom = (float(end) if np.isfinite(end) else float(stay) for end in (high, low))
    has_foot = bottom > scale.low + 0.3 * (scale.high - scale.low)
    side, apart = ("right", -6) if is_left else ("left", 6)
    label = look.label(words, theme, x=12, y=scale.low if has_foot else top, color=theme.ink, xanchor=side, align=side)
    return label | {"xref": "x", "yref": "y", "xshift": apart, "yshift": 6, "yanchor": "bottom"}


def drivers(
    frame: pd.DataFrame, *, theme: Theme, overall: float, height: int | None = None, kind: str = "lead"
) -> go.Figure:
    """Which driver differs from the company? A dot and its interval each, filled where the interval leaves it out."""
    if frame.empty:
        return look.sentence("No data yet", theme=theme, height=height or 120)
    rows = frame.assign(value=look.numbers(frame, "value")).sort_values("value", ascending=False, na_position="last")
    hidden = look.flags(rows, "hidden")
    value, low, high, n = (np.where(hidden, np.nan, look.numbers(rows, c)) for c in ("value", "low", "high", "n"))
    names, places = rows["driver"].astype(str).tolist(), list(range(len(rows)))
    texts = [
        _hidden_or(flag, _percent(value[i]) + (f" · n{NBSP}{number(n[i], 'count')}" if np.isfinite(n[i]) else ""))
        for i, flag in enumerate(hidden)
    ]
    alike = (low <= overall) & (overall <= high)
    hover = [
        "<br>".join([f"<b>{look.wrapped(name)}</b>", texts[i], *look.doubt(low[i], high[i], math.nan, "rate")]
                    + ["not distinguishable from the company"] * int(alike[i]))
        for i, name in enumerate(names)
    ]  # fmt: skip
    colour = theme.of(kind)
    marker = {
        "size": 10, "color": [theme.card if flag else colour for flag in alike], "opacity": 1,
        "line": {"color": colour, "width": 2},
    }  # fmt: skip
    dots = look.scatter(
        "driver", look.gapped(value, np.isfinite(value)), places, mode="markers", marker=marker, hover=hover
    )
    dots["customdata"] = names
    if np.isfinite(low).any():
        dots["error_x"] = look.whiskers(value, low, high, colour) | {"thickness": 1.75}
    seen = [number for number in (*value, *low, *high, overall) if np.isfinite(number)]
    pad = (max(seen) - min(seen)) * 0.06 or 0.05
    shown = [_row_name(name) for name in names]
    margin = {"l": 14 + look.widest(shown), "r": 16 + look.widest(texts), "t": 24, "b": 24 if alike.any() else 4}
    right = [
        {**look.words_at(text, theme.muted if flag else theme.ink), "x": 1, "xanchor": "right", "xshift": margin["r"] - 8,
         "y": i, "yref": "y", "yanchor": "middle"}
        for i, (text, flag) in enumerate(zip(texts, hidden, strict=True))
    ]  # fmt: skip
    right.append(
        look.label(f"company {_percent(overall)}", theme, x=overall, xref="x", y=1, yanchor="bottom", yshift=2)
    )
    if alike.any():
        words = "open: not distinguishable from the company"
        right.append(
            look.label(words, theme, x=1, y=0, xanchor="right", yanchor="top", xshift=margin["r"] - 8, yshift=-4)
        )
    return look.figure(
        [dots], theme, height=height or _row_height(shown) * len(rows) + margin["t"] + margin["b"], margin=margin,
        xaxis=look.axis(theme, range=[min(seen) - pad, max(seen) + pad], showticklabels=False),
        yaxis=_rows_axis(theme, shown), annotations=right, uirevision="drivers",
        shapes=[look.rule("", theme) | {"x0": overall, "x1": overall, "line": {"color": theme.muted, "width": 1.25, "dash": "dot"}}],
    )  # fmt: skip


def _rows_axis(theme: Theme, names: list[str]) -> Trace:
    """One row a name, the first on top. The names are labels of places: two of them may be shortened alike."""
    rows = {"tickvals": list(range(len(names))), "ticktext": names, "range": [len(names) - 0.5, -0.5]}
    return look.axis(theme, **(rows | AIR)) | {"tickfont": {"size": 12, "color": theme.ink}}


def _texts(x: list[float], y: list[int], words: list[str], colours: list[str]) -> Trace:
    """Labels at the ends of bars; outside the plot, in the margin, for the longest."""
    spaced = [f"{NBSP}{text}" for text in words]
    font = {"size": LABEL, "color": colours}
    return look.scatter("label", x, y, mode="text", text=spaced, textposition="middle right", textfont=font)


def _zero(theme: Theme) -> Trace:
    return look.rule("", theme) | {"x0": 0, "x1": 0}


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
    step = look.round_step(spread, whole=False)
    return max(0.0, round(math.floor((low - 0.6 * spread) / step) * step, 10))


def _connectors(spans: list[tuple[float, float]], theme: Theme) -> Trace:
    """From the end of each bar down to the next one."""
    x: list[float | None] = []
    y: list[float | None] = []
    for i, (_, end) in enumerate(spans[:-1]):
        x += [end, end, None]
        y += [i - BAR / 2, i + 1 + BAR / 2, None]
    return look.scatter("connector", x, y, mode="lines", line={"color": theme.grid, "width": 1.5})


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
    kept.add(max(0, int(np.searchsorted(look.numbers(rows, "day"), YEAR, side="right")) - 1))
    return rows.iloc[sorted(kept)]


def _percent(share: float) -> str:
    """ "71 %": beside a dot or a bar a decimal says more than is known."""
    if not np.isfinite(share):
        return NO_DATA
    return f"{MINUS if share <= -0.005 else ''}{abs(share) * 100:.0f}{NBSP}%"


def _share_of(label: str, amount: float, whole: float) -> str:
    return f"{label} · {_percent(amount / whole)}" if whole > 0 and np.isfinite(amount) else label


def _hidden_or(hidden: bool, label: str) -> str:
    return "hidden" if hidden else label


def _row_name(name: str) -> str:
    """The name beside its row: shortened, safe, in two lines where one would be long."""
    short = look.shortened(name)
    lines = textwrap.wrap(short, LONGEST_LINE) if len(short) > LONGEST_LINE else [short]
    if len(lines) > 2:
        lines = [lines[0], look.shortened(" ".join(lines[1:]), LONGEST_LINE)]
    return "<br>".join(look.safe(line) for line in lines)


def _row_height(names: list[str]) -> int:
    return TALL_ROW if any("<br>" in name for name in names) else ROW


def _overhang(labels: list[str], tips: Sequence[float], reach: list[float]) -> int:
    """The px of margin that labels at the tips of bars need: those of short bars lie inside the plot."""
    wide = (reach[1] - reach[0]) or 1.0
    inside = [(reach[1] - tip) / wide * PHONE / 2 for tip in tips]
    return math.ceil(max(look.width(label) - room for label, room in zip(labels, inside, strict=True)))


def _said_once(currency: str, unit: str) -> tuple[str, str]:
    """A currency as (what stands before each number, what is said once): "€" before each, "EUR" once."""
    if unit != "money":
        return "", ""
    return ("", look.safe(currency)) if currency[-1:].isalpha() else (look.safe(currency), "")
