"""The frame of the dashboard: page config, shared controls, navigation. `streamlit run dashboard.py`."""

import streamlit as st

from keel import ui

page = ui.navigation()
st.set_page_config(
    page_title=f"{page.title} · Keel", page_icon="static/keel.svg", layout="wide", initial_sidebar_state="collapsed"
)
ui.run(page)
