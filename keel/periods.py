"""Weeks, months, fiscal quarters and fiscal years as half open spans [start, end).

A period is named by its grain and its first day. Weeks end on any weekday, fiscal years in any month; both
are settings. A week belongs to no month or quarter: each grain tiles the days by itself. Only in a retail
calendar (4-4-5, 4-5-4 or 5-4-4 weeks to a quarter) do months, quarters and years consist of whole weeks; its
year ends on the weekday nearest to the end of its last month, so that each week lies in the year that holds
most of its days, and a week 53 is part of the last month.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from keel.errors import QuestionError, SettingsError
from keel.wording import MONTHS, span

if TYPE_CHECKING:
    import pandas as pd

GRAINS = ("week", "month", "quarter", "year")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
SAME_WEEKDAYS = timedelta(days=364)  # 52 x 7: a year back with every weekday against its like
PATTERNS = {"4-4-5": (4, 4, 5), "4-5-4": (4, 5, 4), "5-4-4": (5, 4, 4)}  # weeks of the three months of a quarter
QUARTER_WEEKS = 13
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """The company's calendar: the weekday its weeks end on and the month (1 to 12) its fiscal year ends in.

    `pattern`: the weeks of a quarter's months in a retail calendar ("4-4-5"); empty where months are the calendar's own.
    Raises SettingsError for any other value. A weekday may be written in capitals.
    """

    week_ends_on: str = "sunday"
    fiscal_year_ends: int = 12
    pattern: str = ""

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
        if self.pattern != "" and self.pattern not in PATTERNS:
            raise SettingsError(
                f"keel.toml, the weeks of a quarter's months: found {self.pattern!r}; expected one of "
                f"{', '.join(PATTERNS)}, or nothing. Leave it empty for calendar months."
            )
        object.__setattr__(self, "week_ends_on", weekday.strip().lower())  # so that equal calendars are equal

    def start(self, day: date, grain: str) -> date:
        """The first day of the period that holds `day`."""
        day = _plain(day)
        if _checked(grain) == "week":
            # The first day of a week is the weekday after its last one.
            return day - timedelta(days=(day.weekday() - WEEKDAYS.index(self.week_ends_on) - 1) % 7)
        if self.pattern:
            return self._retail(day, grain)[0]
        months_into_fiscal_year = (day.month - self.fiscal_year_ends - 1) % 12
        return add_months(day.replace(day=1), -(months_into_fiscal_year % MONTHS_IN[grain]))

    def end(self, day: date, grain: str) -> date:
        """The first day after the period that holds `day`."""
        if self.pattern and grain in MONTHS_IN:
            return self._retail(_plain(day), grain)[1]
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
        month, quarter or year (of a retail calendar: the one of the same number).
        """
        first = self.start(start, grain)
        if grain == "week":
            return first - SAME_WEEKDAYS
        if not self.pattern:
            return add_months(first, -12)
        year = self.start(first, "year")
        weeks = (first - year).days // 7  # no later than where the last month begins, which every year has
        return self.start(self.previous(year, "year") + timedelta(weeks=weeks), grain)

    def to_date(self, day: date, grain: str) -> tuple[date, date]:
        """The span [start, end) from the first day of the month, quarter or year that holds `day` up to that day."""
        return self.start(day, grain), _plain(day) + DAY

    def to_date_last_year(self, day: date, grain: str) -> tuple[date, date]:
        """The same span [start, end) a year earlier: what a to-date total is compared with.

        It ends on the same date (29 Feb: on the 28th), but a whole period is compared with a whole one: February 2025
        with all 29 days of February 2024. Weeks, and months made of weeks, are compared day by day, 364 days apart
        within a year of 52 weeks, so a week 53 stands against no days that the other year lacks.
        """
        start, end = self.to_date(day, grain)
        before = self.prior_year(start, grain)
        if self.pattern or grain == "week":
            return before, min(before + (end - start), self.end(before, grain))
        if end == self.end(start, grain):
            return before, self.end(before, grain)
        return before, same_day_last_year(end - DAY) + DAY

    def label(self, start: date, grain: str) -> str:
        """The period's name: "22 Sep–28 Sep", "Sep 2025", "Q3 2025", "FY26 Q3", "2025", "FY26"; retail: "FY26 P12".

        A fiscal year that ends before December, or in a week, is named by the year its last month lies in.
        """
        first, last = self.start(start, grain), self.end(start, grain) - timedelta(days=1)
        if grain == "week":
            return span(first, last)
        if self.pattern:
            number = self._year_of(first)
            year, weeks = f"FY{number % 100:02d}", (first - self._year_starts(number)).days // 7
            if grain == "year":
                return year
            if grain == "quarter":
                return f"{year} Q{weeks // QUARTER_WEEKS + 1}"
            return f"{year} P{self._month_starts().index(weeks) + 1}"
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

        With weeks that end on Sunday this is ISO 8601: week 1 holds the first Thursday, its middle day. In a retail
        calendar the year is the fiscal one and week 1 its first.
        """
        if self.pattern:
            number = self._year_of(_plain(day))
            return number, (_plain(day) - self._year_starts(number)).days // 7 + 1
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

    # A retail calendar: years of 52 or 53 whole weeks

    def _year_starts(self, number: int) -> date:
        """The first day of the retail year of that number: the one after the week's end nearest to the year's own."""
        return _retail_year_starts(WEEKDAYS.index(self.week_ends_on), self.fiscal_year_ends, number)

    def _year_of(self, day: date) -> int:
        number = day.year + (day.month > self.fiscal_year_ends)
        if day < self._year_starts(number):
            return number - 1
        return number if day < self._year_starts(number + 1) else number + 1

    def _month_starts(self) -> list[int]:
        """How many weeks of the year lie before each of its twelve months."""
        first, second, _ = PATTERNS[self.pattern]
        return [quarter * QUARTER_WEEKS + weeks for quarter in range(4) for weeks in (0, first, first + second)]

    def _retail(self, day: date, grain: str) -> tuple[date, date]:
        """First day of the month, quarter or year of a retail calendar that holds `day`, and the first day after it."""
        number = self._year_of(day)
        year, next_year = self._year_starts(number), self._year_starts(number + 1)
        starts = self._month_starts()[:: MONTHS_IN[grain]]
        weeks = (day - year).days // 7
        place = max(place for place, before in enumerate(starts) if before <= weeks)
        end = next_year if place == len(starts) - 1 else year + timedelta(weeks=starts[place + 1])
        return year + timedelta(weeks=starts[place]), end


@cache
def _retail_year_starts(weekday: int, month: int, number: int) -> date:
    """The first day of the week, ended by `weekday`, most of whose days lie after the end of the fiscal year before."""
    middle = add_months(date(number - 1, month, 1), 1) + 3 * DAY
    return middle - timedelta(days=(middle.weekday() - weekday - 1) % 7)


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
