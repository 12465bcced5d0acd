"""The win-back desk on screen: odds and worth, what is said of each lost customer, campaigns with a hold-out, why they left."""

import html
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from keel import charts, desk, measure, winback, wording
from keel.desk import Case
from keel.ui.customers import NAME, asked_view, customer_button, files, listed_rows, money, standing
from keel.ui.frame import ask, blank, heading, keep, store, theme, view, who
from keel.ui.panels import chart, day_column, money_column, table, trend

YEARS = [1, 2, 3]


def win_back() -> None:
    """The economics, the desk, campaigns with a hold-out, why they left in money, and how many come back by themselves."""
    with st.container(key="box-economics"):
        _economics()
    left, right = st.columns([3, 2], gap="medium")
    with left, st.container(key="box-desk"):
        chosen = _desk()
    with right:
        with st.container(key="box-case"):
            _chosen(chosen)
        with st.container(key="box-reasons"):
            heading("Why they left, in money", "what the desk says, else what they answered")
            chart(
                charts.reasons(
                    desk.reasons_in_money(store(), **asked_view())[:8], theme=theme(), currency=store().settings.currency, value=standing().of.capitalize()
                ),
                key="reasons", alt="Why they left, in money",
            )  # fmt: skip
    with st.container(key="box-campaigns"):
        _campaigns()
    with st.container(key="box-cohorts"):
        heading("How many come back", "by the month in which they were lost; the months whose follow-up is over")
        trend("win_back_rate", key="win-back-rate", height=240)
        running = ask("customers.open_cohorts", region=view().region, segment=view().segment)
        months = [
            f"{store().settings.calendar.label(row['month'], 'month')} {row['won']:,} of {row['lost']:,} so far"
            for row in running
        ]
        if months:
            st.html(f'<div class="keel-sum">Still open, and not compared: {html.escape(" · ".join(months))}.</div>')


def _economics() -> None:
    with st.container(
        key="economics-head", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        heading(
            "The same effort, spent on whom?",
            "odds of a sale, and what one try is worth on average; nine chances in ten lie in each range",
        )
        years = st.segmented_control("Years", YEARS, default=1, required=True, key="years", format_func=lambda n: wording.plural(n, "year"), label_visibility="collapsed")  # fmt: skip
    cards = []
    for one in desk.economics(store(), years=float(years or 1)):
        published = f"{wording.percent(one.published[0])} to {wording.percent(one.published[1])}"
        own = f"yours: {one.won:,} of {one.tried:,} {one.of}" if one.tried else f"yours: none yet ({one.of})"
        value = "not known"
        if one.customers:
            value = f"{wording.number(one.value_low, 'money')} to {wording.number(one.value_high, 'money')}"
        cards.append(
            f"<div><h3>{html.escape(one.label)}</h3><b>{wording.percent(one.low)} to {wording.percent(one.high)}</b>"
            f"<span>published {published} · {html.escape(own)}</span><b>{value}<small>{store().settings.currency} a try</small></b>"
            f"<span>one such customer brings {wording.number(one.worth, 'money')} {standing().of} a year (mean of {one.customers:,})</span></div>"
        )
    st.html(f'<div class="keel-tries">{"".join(cards)}</div>')
    with st.container(key="economics-foot", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(
            '<div class="keel-sum">What a try costs is yours to hold against it; Keel does not know it.</div>',
            width="content",
        )
        key = blank("prospects")
        with st.popover("Your own prospects", key=key, type="tertiary"), st.form(f"{key}-form", border=False):
            tried = st.number_input("Tried", min_value=0, step=1, value=None, key=f"{key}-tried")
            won = st.number_input("Won", min_value=0, step=1, value=None, key=f"{key}-won")
            if st.form_submit_button("Keep it", type="primary"):
                keep(
                    lambda token: desk.say_prospects(store(), int(won or 0), int(tried or 0), who=who(), token=token),
                    "prospects",
                )


def _desk() -> list[str]:
    """The lost customers with what is said of each; returns those the reader chose."""
    with st.container(key="desk-head", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        heading(
            "Lost, and what we do about it", "most worth first; choose one to say what is next, several for a campaign"
        )
        words = st.text_input(
            "Filter", key="filter-desk", placeholder="Filter", label_visibility="collapsed", width=160
        )
    frame = listed_rows("lost", words)
    if frame.empty:
        st.html('<div class="keel-words">Nobody is lost in this view.</div>')
        return []
    said: dict[str, Case] = desk.cases(store())
    cases = [said.get(one, Case(one)) for one in frame["customer_id"]]
    shown = frame.assign(
        wanted=["yes" if case.is_wanted else "no" for case in cases], desk_owner=[case.owner for case in cases],
        step=[case.step for case in cases], due=pd.Series([case.due for case in cases], index=frame.index, dtype=object), outcome=[case.outcome for case in cases],
        worth=frame["worth"].round(),
    )  # fmt: skip
    labels: dict[str, Any] = {
        "name": "Customer", "worth": st.column_config.NumberColumn("Was worth a year", format="localized"),
        "lost_on": day_column("Lost since"), "reason": "Why it left", "wanted": "Wanted", "desk_owner": "Owner",
        "step": "Next step", "due": day_column("By"), "outcome": "Outcome",
    }  # fmt: skip
    event = table(
        shown[list(labels)],
        key="desk",
        columns=labels,
        height=460,
        on_select="rerun",
        selection_mode="multi-row",
        placeholder="",
    )
    heads = {**NAME, "worth": ("Was worth a year", "money"), "lost_on": ("Lost since", "day"), "reason": ("Why it left", "text"), "wanted": ("Wanted", "text"),
             "desk_owner": ("Owner", "text"), "step": ("Next step", "text"), "due": ("By", "day"), "outcome": ("Outcome", "text")}  # fmt: skip
    with st.container(key="desk-foot", horizontal=True, vertical_alignment="center", gap="small"):
        wanted = [row["worth"] for row in measure.records(shown) if row["wanted"] == "yes"]
        low, high = desk.at_stake(store(), wanted)
        st.html(
            f'<div class="keel-sum">Contacting the {len(wanted):,} wanted here would bring {wording.number(low, "money")} to {money(high)} a year, '
            "nine chances in ten.</div>",
            width="content",
        )
        files(lambda: shown, heads, "Win-back desk", "win-back-desk", words)
    rows = event.selection.rows if event is not None else []
    return [str(frame["customer_id"].iloc[row]) for row in rows]


def _chosen(chosen: Sequence[str]) -> None:
    """What is said of the one customer chosen; a campaign with several."""
    if not chosen:
        heading("Say what is next")
        st.html('<div class="keel-words">Choose a customer at the left: why it left, whether we want it back, who does what by when. Choose several to begin a campaign.</div>')  # fmt: skip
    elif len(chosen) == 1:
        name = ask("customer_name", customer_id=chosen[0])
        heading(name, chosen[0])
        customer_button(chosen[0], "Open the customer")
        say_case(desk.cases(store()).get(chosen[0], Case(chosen[0])))
    else:
        _begin_campaign(chosen)


def say_case(case: Case) -> None:
    """A form for what is now true of a lost customer."""
    form = f"case-{case.customer_id}"
    key = blank(form)
    with st.form(f"{key}-form", border=False):
        options = ["", *store().settings.reasons_for_leaving]
        reason = st.selectbox("Why it left", options, index=options.index(case.reason) if case.reason in options else 0, key=f"{key}-reason", format_func=lambda one: one or "not known yet")  # fmt: skip
        words = st.text_input("In a few words", value=case.words, key=f"{key}-words", max_chars=300)
        is_wanted = st.toggle("We want it back", value=case.is_wanted, key=f"{key}-wanted")
        left, right = st.columns(2)
        owner = left.text_input("Owner", value=case.owner, key=f"{key}-owner", max_chars=80)
        due = right.date_input("By", value=case.due, key=f"{key}-due", format="YYYY-MM-DD")
        step = st.text_input(
            "Next step",
            value=case.step,
            key=f"{key}-step",
            max_chars=200,
            placeholder="Visit them with the new price list",
        )
        outcome = st.selectbox("Outcome", desk.OUTCOMES, index=desk.OUTCOMES.index(case.outcome), key=f"{key}-outcome", format_func=lambda one: one.capitalize() or "none yet")  # fmt: skip
        if st.form_submit_button("Keep it", type="primary"):
            now = replace(
                case,
                is_wanted=is_wanted,
                reason=reason,
                words=words,
                owner=owner,
                step=step,
                due=due if step.strip() else None,
                outcome=outcome,
            )
            keep(lambda token: desk.say(store(), replace(now, history=()), who=who(), token=token), form)


def _begin_campaign(chosen: Sequence[str]) -> None:
    heading("Begin a campaign", wording.plural(len(chosen), "customer"))
    st.html(
        '<div class="keel-words">Some of them, drawn by chance, are not contacted: only against them can it be seen whether contacting works.</div>'
    )
    key = blank("campaign")
    with st.form(f"{key}-form", border=False):
        name = st.text_input("Name", key=f"{key}-name", max_chars=80, placeholder="Autumn visits")
        left, right = st.columns(2)
        starts_on = left.date_input("First day of contacting", value="today", key=f"{key}-start", format="YYYY-MM-DD")
        months = right.number_input("Follow-up, months", min_value=1, max_value=24, value=6, key=f"{key}-months")
        share = st.slider("Held out, not contacted", 0, 50, 20, 5, key=f"{key}-share", format="%d%%")
        if st.form_submit_button("Draw it", type="primary"):
            keep(
                lambda token: desk.draw(
                    store(), name, chosen, starts_on=starts_on or date.today(), follow_up_months=int(months), share=share / 100, who=who(), token=token
                ),
                "campaign",
            )  # fmt: skip


def _campaigns() -> None:
    belief, won, tried = desk.belief(store())
    low, high = belief.between()
    published = winback.RANGES["lost"]
    heading(
        "What works here",
        f"published: {wording.percent(published[0])} to {wording.percent(published[1])} of lost customers can be won back",
    )
    if not tried:
        told = f"No campaign of your own is over yet. Until then the published range counts, with doubt: {wording.percent(low)} to {wording.percent(high)}, {wording.percent(belief.mean)} expected."
    else:
        told = f"Your own campaigns won back {won} of {tried} contacted. With what is published that makes {wording.percent(low)} to {wording.percent(high)}, {wording.percent(belief.mean)} expected."
        if not belief.fits:
            told += " The published range does not fit your results."
    st.html(f'<div class="keel-words">{html.escape(told)}</div>')
    rows = []
    for one in desk.campaigns(store()):
        gap = (
            ""
            if one["is_open"] or not one["held_out"]
            else f"{wording.number(one['gap'], 'rate')} ({wording.interval(one['gap_low'], one['gap_high'], 'rate')})"
        )
        rate = f"{one['contacted_back']} of {one['contacted']} ({wording.interval(one['low'], one['high'], 'rate')})"
        rows.append({
            "Campaign": one["name"], "Begun": one["starts_on"], "Follow-up": f"{one['follow_up_months']} months{', running' if one['is_open'] else ''}",
            "Contacted, back": rate, "Held out, back": f"{one['held_out_back']} of {one['held_out']}", "Difference (95 %)": gap or ("still open" if one["is_open"] else "no hold-out"),
            "Were worth": round(one["worth"]), "By": one["who"],
        })  # fmt: skip
    if rows:
        table(pd.DataFrame(rows), key="campaigns", columns={"Were worth": money_column("Were worth a year")})
        st.html('<div class="keel-sum">While a follow-up runs, its rate is not compared with anything.</div>')
        with st.expander("Whom to contact, and whom not"):
            members = desk.members(store())
            heads = {
                "campaign_name": ("Campaign", "text"),
                **NAME,
                "is_held_out": ("Contact", "text"),
                "worth": ("Was worth a year", "money"),
                "back_on": ("Bought again on", "day"),
            }
            shown = members.assign(
                is_held_out=["no: held out" if held else "yes" for held in members["is_held_out"]], worth=members["worth"].round(),
                back_on=[one.date() if pd.notna(one) else None for one in members["back_on"]],
            )  # fmt: skip
            table(
                shown[list(heads)],
                key="members",
                height=300,
                placeholder="",
                columns={column: label for column, (label, _) in heads.items()}
                | {"worth": st.column_config.NumberColumn("Was worth a year", format="localized")},
            )
            files(lambda: shown, heads, "Campaigns", "campaigns", "")
