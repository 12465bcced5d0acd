"""Text cells to dates, numbers, identifiers and yes/no, column by column: each distinct text is read once.

Every function takes a column of text and gives a `Column`: the typed values (null where the cell is empty or
unreadable) and the places that cannot be read, with the reason. The style of a column (day before month, decimal
comma) is decided from all of its values, and asked when none decides it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from keel.errors import InputError
from keel.periods import add_months

MISSING = frozenset({
    "", "na", "n/a", "n.a.", "nan", "null", "none", "-", "--", "–", "#", "#n/a", "not applicable", "don't know",
    "dont know", "prefer not to say", "no answer", "keine angabe", "no aplica", "sans objet",
})  # fmt: skip
YES = frozenset({"yes", "y", "true", "t", "1", "ja", "oui", "sí", "si", "x"})
NO = frozenset({"no", "n", "false", "f", "0", "nein", "non"})
# Names without their accents; English, Spanish, German, French.
MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january enero ene januar janner jaenner janvier janv", "feb february febrero febr februar feber fevrier fevr fev",
         "mar march marzo marz maerz mrz mars", "apr april abril abr avril avr", "may mayo mai", "jun june junio juni juin",
         "jul july julio juli juillet juil", "aug august agosto ago aout", "sep sept september septiembre setiembre septembre",
         "oct october octubre oktober okt octobre", "nov november noviembre novembre",
         "dec december diciembre dic dezember dez decembre"), 1,
    )
    for name in names.split()
}  # fmt: skip
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("mon monday lun lunes lundi mo montag", "tue tues tuesday mar martes mardi di dienstag",
         "wed wednesday mie miercoles mer mercredi mi mittwoch", "thu thur thurs thursday jue jueves jeu jeudi do donnerstag",
         "fri friday vie viernes ven vendredi fr freitag", "sat saturday sab sabado sam samedi sa samstag sonnabend",
         "sun sunday dom domingo dim dimanche so sonntag"),
    )
    for name in names.split()
}  # fmt: skip
EARLIEST_YEAR = 1900
SERIALS = (20_000, 80_000)  # days as spreadsheets count them, from 1954 to 2119; smaller numbers count something else
_SERIAL_START = date(1899, 12, 30)  # of which 61 is 1 March 1900, from where on all spreadsheets agree
LONGEST_DATE = 80  # "Wednesday September 25 2024 10:30:15 GMT+0200 (Central European Summer Time)" has 76 characters

_CLOCK = (
    r"(?P<hour>\d{1,2})(?:[:.]|\s?[hH]\s?)(?P<minute>\d{2})(?:[:.]\d{2}(?:[.,:]\d+)?)?(?:\s*(?:[Uu]hr|h))?"
    r"(?:\s*(?P<half>[AaPp])\.?\s?[Mm]\.?)?"
    r"(?:\s*(?:Z|(?:UTC|GMT|[A-Z]{1,4}T)?\s?[+-]\d{1,2}(?::?\d{2})?|\(?(?:UTC|[A-Z]{1,4}T)\)?))?(?:\s*\([^()]*\))?"
)
_TIME = rf"(?:(?:T|[\s,]+(?:(?:at|à|a\s+las?|um|[-–])\s+)?){_CLOCK})?"
_WORD = r"([^\W\d_]+)"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}")
_NUMERIC = re.compile(rf"(\d{{1,2}})([-/.])\s?(\d{{1,2}})\2\s?(\d{{4}}|\d{{2}}){_TIME}")
_COMPACT = re.compile(rf"(\d{{4}})(\d{{2}})(\d{{2}}){_TIME}")
_DAY_MONTH = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th|er|[ºª°])?(?:\s+(?:of|de))?[\s\-/.]+{_WORD}\.?(?:\s+del?)?[\s\-/.,]+(\d{{4}}|\d{{2}}){_TIME}"
)
_MONTH_DAY = re.compile(rf"{_WORD}\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}}){_TIME}")
_TIME_ALONE = re.compile(_CLOCK)
_WEEKDAY = re.compile(rf"{_WORD}\.?,?\s+(?=\S)")
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d+))?")
_AROUND_NUMBER = re.compile(r"[\s\u00a0\u202f'’_]|[€$£¥%]|\b[A-Z]{3}\b")
_SIGN = re.compile(r"[€$£¥]|\b[A-Z]{3}\b")
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Column:
    """One typed column: values (a pyarrow array, one a row) and faults: row place -> (text, reason)."""

    values: pa.Array
    faults: Mapping[int, tuple[str, str]]


def text(cells: pa.ChunkedArray) -> Column:
    """Text without space around it; empty is null."""
    trimmed = pc.utf8_trim_whitespace(cells.combine_chunks())
    return Column(pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed), {})


def identifiers(cells: pa.ChunkedArray) -> Column:
    """Identifiers; a column that was numbers in another program (17850.0) gets its own form back (17850)."""
    column = text(cells)
    distinct = column.values.unique().drop_null()
    if len(distinct) and pc.all(pc.match_substring_regex(distinct, r"^\d+\.0$")).as_py():
        return Column(pc.replace_substring(column.values, ".0", ""), {})
    return column


def yes_or_no(cells: pa.ChunkedArray) -> Column:
    """True, False, or null where the cell is empty or says it is not known."""

    def read(word: str) -> bool | None:
        folded = word.casefold()
        if folded in YES or folded in NO:
            return folded in YES
        if folded in MISSING or folded == "unknown":
            return None
        raise ValueError("yes, no or nothing was expected")

    return _each(cells, read, pa.bool_())


def dates(cells: pa.ChunkedArray, *, order: str, latest: date, span: str = "") -> Column:
    """Calendar days; the time of day is dropped. `order` is as `date_order` found or a person said.

    Days before 1900 or after `latest` are faults. `span`: "first" or "last" also takes a year, a quarter or a
    month, as its first or its last day.
    """

    def read(word: str) -> date | None:
        if word.casefold() in MISSING:
            return None
        day = parse_date(word, order) or (parse_span(word, span) if span else None)
        if day and span == "last" and day > latest >= (parse_span(word, "first") or day):
            return latest  # the running year's or month's number is as of today
        if day is None:
            raise ValueError("a date was expected")
        if day.year < EARLIEST_YEAR:
            raise ValueError(f"a date from {EARLIEST_YEAR} on was expected")
        if day > latest:
            raise ValueError(f"a date up to {latest.isoformat()} was expected, not one in the future")
        return day

    return _each(cells, read, pa.date32())


def are_serial(distinct: Iterable[str]) -> bool:
    """Whether all are days as spreadsheets count them (45307.4375), and there is one at least."""
    words = [word for word in map(_tidy, distinct) if word.casefold() not in MISSING]
    return bool(words) and all(_serial(word) is not None for word in words)


def date_order(distinct: Iterable[str], *, where: str) -> str:
    """'dmy' or 'mdy' as the values decide, 'serial' where all are days as spreadsheets count them, '' where none needs it.

    Raises InputError where none decides it.
    """
    words = [word for word in map(_tidy, distinct) if word.casefold() not in MISSING]
    if are_serial(words):
        return "serial"
    undecided = ""
    votes = {"dmy": 0, "mdy": 0}
    for word in words:
        weekday, bare = _without_weekday(word)
        match = _NUMERIC.fullmatch(bare)
        if not match:
            continue
        first, second = int(match[1]), int(match[3])
        if first > 12 >= second or match[2] == ".":  # 03.02.2024 is written day first wherever dots are used
            votes["dmy"] += 1
        elif second > 12 >= first:
            votes["mdy"] += 1
        elif first != second:
            days = {order: _parsed(bare, order) for order in votes} if weekday is not None else {}
            falls = [order for order, day in days.items() if day and day.weekday() == weekday]
            if len(falls) == 1:  # the weekday written before it is that of one of the two
                votes[falls[0]] += 1
            else:
                undecided = undecided or word
    if votes["dmy"] == votes["mdy"] and (undecided or votes["dmy"]):
        raise InputError(
            f"{where}: {undecided or 'some dates'} can be day first or month first, and no other value decides it. "
            "Say which with --set dates=dmy or --set dates=mdy.",
            asks="dates",
            among=("dmy", "mdy"),
        )
    if not any(votes.values()):
        return ""
    return "mdy" if votes["mdy"] > votes["dmy"] else "dmy"


def parse_date(word: str, order: str) -> date | None:
    """One date, or None when it is not one. `order` is dmy, mdy, ymd (of years of two digits) or serial."""
    word = _tidy(word)
    if not word or len(word) > LONGEST_DATE:
        return None
    if order == "serial" and (seconds := _serial(word)) is not None:
        return _SERIAL_START + timedelta(seconds=seconds)
    return _parsed(word, order) or _parsed(_without_weekday(word)[1], order)


def _parsed(word: str, order: str) -> date | None:
    if match := _YEAR_FIRST.fullmatch(word) or _COMPACT.fullmatch(word):
        return _date(match[1], match[2], match[3])
    if match := _NUMERIC.fullmatch(word):
        if order == "ymd":
            return _date(match[1], match[3], match[4]) if len(match[1]) == len(match[4]) == 2 else None
        if order == "serial":
            return None
        day, month = (match[1], match[3]) if order != "mdy" else (match[3], match[1])
        return _date(match[4], month, day)
    if match := _DAY_MONTH.fullmatch(word):
        return _date(match[3], _month(match[2]), match[1])
    if match := _MONTH_DAY.fullmatch(word):
        return _date(match[3], _month(match[1]), match[2])
    return None


def clock(word: str) -> str:
    """The time of day written in a cell, beside its date or alone, as HH:MM of 24 hours; "" where there is none."""
    word = _tidy(word)
    if not word or len(word) > LONGEST_DATE:
        return ""
    seconds = _serial(word)
    if seconds is not None:
        return f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}" if seconds % 86_400 else ""
    for written in dict.fromkeys((word, _without_weekday(word)[1])):
        for form in (_YEAR_FIRST, _NUMERIC, _COMPACT, _DAY_MONTH, _MONTH_DAY, _TIME_ALONE):
            if (match := form.fullmatch(written)) and match["hour"]:
                hour, half = int(match["hour"]), (match["half"] or "").casefold()
                if half and hour <= 12:
                    hour = hour % 12 + (12 if half == "p" else 0)
                return f"{hour:02}:{match['minute']}" if hour < 24 and int(match["minute"]) < 60 else ""
    return ""


def _tidy(word: str) -> str:
    """A word as dates are looked for in it: accents in one piece, without marks that only steer the writing."""
    if not word.isascii():
        word = unicodedata.normalize("NFC", word).translate({0x200B: None, 0x200E: None, 0x200F: None, 0xFEFF: None})
    return word.strip()


def _folded(word: str) -> str:
    """Small letters without accents."""
    pieces = unicodedata.normalize("NFD", word.casefold())
    return "".join(piece for piece in pieces if not unicodedata.combining(piece))


def _month(name: str) -> int:
    return MONTHS.get(_folded(name), 0)


def _without_weekday(word: str) -> tuple[int | None, str]:
    """The weekday a date begins with, from 0 for Monday, and what follows; None and the whole word where it begins with none."""
    match = _WEEKDAY.match(word)
    weekday = WEEKDAYS.get(_folded(match[1])) if match else None
    return (None, word) if match is None or weekday is None else (weekday, word[match.end() :])


def _serial(word: str) -> int | None:
    """The seconds since the day before 1900 that a spreadsheet counts from; None where the word is no such day."""
    match = _SERIAL.fullmatch(word)
    if not match or not SERIALS[0] <= int(match[1]) < SERIALS[1]:
        return None
    # The fraction hits the second only nearly.
    return int(match[1]) * 86_400 + round(Decimal(f"0.{match[2] or 0}") * 86_400)


def parse_span(word: str, edge: str) -> date | None:
    """The first or last day of a year (2009), quarter (2009 Q3, Q3 2009) or month (2009-09, Sep 2009)."""
    word = _tidy(word)
    if match := re.fullmatch(r"(\d{4})(?:\.0)?", word):
        first, months = (int(match[1]), 1), 12
    elif match := re.fullmatch(r"(\d{4})[\s-]?Q([1-4])", word, re.IGNORECASE):
        first, months = (int(match[1]), 3 * int(match[2]) - 2), 3
    elif match := re.fullmatch(r"Q([1-4])[\s-](\d{4})", word, re.IGNORECASE):
        first, months = (int(match[2]), 3 * int(match[1]) - 2), 3
    elif match := re.fullmatch(r"(\d{4})[-/](\d{1,2})", word):
        first, months = (int(match[1]), int(match[2])), 1
    elif (match := re.fullmatch(rf"{_WORD}\.?(?:\s+del?)?[\s-](\d{{4}})", word)) and _month(match[1]):
        first, months = (int(match[2]), _month(match[1])), 1
    else:
        return None
    try:
        start = date(*first, 1)
    except ValueError:
        return None
    return start if edge == "first" else add_months(start, months) - timedelta(days=1)


def numbers(cells: pa.ChunkedArray, *, places: int, type: pa.DataType | None = None) -> Column:
    """Numbers as decimals with `places` places, half up; the decimal mark is decided from the whole column."""
    type = type or pa.decimal128(18, places)
    if (plain := _plain_numbers(cells, type)) is not None:
        return plain
    distinct = [word for word in _distinct(cells) if word.casefold() not in MISSING]
    comma = _decimal_comma(distinct)
    signs = Counter(sign for word in distinct for sign in set(_SIGN.findall(word)))
    usual = signs.most_common(1)[0][0] if signs else ""
    step = Decimal(1).scaleb(-places)
    limit = Decimal(10) ** (type.precision - places)

    def read(word: str) -> Decimal | None:
        if word.casefold() in MISSING:
            return None
        value = parse_number(word, comma=comma)
        if value is None:
            raise ValueError("a number was expected")
        if any(sign != usual for sign in _SIGN.findall(word)):
            raise ValueError(
                f"an amount in {usual}, as most of the column, was expected; other currencies need a currency column"
            )
        if abs(value) >= limit:
            raise ValueError(f"a number below {limit:,} was expected")
        return value.quantize(step, ROUND_HALF_UP)

    return _each(cells, read, type)


def _plain_numbers(cells: pa.ChunkedArray, type: pa.DataType) -> Column | None:
    """A column in which every number is digits with at most one point and no more places than `type` has, as most are; else None.

    Such a point can only be the decimal one, so Arrow reads all at once what `numbers` would read word by word.
    """
    encoded = cells.combine_chunks().dictionary_encode()
    words = encoded.dictionary
    most = type.precision - type.scale
    is_number = pc.match_substring_regex(words, rf"^-?[0-9]{{1,{most}}}(\.[0-9]{{1,{type.scale}}})?$")
    others = words.filter(pc.invert(is_number)).to_pylist()
    if any(word.strip().casefold() not in MISSING for word in others):
        return None
    return Column(pc.if_else(is_number, words, None).cast(type).take(encoded.indices), {})


def parse_number(word: str, *, comma: bool) -> Decimal | None:
    """One number, or None when it is not one: 1,234.50, (1.234,50), 12-, 84 %, € 3, 1e3."""
    negative = (word.startswith("(") and word.endswith(")")) or word.endswith("-")
    percent = word.rstrip().endswith("%")
    bare = _AROUND_NUMBER.sub("", word.strip("()")).rstrip("-").replace("−", "-")
    bare = bare.replace(".", "").replace(",", ".") if comma else bare.replace(",", "")
    if not _PLAIN.fullmatch(bare):
        return None
    try:
        value = Decimal(bare)
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value.adjusted()) > 30:
        return None
    return (-value if negative else value) / (100 if percent else 1)


def currencies(distinct: Iterable[str]) -> set[str]:
    """The currencies that amounts are written in, where sign or code leave no doubt: {"EUR"} for € 3; $ is many."""
    known = {"€": "EUR", "£": "GBP"}
    signs = {sign for word in distinct for sign in _SIGN.findall(word)}
    return {known.get(sign, sign) for sign in signs if len(sign) == 3 or sign in known}


def looks_like_numbers(distinct: list[str]) -> bool:
    """Whether every one of some texts is a number."""
    return bool(distinct) and all(
        parse_number(w, comma=False) is not None or parse_number(w, comma=True) is not None for w in distinct
    )


def distinct(cells: pa.ChunkedArray, most: int | None = None) -> list[str]:
    """The distinct texts of a column that say something, in order of appearance."""
    words = [word for word in _distinct(cells) if word.casefold() not in MISSING]
    return words if most is None else words[:most]


def _distinct(cells: pa.ChunkedArray) -> list[str]:
    return [word.strip() for word in pc.unique(cells).to_pylist()]


def _each(cells: pa.ChunkedArray, read: Callable[[str], Any], type: pa.DataType) -> Column:
    encoded = cells.combine_chunks().dictionary_encode()
    values: list[Any] = []
    unread: dict[int, tuple[str, str]] = {}
    for place, word in enumerate(encoded.dictionary.to_pylist()):
        try:
            values.append(read(word.strip()))
        except ValueError as error:
            values.append(None)
            unread[place] = (word.strip(), str(error))
    typed = pa.array(values, type).take(encoded.indices)
    faults: dict[int, tuple[str, str]] = {}
    if unread:
        wanted = pa.array(list(unread), encoded.indices.type)
        rows = pc.indices_nonzero(pc.is_in(encoded.indices, wanted))
        for row in rows.to_pylist():
            faults[row] = unread[encoded.indices[row].as_py()]
    return Column(typed, faults)


def _date(year: str, month: str | int, day: str) -> date | None:
    full = int(year)
    if len(year) == 2:  # as POSIX reads two digits: 69 to 99 are of the last century
        full += 1900 if full >= 69 else 2000
    try:
        return date(full, int(month), int(day))
    except ValueError:
        return None


def _decimal_comma(distinct: list[str]) -> bool:
    """Whether a column writes 3,5 for three and a half: as its clearest values say, else no."""
    for word in distinct:
        comma, point = word.rfind(","), word.rfind(".")
        if comma >= 0 and point >= 0:
            return comma > point
    with_comma = [word for word in distinct if "," in word]
    with_point = [word for word in distinct if "." in word]
    if with_comma and not with_point:
        return not all(re.fullmatch(r"\D*\d{1,3}(,\d{3})+\D*", word) for word in with_comma)
    return bool(with_point) and all(re.fullmatch(r"\D*\d{1,3}(\.\d{3}){2,}\D*", word) for word in with_point)
