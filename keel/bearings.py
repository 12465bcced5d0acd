"""Bearings: the company's own history on which number moves first, and where each is likely to go; a leaf of the door.

The weekly series come from keel.measure, so what is on people is suppressed before it is tested, and of surveys only sums over cells
take part; the tests are keel.leads', the outlook keel.outlook's. A number that looks back over a year, or is measured by month, is
tested by what happens in the week itself (queries/read/weekly_flows.sql): a trailing sum hides when it moved.

What is expected to lead what is declared before looking: in the catalogue, or by a person, kept with the day among what was said
(kind "declared"). The pairs of the others are kept when they are first looked at (kind "looked"): a declaration after that counts only
once as many new weeks have passed as it names.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from keel import catalogue, leads, measure, meeting, outlook
from keel.catalogue import Metric
from keel.errors import QuestionError
from keel.leads import CONFIRMED, NO_EVIDENCE, WEEK, Link, Shifted
from keel.outlook import Outlook
from keel.periods import DAY
from keel.store import Store
from keel.verdicts import Claim

# In the order in which a change is thought to travel: from the people to the customers to the money.
STAGES = {"employees survey": "Engagement", "employees": "Turnover", "customers survey": "Satisfaction", "orders": "Retention"}  # fmt: skip
MONEY, OTHER = "Revenue", "Other"
FLOWS = ("turnover", "voluntary_turnover", "regretted_turnover", "customer_churn")  # tested by the week's own
OF_CUSTOMERS = ("region", "segment")  # what the shared controls filter by
MOST_WEEKS = leads.LAGS  # that a declaration may name


@dataclass(frozen=True)
class History:
    """Weekly series on the same weeks: values by metric, nan where a week has none; and why a metric has no series at all.

    weeks: first days, one after the other; only whole weeks. amounts: the metrics to take in logarithms.
    """

    weeks: tuple[date, ...]
    values: Mapping[str, np.ndarray]
    amounts: frozenset[str]
    missing: Mapping[str, str]


# --- what is declared, and what was looked at -------------------------------------------------------------------------


def claims(store: Store) -> tuple[Claim, ...]:
    """Everything that is declared to lead something, the catalogue's first; of a pair declared twice the last holds, from its first day."""
    known = measure.metrics(store)
    found = {
        (metric.id, lead.metric): Claim(
            metric.id, lead.metric, lead.weeks, _expected(metric, known[lead.metric]), metric.owner
        )
        for metric in known.values()
        for lead in metric.leads
        if lead.metric in known
    }
    looked, said = _said(store)
    for row in said:
        pair = row["metric"], row["about"].removeprefix("leads=")
        body = json.loads(row["body"])
        if pair in found and found[pair].declared_on is None:
            continue  # the catalogue said it first
        declared_on = found[pair].declared_on if pair in found else row["said_at"].date()
        assert declared_on is not None
        weeks = (int(body["weeks"][0]), int(body["weeks"][1]))
        seen = looked.get(pair)
        was_seen = seen is not None and seen <= declared_on
        found[pair] = Claim(
            *pair, weeks, int(body["direction"]), row["who"], declared_on, seen if was_seen else None,
            declared_on + weeks[1] * WEEK if was_seen else None,
        )  # fmt: skip
    return tuple(found.values())


def counting(found: Iterable[Claim], last_on: date | None) -> list[tuple[str, str]]:
    """The pairs that count as declared beforehand where the data reach up to last_on; see keel.leads.is_declared."""
    return [
        claim.pair for claim in found
        if claim.declared_on is None
        or leads.is_declared(
            claim.declared_on, claim.looked_on, as_of=max(last_on or claim.declared_on, claim.declared_on), lag_weeks=claim.weeks[1]
        )
    ]  # fmt: skip


def declare(
    store: Store, lead: str, lag: str, *, weeks: tuple[int, int], direction: int, who: str, token: str, why: str = ""
) -> int:
    """Keep a declaration under today's date; returns the entry's number. Raises QuestionError."""
    known = measure.metrics(store)
    first, second = catalogue.find(known, lead), catalogue.find(known, lag)
    if first.id == second.id:
        raise QuestionError(
            f"declaration: found {first.label} on both sides; two different numbers were expected. Choose another one."
        )
    if not 1 <= weeks[0] <= weeks[1] <= MOST_WEEKS:
        raise QuestionError(
            f"declaration: found {weeks[0]} to {weeks[1]} weeks; from 1 to {MOST_WEEKS}, the first not above the second, was expected. Correct them."
        )
    if direction not in (-1, 0, 1):
        raise QuestionError(f"declaration: found the direction {direction}; 1 (the same way) or -1 was expected.")
    if not who.strip():
        raise QuestionError("your name: nothing was typed; a few words were expected.")
    if (first.id, second.id) in {claim.pair for claim in claims(store) if claim.declared_on is None}:
        raise QuestionError(
            f"declaration: {first.label} is declared to lead {second.label} already, in the definitions. Nothing is left to declare."
        )
    body = {"weeks": list(weeks), "direction": direction, "words": why.strip()}
    return store.say(
        who=who.strip(), week_ending=_week(store), kind="declared", metric=first.id, about=f"leads={second.id}", token=token,
        body=json.dumps(body, ensure_ascii=False),
    )  # fmt: skip


def look(store: Store, pairs: Sequence[tuple[str, str]], *, who: str) -> None:
    """Keep that the evidence of these pairs is seen today; those seen before keep their first day."""
    known, _ = _said(store)
    new = sorted(pair for pair in pairs if pair not in known)
    if new:
        words = json.dumps({"pairs": new})
        token = "looked " + hashlib.sha256(words.encode()).hexdigest()
        store.say(who=who, week_ending=_week(store), kind="looked", body=words, token=token)


def looked_at(store: Store) -> set[tuple[str, str]]:
    """The pairs whose evidence was seen without being declared."""
    return set(_said(store)[0])


def undeclared(store: Store, found: Iterable[Claim]) -> list[tuple[str, str]]:
    """Every pair that might be a lead and is not declared: a leading number and a result, or one further down the way."""
    known, taken = measure.metrics(store), {claim.pair for claim in found}
    there = [metric for metric in known.values() if measure.coverage(store, metric) and _is_weekly(metric)]
    place = {source: n for n, source in enumerate(STAGES)}
    return [
        (lead.id, lag.id)
        for lead in there
        if lead.kind == "lead"
        for lag in there
        if lag.id != lead.id
        and (lead.id, lag.id) not in taken
        and (lag.kind == "lag" or place.get(lag.source, -1) > place.get(lead.source, len(place)))
    ]


def _expected(lead: Metric, lag: Metric) -> int:
    """The direction that the catalogue's declarations mean: good is followed by good."""
    return {"up": 1, "down": -1, "neither": 0}[lead.better] * {"up": 1, "down": -1, "neither": 0}[lag.better]


def _said(store: Store) -> tuple[dict[tuple[str, str], date], list[dict[str, Any]]]:
    """The day on which each pair was first looked at, and the entries of what was declared, in order."""
    looked: dict[tuple[str, str], date] = {}
    rows = store.rows("said")
    for row in rows:
        if row["kind"] == "looked":
            for lead, lag in json.loads(row["body"])["pairs"]:
                looked.setdefault((lead, lag), row["said_at"].date())
    return looked, [row for row in rows if row["kind"] == "declared"]


def _week(store: Store) -> date:
    found = meeting.weeks(store, most=1)
    if not found:
        raise QuestionError("declaration: nothing has been uploaded yet; numbers to declare were expected. Upload something first.")  # fmt: skip
    return found[0]


# --- the series -------------------------------------------------------------------------------------------------------


def history(
    store: Store, ids: Iterable[str], *, only: Mapping[str, str] | None = None, end: date | None = None
) -> History:
    """The weekly series of these metrics in one view, on the same weeks. A metric that cannot take the filter is missing.

    Raises QuestionError for an unknown metric.
    """
    known, only = measure.metrics(store), dict(only or {})
    found: dict[str, dict[date, float]] = {}
    missing: dict[str, str] = {}
    for id in dict.fromkeys(ids):
        metric = catalogue.find(known, id)
        if why := _not_weekly(store, metric, only):
            missing[metric.id] = why
        else:
            found[metric.id] = _weekly(store, metric, only, end)
    weeks, values = _aligned(found)
    return History(weeks, values, frozenset(id for id in found if _is_amount(known[id])), missing)


def _weekly(store: Store, metric: Metric, only: Mapping[str, str], end: date | None) -> dict[date, float]:
    """The value of each whole week; of a metric over a longer window, what happened in the week itself."""
    if metric.id not in FLOWS:
        frame = measure.series(store, metric.id, grain="week", only=only, end=end).frame
        whole = frame[~frame["partial"]]
        return dict(zip(whole["period"], whole["value"].astype(float), strict=True))
    asked = {name: _member(only.get(name)) for name in OF_CUSTOMERS}
    fewest = max(metric.min_people, store.settings.minimum_group) if metric.min_people else 1
    return {
        row["period"]: row["num"] / row["den"] * metric.scale
        for row in store.list_of("weekly_flows", **asked)
        if row["metric"] == metric.id and row["den"] >= fewest and (end is None or row["period"] + WEEK - DAY <= end)
    }


def _aligned(found: Mapping[str, Mapping[date, float]]) -> tuple[tuple[date, ...], dict[str, np.ndarray]]:
    """Every week from the first to the last with a value anywhere, and each series on them; nan where it has none."""
    days = [day for each in found.values() for day, value in each.items() if math.isfinite(value)]
    if not days:
        return (), {id: np.zeros(0) for id in found}
    first, last = min(days), max(days)
    weeks = tuple(first + n * WEEK for n in range((last - first).days // 7 + 1))
    return weeks, {id: np.array([each.get(week, np.nan) for week in weeks]) for id, each in found.items()}


def _not_weekly(store: Store, metric: Metric, only: Mapping[str, str]) -> str:
    """Why a metric has no weekly series in this view; empty where it has one."""
    if measure.coverage(store, metric) is None:
        return f"{metric.label} has no data yet: bring {metric.needs or 'a file of measures'}."
    if not _is_weekly(metric):
        return f"{metric.label} is measured by month, and this takes weeks."
    if lacking := [name for name in only if name not in metric.dimensions]:
        return f"{metric.label} is not split by {lacking[0].replace('_', ' ')}."
    if only and metric.min_people:
        return f"{metric.label} is on people, whose groups are told by month: leads are tested on weeks."
    return ""


def _is_weekly(metric: Metric) -> bool:
    return metric.finest == "week" or metric.id in FLOWS


def _is_amount(metric: Metric) -> bool:
    return metric.unit in ("money", "count")


def _member(name: str | None) -> str | None:
    return "" if name == measure.NO_MEMBER else name


# --- the evidence -----------------------------------------------------------------------------------------------------


def evidence(
    store: Store, pairs: Sequence[tuple[str, str]], *, directions: Sequence[int] | None = None, only: Mapping[str, str] | None = None,
    end: date | None = None,
) -> tuple[Link, ...]:  # fmt: skip
    """The evidence for the pairs of one family in one view, in the order given; see keel.leads.

    directions: of pairs declared beforehand, which way each is expected to go (1 the same, -1 the other, 0 not said); None: the
    pairs are the others. What goes the other way than was declared is no evidence for it. What has no weekly series has "too little
    data", and the reason why. Raises QuestionError.
    """
    pairs, is_declared = list(dict.fromkeys(pairs)), directions is not None
    past = history(store, [id for pair in pairs for id in pair], only=only, end=end)
    testable = [pair for pair in pairs if not {*pair} & {*past.missing}]
    family = {"declared" if is_declared else "explored": testable}
    found = {
        (link.lead, link.lag): link for link in leads.links(past.values, past.weeks, amounts=past.amounts, **family)
    }
    for lead, lag in pairs:
        if (lead, lag) not in found:
            why = next(past.missing[id] for id in (lead, lag) if id in past.missing)
            found[lead, lag] = Link(lead, lag, is_declared, 0, leads.TOO_LITTLE, why)
    ways = directions or [0] * len(pairs)
    return tuple(_as_declared(found[pair], way) for pair, way in zip(pairs, ways, strict=True))


def _as_declared(link: Link, direction: int) -> Link:
    if link.status != CONFIRMED or not direction or direction == link.sign:
        return link
    words = f"It moves the other way than was declared: that is no evidence for it. {link.reason}"
    return replace(link, status=NO_EVIDENCE, reason=words)


def declared_pairs(
    store: Store, found: Sequence[Claim], *, end: date | None = None
) -> tuple[list[tuple[str, str]], list[int]]:
    """The pairs that count as declared beforehand and have data, and the direction in which each is expected to go."""
    ways = {claim.pair: claim.direction for claim in found}
    pairs = [pair for pair in counting(found, last_day(store, end)) if _has_data(store, pair)]
    return pairs, [ways[pair] for pair in pairs]


def other_pairs(store: Store, found: Sequence[Claim], *, end: date | None = None) -> list[tuple[str, str]]:
    """Every other pair that has data: the declarations that do not count yet first."""
    waiting = sorted({claim.pair for claim in found} - {*counting(found, last_day(store, end))})
    return [pair for pair in (*waiting, *undeclared(store, found)) if _has_data(store, pair)]


def last_day(store: Store, end: date | None = None) -> date | None:
    """The last day that any source covers, or `end` if that is earlier."""
    days = [row["last_on"] for row in store.list_of("coverage") if row["last_on"]]
    return min(filter(None, (max(days), end))) if days else None


def _has_data(store: Store, pair: tuple[str, str]) -> bool:
    known = measure.metrics(store)
    return all(measure.coverage(store, known[id]) is not None for id in pair if id in known)


def within(store: Store, lead: str, lag: str, by: str, *, end: date | None = None) -> list[tuple[str, Link]]:
    """The evidence for one pair inside each member of a dimension that both have: (member, link), a family of their own.

    As every member is looked at, none of them is declared. Raises QuestionError.
    """
    known, there = measure.metrics(store), measure.members(store)
    both = [catalogue.find(known, id) for id in (lead, lag)]
    for metric in both:
        if by not in metric.dimensions:
            there_are = ", ".join(metric.dimensions) or "none"
            raise QuestionError(f"{metric.label}: it cannot be split by '{by}'; its dimensions are: {there_are}.")
        if why := _not_weekly(store, metric, {by: ""}):
            raise QuestionError(why)
    names = sorted(set.intersection(*({*there.get(metric.id, {}).get(by, [])} for metric in both)))
    found = {f"{name}\n{metric.id}": _weekly(store, metric, {by: name}, end) for name in names for metric in both}
    weeks, values = _aligned(found)
    pairs = [(f"{name}\n{lead}", f"{name}\n{lag}") for name in names]
    amounts = [f"{name}\n{metric.id}" for name in names for metric in both if _is_amount(metric)]
    return list(zip(names, leads.links(values, weeks, explored=pairs, amounts=amounts), strict=True))


def shifted(
    store: Store, lead: str, lag: str, *, lag_weeks: int, window: int = 1, only: Mapping[str, str] | None = None, end: date | None = None
) -> Shifted:  # fmt: skip
    """The surprises of both numbers on one axis, the leading one drawn as many weeks later; see keel.leads.shifted."""
    past = history(store, [lead, lag], only=only, end=end)
    if past.missing:
        raise QuestionError(next(iter(past.missing.values())))
    return leads.shifted(
        past.values[lead], past.values[lag], past.weeks, lag_weeks=lag_weeks, window=window,
        amounts=(lead in past.amounts, lag in past.amounts),
    )  # fmt: skip


def ahead(
    store: Store, metric_id: str, *, confirmed: Sequence[tuple[str, int]] = (), only: Mapping[str, str] | None = None, end: date | None = None
) -> tuple[Outlook, History]:  # fmt: skip
    """The outlook of one metric for the next 13 weeks, and the weekly series it is made from; see keel.outlook.

    confirmed: the leads that were confirmed, each with its lag in weeks. Raises QuestionError for a metric without weekly series.
    """
    known = measure.metrics(store)
    metric = catalogue.find(known, metric_id)
    past = history(store, [metric.id, *(lead for lead, _ in confirmed)], only=only, end=end)
    if metric.id in past.missing:
        raise QuestionError(f"outlook: {past.missing[metric.id]}")
    found = [
        outlook.Lead(known[lead].label, past.values[lead], lag, is_amount=lead in past.amounts)
        for lead, lag in confirmed
        if lead not in past.missing
    ]
    made = outlook.outlook(past.values[metric.id], weeks=past.weeks, leads=found, is_amount=metric.id in past.amounts)
    return made, past


def confirmed_into(links: Iterable[Link], lag: str) -> list[tuple[str, int]]:
    """The confirmed leads of a metric with their lags: what its outlook may use."""
    return [(link.lead, link.lag_weeks) for link in links if link.lag == lag and link.status == CONFIRMED and link.lag_weeks]  # fmt: skip


def stage(metric: Metric) -> str:
    """Where a metric stands on the way from people to money: one of STAGES, "Revenue", or "Other" for an uploaded measure."""
    if metric.source == "orders" and metric.unit == "money":
        return MONEY
    return STAGES.get(metric.source, OTHER)
