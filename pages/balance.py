"""Home: what is in the wake beside what is on the horizon."""

import streamlit as st

from keel import ui

ui.title("Balance", "Where are we, and what is coming?")
if not ui.nothing_yet(
    [*ui.WAKE, *ui.HORIZON, *ui.own_measures("lag"), *ui.own_measures("lead")],
    "orders, a roster of employees, or a survey",
):
    ui.changed([*ui.WAKE, *ui.HORIZON, *ui.own_measures("lag"), *ui.own_measures("lead")])
    wake, between, horizon = st.columns([13, 4, 13], gap="small")
    with wake:
        st.html('<h2 class="keel-side keel-lag">In the wake<small>results: they move last</small></h2>')
        ui.cards([*ui.WAKE, *ui.own_measures("lag")], key="wake", columns=2)
    with between:
        ui.verdict_lines()
    with horizon:
        st.html(
            '<h2 class="keel-side keel-lead">On the horizon<small>people and customers: they move first</small></h2>'
        )
        ui.cards([*ui.HORIZON, *ui.own_measures("lead")], key="horizon", columns=2)
