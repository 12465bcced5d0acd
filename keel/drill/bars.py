"""A level of the drill as the browser draws it: worded and measured here, so that nothing is computed there. Pure.

What leaves is words and places on the track (percent of its width). Of a hidden row it is the words of why, and no place:
there is nothing to draw, and nothing that could be measured on the screen.
"""

import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from keel import wording
from keel.catalogue import Metric
from keel.wording import NBSP

MOST_BARS = 12  # at 30 px each they stand beside the line without scrolling
MOST_BYTES = 60_000  # of one payload; at 10 Mbit/s that is 48 ms
HIDDEN = "too few to show"
LAST = ("(none)", "(no customer)")  # no member: of rates never ranked among them


@dataclass(frozen=True)
class Level:
    """One level of the drill in one place.

    rows: one a member, in the order they are drawn: member (what a click opens; "" for none), label, value (nan for no
    number), and where the metric has them n, low, high (95 %), hidden, note. name: the dimension; title, opens: in words
    what it is, and what a click opens ("segment"; "" for nothing). shut: members that open to nothing that may be shown.
    """

    metric: Metric
    currency: str
    name: str
    title: str
    rows: pd.DataFrame
    adds_up: bool
    opens: str = ""
    shut: Collection[str] = ()

    def drawn(self, most: int = MOST_BARS) -> dict[str, Any]:
        """The level as keel/drill/bars.js takes it, in so many bars at most."""
        rows = folded(self.rows, most=most, adds_up=self.adds_up)
        hidden = rows["hidden"].to_numpy(bool)
        value, low, high, n = (rows[name].mask(hidden).tolist() for name in ("value", "low", "high", "n"))
        begin, wide = scale([*value, *low, *high])

        def place(amount: float) -> float:
            return round(100 * (amount - begin) / wide, 1)

        total = sum(amount for amount in value if math.isfinite(amount))
        drawn = []
        for at, (member, label, note) in enumerate(zip(rows["member"], rows["label"], rows["note"], strict=True)):
            bar: dict[str, Any] = {"member": member}
            if label != member:
                bar["label"] = label
            if hidden[at]:
                drawn.append(bar | {"value": HIDDEN, "exact": note, "hidden": True, "shut": True})
                continue
            bar["value"] = self._words(value[at], total)
            bar["exact"] = " · ".join(
                filter(None, [self._exact(value[at]), *self._doubt(low[at], high[at], n[at]), note])
            )
            if math.isfinite(n[at]) and not self.adds_up:
                bar["n"] = f"n{NBSP}{wording.number(n[at], 'count')}"
            if math.isfinite(value[at]):
                bar |= {"from": place(min(0.0, value[at])), "to": place(max(0.0, value[at]))}
            if value[at] < 0:
                bar["minus"] = True
            if math.isfinite(low[at]) and math.isfinite(high[at]):
                bar["range"] = [place(low[at]), place(high[at])]
            if not member or not self.opens or member in self.shut:
                bar["shut"] = True
            drawn.append(bar)
        return {
            "name": self.name, "title": self.title, "opens": self.opens, "kind": self.metric.kind, "rows": drawn,
            "zero": place(0.0), "drawn": self._drawn(begin, has_range=any("range" in bar for bar in drawn)),
        }  # fmt: skip

    def _words(self, value: float, total: float) -> str:
        words = wording.number(value, self.metric.told_in)
        is_share = self.adds_up and math.isfinite(value)
        return f"{words} · {wording.percent(value / total if total else 0.0)}" if is_share else words

    def _exact(self, value: float) -> str:
        words = wording.exact(value, self.metric.told_in)
        return f"{words} {self.currency}" if self.metric.unit == "money" and math.isfinite(value) else words

    def _doubt(self, low: float, high: float, n: float) -> list[str]:
        """The parts of a tooltip that say how far a number can be trusted."""
        parts = []
        if math.isfinite(low) and math.isfinite(high):
            parts.append(f"95{NBSP}%: {wording.interval(low, high, self.metric.told_in)}")
        if math.isfinite(n) and not self.adds_up:
            parts.append(f"n{NBSP}{wording.number(n, 'count')}")
        return parts

    def _drawn(self, begin: float, *, has_range: bool) -> str:
        """What the bars show, where that is not plain: of all that is no sum."""
        if self.adds_up:
            return ""
        words = "Bars go right from 0, left below it" if begin < 0 else "Bars begin at 0"
        return f"{words}; the thin line is the 95{NBSP}% range." if has_range else f"{words}."


def level_rows(frame: pd.DataFrame, *, by: str, adds_up: bool) -> pd.DataFrame:
    """The rows of `Level` from a series' frame split by one dimension: the largest first.

    Rates: those without a member and those hidden come last, as in keel.charts.bars.
    """
    last = frame[by].isin(LAST) & (not adds_up)
    rows = frame.assign(last=last).sort_values(
        ["last", "value"], ascending=[True, False], kind="stable", na_position="last"
    )
    return checked(rows.assign(member=rows[by].astype(str), label=rows[by].astype(str)))


def checked(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of `Level` with every column in place, whatever of n, low, high, hidden and note is missing."""
    numbers = {name: rows[name].astype(float) if name in rows else math.nan for name in ("value", "n", "low", "high")}
    hidden = rows["hidden"].astype(bool) if "hidden" in rows else False
    note = rows["note"].fillna("").astype(str) if "note" in rows else ""
    return rows.assign(**numbers, hidden=hidden, note=note).reset_index(drop=True)


def folded(rows: pd.DataFrame, *, most: int, adds_up: bool) -> pd.DataFrame:
    """The rows with all but the first in one, so that the bars stay few and, where they add up, still do."""
    if len(rows) <= most:
        return rows
    head, rest = rows.head(max(most - 1, 0)), rows.iloc[max(most - 1, 0) :]
    value = float(rest["value"].sum()) if adds_up else math.nan
    label = f"{len(rest)} more, in the table"
    numbers = {"value": value, "n": math.nan, "low": math.nan, "high": math.nan}
    one = pd.DataFrame([{"member": "", "label": label, "hidden": False, "note": "", **numbers}])
    return pd.concat([head[list(one.columns)], one], ignore_index=True) if len(head) else one


def scale(numbers: Sequence[float]) -> tuple[float, float]:
    """Where the track begins, and how much it spans: 0 and all that is drawn lie on it."""
    there = [0.0, *(number for number in numbers if math.isfinite(number))]
    begin, end = min(there), max(there)
    return begin, (end - begin) or 1.0


def size(part: Any) -> int:
    """Bytes of a part of the payload as JSON."""
    return len(json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode())


def fitting(level: Level, room: int) -> dict[str, Any]:
    """The level in as many bars as there is room for, in bytes; all in one at the least."""
    for most in range(MOST_BARS, 0, -1):
        if size(drawn := level.drawn(most)) <= room:
            return drawn
    return level.drawn(0)


def payload(
    level: Level, *, path: Sequence[str], top: str, token: str, above: Level | None, below: Mapping[str, Level]
) -> dict[str, Any]:
    """What the browser gets: the level in view, the one above and those below its bars, in 60 kB at most.

    top: the first step back in words. token: names place, span, filters and data, so that what is fetched ahead is known to
    belong. Where there is no room, the levels below the smallest bars are left out, and the smallest bars folded.
    """
    found: dict[str, Any] = {"path": list(path), "top": top, "token": token, "next": {}}
    room = MOST_BYTES - size({**found, "level": None, "up": None})
    found["level"] = fitting(level, room)
    room -= size(found["level"])
    up = fitting(above, room) if above else None
    found["up"] = up if size(up) <= room else None
    room -= size(found["up"])
    found["next"] = within(room, bars_in(found["level"]), below.get)
    return found


def bars_in(drawn: Mapping[str, Any]) -> list[str]:
    """The members whose bars open, in the order drawn."""
    return [bar["member"] for bar in drawn["rows"] if not bar.get("shut")]


def within(room: int, members: Sequence[str], level_of: Callable[[str], Level | None]) -> dict[str, Any]:
    """The levels below some members that fit into so many bytes, the first members' first."""
    found: dict[str, Any] = {}
    for member in members:
        level = level_of(member)
        if level is None:
            continue
        drawn = level.drawn()
        if (wide := size({member: drawn})) <= room:
            found[member] = drawn
            room -= wide
    return found
