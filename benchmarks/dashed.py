"""The Dash app of the comparison: `python -m benchmarks.dashed PORT`; the charts, numbers and table of benchmarks.afternoon.

The data is read once, when it starts. A click on a bar is answered by two callbacks side by side: the bars, which are
what was clicked on, need not wait for the rest. waitress serves it, in one process with eight threads. Started by
benchmarks.side_by_side.
"""

import sys
from typing import Any

import pandas as pd
from dash import Dash, Input, Output, State, ctx, dcc, html
from waitress import serve

from benchmarks import afternoon

THREADS = 8


def layout() -> html.Div:
    """The page, empty: the first callbacks fill it."""
    return html.Div(
        [
            dcc.Store(id="path", data=[]),
            html.H1("Revenue"),
            html.Div(id="numbers", style={"display": "grid", "gridTemplateColumns": "repeat(5, 1fr)", "gap": "1rem"}),
            html.Div([html.Button("All revenue", id="back", disabled=True), html.Span(id="crumbs")]),
            _beside(
                dcc.Graph(id="bars"), html.Div([dcc.Graph(id="trend"), html.Table(id="table", style={"width": "100%"})])
            ),
            _beside(dcc.Graph(id="steps"), dcc.Graph(id="rates")),
        ],
        style={"fontFamily": "sans-serif", "margin": "1rem 4rem"},
    )


def _beside(left: Any, right: Any) -> html.Div:
    return html.Div([left, right], style={"display": "grid", "gridTemplateColumns": "1fr 1fr", "gap": "1rem"})


def _number(label: str, value: str, delta: str) -> html.Div:
    parts = [html.Small(label), html.Div(value, className="value", style={"fontSize": "2rem"}), html.Small(delta)]
    return html.Div(parts, style={"border": "1px solid lightgray", "borderRadius": "8px", "padding": "1rem"})


def _table(parts: pd.DataFrame) -> list[html.Tr]:
    """A heading and a row for each member: four rows need no grid that scrolls."""
    rows = [
        [member, f"{revenue:,.0f}", f"{margin:,.0f}", f"{share:.1%}"]
        for member, revenue, margin, share in parts.itertuples(index=False)
    ]
    return [
        html.Tr([html.Th(name) for name in parts.columns]),
        *(html.Tr([html.Td(cell) for cell in row]) for row in rows),
    ]


def _next(clicked: dict[str, Any] | None, path: list[list[str]]) -> list[list[str]]:
    """Where this click leads from here."""
    if ctx.triggered_id == "back":
        return []
    return [*path, [afternoon.level(path), clicked["points"][0]["y"]]] if clicked else path


def create(sales: pd.DataFrame) -> Dash:
    """The app over this data."""
    app = Dash(__name__, title="Revenue")
    app.layout = layout()
    click = (Input("bars", "clickData"), Input("back", "n_clicks"), State("path", "data"))

    @app.callback(Output("path", "data"), Output("bars", "figure"), *click)
    def show_bars(clicked: dict[str, Any] | None, _: int | None, path: list[list[str]]) -> tuple[Any, ...]:
        path = _next(clicked, path)
        year, _before = afternoon.cut(sales, path)
        return path, afternoon.bars(year, afternoon.level(path))

    @app.callback(
        Output("numbers", "children"),
        Output("crumbs", "children"),
        Output("back", "disabled"),
        Output("trend", "figure"),
        Output("table", "children"),
        Output("steps", "figure"),
        Output("rates", "figure"),
        *click,
    )
    def show_rest(clicked: dict[str, Any] | None, _: int | None, path: list[list[str]]) -> tuple[Any, ...]:
        path = _next(clicked, path)
        year, before = afternoon.cut(sales, path)
        return (
            [_number(*number) for number in afternoon.numbers(year, before)],
            " › ".join(member for _, member in path),
            not path,
            afternoon.trend(year, before),
            _table(afternoon.table(year, afternoon.level(path))),
            afternoon.steps(year, before),
            afternoon.rates(year),
        )

    return app


if __name__ == "__main__":
    serve(create(afternoon.load()).server, host="127.0.0.1", port=int(sys.argv[1]), threads=THREADS)
