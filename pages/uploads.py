"""Drop a file, see what will be counted, import, undo."""

import streamlit as st

from keel import ui

ui.title("Uploads", "Bring your files as they are; see what will be counted before it is.")
ui.previews(ui.uploader())
left, right = st.columns([3, 2], gap="large")
with left:
    ui.uploaded()
with right:
    ui.what_to_bring()
    ui.questionnaires()
