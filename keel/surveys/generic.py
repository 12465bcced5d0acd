"""Any survey with one header row and one row a response: known by no mark; what its columns are is told by their names."""

import re

from keel import forms
from keel.forms import Field, Form
from keel.sheets import Sheet

NAME = "a table with one header row"

# What a tool writes about the person's machine and visit, by header: never a question, never taken in.
_META = re.compile(
    r"(?i)(ip|ip[ _-]?address|user[ _-]?agent|browser|device|operating[ _-]?system|os|referr?er|referr?er url|url|session[ _-]?id|"
    r"duration.*|time taken|latitude|longitude|first[ _-]?name|last[ _-]?name|full[ _-]?name|phone|phone number|"
    r"progress|finished|collector([ _-]?id)?|network[ _-]?id)"
)


def recognises(sheet: Sheet) -> float:
    """Hardly ever sure: 0.1 for anything with two columns, so that every vendor goes before."""
    return 0.1 if sheet.cells.num_columns > 1 else 0.0


def read(sheet: Sheet) -> Form:
    """The form of a table with one header row."""
    header = forms.rows(sheet, 1)[0]
    cells, numbers = forms.below(sheet, 1)
    fields = []
    for place, text in enumerate(header):
        text = forms.clean(text)
        empty = not text and not forms.distinct(cells, place)
        fields.append(Field(text, use="meta" if empty or _META.fullmatch(text) else "question"))
    return Form("generic", tuple(fields), cells, numbers)
