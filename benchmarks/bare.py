"""The bare page of the comparison: Streamlit, pandas and Plotly Express as one writes them in an afternoon.

As many numbers, charts and tables as Keel's Revenue page, over data that is grouped already; one script from top to
bottom, which runs as a whole at every click. Only the load is cached. Started by benchmarks.side_by_side.
"""

import os

import pandas as pd
import plotly.express as px
import plotly.graph_objects as go
import streamlit as st

LEVELS = ["region", "segment", "product_line"]

st.set_page_config(page_title="Revenue", layout="wide")


@st.cache_data
def load() -> pd.DataFrame:
    """One row per day x region x segment x product line: revenue, margin, lines."""
    return pd.read_parquet(os.environ["BARE_SALES"])


def clicked(key: str, level: str) -> None:
    """Take the clicked bar as the next filter."""
    points = st.session_state[key].selection.points
    if points:
        st.session_state.path = [*st.session_state.path, (level, points[0]["y"])]


def back() -> None:
    """Take all filters off."""
    st.session_state.path = []


path = st.session_state.setdefault("path", [])
sales = load()
for column, member in path:
    sales = sales[sales[column] == member]

last = sales["day"].max()
year = sales[sales["day"] > last - pd.DateOffset(years=1)]
before = sales[(sales["day"] <= last - pd.DateOffset(years=1)) & (sales["day"] > last - pd.DateOffset(years=2))]

st.title("Revenue")
now, then = year[["revenue", "margin", "lines"]].sum(), before[["revenue", "margin", "lines"]].sum()
numbers = [
    ("Revenue", f"{now.revenue:,.0f}", f"{now.revenue / then.revenue - 1:+.1%}"),
    ("Margin", f"{now.margin:,.0f}", f"{now.margin / then.margin - 1:+.1%}"),
    ("Margin rate", f"{now.margin / now.revenue:.1%}", f"{now.margin / now.revenue - then.margin / then.revenue:+.1%}"),
    ("Order lines", f"{now.lines:,.0f}", f"{now.lines / then.lines - 1:+.1%}"),
    (
        "Revenue a line",
        f"{now.revenue / now.lines:,.2f}",
        f"{now.revenue / now.lines - then.revenue / then.lines:+.2f}",
    ),
]
for place, (label, value, delta) in zip(st.columns(len(numbers)), numbers, strict=True):
    place.metric(label, value, delta, border=True)

with st.container(key="drill-path", horizontal=True):
    st.button("All revenue", on_click=back, disabled=not path)
    st.write(" › ".join(member for _, member in path))

level = LEVELS[min(len(path), len(LEVELS) - 1)]
left, right = st.columns(2)
with left, st.container(key="drill-chart"):
    parts = year.groupby(level, as_index=False)["revenue"].sum().sort_values("revenue")
    chart_key = f"bars-{level}"
    st.plotly_chart(
        px.bar(parts, x="revenue", y=level, orientation="h", title=f"Revenue by {level}"),
        key=chart_key,
        on_select=lambda: clicked(chart_key, level),
        selection_mode="points",
    )
with right:
    weekly = year.resample("W", on="day")["revenue"].sum()
    earlier = before.resample("W", on="day")["revenue"].sum()
    weeks = pd.DataFrame({"this year": weekly.to_numpy()[-52:], "last year": earlier.to_numpy()[-52:]})
    weeks.index = weekly.index[-52:]
    st.plotly_chart(px.line(weeks, title="Revenue by week", height=320), key="trend")
    table = year.groupby(level, as_index=False)[["revenue", "margin"]].sum()
    st.dataframe(table.assign(share=table["revenue"] / table["revenue"].sum()), hide_index=True, height=180)

left, right = st.columns(2)
with left:
    change = year.groupby("product_line")["revenue"].sum() - before.groupby("product_line")["revenue"].sum()
    steps = go.Waterfall(
        x=["Last year", *change.index, "This year"],
        y=[then.revenue, *change, 0],
        measure=["absolute", *["relative"] * len(change), "total"],
    )
    st.plotly_chart(go.Figure(steps, {"title": "What changed", "height": 300}), key="steps")
with right:
    monthly = year.resample("ME", on="day")[["revenue", "margin"]].sum()
    rates = (monthly["margin"] / monthly["revenue"]).rename("margin rate")
    st.plotly_chart(px.line(rates, title="Margin rate by month", height=300), key="rates")
