"""Survey files, one module per vendor: recognises(sheet) -> how sure, 0 to 1; read(sheet) -> its Form.

A vendor is added by adding one file here; nothing else names it.
"""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from types import ModuleType
from typing import Any

from keel.errors import InputError
from keel.forms import Form
from keel.sheets import Sheet

SURE = 0.5  # from here on a file is taken for this vendor's without being asked
NEAR = 0.1  # two as sure as that are a tie


@cache
def vendors() -> dict[str, ModuleType]:
    """Module name -> module, of every vendor there is."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"keel.surveys.{name}") for name in names}


def recognise(found: Sequence[Sheet], *, vendor: str = "", file: str) -> tuple[str, float, Sheet] | None:
    """The vendor, how sure, and the sheet that holds the responses; None where no vendor is sure enough.

    `vendor` says which it is. Raises InputError where two are as sure as each other, or the one named does not fit.
    """
    if vendor and vendor not in vendors():
        raise InputError(
            f"{file}: there is no survey tool '{vendor}' here; one of {', '.join(vendors())} was expected. "
            "Correct --set vendor=."
        )
    asked = {vendor: vendors()[vendor]} if vendor else vendors()
    sure = sorted(
        ((module.recognises(sheet), name, sheet) for name, module in asked.items() for sheet in found),
        key=lambda one: -one[0],
    )
    best = sure[0]
    if vendor and best[0] <= 0:
        raise InputError(
            f"{file}: it does not look like an export of {asked[vendor].NAME}; its headers were expected. "
            "Leave --set vendor= out."
        )
    if not vendor and best[0] < SURE:
        return None
    # What is certain has no rival: an SPSS file is one, whatever tool's names stand in it.
    rivals = [name for confidence, name, _ in sure if name != best[1] and confidence > best[0] - NEAR and best[0] < 1]
    if rivals:
        raise InputError(
            f"{file}: it could be from {vendors()[best[1]].NAME} or from {vendors()[rivals[0]].NAME}. "
            f"Say which with --set vendor={best[1]} or --set vendor={rivals[0]}.",
            asks="vendor",
            among=(best[1], *dict.fromkeys(rivals)),
        )
    return best[1], best[0], best[2]


def read(sheet: Sheet, vendor: str) -> Form:
    """The form in a sheet of this vendor's."""
    form: Form = replace(vendors()[vendor].read(sheet), vendor=vendor)
    return form


def dictionary(found: Sequence[Sheet]) -> dict[str, Any] | None:
    """What the codes of a data file stand for, out of the dictionary that a tool exports beside it; None where it is none."""
    for module in vendors().values():
        for sheet in found if hasattr(module, "dictionary") else ():
            told: dict[str, Any] | None = module.dictionary(sheet)
            if told is not None:
                return told
    return None


def with_dictionary(form: Form, told: Mapping[str, Any]) -> Form:
    """The form with the words of its dictionary in the place of codes."""
    module = vendors()[form.vendor]
    spoken: Form = module.with_dictionary(form, told) if hasattr(module, "with_dictionary") else form
    return spoken
