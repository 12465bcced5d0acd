"""The dashboard, `streamlit run dashboard.py`: as the server it opens the store at once, as a page it draws the frame."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st


@asynccontextmanager
async def opening(_: st.App) -> AsyncIterator[None]:
    """While the server runs; whoever comes first finds the store open, or on its way."""
    threading.Thread(target=_make_ready, daemon=True).start()
    yield


def _make_ready() -> None:
    from keel import ui  # takes as long as the browser takes to fetch Streamlit's own scripts

    ui.make_ready()


if __name__ == "__main__":  # for each who looks, at each look
    from keel import ui

    page = ui.navigation()
    st.set_page_config(
        page_title=f"{page.title} · Keel", page_icon="static/keel.svg", layout="wide", initial_sidebar_state="collapsed"
    )
    ui.run(page)
else:  # once, by the server
    app = st.App("dashboard.py", lifespan=opening)
