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

from keel import measure, signals, sparkline, suppression, targets, wording
from keel.catalogue import Metric
from keel.errors import PrivacyError
from keel.measure import Judged, Series
from keel.periods import add_months
from keel.ui.frame import PAGES, ask, here, known_metrics, plain, store, theme, view

MOST_OWN = 12  # cards of uploaded measures on one side of Balance; the Metric page has them all


def judged(metric_id: str, *, only: Mapping[str, str] | None = None, grain: str = "") -> Judged:
    """A metric over its whole history by the chosen grain, under the shared filters (or `only`), against its usual range.

    What the filters may not tell is hidden in every period, with the reason.
    """
    metric = ask("metrics")[metric_id]
    asked = {"metric_id": metric_id, "grain": grain or view().grain_of(metric)}
    only = view().only(metric) if only is None else dict(only)
    try:
        found: Judged = ask("judged", only=only, **asked)
    except PrivacyError as error:
        found = ask("judged", only={}, **asked)
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


def latest(found: Series) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The last whole period and the one before it, as rows; None where there is none."""
    whole = found.frame[~found.frame["partial"]]
    rows = measure.records(whole.tail(2))
    return (rows[-1] if rows else None), (rows[-2] if len(rows) > 1 else None)


def cards(metric_ids: Sequence[str], *, key: str, columns: int = 4) -> None:
    """A grid of cards, one a metric; a metric without data says what would bring it."""
    with st.container(key=f"cards-{columns}-{key}", horizontal=True, gap="small"):
        for metric_id in metric_ids:
            card(metric_id, key=f"{key}-{metric_id}")


def own_measures(kind: str) -> list[str]:
    """The company's own measures of one kind, as many as a page can hold."""
    return [metric.id for metric in known_metrics().values() if metric.uploaded and metric.kind == kind][:MOST_OWN]


def card(metric_id: str, *, key: str) -> None:
    """One card: label, period, value, changes, 26 periods as a line, target, what its usual range says and why."""
    metric = ask("metrics")[metric_id]
    with st.container(key=f"card-{metric.kind}-{key}", gap=None):
        metric_link(metric)
        st.html(_card_body(judged(metric_id)))


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
    now, before = latest(found)
    if now is None and (running := found.frame[found.frame["partial"] & found.frame["value"].notna()]).shape[0]:
        so_far = running.iloc[-1]
        number = "" if so_far["hidden"] else f": {wording.number(so_far['value'], unit_of(metric))} so far"
        return (
            f'<div class="keel-none">No whole {found.grain} yet</div>'
            f'<div class="keel-words">{period_label(found, so_far["period"])} is not over{number}.</div>'
        )
    if now is None:
        needs = f"Bring {html.escape(metric.needs)}." if metric.needs else "No whole period yet."
        return f'<div class="keel-none">No data yet</div><div class="keel-words">{needs}</div>'
    unit = unit_of(metric)
    goal = goals(found, [now["period"]])[0]
    value = "hidden" if now["hidden"] else wording.number(now["value"], unit)
    measure_unit = f'<span class="keel-unit">{currency}</span>' if metric.unit == "money" else ""
    line = sparkline.sparkline(
        found.frame.tail(26), kind=metric.kind, theme=theme(), better=metric.better, target=goal, unit=unit,
        grain=found.grain, currency=currency,
    )  # fmt: skip
    words = [_changes(metric, found.grain, now, before)]
    if goal is not None and not now["hidden"] and not pd.isna(now["value"]):
        words.append(target_words(metric, now["value"], goal))
    words += sentences(found)
    return (
        f'<div class="keel-period">{period_label(found, now["period"])}</div>'
        f'<div class="keel-row"><div class="keel-value">{value}{measure_unit}</div>{_image(line)}</div>'
        + "".join(f'<div class="keel-words">{line}</div>' for line in [*words, _behind(metric)] if line)
        + ("" if now["hidden"] else said(judged))
    )


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


MARKS = {"signal": "■ Signal", "watch": "◆ Watch", "provisional": "◇", "none": "", "": ""}


def said(judged: Judged) -> str:
    """What the usual range says of the latest period; opened, why, and how often that is false."""
    grain, points = judged.series.grain, judged.signals.points
    status = points[-1].status if points else "none"
    words = html.escape(signals.words(judged.signals, period=grain))
    mark = f"<b>{MARKS[status]}</b> " if MARKS[status] else ""
    why = "".join(f"<li>{html.escape(line)}</li>" for line in because(judged))
    return f'<details class="keel-said keel-said-{tone_of(judged)}"><summary>{mark}{words}</summary><ul>{why}</ul></details>'


def because(judged: Judged) -> list[str]:
    """Why the words on a card are what they are: the range in the metric's unit, then what it rests on."""
    latest, unit = judged.signals, unit_of(judged.series.metric)
    lines = signals.because(latest, judged.periods, period=judged.series.grain)
    if latest.points and not pd.isna(latest.low):
        lines.insert(
            0,
            f"Usual now: {wording.interval(latest.low, latest.high, unit)}, about {wording.number(latest.centre, unit)}.",
        )
    return lines


def tone_of(judged: Judged) -> str:
    """How a signal is coloured: bad, watch (bad, worth watching), good, or quiet."""
    point = judged.signals.points[-1] if judged.signals.points else None
    if point is None or point.status not in ("signal", "watch"):
        return "quiet"
    tone = wording.tone(1 if point.run > 0 else -1, judged.series.metric.better)
    return ("bad" if point.status == "signal" else "watch") if tone == "bad" else tone


def _image(svg: str) -> str:
    """A drawing as an image: the page lets images through and strips drawings. Its label becomes the text for who cannot see."""
    label = re.search(r'aria-label="([^"]*)"', svg)
    data = base64.b64encode(svg.encode()).decode()
    return f'<img alt="{label[1] if label else ""}" src="data:image/svg+xml;base64,{data}">'


def target_words(metric: Metric, value: float, goal: float) -> str:
    """ "target 1.20 M · ✓ met by 3.1 %"."""
    unit = unit_of(metric)
    found = targets.verdict(value, goal, metric.better)
    off = wording.gap(value, goal, unit)
    by = f" by {off}" if off else ", just"
    verdict = {
        True: f"✓ met{by}",
        False: f"✕ missed{by}",
        None: f"{off} {'above' if found.by > 0 else 'below'}" if off else "on it",
    }
    return f"target {wording.number(goal, unit)} · {verdict[found.is_met]}"


def _changes(metric: Metric, grain: str, now: Mapping[str, Any], before: Mapping[str, Any] | None) -> str:
    if now["hidden"]:
        return html.escape(now["note"])
    pairs = [(before["value"] if before else None, f"last {grain}"), (now["prior"], "last year")]
    parts = []
    for earlier, against in pairs:
        if earlier is None or pd.isna(earlier):
            continue
        words, direction = wording.change(now["value"], earlier, unit_of(metric), against=against)
        parts.append(f'<span class="keel-{wording.tone(direction, metric.better)}">{html.escape(words)}</span>')
    return " ".join(parts)


def sentences(found: Series) -> list[str]:
    """Plain lines on the last whole period: interval and n, what cannot be told apart."""
    now, before = latest(found)
    if now is None or now["hidden"]:
        return []
    lines = []
    if not pd.isna(now["low"]):
        lines.append(f"likely {wording.interval(now['low'], now['high'], unit_of(found.metric))}")
        if not pd.isna(now["n"]):
            lines[0] += f" · n {int(now['n']):,}"
    if before and not before["hidden"] and measure.distinguishable(now, before) is False:
        lines.append(f"not distinguishable from last {found.grain}")
    if now["note"]:
        lines.append(html.escape(now["note"]))
    return lines


def unit_of(metric: Metric) -> str:
    """The unit as wording tells it: a rate compared in basis points is one of its own."""
    return "rate_bps" if metric.compare == "bps" else metric.unit


def period_label(found: Series, period: date) -> str:
    """Week: "21 Sep–27 Sep"; month: "Aug 2026"."""
    return store().settings.calendar.label(period, found.grain)
