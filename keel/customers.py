"""The customers' part of the door: who makes the value, who is slipping, who is lost, and one customer alone.

Customers are whom the company sells to, and no small group: nothing here is suppressed. What is on the people who serve them
comes through keel.measure, and of surveys only what a customer answered in its own name.

`as_of` (a day; None: the last one the orders cover), `months` (how far back sums go; None: 12; 0: everything) and `of`
(margin, revenue or sales; None: margin, or revenue where no cost is known) say how customers are to stand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from keel import measure, wording
from keel.errors import QuestionError
from keel.periods import DAY, add_months
from keel.store import Store

BY_WARNING = ("at_risk", "slipping", "quiet")
LISTS = ("all", "set", "entered", "gone", "at_risk", "slipping", "lost", "quiet")
VALUES = ("margin", "revenue", "sales")
MOVEMENTS = ("new", "won back", "expansion", "contraction", "lost", "steady")
RUNGS = ("customer", "client", "advocate")
BACK = (1, 3, 12)  # months over which the ladder's moves are known
SHRUNK = 0.8  # of the revenue of the window before: a fifth less is a warning
LOW_SCORE, FALLEN_BY = 6, 2  # a detractor; two points below the answer before
SLIPS_AT = 2.0  # times its own usual gap (METRICS, silence)
LEAVING = "voluntary_turnover"
MOST_DAYS = 12  # of order lines on a customer's page: the newest
TOGETHER = 0.8  # of the value above zero: the set


@dataclass(frozen=True)
class Standing:
    """How much of the value few customers make, and how many customers are where, in one view as of one day.

    concentration is of the whole company: measure, as_of, customers, k, share (what the k make of the sum above zero),
    top20_share, hhi, tenths (customers with a tenth of the revenue or more), total, above_zero; k is None where the sum is not
    above zero. sums is of the view: customers, buyers, active, in_set, set_value, entered, gone, at_risk, slipping, lost, quiet
    and what hangs on each; empty without order lines that name a customer.
    """

    concentration: Mapping[str, Any]
    sums: Mapping[str, Any]

    @property
    def as_of(self) -> date | None:
        """The day."""
        return self.concentration.get("as_of")

    @property
    def of(self) -> str:
        """What value is: margin, revenue or sales."""
        return str(self.concentration.get("measure") or "revenue")


def standing(
    store: Store, *, as_of: date | None = None, months: int | None = None, of: str | None = None, region: str | None = None,
    segment: str | None = None, teams: Sequence[str] = (),
) -> Standing:  # fmt: skip
    """Concentration and counts as of a day. Raises QuestionError."""
    asked = _asked(store, as_of, months, of)
    rows = store.rows("concentration", standing=asked)
    if not rows or not rows[0]["customers"]:
        return Standing({}, {})
    found = rows[0]
    above = found["above_zero"] or 0.0
    has_value = above > 0 and found["total"] > 0
    found |= {
        "k": found["k"] if has_value else None, "share": found["set_value"] / above if has_value else None,
        "top20_share": found["top20_value"] / above if has_value else None, "hhi": found["hhi"] if has_value else None,
    }  # fmt: skip
    sums = store.rows(
        "standing_sums", standing=asked, region=_member(region), segment=_member(segment), teams=list(teams)
    )
    return Standing(found, sums[0] if sums else {})


def curve(store: Store, *, as_of: date | None = None, months: int | None = None, of: str | None = None) -> pd.DataFrame:
    """The curve of customers by value, the largest first: place, running (their sum), share (of the total; it may pass 1),
    name, customer_id: of the customer at that place. Empty where the total is not above zero.
    """
    asked = _asked(store, as_of, months, of)
    found = standing(store, as_of=as_of, months=months, of=of).concentration
    if not found or found["k"] is None:
        return pd.DataFrame(columns=["place", "running", "share", "name", "customer_id"])
    points = store.ask("pareto_curve", standing=asked)
    return points.assign(share=points["running"] / found["total"])


def listed(
    store: Store, which: str, *, as_of: date | None = None, months: int | None = None, of: str | None = None, region: str | None = None,
    segment: str | None = None, words: str = "", teams: Mapping[str, date] | None = None, most: int = 50,
) -> pd.DataFrame:  # fmt: skip
    """The customers of one list, the one with most at stake first.

    Columns: those of queries/read/customer_list.sql, dates as dates; why: on the lists that warnings put one on, and of the lost, what
    did and since when; products: of the set, what each buys most. teams: those in which people leave, since when.
    Raises QuestionError.
    """
    if which not in LISTS:
        raise QuestionError(f"customers: found the list {which!r}; one of {', '.join(LISTS)} was expected.")
    asked, leaving = _asked(store, as_of, months, of), teams or {}
    frame = store.ask(
        "customer_list", standing=asked, which=which, region=_member(region), segment=_member(segment), words=words.strip().lower() or None,
        teams=list(leaving), most=most,
    )  # fmt: skip
    for name in ("first_purchase_on", "last_purchase_on", "lost_on", "nps_on"):
        frame[name] = [value.date() if pd.notna(value) else None for value in frame[name]]
    until = as_of or _last(store)
    if which == "set":
        frame["products"] = _buys_most(store, frame, as_of)
    if which not in BY_WARNING or not len(frame) or not until:
        return frame.assign(why=[_lost(row) if which == "lost" else "" for row in measure.records(frame)])
    return frame.assign(why=_warnings(store, frame, leaving, until))


def listed_sum(store: Store, which: str, *, words: str = "", **view: Any) -> tuple[int | None, float | None]:
    """How many customers a list holds in all, and what is at stake in them; None where words narrow it down."""
    if words.strip():
        return None, None
    sums = standing(store, **view).sums
    if not sums:
        return 0, 0.0
    key, value = {"all": ("customers", "value"), "set": ("in_set", "set_value"), "lost": ("lost", "lost_worth")}.get(
        which, (which, f"{which}_value")
    )
    return int(sums[key]), float(sums[value] or 0)


def lost_worths(
    store: Store,
    customer_ids: Sequence[str],
    *,
    as_of: date | None = None,
    region: str | None = None,
    segment: str | None = None,
) -> dict[str, float]:
    """What each of these customers who is lost, and in view, was worth in its last year."""
    rows = store.rows(
        "worths_of", standing=_asked(store, as_of, None, None), customer_ids=list(customer_ids), region=_member(region), segment=_member(segment)
    )  # fmt: skip
    return {row["customer_id"]: row["worth"] for row in rows}


def products(store: Store, *, as_of: date | None = None, months: int | None = None, of: str | None = None, most: int = 50) -> pd.DataFrame:  # fmt: skip
    """Products by value, the largest first: product, product_line, value, revenue, margin, customers, place, in_set, share (running)."""
    frame = store.ask("products_by_value", standing=_asked(store, as_of, months, of), most=most)
    above = frame["above_zero"].iloc[0] if len(frame) else 0
    return frame.assign(share=frame["running"] / above if above > 0 else np.nan)


def leaving_teams(store: Store) -> Mapping[str, date]:
    """The teams that serve customers in which more people leave than usual: team -> since the first day of which month.

    A team belongs to the department of its name, or whose name it begins with ("Support North" to Support); small departments
    are not told of, as everywhere.
    """
    return store.kept("leaving teams", lambda: _leaving_teams(store))


def _leaving_teams(store: Store) -> dict[str, date]:
    staff = measure.metrics(store).get(LEAVING)
    if staff is None or "department" not in staff.dimensions or measure.coverage(store, staff) is None:
        return {}
    departments = measure.members(store).get(LEAVING, {}).get("department", [])
    teams: dict[str, date] = {}
    served = [row["team"] for row in store.list_of("teams")]
    for department in departments:
        of_it = [team for team in served if team == department or team.startswith(f"{department} ")]
        if not of_it:
            continue
        found = measure.judged(store, LEAVING, grain="month", only={"department": department})
        points = found.signals.points
        if not points or points[-1].status != "signal" or not points[-1].value > points[-1].centre:
            continue
        first = len(points) - 1
        while first and points[first - 1].value > points[first - 1].high:
            first -= 1
        teams |= dict.fromkeys(of_it, found.periods[first])
    return teams


def _warnings(store: Store, frame: pd.DataFrame, leaving: Mapping[str, date], as_of: date) -> list[str]:
    """For each customer what warns of it, in words, and since which day."""
    shrinking, low = frame[frame["is_shrinking"]], frame[frame["is_low"] | frame["is_falling"]]
    shrunk = _shrunk_since(store, list(shrinking["number"]), as_of)
    scores: dict[str, list[tuple[date, float]]] = {}
    if len(low):
        for row in store.rows("scores_of", customer_ids=list(low["customer_id"])):
            if row["day"] <= as_of:
                scores.setdefault(row["customer_id"], []).append((row["day"], row["score"]))
    found = []
    for row in measure.records(frame):
        reasons: list[str] = []
        if row["is_lost"]:
            reasons.append(_lost(row))
        elif row["is_silent"] or (pd.notna(row["silence"]) and row["silence"] > SLIPS_AT):
            since = row["last_purchase_on"] + timedelta(days=int(min(row["long_gap"], SLIPS_AT * row["usual_gap"])) + 1)
            reasons.append(_since(f"silent {int(row['days_silent'])} days, usually {row['usual_gap']:.0f}", since))
        if row["is_low"] or row["is_falling"]:
            since = _low_since(scores.get(row["customer_id"], [(row["nps_on"], row["nps"])]))
            fell = f", {row['nps_before']:.0f} before" if pd.notna(row["nps_before"]) else ""
            reasons.append(_since(f"would recommend us {row['nps']:.0f} of 10{fell}", since))
        if row["is_shrinking"]:
            share = 1 - (row["revenue"] if pd.notna(row["revenue"]) else 0) / row["revenue_before"]
            reasons.append(_since(f"revenue down {share:.0%} on the year before", shrunk.get(row["number"], as_of)))
        if row["team"] in leaving:
            reasons.append(_since(f"people are leaving {row['team']}", leaving[row["team"]]))
        found.append("; ".join(reasons))
    return found


def _lost(row: Mapping[str, Any]) -> str:
    return _since(f"no purchase for {row['lost_months']} months: lost", row["lost_on"])


def _since(words: str, day: date) -> str:
    return f"{words} (since {wording.day_year(day)})"


def _buys_most(store: Store, frame: pd.DataFrame, as_of: date | None) -> list[str]:
    """For each customer the three products it spends most on; of those who are not leading they are made now."""
    numbers = [int(number) for number in frame["number"]]
    found = (
        {row["number"]: row["products"] for row in store.rows("buys_most", numbers=numbers)} if as_of is None else {}
    )
    if left := [number for number in numbers if number not in found]:
        made = store.ask("buys_most", numbers=left, apart={"leading_products": {"as_of": as_of, "numbers": left}})
        found |= dict(zip(made["number"], made["products"], strict=True))
    return [found.get(number, "") for number in numbers]


def _low_since(scores: Sequence[tuple[date, float]]) -> date:
    """The day of the first of the low answers that stand at the end; of a fall, the day it fell."""
    day = scores[-1][0]
    for earlier, score in reversed(scores):
        if score > LOW_SCORE:
            break
        day = earlier
    return day


def _shrunk_since(store: Store, numbers: Sequence[int], as_of: date) -> dict[int, date]:
    """Customer -> the end of the first month from which, without a break, a year's revenue was a fifth below the year before's."""
    if not numbers:
        return {}
    rows = store.rows("months_of", numbers=[int(number) for number in numbers])
    by_month: dict[int, dict[date, float]] = {}
    for row in rows:
        by_month.setdefault(row["number"], {})[row["month"]] = row["revenue"]
    last = (as_of + DAY).replace(day=1)  # the first day after the last whole month
    backwards = [add_months(last, -back) for back in range(1, 49)]
    found = {}
    for number, months in by_month.items():
        revenue, since = [months.get(month, 0.0) for month in backwards], None
        for back in range(24):
            now, before = sum(revenue[back : back + 12]), sum(revenue[back + 12 : back + 24])
            if not (before > 0 and now < SHRUNK * before):
                break
            since = add_months(last, -back) - DAY
        found[number] = since or as_of
    return found


# The ladder


@dataclass(frozen=True)
class Ladder:
    """Who stood on which rung then, the moves, and who stands there now: opening + moves = closing for each rung.

    opening, closing: rung -> customers. moves: (from, to) -> customers, from and to being rungs, none (had not bought) or lost.
    """

    since: date
    until: date
    opening: Mapping[str, int]
    closing: Mapping[str, int]
    moves: Mapping[tuple[str, str], int]


def ladder(
    store: Store, *, back: int = 3, as_of: date | None = None, region: str | None = None, segment: str | None = None
) -> Ladder | None:
    """The ladder over the last 1, 3 or 12 months; None without customers. Raises QuestionError."""
    if back not in BACK:
        raise QuestionError(f"ladder: found {back} months; one of {', '.join(map(str, BACK))} was expected.")
    rows = store.rows(
        "ladder", standing=_asked(store, as_of, None, None), back=back, region=_member(region), segment=_member(segment)
    )
    until = as_of or _last(store)
    if not rows or until is None:
        return None
    opening, closing = dict.fromkeys((*RUNGS, "lost"), 0), dict.fromkeys((*RUNGS, "lost"), 0)
    moves = {}
    for row in rows:
        if row["was"] in opening:
            opening[row["was"]] += row["customers"]
        if row["is_now"] in closing:
            closing[row["is_now"]] += row["customers"]
        if row["was"] != row["is_now"]:
            moves[row["was"], row["is_now"]] = row["customers"]
    return Ladder(add_months(until, -back), until, opening, closing, moves)


# Revenue movements, customer by customer


def movers(
    store: Store,
    movement: str,
    *,
    window_months: int,
    region: str | None = None,
    segment: str | None = None,
    most: int = 50,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The customers of one movement of the last whole month, the largest change first, and of all of them: customers, opening,
    closing, change. Raises QuestionError.
    """
    if movement not in MOVEMENTS:
        raise QuestionError(f"movements: found {movement!r}; one of {', '.join(MOVEMENTS)} was expected.")
    view = {
        "window_months": window_months, "movement": movement, "region": _member(region), "segment": _member(segment),
    }  # fmt: skip
    return store.ask("movers", most=most, **view), store.rows("movers_sum", **view)[0]


def open_cohorts(store: Store, *, region: str | None = None, segment: str | None = None) -> list[dict[str, Any]]:
    """The months in which customers were lost whose follow-up still runs: month, lost, won so far; not to be compared."""
    months = store.settings.win_back_months
    rows = store.rows("win_back_cohorts", follow_up_months=months, region=_member(region), segment=_member(segment))
    return [row for row in rows if row["is_open"]]


# One customer


def customer(store: Store, customer_id: str) -> dict[str, Any]:
    """One customer's card and standing (queries/read/customer.sql). Raises QuestionError for one nobody knows."""
    rows = store.rows("customer", customer_id=customer_id)
    if not rows:
        raise QuestionError(
            f"customer {customer_id!r}: there is none of that number in the orders or the customer files. Look it up on Customers."
        )
    return rows[0]


def customer_months(store: Store, number: int, *, until: date, months: int = 24) -> pd.DataFrame:
    """One customer's trailing calendar months: month, revenue, margin, purchases (days); quiet months are 0."""
    first = add_months(until.replace(day=1), 1 - months)
    days = store.rows("customer_days", number=number)
    knows_margin = any(row["margin"] is not None for row in days)
    found = {add_months(first, step): [0.0, 0.0 if knows_margin else np.nan, 0] for step in range(months)}
    for row in days:
        if month := found.get(row["day"].replace(day=1)):
            month[0] += row["revenue"]
            month[1] += row["margin"] or 0.0
            month[2] += row["is_purchase"]
    columns = ["month", "revenue", "margin", "purchases"]
    return pd.DataFrame([[month, *sums] for month, sums in found.items()], columns=columns)


def customer_products(store: Store, number: int) -> pd.DataFrame:
    """What one customer bought in the trailing twelve months, the largest revenue first: product, product_line, quantity, revenue,
    margin, last_on, lines. Product "" gathers the lines without one; quantity and margin are nan where no line says them.
    """
    found = store.ask("customer_products", number=number)
    return found if len(found) else store.ask("customer_products", number=number, apart={"leading_products": {"numbers": [number]}})  # fmt: skip


def customer_lines(store: Store, number: int, *, start: date, end: date, days: int = MOST_DAYS) -> pd.DataFrame:
    """One customer's order lines of its latest days in a span, the newest first: day, order_id, product, product_line, quantity, amount, margin."""
    return store.ask("customer_lines", number=number, from_on=start, to_on=end, days=days)


def customer_answers(store: Store, customer_id: str) -> list[dict[str, Any]]:
    """What one customer answered in its own name, the latest first: day, survey, question, role, score, low, high, reason."""
    return store.rows("customer_answers", customer_id=customer_id)


# Inside


def _asked(store: Store, as_of: date | None, months: int | None, of: str | None) -> dict[str, Any]:
    """The parameters of standing; none of them where they say what holds anyway."""
    if of is not None and of not in VALUES:
        raise QuestionError(f"customers: found {of!r}; one of {', '.join(VALUES)} was expected.")
    if months is not None and not 0 <= months <= 120:
        raise QuestionError(f"customers: found {months} months; 0 (everything) to 120 was expected.")
    return {"as_of": as_of if as_of != _last(store) else None, "window_months": months if months != 12 else None, "measure": of}  # fmt: skip


def _last(store: Store) -> date | None:
    """The last day the orders cover."""
    last: date | None = next((row["last_on"] for row in store.list_of("coverage") if row["source"] == "orders"), None)
    return last


def _member(name: str | None) -> str | None:
    return "" if name == measure.NO_MEMBER else name
