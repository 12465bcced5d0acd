"""Microsoft Forms: its workbook of responses, a column a question, as XLSX or saved again as CSV.

Known by the columns before the questions: ID, Start time, Completion time, Email and Name, in the language of who
exported it. A quiz adds Total points and, beside each question, "Points - Question" and "Feedback - Question".
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from keel import forms
from keel.errors import InputError
from keel.forms import Field, Form
from keel.sheets import Sheet

NAME = "Microsoft Forms"

STARTED, COMPLETED, CHANGED, EMAIL, PERSON, NUMBER, LANGUAGE, QUIZ = range(8)
WORDS = {
    NUMBER: ("id",),
    STARTED: (
        "start time", "startzeit", "heure de début", "hora de inicio", "hora de início", "ora di inizio", "begintijd",
        "starttid", "starttidspunkt", "godzina rozpoczęcia", "čas zahájení", "čas začátku", "hora d'inici",
        "aloitusaika", "kezdés időpontja", "kezdési időpont", "ora de începere", "başlangıç zamanı",
        "время начала", "час початку", "ώρα έναρξης", "開始時刻", "开始时间", "開始時間", "시작 시간",
    ),
    COMPLETED: (
        "completion time", "fertigstellungszeit", "heure de fin", "hora de finalización", "hora de conclusão",
        "ora di completamento", "tijd van voltooien", "slutförandetid", "fullføringstidspunkt",
        "fuldførelsestidspunkt", "sluttidspunkt", "godzina ukończenia", "čas dokončení", "hora de finalització",
        "valmistumisaika", "befejezés időpontja", "befejezési időpont", "ora de finalizare", "tamamlama zamanı",
        "tamamlanma zamanı", "время завершения", "время выполнения", "час завершення", "ώρα ολοκλήρωσης", "完了時刻",
        "完成时间", "完成時間", "완료 시간",
    ),
    CHANGED: (
        "last modified time", "uhrzeit der letzten änderung", "zeitpunkt der letzten änderung",
        "letzte änderungszeit", "heure de la dernière modification", "hora de la última modificación",
        "hora da última modificação", "ora dell'ultima modifica", "tijd van laatste wijziging",
        "tid för senaste ändring", "senast ändrad", "tidspunkt for siste endring", "tidspunkt for seneste ændring",
        "czas ostatniej modyfikacji", "čas poslední změny", "最終変更時刻", "上次修改时间", "上次修改時間",
    ),
    EMAIL: (
        "email", "e-mail", "adresse de messagerie", "correo electrónico", "posta elettronica", "e-post",
        "e-postadresse", "mail", "adres e-mail", "correu electrònic", "sähköposti", "e-posta", "электронная почта",
        "електронна пошта", "ηλεκτρονικό ταχυδρομείο", "メール", "电子邮件", "電子郵件", "이메일", "전자 메일",
    ),
    PERSON: (
        "name", "nom", "nombre", "nome", "naam", "namn", "navn", "nazwa", "název", "jméno", "nimi", "név", "nume",
        "ad", "имя", "ім'я", "όνομα", "名前", "名称", "名稱", "이름",
    ),
    LANGUAGE: (
        "language", "sprache", "langue", "idioma", "lingua", "taal", "språk", "sprog", "język", "jazyk", "言語", "语言",
    ),
    QUIZ: (
        "total points", "gesamtpunktzahl", "gesamtpunkte", "total de points", "total de puntos", "puntos totales",
        "total de pontos", "punti totali", "totaal aantal punten", "totalt antal poäng", "quiz feedback",
        "quizfeedback", "commentaires du questionnaire", "comentarios del cuestionario", "comentários do teste",
        "feedback del test", "grade posted time",
    ),
}  # fmt: skip
ROLES = {word: role for role, words in WORDS.items() for word in words}
USES = {NUMBER: "response_id", STARTED: "started_on", COMPLETED: "answered_on", EMAIL: "respondent"}

# What stands before " - Question" in the columns a quiz has beside each question.
MARKS = frozenset({
    "points", "punkte", "puntos", "pontos", "punti", "punten", "poäng", "poeng", "point", "punkty", "body", "点数",
    "feedback", "kommentare", "commentaires", "comentarios", "comentários", "commenti", "opinie", "フィードバック", "反馈",
})  # fmt: skip
NOBODY = frozenset({
    "anonymous", "anonym", "anonyme", "anónimo", "anônimo", "anonimo", "anoniem", "anonymt", "anonimowy", "匿名",
})  # fmt: skip

_MARK = re.compile(r"(?P<mark>[^-–]+?) [-–] (?P<question>.+)")
_AGAIN = re.compile(r"(?P<text>.*\D)\d")  # a workbook's table wants no header twice: the second Name is Name2
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LINK = re.compile(r"(https?://\S+|\[\{\"name\".*\}\])")  # a file people uploaded: its address, or its description
_DIGIT = r"\p{Nd}"

JOIN = ";"


def recognises(sheet: Sheet) -> float:
    """How sure it is, 0 to 1, that this sheet holds the responses of Microsoft Forms."""
    at = forms.find(sheet, _is_header)
    if at is None:
        return 0.0
    headers = forms.rows(sheet)[at]
    roles = set(_roles(headers).values())
    person = len(roles & {EMAIL, PERSON})
    if not roles >= {STARTED, COMPLETED}:
        return 0.7 if person == 2 and NUMBER in roles and COMPLETED in roles else 0.2
    if person == 2 or (person == 1 and CHANGED in roles):
        return 0.97
    asked = any(re.search(r"[?？؟]", header) for header in headers)
    if person == 1 and NUMBER in roles:
        return 0.85 if asked or EMAIL in roles else 0.4
    return 0.7 if asked else 0.2


def read(sheet: Sheet) -> Form:
    """The responses of Microsoft Forms, a row each, with what every column is."""
    at = forms.find(sheet, _is_header)
    if at is None:
        raise InputError(
            f"{sheet.name}: no row of headers with Completion time was found; the responses of Microsoft Forms were "
            "expected. In the form, open View results and choose Open in Excel."
        )
    headers = [forms.clean(text) for text in forms.rows(sheet, at + 1)[at]]
    roles = _roles(headers)
    cells, numbers = forms.below(sheet, at + 1)
    cells, numbers, notes = _responses(cells, numbers, headers, roles)
    columns: list[pa.ChunkedArray] = []
    fields: list[Field] = []
    for place, header in enumerate(headers):
        column, words = cells.column(place), forms.first_words(cells.column(place))
        role = roles.get(place)
        if role == EMAIL:
            column, words = _without_nobody(column), [word for word in words if _plain(word) not in NOBODY]
        ranked = [] if role is not None else _ranked(words)
        if ranked:
            columns += [_rank(column, item) for item in ranked]
            fields += [Field(f"{header}: {item}", of=header, option=item) for item in ranked]
        else:
            columns.append(column)
            fields.append(_field(place, headers, roles, words))
    fields = _with_person(fields)
    names = [str(place) for place in range(len(columns))]
    return Form(NAME, tuple(fields), pa.table(columns, names=names), numbers, notes=notes)


# Headers


def _is_header(cells: Sequence[str]) -> bool:
    return COMPLETED in _roles(cells).values() and sum(map(bool, cells)) > 2


def _roles(headers: Sequence[str]) -> dict[int, int]:
    """Place -> what Microsoft puts there itself: the first of each name, language and points only if leading."""
    found: dict[int, int] = {}
    leading = True
    for place, header in enumerate(headers):
        role = ROLES.get(_plain(header))
        is_new = role == QUIZ or role not in found.values()
        if role is not None and is_new and (leading or role not in (LANGUAGE, QUIZ)):
            found[place] = role
        else:
            leading = False
    return found


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", forms.clean(text)).replace("’", "'").casefold()


# Rows


def _responses(
    cells: pa.Table, numbers: pa.Array, headers: Sequence[str], roles: dict[int, int]
) -> tuple[pa.Table, pa.Array, tuple[str, ...]]:
    """The rows that are responses: not the headers once more, not the table's row of totals."""
    empty = pa.array([True] * cells.num_rows, pa.bool_())
    keep = pa.array([False] * cells.num_rows, pa.bool_())
    for place, role in roles.items():
        if role in (NUMBER, STARTED, COMPLETED):
            said = pc.utf8_trim_whitespace(cells.column(place)).combine_chunks()
            empty = pc.and_(empty, pc.equal(said, ""))
            keep = pc.or_(keep, pc.match_substring_regex(said, _DIGIT))
    keep = pc.or_(keep, empty)
    if pc.all(keep).as_py() is not False:
        return cells, numbers, ()
    notes = []
    for number, row in zip(
        numbers.filter(pc.invert(keep)).to_pylist(), cells.filter(pc.invert(keep)).to_pylist(), strict=True
    ):
        words = [word.strip() for word in row.values()]
        if [_plain(word) for word in words] != [_plain(header) for header in headers]:
            word = next(filter(None, words), "")
            notes.append(f"Row {number}: “{word}” stands in it and no time; it is no response and is left out.")
    return cells.filter(keep), numbers.filter(keep), tuple(notes)


def _without_nobody(column: pa.ChunkedArray) -> pa.ChunkedArray:
    folded = pc.utf8_lower(pc.utf8_trim_whitespace(column))
    return pc.if_else(pc.is_in(folded, pa.array(sorted(NOBODY))), "", column)


# Columns


def _field(place: int, headers: Sequence[str], roles: dict[int, int], words: Sequence[str]) -> Field:
    header, role = headers[place], roles.get(place)
    if role is not None:
        use = USES.get(role, "meta")
        return Field(header, use if words or use != "respondent" else "meta")
    text = _said_again(header, {_plain(headers[own]) for own in roles}) or header or f"column {place + 1}"
    if forms.are(_ADDRESS, words):
        return Field(text, "respondent")
    if not (header or words) or _is_mark(header, headers, roles) or forms.are(_LINK, words):
        return Field(text, "meta")
    return Field(text, joined=_joined(words))


def _with_person(fields: Sequence[Field]) -> list[Field]:
    """The fields, of which the first that tells who answered does so; any other is left alone."""
    person = next((place for place, one in enumerate(fields) if one.use == "respondent"), None)
    return [
        replace(one, use="meta") if one.use == "respondent" and place != person else one
        for place, one in enumerate(fields)
    ]


def _said_again(header: str, own: set[str]) -> str:
    """The words of a question that has the name of one of Microsoft's own columns: Name, of Name2."""
    again = _AGAIN.fullmatch(header)
    return again["text"] if again and _plain(again["text"]) in own else ""


def _is_mark(header: str, headers: Sequence[str], roles: dict[int, int]) -> bool:
    """Whether a column is the points or the remark on the question beside it."""
    mark = _MARK.fullmatch(header)
    if not mark or _plain(mark["mark"]) not in MARKS:
        return False
    question = mark["question"]
    return QUIZ in roles.values() or question in headers or f"{question}2" in headers


def _joined(words: Sequence[str]) -> str:
    """What joins the choices of one cell: the semicolon where nearly every cell ends with one, as those do."""
    ended = sum(word.endswith(JOIN) for word in words)
    return JOIN if ended and ended >= 0.8 * len(words) else ""


def _ranked(words: Sequence[str]) -> list[str]:
    """The items of a ranking: every cell holds the same three or more, in several orders."""
    if len(words) < 2 or not all(word.endswith(JOIN) for word in words):
        return []
    items = sorted(words[0][:-1].split(JOIN))
    same = len(items) > 2 and len(set(items)) == len(items)
    return items if same and all(sorted(word[:-1].split(JOIN)) == items for word in words) else []


def _rank(column: pa.ChunkedArray, item: str) -> pa.ChunkedArray:
    """The rank of one item in each response, from 1."""
    encoded = column.combine_chunks().dictionary_encode()
    orders = [word.strip()[:-1].split(JOIN) for word in encoded.dictionary.to_pylist()]
    ranks = pa.array([str(order.index(item) + 1) if item in order else "" for order in orders], pa.string())
    return pa.chunked_array([ranks.take(encoded.indices)])
