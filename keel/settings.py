"""What a company decides once, from keel.toml (in the project's folder, or named by KEEL_CONFIG)."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from keel.errors import SettingsError
from keel.periods import WEEKDAYS, Calendar

PROJECT = Path(__file__).resolve().parent.parent
RATIO_KEYS = {"num", "den", "compare", "label", "meaning", "kind", "better", "unit", "owner"}
MOST_DIMENSIONS = 6  # of one metric, d1 ... d6 of the answer tables
# A short list to choose from on the win-back desk; a company writes its own
REASONS_FOR_LEAVING = (
    "Price", "Service or support", "Quality", "Delivery", "A competitor's offer", "No need any more", "Closed or sold", "Contact lost",
)  # fmt: skip
MINIMUM_GROUP_FLOOR = 5  # METHODS D5: it may be raised, never lowered


@dataclass(frozen=True)
class Settings:
    """The settings in force; every field may stand in keel.toml under its own name."""

    company: str = ""
    currency: str = "EUR"
    week_ends_on: str = "sunday"
    fiscal_year_ends: int = 12
    lost_after_months: int = 6
    lost_after_by_segment: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    win_back_months: int = 6
    reasons_for_leaving: list[str] = field(default_factory=lambda: list(REASONS_FOR_LEAVING))
    movement_window_months: int = 12
    minimum_group: int = MINIMUM_GROUP_FLOOR
    minimum_comments: int = 10
    dimensions: Mapping[str, list[str]] = field(default_factory=lambda: MappingProxyType({}))
    ratio: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    deck: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    roles: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def calendar(self) -> Calendar:
        """Weeks, months, quarters and years as this company cuts them."""
        return Calendar(week_ends_on=self.week_ends_on, fiscal_year_ends=self.fiscal_year_ends)


def load(path: Path | None = None) -> Settings:
    """The settings of keel.toml, or the defaults where there is none. Raises SettingsError."""
    named = os.environ.get("KEEL_CONFIG")
    path = path or (Path(named) if named else PROJECT / "keel.toml")
    if not path.exists():
        if named:
            raise SettingsError(
                f"KEEL_CONFIG: there is no file {path}. Create it, or unset KEEL_CONFIG to use the defaults."
            )
        return Settings()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{path.name}: {error}; TOML was expected. Correct that line.") from error
    return check(values, where=path.name)


def check(values: Mapping[str, Any], *, where: str) -> Settings:
    """Settings from the values of a file; raises SettingsError that names the key at fault."""
    known = {f.name for f in fields(Settings)}
    for key, value in values.items():
        if key not in known:
            raise SettingsError(
                f"{where}: found the key '{key}'; one of {', '.join(sorted(known))} was expected. "
                "Correct its spelling or take it out."
            )
        expected = type(getattr(Settings(), key))
        kind = dict if expected is MappingProxyType else expected
        if not isinstance(value, kind) or isinstance(value, bool):
            raise SettingsError(f"{where}: {key} is {value!r}; {_in_words(kind)} was expected. Correct it.")
    for name, parts in values.get("ratio", {}).items():
        if not isinstance(parts, dict) or not {"num", "den"} <= set(parts) <= RATIO_KEYS:
            raise SettingsError(
                f"{where}: [ratio.{name}] is {parts!r}; num and den, each the name of a measure, were expected "
                f"(and may have {', '.join(sorted(RATIO_KEYS - {'num', 'den'}))}). Correct it."
            )
    for name, order in values.get("dimensions", {}).items():
        if (
            not isinstance(order, list)
            or not order
            or len(order) > MOST_DIMENSIONS
            or not all(isinstance(d, str) for d in order)
        ):
            raise SettingsError(
                f"{where}: [dimensions] {name} is {order!r}; a list of one to {MOST_DIMENSIONS} names of grouping columns, in "
                'drill order, was expected, such as ["department", "site"]. Correct it.'
            )
    for segment, months in values.get("lost_after_by_segment", {}).items():
        if not isinstance(months, int) or isinstance(months, bool) or not 1 <= months <= 60:
            raise SettingsError(
                f"{where}: [lost_after_by_segment] {segment} is {months!r}; 1 to 60 months was expected. Correct it."
            )
    reasons = values.get("reasons_for_leaving", [])
    if not all(isinstance(reason, str) and reason.strip() for reason in reasons):
        raise SettingsError(
            f"{where}: reasons_for_leaving is {reasons!r}; a list of short texts was expected. Correct it."
        )
    settings = Settings(**values)
    rules = [
        ("week_ends_on", settings.week_ends_on in WEEKDAYS, f"one of {', '.join(WEEKDAYS)}"),
        ("fiscal_year_ends", 1 <= settings.fiscal_year_ends <= 12, "the number of a month, 1 to 12"),
        ("lost_after_months", 1 <= settings.lost_after_months <= 60, "1 to 60 months"),
        ("win_back_months", 1 <= settings.win_back_months <= 24, "1 to 24 months"),
        ("movement_window_months", settings.movement_window_months in (3, 6, 12), "3, 6 or 12"),
        ("minimum_group", settings.minimum_group >= MINIMUM_GROUP_FLOOR, "5 or more (it may only be raised)"),
        ("minimum_comments", settings.minimum_comments >= 10, "10 or more (it may only be raised)"),
        (
            "currency",
            len(settings.currency) == 3 and settings.currency.isalpha(),
            "three letters such as EUR",
        ),
    ]
    for key, holds, expected_words in rules:
        if not holds:
            raise SettingsError(
                f"{where}: {key} is {getattr(settings, key)!r}; {expected_words} was expected. Correct it."
            )
    return settings


def _in_words(kind: type) -> str:
    return {int: "a whole number", str: "text in quotes", dict: "a table", list: "a list"}[kind]
