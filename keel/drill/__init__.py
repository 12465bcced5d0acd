"""The drill: from a revenue number by click to region, segment, product line, customer and the orders themselves.

Where a reader stands is one query parameter, `path`, so that a link, a reload and the back button show the same
view. Everything a click changes is one fragment; the rest of the page stays as it is.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from keel import ui, wording

LEVELS = ("region", "segment", "product_line", "customer")
NO_CUSTOMER = "(no customer)"
MOST_CUSTOMERS, MOST_LINES, MOST_BARS = 50, 200, 12
FEW_ROWS = 6  # so many bars leave room for the table below them


@dataclass(frozen=True)
class Place:
    """Where in the drill a reader stands: the steps taken, each a dimension and its member."""

    steps: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_url(cls) -> "Place":
        """The place the address names; steps that are no levels of the drill are left out."""
        return cls.along(st.query_params.get_all("path"))

    @classmethod
    def along(cls, path: list[str]) -> "Place":
        """The place at the end of a path such as ["region=North", "segment=Small"]."""
        parts = [part.split("=", 1) for part in path if "=" in part]
        return cls(tuple((name, member) for name, member in parts if name in LEVELS))

    @property
    def path(self) -> list[str]:
        """The steps as the address writes them."""
        return [f"{name}={member}" for name, member in self.steps]

    def within(self, filters: dict[str, str]) -> "Place":
        """The place inside the shared filters: what they say already is no step, and what contradicts them ends the path."""
        steps = []
        for name, member in self.steps:
            if name in filters and filters[name] != member:
                break
            if name not in filters:
                steps.append((name, member))
        return Place(tuple(steps))

    @property
    def only(self) -> dict[str, str]:
        """The steps as filters of orders."""
        return {name: member for name, member in self.steps if name != "customer"}

    @property
    def customer(self) -> str | None:
        """The customer the steps end with."""
        return dict(self.steps).get("customer")

    def go(self) -> None:
        """Make this the place the address names."""
        if self.steps:
            st.query_params["path"] = self.path
        elif "path" in st.query_params:
            del st.query_params["path"]


@st.fragment
def drill(span: "ui.Span") -> None:
    """The breadcrumb, the number, its line and the next level, for the place the address names."""
    filters = ui.view().only(ui.known_metrics()["revenue"])
    place = Place.from_url().within(filters)
    only = {**filters, **place.only}
    level = _next_level(place, only)
    rows = _rows(level, only, place, span)
    total = float(rows["revenue"].sum()) if level != "orders" else float(rows.attrs["total"])
    currency = ui.store().settings.currency
    _breadcrumb(place, level, f"{wording.number(total, 'money')}", f"{currency} · {span.words}")
    if rows.empty:
        st.info("Nothing was sold here in this span. Choose a longer one above, or go back.")
        return
    if level == "orders":
        _orders(rows)
        _adds_up(rows, level, total, currency)
        if place.customer and place.customer != NO_CUSTOMER:
            ui.customer_link(place.customer, "All there is on this customer")
        return
    left, right = st.columns(2, gap="medium")
    with left:
        _bars(rows, level, place, filters, span)
        if len(rows) > MOST_BARS:
            _open_any(rows, level, place)
        if len(rows) <= FEW_ROWS:
            _table(rows, level)
    with right:
        ui.trend("revenue", key="drill-trend", only=only, height=320)
        if len(rows) > FEW_ROWS:
            _table(rows, level)
    _adds_up(rows, level, total, currency)


def _next_level(place: Place, only: dict[str, str]) -> str:
    """The first level not yet taken that tells anything apart; the orders once a customer is chosen."""
    if place.customer:
        return "orders"
    members = ui.ask("members").get("revenue", {})
    for level in LEVELS[:-1]:
        if level not in only and len(members.get(level, [])) > 1:
            return level
    return "customer"


def _rows(level: str, only: dict[str, str], place: Place, span: "ui.Span") -> pd.DataFrame:
    """member, label, revenue, margin, share: the next level's rows, which add up to the number on screen."""
    if level == "orders":
        customer = None if place.customer == NO_CUSTOMER else place.customer
        lines: pd.DataFrame = ui.ask(
            "orders_behind", customer_id=customer, start=span.start, end=span.end, only=only, most=MOST_LINES
        )
        lines.attrs["total"] = float(lines["all_amount"].iloc[0]) if len(lines) else 0.0
        lines.attrs["lines"] = int(lines["all_lines"].iloc[0]) if len(lines) else 0
        return lines
    if level == "customer":
        rows = ui.ask("customers_behind", start=span.start, end=span.end, only=only, most=MOST_CUSTOMERS)
        rest = [f"{count:,} more customers" for count in rows["customers"]]
        names = [
            {"one": name or customer, "rest": others, "none": NO_CUSTOMER}[part]
            for part, customer, name, others in zip(rows["part"], rows["customer_id"], rows["name"], rest, strict=True)
        ]
        members = [
            {"one": customer, "rest": "", "none": NO_CUSTOMER}[part]
            for part, customer in zip(rows["part"], rows["customer_id"], strict=True)
        ]
        rows = rows.assign(member=members, label=names)
    else:
        rows = ui.ask("breakdown", metric_id="revenue", by=level, only=only, start=span.start, end=span.end)
        margin = ui.ask("breakdown", metric_id="gross_margin", by=level, only=only, start=span.start, end=span.end)
        rows = rows.rename(columns={level: "member", "value": "revenue"})
        margins = dict(zip(margin[level], margin["value"], strict=True)) if len(margin) else {}
        rows = rows.assign(label=rows["member"], margin=[margins.get(member) for member in rows["member"]])
    total = rows["revenue"].sum()
    share = rows["revenue"] / total if total else rows["revenue"] * 0
    return rows.assign(share=share)[["member", "label", "revenue", "share", "margin"]]


def _breadcrumb(place: Place, level: str, number: str, words: str) -> None:
    """Where the reader stands, each step a way back, and the number there."""
    with st.container(key="drill-path", horizontal=True, vertical_alignment="center", gap="small"):
        st.button("All revenue", key="crumb-0", type="tertiary", on_click=Place().go, disabled=not place.steps)
        for depth, (name, member) in enumerate(place.steps, 1):
            st.html("<span>›</span>", width="content")
            label = ui.ask("customer_name", customer_id=member) if name == "customer" else member
            st.button(
                ui.plain(label), key=f"crumb-{depth}", type="tertiary", help=ui.dimension_label(name),
                on_click=Place(place.steps[:depth]).go, disabled=depth == len(place.steps),
            )  # fmt: skip
        st.html(f'<div class="keel-value">{number}<span class="keel-unit">{words}</span></div>', width="content")
        if level != "orders":
            st.html(
                f'<span class="keel-note">by {ui.dimension_label(level).lower()}: click a bar to open it</span>',
                width="content",
            )


def _open_any(rows: pd.DataFrame, level: str, place: Place) -> None:
    """A way to open what the bars fold into one."""
    labels = {member: label for member, label in zip(rows["member"], rows["label"], strict=True) if member}

    def chosen() -> None:
        if member := st.session_state[f"drill-open-{level}"]:
            Place((*place.steps, (level, member))).go()

    st.selectbox(
        "Open", list(labels), index=None, key=f"drill-open-{level}", format_func=labels.__getitem__, on_change=chosen,
        placeholder=f"Open any of {len(labels)}", label_visibility="collapsed", width=260,
    )  # fmt: skip


def _bars(rows: pd.DataFrame, level: str, place: Place, filters: dict[str, str], span: "ui.Span") -> None:
    """The level as bars that answer a click in the browser, with the levels below and above sent along."""
    only = {**filters, **place.only}

    def went() -> None:
        path = st.session_state["drill-bars"].went
        if path is not None:
            Place.along([str(part) for part in path]).go()

    with st.container(key="drill-chart"):
        _component()(
            data={
                "level": _level(rows, level, place),
                "next": _next_levels(rows, level, place, only, span),
                "up": _level_above(place, filters, span),
            },
            key="drill-bars", on_went_change=went,
        )  # fmt: skip


def _level_above(place: Place, filters: dict[str, str], span: "ui.Span") -> dict[str, Any] | None:
    """The level one step up, with the words of the way back; None at the top."""
    if not place.steps:
        return None
    above = Place(place.steps[:-1])
    only = {**filters, **above.only}
    level = _next_level(above, only)
    words = above.steps[-1][1] if above.steps else "All revenue"
    return {**_level(_rows(level, only, above, span), level, above), "words": words}


@st.cache_resource
def _component() -> Any:
    folder = Path(__file__).parent
    return st.components.v2.component(
        "keel_drill_bars", html='<button class="keel-bars-back" hidden></button><div class="keel-bars" role="group"></div>', isolate_styles=False,
        css=(folder / "bars.css").read_text(encoding="utf-8"), js=(folder / "bars.js").read_text(encoding="utf-8"),
    )  # fmt: skip


def _level(rows: pd.DataFrame, level: str, place: Place) -> dict[str, Any]:
    """One level as the browser draws it: words and widths, worded here, so that nothing is computed there."""
    shown = _folded(rows)
    longest = float(shown["revenue"].abs().max()) or 1.0
    currency = ui.store().settings.currency
    return {
        "title": f"Revenue by {ui.dimension_label(level).lower()}",
        "name": level,
        "path": place.path,
        "rows": [
            {
                "member": member, "label": label, "opens": bool(member), "sign": -1 if revenue < 0 else 1,
                "value": f"{wording.number(revenue, 'money')} · {wording.percent(share)}",
                "exact": f"{wording.exact(revenue, 'money')} {currency}", "share": round(100 * abs(revenue) / longest, 1),
            }
            for member, label, revenue, share in zip(
                *(shown[name].tolist() for name in ("member", "label", "revenue", "share")), strict=True
            )
        ],
    }  # fmt: skip


def _next_levels(rows: pd.DataFrame, level: str, place: Place, only: dict[str, str], span: "ui.Span") -> dict[str, Any]:
    """The next level of each bar in view, where that is a question of groups; customers are asked when opened."""
    following = _next_level(place, {**only, level: ""})
    if following in ("customer", "orders") or level == "customer":
        return {}
    parts = ui.ask("breakdowns", metric_id="revenue", by=(level, following), only=only, start=span.start, end=span.end)
    found = {}
    for member, group in parts.groupby(level):
        group = group.sort_values("value", ascending=False, ignore_index=True)
        total = group["value"].sum()
        named = group.rename(columns={following: "member", "value": "revenue"})[["member", "revenue"]]
        share = named["revenue"] / total if total else named["revenue"] * 0
        below = Place((*place.steps, (level, str(member))))
        found[str(member)] = _level(named.assign(label=named["member"], share=share), following, below)
    return {bar: found[bar] for bar in _folded(rows)["member"] if bar in found}


def _folded(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with all but the largest in one, so that the bars stay few and still add up."""
    if len(rows) <= MOST_BARS:
        return rows
    head, rest = rows.head(MOST_BARS - 1), rows.iloc[MOST_BARS - 1 :]
    label = f"{len(rest)} more, in the table"
    folded = pd.DataFrame(
        [{"member": "", "label": label, "revenue": rest["revenue"].sum(), "share": rest["share"].sum()}]
    )
    return pd.concat([head, folded], ignore_index=True)


def _table(rows: pd.DataFrame, level: str) -> None:
    shown = rows[["label", "revenue", "share", "margin"]]
    if shown["margin"].isna().all():
        shown = shown.drop(columns="margin")
    ui.table(
        shown, key=f"drill-table-{level}", height=None if len(shown) <= FEW_ROWS else 250,
        columns={
            "label": ui.dimension_label(level), "revenue": ui.money_column("Revenue"), "margin": ui.money_column("Margin"),
            "share": st.column_config.NumberColumn("Share", format="percent"),
        },
    )  # fmt: skip


def _orders(lines: pd.DataFrame) -> None:
    shown = lines.drop(columns=["all_lines", "all_amount"]).assign(day=lines["day"].dt.date)
    shown = shown.dropna(axis="columns", how="all")
    ui.table(
        shown, key="drill-orders", height=420,
        columns={
            "day": "Day", "order_id": "Order", "product": "Product", "product_line": "Product line", "quantity": "Quantity",
            "amount": ui.money_column("Amount"), "margin": ui.money_column("Margin"),
        },
    )  # fmt: skip


def _adds_up(rows: pd.DataFrame, level: str, total: float, currency: str) -> None:
    exact = wording.exact(total, "money")
    if level == "orders":
        count, listed = rows.attrs["lines"], len(rows)
        words = f"{wording.plural(count, 'order line')} {'adds' if count == 1 else 'add'} up to {exact} {currency}"
        words += f"; the newest {listed} are listed" if listed < count else ""
    else:
        words = f"{wording.plural(len(rows), 'row')} {'adds' if len(rows) == 1 else 'add'} up to {exact} {currency}"
    st.html(f'<div class="keel-sum">{words}.</div>')
