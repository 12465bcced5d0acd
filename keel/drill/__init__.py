"""The drill: from any number by click to the members it is made of, and from money on to customers and their orders.

Where a reader stands is one query parameter, `path`, and what the place is split by another, `by`, so that a link, a reload
and the back button show the same view. Everything a click changes is one fragment; the rest of the page stays as it is.

places      where a reader stands, which levels there are
questions   what is asked of `measure`: the number in one place, its parts, what is below and behind them
bars        a level as the browser draws it
"""

import hashlib
import html
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from keel import ui, wording
from keel.catalogue import Metric
from keel.drill import bars, questions
from keel.drill.bars import MOST_BARS, Level
from keel.drill.places import CUSTOMER, NO_CUSTOMER, ORDERS, Place, levels
from keel.drill.questions import View
from keel.errors import PrivacyError

MOST_LINES = 200
FEW_ROWS = 6  # so many bars leave room for the table below them
MOST_NOTES = 6  # a bar's tip says the rest
AT_ONCE = 3  # bars whose customers are asked for in one go ahead of a click: a click waits for no more than these


@st.fragment
def drill(metric_id: str, span: "ui.Span") -> None:
    """The breadcrumb, the number, its line and the next level of one metric, for the place the address names."""
    metric = ui.known_metrics()[metric_id]
    view = View(metric, span, ui.view().only(metric), ui.ask("members").get(metric_id, {}))
    place = Place.from_url(metric).within(metric, view.filters)
    names = questions.choices_of(view, place)
    level = questions.level_asked(names)
    if level == ORDERS:
        _orders(view, place)
        return
    try:
        shown = questions.level_at(view, place, level) if level else None
        refused = ""
    except PrivacyError as error:
        shown, refused = None, str(error)
    _breadcrumb(view, place, names, level, questions.number_at(view, place, shown), bool(shown and shown.opens))
    if shown is not None and shown.rows.empty and place.steps:
        what = "Nothing was sold here" if metric.source == "orders" else "There is no number here"
        st.info(f"{what} in this span. Choose a longer one above, or go back.")
        return
    left, right = st.columns(2, gap="medium")
    with left:
        if shown is None or shown.rows.empty:
            _says(refused or _ends(view, shown))
        else:
            _bars(view, place, shown)
            if len(shown.rows) > MOST_BARS:
                _open_any(shown, place)
            if len(shown.rows) <= FEW_ROWS:
                _table(view, place, shown)
            _notes(shown)
            _says(_ends(view, shown))
    with right:
        by_month = metric.rule == "answers" and bool(view.at(place)) and ui.view().grain == "week"
        ui.trend(metric.id, key="drill-trend", only=view.at(place), height=320, grain="month" if by_month else "")
        if shown is not None and len(shown.rows) > FEW_ROWS:
            _table(view, place, shown)
    if shown is not None and not shown.rows.empty:
        if shown.adds_up:
            _adds_up(len(shown.rows), "row", float(shown.rows["value"].sum()), metric)
        if metric.min_people:
            ui.hidden_lines(shown.rows, member="member")
        if level != CUSTOMER and not view.at(place):  # targets are of one member, inside nothing else
            ui.against_targets(metric, shown.rows, "member", level, span)


# What is drawn


def _ends(view: View, shown: Level | None) -> str:
    """Why the drill goes no further than this level, where that is not plain; and which bars open to nothing."""
    metric = view.metric
    if metric.rule == "records" and len(metric.dimensions) > 1 and not (shown and shown.opens):
        both = " and ".join(ui.dimension_label(name).lower() for name in metric.dimensions[:2])
        return f"It goes no deeper: by {both} together, groups of fewer than {ui.fewest(metric)} people could be worked out."
    if shown is not None and shown.rows.empty:
        return (
            f"There is no number by {ui.dimension_label(shown.name).lower()} in this span. Choose a longer one above."
        )
    if shown is None:
        return "It goes no deeper: these are all the columns that tell its rows apart."
    names = ", ".join(sorted(set(shown.shut) & set(shown.rows["member"][~shown.rows["hidden"]])))
    return f"{names}: in each {shown.opens} there are too few people to show, so it does not open." if names else ""


def _says(words: str) -> None:
    if words:
        st.html(f'<div class="keel-words">{html.escape(words)}</div>')


def _breadcrumb(
    view: View, place: Place, names: list[str], level: str, number: Any, is_open: bool
) -> None:  # fmt: skip
    """Where the reader stands, each step a way back, the number there, and what it is split by."""
    metric, currency = view.metric, ui.store().settings.currency
    parts = [currency] if metric.unit == "money" else []
    if number is not None and np.isfinite(number["n"]):
        parts.append(f"n {wording.number(number['n'], 'count')}")
    words = (
        "hidden"
        if number is not None and number["hidden"]
        else wording.number(None if number is None else number["value"], metric.told_in)
    )
    with st.container(key="drill-path", horizontal=True, vertical_alignment="center", gap="small"):
        st.button(_top(metric), key="crumb-0", type="tertiary", on_click=Place().go, disabled=not place.steps)
        for depth, (name, member) in enumerate(place.steps, 1):
            st.html("<span>›</span>", width="content")
            label = ui.ask("customer_name", customer_id=member) if name == CUSTOMER else member
            st.button(
                ui.plain(label), key=f"crumb-{depth}", type="tertiary", help=ui.dimension_label(name),
                on_click=Place(place.steps[:depth]).go, disabled=depth == len(place.steps),
            )  # fmt: skip
        st.html(
            f'<div class="keel-value">{html.escape(words)}<span class="keel-unit">{html.escape(" · ".join([*parts, _when(view)]))}</span></div>',
            width="content",
        )
        if level not in ("", ORDERS):
            _pick(names, level, place)
            if is_open:
                st.html('<span class="keel-note">click a bar to open it</span>', width="content")


def _top(metric: Metric) -> str:
    """The first step of the breadcrumb: "All net revenue", "All CSAT"."""
    label = metric.label
    return ui.plain(f"All {label if label[1:2].isupper() else label[:1].lower() + label[1:]}")


def _when(view: View) -> str:
    """The days the bars are of, in words."""
    if view.metric.rule == "answers":
        return ui.closed_months(view.metric.id, view.span)
    if view.metric.grain == "day":
        return view.span.words
    found = questions.parts(view, (), {})
    return (
        f"as of {ui.store().settings.calendar.label(found['period'].iloc[0], view.grain)}"
        if len(found)
        else view.span.words
    )


def _pick(names: list[str], level: str, place: Place) -> None:
    """What the place is split by: a choice where there is one, kept in the address.

    Each place has a choice of its own, and what stands already is none: what the browser says late of the place before must
    not be taken for a choice here.
    """
    labels = {name: f"by {ui.dimension_label(name).lower()}" for name in names}
    if len(names) == 1:
        st.html(f'<span class="keel-note">{html.escape(labels[level])}</span>', width="content")
        return

    def picked() -> None:
        if st.session_state[key] != level and st.query_params.get_all("path") == path:
            st.query_params["by"] = st.session_state[key]

    path = st.query_params.get_all("path")
    key = "-".join(["drill-by", *place.path])
    st.session_state[key] = level
    st.selectbox(
        "Split by", names, key=key, format_func=labels.__getitem__, on_change=picked, label_visibility="collapsed",
        width=170,
    )  # fmt: skip


def _open_any(shown: Level, place: Place) -> None:
    """A way to open what the bars fold into one."""
    if not shown.opens:
        return
    rows = shown.rows[
        (shown.rows["member"] != "") & ~shown.rows["hidden"] & ~shown.rows["member"].isin(list(shown.shut))
    ]
    labels = dict(zip(rows["member"], rows["label"], strict=True))

    def chosen() -> None:
        if member := st.session_state[f"drill-open-{shown.name}"]:
            place.then(shown.name, member).go()

    st.selectbox(
        "Open", list(labels), index=None, key=f"drill-open-{shown.name}", format_func=labels.__getitem__, on_change=chosen,
        placeholder=f"Open any of {len(labels)}", label_visibility="collapsed", width=260,
    )  # fmt: skip


def _bars(view: View, place: Place, shown: Level) -> None:
    """The level as bars that answer a click in the browser, with the levels below and above sent along."""

    def went() -> None:
        said = st.session_state.get("drill-bars")  # None: the page has moved on since
        path = said.went if said else None
        if path is not None:
            Place.along([str(part) for part in path], levels(view.metric)).go()

    token = _token(view, place, shown.name)

    def packed() -> dict[str, Any]:
        return bars.payload(
            shown, path=place.path, top=_top(view.metric), token=token, above=questions.level_above(view, place),
            below=questions.next_levels(view, place, shown),
        )  # fmt: skip

    payload = questions.made(view, place, packed, "bars", shown.name)
    with st.container(key="drill-chart"):
        _component("bars")(data=payload, key="drill-bars", on_went_change=went)
    if questions.level_below(view, place, shown.name) == CUSTOMER:
        _ahead(view, place, shown.name, token, bars.bars_in(payload["level"]), bars.MOST_BYTES - bars.size(payload))


@st.fragment
def _ahead(view: View, place: Place, level: str, token: str, members: list[str], room: int) -> None:
    """The customers behind each bar, asked for a few bars at a time while the page is at rest.

    A fragment of its own: nothing on the page is drawn anew for it, and `keel-drill-ahead` hands what came to the bars.
    """
    kept = st.session_state.setdefault("_drill_ahead", {"token": token, "bars": 0})
    if kept["token"] != token:
        kept.update(token=token, bars=0)

    def at_rest() -> None:
        said = st.session_state.get("drill-ahead")  # None: the page has moved on since
        if said and said.rest == token:
            kept["bars"] += AT_ONCE

    with st.container(key="drill-rest"):
        component = _component("ahead")
        asked = members[: kept["bars"]]
        found = bars.within(room, asked, lambda member: questions.level_at(view, place.then(level, member), CUSTOMER))
        component(
            data={"token": token, "next": found, "more": len(asked) < len(members)}, key="drill-ahead",
            on_rest_change=at_rest,
        )  # fmt: skip


def _token(view: View, place: Place, level: str) -> str:
    """A short name of data, of all that is asked, and of the level."""
    said = (ui.store().version, *questions.asked_of(view, place), level)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


@st.cache_resource
def _component(name: str) -> Any:
    folder = Path(__file__).parent
    html_of, css = folder / f"{name}.html", folder / f"{name}.css"
    return st.components.v2.component(
        f"keel_drill_{name}", js=(folder / f"{name}.js").read_text(encoding="utf-8"), isolate_styles=False,
        html=html_of.read_text(encoding="utf-8") if html_of.exists() else None,
        css=css.read_text(encoding="utf-8") if css.exists() else None,
    )  # fmt: skip


def _table(view: View, place: Place, shown: Level) -> None:
    """What the bars show as a table, with what there is no room for beside a bar; what is hidden is in the bars."""
    found, columns = questions.made(view, place, lambda: _listed(view, shown), "table", shown.name)
    ui.table(
        found, key=f"drill-table-{view.metric.id}-{shown.name}", height=None if len(found) <= FEW_ROWS else 250,
        columns=columns,
    )  # fmt: skip


def _listed(view: View, shown: Level) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The rows of the table and its columns."""
    rows, unit = shown.rows[~shown.rows["hidden"]], view.metric.unit
    found = pd.DataFrame({"label": rows["label"], "value": rows["value"]})
    columns = {"label": ui.dimension_label(shown.name), "value": _column(view.metric.label, unit)}
    if shown.adds_up:
        total = rows["value"].sum()
        found["share"] = rows["value"] / total if total else 0.0
        columns["share"] = _column("Share", "rate")
    if view.metric.id == "revenue":
        columns |= {"value": _column("Revenue", unit), "margin": _column("Margin", unit)}
        found["margin"] = rows["margin"] if "margin" in rows else questions.margins(view, shown, rows)
    if not shown.adds_up:
        found["n"], columns["n"] = rows["n"], _column("n", "count")
    found["likely"] = [
        None if pd.isna(low) else wording.interval(low, high, view.metric.told_in)
        for low, high in zip(rows["low"], rows["high"], strict=True)
    ]
    columns["likely"] = st.column_config.TextColumn("Likely", help="The 95 % range", alignment="right")
    for name in found.columns.intersection(["share"] if unit != "rate" else ["value"]):
        found[name] = (100 * found[name]).round(1) + 0.0  # no minus before a zero
    empty = [name for name in found if name not in ("label", "value") and found[name].isna().all()]
    return found.drop(columns=empty), {name: column for name, column in columns.items() if name not in empty}


def _notes(shown: Level) -> None:
    """What a reader must know of single rows; of hidden ones it is said below."""
    rows = shown.rows[~shown.rows["hidden"] & (shown.rows["note"] != "")].head(MOST_NOTES)
    lines = [
        f"<li><b>{html.escape(label)}</b> — {html.escape(note)}</li>"
        for label, note in zip(rows["label"], rows["note"], strict=True)
    ]
    if lines:
        st.html(f'<div class="keel-reasons"><ul>{"".join(lines)}</ul></div>')


def _column(label: str, unit: str) -> Any:
    """A column of numbers of a unit; rates are given in percent."""
    if unit == "money":
        return ui.money_column(label)
    if unit == "rate":
        return ui.percent_column(label)
    formats = {"count": "localized", "points": "%.1f", "score": "%.2f", "days": "%.1f"}
    return st.column_config.NumberColumn(label, format=formats[unit])


def _orders(view: View, place: Place) -> None:
    """The last level: the order lines of one customer, which add up to the number."""
    customer = None if place.customer == NO_CUSTOMER else place.customer
    what = "margin" if view.metric.id == "gross_margin" else "amount"
    asked = {"customer_id": customer, "start": view.span.start, "end": view.span.end, "only": view.at(place)}
    lines: pd.DataFrame = ui.ask("orders_behind", most=MOST_LINES, **asked)
    count = int(lines["all_lines"].iloc[0]) if len(lines) else 0
    if what == "amount":
        total = float(lines["all_amount"].iloc[0]) if len(lines) else 0.0
    else:
        every = lines if count <= len(lines) else ui.ask("orders_behind", most=count, **asked)
        total = float(every["margin"].sum())
    number = pd.Series({"value": total, "n": np.nan, "hidden": False})
    _breadcrumb(view, place, [ORDERS], ORDERS, number, is_open=False)
    if lines.empty:
        st.info("Nothing was sold here in this span. Choose a longer one above, or go back.")
        return
    shown = lines.drop(columns=["all_lines", "all_amount"]).assign(day=lines["day"].dt.date)
    shown = shown.dropna(axis="columns", how="all")
    ui.table(
        shown, key="drill-orders", height=420,
        columns={
            "day": ui.day_column("Day"), "order_id": "Order", "product": "Product", "product_line": "Product line",
            "quantity": _column("Quantity", "count"),
            "amount": ui.money_column("Amount"), "margin": ui.money_column("Margin"),
        },
    )  # fmt: skip
    _adds_up(count, "order line", total, view.metric, listed=len(lines))
    if customer:
        ui.customer_link(customer, "All there is on this customer")


def _adds_up(count: int, what: str, total: float, metric: Metric, *, listed: int | None = None) -> None:
    """The sentence that says that the rows add up to the number, and to what."""
    unit = f" {ui.store().settings.currency}" if metric.unit == "money" else ""
    words = f"{wording.plural(count, what)} {'adds' if count == 1 else 'add'} up to {wording.exact(total, metric.unit)}{unit}"
    words += f"; the newest {listed} are listed" if listed is not None and listed < count else ""
    st.html(f'<div class="keel-sum">{words}.</div>')
