"""What a person types on a metric: its targets, events that touch it, a new beginning of its usual range."""

import html
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import streamlit as st

from keel import company, measure, wording
from keel.catalogue import Metric
from keel.ui.cards import judged, period_label
from keel.ui.frame import ask, attempt, blank, dimension_label, heading, known_metrics, plain, sent, store, who

COMPANY = ("", "")
PERCENT = 100


def targets(metric: Metric) -> None:
    """The dated targets of a metric, each removable, and a form for another."""
    unit = metric.told_in
    is_rate, adds_up = unit in ("rate", "rate_bps"), metric.roll == "sum" and metric.grain == "day"
    heading("Targets", "for a month; a week gets the share of its days" if adds_up else "held from a day on")
    rows = ask("all_targets", metric_id=metric.id)
    for row in measure.records(rows):
        whom = f"{dimension_label(row['dimension'])} {row['member']}" if row["dimension"] else "The company"
        words = f"{wording.number(row['value'], unit)} from {wording.day_year(row['valid_from'])}"
        _removable(words, whom, batch=row["batch"], key=f"target-{row['batch']}-{whom}-{row['valid_from']}")
    if rows.empty:
        st.html('<div class="keel-sum">None yet. With one, every card and chart says whether it is met.</div>')
    members = ask("members").get(metric.id, {})
    choices = [
        COMPANY,
        *((name, member) for name, known in members.items() for member in sorted(known) if member != measure.NO_MEMBER),
    ]
    with (
        st.popover("Set a target", key=blank("targets"), icon=":material/add:"),
        st.form(blank("targets") + "-form", border=False),
    ):
        value = st.number_input(
            f"Target ({'%' if is_rate else _unit_words(metric)})",
            value=None,
            format="%g",
            key=blank("targets") + "-value",
        )
        since = st.date_input("From", value=_first_of_next_month(), key=blank("targets") + "-from", format="YYYY-MM-DD",
                              help="Earlier periods keep the target they had, or none.")  # fmt: skip
        of = st.selectbox(
            "For", choices, key=blank("targets") + "-of",
            format_func=lambda one: "The company" if one == COMPANY else f"{dimension_label(one[0])}: {one[1]}",
        )  # fmt: skip
        if st.form_submit_button("Set it", type="primary"):
            if value is None:
                st.error("Target: nothing was typed; a number was expected.")
            else:
                number = value / PERCENT if is_rate else value
                _type_in("targets", {
                    "metric": metric.id, "valid_from": since, "value": f"{number:.10g}", "dimension": of[0], "member": of[1],
                }, "The target is set.")  # fmt: skip


def events(metric: Metric) -> None:
    """The events that touch a metric, each removable, and a form for another."""
    heading("Events", "drawn on every chart they touch")
    for row in sorted(ask("events", metric_id=metric.id), key=lambda row: row["happened_on"], reverse=True):
        when = wording.span(row["happened_on"], row["ends_on"])
        year = "" if str(row["happened_on"].year) in when else f" {row['happened_on'].year}"
        _removable(f"{when}{year}", row["words"] + ("" if row["metric"] else " (touches every metric)"), batch=row["batch"],
                   key=f"event-{row['batch']}-{row['happened_on']}-{row['words']}")  # fmt: skip
    if not ask("events", metric_id=metric.id):
        st.html(
            '<div class="keel-sum">None yet. A price change, an outage, a fair: what a reader will ask about.</div>'
        )
    note_event(metric)


def note_event(metric: Metric) -> None:
    """A form for an event that touches a metric, and perhaps others."""
    known = known_metrics()
    with (
        st.popover("Note an event", key=blank("events"), icon=":material/add:"),
        st.form(blank("events") + "-form", border=False),
    ):
        words = st.text_input(
            "What happened", key=blank("events") + "-words", max_chars=120, placeholder="Price change"
        )
        happened_on = st.date_input("Day", value="today", key=blank("events") + "-day", format="YYYY-MM-DD")
        ends_on = st.date_input(
            "Last day, if it lasted", value=None, key=blank("events") + "-last", format="YYYY-MM-DD"
        )
        touched = st.multiselect("Metrics it touches (none: all)", list(known), default=[metric.id], key=blank("events") + "-metrics",
                                 format_func=lambda id: known[id].label)  # fmt: skip
        if st.form_submit_button("Note it", type="primary"):
            if not words.strip():
                st.error("What happened: nothing was typed; a few words were expected.")
            else:
                _type_in("events", {
                    "metric": "; ".join(touched), "happened_on": happened_on, "ends_on": ends_on, "words": words.strip(),
                }, "The event is noted.")  # fmt: skip


def baselines(metric: Metric) -> None:
    """A form that begins the metric's usual range anew, with the reason and the day; and those that did."""
    found = judged(metric.id)
    periods = found.periods
    for row in ask("baselines", metric_id=metric.id):
        _removable(f"Anew from {wording.day_year(row['from_on'])}", f"{row['reason']} ({row['who']}, {wording.day_year(row['said_on'])})",
                   batch=row["batch"], key=f"baseline-{row['batch']}")  # fmt: skip
    if not periods:
        return
    with (
        st.popover("Begin it anew", key=blank("baselines"), icon=":material/restart_alt:"),
        st.form(blank("baselines") + "-form", border=False),
    ):
        st.markdown(
            "When the business itself has changed (a market entered, a shop sold), the old range says nothing about the new level."
        )
        since = st.selectbox(
            f"From the {found.series.grain} of", periods[::-1], key=blank("baselines") + "-from",
            format_func=lambda period: f"{period_label(found.series, period)}, {period.year}",
        )  # fmt: skip
        reason = st.text_input(
            "Why", key=blank("baselines") + "-reason", max_chars=200, placeholder="Sold the shop in Lyon"
        )
        if st.form_submit_button("Begin anew", type="primary"):
            if not reason.strip():
                st.error("Why: nothing was typed; a reason was expected, for whoever asks in a year.")
            else:
                _type_in(
                    "baselines",
                    {"metric": metric.id, "from_on": since, "reason": reason.strip()},
                    "The range begins anew.",
                )


def _type_in(kind: str, row: Mapping[str, Any], done: str) -> None:
    if attempt(lambda: company.type_in(store(), kind, row, who=who()), done) is not None:
        sent(kind)
        st.rerun()


def _removable(words: str, of: str, *, batch: int, key: str) -> None:
    """One line with a way to take out the upload it came with, where that is this line alone."""
    with st.container(key=f"typed-{key}", horizontal=True, vertical_alignment="center", wrap=False):
        st.html(f'<div class="keel-typed"><b>{html.escape(words)}</b> {html.escape(of)}</div>')
        row = next((row for row in store().rows("batches") if row["batch"] == batch), None)
        if row is None or row["rows_accepted"] > 1:
            st.html('<span class="keel-sum">from a file</span>', width="content")
        elif st.button("Remove", key=f"remove-{key}", type="tertiary", help=plain(f"Take out: {words} {of}")):

            def take_out() -> bool:
                store().undo(batch, who=who())
                return True

            if attempt(take_out, "It is out."):
                st.rerun()


def _unit_words(metric: Metric) -> str:
    return {
        "money": store().settings.currency,
        "count": "number",
        "points": "points",
        "score": "on its scale",
        "days": "days",
    }[metric.unit]


def _first_of_next_month() -> date:
    return (date.today().replace(day=1) + timedelta(days=32)).replace(day=1)
