"""Horizon: who leaves, of which kind, how soon after joining."""

import streamlit as st

from keel import charts, ui

CARDS = ["voluntary_turnover", "turnover", "regretted_turnover", "first_year_attrition", "headcount"]

ui.title("Turnover", "Are we keeping people, and when do we lose them?")
if not ui.nothing_yet(CARDS, "a roster of employees with the days of hiring and leaving"):
    ui.cards(CARDS, key="turnover", columns=5)
    span = ui.asked_span("headcount")
    left, right = st.columns(2, gap="medium")
    with left, st.container(key="box-trend"):
        ui.heading("Voluntary turnover", "resignations of the trailing year over the mean headcount")
        ui.trend("voluntary_turnover", key="turnover-trend")
    with right, st.container(key="box-walk"):
        ui.heading("Headcount walk", span.words)
        walk = ui.ask("headcount_walk", start=span.start, end=span.end)
        ui.chart(
            charts.waterfall(ui.walk_steps(walk), theme=ui.theme(), unit="count", kind="lead"),
            key="walk",
            alt="Headcount walk",
        )
    left, right = st.columns(2, gap="medium")
    with left, st.container(key="box-tenure"):
        ui.heading(
            "Still here after …", "people hired in the last five years; cut where fewer than five remain to tell"
        )
        curve = ui.ask("tenure_curve", as_of=span.end)
        ui.chart(
            charts.survival_curve(curve, theme=ui.theme()), key="tenure", alt="Share still here by months since hiring"
        )
    with right, st.container(key="box-year"):
        ui.heading("The trailing year in people")
        ui.staff_year("turnover")
    ui.said_of_groups(ui.known_metrics()["turnover"].dimensions)
    ui.seen(ui.known_metrics()["turnover"])
