"""The small line on a card: an inline SVG that needs no script and serves light and dark alike.

Its colours are the variables of the page (--keel-lag, --keel-lead, --keel-grid, --keel-muted, --keel-card); the
theme's own stand in where a page sets none, as in an exported file.
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
LINE = 'fill="none" stroke-linecap="round" stroke-linejoin="round" stroke-width="1.8"'


def sparkline(
    frame: pd.DataFrame, *, kind: str, theme: "Theme", better: str = "up", target: float | None = None,
    band: tuple[float, float] | None = None, width: int = 220, height: int = 44, unit: str = "count",
    grain: str = "week", currency: str = "",
) -> str:  # fmt: skip
    """The last 26 periods against their usual range and target, as SVG; the same in words for who cannot see it."""
    frame = frame.sort_values("period").tail(SHOWN)
    value = pd.to_numeric(frame["value"], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    partial = frame["partial"].to_numpy(bool) if "partial" in frame else np.zeros(len(frame), bool)
    seen = np.isfinite(value)
    full = seen & ~partial
    if not full.any():
        return _svg(width, height, "No data yet", _sentence(height, theme))

    place = _places(value, full, target, band, width, height)
    colour = f"var(--keel-{'lead' if kind == 'lead' else 'lag'}, {theme.of(kind)})"
    last = int(np.flatnonzero(full)[-1])
    marks = [
        *_band(place, band, width, theme),
        *_target(place, target, width, theme),
        f'<path d="{_path(place, value, full)}" {LINE} stroke="{colour}"/>',
        *_so_far(place, value, full, seen & partial, colour, theme),
        '<circle cx="{:.1f}" cy="{:.1f}" '.format(*place(last, value[last])) + f'r="{DOT}" fill="{colour}"/>',
    ]
    words = _words(value, full, seen, last, target, band, better, unit, grain, currency)
    return _svg(width, height, words, "".join(marks))


Place = Callable[[float, float], tuple[float, float]]


def _places(
    value: np.ndarray, full: np.ndarray, target: float | None, band: tuple[float, float] | None, width: int, height: int
) -> Place:  # fmt: skip
    """From the number of a period and its value to a point of the picture, in px from the top left.

    The scale is that of the full periods. A running one may widen it by a quarter and is then held at the edge:
    two days of a week would else press all the others flat.
    """
    ends = [*value[full], *([] if target is None else [target]), *(band or ())]
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


def _band(place: Place, band: tuple[float, float] | None, width: int, theme: "Theme") -> list[str]:
    if band is None:
        return []
    top, bottom = place(0, max(band))[1], place(0, min(band))[1]
    size = f'x="0" y="{top:.1f}" width="{width}" height="{max(bottom - top, 1):.1f}"'
    return [f'<rect {size} fill="var(--keel-grid, {theme.grid})" fill-opacity="0.4"/>']


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
    band: Sequence[float] | None, better: str, unit: str, grain: str, currency: str,
) -> str:  # fmt: skip
    """ "26 weeks, from 1.1 M to 1.3 M, target 1.20 M, met"."""

    def said(amount: Any) -> str:
        return number(amount, unit, currency=currency)

    first = int(np.flatnonzero(full)[0])
    words = [plural(len(value), grain), f"from {said(value[first])} to {said(value[last])}"]
    if band is not None:
        words.append(f"usual range {interval(min(band), max(band), unit, currency=currency)}")
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
