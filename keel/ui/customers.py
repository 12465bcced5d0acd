"""Customers in lists, each name with what put it there: the 80 %, those at risk, the slipping, the lost, the ladder."""

import html
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from keel import charts, customers, desk, measure, wording
from keel.errors import QuestionError
from keel.export import lists
from keel.ui.frame import PAGES, ask, covered, glance, heading, here, known_metrics, plain, store, theme, view
from keel.ui.panels import chart, day_column, parts, percent_column, table

PARTS = ["The 80 %", "Can't afford to lose", "Slipping and lost", "Win-back desk", "Ladder"]
MOST_ROWS = 200  # of a list on screen; its file holds all of them
RUNG_NAMES = {
    "none": "Not yet bought",
    "customer": "Customer",
    "client": "Client",
    "advocate": "Advocate",
    "lost": "Lost",
}
RUNG_WORDS = {
    "customer": "bought on one day",
    "client": "bought again",
    "advocate": "buys again, and recommends us (9–10)",
    "lost": "silent too long",
}
BACK_WORDS = {1: "1 month", 3: "3 months", 12: "12 months"}
EVERY_ROW = 1_000_000

NAME: dict[str, tuple[str, str]] = {"customer_id": ("Number", "text"), "name": ("Customer", "text")}
PLACE: dict[str, tuple[str, str]] = {
    "region": ("Region", "text"), "segment": ("Segment", "text"), "owner": ("Owner", "text"), "team": ("Team", "text"),
}  # fmt: skip
LAST: dict[str, tuple[str, str]] = {"last_purchase_on": ("Last purchase", "day")}


# Asking


def _as_of() -> date | None:
    """The day as of which customers stand; None for the last one."""
    asked = st.query_params.get("as_of", "")
    if not asked:
        return None
    first, last = covered(known_metrics()["revenue"])
    try:
        day = date.fromisoformat(asked)
    except ValueError as error:
        raise QuestionError(
            f"as_of: found {asked!r}; a day such as {last} was expected. Correct the address."
        ) from error
    if not first <= day <= last:
        raise QuestionError(f"as_of: found {day}; a day from {first} to {last} was expected. Correct the address.")
    return day


def asked_view() -> dict[str, Any]:
    return {"as_of": _as_of(), "region": view().region, "segment": view().segment}


def _leaving_teams() -> list[str]:
    return list(customers.leaving_teams(store()))


def standing(**more: Any) -> customers.Standing:
    found: customers.Standing = ask("customers.standing", **{**asked_view(), "teams": _leaving_teams(), **more})
    return found


def money(value: Any) -> str:
    return f"{wording.number(value, 'money')} {store().settings.currency}"


def has_customers() -> bool:
    """Whether any order line names a customer; where none does, the page says what would bring them."""
    if standing(region=None, segment=None, as_of=None).sums:
        return True
    st.info("There is nothing here yet. Bring orders with a customer column, and this page fills by itself.")
    st.page_link(PAGES / "uploads.py", label="Go to Uploads", icon=":material/upload:")
    return False


def has_ladder() -> bool:
    """Whether there are customers who bought and scores they gave in their own name, to stand on a ladder."""
    return bool(len(ask("series", metric_id="advocates", grain="month").frame))


def customer_parts() -> str:
    """The head of the page: which part, as of which day, and a way to any customer; then how many stand where."""
    first, last = covered(known_metrics()["revenue"])
    with st.container(key="customers-head", horizontal=True, vertical_alignment="center", gap="medium"):
        part = parts(PARTS, key="part")
        day = st.date_input(
            "As of", value=_as_of() or last, min_value=first, max_value=last, key="customers-as-of", format="YYYY-MM-DD", width=150,
            label_visibility="collapsed", help="As of which day customers stand",
        )  # fmt: skip
        _keep_day(day, last)
        _find()
    _facts()
    glance()
    return part


def _keep_day(day: Any, last: date) -> None:
    """The day in the address, where it is another than the last one."""
    wanted = day.isoformat() if isinstance(day, date) and day != last else ""
    if wanted != st.query_params.get("as_of", ""):
        if wanted:
            st.query_params["as_of"] = wanted
        else:
            del st.query_params["as_of"]
        st.rerun()


def _find() -> None:
    """A way to any customer by a few letters of the name or number."""
    words = st.text_input(
        "Find a customer", key="find-customer", placeholder="Find a customer", label_visibility="collapsed", width=200
    )
    if not words.strip():
        return
    found = ask("customers.listed", which="all", words=words, most=8)
    with st.container(key="found-customers", horizontal=True, gap="small"):
        for row in measure.records(found):
            customer_button(row["customer_id"], row["name"])
        if found.empty:
            st.html('<span class="keel-sum">Nobody of that name or number has order lines.</span>', width="content")


def customer_link(customer_id: str, name: str = "") -> None:
    """A link to a customer's own page."""
    st.page_link(
        PAGES / "customers.py", label=plain(name or customer_id), query_params={"customer": customer_id, **here()}
    )


def customer_button(customer_id: str, name: str) -> None:
    """The same on the Customers page itself: there a link would leave the address as it was."""
    if st.button(plain(name), key=f"open-{customer_id}", type="tertiary", icon=":material/arrow_forward:"):
        _open(customer_id)


def _facts() -> None:
    found = standing()
    sums, whole = found.sums, found.concentration
    if not sums:
        st.html('<div class="keel-words">No customer in this view has order lines by that day.</div>')
        return
    value = found.of
    facts = []
    if whole["k"] is not None:
        facts.append((f"{whole['k']:,}", f"of {whole['customers']:,} customers make 80 % of the {value}"))
    facts += [
        (f"{sums['at_risk']:,}", f"of those to keep show a warning · {money(sums['at_risk_value'])} at stake"),
        (f"{sums['slipping']:,}", f"slipping · {money(sums['slipping_value'])} of {value}"),
        (f"{sums['lost']:,}", f"lost · were worth {money(sums['lost_worth'])} a year"),
        (f"{sums['active']:,}", "active"),
    ]  # fmt: skip
    tiles = "".join(
        f"<div><b>{html.escape(number)}</b><span>{html.escape(words)}</span></div>" for number, words in facts
    )
    st.html(f'<div class="keel-facts-row keel-facts-tight">{tiles}</div>')


# Lists


def _heads(which: str, value: str) -> dict[str, tuple[str, str]]:
    """The columns of a list: column -> its head and kind."""
    value = value.capitalize()
    year = {"value": (f"{value}, 12 months", "money")}
    rhythm: dict[str, tuple[str, str]] = {
        "days_silent": ("Days silent", "count"), "usual_gap": ("Usual gap, days", "count"), "silence": ("Times its usual gap", "times"),
    }  # fmt: skip
    return {
        "set": {"place": ("Place", "count"), **NAME, **year, "together": ("Together", "share"), "products": ("Buys most", "text"), **LAST, **PLACE},
        "entered": {**NAME, **year, "place": ("Place", "count"), "place_ago": ("A month ago", "count"), **PLACE},
        "gone": {**NAME, "at_stake": (f"{value}, a month ago", "money"), **year, "place": ("Place", "count"), "place_ago": ("A month ago", "count"), **PLACE},
        "at_risk": {**NAME, **year, "why": ("Why it is here", "text"), **LAST, **PLACE},
        "slipping": {**NAME, **year, **rhythm, **LAST, "why": ("Why it is here", "text"), **PLACE},
        "lost": {**NAME, "worth": (f"{value} in its last year", "money"), "lost_on": ("Lost since", "day"), **LAST, "reason": ("Why it left", "text"), **PLACE},
        "quiet": {**NAME, **year, **rhythm, "why": ("Why it is here", "text"), **PLACE},
    }[which]  # fmt: skip


def listed_rows(which: str, words: str = "", most: int = MOST_ROWS) -> pd.DataFrame:
    frame = ask(
        "customers.listed", which=which, words=words, teams=customers.leaving_teams(store()), most=most, **asked_view()
    )
    whole = standing().concentration
    together = frame["running"] / whole["above_zero"] if whole.get("above_zero") else float("nan")
    why = desk.reasons(store(), list(frame["customer_id"])) if which == "lost" else {}
    known = [why.get(one, "").replace(desk.UNKNOWN, "") for one in frame["customer_id"]]
    return frame.assign(together=together, reason=known)


def customer_list(which: str, title: str, note: str, *, height: int = 420, is_long: bool = True) -> None:
    """One list: how many there are, what is at stake in them, a filter, the rows (a click opens the customer), files of it."""
    with st.container(
        key=f"list-head-{which}", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        heading(title, note)
        words = ""
        if is_long:
            words = st.text_input(
                "Filter", key=f"filter-{which}", placeholder="Filter by name, number, owner, team", label_visibility="collapsed", width=260
            )  # fmt: skip
    frame, value = listed_rows(which, words), standing().of
    if frame.empty:
        st.html(
            f'<div class="keel-words">{"Nobody of that name is in this list." if words else "Nobody is in this list."}</div>'
        )
        return
    heads = _heads(which, value)
    _table(frame, heads, key=f"list-{which}", height=min(height, 36 * (len(frame) + 1) + 2))
    count, at_stake = customers.listed_sum(store(), which, words=words, **asked_view(), teams=_leaving_teams())
    if count is None:
        told = f"{wording.plural(len(frame), 'customer')} {'hold' if len(frame) != 1 else 'holds'} these letters"
    else:
        of = "a year when they bought" if which == "lost" else f"of {value}"
        rows = f"the {len(frame)} with most at stake are listed, the file has all · " if count > len(frame) else ""
        told = f"{wording.plural(count, 'customer')} · {rows}they add up to {wording.exact(at_stake, 'money')} {store().settings.currency} {of}"
    with st.container(key=f"list-foot-{which}", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<div class="keel-sum">{html.escape(told)}.</div>', width="content")
        files(lambda: listed_rows(which, words, EVERY_ROW), heads, title, f"customers-{which}", words)


_KINDS: Mapping[str, Callable[[str], Any]] = {  # of columns
    "money": partial(st.column_config.NumberColumn, format="localized"),
    "count": partial(st.column_config.NumberColumn, format="localized"),
    "share": percent_column,
    "times": partial(st.column_config.NumberColumn, format="%.1f"),
    "day": day_column,
    "text": st.column_config.TextColumn,
}


def _table(frame: pd.DataFrame, heads: Mapping[str, tuple[str, str]], *, key: str, height: int) -> None:
    """The rows; a click on any cell opens the customer."""
    shown = frame[list(heads)].copy()
    for column, (_, kind) in heads.items():
        if kind in ("money", "count"):
            shown[column] = shown[column].astype(float).round()
        elif kind == "share":
            shown[column] = 100 * shown[column]
    empty = [
        column
        for column in shown
        if column not in ("name", "customer_id") and (shown[column].isna() | shown[column].eq("")).all()
    ]
    shown = shown.drop(columns=empty)
    columns: dict[str, Any] = {
        column: _KINDS[kind](label) for column, (label, kind) in heads.items() if column in shown
    }
    shown = shown[["name", *[column for column in shown if column != "name"]]]
    event = table(
        shown, key=key, columns=columns, height=height, on_select="rerun", selection_mode="single-cell", placeholder=""
    )
    cells = event.selection.cells if event is not None else []
    if cells:
        _open(str(frame["customer_id"].iloc[cells[0][0]]))


def _open(customer_id: str) -> None:
    st.query_params["customer"] = customer_id
    st.rerun()


def files(
    rows: Callable[[], pd.DataFrame], heads: Mapping[str, tuple[str, str]], title: str, name: str, words: str
) -> None:
    """The list as CSV and as a workbook, made when they are asked for."""
    about = _about(title, words)

    def as_csv() -> bytes:
        return lists.csv_of(rows(), heads).encode("utf-8-sig")

    def as_workbook() -> bytes:
        return lists.workbook_of(rows(), heads, title=title.replace("/", " "), about=about)

    for label, data, ending, kind in (
        ("CSV", as_csv, "csv", "text/csv"),
        ("Excel", as_workbook, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ):
        st.download_button(
            label,
            data,
            f"{name}.{ending}",
            kind,
            key=f"{name}-{ending}",
            type="tertiary",
            icon=":material/download:",
            on_click="ignore",
        )


def _about(title: str, words: str) -> list[tuple[str, str]]:
    as_of = standing().as_of
    filters = [
        f"{name} {member}" for name, member in (("region", view().region), ("segment", view().segment)) if member
    ]
    filters += [f"holds “{words}”"] if words else []
    return [
        ("List", title), ("As of", as_of.isoformat() if as_of else ""), ("Filters", ", ".join(filters) or "none"),
        ("Currency", store().settings.currency), ("Value is", f"{standing().of}, trailing twelve months"),
        ("Lost", f"no purchase for {store().settings.lost_after_months} calendar months, or what the segment's own setting says"),
    ]  # fmt: skip


# The parts


def foundation() -> None:
    """The 80 % curve, the names on it, who entered and left since last month; products the same way."""
    found = standing()
    whole, value = found.concentration, found.of
    left, right = st.columns([2, 3], gap="medium")
    with left, st.container(key="box-pareto"):
        heading(
            "How much few customers make",
            f"{value}, trailing twelve months, the whole company; a click opens the customer",
        )
        event = chart(
            charts.pareto(
                ask("customers.curve", as_of=_as_of()), theme=theme(), customers=whole["customers"], k=whole["k"], share=whole["share"],
                noun="customers", value=value, currency=store().settings.currency,
            ),
            key="pareto", alt=f"{whole['k']} customers make 80 % of the {value}", on_select="rerun", selection_mode="points",
        )  # fmt: skip
        clicked = [str(point.get("customdata") or "") for point in event.selection.points]
        if any(clicked):
            _open(next(filter(None, clicked)))
        if whole["k"] is not None:
            tenths = wording.plural(whole["tenths"], "customer brings", many="customers bring")
            alike = 1 / whole["hhi"] if whole["hhi"] else float("nan")
            lines = [
                f"The largest fifth make {wording.percent(whole['top20_share'])} of it.",
                f"{tenths if whole['tenths'] else 'No customer brings'} a tenth of the revenue or more.",
                f"As concentrated as {alike:,.0f} customers of one size (HHI {whole['hhi']:.4f}).",
            ]
            below = found.sums.get("below_zero")
            if below and value == "margin":
                lines.append(
                    f"{wording.plural(below, 'customer')} in view cost money: the curve passes 100 % and comes back."
                )
            st.html(f'<ul class="keel-facts">{"".join(f"<li>{html.escape(line)}</li>" for line in lines)}</ul>')
    with right, st.container(key="box-set"):
        customer_list("set", "They make 80 %", "a click opens the customer", height=500)
    left, right = st.columns(2, gap="medium")
    with left, st.container(key="box-entered"):
        customer_list(
            "entered", "Entered since last month", "were not in the set a month before", height=260, is_long=False
        )
    with right, st.container(key="box-gone"):
        customer_list("gone", "Left since last month", "were in the set a month before", height=260, is_long=False)
    with st.container(key="box-products"):
        _products()


def _products() -> None:
    frame = ask("customers.products", as_of=_as_of(), most=MOST_ROWS)
    if frame.empty:
        return
    k, count, value = int(frame["k"].iloc[0]), int(frame["products"].iloc[0]), frame["measure"].iloc[0]
    heading("Products the same way", f"{k:,} of {wording.plural(count, 'product')} make 80 % of the {value}")
    heads = {
        "place": ("Place", "count"), "product": ("Product", "text"), "product_line": ("Product line", "text"), "value": (f"{str(value).capitalize()}, 12 months", "money"),
        "share": ("Together", "share"), "revenue": ("Revenue", "money"), "customers": ("Customers", "count"), "place_ago": ("Place a month ago", "count"),
    }  # fmt: skip
    named = frame.assign(product=frame["product"].replace("", measure.NO_MEMBER))
    columns = {column: _KINDS[kind](label) for column, (label, kind) in heads.items()}
    shown = (
        named[list(heads)]
        .assign(share=100 * named["share"], **{column: named[column].round() for column in ("value", "revenue")})
        .dropna(axis="columns", how="all")
    )
    table(shown, key="products", columns=columns, height=min(300, 36 * (len(shown) + 1) + 2), placeholder="")
    with st.container(key="products-foot", horizontal=True, gap="small"):
        files(lambda: ask("customers.products", as_of=_as_of(), most=EVERY_ROW), heads, "Products", "products", "")


def at_risk() -> None:
    """Those of the 80 % set with a warning, by the margin at stake."""
    leaving = _leaving_teams()
    with st.container(key="box-at-risk"):
        customer_list(
            "at_risk", "Can't afford to lose", "of those who make 80 %, with a warning; most at stake first", height=560
        )
        lines = [
            "Silent: longer than 19 of 20 of its own gaps between purchases (three purchases or more).",
            "Score: 6 or less of 10, or two points below its answer before; answers given in the customer's own name.",
            "Revenue: a fifth or more below the twelve months before.",
            f"Team: more people than usual leave it ({', '.join(leaving)})." if leaving else "Team: no team that serves customers loses more people than usual, or none can be told.",
        ]  # fmt: skip
        st.html(f'<ul class="keel-facts">{"".join(f"<li>{html.escape(line)}</li>" for line in lines)}</ul>')


def slipping_and_lost() -> None:
    """Those silent beyond their own rhythm, those lost, and the Revenue page's "lost", customer by customer."""
    with st.container(key="box-slipping"):
        customer_list(
            "slipping", "Slipping", "silent for more than twice their own usual gap, and not lost yet", height=380
        )
    with st.container(key="box-lost"):
        months = store().settings.lost_after_months
        own = "".join(f"; {name} {after}" for name, after in store().settings.lost_after_by_segment.items())
        customer_list("lost", "Lost", f"no purchase for more than {months} calendar months{own}", height=380)
    with st.container(key="box-movers"):
        movers("lost", picker=True)


def movers(movement: str, *, picker: bool = False, window: int | None = None) -> None:
    """The customers of one movement of the last whole month; they add up to the waterfall's step."""
    window = window or store().settings.movement_window_months
    with st.container(key="movers-head", horizontal=True, vertical_alignment="center", gap="medium"):
        heading("Behind the revenue page's steps", f"{window} months against the {window} before, last whole month")
        if picker:
            chosen = st.segmented_control(
                "Step", [one for one in customers.MOVEMENTS if one != "steady"], default=movement, required=True, key="movement",
                format_func=str.capitalize, label_visibility="collapsed",
            )  # fmt: skip
            movement = str(chosen or movement)
    frame, total = ask(
        "customers.movers",
        movement=movement,
        window_months=window,
        region=view().region,
        segment=view().segment,
        most=MOST_ROWS,
    )
    if frame.empty:
        st.html('<div class="keel-words">Nobody moved so, or there are not yet two whole windows of orders.</div>')
        return
    heads = {**NAME, "opening": ("Opening", "money"), "closing": ("Closing", "money"), "change": ("Change", "money"), **LAST,
             "region": ("Region", "text"), "segment": ("Segment", "text")}  # fmt: skip
    _table(
        frame.assign(last_purchase_on=pd.to_datetime(frame["last_purchase_on"]).dt.date),
        heads,
        key="movers",
        height=min(340, 36 * (len(frame) + 1) + 2),
    )
    listed = f"the {len(frame)} largest are listed · " if total["customers"] > len(frame) else ""
    st.html(
        f'<div class="keel-sum">{wording.plural(total["customers"], "customer")} · {listed}opening {wording.exact(total["opening"], "money")} + change '
        f"{wording.exact(total['change'], 'money')} = closing {wording.exact(total['closing'], 'money')} {store().settings.currency}, the step "
        f"“{movement}” of the Revenue page.</div>"
    )


def ladder() -> None:
    """The ladder and its moves, and the advocates who went quiet."""
    ladder_moves()
    with st.container(key="box-quiet"):
        customer_list(
            "quiet", "Advocates who went quiet", "advocates three months ago, now lost or silent for more than twice their usual gap", height=380
        )  # fmt: skip


def ladder_moves() -> None:
    """Customer, client, advocate: who stood where then, the moves, who stands where now."""
    with st.container(key="box-ladder"):
        with st.container(key="ladder-head", horizontal=True, vertical_alignment="center", gap="medium"):
            heading(
                "The ladder", "a customer bought on one day, a client again, an advocate keeps buying and recommends us"
            )
            back = st.segmented_control(
                "Over",
                list(customers.BACK),
                default=3,
                required=True,
                key="ladder-back",
                format_func=BACK_WORDS.__getitem__,
                label_visibility="collapsed",
            )
        found = ask(
            "customers.ladder", back=int(back or 3), as_of=_as_of(), region=view().region, segment=view().segment
        )
        if found is None:
            st.html('<div class="keel-words">No customer stands on it yet.</div>')
        else:
            st.html(_ladder_html(found))


def _ladder_html(found: customers.Ladder) -> str:
    rungs = [*customers.RUNGS, "lost"]
    heads = "".join(f"<th>{RUNG_NAMES[rung]}</th>" for rung in rungs)
    row = "".join(f"<td>{found.opening[rung]:,}</td>" for rung in rungs)
    lines = [f"<tr><th>On {wording.day_year(found.since)}</th>{row}</tr>"]
    for source in ("none", *rungs):
        cells, moved = [], False
        for rung in rungs:
            if rung == source:
                out = -sum(count for (was, _), count in found.moves.items() if was == source)
                cells.append(f"<td>{wording.MINUS if out else ''}{abs(out):,}</td>")
                moved |= bool(out)
            else:
                into = found.moves.get((source, rung), 0)
                cells.append(f"<td>{f'+{into:,}' if into else ''}</td>")
                moved |= bool(into)
        if moved:
            words = "first bought" if source == "none" else f"from {RUNG_NAMES[source].lower()}"
            lines.append(f"<tr><th>{words}</th>{''.join(cells)}</tr>")
    row = "".join(f"<td><b>{found.closing[rung]:,}</b></td>" for rung in rungs)
    lines.append(f"<tr><th>On {wording.day_year(found.until)}</th>{row}</tr>")
    notes = " · ".join(f"{RUNG_NAMES[rung]}: {RUNG_WORDS[rung]}" for rung in rungs)
    return (
        f'<div class="keel-totals keel-ladder"><table><thead><tr><th></th>{heads}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'
        f'<div class="keel-sum">Each column adds up from top to bottom. {html.escape(notes)}.</div>'
    )
