"""LimeSurvey: known by the columns it writes before the questions, in codes (submitdate, lastpage, startlanguage) or in
the words of the administrator's language ("Date submitted", "Letzte Seite"); Q1[SQ001] or "Question [Sub-question]"."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from keel import forms
from keel.errors import InputError
from keel.forms import Field, Form
from keel.sheets import Sheet

NAME = "LimeSurvey"


# Its own columns: the code it gives them, and their headings in English, German, French and Spanish.
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "id": ("response id", "antwort id", "antwort-id", "id de la réponse", "id de réponse", "id de respuesta"),
    "submitdate": ("date submitted", "datum abgeschickt", "date de soumission", "date d'envoi", "fecha de envío"),
    "lastpage": ("last page", "letzte seite", "dernière page", "última página"),
    "startlanguage": (
        "start language", "start-sprache", "startsprache", "langue de départ", "langue de début", "langue de démarrage",
        "lenguaje inicial", "idioma inicial", "idioma de inicio",
    ),
    "seed": ("seed", "zufallsstartwert", "tête de série", "graine", "semilla"),
    "token": (
        "token", "access code", "zugangscode", "zugangsschlüssel", "teilnehmerschlüssel", "code d'accès", "code d’accès",
        "invitation", "contraseña", "código de acceso",
    ),
    "startdate": ("date started", "datum gestartet", "date de lancement", "date de début", "fecha de inicio"),
    "datestamp": (
        "date last action", "datum letzte aktivität", "date de la dernière action", "fecha de la última acción",
    ),
    "ipaddr": ("ip address", "ip-adresse", "adresse ip", "dirección ip"),
    "refurl": (
        "referrer url", "weiterleitungs-url", "referrer-url", "url referer", "url de référence", "url référente",
        "url de referencia",
    ),
    "interviewtime": ("total time", "gesamtzeit", "temps total", "tiempo total"),
    "firstname": ("first name", "vorname", "prénom"),
    "lastname": ("last name", "nachname", "apellido", "apellidos"),
    "email": ("email address", "e-mail-adresse", "adresse courriel", "correo electrónico"),
}  # fmt: skip
_OWN = {name: name for name in _HEADINGS} | {word: name for name, words in _HEADINGS.items() for word in words}
_SIGNS = ("submitdate", "lastpage", "startlanguage", "seed")  # those that hardly any other tool writes
_ONLY_CODES = {"id", "submitdate", "lastpage", "startlanguage", "startdate", "datestamp"}  # never headings in words
_ATTRIBUTE = re.compile(r"attribute_\d+")
_CODE = re.compile(r"([A-Za-z]\w*(?:\[[^\[\]]*\])*)\.(?:\s+(.*))?", re.DOTALL)
_TIMING = re.compile(
    r"interviewtime|groupTime\d+"
    r"|(group time|question time|gruppenzeit|fragenzeit|temps (du|pour le) groupe|temps (de|pour) la question"
    r"|tiempo (del|de) grupo|tiempo de (la )?pregunta)\s*:.*",
    re.IGNORECASE | re.DOTALL,
)
_YES = frozenset({"y", "yes", "ja", "oui", "sí", "si", "sì"})
_NO = frozenset({"n", "no", "nein", "non", "nee"})
_NOT_SHOWN = frozenset({"n/a"})  # the question was hidden by a condition
_OTHER = frozenset({"other", "sonstiges", "sonstige", "andere", "anderes", "autre", "autres", "otro", "otra", "otros"})
_COMMENT = frozenset({"comment", "kommentar", "commentaire", "comentario"})
_ALL_THAT_APPLY = re.compile(
    r"all that apply|select up to|alle zutreffende|alles zutreffende|alles, was|mehrere|mehrfach|toutes les|plusieurs"
    r"|todas las|todo lo que",
    re.IGNORECASE,
)
_NO_DAY = re.compile(r"(1980-0?1-0?1|0?1[./-]0?1[./-](19)?80)\b.*", re.DOTALL)


@dataclass(frozen=True)
class _Column:
    """What a heading says: one of LimeSurvey's own columns, or a question (base) and its sub-questions."""

    own: str = ""
    code: str = ""
    base: str = ""
    parts: tuple[str, ...] = ()

    @property
    def last(self) -> str:
        return self.parts[-1].casefold() if self.parts else ""

    @property
    def is_other(self) -> bool:
        return self.code.casefold().endswith("[other]") or self.last in _OTHER

    @property
    def is_comment(self) -> bool:
        return self.code.casefold().endswith("comment]") or self.last in _COMMENT or self.last.endswith("comment")


def recognises(sheet: Sheet) -> float:
    """How sure it is that the sheet holds responses as LimeSurvey exports them, 0 to 1."""
    return max(map(_likeness, forms.rows(sheet)), default=0.0)


def read(sheet: Sheet) -> Form:
    """The form in a LimeSurvey sheet. Raises InputError where it has no header row of LimeSurvey's."""
    found = forms.rows(sheet)
    place = max(range(len(found)), key=lambda row: _likeness(found[row]), default=0)
    if not found or not _likeness(found[place]):
        raise InputError(
            f"{sheet.name}: there is no header row of LimeSurvey's; columns such as submitdate and lastpage were expected. "
            "Export the responses again with their headings."
        )
    header = found[place]
    parts = _second_header(header, found[place + 1]) if place + 1 < len(found) else None
    cells, numbers = forms.below(sheet, place + 1 + (parts is not None))
    columns = _columns(header, parts)
    own = {column.own: at for at, column in enumerate(columns) if column.own}
    if "id" in own:  # of files put one below the other
        again = pc.equal(pc.utf8_trim_whitespace(cells.column(own["id"])), header[own["id"]])
        if pc.any(again).as_py():
            cells, numbers = forms.kept(cells, numbers, pc.invert(again).to_pylist())
    statuses: tuple[str, ...] = ()
    if "submitdate" in own:
        statuses = tuple("" if day else "partial" for day in forms.column(cells, own["submitdate"]))
    uses, cells, notes = _moments(own, cells)
    for name, use in (("id", "response_id"), ("startdate", "started_on")):
        if name in own:
            uses.setdefault(own[name], use)
    person = next((own[n] for n in ("token", "email") if n in own and forms.distinct(cells, own[n])), None)
    if person is not None:
        uses[person] = "respondent"
    fields = [_own_field(column, header[at], uses.get(at, "meta")) for at, column in enumerate(columns)]
    fields, cells, asked = _questions(fields, columns, cells)
    return Form("limesurvey", tuple(fields), cells, numbers, statuses, notes=(*notes, *asked))


# Headings


def _likeness(cells: Sequence[str]) -> float:
    own = {_own(cell) for cell in cells} - {""}
    signs = own.intersection(_SIGNS)
    bracketed = sum(bool(_split(cell)[1]) for cell in cells)
    if "submitdate" in cells or (len(signs) > 1 and signs != {"seed", "submitdate"}):
        return 0.97 if len(signs) > 1 else 0.9
    if "id" in own and (signs or "datestamp" in own) and bracketed > 1:
        return 0.7
    folded = {cell.casefold() for cell in cells}
    if "id" in own and signs and "time started" not in folded and "status" not in folded:
        return 0.3
    return 0.0


def _own(cell: str) -> str:
    """LimeSurvey's code of its own column with this heading: submitdate, "Date submitted", "submitdate. Date submitted"."""
    if cell.casefold() in _OWN:
        return _OWN[cell.casefold()]
    match = _CODE.fullmatch(cell)
    code = match[1] if match else cell
    if code in _HEADINGS or _ATTRIBUTE.fullmatch(code):
        return code
    told = match[2] or "" if match else cell
    return "interviewtime" if _TIMING.fullmatch(code) or _TIMING.fullmatch(told) else ""


def _second_header(header: Sequence[str], below: Sequence[str]) -> list[str] | None:
    """The row of sub-questions, where there is one: nothing below LimeSurvey's own columns, words below merged cells."""
    if any(part for cell, part in zip(header, below, strict=True) if _own(cell)):
        return None
    gaps = any(part for cell, part in zip(header, below, strict=True) if not cell)
    return list(below) if gaps else None


def _split(heading: str) -> tuple[str, tuple[str, ...]]:
    """A heading's question and what stands in the brackets that end it: "Rate [Speed][Now]" -> Rate, (Speed, Now)."""
    rest = heading.rstrip()
    parts: list[str] = []
    while rest.endswith("]"):
        depth, start = 0, len(rest)
        while start and (depth or start == len(rest)):
            start -= 1
            depth += (rest[start] == "]") - (rest[start] == "[")
        if depth or not rest[:start].strip():
            break
        parts.insert(0, rest[start + 1 : -1].strip())
        rest = rest[:start]
    return rest.rstrip(), tuple(parts)


def _columns(header: Sequence[str], parts: Sequence[str] | None) -> list[_Column]:
    coded = any(match and _own(cell) for cell in header if (match := _CODE.fullmatch(cell)))
    in_codes = not coded and bool(_ONLY_CODES.intersection(header))
    questions = {_split(cell)[0] for cell in header}
    columns = []
    for cell, part in zip(forms.filled_forward(header) if parts else header, parts or [""] * len(header), strict=True):
        own = _own(cell)
        if not own and in_codes and cell.endswith("Time") and cell[:-4] in questions | set(header):
            own = "interviewtime"
        if own:
            columns.append(_Column(own, base=cell))
        elif parts:
            code, text = _code(cell) if coded else (cell if in_codes else "", cell)
            columns.append(_Column("", code, text, (part,) if part else ()))
        elif coded:
            code, text = _code(cell)
            # brackets may be the question's own: they are sub-questions only where the code has some too
            base, given = _split(text) if "[" in code else (text, ())
            columns.append(_Column("", code, base or code, given or _split(code)[1]))
        else:
            base, given = _split(cell)
            columns.append(_Column("", cell if in_codes else "", base, given))
    if not coded and not in_codes and not parts:
        together = Counter(column.base for column in columns)
        columns = [column if together[column.base] > 1 else _alone(column) for column in columns]
    return columns


def _code(cell: str) -> tuple[str, str]:
    match = _CODE.fullmatch(cell)
    return (match[1], match[2] or "") if match else ("", cell)


def _alone(column: _Column) -> _Column:
    """A heading whose brackets name no sub-question, since no other column shares its question."""
    brackets = "".join(f"[{part}]" for part in column.parts if part)
    return _Column(column.own, column.code, f"{column.base} {brackets}".strip())


def _own_field(column: _Column, heading: str, use: str) -> Field:
    if not column.own:
        return Field("")
    if _ATTRIBUTE.fullmatch(column.own):
        return Field(forms.clean(_code(heading)[1] or heading), "detail", column.own)
    return Field(forms.clean(heading), use, column.own)


# Days


def _moments(own: Mapping[str, int], cells: pa.Table) -> tuple[dict[int, str], pa.Table, list[str]]:
    """Column -> use of those that say when, the cells, and notes: 1980-01-01 is what anonymised surveys write for a date."""
    if "submitdate" not in own:
        return ({own["datestamp"]: "answered_on"} if "datestamp" in own else {}), cells, []
    submitted = own["submitdate"]
    days = forms.distinct(cells, submitted)
    no_days = {day for day in days if _NO_DAY.fullmatch(day)}
    if not no_days:
        return {submitted: "answered_on"}, cells, []
    if days - no_days:
        cells = _changed(cells, submitted, lambda day: "" if _NO_DAY.fullmatch(day) else day)
        note = "Where the date submitted is 1980-01-01 (an anonymised response) it is no date, and the start counts."
        return {submitted: "answered_on"}, cells, [note]
    for name in ("datestamp", "startdate"):
        real = {day for day in forms.distinct(cells, own[name]) if not _NO_DAY.fullmatch(day)} if name in own else set()
        if len(real) > 1 or (real and cells.num_rows == 1):
            note = f"The survey is anonymised: its date submitted is always 1980-01-01, so {name} tells the day."
            return {own[name]: "answered_on"}, cells, [note]
    uses = {own["startdate"]: "meta"} if "startdate" in own else {}
    return (
        uses,
        cells,
        ["The survey is anonymised: its date submitted is always 1980-01-01, and no column tells the day."],
    )


# Questions


def _questions(
    fields: list[Field], columns: Sequence[_Column], cells: pa.Table
) -> tuple[list[Field], pa.Table, list[str]]:
    """The fields with those of the questions filled in; the cells; notes."""
    notes: list[str] = []
    written: list[tuple[Field, pa.ChunkedArray]] = []  # what was typed in for "Other", beside the choice of it
    together: dict[str, list[int]] = {}
    for place, column in enumerate(columns):
        if not column.own:
            together.setdefault(column.base, []).append(place)
    for base, places in together.items():
        text = forms.clean(base)
        of = text.rstrip(": ") or text  # "Gender: Other" of "Gender:"
        parted = [place for place in places if columns[place].parts]
        other = [place for place in parted if columns[place].is_other]
        comments = [place for place in parted if columns[place].is_comment]
        options = [place for place in parted if place not in other and place not in comments]
        several = _is_several(columns, options, other, cells)
        single = bool(parted) and not options  # a list with "Other", or a question with a comment
        for place in places:
            column = columns[place]
            option = forms.clean(": ".join(filter(None, column.parts)))
            full = f"{of}: {option}" if option else text
            if column.code.casefold().endswith("[filecount]") or column.last == "filecount":
                fields[place] = Field(full, "meta", column.code)
            elif place not in parted or not option:
                fields[place] = Field(text, key=column.code)
            elif place in comments or (place in other and single):
                fields[place] = Field(full, key=column.code)
            else:
                fields[place] = Field(full, key=column.code, of=of, option=option, several=several or None)
        if not several:
            words = _flags(options, cells)
            if len(options) > 1 and words & _NO and words <= _YES | _NO:
                notes.append(
                    f"“{text[:80]}”: its columns of Yes and No are taken for a question each, not for a choice of several."
                )
            continue
        for place in options:
            cells = _changed(cells, place, lambda word: "0" if word.casefold() in _NO else word)
        for place in other:
            typed = forms.distinct(cells, place)
            if {word.casefold() for word in typed} - _YES - _NO - _NOT_SHOWN:
                written.append(
                    (Field(f"{fields[place].text} (in words)", key=columns[place].code), cells.column(place))
                )
                cells = _changed(
                    cells, place, lambda word: "" if word.casefold() in _NOT_SHOWN else "1" if word else ""
                )
            else:
                cells = _changed(cells, place, lambda word: "0" if word.casefold() in _NO else word)
        if _flags(options, cells) - _YES - {""}:
            notes.append(f"“{text[:80]}”: its columns of Yes and No are taken for a choice of several.")
    for field, column_cells in written:
        fields.append(field)
        cells = cells.append_column(str(cells.num_columns), column_cells)
    return fields, cells, notes


def _is_several(columns: Sequence[_Column], options: Sequence[int], other: Sequence[int], cells: pa.Table) -> bool:
    """Whether the columns are the options of a multiple choice: only Y and nothing, or Yes and No where the export
    names them as options. A matrix of yes-or-no questions may look the same."""
    words = _flags(options, cells)
    if not words or words - _YES - _NO:
        return False
    if not words - _YES:
        return True
    as_options = all(re.search(r"[\[_]SQ\d+\]?$", columns[place].code) for place in options)
    return as_options or bool(other) or bool(_ALL_THAT_APPLY.search(columns[options[0]].base))


def _flags(places: Sequence[int], cells: pa.Table) -> set[str]:
    words = {word.casefold() for place in places for word in forms.distinct(cells, place)}
    return words - _NOT_SHOWN


def _changed(cells: pa.Table, place: int, change: Callable[[str], str]) -> pa.Table:
    """The cells with each distinct text of one column, trimmed, changed."""
    encoded = cells.column(place).combine_chunks().dictionary_encode()
    words = pa.array([change(word.strip()) for word in encoded.dictionary.to_pylist()], pa.string())
    return cells.set_column(place, cells.column_names[place], words.take(encoded.indices))
