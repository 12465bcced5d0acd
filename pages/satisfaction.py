"""Horizon: how satisfied customers are, and where."""

import streamlit as st

from keel import charts, ui
from keel.drill import drill

CARDS = ["nps", "csat", "ces", "response_rate"]

ui.title("Satisfaction", "Would customers recommend us, and where would they not?")
if not ui.nothing_yet(CARDS, "a customer survey"):
    ui.cards(CARDS, key="satisfaction")
    span = ui.asked_span("nps")
    with st.container(key="box-drill"):
        drill("nps", span)
    left, right = st.columns([3, 2], gap="medium")
    with left, st.container(key="box-csat"):
        ui.heading("Customer satisfaction", "answers in the top two points")
        ui.trend("csat", key="csat-trend", height=260)
    with right, st.container(key="box-scores"):
        anonymous = [metric for name in CARDS if (metric := ui.known_metrics()[name]).rule == "answers"]
        ui.heading("Answers by score", f"{span.words} · the company as a whole" if anonymous else span.words)
        counts = ui.ask(
            "score_counts",
            role="nps",
            start=span.start,
            end=span.end,
            region=ui.view().region,
            segment=ui.view().segment,
        )
        ui.chart(
            charts.distribution(counts, theme=ui.theme(), low=0, high=10, cuts=ui.NPS_CUTS), key="nps-scores",
            alt="Answers by score",
        )  # fmt: skip
    if ui.has_ladder():
        ui.ladder_moves()
    ui.said_of_groups(ui.known_metrics()["nps"].dimensions)
    for metric in anonymous[:1]:
        ui.seen(metric)
