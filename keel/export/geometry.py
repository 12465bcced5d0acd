"""The chart of six weeks and twelve months as plain shapes, which the PDF and the page draw alike. Pure.

Lengths are in points or px, y runs down. Each shape names the part it plays, and the drawer knows how that looks:

    now, prior, target        the lines of this year, last year and the target; a dot of `now` that is open still runs
    grid, divider             rules
    scale, name, caption      words: of the axis, under a place, over the weeks and the months
    newest, key, empty        words: the latest number, what a line is, why there is nothing to see
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from keel import wording
from keel.export.contents import SAME_SCALE, Item, Point, points
from keel.wording import NO_DATA

LEFT = 58.0  # for the scale of the weeks; a table under the chart names its rows there
WEEKS, MONTHS, GAP = 6, 12, 1.15  # columns; the gap holds the scale of the months
TOP, BOTTOM = 32.0, 6.0
NAMES = 26.0  # under the plot, for the names of the places in two lines
TICKS = 5  # rules of a scale, at most
FINEST = {"rate": 0.001, "rate_bps": 0.001, "points": 1.0, "score": 0.1}  # below it two rules would be printed alike
LIFT = 7.0  # from a point to its number
KEYS = (("now", "this year"), ("prior", "last year"), ("target", "target"))
KEY_LINE, KEY_STEP = 16.0, 76.0


@dataclass(frozen=True)
class Path:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    part: str


@dataclass(frozen=True)
class Dot:
    """A marker; an open one is of a month that still runs."""

    x: float
    y: float
    part: str
    is_open: bool = False


@dataclass(frozen=True)
class Words:
    """A text on its baseline; anchor: start, middle or end."""

    x: float
    y: float
    text: str
    part: str
    anchor: str = "middle"


Shape = Path | Dot | Words


@dataclass(frozen=True)
class Scale:
    """From numbers to heights: `low` lies at `bottom`, `high` at `top`."""

    low: float
    high: float
    top: float
    bottom: float

    def y(self, value: float) -> float:
        """The height of a number."""
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)


def centres(width: float) -> list[float]:
    """Where the 18 places stand: six weeks, a gap, twelve months."""
    step = column(width)
    return [LEFT + step * (at + 0.5 + (GAP if at >= WEEKS else 0)) for at in range(WEEKS + MONTHS)]


def column(width: float) -> float:
    """How wide the room of one place is."""
    return (width - LEFT) / (WEEKS + MONTHS + GAP)


def chart(item: Item, width: float, height: float, *, has_names: bool) -> list[Shape]:
    """The chart of a metric in a box of that size; without names where a table right under it has them."""
    weeks, months = points(item)
    at, step = centres(width), column(width)
    top, bottom = TOP, height - BOTTOM - (NAMES if has_names else 0)
    of_weeks, of_months = scaled(item)
    gap = at[WEEKS] - step * (0.5 + GAP / 2)
    shapes: list[Shape] = [
        Path(((gap - step * GAP / 2, 4.0), (gap - step * GAP / 2, height - BOTTOM)), "divider"),
        *_keys([*weeks, *months], width),
    ]
    for zone, places, numbers, caption in (
        (weeks, at[:WEEKS], of_weeks, "Six weeks"),
        (months, at[WEEKS:], of_months, "Twelve months"),
    ):
        edges = places[0] - step / 2, places[-1] + step / 2
        shapes.append(Words(edges[0], 12, caption, "caption", "start"))
        shapes += _zone(item, zone, places, numbers, (top, bottom), edges)
        if has_names:
            shapes += _names(zone, places, bottom)
    return shapes


def _zone(
    item: Item, zone: Sequence[Point], places: Sequence[float], numbers: Sequence[float],
    span: tuple[float, float], edges: tuple[float, float],
) -> list[Shape]:  # fmt: skip
    """The lines of the weeks or of the months, with their scale."""
    if not numbers_of(zone):
        return [Words(sum(edges) / 2, sum(span) / 2, NO_DATA, "empty")]
    step = places[1] - places[0]
    ticks, low, high = ruled(numbers, item["unit"])
    scale = Scale(low, high, *span)
    shapes: list[Shape] = []
    for tick in ticks:
        shapes.append(Path(((edges[0], scale.y(tick)), (edges[1], scale.y(tick))), "grid"))
        shapes.append(Words(edges[0] - 5, scale.y(tick) + 2.5, wording.number(tick, item["unit"]), "scale", "end"))

    def line(part: str, values: Sequence[float | None]) -> list[Shape]:
        placed = [None if v is None else (x, scale.y(v)) for x, v in zip(places, values, strict=True)]
        runs = [tuple(run) for run in _runs(placed)]
        if part == "target":  # a target holds over the whole of its week or month, so it is drawn as stairs
            return [Path(tuple((x + side, y) for x, y in run for side in (-step / 2, step / 2)), part) for run in runs]
        return [Path(run, part) for run in runs if len(run) > 1]

    whole = [None if point.is_partial else point.row["value"] for point in zone]
    shapes += line("prior", [point.row["prior"] for point in zone])
    shapes += line("target", [point.row["target"] for point in zone])
    shapes += line("now", whole)
    shapes += [
        Dot(x, scale.y(p.row["prior"]), "prior")
        for x, p in zip(places, zone, strict=True)
        if p.row["prior"] is not None
    ]
    shown = [(x, point) for x, point in zip(places, zone, strict=True) if point.row["value"] is not None]
    shapes += [Dot(x, scale.y(point.row["value"]), "now", point.is_partial) for x, point in shown]
    if shown:
        x, newest = shown[-1]
        before = shown[-2][1] if len(shown) > 1 else None
        shapes.append(Words(x, _beside(newest, before, scale), newest.printed, "newest"))
    return shapes


def _beside(point: Point, before: Point | None, scale: Scale) -> float:
    """The baseline of a point's number: on the side its own line does not come from, else where last year is not."""
    value, prior = point.row["value"], point.row["prior"]
    earlier = before.row["value"] if before and not point.is_partial else None
    above = earlier if earlier is not None and earlier != value else prior
    y = scale.y(value)
    return y + LIFT + 7 if above is not None and above > value else y - LIFT


def scaled(item: Item) -> tuple[list[float], list[float]]:
    """The numbers that the scale of the weeks and that of the months hold: the same ones where weeks do not add up."""
    weeks, months = points(item)
    if item["unit"] in SAME_SCALE:
        return numbers_of([*weeks, *months]), numbers_of([*weeks, *months])
    return numbers_of(weeks), numbers_of(months)


def numbers_of(zone: Sequence[Point]) -> list[float]:
    """Every number of some points: this year, last year and target."""
    return [point.row[key] for point in zone for key in ("value", "prior", "target") if point.row[key] is not None]


def ruled(numbers: Sequence[float], unit: str) -> tuple[list[float], float, float]:
    """A few round numbers, and the two ends of a scale that holds them and every number with some air."""
    low, high = min(numbers), max(numbers)
    air = (high - low) * 0.14 or abs(high) * 0.1 or 1.0
    low, high = low - air, high + air
    rough = max((high - low) / TICKS, FINEST.get(unit, 0.0))
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step), math.floor(high / step)
    if first >= last:  # a scale of one rule says nothing of size
        first, last = math.floor(low / step), math.ceil(high / step)
        low, high = first * step, last * step
    return [at * step for at in range(first, last + 1)], low, high


def _runs(placed: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The stretches without a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in placed:
        if point is not None:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _keys(zone: Sequence[Point], width: float) -> list[Shape]:
    """What the lines are, at the right end of the top; only of those that are there."""
    there = [
        (part, words)
        for part, words in KEYS
        if any(p.row["value" if part == "now" else part] is not None for p in zone)
    ]
    shapes: list[Shape] = []
    for place, (part, words) in enumerate(there):
        x = width - KEY_STEP * (len(there) - place)
        shapes.append(Path(((x, 9.0), (x + KEY_LINE, 9.0)), part))
        shapes.append(Words(x + KEY_LINE + 5, 12, words, "key", "start"))
    return shapes


def _names(zone: Sequence[Point], places: Sequence[float], bottom: float) -> list[Shape]:
    """The names of the places; the year of a month in a second line, where it begins."""
    shapes: list[Shape] = []
    before = ""
    for x, point in zip(places, zone, strict=True):
        name, year = point.lines
        shapes.append(Words(x, bottom + 14, name, "name"))
        if year and year != before:
            shapes.append(Words(x, bottom + 25, year, "name"))
        before = year
    return shapes
