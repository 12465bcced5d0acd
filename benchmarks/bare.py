"""The bare page of the comparison: Streamlit, pandas and Plotly Express as one writes them in an afternoon.

As many numbers, charts and tables as Keel's Revenue page, over data that is grouped already; one script from top to
bottom, which runs as a whole at every click. Only the load is cached. Started by benchmarks.side_by_side.
"""

import streamlit as st

from benchmarks import afternoon

st.set_page_config(page_title="Revenue", layout="wide")


def clicked(key: str, level: str) -> None:
    """Take the clicked bar as the next filter."""
    points = st.session_state[key].selection.points
    if points:
        st.session_state.path = [*st.session_state.path, (level, points[0]["y"])]


def back() -> None:
    """Take all filters off."""
    st.session_state.path = []


path = st.session_state.setdefault("path", [])
year, before = afternoon.cut(st.cache_data(afternoon.load)(), path)

st.title("Revenue")
numbers = afternoon.numbers(year, before)
for place, (label, value, delta) in zip(st.columns(len(numbers)), numbers, strict=True):
    place.metric(label, value, delta, border=True)

with st.container(key="drill-path", horizontal=True):
    st.button("All revenue", on_click=back, disabled=not path)
    st.write(" › ".join(member for _, member in path))

level = afternoon.level(path)
left, right = st.columns(2)
with left, st.container(key="drill-chart"):
    chart_key = f"bars-{level}"
    st.plotly_chart(
        afternoon.bars(year, level),
        key=chart_key,
        on_select=lambda: clicked(chart_key, level),
        selection_mode="points",
    )
with right:
    st.plotly_chart(afternoon.trend(year, before), key="trend")
    st.dataframe(afternoon.table(year, level), hide_index=True, height=180)

left, right = st.columns(2)
with left:
    st.plotly_chart(afternoon.steps(year, before), key="steps")
with right:
    st.plotly_chart(afternoon.rates(year), key="rates")
