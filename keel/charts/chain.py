"""The chain of what is declared to lead what, as a picture: boxes and words in HTML over lines drawn as one SVG image."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

from keel.charts import look
from keel.charts.look import Theme

WIDTH = 1300  # of the drawing; the page scales it
BOX, GAP = 56, 24  # a number's box, and between two of them
WIDE = 196  # of a box, at most
LANE = 40  # a link that passes over a stage has a lane of its own above
HEAD = 32  # the names of the stages
FOOT = 8
PILL_HALF = 12  # half of the words on a line


@dataclass(frozen=True)
class Node:
    """A number of the chain: id, label, kind (lead or lag), its stage, and its latest value in words."""

    id: str
    label: str
    kind: str
    stage: str
    value: str = ""


@dataclass(frozen=True)
class Arrow:
    """A declared link: from, to, its status (see keel.leads) and the words on it."""

    lead: str
    lag: str
    status: str
    words: str


def chain(nodes: Sequence[Node], arrows: Sequence[Arrow], stages: Sequence[str], *, theme: Theme) -> str:
    """What is declared to lead what, stage by stage from the left, each link with what history says of it; empty without links."""
    drawn = _Drawing(tuple(nodes), tuple(arrows), tuple(stages))
    if not arrows or not drawn.used:
        return ""
    looks = {
        "confirmed": (theme.lead, 3.0, ""), "suggestive": (theme.lead, 2.0, "7 5"), "no evidence": (theme.muted, 1.25, "2 5"),
        "too little data": (theme.muted, 1.25, "2 5"),
    }  # fmt: skip
    lines, words = [], []
    for at, arrow in enumerate(arrows):
        colour, thick, dash = looks[arrow.status]
        path, (x, y) = drawn.path(at)
        lines.append(
            f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{thick}" stroke-dasharray="{dash}" marker-end="url(#{_tip(arrow.status)})"/>'
        )
        words.append(f'<span class="keel-chain-words keel-chain-{_tip(arrow.status)}" style="{drawn.at(x, y)}">{escape(arrow.words)}</span>')  # fmt: skip
    tips = "".join(
        f'<marker id="{_tip(status)}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
        for status, (colour, _, _) in looks.items()
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {drawn.height:.0f}"><defs>{tips}</defs>{"".join(lines)}</svg>'
    image = f'<img alt="" src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}">'
    heads = [
        f'<span class="keel-chain-stage" style="{drawn.at(drawn.begins(n) + drawn.wide / 2, HEAD / 2)}">{escape(stage)}</span>'
        for n, stage in enumerate(drawn.used)
    ]
    boxes = [
        f'<div class="keel-chain-box keel-chain-{node.kind}" style="{drawn.over(node)}"><b>{escape(look.shortened(node.label))}</b>'
        f"<span>{escape(node.value)}</span></div>"
        for node in nodes
    ]
    inside = image + "".join([*heads, *boxes, *words])
    return f'<div class="keel-chain" style="aspect-ratio: {WIDTH} / {drawn.height:.0f}">{inside}</div>'


def _tip(status: str) -> str:
    return status.replace(" ", "-")


@dataclass(frozen=True)
class _Drawing:
    """Where everything goes, in the units of the drawing."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    stages: tuple[str, ...]

    @cached_property
    def used(self) -> list[str]:
        return [stage for stage in self.stages if any(node.stage == stage for node in self.nodes)]

    @property
    def wide(self) -> float:
        return min(WIDE, 0.615 * WIDTH / len(self.used))

    @cached_property
    def column(self) -> dict[str, int]:
        return {node.id: self.used.index(node.stage) for node in self.nodes}

    @cached_property
    def row(self) -> dict[str, tuple[int, int]]:
        """The place of a box in its stage, and how many boxes that has."""
        by_stage = {stage: [node.id for node in self.nodes if node.stage == stage] for stage in self.used}
        return {id: (n, len(ids)) for ids in by_stage.values() for n, id in enumerate(ids)}

    @cached_property
    def lanes(self) -> dict[int, int]:
        """The lane (0 the lowest) of each link that does not go to the next stage, by its place among the links."""
        spans = [(self.column[arrow.lead], self.column[arrow.lag]) for arrow in self.arrows]
        found: dict[int, int] = {}
        over = [at for at, (first, last) in enumerate(spans) if last - first != 1]
        for at in sorted(over, key=lambda at: abs(spans[at][1] - spans[at][0])):
            low, high = sorted(spans[at])
            taken = set()
            for other, lane in found.items():
                first, last = sorted(spans[other])
                if min(high, last) > max(low, first) or (low, high) == (first, last):
                    taken.add(lane)
            found[at] = next(lane for lane in range(len(spans) + 1) if lane not in taken)
        return found

    @cached_property
    def above(self) -> float:
        return HEAD + LANE * (max(self.lanes.values(), default=-1) + 1)

    @cached_property
    def height(self) -> float:
        tallest = max(held for _, held in self.row.values())
        return self.above + tallest * BOX + (tallest - 1) * GAP + FOOT

    def left(self, id: str) -> float:
        return self.begins(self.column[id])

    def begins(self, column: int) -> float:
        """Where the boxes of a stage begin; the first and the last stage stand at the edges."""
        if len(self.used) == 1:
            return (WIDTH - self.wide) / 2
        return column * (WIDTH - self.wide) / (len(self.used) - 1)

    def top(self, id: str) -> float:
        place, held = self.row[id]
        spare = self.height - FOOT - self.above - held * BOX - (held - 1) * GAP
        return self.above + spare / 2 + place * (BOX + GAP)

    def path(self, at: int) -> tuple[str, tuple[float, float]]:
        """The path of a link, and the middle of its words."""
        arrow = self.arrows[at]
        leaves, arrives = self._ports(arrow)
        if at not in self.lanes:
            x0, x1 = self.left(arrow.lead) + self.wide, self.left(arrow.lag) - 3
            y0, y1 = self.top(arrow.lead) + leaves * BOX, self.top(arrow.lag) + arrives * BOX
            bend = (x1 - x0) / 2
            curve = f"M{x0:.0f} {y0:.0f}C{x0 + bend:.0f} {y0:.0f} {x1 - bend:.0f} {y1:.0f} {x1:.0f} {y1:.0f}"
            return curve, ((x0 + x1) / 2, (y0 + y1) / 2)
        x0, x1 = self.left(arrow.lead) + self.wide * 0.75, self.left(arrow.lag) + self.wide * 0.25
        if self.column[arrow.lead] == self.column[arrow.lag]:
            x0, x1 = self.left(arrow.lead) + self.wide * 0.2, self.left(arrow.lag) + self.wide * 0.8
        y0, y1 = self.top(arrow.lead), self.top(arrow.lag) - 3
        lane = HEAD + LANE * (max(self.lanes.values()) - self.lanes[at]) + PILL_HALF
        turn = 24 if x1 >= x0 else -24
        return (
            f"M{x0:.0f} {y0:.0f}V{lane + 20:.0f}Q{x0:.0f} {lane:.0f} {x0 + turn:.0f} {lane:.0f}"
            f"H{x1 - turn:.0f}Q{x1:.0f} {lane:.0f} {x1:.0f} {lane + 20:.0f}V{y1:.0f}"
        ), ((x0 + x1) / 2, lane)

    def _ports(self, arrow: Arrow) -> tuple[float, float]:
        """How far down the boxes a link leaves and arrives, as a share: several on one side are spread, in the order they go."""
        out = sorted((one for one in self.arrows if one.lead == arrow.lead), key=lambda one: self.top(one.lag))
        into = sorted((one for one in self.arrows if one.lag == arrow.lag), key=lambda one: self.top(one.lead))
        return (out.index(arrow) + 1) / (len(out) + 1), (into.index(arrow) + 1) / (len(into) + 1)

    def at(self, x: float, y: float) -> str:
        return f"left: {100 * x / WIDTH:.2f}%; top: {100 * y / self.height:.2f}%"

    def over(self, node: Node) -> str:
        size = f"width: {100 * self.wide / WIDTH:.2f}%; height: {100 * BOX / self.height:.2f}%"
        return f"{self.at(self.left(node.id), self.top(node.id))}; {size}"
