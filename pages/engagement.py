"""Horizon: how engaged people are, by driver, and how many say so."""

import streamlit as st

from keel import charts, ui

CARDS = ["engagement", "enps", "participation"]

ui.title("Engagement", "Are people glad to work here, and what drives it?")
if not ui.nothing_yet(CARDS, "an employee survey"):
    ui.cards(CARDS, key="engagement", columns=3)
    span = ui.asked_span("engagement")
    left, right = st.columns(2, gap="medium")
    with left, st.container(key="box-trend"):
        ui.heading("Engagement", "favourable answers, with what can be told from so many")
        ui.trend("engagement", key="engagement-trend")
    with right, st.container(key="box-drivers"):
        ui.heading("By driver", f"{span.words} · the line is all items together")
        drivers = ui.ask("drivers", start=span.start, end=span.end)
        ui.chart(
            charts.drivers(drivers, theme=ui.theme(), overall=ui.overall(drivers)),
            key="drivers",
            alt="Engagement by driver",
        )
    left, right = st.columns(2, gap="medium")
    with left, st.container(key="box-enps"):
        ui.heading("Employee NPS", "the last answer of each person in the period")
        ui.trend("enps", key="enps-trend", height=260)
    with right, st.container(key="box-scores"):
        ui.heading("Would you recommend us as a place to work?", span.words)
        counts = ui.ask("score_counts", role="enps", start=span.start, end=span.end)
        ui.chart(
            charts.distribution(counts, theme=ui.theme(), low=0, high=10, cuts=ui.NPS_CUTS), key="enps-scores",
            alt="Answers by score",
        )  # fmt: skip
    st.markdown(":gray[Answers are shown for the company as a whole only, and never for fewer than five people.]")
