"""Any one metric: over time, its usual range, its parts, targets, events, rows behind it, definition."""

import streamlit as st

from keel import ui
from keel.drill import drill

PARTS = ["Over time", "Six weeks, twelve months"]

known = ui.known_metrics()
chosen = ui.choose("Metric", list(known), key="metric", labels={m.id: m.label for m in known.values()})
metric = known[chosen]
ui.title(metric.label, metric.meaning)
if not ui.nothing_yet([chosen], metric.needs or "a file of measures"):
    span = ui.asked_span(chosen)
    left, right = st.columns([1, 3], gap="medium")
    with left:
        ui.card(chosen, key="metric")
        ui.behind_link(metric)
    with right, st.container(key="box-trend"):
        part = ui.parts(PARTS, key="over")
        if part == PARTS[1]:
            ui.six_twelve(chosen, key="six-twelve")
        elif metric.dimensions:
            drill(chosen, span)
        else:
            ui.trend(chosen, key="metric-trend", height=280, says=False)
    ui.seen(metric)
    left, right = st.columns(2, gap="medium")
    with left, st.container(key="box-limits"):
        ui.limits(chosen)
        ui.baselines(metric)
    with right:
        with st.container(key="box-targets"):
            ui.targets(metric)
        with st.container(key="box-events"):
            ui.events(metric)
    ui.said_of_groups(metric.dimensions)
    with st.container(key="box-rows"):
        ui.heading("Rows behind it", "each period's numerator and denominator; they add up to the number")
        ui.rows_behind(chosen)
with st.container(key="box-definition"):
    ui.heading("What this is")
    ui.definition(metric)
