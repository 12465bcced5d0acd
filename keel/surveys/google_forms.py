"""Google Forms: its spreadsheet of responses, a column a question, saved as CSV, TSV, XLSX or ODS.

Known by its first header, "Timestamp" in the language of the form, above moments to the second, with questions
(words one says to a person) to its right; the sheet is called "Form Responses 1" in that language.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, takewhile

import pyarrow as pa
import pyarrow.compute as pc

from keel import forms
from keel.errors import InputError
from keel.forms import Field, Form
from keel.sheets import Sheet

NAME = "Google Forms"

TIMESTAMPS = frozenset({
    "timestamp", "marca temporal", "marca de tiempo", "marca de temps", "horodateur", "horodatage", "zeitstempel",
    "informazioni cronologiche", "carimbo de data/hora", "carimbo de hora", "data/hora", "tijdstempel", "tidstämpel",
    "tidsstempel", "aikaleima", "tímastimpill", "sygnatura czasowa", "časová značka", "časová pečiatka",
    "časovni žig", "vremenska oznaka", "временска ознака", "időbélyeg", "marcaj de timp", "marcă temporală",
    "отметка времени", "позначка часу", "времево клеймо", "клеймо за време", "уақыт белгісі", "χρονική σήμανση",
    "laiko žyma", "laika zīmogs", "ajatempel", "zaman damgası", "طابع زمني", "الطابع الزمني", "חותמת זמן",
    "cap waktu", "stempel waktu", "cap masa", "dấu thời gian", "ประทับเวลา", "टाइमस्टैम्प", "タイムスタンプ",
    "타임스탬프", "时间戳记", "时间戳", "時間戳記",
})  # fmt: skip
ADDRESSES = frozenset({
    "email address", "e-mail address", "email", "e-mail", "username", "dirección de correo electrónico",
    "correo electrónico", "nombre de usuario", "adreça electrònica", "adresse e-mail", "adresse courriel",
    "nom d'utilisateur", "e-mail-adresse", "nutzername", "indirizzo email", "nome utente", "endereço de e-mail",
    "endereço de email", "nome de usuário", "nome de utilizador", "e-mailadres", "gebruikersnaam", "e-postadress",
    "e-postadresse", "mailadresse", "mail", "brugernavn", "brukernavn", "användarnamn", "sähköpostiosoite",
    "adres e-mail", "nazwa użytkownika", "e-mailová adresa", "uživatelské jméno", "e-mail-cím", "adresă de e-mail",
    "адрес электронной почты", "имя пользователя", "електронна адреса", "διεύθυνση ηλεκτρονικού ταχυδρομείου",
    "e-posta adresi", "kullanıcı adı", "عنوان البريد الإلكتروني", "alamat email", "nama pengguna", "địa chỉ email",
    "メールアドレス", "이메일 주소", "电子邮件地址", "電子郵件地址",
})  # fmt: skip
SCORES = frozenset({
    "score", "puntuación", "punteggio", "pontuação", "punktzahl", "punkte", "puntuació", "note", "poäng", "poeng",
    "point", "pistemäärä", "wynik", "skóre", "pontszám", "punctaj", "баллы", "оценка", "оцінка", "puan", "skor",
    "điểm", "điểm số", "スコア", "점수", "得分", "分數",
})  # fmt: skip
REMARKS = frozenset({
    "feedback", "comentarios", "comentários", "commentaires", "commenti", "kommentare", "opmerkingen", "opinie",
    "zpětná vazba", "visszajelzés", "отзыв", "відгук", "geri bildirim", "フィードバック", "의견", "反馈", "意見回饋",
})  # fmt: skip

_SHEET = re.compile(
    r"form responses|respuestas (de|del) formulario|respostes al formulari|réponses au formulaire|formularantworten"
    r"|risposte del modulo|respostas (ao|do) formulário|formulierreacties|formulärsvar|formularsvar|skjemasvar"
    r"|lomakevastaukset|liczba odpowiedzi|odpovědi formuláře|űrlapválaszok|răspunsuri la formular|ответы на форму"
    r"|відповіді форми|form yanıtları|フォームの回答|설문지 응답|表单回复|表單回應",
    re.IGNORECASE,
)
_OUT_OF = re.compile(r"\d+([.,]\d+)?\s*/\s*\d+([.,]\d+)?")  # 28.00 / 30, as the score of a quiz is shown
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LINK = re.compile(r"https?://\S+")
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}([:.]\d{2})?")
_FULL_HOUR = re.compile(r"\d{1,2}[:.]00([:.]00)?")
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_DATE = re.compile(r"\d{1,4}[-/.]\s?\d{1,2}[-/.]\s?\d{1,4}\b.*")

WORKBOOKS = frozenset({"xlsx", "xls", "ods"})
JOIN = ", "


def recognises(sheet: Sheet) -> float:
    """How sure it is, 0 to 1, that this sheet holds the responses of a Google form."""
    at = _header(sheet)
    if at is None:
        return 0.0
    headers, *below = forms.rows(sheet)[at:]
    moment = _moment(headers)
    columns = list(zip(*below, strict=True)) or [()] * len(headers)
    to_the_second = not any(columns[moment]) or any(_tells_the_time(cell) for cell in columns[moment])
    if _SHEET.search(sheet.name):
        return 0.95 if _plain(headers[moment]) in TIMESTAMPS else 0.8 * to_the_second
    own = _built_in(headers, moment)
    asked = [place for place, header in enumerate(headers) if header and place not in own]
    if not asked:
        return 0.2
    grids = {place for place, (of, _) in enumerate(_grids(headers)) if of}
    questions = {place for place in asked if re.search(r"[?？؟]", headers[place])}
    stated = {place for place in asked if _is_said(headers[place], columns[place])}
    share = len(questions | stated | (grids & set(asked))) / len(asked)
    if questions and share >= 1 / 3:
        sure = 0.9 if to_the_second else 0.6
    elif (share >= 1 / 2 or any(forms.are(_OUT_OF, columns[place]) for place in own)) and to_the_second:
        sure = 0.7
    else:
        return 0.2
    first = next(place for place, header in enumerate(headers) if header)
    return sure if moment == first else min(sure, 0.55)


def read(sheet: Sheet) -> Form:
    """The responses of a Google form, a row each, with what every column is."""
    at = _header(sheet)
    if at is None:
        raise InputError(
            f"{sheet.name}: no row of headers with Timestamp was found; the responses of a Google form were expected. "
            "In the form, open Responses and choose Download responses (.csv)."
        )
    headers = [forms.clean(text) for text in forms.rows(sheet, at + 1)[at]]
    moment = _moment(headers)
    cells, numbers = forms.below(sheet, at + 1)
    cells = cells.set_column(moment, cells.column_names[moment], _moments(cells.column(moment)))
    cells, numbers, notes = _responses(cells, numbers, moment, headers[moment])
    words = [forms.first_words(cells.column(place)) for place in range(cells.num_columns)]
    totals = _totals(headers, moment, words, sheet.encoding)
    notes += tuple(
        f"“{headers[place]}” is taken for the points of a quiz and left out."
        for place in totals
        if not forms.are(_OUT_OF, words[place])
    )
    return Form(NAME, _fields(headers, moment, words, totals), cells, numbers, notes=notes)


# Headers


def _header(sheet: Sheet) -> int | None:
    """The place of the row of headers; a sheet that bears Google's name needs no word for Timestamp that is listed."""
    at = forms.find(sheet, _is_header)
    if at is None and _SHEET.search(sheet.name):
        return forms.find(sheet, lambda cells: sum(map(bool, cells)) > 1)
    return at


def _is_header(cells: Sequence[str]) -> bool:
    return sum(map(bool, cells)) > 1 and any(_plain(cell) in TIMESTAMPS for cell in cells)


def _moment(headers: Sequence[str]) -> int:
    return next((place for place, header in enumerate(headers) if _plain(header) in TIMESTAMPS), 0)


def _built_in(headers: Sequence[str], moment: int) -> list[int]:
    """The places of the columns Google itself puts before the questions: when, who, and a quiz's score."""
    after = range(moment + 1, len(headers))
    return [moment, *takewhile(lambda place: _plain(headers[place]) in ADDRESSES | SCORES, after)]


def _grids(headers: Sequence[str]) -> list[tuple[str, str]]:
    """(question, row) of each header that is a row of a grid, "Question [Row]"; ("", "") of the others."""
    parts = [_bracket(header) for header in headers]
    rows = Counter(of for of, _ in parts if of)
    plain = set(headers)
    return [(of, row) if rows[of] > 1 and of not in plain else ("", "") for of, row in parts]


def _bracket(header: str) -> tuple[str, str]:
    """What stands before a last bracket, and in it; a row may hold brackets of its own."""
    if header.endswith("]"):
        depth = 0
        for place in range(len(header) - 1, 0, -1):
            depth += {"]": 1, "[": -1}.get(header[place], 0)
            if not depth:
                return header[:place].strip(), header[place + 1 : -1].strip()
    return "", ""


def _is_said(header: str, cells: Iterable[str]) -> bool:
    """Whether a header without a question mark is a statement put to a person: long, over answers and not measures."""
    long = len(header.split()) >= 4 or (len(header) >= 8 and bool(_IDEOGRAPHS.search(header)))
    return long and not any(_is_measure(cell) for cell in cells)


def _is_measure(cell: str) -> bool:
    """Whether a cell is a date, or a number nobody would be given to choose."""
    bare = re.sub(r"[\s€$£¥%]|\b[A-Z]{3}\b", "", cell)
    if re.fullmatch(r"-?\d[\d.,]*", bare):
        return not (bare.isdigit() and int(bare) <= 10)
    return bool(_DATE.fullmatch(cell))


def _tells_the_time(cell: str) -> bool:
    """Whether a moment is one at which a person pressed a button: not a day, not a full hour."""
    _, _, time = cell.partition(" ")
    found = _CLOCK.search(time)
    return found is not None and not _FULL_HOUR.fullmatch(found[0])


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip()).replace("’", "'").casefold()


# Rows


def _moments(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The moments without what only Google's download and some locales add: a zone, "a. m.", dots within the time."""
    for found, written in (
        (r"[\s\x{00a0}\x{202f}]+", " "),
        (r"^(\d{4})[./] ?(\d{1,2})[./] ?(\d{1,2})\.? (오전|上午|午前) ?([\d:]+)", r"\1/\2/\3 \5 AM"),
        (r"^(\d{4})[./] ?(\d{1,2})[./] ?(\d{1,2})\.? (오후|下午|午後) ?([\d:]+)", r"\1/\2/\3 \5 PM"),
        (r"^(\d{4})\. (\d{1,2})\. (\d{1,2})\.? ", r"\1/\2/\3 "),
        (r" (\d{1,2})\.(\d{2})\.(\d{2})\b", r" \1:\2:\3"),
        (r"(:\d{2}(?: ?[AaPp]\.? ?[Mm]\.?)?) (?:GMT|UTC|[A-Z]{3,5})(?:[+\x{2212}-]\d{1,2}(?::?\d{2})?)?$", r"\1"),
        (r" ([AaPp])\.? ?[Mm]\.?$", r" \1M"),
    ):
        column = pc.replace_substring_regex(column, pattern=found, replacement=written)
    return column


def _responses(
    cells: pa.Table, numbers: pa.Array, moment: int, header: str
) -> tuple[pa.Table, pa.Array, tuple[str, ...]]:
    """The rows that are responses: not the headers once more, not an average or a total a person put below them."""
    said = pc.utf8_trim_whitespace(cells.column(moment)).combine_chunks()
    keep = pc.or_(pc.equal(said, ""), pc.match_substring_regex(said, r"\p{Nd}"))
    if pc.all(keep).as_py() is not False:
        return cells, numbers, ()
    notes = tuple(
        f"Row {number}: “{word}” stands where the moment of the answer should; it is no response and is left out."
        for number, word in zip(
            numbers.filter(pc.invert(keep)).to_pylist(), said.filter(pc.invert(keep)).to_pylist(), strict=True
        )
        if _plain(word) != _plain(header)
    )
    return cells.filter(keep), numbers.filter(keep), notes


# Columns


def _fields(
    headers: Sequence[str], moment: int, words: Sequence[Sequence[str]], totals: Sequence[int]
) -> tuple[Field, ...]:
    own = _built_in(headers, moment)
    grids = _grids(headers)
    left_alone = {*_quiz_columns(headers, words), *totals}
    left_alone |= {place for place, header in enumerate(headers) if not header and not words[place]}
    left_alone |= {place for place in range(len(headers)) if forms.are(_LINK, words[place])}  # files people uploaded
    people = [
        place
        for place, header in enumerate(headers)
        if forms.are(_ADDRESS, words[place]) or (place in own and _plain(header) in ADDRESSES)
    ]
    person = next((place for place in people if words[place]), None)
    fields = []
    for place, (header, (of, row)) in enumerate(zip(headers, grids, strict=True)):
        text = header or f"column {place + 1}"
        if place == moment:
            fields.append(Field(text, "answered_on"))
        elif place in people:
            fields.append(Field(text, "respondent" if place == person else "meta"))
        elif place in left_alone:
            fields.append(Field(text, "meta"))
        elif of:
            fields.append(Field(f"{of}: {row}", of=of, option=row, joined=_joined(words[place])))
        else:
            fields.append(Field(text, joined=_joined(words[place])))
    return tuple(fields)


def _totals(headers: Sequence[str], moment: int, words: Sequence[Sequence[str]], encoding: str) -> list[int]:
    """The places of what a quiz came to: 28 / 30 as text, the bare 28 in a workbook."""
    return [
        place
        for place in _built_in(headers, moment)
        if _plain(headers[place]) in SCORES and (encoding in WORKBOOKS or forms.are(_OUT_OF, words[place]))
    ]


def _quiz_columns(headers: Sequence[str], words: Sequence[Sequence[str]]) -> set[int]:
    """The places of "Question [Score]" and "Question [Feedback]", which stand beside the question itself."""
    plain = {header for header in headers if not header.endswith("]")}
    return {
        place
        for place, (of, row) in enumerate(map(_bracket, headers))
        if of in plain
        and of
        and (_plain(row) in SCORES | REMARKS or not words[place] or forms.are(_OUT_OF, words[place]))
    }


def _joined(words: Sequence[str]) -> str:
    """What joins the choices of one cell: the comma when most of the pieces it leaves are found in other cells too.

    A comma inside the options of a single choice ("Agree, strongly") leaves pieces that keep their place; of
    several choices at least one stands in different places, or alone as well as in company.
    """
    split = [word.split(JOIN) for word in words]
    several = [pieces for pieces in split if len(pieces) > 1]
    if not several:
        return ""
    cells = Counter(chain.from_iterable(set(pieces) for pieces in split))
    pieces = list(chain.from_iterable(several))
    again = sum(cells[piece] > 1 for piece in pieces) / len(pieces)
    if again < (1 / 2 if len(several) < 10 else 2 / 3):  # few cells repeat little
        return ""
    stands: dict[str, set[tuple[bool, bool]]] = {}
    for pieces in split:
        for place, piece in enumerate(pieces):
            stands.setdefault(piece, set()).add((place == 0, len(pieces) == 1))
    return JOIN if any(len(places) > 1 for places in stands.values()) else ""
