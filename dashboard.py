"""The frame of the dashboard: page config, shared controls, navigation. `streamlit run dashboard.py`."""

import streamlit as st

from keel import ui

st.set_page_config(page_title="Keel", page_icon="static/keel.svg", layout="wide", initial_sidebar_state="collapsed")

page = st.navigation(
    [
        st.Page("pages/balance.py", title="Balance", default=True),
        st.Page("pages/revenue.py", title="Revenue"),
        st.Page("pages/engagement.py", title="Engagement"),
        st.Page("pages/turnover.py", title="Turnover"),
        st.Page("pages/satisfaction.py", title="Satisfaction"),
        st.Page("pages/metric.py", title="Metric"),
        st.Page("pages/uploads.py", title="Uploads"),
        st.Page("pages/definitions.py", title="Definitions"),
    ],
    position="top",
)
ui.run(page)
