"""The small line on a card: an inline SVG that needs no script and serves light and dark alike.

Its colours are the variables of the page (--keel-lag, --keel-lead, --keel-grid, --keel-muted, --keel-card,
--keel-signal, --keel-watch); the theme's own stand in where a page sets none, as in an exported file.
"""

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from keel.wording import interval, number, plural

if TYPE_CHECKING:
    from keel.charts import Theme

SHOWN = 26  # periods: half a year of weeks, enough to see a drift and few enough to see each one
EDGE = 4  # px: room for half a dot and its line
DOT = 2.8  # px, its radius
RING = 1.8  # px wide, around the dot, no further than the edge
MARKS = {"signal": "a signal", "watch": "one to watch"}
LINE = 'fill="none" stroke-linecap="round" stroke-linejoin="round" stroke-width="1.8"'


def sparkline(
    frame: pd.DataFrame, *, kind: str, theme: "Theme", better: str = "up", target: float | None = None,
    band: Sequence[tuple[float, float]] | tuple[float, float] | None = None, mark: str = "", width: int = 220,
    height: int = 44, unit: str = "count", grain: str = "week", currency: str = "",
) -> str:  # fmt: skip
    """The last 26 periods against their usual range and target, as SVG; the same in words for who cannot see it.

    band: the usual range, one (low, high) for all periods or one a row of `frame`, nan where a row has none. mark:
    "signal" or "watch" puts a ring around the last whole period.
    """
    if mark and mark not in MARKS:
        raise ValueError(f"sparkline: mark must be signal, watch or empty (got {mark!r})")
    frame = frame.assign(**_ends(band, len(frame))).sort_values("period").tail(SHOWN)
    value = pd.to_numeric(frame["value"], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    low, high = frame["low"].to_numpy(), frame["high"].to_numpy()
    if "hidden" in frame:  # suppression has emptied them; a picture must not undo it
        hidden = frame["hidden"].to_numpy(bool)
        value, low, high = (np.where(hidden, np.nan, numbers) for numbers in (value, low, high))
    partial = frame["partial"].to_numpy(bool) if "partial" in frame else np.zeros(len(frame), bool)
    seen = np.isfinite(value)
    full = seen & ~partial
    if not full.any():
        return _svg(width, height, "No data yet", _sentence(height, theme))

    place = _places(value, full, target, [*low, *high], width, height)
    colour = f"var(--keel-{'lead' if kind == 'lead' else 'lag'}, {theme.of(kind)})"
    last = int(np.flatnonzero(full)[-1])
    marks = [
        *_band(place, low, high, width, theme),
        *_target(place, target, width, theme),
        f'<path d="{_path(place, value, full)}" {LINE} stroke="{colour}"/>',
        *_so_far(place, value, full, seen & partial, colour, theme),
        *_last(place(last, value[last]), colour, mark, theme),
    ]
    words = _words(value, full, seen, last, target, (low[last], high[last]), better, mark, unit, grain, currency)
    return _svg(width, height, words, "".join(marks))


Place = Callable[[float, float], tuple[float, float]]


def _places(
    value: np.ndarray, full: np.ndarray, target: float | None, band: Sequence[float], width: int, height: int
) -> Place:  # fmt: skip
    """From the number of a period and its value to a point of the picture, in px from the top left.

    The scale is that of the full periods. A running one may widen it by a quarter and is then held at the edge:
    two days of a week would else press all the others flat.
    """
    ends = [*value[full], *([] if target is None else [target]), *(end for end in band if np.isfinite(end))]
    low, high = min(ends), max(ends)
    spread = (high - low) or abs(high) or 1.0
    running = value[np.isfinite(value) & ~full]
    low, high = (low - 0.25 * spread * (running < low).any(), high + 0.25 * spread * (running > high).any())
    tall = (high - low) or 2 * spread
    foot = low if high > low else low - spread  # a flat line runs through the middle

    def place(at: float, value: float) -> tuple[float, float]:
        share = min(max((value - foot) / tall, 0.0), 1.0)
        x = EDGE + at / max(1, count - 1) * (width - 2 * EDGE)
        return x, height - EDGE - share * (height - 2 * EDGE)

    count = len(value)
    return place


def _path(place: Place, value: np.ndarray, drawn: np.ndarray) -> str:
    """The line through the drawn periods, lifted over each gap; a period alone is a stroke of no length, a dot."""
    steps = []
    for at in np.flatnonzero(drawn).tolist():
        x, y = place(at, value[at])
        joined = at > 0 and drawn[at - 1]
        steps.append(f"{'L' if joined else 'M'}{x:.1f} {y:.1f}")
        if not joined and not (at + 1 < len(drawn) and drawn[at + 1]):
            steps.append("h0")
    return "".join(steps)


def _so_far(
    place: Place, value: np.ndarray, full: np.ndarray, partial: np.ndarray, colour: str, theme: "Theme"
) -> list[str]:
    """The period still running: an open dot, joined to the last full one by a dashed line."""
    marks = []
    for at in np.flatnonzero(partial).tolist():
        x, y = place(at, value[at])
        for beside in (at - 1, at + 1):
            if 0 <= beside < len(full) and full[beside]:
                from_x, from_y = place(beside, value[beside])
                path = f"M{from_x:.1f} {from_y:.1f}L{x:.1f} {y:.1f}"
                marks.append(f'<path d="{path}" {LINE} stroke="{colour}" stroke-dasharray="2 3.5"/>')
        ground = f"var(--keel-card, {theme.card})"
        dot = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{DOT}" fill="{ground}" stroke="{colour}" stroke-width="1.5"/>'
        marks.append(dot)
    return marks


def _ends(band: Sequence[tuple[float, float]] | tuple[float, float] | None, rows: int) -> dict[str, np.ndarray]:
    """The usual range as columns low and high, one number a row, nan where it is not known."""
    pairs = np.full((rows, 2), np.nan)
    if band is not None and len(band):
        pairs[:] = np.array(band, dtype=float)
    pairs[~np.isfinite(pairs).all(axis=1)] = np.nan
    return {"low": pairs.min(axis=1), "high": pairs.max(axis=1)}


def _band(place: Place, low: np.ndarray, high: np.ndarray, width: int, theme: "Theme") -> list[str]:
    """An area for each run of periods that have a usual range, half a period wider at both ends."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.isfinite(low).astype(int), [0]]))).tolist()
    half = (place(1, 0)[0] - place(0, 0)[0]) / 2
    areas = []
    for first, after in zip(edges[::2], edges[1::2], strict=True):
        tops = [place(at, high[at]) for at in range(first, after)]
        feet = [(x, max(place(at, low[at])[1], y + 1)) for at, (x, y) in zip(range(first, after), tops, strict=True)]
        left = tops[0][0] - half if first else 0.0
        right = tops[-1][0] + half if after < len(low) else width
        outline = [
            (left, tops[0][1]), *tops, (right, tops[-1][1]), (right, feet[-1][1]), *reversed(feet), (left, feet[0][1])
        ]  # fmt: skip
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in outline)
        areas.append(f'<polygon points="{points}" fill="var(--keel-grid, {theme.grid})" fill-opacity="0.4"/>')
    return areas


def _last(at: tuple[float, float], colour: str, mark: str, theme: "Theme") -> list[str]:
    """The dot of the last whole period, with its ring."""
    centre = f'cx="{at[0]:.1f}" cy="{at[1]:.1f}"'
    dot = f'<circle {centre} r="{DOT}" fill="{colour}"/>'
    if not mark:
        return [dot]
    stroke = f'stroke="var(--keel-{mark}, {getattr(theme, mark)})" stroke-width="{RING}"'
    return [dot, f'<circle {centre} r="{EDGE - RING / 2:.1f}" fill="none" {stroke}/>']


def _target(place: Place, target: float | None, width: int, theme: "Theme") -> list[str]:
    if target is None:
        return []
    y = place(0, target)[1]
    stroke = f'stroke="var(--keel-muted, {theme.muted})" stroke-dasharray="4 3"'
    return [f'<line x1="0" x2="{width}" y1="{y:.1f}" y2="{y:.1f}" {stroke}/>']


def _sentence(height: int, theme: "Theme") -> str:
    place = f'x="0" y="{height / 2 + 4:.1f}" font-size="13"'
    return f'<text {place} fill="var(--keel-muted, {theme.muted})">No data yet</text>'


def _words(
    value: np.ndarray, full: np.ndarray, seen: np.ndarray, last: int, target: float | None,
    band: tuple[float, float], better: str, mark: str, unit: str, grain: str, currency: str,
) -> str:  # fmt: skip
    """ "26 weeks, from 1.1 M to 1.3 M, target 1.20 M, met"."""

    def said(amount: Any) -> str:
        return number(amount, unit, currency=currency)

    first = int(np.flatnonzero(full)[0])
    words = [plural(len(value), grain), f"from {said(value[first])} to {said(value[last])}"]
    if np.isfinite(band).all():
        words.append(f"usual range {interval(*band, unit, currency=currency)}")
    if mark:
        words.append(MARKS[mark])
    if target is not None:
        words.append(f"target {said(target)}")
        if better != "neither":
            is_met = value[last] >= target if better == "up" else value[last] <= target
            words.append("met" if is_met else "not met")
    if missing := int((~seen).sum()):
        words.append(f"{plural(missing, grain)} without data")
    if seen[-1] and not full[-1]:
        words.append(f"the last {grain} not yet full")
    return ", ".join(words)


def _svg(width: int, height: int, words: str, marks: str) -> str:
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    label = escape(words, quote=True)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{label}">{marks}</svg>'
