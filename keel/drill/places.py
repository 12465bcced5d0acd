"""Where in a drill a reader stands, and which levels there are: pure, but for the address, which is the browser's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from keel.catalogue import Metric

CUSTOMER, ORDERS = "customer", "orders"
OPEN_TO_CUSTOMERS = ("revenue", "gross_margin")  # of these keel.measure knows the customers and order lines behind
BEFORE_CUSTOMERS = 3  # region, segment, product line (UX): more clicks than these bury the names; `by` offers the rest
NO_CUSTOMER = "(no customer)"


def levels(metric: Metric) -> tuple[str, ...]:
    """Every level that a metric's drill can have, in drill order; customers last where its rows open to them."""
    return (*metric.dimensions, CUSTOMER) if metric.id in OPEN_TO_CUSTOMERS else metric.dimensions


def choices(metric: Metric, taken: Mapping[str, str], members: Mapping[str, Sequence[str]]) -> list[str]:
    """The levels that the place can be split by, the usual one first.

    taken: filters and steps. members: dimension -> its members. A dimension of one member tells nothing apart and is left
    out, unless it is all there is; of HR records only one dimension at a time is a step (see `Place.within`).
    """
    if CUSTOMER in taken:
        return [ORDERS]
    free = [name for name in metric.dimensions if name not in taken]
    telling = [name for name in free if len(members.get(name, ())) > 1]
    if metric.id not in OPEN_TO_CUSTOMERS:
        return telling or free[:1]
    before = [name for name in telling if name in metric.dimensions[:BEFORE_CUSTOMERS]]
    return [*before, CUSTOMER, *(name for name in telling if name not in before)]


@dataclass(frozen=True)
class Place:
    """Where in the drill a reader stands: the steps taken, each a dimension and its member."""

    steps: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_url(cls, metric: Metric) -> "Place":
        """The place the address names; steps that are no levels of the metric are left out."""
        return cls.along(st.query_params.get_all("path"), levels(metric))

    @classmethod
    def along(cls, path: Sequence[str], names: Sequence[str]) -> "Place":
        """The place at the end of a path such as ["region=North", "segment=Small"], as far as its steps are of those names."""
        steps: dict[str, str] = {}
        for name, is_step, member in (part.partition("=") for part in path):
            if is_step and member and name in names and CUSTOMER not in steps:
                steps.setdefault(name, member)
        return cls(tuple(steps.items()))

    @property
    def path(self) -> list[str]:
        """The steps as the address writes them."""
        return [f"{name}={member}" for name, member in self.steps]

    def within(self, metric: Metric, filters: Mapping[str, str]) -> "Place":
        """The place inside the shared filters: what they say already is no step, and what contradicts them ends the path.

        HR records take one step: a member of two dimensions at once, set against the totals of both, could be told apart.
        """
        steps = []
        for name, member in self.steps:
            if name in filters and filters[name] != member:
                break
            if name not in filters:
                steps.append((name, member))
        return Place(tuple(steps[:1] if metric.rule == "records" else steps))

    def then(self, name: str, member: str) -> "Place":
        """The place one step further."""
        return Place((*self.steps, (name, member)))

    @property
    def only(self) -> dict[str, str]:
        """The steps as filters of a metric."""
        return {name: member for name, member in self.steps if name != CUSTOMER}

    @property
    def customer(self) -> str | None:
        """The customer the steps end with."""
        return dict(self.steps).get(CUSTOMER)

    def go(self) -> None:
        """Make this the place the address names; where it does already, the browser gets no second step to go back."""
        if self.path == st.query_params.get_all("path"):
            return
        if self.steps:
            st.query_params["path"] = self.path
        else:
            del st.query_params["path"]
