"""Weeks, months, fiscal quarters and fiscal years as half open spans [start, end).

A period is named by its grain and its first day. Weeks end on any weekday, fiscal years in any month; both
are settings. A week belongs to no month or quarter: each grain tiles the days by itself. Retail calendars
of 4-4-5 weeks are not among these.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from keel.errors import QuestionError, SettingsError
from keel.wording import MONTHS, span

if TYPE_CHECKING:
    import pandas as pd

GRAINS = ("week", "month", "quarter", "year")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
SAME_WEEKDAYS = timedelta(days=364)  # 52 x 7: a year back with every weekday against its like


@dataclass(frozen=True)
class Calendar:
    """The company's calendar: the weekday its weeks end on and the month (1 to 12) its fiscal year ends in.

    Raises SettingsError for any other value. A weekday may be written in capitals.
    """

    week_ends_on: str = "sunday"
    fiscal_year_ends: int = 12

    def __post_init__(self) -> None:
        weekday, month = self.week_ends_on, self.fiscal_year_ends
        if not isinstance(weekday, str) or weekday.strip().lower() not in WEEKDAYS:
            raise SettingsError(
                f"keel.toml, week_ends_on: found {weekday!r}; expected one of {', '.join(WEEKDAYS)}. "
                'Write the day in full, such as week_ends_on = "sunday".'
            )
        if not isinstance(month, int) or isinstance(month, bool) or not 1 <= month <= 12:
            raise SettingsError(
                f"keel.toml, fiscal_year_ends: found {month!r}; expected the number of a month, 1 to 12. "
                "Write fiscal_year_ends = 6 for a fiscal year that ends in June."
            )
        object.__setattr__(self, "week_ends_on", weekday.strip().lower())  # so that equal calendars are equal

    def start(self, day: date, grain: str) -> date:
        """The first day of the period that holds `day`."""
        day = _plain(day)
        if _checked(grain) == "week":
            # The first day of a week is the weekday after its last one.
            return day - timedelta(days=(day.weekday() - WEEKDAYS.index(self.week_ends_on) - 1) % 7)
        months_into_fiscal_year = (day.month - self.fiscal_year_ends - 1) % 12
        return add_months(day.replace(day=1), -(months_into_fiscal_year % MONTHS_IN[grain]))

    def end(self, day: date, grain: str) -> date:
        """The first day after the period that holds `day`."""
        start = self.start(day, grain)
        return start + timedelta(days=7) if grain == "week" else add_months(start, MONTHS_IN[grain])

    def next(self, start: date, grain: str) -> date:
        """The first day of the period after the one that holds `start`."""
        return self.end(start, grain)

    def previous(self, start: date, grain: str) -> date:
        """The first day of the period before the one that holds `start`."""
        return self.start(self.start(start, grain) - timedelta(days=1), grain)

    def prior_year(self, start: date, grain: str) -> date:
        """The first day of the comparable period one year earlier.

        A week is compared with the one 364 days earlier, so that weekdays match; the others with the same
        month, quarter or year.
        """
        first = self.start(start, grain)
        return first - SAME_WEEKDAYS if grain == "week" else add_months(first, -12)

    def label(self, start: date, grain: str) -> str:
        """The period's name: "22 Sep–28 Sep", "Sep 2025", "Q3 2025", "FY26 Q3", "2025", "FY26".

        A fiscal year that ends before December is named by the year it ends in.
        """
        first, last = self.start(start, grain), self.end(start, grain) - timedelta(days=1)
        if grain == "week":
            return span(first, last)
        if grain == "month":
            return f"{MONTHS[first.month - 1]} {first.year}"
        fiscal_year_ends_on = self.end(first, "year") - timedelta(days=1)
        is_calendar_year = self.fiscal_year_ends == 12
        year = f"{fiscal_year_ends_on.year}" if is_calendar_year else f"FY{fiscal_year_ends_on.year % 100:02d}"
        if grain == "year":
            return year
        quarter = f"Q{(first.month - self.fiscal_year_ends - 1) % 12 // 3 + 1}"
        return f"{quarter} {year}" if is_calendar_year else f"{year} {quarter}"

    def week_number(self, day: date) -> tuple[int, int]:
        """(year, week) of the week that holds `day`; the year is the one most of its days lie in.

        With weeks that end on Sunday this is ISO 8601: week 1 holds the first Thursday, its middle day.
        """
        middle = self.start(day, "week") + timedelta(days=3)
        return middle.year, (middle.timetuple().tm_yday - 1) // 7 + 1

    def table(self, first: date, last: date) -> "pd.DataFrame":
        """One row per period of each grain that touches [first, last], both ends included.

        Columns: grain (text), period (its first day) and ends_on (its last day), both datetime64[us];
        sorted by grain in the order of GRAINS, then by period. Raises QuestionError if last is before first.
        """
        import pandas as pd

        first, last = _plain(first), _plain(last)
        if last < first:
            raise QuestionError(
                f"calendar: found {first} to {last}; expected the first day before the last. Swap the two."
            )
        rows = []
        for grain in GRAINS:
            start = self.start(first, grain)
            while start <= last:
                end = self.end(start, grain)
                rows.append((grain, start, end - timedelta(days=1)))
                start = end
        table = pd.DataFrame(rows, columns=["grain", "period", "ends_on"])
        return table.astype({"period": "datetime64[us]", "ends_on": "datetime64[us]"})


def add_months(day: date, n: int) -> date:
    """The same day n months on (or back), clamped to the month's end: 31 Aug less 6 is 28 or 29 Feb."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def same_day_last_year(day: date) -> date:
    """The same date one year earlier; 29 Feb becomes 28 Feb."""
    return add_months(day, -12)


def _plain(day: date) -> date:
    """A date without a time of day, far enough from the ends of time to have neighbours.

    HR systems write 9999-12-31 for "still here"; such a day has no period after it.
    """
    if not 1 < day.year < 9999:
        raise QuestionError(
            f"date: found {day.isoformat()[:10]}; expected a year from 2 to 9998. "
            "Leave the date empty where there is none."
        )
    return date(day.year, day.month, day.day)


def _checked(grain: str) -> str:
    if grain not in GRAINS:
        raise QuestionError(f"grain: found {grain!r}; expected one of {', '.join(GRAINS)}. Choose one of these.")
    return grain
