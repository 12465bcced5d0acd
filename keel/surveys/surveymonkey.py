"""SurveyMonkey: two header rows, the questions and below them "Response", "Open-Ended Response" or the options.

Known by "Respondent ID" and "Collector ID", by the second row, which is empty below these, or where they were taken out by the
words of that row. Exports that were flattened to one header row are known by the ids. Its summaries hold no
responses and are refused.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce

import pyarrow as pa
import pyarrow.compute as pc

from keel import forms
from keel.errors import InputError
from keel.forms import Field, Form
from keel.sheets import Sheet

NAME = "SurveyMonkey"

_STATUS = "status"
_COLLECTOR = "collector"
_WEIGHT = "weight"

# Its own columns, header -> use, in the languages that it is offered in; letters and digits only.
_OWN: Mapping[str, str] = {
    **dict.fromkeys((
        "respondentid", "befragtenid", "teilnehmerid", "iddeencuestado", "iddelencuestado", "iddurépondant",
        "identifiantdurépondant", "iddorespondente", "iddorespondent", "idrispondente", "iddelrispondente",
    ), "response_id"),
    **dict.fromkeys((
        "collectorid", "kollektorid", "beantwortungssammlerid", "iddelrecopilador", "idderecopilador", "iddecolector",
        "idducollecteur", "identifiantducollecteur", "iddocoletor", "idcollettore", "iddelcollettore", "verzamelaarid",
    ), _COLLECTOR),
    **dict.fromkeys((
        "startdate", "datecreated", "startdatum", "anfangsdatum", "fechadeinicio", "datededébut", "datadeinício",
        "datainicial", "datadiinizio", "begindatum",
    ), "started_on"),
    **dict.fromkeys((
        "enddate", "datemodified", "enddatum", "fechadefinalización", "fechafinal", "fechadefin", "datedefin",
        "datadetérmino", "datafinal", "datadifine", "einddatum",
    ), "answered_on"),
    **dict.fromkeys((
        "emailaddress", "email", "emailadresse", "direccióndecorreoelectrónico", "direccióndeemail", "adresseemail",
        "adresseélectronique", "endereçodeemail", "indirizzoemail", "emailadres",
    ), "respondent"),
    **dict.fromkeys((
        "ipaddress", "ipadresse", "direcciónip", "adresseip", "endereçoip", "indirizzoip", "ipadres",
        "firstname", "vorname", "nombre", "prénom", "nome", "voornaam",
        "lastname", "nachname", "apellido", "apellidos", "nom", "nomdefamille", "sobrenome", "cognome", "achternaam",
        "surveyid", "collectorname", "collectortitle", "collectortype", "collectionmode", "recipientid", "totaltime",
        "timespent", "language", "editurl", "analyzeurl", "lastmodified", "lastupdated",
    ), "meta"),
    **dict.fromkeys(("responsestatus", "antwortstatus", "estadodelarespuesta", "statutdelaréponse"), _STATUS),
    **dict.fromkeys(("weight", "weights", "weighting", "weightingfactor", "gewicht", "gewichtung", "peso", "poids"), _WEIGHT),
}  # fmt: skip
_CUSTOM = re.compile(
    r"custom(data|value|variable)?\d*|benutzerdefiniertedaten\d*|datospersonalizados\d*|donnéespersonnalisées\d*"
)

# What stands below a question that has one column.
_ANSWER_WORDS = frozenset({
    "response", "open-ended response", "open ended response", "(no label)", "no label",
    "antwort", "offene antwort", "freitextantwort", "antwort mit offenem ende", "antwort auf offene frage", "beantwortung",
    "offene beantwortung", "(keine beschriftung)",
    "respuesta", "respuesta abierta", "respuesta de texto abierto", "respuesta de formato libre", "(sin etiqueta)",
    "réponse", "réponse ouverte", "réponse libre", "réponse à une question ouverte", "(aucune étiquette)",
    "resposta", "resposta aberta", "resposta de texto aberto", "(sem etiqueta)",
    "risposta", "risposta aperta", "risposta a testo libero", "antwoord", "open antwoord", "antwoord op open vraag",
    "svar", "öppet svar", "åbent svar", "åpent svar", "vastaus", "avoin vastaus",
})  # fmt: skip
_OTHER = re.compile(
    r"(?i)(others?|otr[oa]s?|autres?|sonstige[rs]?|andere[rs]?|outr[oa]s?|altr[oi]|anders|overig)\b"
    r".*(specif|especif|explain|describe|explique|angeben|nennen|précis|geef|namelijk|toelicht)"
)

# What its block for contacts asks, and a question may: it tells who answered, and nothing of what they think.
_CONTACT = frozenset({
    "name", "yourname", "fullname", "firstname", "lastname", "nameoptional", "address", "address2", "addressline2", "street",
    "zippostalcode", "zip", "postcode", "emailaddress", "email", "youremail", "youremailaddress", "phonenumber", "phone",
    "vorname", "nachname", "emailadresse", "telefonnummer", "telefon", "correoelectrónico", "teléfono", "adresseemail",
})  # fmt: skip

_PARTIAL = frozenset({
    "partial", "incomplete", "disqualified", "over quota", "overquota", "teilweise", "unvollständig", "disqualifiziert",
    "parcial", "incompleta", "incompleto", "descalificado", "partiel", "partielle", "incomplet", "incomplète", "disqualifié",
})  # fmt: skip
_COMPLETE = frozenset(
    {"completed", "complete", "abgeschlossen", "vollständig", "completada", "completado", "terminé", "complète"}
)
_TEST = frozenset({"preview", "test", "vorschau", "vista previa", "aperçu"})

_CHOICES = frozenset(
    {
        "answerchoices",
        "antwortoptionen",
        "antwortmöglichkeiten",
        "opcionesderespuesta",
        "choixderéponses",
        "opçõesderesposta",
    }
)
_TOLD = frozenset({"responses", "beantwortungen", "antworten", "respuestas", "réponses", "respostas"})
_ANSWERED = frozenset(
    {"answered", "answeredquestion", "beantwortet", "respondidas", "respondieron", "répondu", "réponduàlaquestion"}
)
_SKIPPED = frozenset({"skipped", "skippedquestion", "übersprungen", "omitidas", "ignoré", "ignorées"})
_PIVOT = re.compile(r"(?i)(count|sum|average|number|anzahl|summe|cuenta|nombre) (of|von|de) respondent ?_?id")
_SUMS = frozenset({"total", "grand total", "totals", "average", "mean", "gesamt", "summe", "gesamtergebnis"})

_ID = re.compile(r"\d{8,13}(\.0)?|\d(\.\d+)?[eE]\+\d\d")
_SHORTENED = re.compile(r"\d([.,]\d+)?[eE]\+\d\d")  # as a spreadsheet program shows a long number
_UNNAMED = re.compile(
    r"Unnamed: \d+(_level_\d+)?|Column\d+|…\d+|\.\.\.\d+"
)  # what programs write in the place of a blank
_SPLITS = (" - ", " – ", " | ", ": ")  # between question and option where both stand in one header
_END = re.compile(r".*\S - (\d{1,2})")  # "Extremely likely - 10", as its 0 to 10 names the ends
_MARKS = frozenset({"", "0", "1", "true", "false", "selected", "not selected", "checked", "unchecked", "x"})


def recognises(sheet: Sheet) -> float:
    """How sure it is, from 0 to 1, that the sheet is an export of SurveyMonkey; its summaries too."""
    rows = _rows(sheet)
    found = _head(rows)
    summary = _summary(rows) if found is None or found.sure < 0.75 else 0.0
    return max(summary, found.sure if found else 0.0)


def read(sheet: Sheet) -> Form:
    """The responses of a sheet that SurveyMonkey exported; InputError when it is a summary, or has no header of its."""
    rows = _rows(sheet)
    found = _head(rows)
    if found is None or (found.sure < 0.75 and _summary(rows)):
        is_summary = (
            "it is a summary of the answers" if _summary(rows) else "no row of questions with Respondent ID was found"
        )
        raise InputError(
            f"{sheet.name}: {is_summary}; one row for each response was expected. In SurveyMonkey choose Export all and then "
            "All responses data."
        )
    first = rows[found.place]
    second = rows[found.place + 1] if found.is_double else [""] * len(first)
    cells, numbers = _responses(*forms.below(sheet, found.place + 1 + found.is_double), first, second)
    uses = _uses(cells, first, second)
    notes: list[str] = []
    identity = next((place for place, use in uses.items() if use == "response_id"), None)
    if identity is not None and any(_SHORTENED.fullmatch(word) for word in forms.distinct(cells, identity)):
        uses[identity] = "meta"
        notes.append(
            f"{first[identity]} was shortened by a spreadsheet program (2.1E+11): it cannot tell responses apart and is not used."
        )
    for place in [place for place, use in uses.items() if use == _WEIGHT]:
        uses[place] = "meta"
        notes.append(f"{first[place]} holds weights, which are not used: every response counts once.")
    statuses = _statuses(cells, uses)
    asked = _double(cells, first, second, uses) if found.is_double else _single(cells, first, uses)
    cells, fields = _fields(cells, first, uses, asked)
    return Form("surveymonkey", fields, cells, numbers, statuses, notes=tuple(notes))


# Where the header is


@dataclass(frozen=True)
class _Head:
    """Where the questions stand, whether a second row goes with them, and how sure that is."""

    place: int
    is_double: bool
    sure: float


def _rows(sheet: Sheet) -> list[list[str]]:
    """The first rows, without what programs write in the place of a blank header."""
    return [["" if _UNNAMED.fullmatch(cell) else cell for cell in row] for row in forms.rows(sheet)]


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _is_answer(cell: str) -> bool:
    return cell.casefold() in _ANSWER_WORDS


def _head(rows: Sequence[Sequence[str]]) -> _Head | None:
    """The surest of the rows that may hold the questions; None where none may."""
    heads = [_Head(place, *_certainty(rows, place)) for place in range(min(len(rows), 8))]
    best = max(heads, key=lambda head: head.sure, default=None)
    return best if best and best.sure else None


def _certainty(rows: Sequence[Sequence[str]], place: int) -> tuple[bool, float]:
    """Whether the row after this one goes with it as a header, and how sure it is that this one holds the questions."""
    first, below = rows[place], rows[place + 1 :]
    own = {use: at for at, use in reversed(list(enumerate(_OWN.get(_plain(cell), "") for cell in first))) if use}
    moments = "started_on" in own or "answered_on" in own
    is_double = bool(below) and _is_second(first, below[0], below[1:], own)
    words = sum(map(_is_answer, below[0])) if is_double else 0
    if "response_id" in own:
        ids = [row[own["response_id"]] for row in below[is_double:]]
        long = bool(ids) and all(_ID.fullmatch(word) for word in ids if word) and any(ids)
        if _COLLECTOR in own or (is_double and words):
            return is_double, 0.97
        if is_double:
            return True, 0.9
        if long:
            return False, 0.85 if moments else 0.75
        return False, 0.6 if moments else 0.2
    if _COLLECTOR in own and moments:
        return is_double, 0.92
    if not is_double:
        return False, 0.0
    if words:
        return True, 0.92 if moments or _COLLECTOR in own else 0.8
    options = _options(first, below[0], below[1:])
    gaps = sum(bool(cell) and not above for above, cell in zip(first, below[0], strict=True))
    if moments and gaps:
        return True, 0.8 if options else 0.6
    # nothing but questions and their options: only at the very top, where every column has a word of either
    return True, 0.6 if options > 1 and place == 0 and first[0] and all(below[0]) else 0.0


def _is_second(
    first: Sequence[str], second: Sequence[str], below: Sequence[Sequence[str]], own: Mapping[str, int]
) -> bool:
    """Whether a row goes with the questions above it: it is empty below the columns that every response fills."""
    if not any(second):
        return False
    always = [own[use] for use in ("response_id", _COLLECTOR, "started_on", "answered_on") if use in own]
    always = [place for place in always if any(row[place] for row in below)]
    if always:
        return all(not second[place] or _is_answer(second[place]) for place in always)
    words = sum(map(_is_answer, second))
    gaps = any(cell and not above for above, cell in zip(first, second, strict=True))
    asked = any(len(cell) >= 12 and len(cell.split()) >= 3 for cell in first)
    return words >= 2 or (words == 1 and (gaps or asked or bool(own))) or _options(first, second, below) > 1


def _options(first: Sequence[str], second: Sequence[str], below: Sequence[Sequence[str]]) -> int:
    """How many columns without a question of their own hold nothing but the words of the second row."""
    held = [{row[place].casefold() for row in below} - {""} for place in range(len(second))]
    return sum(
        bool(cell) and not above and found == {cell.casefold()}
        for above, cell, found in zip(first, second, held, strict=True)
    )


def _summary(rows: Sequence[Sequence[str]]) -> float:
    """How sure it is, from 0 to 1, that the rows count answers."""
    if any(_PIVOT.search(cell) for row in rows for cell in row):
        return 0.9
    heads = [{_plain(cell) for cell in row} for row in rows]
    seen = set().union(*heads)
    if any(head & _CHOICES and head & _TOLD for head in heads) or (seen & _CHOICES and seen & (_ANSWERED | _SKIPPED)):
        return 0.95
    return 0.9 if all(any(_counts(row, words) for row in rows) for words in (_ANSWERED, _SKIPPED)) else 0.0


def _counts(row: Sequence[str], words: frozenset[str]) -> bool:
    """Whether a row says only how many: "Answered", 40."""
    filled = [cell for cell in row if cell]
    numbers = [cell for cell in filled if cell.replace(",", "").isdigit()]
    return len(filled) == len(numbers) + 1 == 2 and any(_plain(cell) in words for cell in filled)


def _responses(
    cells: pa.Table, numbers: pa.Array, first: Sequence[str], second: Sequence[str]
) -> tuple[pa.Table, pa.Array]:
    """The rows that are responses: neither a header that comes again, where exports were joined, nor a sum below them."""
    drop = pa.repeat(pa.scalar(False), cells.num_rows)
    identity = next((place for place, cell in enumerate(first) if _OWN.get(_plain(cell)) == "response_id"), None)
    blank = drop
    if identity is not None:
        ids = pc.utf8_trim_whitespace(cells.column(identity)).combine_chunks()
        blank = pc.equal(ids, "")
        drop = pc.equal(ids, first[identity])
        for row in pc.indices_nonzero(blank).to_pylist()[-2:]:  # sums stand at the end
            if any(column[row].as_py().strip().casefold() in _SUMS for column in cells.columns):
                drop = pc.or_(drop, pc.equal(pa.array(range(cells.num_rows)), row))
    below = [place for place, cell in enumerate(second) if cell]
    if below:
        # the one who chose every option has these words in the cells too, so the word for an answer must be among them
        again = pa.repeat(pa.scalar(True), cells.num_rows) if any(map(_is_answer, second)) else blank
        for place in sorted(below, key=lambda place: not _is_answer(second[place])):
            again = pc.and_(
                again, pc.equal(pc.utf8_trim_whitespace(cells.column(place)).combine_chunks(), second[place])
            )
            if not pc.any(again).as_py():
                break
        drop = pc.or_(drop, again)
    keep = pc.invert(drop)
    return (cells, numbers) if pc.all(keep).as_py() else (cells.filter(keep), numbers.filter(keep))


# What a column is used for


def _uses(cells: pa.Table, first: Sequence[str], second: Sequence[str]) -> dict[int, str]:
    """Place -> use of the columns that are no questions."""
    uses: dict[int, str] = {}
    start = next((place for place, below in enumerate(second) if below), 0)
    for place, (header, below) in enumerate(zip(first, second, strict=True)):
        name = _plain(header)
        use = "detail" if _CUSTOM.fullmatch(name) else _OWN.get(name, "")
        if below or not header:
            continue  # a question may be called Email Address; its column has words in the second row
        if not use and name == "status" and _are(cells, place, _COMPLETE | _PARTIAL | _TEST):
            use = _STATUS
        if not use and place < start and not _is_put(header):
            use = "detail"  # a variable of the link or the list of contacts
        if use and use not in ("meta", "detail") and use in uses.values():
            use = "meta"
        if use in ("response_id", "respondent", "started_on", "answered_on", "detail") and not _any(cells, place):
            use = "meta"
        if use:
            uses[place] = "meta" if use == _COLLECTOR else use
    return uses


def _is_put(header: str) -> bool:
    """Whether a header reads as a question or a statement put to someone."""
    return header.endswith("?") or (len(header) >= 12 and len(header.split()) >= 3)


def _any(cells: pa.Table, place: int) -> bool:
    return bool(pc.any(pc.not_equal(pc.utf8_trim_whitespace(pc.unique(cells.column(place))), "")).as_py())


def _are(cells: pa.Table, place: int, words: frozenset[str]) -> bool:
    found = {word.casefold() for word in forms.distinct(cells, place)}
    return bool(found) and found <= words


def _statuses(cells: pa.Table, uses: dict[int, str]) -> tuple[str, ...]:
    """The status of each response, where a column tells it; that column is of no further use."""
    place = next((place for place, use in uses.items() if use == _STATUS), None)
    if place is None:
        return ()
    uses[place] = "meta"
    return tuple(
        "partial" if word in _PARTIAL else "test" if word in _TEST else ""
        for word in map(str.casefold, forms.column(cells, place))
    )


# Questions and their options: for each column of a question its words, and the option or "" where it stands alone


_Asked = dict[int, tuple[int, str, str]]  # place -> (number of the question, its words, the option)


def _double(cells: pa.Table, first: Sequence[str], second: Sequence[str], uses: Mapping[int, str]) -> _Asked:
    """Questions of the first row, each reaching to the next or to a column that is none; options of the second."""
    asked: _Asked = {}
    current, number, seen = "", 0, set[str]()
    once = [
        below.casefold() for place, below in enumerate(second) if first[place] and first[place + 1 : place + 2] != [""]
    ]
    for place, (header, below) in enumerate(zip(first, second, strict=True)):
        if place in uses:
            current, seen = "", set()
            continue
        text, option = forms.clean(header), forms.clean(below)
        # in a language that is not listed the word for an answer is the one that stands below many questions
        answer = _is_answer(below) or (bool(header) and once.count(below.casefold()) > 2)
        again = option.casefold() in seen or (answer and bool(seen))
        if (text and (text != current or again)) or place - 1 not in asked:
            current, number, seen = text, number + 1, set()
        if not header and not below and current:
            option = _unnamed(cells, place, len(seen) + 1)
        seen.add(option.casefold())
        asked[place] = (number, current or option, "" if answer or not current else option)
    return asked


def _single(cells: pa.Table, header: Sequence[str], uses: Mapping[int, str]) -> _Asked:
    """Questions of one header row: "Question - Option", or only the question with its further columns blank."""
    texts = {place: forms.clean(text) for place, text in enumerate(header) if place not in uses}
    asked: _Asked = {}
    number = 0
    for place, text in texts.items():
        if place in asked:
            continue
        number += 1
        blank = _reach(texts, place, lambda other: not other)
        if text and len(blank) > 1:
            for turn, each in enumerate(blank, 1):
                asked[each] = (number, text, _unnamed(cells, each, turn))
            continue
        question, run = _shared(texts, place)
        if len(run) > 1:
            for each in run:
                option = texts[each][len(question) :].strip(" -–|:")
                asked[each] = (number, question.strip(" -–|:"), "" if _is_answer(option) else option)
            continue
        asked[place] = (number, _without_answer(text), "")
    return asked


def _unnamed(cells: pa.Table, place: int, turn: int) -> str:
    """Words for an option whose header is gone: the only one in its cells, else which one it is."""
    words = _few(cells, place)
    return forms.clean(words.pop()) if len(words) == 1 else str(turn)


def _reach(texts: Mapping[int, str], place: int, goes_on: Callable[[str], bool]) -> list[int]:
    """The place and those right after it for which the test holds."""
    run = [place]
    while run[-1] + 1 in texts and goes_on(texts[run[-1] + 1]):
        run.append(run[-1] + 1)
    return run


def _shared(texts: Mapping[int, str], place: int) -> tuple[str, list[int]]:
    """The words, up to a dash, that a header shares with those after it, and the places of these."""
    text = texts[place]
    ends = sorted(at + len(split) for split in _SPLITS for at in _all(text, split))
    for end in ends:
        run = _reach(texts, place, partial(_starts, text[:end]))
        if len(run) > 1:
            longest = [e for e in ends if all(texts[each].startswith(text[:e]) for each in run)]
            return text[: longest[-1]], run
    return text, [place]


def _starts(start: str, text: str) -> bool:
    return text.startswith(start)


def _all(text: str, part: str) -> list[int]:
    return [found.start() for found in re.finditer(re.escape(part), text)]


def _without_answer(text: str) -> str:
    """A header without the word for an answer at its end: "Why? - Open-Ended Response"."""
    for split in _SPLITS:
        question, _, end = text.rpartition(split)
        if question and _is_answer(end):
            return question
    return text


# Fields


def _fields(
    cells: pa.Table, first: Sequence[str], uses: Mapping[int, str], asked: _Asked
) -> tuple[pa.Table, tuple[Field, ...]]:
    """A field for each column; and the cells, in which an option stands in one spelling and codes became words."""
    fields = [
        Field(forms.clean(text) or f"column {place + 1}", uses.get(place, "meta")) for place, text in enumerate(first)
    ]
    questions: dict[int, list[int]] = {}
    for place, (number, _, _) in asked.items():
        questions.setdefault(number, []).append(place)
    taken: set[str] = set()
    for places in questions.values():
        text = asked[places[0]][1]
        options = [place for place in places if asked[place][2]]
        contacts = sum(_plain(asked[place][2]) in _CONTACT for place in options) > 1
        cells = _spelt(cells, {place: asked[place][2] for place in options})
        ticked = {place for place in options if _is_ticked(cells, place, asked[place][2])}
        chosen = any(_any(cells, place) for place in ticked)
        of = forms.own(text.rstrip(" :"), taken) if len(options) > 1 else text.rstrip(" :")
        for place in places:
            option = asked[place][2]
            if not option:
                own = asked[place][1] or f"column {place + 1}"
                fields[place] = Field(own, "meta" if _plain(own) in _CONTACT else "question")
            elif contacts and _plain(option) in _CONTACT:
                fields[place] = Field(f"{of}: {option}", "meta")
            elif (_OTHER.match(option) and not (place in ticked and _any(cells, place))) or (
                chosen and place not in ticked
            ):
                fields[place] = Field(f"{of}: {option}", is_open=True)  # words of their own, beside the options
            else:
                fields[place] = _of_row(cells, place, Field(f"{of}: {option}", of=of, option=option))
    for place, one in enumerate(fields):
        if one.use == "question":
            cells = _bare_ends(cells, place)
            if not first[place] and asked[place][2] in ("", "1") and not _any(cells, place):
                fields[place] = replace(one, use="meta")
    return cells, tuple(fields)


def _of_row(cells: pa.Table, place: int, one: Field) -> Field:
    """The field; of a grid laid out as "Row - Column", with the column's words in the cells, as an option of its row."""
    words = _few(cells, place)
    if len(words) != 1:
        return one
    end = f" - {next(iter(words))}"
    if not one.option.casefold().endswith(end.casefold()):
        return one
    of, option = f"{one.of}: {one.option[: -len(end)]}", one.option[-len(end) + 3 :]
    return Field(f"{of}: {option}", of=of, option=option)


def _few(cells: pa.Table, place: int) -> set[str]:
    """The distinct words of a column, where they are few enough to be those of one option."""
    return forms.distinct(cells, place) if len(pc.unique(cells.column(place))) <= 5 else set()


def _is_ticked(cells: pa.Table, place: int, option: str) -> bool:
    """Whether a column holds only its option's words, or marks that it was chosen or not; empty it does."""
    if len(pc.unique(cells.column(place))) > 5:
        return False
    return {word.casefold() for word in forms.distinct(cells, place)} <= {option.casefold(), *_MARKS}


def _spelt(cells: pa.Table, options: Mapping[int, str]) -> pa.Table:
    """The cells with options as their header has them: without markup, and in the place of their number."""
    held = {place: _few(cells, place) for place in options}
    if len(options) > 1 and _are_numbered(cells, list(options), held):
        words = {place: {next(iter(held[place])): option} for place, option in options.items() if held[place]}
    else:
        words = {
            place: {
                word: option
                for word in held[place]
                if word != option and forms.clean(word).casefold() == option.casefold()
            }
            for place, option in options.items()
        }
    for place, spelling in words.items():
        if spelling:
            cells = _with(cells, place, spelling)
    return cells


def _are_numbered(cells: pa.Table, places: Sequence[int], held: Mapping[int, set[str]]) -> bool:
    """Whether each column holds the number of its option alone, as numeric exports do; ranks and ratings fill all of a row."""
    filled = [place for place in places if _any(cells, place)]
    if len(filled) < 2 or any(held[place] != {str(turn)} for turn, place in enumerate(places, 1) if place in filled):
        return False
    chosen = reduce(
        pc.add, (pc.not_equal(pc.utf8_trim_whitespace(cells.column(place)), "").cast(pa.int16()) for place in filled)
    )
    alone = pc.max(chosen).as_py() == 1
    return alone or (
        len(filled) > 2 and bool(pc.any(pc.and_(pc.greater(chosen, 0), pc.less(chosen, len(filled)))).as_py())
    )


def _bare_ends(cells: pa.Table, place: int) -> pa.Table:
    """The cells, with the number alone where the ends of a scale are named: "Extremely likely - 10" among 1, 2, 3."""
    found = pc.unique(cells.column(place))
    if len(found) > 30:  # eleven, with and without stray space
        return cells
    words = found.to_pylist()
    ends: dict[str, str] = {}
    for word in (word.strip() for word in words if word):
        if not word or word.isdigit():
            continue
        end = _END.fullmatch(word)
        if end is None:
            return cells
        ends[word] = end[1]
    bare = {word.strip() for word in words} - set(ends) - {""}
    if (
        not ends
        or not (bare or set(ends.values()) <= {"0", "10"})
        or any(int(word) > 10 for word in {*bare, *ends.values()})
    ):
        return cells
    return _with(cells, place, ends)


def _with(cells: pa.Table, place: int, spelling: Mapping[str, str]) -> pa.Table:
    """The cells of one column with some words in the place of others."""
    encoded = cells.column(place).combine_chunks().dictionary_encode()
    words = [spelling.get(word.strip(), word) for word in encoded.dictionary.to_pylist()]
    return cells.set_column(place, cells.schema.field(place).name, pa.array(words, pa.string()).take(encoded.indices))
