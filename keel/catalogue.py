"""Load and check the catalogue: every metric, declared once in queries/catalogue.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from keel import sql
from keel.errors import QuestionError, SettingsError

CHOICES = {
    "kind": ("lag", "lead"),
    "unit": ("money", "count", "rate", "points", "score", "days"),
    "better": ("up", "down", "neither"),
    "roll": ("sum", "ratio", "last", "mean", "min", "max", "survival"),
    "grain": ("day", "period"),
    "interval": ("", "wilson", "nps", "poisson", "mean", "survival"),
    "finest": ("week", "month"),
    "compare": ("percent", "points", "bps"),
    "rule": ("", "answers", "records"),
}
MAX_DIMENSIONS = 6  # d1 ... d6 of the observations table
# place of observations: rows as a metric's text gives them; 0 is what they add up to for the company, else for a dimension's members
EVERY_ROW = MAX_DIMENSIONS + 1


@dataclass(frozen=True)
class Lead:
    """What a metric is expected to lead, and within how many weeks: a hypothesis that Bearings tests."""

    metric: str
    weeks: tuple[int, int]


@dataclass(frozen=True)
class Metric:
    """One metric as declared; see the head of queries/catalogue.toml for what each field means."""

    id: str
    label: str
    meaning: str
    kind: str
    unit: str
    better: str
    roll: str
    source: str
    edge: str = ""
    grain: str = "day"
    scale: float = 1
    interval: str = ""
    dimensions: tuple[str, ...] = ()
    min_people: int = 0
    rule: str = ""
    owner: str = ""
    compare: str = ""
    needs: str = ""
    leads: tuple[Lead, ...] = ()
    uploaded: bool = False
    finest: str = "week"
    follow_up: bool = False
    bounds: tuple[float, float] | None = None

    @property
    def told_in(self) -> str:
        """The unit as keel.wording tells it: a rate compared in basis points is one of its own."""
        return "rate_bps" if self.compare == "bps" else self.unit

    @property
    def sql(self) -> str:
        """The text of the query that defines the metric; empty for an uploaded measure."""
        return "" if self.uploaded else sql.query(f"metrics/{self.id}").text


def metric(id: str, values: Mapping[str, Any], *, where: str) -> Metric:
    """A metric from the values of its entry. Raises SettingsError that names the entry and the key."""
    known = {f.name for f in fields(Metric)} - {"id"}
    required = {"label", "meaning", "kind", "unit", "better", "roll", "source"}
    if unknown := sorted(set(values) - known):
        raise SettingsError(
            f"{where}, {id}: found the key '{unknown[0]}'; one of {', '.join(sorted(known))} was expected. "
            "Correct its spelling or take it out."
        )
    if missing := sorted(required - set(values)):
        raise SettingsError(f"{where}, {id}: '{missing[0]}' is missing; it is needed. Add it.")
    for key, choices in CHOICES.items():
        if key in values and values[key] not in choices:
            expected = ", ".join(choice or "nothing" for choice in choices)
            raise SettingsError(f"{where}, {id}: {key} is {values[key]!r}; one of {expected} was expected. Correct it.")
    if bool(values.get("min_people")) != bool(values.get("rule")):
        raise SettingsError(
            f"{where}, {id}: min_people and rule go together; which rule hides small groups (answers or records) was "
            "expected with min_people, and none without. Add or take out one of them."
        )
    dimensions = tuple(values.get("dimensions", ()))
    if len(dimensions) > MAX_DIMENSIONS:
        raise SettingsError(
            f"{where}, {id}: {len(dimensions)} dimensions; at most {MAX_DIMENSIONS} were expected. Take some out."
        )
    leads = tuple(Lead(entry["metric"], tuple(entry["weeks"])) for entry in values.get("leads", ()))
    compare = values.get("compare") or ("percent" if values["unit"] in ("money", "count", "days") else "points")
    bounds = (values["bounds"][0], values["bounds"][1]) if "bounds" in values else None
    return Metric(
        **{**values, "id": id, "bounds": bounds, "dimensions": dimensions, "leads": leads, "compare": compare}
    )


@cache
def load() -> Mapping[str, Metric]:
    """Every metric of queries/catalogue.toml by id, in its order. Raises SettingsError."""
    path = sql.QUERIES / "catalogue.toml"
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["metric"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise SettingsError(f"{path.name}: {error}; tables [metric.<id>] were expected. Correct it.") from error
    metrics = {id: metric(id, values, where=path.name) for id, values in entries.items()}
    for one in metrics.values():
        for lead in one.leads:
            if lead.metric not in metrics:
                raise SettingsError(
                    f"{path.name}, {one.id}: leads '{lead.metric}', which is no metric. Correct the name."
                )
    return metrics


def find(metrics: Mapping[str, Metric], id: str) -> Metric:
    """The metric of that id (upper and lower case alike). Raises QuestionError that lists what there is."""
    if id in metrics:
        return metrics[id]
    alike = [m for m in metrics.values() if m.id.casefold() == id.casefold()]
    if len(alike) == 1:
        return alike[0]
    raise QuestionError(
        f"'{id}': there is no such metric; one of {', '.join(metrics)} was expected. "
        "`python -m keel metrics` lists them."
    )
