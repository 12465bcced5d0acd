"""Numbers, changes and dates in the leader's words, by unit.

A unit is one of UNITS:

    money      an amount in one currency             1.24 M
    count      a number of things                    12.3 k
    rate       a fraction, shown as a percentage     84.1 %     changes in points
    rate_bps   the same, for margins                 42.3 %     changes in basis points
    points     NPS and eNPS, -100 to 100             32         changes in points
    score      a mean of answers on a scale          5.4        changes in points
    days       a number of days                      45 days    changes in days

Values may be int, float, Decimal or a numpy number; None, nan, NaT and infinity are "no data".
Halves round away from zero on the number as it is written (2.675 is 2.68), as a person would, and a value
that rounds to zero has no sign. Month names are not taken from the computer's language.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any, TypeGuard

from keel.errors import SettingsError

UNITS = ("money", "count", "rate", "rate_bps", "points", "score", "days")
NO_DATA = "no data"
MINUS = "\u2212"  # the real sign: as wide as a figure, and never taken for a hyphen at a line's end
NBSP = "\u00a0"  # no-break; the narrow one (U+202F) is an empty box in many PDF and slide fonts
DASH = "\u2013"
UP, DOWN = "▲", "▼"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SCALES = ((3, "k"), (6, "M"), (9, "bn"), (12, "tn"))  # power of ten, suffix

WIDE = Context(prec=400, rounding=ROUND_HALF_UP)  # a float has up to 309 digits before the point
THREE = Context(prec=3, rounding=ROUND_HALF_UP)  # significant digits: what can be read at a glance
DECIMALS = {"rate": 1, "rate_bps": 1, "points": 0, "score": 1}  # in a value
EXACT_DECIMALS = {"rate": 2, "rate_bps": 2, "points": 1, "score": 2}  # in a table


def number(value: Any, unit: str, *, currency: str = "") -> str:
    """The value as a card shows it, rounded to what can be read at a glance: "1.24 M", "84.1 %".

    Money and counts keep three significant digits from 1,000 on; money below 100 keeps its cents.
    """
    _checked(unit)
    amount = _decimal(value)
    if amount is None:
        return NO_DATA
    if unit in ("money", "count"):
        figures = _three_digits(abs(amount), cents=unit == "money")
    elif unit == "days":
        figures = _figures(abs(amount), 1 if abs(amount) < 10 else 0, trim=True)
    else:
        figures = _figures(abs(amount) * _factor(unit), DECIMALS[unit])
    return _dressed(figures, unit, negative=amount < 0, currency=currency)


def exact(value: Any, unit: str, *, currency: str = "") -> str:
    """The whole number for a table or a tooltip: "1,240,345.20", "84.13 %"."""
    _checked(unit)
    amount = _decimal(value)
    if amount is None:
        return NO_DATA
    if unit == "money":
        figures = _figures(abs(amount), 2)
    elif unit in ("count", "days"):
        figures = _figures(abs(amount), 4, trim=True)
    else:
        figures = _figures(abs(amount) * _factor(unit), EXACT_DECIMALS[unit])
    return _dressed(figures, unit, negative=amount < 0, currency=currency)


def change(now: Any, before: Any, unit: str, *, against: str = "last week") -> tuple[str, int | None]:
    """The change in words and its direction (1 up, -1 down, 0 none, None unknown).

    Money and counts change by percent of `before`; against 0 or less there is no such percentage and the
    text is "n/a on last week". Rates, NPS and scores change by points, margins by basis points, days by
    days: those are differences, so 0 is a value like any other. A change that would be printed as 0 is
    "no change on last week" with direction 0, so that text and colour never disagree.
    """
    _checked(unit)
    new, old = _decimal(now), _decimal(before)
    if new is None or old is None or (unit in ("money", "count") and old <= 0):
        return f"n/a on {against}", None
    step = WIDE.subtract(new, old)
    if unit in ("money", "count"):
        size, suffix = _percent(WIDE.divide(abs(step) * 100, old)), "%"
    elif unit == "rate_bps":
        size, suffix = _figures(abs(step) * 10_000, 0), "bps"
    elif unit == "days":
        size = _figures(abs(step), 1 if abs(step) < 10 else 0, trim=True)
        suffix = "day" if size == "1" else "days"
    else:
        size = _figures(abs(step) * _factor(unit), DECIMALS[unit], trim=True)
        suffix = "pt" if size == "1" else "pts"
    if _is_zero(size):
        return f"no change on {against}", 0
    arrow, direction = (UP, 1) if step > 0 else (DOWN, -1)
    return f"{arrow}{NBSP}{size}{NBSP}{suffix} on {against}", direction


def gap(value: Any, goal: Any, unit: str) -> str:
    """How far a value is from its target, without a sign: "3.1 %" of it, "1.9 pts"; "" where they print alike."""
    words, direction = change(value, goal, unit, against="it")
    if direction is None:  # a target of 0 or less has no percent
        return number(abs(float(value) - float(goal)), unit)
    return words.split(NBSP, 1)[1].removesuffix(" on it") if direction else ""


def tone(direction: int | None, better: str) -> str:
    """ "good", "bad" or "neutral": a direction (as from `change`) judged by what is declared better."""
    wanted = {"up": 1, "down": -1, "neither": 0}.get(better)
    if wanted is None:
        raise SettingsError(
            f"catalogue.toml, better: found {better!r}; expected up, down or neither. Say which way is good."
        )
    if not direction or not wanted:
        return "neutral"
    return "good" if (direction > 0) == (wanted > 0) else "bad"


def interval(low: Any, high: Any, unit: str, *, currency: str = "") -> str:
    """The two ends in words, the unit said once where it can be: "31 to 45", "25.5 to 36.6 %"."""
    _checked(unit)
    if _decimal(low) is None or _decimal(high) is None:
        return NO_DATA
    first, last = number(low, unit, currency=currency), number(high, unit, currency=currency)
    if unit in ("rate", "rate_bps", "days"):
        first = first.split(NBSP)[0]
    return f"{first} to {last}"


def day(when: date | None) -> str:
    """ "27 Sep"; no day is "no data"."""
    if not _is_day(when):
        return NO_DATA
    return f"{when.day} {MONTHS[when.month - 1]}"


def day_year(when: date | None) -> str:
    """ "27 Sep 2026"; no day is "no data"."""
    if not _is_day(when):
        return NO_DATA
    return f"{day(when)} {when.year}"


def span(start: date | None, end_inclusive: date | None) -> str:
    """ "22 Sep–28 Sep", with the years where they differ; one day is said once."""
    if not _is_day(start) or not _is_day(end_inclusive):
        return NO_DATA
    if start.year != end_inclusive.year:  # "1 Oct–30 Sep" could be a year or two
        return f"{day_year(start)}{DASH}{day_year(end_inclusive)}"
    if day(start) == day(end_inclusive):
        return day(start)
    return f"{day(start)}{DASH}{day(end_inclusive)}"


def percent(share: float) -> str:
    """A share in whole percent: "31 %"."""
    return f"{_sign(round(100 * share))}{abs(round(100 * share))}{NBSP}%"


def _sign(number: int) -> str:
    return MINUS if number < 0 else ""


def plural(n: Any, noun: str, *, many: str | None = None) -> str:
    """ "1 customer", "1,204 customers"; `many` is the plural where it is not noun + s."""
    figures = exact(n, "count")
    if figures == NO_DATA:
        return NO_DATA
    return f"{figures} {noun if figures in ('1', MINUS + '1') else many or noun + 's'}"


def _checked(unit: str) -> None:
    if unit not in UNITS:
        raise SettingsError(
            f"catalogue.toml, unit: found {unit!r}; expected one of {', '.join(UNITS)}. "
            "Choose the one that says what the number counts."
        )


def _decimal(value: Any) -> Decimal | None:
    """The value as it is written, or None where there is none (None, nan, NaT, NA, infinity)."""
    if value is None:
        return None
    try:
        found = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:  # NaT and NA write themselves as words
        if str(value) in ("NaT", "<NA>"):
            return None
        raise TypeError(f"a number must be a number or missing (got {value!r})") from None
    return found if found.is_finite() else None


def _is_day(when: Any) -> TypeGuard[date]:
    return isinstance(when, date) and when == when  # NaT calls itself a date, and is not equal to itself


def _factor(unit: str) -> int:
    return 100 if unit in ("rate", "rate_bps") else 1


def _figures(amount: Decimal, places: int, *, trim: bool = False) -> str:
    """A number of no sign with thousands commas; `trim` drops zeros after the point that say nothing."""
    text = f"{amount.quantize(Decimal(1).scaleb(-places), context=WIDE):,f}"
    return text.rstrip("0").rstrip(".") if trim and "." in text else text


def _three_digits(amount: Decimal, *, cents: bool) -> str:
    """A number of no sign in k, M, bn or tn; it is scaled after rounding, so 999,950 is "1.00 M"."""
    whole = amount.quantize(Decimal(1), context=WIDE)
    if whole < 1000:
        if amount == whole or whole >= 100:
            return str(whole)
        if cents:
            kept = _figures(amount, 2)
            return kept.removesuffix(".00")
        return _figures(THREE.plus(amount), 2, trim=True)
    for power, suffix in SCALES:
        rounded = THREE.plus(amount.scaleb(-power, context=WIDE))
        if rounded < 1000 or suffix == SCALES[-1][1]:
            break
    return f"{_figures(rounded, max(0, 2 - rounded.adjusted()))}{NBSP}{suffix}"


def _percent(share: Decimal) -> str:
    """One decimal below 100, none above; "8" rather than "8.0" where that is all there is to say."""
    return _figures(share, 1 if share < 100 else 0, trim=True)


def _dressed(figures: str, unit: str, *, negative: bool, currency: str) -> str:
    """The figures with sign, currency and unit; zero carries no sign."""
    sign = MINUS if negative and not _is_zero(figures) else ""
    if unit in ("rate", "rate_bps"):
        return f"{sign}{figures}{NBSP}%"
    if unit == "days":
        return f"{sign}{figures}{NBSP}{'day' if figures == '1' else 'days'}"
    if unit == "money" and currency:
        gap = NBSP if currency[-1].isalpha() else ""  # "EUR 1.24 M", but "€1.24 M"
        return f"{sign}{currency}{gap}{figures}"
    return sign + figures


def _is_zero(figures: str) -> bool:
    return not figures.strip("0.,")


def inert(cell: Any) -> Any:
    """A cell for a spreadsheet: text that begins like a formula gets a mark before it that makes it text."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
