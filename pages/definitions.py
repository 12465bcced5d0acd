"""The catalogue, printed: every metric, what it means, its SQL, owner, target, freshness."""

import streamlit as st

from keel import ui

KINDS = {"lag": "In the wake: results", "lead": "On the horizon: what moves first"}

ui.title("Definitions", "What does each number mean?")
words = st.text_input(
    "Find", placeholder="Find a metric or a word", key="find", bind="query-params", label_visibility="collapsed"
)
for kind, heading in KINDS.items():
    ui.heading(heading)
    for metric in ui.matching(words, kind):
        with st.expander(f"**{ui.plain(metric.label)}** — {ui.plain(metric.meaning)}"):
            ui.definition(metric)
            ui.metric_link(metric, f"Open {metric.label}")
