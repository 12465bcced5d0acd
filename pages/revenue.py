"""Wake: revenue and margin, down to the customers and their orders; who came, grew, shrank and left."""

import streamlit as st

from keel import ui
from keel.drill import drill

CARDS = ["revenue", "gross_margin", "gross_margin_rate", "orders", "average_order_value"]

ui.title("Revenue", "What do customers pay us, who are they, and do they stay?")
if not ui.nothing_yet(CARDS, "orders"):
    ui.cards(CARDS, key="revenue", columns=5)
    with st.container(key="box-drill"):
        drill("revenue", ui.asked_span("revenue"))
    with st.container(key="box-six-twelve"):
        ui.heading("Net revenue: six weeks and twelve months")
        ui.six_twelve("revenue", key="six-twelve")
    with st.container(key="box-outlook"):
        ui.outlook("revenue")
    left, right = st.columns(2, gap="medium")
    with left, st.container(key="box-movements"):
        ui.movements()
    with right, st.container(key="box-retention"):
        ui.heading("Net revenue retention", "what last year's customers spend this year; won-back revenue is left out")
        ui.trend("net_revenue_retention", key="retention", height=300)
