"""What the bare page and the Dash app have in common, so that both show the very same: data, numbers, charts, table.

pandas and Plotly Express as one writes them in an afternoon. A path is the clicks so far, each a level and its member (a pair).
"""

import os
from collections.abc import Sequence

import pandas as pd
import plotly.express as px
import plotly.graph_objects as go

LEVELS = ["region", "segment", "product_line"]

Path = Sequence[Sequence[str]]


def load() -> pd.DataFrame:
    """One row per day x region x segment x product line: revenue, margin, lines."""
    return pd.read_parquet(os.environ["BARE_SALES"])


def level(path: Path) -> str:
    """The level that the bars show after these clicks."""
    return LEVELS[min(len(path), len(LEVELS) - 1)]


def cut(sales: pd.DataFrame, path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The last year of what was clicked on, and the year before it."""
    for column, member in path:
        sales = sales[sales[column] == member]
    last = sales["day"].max()
    year = sales[sales["day"] > last - pd.DateOffset(years=1)]
    before = sales[(sales["day"] <= last - pd.DateOffset(years=1)) & (sales["day"] > last - pd.DateOffset(years=2))]
    return year, before


def numbers(year: pd.DataFrame, before: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Label, value and change of each number above the charts."""
    now, then = year[["revenue", "margin", "lines"]].sum(), before[["revenue", "margin", "lines"]].sum()
    return [
        ("Revenue", f"{now.revenue:,.0f}", f"{now.revenue / then.revenue - 1:+.1%}"),
        ("Margin", f"{now.margin:,.0f}", f"{now.margin / then.margin - 1:+.1%}"),
        (
            "Margin rate",
            f"{now.margin / now.revenue:.1%}",
            f"{now.margin / now.revenue - then.margin / then.revenue:+.1%}",
        ),
        ("Order lines", f"{now.lines:,.0f}", f"{now.lines / then.lines - 1:+.1%}"),
        (
            "Revenue a line",
            f"{now.revenue / now.lines:,.2f}",
            f"{now.revenue / now.lines - then.revenue / then.lines:+.2f}",
        ),
    ]


def bars(year: pd.DataFrame, level: str) -> go.Figure:
    """Revenue by the members of a level, the largest on top."""
    parts = year.groupby(level)["revenue"].sum().sort_values().reset_index()
    return px.bar(parts, x="revenue", y=level, orientation="h", title=f"Revenue by {level}")


def trend(year: pd.DataFrame, before: pd.DataFrame) -> go.Figure:
    """Revenue by week, this year and last."""
    weekly = year.resample("W", on="day")["revenue"].sum()
    earlier = before.resample("W", on="day")["revenue"].sum()
    weeks = pd.DataFrame({"this year": weekly.to_numpy()[-52:], "last year": earlier.to_numpy()[-52:]})
    weeks.index = weekly.index[-52:]
    return px.line(weeks, title="Revenue by week", height=320)


def table(year: pd.DataFrame, level: str) -> pd.DataFrame:
    """Revenue, margin and share of each member of a level."""
    parts = year.groupby(level, as_index=False)[["revenue", "margin"]].sum()
    return parts.assign(share=parts["revenue"] / parts["revenue"].sum())


def steps(year: pd.DataFrame, before: pd.DataFrame) -> go.Figure:
    """From last year's revenue to this year's, by product line."""
    change = year.groupby("product_line")["revenue"].sum() - before.groupby("product_line")["revenue"].sum()
    waterfall = go.Waterfall(
        x=["Last year", *change.index, "This year"],
        y=[before["revenue"].sum(), *change, 0],
        measure=["absolute", *["relative"] * len(change), "total"],
    )
    return go.Figure(waterfall, {"title": "What changed", "height": 300})


def rates(year: pd.DataFrame) -> go.Figure:
    """The margin rate by month."""
    monthly = year.resample("ME", on="day")[["revenue", "margin"]].sum()
    rate = (monthly["margin"] / monthly["revenue"]).rename("margin rate")
    return px.line(rate, title="Margin rate by month", height=300)
