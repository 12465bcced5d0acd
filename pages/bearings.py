"""Which number moved before which, how surely, and where that points."""

import streamlit as st

from keel import ui

ui.title("Bearings", "Which number moves first, how surely, and where does that point?")
if not ui.nothing_yet(["revenue", "engagement", "nps", "turnover", *ui.own_measures("lead")], "orders and a survey"):
    with st.container(key="box-chain"):
        ui.chain()
    left, right = st.columns([2, 3], gap="medium")
    with left, st.container(key="box-links"):
        chosen = ui.links()
    with right, st.container(key="box-link"):
        ui.link(chosen)
    with st.container(key="box-outlook"):
        ui.outlook()
    with st.container(key="box-others"):
        ui.other_links()
