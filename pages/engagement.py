"""Horizon: how engaged people are, by driver and group, who answered, and what they wrote."""

import streamlit as st

from keel import charts, ui

CARDS = ["engagement", "enps", "participation"]
PARTS = ["Drivers", "Over time", "Who answered", "Comments"]

ui.title("Engagement", "Are people glad to work here, and what drives it?")
if not ui.nothing_yet(CARDS, "an employee survey"):
    metric = ui.known_metrics()["engagement"]
    span = ui.asked_span("engagement")
    with st.container(key="parts", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        part = ui.parts(PARTS, key="part")
        ui.seen(metric)
    if part == "Drivers":
        ui.cards(CARDS, key="engagement", columns=3)
        with st.container(key="box-heat"):
            ui.by_driver(span)
        left, right = st.columns(2, gap="medium")
        with left, st.container(key="box-drivers"):
            ui.heading("The company by driver", f"{span.words} · the line is all items together")
            drivers = ui.company_drivers(span)
            ui.chart(
                charts.drivers(drivers, theme=ui.theme(), overall=ui.overall(drivers)),
                key="drivers",
                alt="Engagement by driver",
            )
        with right, st.container(key="box-scores"):
            ui.heading("Would you recommend us as a place to work?", span.words)
            counts = ui.ask("score_counts", role="enps", start=span.start, end=span.end)
            ui.chart(
                charts.distribution(counts, theme=ui.theme(), low=0, high=10, cuts=ui.NPS_CUTS), key="enps-scores",
                alt="Answers by score",
            )  # fmt: skip
        with st.container(key="box-moving"):
            ui.moving_with_recommending(span)
    elif part == "Over time":
        left, right = st.columns(2, gap="medium")
        with left, st.container(key="box-trend"):
            ui.heading("Engagement", "favourable answers, with what can be told from so many")
            ui.trend("engagement", key="engagement-trend", height=240)
        with right, st.container(key="box-enps"):
            ui.heading("Employee NPS", "the last answer of each person in the week")
            ui.trend("enps", key="enps-trend", height=240)
        if metric.dimensions:
            with st.container(key="box-groups"):
                ui.by_group("engagement", span)
            ui.said_of_groups(metric.dimensions)
    elif part == "Who answered":
        left, right = st.columns(2, gap="medium")
        with left, st.container(key="box-answering"):
            ui.participation(span)
        with right, st.container(key="box-participation"):
            ui.heading("Participation", "of those invited, as the survey's file has it")
            ui.trend("participation", key="participation-trend")
    else:
        with st.container(key="box-comments"):
            ui.comments(span)
