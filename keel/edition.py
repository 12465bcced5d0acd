"""The weekly edition as one document of plain data: what the page shows, what an export prints, what is written once.

Everything a reader sees is in it, the numbers beside the words they are printed in; nothing is worked out after it. It asks
`measure`, so small groups are hidden in it as everywhere.

    company, currency, week_ending, fingerprint (of data and definitions), filters (words), minimum (people)
    sources     [{name, to, is_stale}]
    sections    [{title, note, items: [item]}]     in the order of the agenda; every metric stands in one of them
    promises    [{words, owner, due, metric, expected, verdict, why}]
    swot        {strengths, weaknesses, opportunities, threats: [{words, metric}]}

    item        metric, label, kind, unit, better, owner, meaning, edge, sql, why (it stands where it does)
                value, printed, unit_words, period, changes [words], target {value, printed, words} or None, doubt (interval and n)
                said {status, tone, mark, words, because [words]}, usual {low, high, centre, printed} or None
                weeks   six of   {ending, label, value, printed, prior, prior_printed, target, target_printed, note}
                months  twelve of {month, label, is_partial, and the same}
                totals  four of  {label, value, printed, changes [words], note}
                note, events [{starts_on, ends_on, words}], notes [{at, who, words}]

Days are ISO text; numbers are floats, None where there is no data.
"""

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from keel import measure, review, signals, targets, wording
from keel import sixtwelve as six_twelve
from keel.catalogue import Metric
from keel.measure import Judged
from keel.sixtwelve import SixTwelve
from keel.store import Store

Item = dict[str, Any]


def items(store: Store, judged: Mapping[str, Judged], week_ending: date) -> dict[str, Item]:
    """Every metric of an edition, as it stood on the last day of that week: see the head of this module.

    judged: each metric up to that day (measure.judged with `end`).
    """
    views = measure.sixtwelves(store, list(judged), week_ending=week_ending)
    return {name: _item(store, one.series.metric, views[name], one, week_ending) for name, one in judged.items()}


def differ(was: float | None, now: float | None) -> bool:
    """Whether a number is another one now; what adding floats leaves behind is not."""
    if was is None or now is None:
        return (was is None) != (now is None)
    return not math.isclose(was, now, rel_tol=1e-9, abs_tol=1e-9)


def _item(store: Store, metric: Metric, view: SixTwelve, judged: Judged, week_ending: date) -> Item:
    unit, grain = metric.told_in, judged.series.grain
    currency = store.settings.currency if metric.unit == "money" else ""
    now, before = measure.latest(judged.series)
    is_hidden = now is not None and bool(now["hidden"])
    value = None if now is None or is_hidden else number(now["value"])
    goal = measure.goals(store, metric.id, periods=[now["period"]], grain=grain)[0] if now is not None else None
    latest = judged.signals
    return {
        "metric": metric.id, "label": metric.label, "kind": metric.kind, "unit": unit, "better": metric.better, "owner": metric.owner,
        "meaning": metric.meaning, "edge": metric.edge, "sql": metric.sql, "why": "",
        "value": value, "printed": "hidden" if is_hidden else wording.number(value, unit), "unit_words": currency,
        "period": store.settings.calendar.label(now["period"], grain) if now is not None else "",
        "changes": _changes(now, before, unit, grain), "target": _target(value, goal, metric),
        "doubt": "" if value is None or now is None else _doubt(now, before, unit, grain),
        "said": {
            "status": latest.points[-1].status if latest.points else "none", "tone": review.tone(latest, metric.better),
            "mark": review.MARKS[latest.points[-1].status if latest.points else "none"], "words": signals.words(latest, period=grain),
            "because": signals.because(latest, judged.periods, period=grain, unit=unit),
        },
        "usual": {
            "low": latest.low, "high": latest.high, "centre": latest.centre, "printed": wording.interval(latest.low, latest.high, unit),
        } if latest.points and math.isfinite(latest.low) else None,
        **_six_twelve(store, metric, view),
        "note": (now["note"] if is_hidden and now is not None else view.note) or "",
        "events": [
            {"starts_on": row["happened_on"].isoformat(), "ends_on": row["ends_on"].isoformat(), "words": row["words"]}
            for row in measure.events(store, metric.id)
            if row["happened_on"] <= week_ending and row["ends_on"] >= week_ending - timedelta(days=365)
        ],
        "notes": [],
    }  # fmt: skip


def _six_twelve(store: Store, metric: Metric, view: SixTwelve) -> Item:
    """The weeks, months and totals of an item."""
    unit = metric.told_in
    currency = store.settings.currency if metric.unit == "money" else ""
    weeks = [week["ending"] - timedelta(days=6) for week in view.weeks]
    of_weeks = measure.goals(store, metric.id, periods=weeks, grain="week")
    of_months = measure.goals(store, metric.id, periods=[month["month"] for month in view.months], grain="month")

    def point(row: Mapping[str, Any], goal: float | None) -> Item:
        value, prior = number(row["value"]), number(row["prior"])
        return {
            "label": row["label"], "value": value, "printed": wording.number(value, unit), "prior": prior,
            "prior_printed": wording.number(prior, unit), "target": goal,
            "target_printed": "" if goal is None else wording.number(goal, unit), "note": row["note"],
        }  # fmt: skip

    totals = six_twelve.in_words(view, unit, currency)
    values = [view.totals[key] for key in ("last_week", *six_twelve.TO_DATE)]
    return {
        "weeks": [{"ending": row["ending"].isoformat(), **point(row, goal)} for row, goal in zip(view.weeks, of_weeks, strict=True)],
        "months": [
            {"month": row["month"].isoformat(), "is_partial": bool(row["partial"]), **point(row, goal)}
            for row, goal in zip(view.months, of_months, strict=True)
        ],
        "totals": [
            {"label": label, "value": number(value), "printed": printed, "changes": [c for c in changes if not c.startswith("n/a")], "note": note}
            for (label, printed, changes, note), value in zip(totals, values, strict=True)
        ],
    }  # fmt: skip


def _changes(now: Mapping[str, Any] | None, before: Mapping[str, Any] | None, unit: str, grain: str) -> list[str]:
    if now is None or now["hidden"]:
        return []
    pairs = [(before["value"] if before else None, f"last {grain}"), (now["prior"], "last year")]
    return [
        wording.change(now["value"], earlier, unit, against=against)[0]
        for earlier, against in pairs
        if number(earlier) is not None
    ]


def _target(value: float | None, goal: float | None, metric: Metric) -> Item | None:
    if value is None or goal is None:
        return None
    unit = metric.told_in
    return {
        "value": goal,
        "printed": wording.number(goal, unit),
        "words": targets.words(value, goal, metric.better, unit),
    }


def _doubt(now: Mapping[str, Any], before: Mapping[str, Any] | None, unit: str, grain: str) -> str:
    """The interval and n of a number, and whether it can be told from the one before; empty where it has no interval."""
    if number(now["low"]) is None:
        return ""
    words = f"likely {wording.interval(now['low'], now['high'], unit)}"
    if number(now["n"]) is not None:
        words += f" · n {int(now['n']):,}"
    alike = before is not None and not before["hidden"] and measure.distinguishable(now, before) is False
    return f"{words} · not distinguishable from last {grain}" if alike else words


def number(value: Any) -> float | None:
    """A finite float, or None where there is no data."""
    if value is None or value != value or not math.isfinite(value):
        return None
    return float(value)
