"""Groups beside the company, as HTML that serves light and dark alike: a table of drivers, a small line for each group.

A hidden number has its own ground and the word "hidden": never zero, white or a gap. Nothing is computed here but where
marks go and the difference of two numbers that are both shown.
"""

import base64
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from keel.wording import DOWN, MONTHS, NBSP, UP, interval, number, percent, plural

if TYPE_CHECKING:
    from keel.charts import Theme

COMPANY = ""  # as a member: everybody
REST = "(none)"  # people without a member of the dimension: never ranked among the others
STEPS = (1.5, 5.0, 10.0)  # points from which a cell has the first, second and third shade
MOST_GROUPS = 40
WIDE, HIGH = 240, 96  # of the drawing of a small line; the page stretches it
FEWEST_FOR_A_WORD = 0.2  # of the width: the word "hidden" takes 46 px of the 240
TICKS = 3


# The table of drivers


def heat_map(frame: pd.DataFrame, *, group: str) -> str:
    """Which group differs from the company, and in which driver? Rows are groups, the company first; columns are drivers.

    frame: driver, member ("" for the company), value (a share), low, high, n, hidden, note; group: what a row is called.
    """
    cells = {(row["member"], row["driver"]): row for row in _rows(frame)}
    company = {driver: row for (member, driver), row in cells.items() if member == COMPANY and _is_told(row)}
    drivers = sorted({driver for _, driver in cells}, key=lambda name: (-_value(company.get(name)), str(name)))
    members = _ranked(frame, company)
    left_out = max(0, len(members) - MOST_GROUPS)
    head = "".join(f'<th role="columnheader" scope="col">{_name(driver)}</th>' for driver in drivers)
    rows = [
        _row(COMPANY, drivers, cells, company),
        *(_row(one, drivers, cells, company) for one in members[:MOST_GROUPS]),
    ]
    more = (
        f'<div class="keel-sum">The first {MOST_GROUPS} of {plural(len(members), "group")}.</div>' if left_out else ""
    )
    return (
        f'<div class="keel-heat" tabindex="0" role="region" aria-label="Drivers by {escape(group.lower(), quote=True)}">'
        f'<table role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">{escape(group)}</th>{head}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(rows)}</tbody></table></div>{_legend(frame)}{more}'
    )  # fmt: skip


def _ranked(frame: pd.DataFrame, company: Mapping[Any, Mapping[str, Any]]) -> list[str]:
    """The groups, those furthest above the company first; then the ones hidden throughout, then who is in none."""
    gaps: dict[str, list[float]] = {}
    for row in _rows(frame):
        if row["member"] != COMPANY:
            found = gaps.setdefault(row["member"], [])
            if _is_told(row) and row["driver"] in company:
                found.append(row["value"] - company[row["driver"]]["value"])
    means = {member: sum(found) / len(found) if found else -math.inf for member, found in gaps.items()}
    return sorted(means, key=lambda member: (member == REST, -means[member], member))


def _row(
    member: str, drivers: Sequence[Any], cells: Mapping[tuple[str, Any], Mapping[str, Any]],
    company: Mapping[Any, Mapping[str, Any]],
) -> str:  # fmt: skip
    name = "The company" if member == COMPANY else member
    found = [cells.get((member, driver)) for driver in drivers]
    if all(row is not None and row["hidden"] for row in found):
        notes = dict.fromkeys(str(row["note"]) for row in found if row is not None)
        told = escape("\n".join([f"{name}: hidden in every driver", *notes]), quote=True)
        parts = [
            f'<td role="cell" class="keel-hidden" colspan="{len(drivers)}" title="{told}"><span>hidden</span></td>'
        ]
    else:
        parts = [_cell(name, driver, row, company.get(driver)) for driver, row in zip(drivers, found, strict=True)]
    whole = ' class="keel-heat-company"' if member == COMPANY else ""
    return (
        f'<tr role="row" tabindex="0"{whole}><th role="rowheader" scope="row">{_name(name)}</th>{"".join(parts)}</tr>'
    )


def _cell(name: str, driver: Any, row: Mapping[str, Any] | None, company: Mapping[str, Any] | None) -> str:
    of_driver = f'<i class="keel-heat-of">{escape(str(driver))}</i>'
    if row is None:
        return f'<td role="cell" class="keel-heat-none">{of_driver}<span>not asked</span></td>'
    where = f"{name} · {driver}"
    if not row["hidden"] and not math.isfinite(row["value"]):
        return f'<td role="cell" class="keel-heat-none">{of_driver}<span>no answers</span></td>'
    if row["hidden"]:
        told = escape(f"{where}\nHidden: {row['note']}", quote=True)
        return f'<td role="cell" class="keel-hidden" title="{told}">{of_driver}<span>hidden</span></td>'
    value = float(row["value"])
    doubt = f"n{NBSP}{number(row['n'], 'count')}"
    likely = interval(row["low"], row["high"], "rate") if math.isfinite(row["low"]) else ""
    looks, gap, words = ["keel-heat-cell"], "", [where, percent(value)]
    if company is not None and company is not row:
        points = 100 * (value - float(company["value"]))
        shade = sum(abs(points) >= step for step in STEPS)
        if shade:
            looks.append(f"keel-{'above' if points > 0 else 'below'}-{shade}")
        if is_clear(row, float(company["value"])):
            looks.append("keel-clear")
        gap = f'<span class="keel-heat-gap">{_gap(points)}</span>'
        words[1] += f", {_against(points)} ({percent(float(company['value']))})"
        if "keel-clear" not in looks:
            words.append("not distinguishable from the company")
    words.append(f"95{NBSP}%: {likely}, {doubt}" if likely else doubt)
    note = row["note"] if isinstance(row["note"], str) else ""
    part = '<sup aria-hidden="true">◐</sup>' if note else ""
    words += [note] if note else []
    details = "<br>".join(escape(one) for one in (likely, doubt, note) if one)
    return (
        f'<td role="cell" class="{" ".join(looks)}" title="{escape(chr(10).join(words), quote=True)}">{of_driver}'
        f'{part}<b>{percent(value)}</b>{gap}<small>{details}</small></td>'
    )  # fmt: skip


def is_clear(row: Mapping[str, Any], company: float) -> bool:
    """Whether a group's 95 % interval leaves out the company's value."""
    return bool(math.isfinite(row["low"]) and not row["low"] <= company <= row["high"])


def _gap(points: float) -> str:
    """The difference in whole points with its direction: "▲ 7", "▼ 25", "="."""
    whole = round(abs(points))
    return f"{UP if points > 0 else DOWN}{NBSP}{whole}" if whole else "="


def _against(points: float) -> str:
    whole = round(abs(points))
    if not whole:
        return "as the company"
    return f"{plural(whole, 'point')} {'above' if points > 0 else 'below'} the company"


def _legend(frame: pd.DataFrame) -> str:
    """What the marks mean, of those that occur."""
    parts = [
        f'<span><i class="keel-below-3"></i><i class="keel-below-1"></i>{DOWN} points below the company</span>',
        f'<span><i class="keel-above-1"></i><i class="keel-above-3"></i>{UP} points above it</span>',
        "<span><b>bold</b> distinguishable from the company</span>",
    ]
    shown = frame[~frame["hidden"].astype(bool)]
    if shown["note"].fillna("").ne("").any():
        parts.append("<span>◐ told in some of the months only</span>")
    if frame["hidden"].any():
        parts.append('<span><i class="keel-hidden"></i>hidden</span>')
    parts.append("<span>select a row for its intervals and n</span>")
    return f'<div class="keel-legend">{"".join(parts)}</div>'


def hidden_because(frame: pd.DataFrame, *, member: str = "member", part: str = "") -> list[tuple[str, str]]:
    """What is hidden in a frame and why: ("Legal and People: Growth, Pride", the note), one pair a note and set of parts.

    part: a second column whose values are named where a member is hidden in some of them only, such as the driver.
    """
    hidden = frame[frame["hidden"].astype(bool)]
    every = set(frame[part]) if part else set()
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (note, one), rows in hidden.groupby(["note", member], sort=True):
        parts = tuple(sorted({str(value) for value in rows[part]})) if part else ()
        found.setdefault((str(note), () if len(parts) == len(every) else parts), []).append(str(one))
    return [
        (_and(members) + (f": {', '.join(parts)}" if parts else ""), note) for (note, parts), members in found.items()
    ]


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


# The small lines


def small_lines(
    frame: pd.DataFrame, company: pd.DataFrame, *, by: str, unit: str, theme: "Theme", kind: str = "lead"
) -> str:
    """Where does each group go, beside the company? A small line a group over the same months and the same scale.

    frame: the rows of a series by one dimension (period, value, low, high, n, hidden, note and `by`); company: of its own
    series. A group hidden in every month has no panel: it is named by `hidden_because`.
    """
    months = sorted(set(frame["period"]))
    whole = _by_month(company[~company["partial"].astype(bool)] if "partial" in company else company, months)
    groups = {
        str(member): rows
        for member, rows in ((member, _by_month(of, months)) for member, of in frame.groupby(by))
        if any(_is_told(row) for row in rows)
    }
    if not groups:
        return '<div class="keel-none">Hidden: too few people in every group</div>'
    scale = _Scale.over([row["value"] for rows in (*groups.values(), whole) for row in rows if _is_told(row)], unit)
    ranked = sorted(groups, key=lambda member: (member == REST, -_mean(groups[member]), member))
    panels = [
        _panel(member, groups[member], whole, months, scale, unit, theme, kind) for member in ranked[:MOST_GROUPS]
    ]
    parts = [
        '<span><i class="keel-key-own"></i>the group, with its 95 % interval</span>',
        '<span><i class="keel-key-company"></i>the company</span>',
        "<span>all to the same scale</span>",
    ]
    if any(row["hidden"] for rows in groups.values() for row in rows):
        parts.insert(2, '<span><i class="keel-hidden"></i>hidden months</span>')
    legend = f'<div class="keel-legend">{"".join(parts)}</div>'
    return f'<div class="keel-lines" role="list">{"".join(panels)}</div>{legend}'


def _panel(
    member: str, rows: Sequence[Mapping[str, Any]], whole: Sequence[Mapping[str, Any]], months: Sequence[date],
    scale: "_Scale", unit: str, theme: "Theme", kind: str,
) -> str:  # fmt: skip
    last = rows[-1]
    if _is_told(last):
        value = f"<b>{_said(last['value'], unit)}</b>"
        note = _points_on(last, whole[-1], unit) if _is_told(whole[-1]) else ""
        count = f"n{NBSP}{number(last['n'], 'count')}" if math.isfinite(last["n"]) else ""
    else:
        value = f"<b>{'hidden' if last['hidden'] else 'no answers'}</b>"
        note, count = f"in {_month(months[-1])}", ""
    told = [row for row in rows if _is_told(row)]
    words = f"{member}, {_month(months[0])} to {_month(months[-1])}: from {_said(told[0]['value'], unit)} to {_said(told[-1]['value'], unit)}"
    if hidden := sum(bool(row["hidden"]) for row in rows):
        words += f", hidden in {plural(hidden, 'month')}"
    svg = base64.b64encode(_drawn(rows, whole, scale, theme, kind).encode()).decode()
    ticks = "".join(f'<i class="keel-line-tick" style="bottom:{100 * scale.share(tick):.0f}%">{words}</i>'
                    for tick, words in zip(scale.ticks, scale.texts, strict=True))  # fmt: skip
    over = "".join(_months_over(rows, whole, months, unit))
    return (
        f'<div class="keel-line" role="listitem"><div class="keel-line-head"><span>{escape(member)}</span>{value}</div>'
        f'<div class="keel-line-note">{note}</div><div class="keel-line-plot">{ticks}<div class="keel-line-drawn"><img alt="{escape(words, quote=True)}" '
        f'src="data:image/svg+xml;base64,{svg}"><div class="keel-line-months">{over}</div></div></div>'
        f'<div class="keel-line-foot"><span>{_month(months[0])}</span><span>{count}</span><span>{_month(months[-1])}</span></div></div>'
    )  # fmt: skip


def _months_over(
    rows: Sequence[Mapping[str, Any]], whole: Sequence[Mapping[str, Any]], months: Sequence[date], unit: str
) -> Iterator[str]:
    """What lies over the drawing: a tip for each month, and a ground of its own for each stretch of hidden ones."""
    at = 0
    while at < len(rows):
        end = at + 1
        if not rows[at]["hidden"]:
            yield f'<i title="{escape(_tip(rows[at], whole[at], months[at], unit), quote=True)}"></i>'
        else:
            while end < len(rows) and rows[end]["hidden"]:
                end += 1
            when = _month(months[at]) + (f" to {_month(months[end - 1])}" if end - at > 1 else "")
            notes = list(dict.fromkeys(str(row["note"]) for row in rows[at:end]))
            narrow = "" if (end - at) / len(rows) >= FEWEST_FOR_A_WORD else " keel-narrow"
            told = escape("\n".join([f"{when}: hidden", *notes]), quote=True)
            yield f'<i class="keel-hidden{narrow}" style="flex:{end - at}" title="{told}"><span>hidden</span></i>'
        at = end


def _tip(row: Mapping[str, Any], whole: Mapping[str, Any], month: date, unit: str) -> str:
    if not _is_told(row):
        return f"{_month(month)}: no answers"
    lines = [f"{_month(month)}: {_said(row['value'], unit)}"]
    if _is_told(whole):
        lines.append(f"the company {_said(whole['value'], unit)}")
    if math.isfinite(row["low"]):
        lines.append(f"95{NBSP}%: {interval(row['low'], row['high'], unit)}")
    if math.isfinite(row["n"]):
        lines.append(f"n{NBSP}{number(row['n'], 'count')}")
    return "\n".join(lines)


def _drawn(
    rows: Sequence[Mapping[str, Any]], whole: Sequence[Mapping[str, Any]], scale: "_Scale", theme: "Theme", kind: str
) -> str:
    """The lines as SVG, stretched by the page: strokes keep their width, and a stroke of no length is a dot."""

    def place(at: int, value: float) -> str:
        return f"{(at + 0.5) / len(rows) * WIDE:.1f} {(1 - scale.share(value)) * HIGH:.1f}"

    colour, stroke = theme.of(kind), 'fill="none" stroke-linecap="round" stroke-linejoin="round" vector-effect="non-scaling-stroke"'  # fmt: skip
    rules = "".join(f'<path d="M0 {(1 - scale.share(tick)) * HIGH:.1f}H{WIDE}" {stroke} stroke="{theme.grid}" stroke-width="1"/>'
                    for tick in scale.ticks)  # fmt: skip
    marks = [rules]
    for first, last in _runs([_is_told(row) and math.isfinite(row["low"]) for row in rows]):
        up = [place(at, rows[at]["high"]) for at in range(first, last)]
        down = [place(at, rows[at]["low"]) for at in range(first, last)]
        if last - first == 1:
            marks.append(
                f'<path d="M{up[0]}L{down[0]}" {stroke} stroke="{colour}" stroke-opacity=".18" stroke-width="5"/>'
            )
        else:
            marks.append(f'<path d="M{"L".join([*up, *down[::-1]])}Z" fill="{colour}" fill-opacity=".12"/>')
    marks.append(
        f'<path d="{_path(whole, place)}" {stroke} stroke="{theme.muted}" stroke-opacity=".65" stroke-width="1.25"/>'
    )
    marks.append(f'<path d="{_path(rows, place)}" {stroke} stroke="{colour}" stroke-width="2.25"/>')
    if _is_told(rows[-1]):
        marks.append(
            f'<path d="M{place(len(rows) - 1, rows[-1]["value"])}h0" {stroke} stroke="{colour}" stroke-width="8"/>'
        )
    view = f'viewBox="0 0 {WIDE} {HIGH}" preserveAspectRatio="none"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {view}>{"".join(marks)}</svg>'


def _path(rows: Sequence[Mapping[str, Any]], place: Callable[[int, float], str]) -> str:
    """A line through the months that are told, lifted over every other one; a month alone is a dot."""
    steps = []
    for first, last in _runs([_is_told(row) for row in rows]):
        steps.append("M" + "L".join(place(at, rows[at]["value"]) for at in range(first, last)))
        if last - first == 1:
            steps.append("h0")
    return "".join(steps)


class _Scale:
    """The scale that all small lines share, with at most three round ticks and their words."""

    def __init__(self, low: float, high: float, unit: str) -> None:
        spread = (high - low) or abs(high) or 1.0
        self.low, self.high = low - 0.12 * spread, high + 0.12 * spread
        factor = 100 if unit == "rate" else 1
        power = 10.0 ** math.floor(math.log10(spread * factor / TICKS))
        step = next(
            s for s in (power * t for t in (1, 2, 5, 10, 20)) if (self.high - self.low) * factor / s < TICKS + 1
        )
        first, last = math.ceil(self.low * factor / step), math.floor(self.high * factor / step)
        self.ticks = [round(at * step, 9) / factor for at in range(first, last + 1)]
        self.texts = [_said(tick, unit) for tick in self.ticks]

    @classmethod
    def over(cls, values: Sequence[float], unit: str) -> "_Scale":
        """Around the values with a little room."""
        return cls(min(values), max(values), unit)

    def share(self, value: float) -> float:
        """How far up a value lies, 0 to 1 within the scale."""
        return (value - self.low) / (self.high - self.low)


def _by_month(rows: pd.DataFrame, months: Sequence[date]) -> list[dict[str, Any]]:
    """One row a month, in order; where there is none, one that says nothing."""
    found = {row["period"]: row for row in _rows(rows)}
    nothing = {"value": math.nan, "low": math.nan, "high": math.nan, "n": math.nan, "hidden": False, "note": ""}
    return [nothing | found.get(month, {}) for month in months]


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _is_told(row: Mapping[str, Any]) -> bool:
    return not row["hidden"] and bool(np.isfinite(row["value"]))


def _mean(rows: Sequence[Mapping[str, Any]]) -> float:
    told = [float(row["value"]) for row in rows if _is_told(row)]
    return sum(told) / len(told)


def _runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """The stretches of True, each as [first, after last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.array(flags, dtype=int), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _points_on(row: Mapping[str, Any], whole: Mapping[str, Any], unit: str) -> str:
    """ "▼ 28 pts on the company"."""
    points = (float(row["value"]) - float(whole["value"])) * (100 if unit == "rate" else 1)
    size = round(abs(points))
    if not size:
        return "as the company"
    return f"{UP if points > 0 else DOWN}{NBSP}{size}{NBSP}{'pt' if size == 1 else 'pts'} on the company"


def _said(value: float, unit: str) -> str:
    return percent(value) if unit == "rate" else number(value, unit)


def _value(row: Mapping[str, Any] | None) -> float:
    return -math.inf if row is None else float(row["value"])


def _name(name: Any) -> str:
    return f"<span>{escape(str(name))}</span>"


def _month(when: date) -> str:
    return f"{MONTHS[when.month - 1]} {when.year}"
