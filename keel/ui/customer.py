"""One customer: what it buys and when, what it answered, what was said of it and decided, who decides there."""

import html
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from keel import charts, desk, meeting, wording
from keel.desk import Case
from keel.periods import add_months
from keel.ui.customers import RUNG_NAMES, money
from keel.ui.frame import ask, blank, covered, heading, keep, known_metrics, store, theme, who
from keel.ui.panels import chart, day_column, money_column, table
from keel.ui.room import said_of
from keel.ui.winback import say_case

QUANTITY = st.column_config.NumberColumn("Quantity", format="localized")


def asked_customer() -> str:
    """The customer the address names; empty for the lists."""
    return st.query_params.get("customer", "")


def one_customer(customer_id: str) -> None:
    """All there is on one customer."""
    if st.button("All customers", key="all-customers", type="tertiary", icon=":material/arrow_back:"):
        del st.query_params["customer"]
        st.rerun()
    found = ask("customers.customer", customer_id=customer_id)
    number, as_of = found["number"], found["as_of"] or covered(known_metrics()["revenue"])[1]
    months = ask("customers.customer_months", number=number, until=as_of)
    _card(found)
    left, right = st.columns([3, 2], gap="medium")
    start = add_months(as_of + timedelta(days=1), -12)
    with left:
        with st.container(key="box-customer-months"):
            heading(
                "Month by month",
                f"to {wording.day_year(as_of)}; the last month is running"
                if (as_of + timedelta(days=1)).day != 1
                else "",
            )
            labels = [store().settings.calendar.label(month, "month") for month in months["month"]]
            chart(
                charts.months(months, theme=theme(), currency=store().settings.currency, labels=labels), key="customer-months",
                alt=f"Revenue of {found['name']} by month",
            )  # fmt: skip
            st.html(
                f'<div class="keel-sum">{len(months)} months add up to {wording.exact(months["revenue"].sum(), "money")} {store().settings.currency}'
                + (f", margin {wording.exact(months['margin'].sum(), 'money')}" if months["margin"].notna().any() else "") + ".</div>"
            )  # fmt: skip
        with st.container(key="box-customer-products"):
            products = ask("customers.customer_products", number=number)
            heading("What it buys", "trailing twelve months")
            _small_table(products.assign(last_on=pd.to_datetime(products["last_on"]).dt.date if len(products) else []), key="customer-products", columns={
                "product": "Product", "product_line": "Product line", "quantity": QUANTITY, "revenue": money_column("Revenue"), "margin": money_column("Margin"), "last_on": day_column("Last bought"),
            }, total="revenue")  # fmt: skip
        with st.container(key="box-customer-orders"):
            lines = ask("customers.customer_lines", number=number, start=date(1900, 1, 1), end=as_of)
            heading("Its orders", "of its newest days with any")
            _small_table(lines.drop(columns=["batch", "row"]).assign(day=pd.to_datetime(lines["day"]).dt.date if len(lines) else []), key="customer-orders", columns={
                "day": day_column("Day"), "order_id": "Order", "product": "Product", "product_line": "Product line", "quantity": QUANTITY,
                "amount": money_column("Amount"), "margin": money_column("Margin"),
            }, total="amount")  # fmt: skip
            _earlier(products, lines[lines["day"] >= pd.Timestamp(start)])
    with right:
        with st.container(key="box-customer-said"):
            _said_of(customer_id)
        if found["is_lost"] or customer_id in desk.cases(store()):
            with st.container(key="box-customer-desk"):
                _case(customer_id)
        with st.container(key="box-customer-scores"):
            _answers(customer_id)
        with st.container(key="box-customer-people"):
            _people(found)


def _earlier(products: pd.DataFrame, shown: pd.DataFrame) -> None:
    """What the lines of the trailing twelve months that are not listed add to those that are."""
    earlier = int(products["lines"].sum()) - len(shown)
    if earlier > 0:
        total, listed = products["revenue"].sum(), shown["amount"].sum()
        st.html(
            f'<div class="keel-sum">{wording.plural(earlier, "earlier line")} of the trailing twelve months: '
            f"{wording.exact(total - listed, 'money')}; all of them {wording.exact(total, 'money')} {store().settings.currency}.</div>"
        )


def _card(found: Mapping[str, Any]) -> None:
    currency = store().settings.currency
    heading(
        found["name"],
        " · ".join(
            filter(
                None,
                (
                    found["customer_id"],
                    found["segment"],
                    found["region"],
                    found["owner"] and f"owner {found['owner']}",
                    found["team"],
                ),
            )
        ),
    )
    facts = []
    if found["measure"]:
        place = f"place {found['place']:,}" if found["place"] else "no order line in twelve months"
        facts.append(
            (
                f"{wording.number(found['value'] or 0, 'money')} {currency}",
                f"{found['measure']}, twelve months · {place}{' · one of those who make 80 %' if found['in_set'] else ''}",
            )
        )
    if found["last_purchase_on"]:
        rhythm = (
            f"usually {found['usual_gap']:.0f} days apart, seldom over {found['long_gap']:.0f}"
            if found["usual_gap"] is not None
            else "fewer than three purchases: no rhythm yet"
        )
        facts.append(
            (
                f"{found['days_silent']:,} days",
                f"since it last bought ({wording.day_year(found['last_purchase_on'])}) · {rhythm}",
            )
        )
    else:
        facts.append(("–", "has never bought"))
    if found["nps"] is not None:
        before = f", {found['nps_before']:.0f} before" if found["nps_before"] is not None else ""
        facts.append((f"{found['nps']:.0f} of 10", f"would recommend us ({wording.day_year(found['nps_on'])}{before})"))
    if found["is_lost"]:
        facts.append(
            (
                "▲ Lost",
                f"since {wording.day_year(found['lost_on'])} · was worth {money(found['worth'])} in its last year",
            )
        )
    else:
        facts.append(
            (
                RUNG_NAMES[found["rung"]],
                f"on the ladder · {wording.plural(found['purchases'], 'purchase')}"
                + (f" since {wording.day_year(found['first_purchase_on'])}" if found["first_purchase_on"] else ""),
            )
        )
    tiles = "".join(
        f"<div><b>{html.escape(number)}</b><span>{html.escape(words)}</span></div>" for number, words in facts
    )
    st.html(f'<div class="keel-facts-row keel-facts-tight">{tiles}</div>')


def _small_table(frame: pd.DataFrame, *, key: str, columns: Mapping[str, Any], total: str) -> None:
    if frame.empty:
        st.html('<div class="keel-words">None in this span.</div>')
        return
    shown = frame[list(columns)].dropna(axis="columns", how="all")
    table(
        shown,
        key=key,
        columns={name: column for name, column in columns.items() if name in shown},
        height=min(300, 36 * (len(shown) + 1) + 2),
        placeholder="",
    )
    st.html(
        f'<div class="keel-sum">{wording.plural(len(frame), "row")}, {wording.exact(frame[total].sum(), "money")} {store().settings.currency} in all.</div>'
    )


def _said_of(customer_id: str) -> None:
    """Notes and decisions that hang on this customer, and forms for more."""
    heading("Notes and decisions")
    st.html(said_of(f"customer={customer_id}") or '<div class="keel-sum">Nothing said on it yet.</div>')
    about, weeks = f"customer={customer_id}", meeting.weeks(store(), 1)
    if not weeks:
        return
    with st.container(key="say", horizontal=True, gap="small"):
        key = blank("customer-note")
        with st.popover("Note", key=key, icon=":material/edit_note:"), st.form(f"{key}-form", border=False):
            words = st.text_area("Note", key=f"{key}-words", max_chars=meeting.MOST_SAID, height=90)
            if st.form_submit_button("Say it", type="primary"):
                keep(
                    lambda token: meeting.note(
                        store(), words, who=who(), week_ending=weeks[0], token=token, about=about
                    ),
                    "customer-note",
                )
        key = blank("customer-decision")
        with st.popover("Decision", key=key, icon=":material/task_alt:"), st.form(f"{key}-form", border=False):
            done = st.text_input("What is done", key=f"{key}-words", max_chars=300)
            owner = st.text_input("Owner", key=f"{key}-owner", max_chars=80)
            due = st.date_input(
                "By (a day; “as soon as possible” is none)", value=None, key=f"{key}-due", format="YYYY-MM-DD"
            )
            if st.form_submit_button("Decide", type="primary"):
                keep(
                    lambda token: meeting.decide(
                        store(), done, owner=owner, due=due, who=who(), week_ending=weeks[0], token=token, about=about
                    ),
                    "customer-decision",
                )


def _case(customer_id: str) -> None:
    case: Case = desk.cases(store()).get(customer_id, Case(customer_id))
    heading("Win-back desk")
    lines = "".join(
        f"<li>{html.escape(words)}<small>{html.escape(name)}, {wording.day_year(at.date())}</small></li>"
        for at, name, words in reversed(case.history)
    )
    if lines:
        st.html(f'<ul class="keel-heard keel-heard-small">{lines}</ul>')
    with st.popover("Say what is next", key=blank(f"case-{customer_id}") + "-open", icon=":material/edit_note:"):
        say_case(case)


def _answers(customer_id: str) -> None:
    heading("What it answered", "in its own name")
    answers = ask("customers.customer_answers", customer_id=customer_id)
    nps = [(row["day"], row["score"]) for row in reversed(answers) if row["role"] == "nps"]
    chart(charts.scores(nps, theme=theme()), key="customer-scores", alt="Would recommend us, answer by answer")
    others = [row for row in answers if row["role"] != "nps"]
    if others:
        lines = "".join(
            f"<li>{html.escape(row['question'])} <b>{html.escape(_answer(row))}</b><small>{wording.day_year(row['day'])}</small></li>"
            for row in others[:4]
        )
        st.html(f'<ul class="keel-heard keel-heard-small">{lines}</ul>')


def _people(found: Mapping[str, Any]) -> None:
    heading("Who decides there, and what they need")
    if not found["decision_makers"] and not found["notes"]:
        st.html('<div class="keel-sum">The customer file may bring it: columns “decision makers” and “notes”.</div>')
        return
    makers = [one.strip() for one in str(found["decision_makers"] or "").split(";") if one.strip()]
    lines = "".join(f"<li>{html.escape(one)}</li>" for one in [*makers, *([found["notes"]] if found["notes"] else [])])
    st.html(f'<ul class="keel-facts">{lines}</ul>')


def _answer(row: Mapping[str, Any]) -> str:
    return str(row["reason"] or f"{row['score']:g} of {row['high']}")
