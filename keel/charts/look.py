"""The house's looks, which every chart shares: colours, the figure, axes, labels, and the room a text takes."""

import math
import re
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from html import escape, unescape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from keel.wording import MINUS, NBSP, SCALES, interval, number

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
MOST_TICKS = 5
PHONE = 170  # px of plot beside its labels on a screen 340 wide: what fits there fits everywhere
LABEL, SMALL = 13, 11  # px
LINE_HEIGHT = 16  # px between two labels beside each other
LONGEST_NAME = 24  # characters of a member
WRAP = 40  # characters of a line in a tooltip: Plotly does not wrap, and a phone cuts off the rest
PLURALS = {"money": "", "count": "", "days": "days", "points": "points"}  # units an axis does not show by itself

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


@dataclass(frozen=True)
class Scale:
    """The value axis: where it begins and ends, and at most five round ticks with their words."""

    low: float
    high: float
    ticks: list[float]
    texts: list[str]

    @classmethod
    def over(cls, values: Sequence[float], unit: str, floor: float | None) -> "Scale":
        """Around the values with a little room; from `floor` (0 for sums and counts) where one is given."""
        ends = [*values] if floor is None else [*values, floor]
        least, most = min(ends), max(ends)
        pad = (most - least) * 0.08 or abs(most) * 0.1 or 1.0
        low, high = (least if least == floor else least - pad), most + pad
        if unit == "rate":  # a share is never drawn with room for less than none or more than all
            low, high = max(low, 0.0) if least >= 0 else low, min(high, 1.0) if most <= 1 else high
        step = round_step(high - low, whole=unit in ("count", "points"))
        ticks = [round(i * step, 10) for i in range(math.ceil(low / step), math.floor(high / step) + 1)]
        return cls(low, high, ticks, _tick_texts(ticks, step, unit))

    def axis(self, theme: Theme) -> Trace:
        grid = {"showgrid": True, "gridcolor": theme.grid, "gridwidth": 1} | AIR
        return axis(theme, range=[self.low, self.high], tickvals=self.ticks, ticktext=self.texts, **grid)


def round_step(spread: float, *, whole: bool) -> float:
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


def figure(data: list[Trace], theme: Theme, *, height: int, margin: Trace, **layout: Any) -> go.Figure:
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


def sentence(words: str, *, theme: Theme, height: int) -> go.Figure:
    """No chart but one sentence in the middle, and no axes: an empty one looks like a fall to nothing."""
    gone = {"visible": False, "fixedrange": True}
    told = label(wrapped(words), theme, x=0.5, y=0.5, xanchor="center", yanchor="middle")
    margin = {"l": 8, "r": 8, "t": 8, "b": 8}
    return figure([], theme, height=height, margin=margin, xaxis=gone, yaxis=gone, annotations=[told])


def axis(theme: Theme, **more: Any) -> Trace:
    plain = {"fixedrange": True, "showgrid": False, "zeroline": False, "showline": False, "ticks": ""}
    return plain | {"automargin": False, "tickfont": {"size": LABEL, "color": theme.muted}} | more


def scatter(name: str, x: Sequence[Any], y: Sequence[Any], *, hover: list[str] | None = None, **more: Any) -> Trace:
    told: Trace = {"hoverinfo": "skip"}
    if hover is not None:  # by hoverinfo and not by a template: with one Plotly adds the bare x on the axis
        told = {"hoverinfo": "text", "hovertext": hover}
    return {"type": "scatter", "name": name, "x": x, "y": y, "connectgaps": False, "cliponaxis": False, **told, **more}


def words_at(words: str, colour: str, size: int = LABEL) -> Trace:
    font = {"size": size, "color": colour}
    return {"text": words, "showarrow": False, "font": font, "xref": "paper", "yref": "paper", "borderpad": 0}


def label(words: str, theme: Theme, *, color: str = "", size: int = LABEL, **place: Any) -> Trace:
    return words_at(words, color or theme.muted, size) | place


def rule(x: Any, theme: Theme) -> Trace:
    line = {"color": tint(theme.muted, 0.5), "width": 1}
    return {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1, "line": line, "layer": "below"}


def whiskers(value: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str) -> Trace:
    up, down = np.nan_to_num(high - value), np.nan_to_num(value - low)
    ends = {"type": "data", "symmetric": False, "array": up.tolist(), "arrayminus": down.tolist()}
    return ends | {"color": colour, "thickness": 1.25, "width": 3}


def doubt(low: float, high: float, n: float, unit: str, currency: str = "") -> list[str]:
    """The lines of a tooltip that say how far the number can be trusted."""
    lines = []
    if np.isfinite(low) and np.isfinite(high):
        lines.append(f"95{NBSP}%: {interval(low, high, unit, currency=currency)}")
    if np.isfinite(n):
        lines.append(f"n{NBSP}{number(n, 'count')}")
    return lines


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """The stretches of True, each as [first, after last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def gapped(values: np.ndarray, shown: np.ndarray) -> list[float | None]:
    return [float(value) if flag else None for value, flag in zip(values, shown, strict=True)]


def numbers(frame: pd.DataFrame, column: str) -> np.ndarray:
    """The column as floats; nan where it has none, or is not there."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    found = pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(found), found, np.nan)


def flags(frame: pd.DataFrame, column: str) -> np.ndarray:
    return frame[column].to_numpy(dtype=bool) if column in frame else np.zeros(len(frame), dtype=bool)


def as_date(when: Any) -> date:
    return when.date() if hasattr(when, "date") else when


def text_of(given: Any) -> str:
    return given if isinstance(given, str) else ""


def hidden_sentence(notes: Sequence[str]) -> str:
    note = next((note for note in notes if note), "")
    return f"Hidden: {note}" if note else "Hidden: too few people"


def tint(colour: str, alpha: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def safe(text: str) -> str:
    """The text with < > & as they are read: Plotly takes tags in any text for its own."""
    return escape(text, quote=False)


def shortened(name: str, longest: int = LONGEST_NAME) -> str:
    plain = " ".join(name.split())
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"


def wrapped(text: str) -> str:
    return "<br>".join(safe(line) for line in textwrap.wrap(text, WRAP)) or ""


def widest(texts: Sequence[str]) -> int:
    return max((width(text) for text in texts), default=0)


def width(text: str) -> int:
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
