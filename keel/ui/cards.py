"""Cards: one metric each, with its change, its line, its target and what its usual range says."""

import base64
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from keel import measure, review, signals, sparkline, suppression, targets, wording
from keel.catalogue import Metric
from keel.errors import PrivacyError
from keel.measure import Judged, Series
from keel.periods import add_months
from keel.ui.frame import (
    FIRST_VIEW,
    PAGES,
    ask,
    glance,
    here,
    known_metrics,
    made,
    plain,
    stands,
    store,
    theme,
    view,
)

# What Balance shows: what is in the wake beside what is on the horizon.
WAKE = ["revenue", "gross_margin", "gross_margin_rate", "net_revenue_retention", "customer_churn", "active_customers"]
HORIZON = ["engagement", "enps", "voluntary_turnover", "first_year_attrition", "nps", "csat"]
MOST_OWN = 12  # cards of uploaded measures on one side of Balance; the Metric page has them all


def make_ready() -> None:
    """Open the store and work out what Balance shows, before anybody asks."""
    if stands():
        for metric in map(known_metrics().__getitem__, [*WAKE, *HORIZON]):
            judged(metric.id, only={}, grain=FIRST_VIEW.grain_of(metric))


def judged(metric_id: str, *, only: Mapping[str, str] | None = None, grain: str = "") -> Judged:
    """A metric over its whole history by the chosen grain, under the shared filters (or `only`), against its usual range.

    What the filters may not tell is hidden in every period, with the reason.
    """
    metric = known_metrics()[metric_id]
    grain = grain or view().grain_of(metric)
    only = view().only(metric) if only is None else dict(only)
    return made(lambda: _judged(metric_id, grain, only), "judged", metric_id, grain, only)


def _judged(metric_id: str, grain: str, only: dict[str, str]) -> Judged:
    try:
        found = measure.judged(store(), metric_id, grain=grain, only=only)
    except PrivacyError as error:
        found = measure.judged(store(), metric_id, grain=grain)
        frame = found.series.frame
        nothing = suppression.without(frame, pd.Series(True, index=frame.index), str(error))
        found = Judged(replace(found.series, only=only, frame=nothing, total={}), [], signals.signals([]))
    return found


def series(metric_id: str, *, only: Mapping[str, str] | None = None, grain: str = "") -> Series:
    """The same without its usual range."""
    return judged(metric_id, only=only, grain=grain).series


def shown(found: Series) -> pd.DataFrame:
    """The part of a series that lies in the chosen span."""
    months = view().months
    if not months or found.as_of is None or found.frame.empty:
        return found.frame
    first = add_months(found.as_of, -months)
    return found.frame[found.frame["period"] > first]


def cards(metric_ids: Sequence[str], *, key: str, columns: int = 4) -> None:
    """A grid of cards, one a metric; a metric without data says what would bring it."""
    with st.container(key=f"cards-{columns}-{key}", horizontal=True, gap="small"):
        for metric_id in metric_ids:
            card(metric_id, key=f"{key}-{metric_id}")
    glance()


def own_measures(kind: str) -> list[str]:
    """The company's own measures of one kind, as many as a page can hold."""
    return [metric.id for metric in known_metrics().values() if metric.uploaded and metric.kind == kind][:MOST_OWN]


def card(metric_id: str, *, key: str) -> None:
    """One card: label, period, value, changes, 26 periods as a line, target, what its usual range says and why."""
    metric = known_metrics()[metric_id]
    with st.container(key=f"card-{metric.kind}-{key}", gap=None):
        metric_link(metric)
        st.html(made(lambda: _card_body(judged(metric_id)), "card", metric_id, view(), theme()))


def metric_link(metric: Metric, label: str = "") -> None:
    """A link to all there is on one metric: definition, SQL, owner, split, rows."""
    st.page_link(
        PAGES / "metric.py",
        label=plain(label or metric.label),
        help=plain(metric.meaning),
        query_params={"metric": metric.id, **here()},
    )


def _card_body(judged: Judged) -> str:
    found = judged.series
    metric, currency = found.metric, store().settings.currency
    now, before = measure.latest(found)
    if now is None and (running := found.frame[found.frame["partial"] & found.frame["value"].notna()]).shape[0]:
        so_far = running.iloc[-1]
        number = "" if so_far["hidden"] else f": {wording.number(so_far['value'], metric.told_in)} so far"
        return (
            f'<div class="keel-none">No whole {found.grain} yet</div>'
            f'<div class="keel-words">{period_label(found, so_far["period"])} is not over{number}.</div>'
        )
    if now is None:
        needs = f"Bring {html.escape(metric.needs)}." if metric.needs else "No whole period yet."
        return f'<div class="keel-none">No data yet</div><div class="keel-words">{needs}</div>'
    unit = metric.told_in
    goal = goals(found, [now["period"]])[0]
    value = "hidden" if now["hidden"] else wording.number(now["value"], unit)
    measure_unit = f'<span class="keel-unit">{currency}</span>' if metric.unit == "money" else ""
    line = sparkline.sparkline(
        found.frame.tail(sparkline.SHOWN), kind=metric.kind, theme=theme(), better=metric.better, target=goal, unit=unit,
        grain=found.grain, currency=currency, band=_bands(judged), mark=_mark(judged),
    )  # fmt: skip
    words = [_changes(metric, found.grain, now, before)]
    if goal is not None and not now["hidden"] and not pd.isna(now["value"]):
        words.append(targets.words(now["value"], goal, metric.better, metric.told_in))
    words += sentences(found)
    return (
        f'<div class="keel-period">{period_label(found, now["period"])}</div>'
        f'<div class="keel-row"><div class="keel-value">{value}{measure_unit}</div>{_image(line)}</div>'
        + "".join(f'<div class="keel-words">{line}</div>' for line in [*words, _behind(metric)] if line)
        + ("" if now["hidden"] else said(judged))
    )


def _bands(judged: Judged) -> list[tuple[float, float]]:
    """The usual range of each of the periods that a card's line shows; nan where there is none."""
    usual = {
        point_on: (point.low, point.high) for point_on, point in zip(judged.periods, judged.signals.points, strict=True)
    }
    shown = judged.series.frame.tail(sparkline.SHOWN)["period"]
    return [usual.get(pd.Timestamp(period).date(), (float("nan"), float("nan"))) for period in shown]


def _mark(judged: Judged) -> str:
    """What the dot of a card's line is ringed for: signal, watch, or nothing."""
    status = judged.signals.points[-1].status if judged.periods else ""
    return status if status in review.RANK else ""


def goals(found: Series, periods: Sequence[date]) -> list[float | None]:
    """The target of each period of a series in this view; None where there is none."""
    asked: list[float | None] = ask(
        "goals", metric_id=found.metric.id, periods=tuple(periods), grain=found.grain, only=found.only
    )
    return asked


def _behind(metric: Metric) -> str:
    """That a source has stopped: its last number is not this week's."""
    source = next((row for row in ask("sources") if row["source"] == metric.source), None)
    if source is None or not source["stale"]:
        return ""
    return f'<span class="keel-behind">▲ No data since {wording.day_year(source["last_on"])}</span>'


def said(judged: Judged) -> str:
    """What the usual range says of the latest period; opened, why, and how often that is false."""
    grain, points = judged.series.grain, judged.signals.points
    status = points[-1].status if points else "none"
    words = html.escape(signals.words(judged.signals, period=grain))
    mark = f"<b>{review.MARKS[status]}</b> " if review.MARKS[status] else ""
    metric = judged.series.metric
    lines = signals.because(judged.signals, judged.periods, period=grain, unit=metric.told_in)
    why = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    return f'<details class="keel-said keel-said-{review.tone(judged.signals, metric.better)}"><summary>{mark}{words}</summary><ul>{why}</ul></details>'


def _image(svg: str) -> str:
    """A drawing as an image: the page lets images through and strips drawings. Its label becomes the text for who cannot see."""
    label = re.search(r'aria-label="([^"]*)"', svg)
    data = base64.b64encode(svg.encode()).decode()
    return f'<img alt="{label[1] if label else ""}" src="data:image/svg+xml;base64,{data}">'


def _changes(metric: Metric, grain: str, now: Mapping[str, Any], before: Mapping[str, Any] | None) -> str:
    if now["hidden"]:
        return html.escape(now["note"])
    pairs = [(before["value"] if before else None, f"last {grain}"), (now["prior"], "last year")]
    parts = []
    for earlier, against in pairs:
        if earlier is None or pd.isna(earlier):
            continue
        words, direction = wording.change(now["value"], earlier, metric.told_in, against=against)
        parts.append(f'<span class="keel-{wording.tone(direction, metric.better)}">{html.escape(words)}</span>')
    return " ".join(parts)


def sentences(found: Series) -> list[str]:
    """Plain lines on the last whole period: interval and n, what cannot be told apart."""
    now, before = measure.latest(found)
    if now is None or now["hidden"]:
        return []
    lines = []
    if not pd.isna(now["low"]):
        lines.append(f"likely {wording.interval(now['low'], now['high'], found.metric.told_in)}")
        if not pd.isna(now["n"]):
            lines[0] += f" · n {int(now['n']):,}"
    if before and not before["hidden"] and measure.distinguishable(now, before) is False:
        lines.append(f"not distinguishable from last {found.grain}")
    if now["note"]:
        lines.append(html.escape(now["note"]))
    return lines


def period_label(found: Series, period: date) -> str:
    """Week: "21 Sep–27 Sep"; month: "Aug 2026"."""
    return store().settings.calendar.label(period, found.grain)
