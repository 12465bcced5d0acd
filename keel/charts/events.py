"""What happened, on a chart of time: a rule or a shaded stretch, and its words over the plot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from keel.charts import look
from keel.charts.look import LINE_HEIGHT, PHONE, Theme, Trace
from keel.wording import span

LONGEST_EVENT = 18
EVENT_ROWS = 3
STEP_DAYS = {"week": 7, "month": 30, "quarter": 91, "year": 365}


@dataclass(frozen=True)
class Event:
    """What happened and when: on one day or, with `ends_on` after it, up to and including that day."""

    starts_on: date
    words: str
    ends_on: date | None = None

    @property
    def last_day(self) -> date:
        """The last day of it: the first one where it has no other."""
        return max(self.starts_on, self.ends_on) if self.ends_on else self.starts_on

    @property
    def told(self) -> str:
        """ "Outage · 3 Mar–9 Mar", as a tooltip has it."""
        return look.wrapped(f"{self.words} · {span(self.starts_on, self.last_day)}")


def events_in_view(events: Sequence[Event], periods: list[date], grain: str) -> list[Event]:
    """The events that touch the periods, by day; one that begins before them begins with the first."""
    after = periods[-1] + timedelta(days=STEP_DAYS.get(grain, 7))
    found = [event for event in events if event.starts_on < after and event.last_day >= periods[0]]
    return sorted(found, key=lambda event: (event.starts_on, event.words))


def event_flags(events: list[Event], periods: list[date], theme: Theme) -> tuple[list[Trace], int]:
    """The labels of the events over the plot, each at its first day, and how many rows they take."""
    first, last = periods[0], periods[-1]
    days = max(1, (last - first).days)
    said: dict[date, list[Event]] = {}
    for event in events:
        said.setdefault(min(max(event.starts_on, first), last), []).append(event)
    return flagged([((when - first).days / days, when.isoformat(), told) for when, told in said.items()], theme)


def flagged(said: list[tuple[float, Any, list[Event]]], theme: Theme) -> tuple[list[Trace], int]:
    """Labels over the plot and how many rows they take; what fits in none is a mark to hover.

    said: how far along the plot (0 to 1), the place on its axis, and the events there.
    """
    flags: list[Trace] = []
    taken: list[list[tuple[float, float]]] = [[] for _ in range(EVENT_ROWS)]
    for share, place, events in said:
        text = look.shortened("; ".join(event.words for event in events), LONGEST_EVENT)
        overhang = look.width(text) / 2 - (1 - share) * PHONE  # some of the margin is free above the lines' labels
        anchor = "left" if share < 0.3 else "right" if overhang > 50 else "center"
        left = share * PHONE - {"left": 0.0, "center": 0.5, "right": 1.0}[anchor] * look.width(text)
        stretch = (left - 4, left + look.width(text) + 4)
        free = [row for row in taken if all(stretch[1] <= a or stretch[0] >= b for a, b in row)]
        row = taken.index(free[0]) if free else 0
        if free:
            free[0].append(stretch)
        flag = look.label(look.safe(text) if free else "▾", theme, x=place, xref="x", y=1, yanchor="bottom")
        flag |= {"xanchor": anchor if free else "center", "yshift": row * LINE_HEIGHT if free else -8}
        flag["hovertext"] = "<br>".join(event.told for event in events)
        flags.append(flag)
    return flags, max(sum(map(bool, taken)), int(bool(flags)))


def event_shapes(events: list[Event], last: date, reach: list[str], theme: Theme) -> list[Trace]:
    """A rule on the day of an event, and a shaded stretch over those of one that lasted, no further than the axis."""
    shapes: dict[tuple[str, str], Trace] = {}
    for event in events:
        start = max(min(event.starts_on, last).isoformat(), reach[0])
        until = min((event.last_day + timedelta(days=1)).isoformat(), reach[1])
        if event.last_day > event.starts_on:
            shapes[start, until] = stretch(start, until, theme)
        else:
            shapes[start, start] = look.rule(start, theme)
    return list(shapes.values())


def stretch(start: Any, end: Any, theme: Theme) -> Trace:
    across = {"type": "rect", "x0": start, "x1": end, "yref": "paper", "y0": 0, "y1": 1}
    return {**across, "fillcolor": look.tint(theme.muted, 0.12), "line": {"width": 0}, "layer": "below"}
