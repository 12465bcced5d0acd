"""Bearings on screen: the chain, each link in words, what was not declared, a declaration, the outlook and what if."""

import html
import math
from collections.abc import Mapping
from typing import Any

import streamlit as st

from keel import bearings, charts, leads, measure, verdicts, wording
from keel import outlook as foretold
from keel.charts.chain import Arrow, Node
from keel.leads import Link
from keel.ui.cards import series
from keel.ui.frame import (
    PAGES,
    ask,
    blank,
    covered,
    dimension_label,
    heading,
    here,
    keep,
    known_metrics,
    plain,
    store,
    theme,
    who,
)
from keel.ui.panels import chart, choose, declared, parts_in_view, told
from keel.verdicts import Claim, Verdict

STAGES = [*bearings.STAGES.values(), bearings.MONEY, bearings.OTHER]
DIRECTIONS = {1: "the same way: up is followed by up", -1: "the other way: up is followed by down", 0: "not sure"}
DECLARING = (
    "Say what you expect before you look. In two years of weeks, a lead behind a fifth of the ups and downs is found 73 times in 100 "
    "when it was declared, and 22 times when every pair is searched. A declared lead is tested at lags of 1 to 13 weeks."
)
STEPS = {0: "as it is", 1: "one usual move up", -1: "one usual move down"}


def verdict(link: Link, claim: Claim | None) -> Verdict:
    known = known_metrics()
    return verdicts.in_words(link, known[link.lead], known[link.lag], claim)


def short(link: Link) -> str:
    """A link's verdict in a few words: "✓ about 8 weeks"."""
    mark, word = verdicts.MARKS[link.status]
    return f"{mark} {leads.when(link)}" if link.status in (leads.CONFIRMED, leads.SUGGESTIVE) else word.lower()


def chain() -> None:
    """The declared chain as a picture, stage by stage, each link with what history says of it."""
    found = declared()
    with st.container(
        key="chain-head", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        heading("What should move what, and what your history says", _in_view())
        _declare("declare")
    if not found:
        st.html(
            '<div class="keel-words">Nothing is declared of the numbers that have data. Declare what you expect.</div>'
        )
        return
    known = known_metrics()
    ids = dict.fromkeys(id for link, _ in found for id in (link.lead, link.lag))
    nodes = [Node(id, known[id].label, known[id].kind, bearings.stage(known[id]), _now(id)) for id in ids]
    arrows = [Arrow(link.lead, link.lag, link.status, short(link)) for link, _ in found]
    st.html(charts.chain(nodes, arrows, STAGES, theme=theme()))


def _in_view() -> str:
    only = parts_in_view()
    return "the whole company, by week" if not only else f"only {', '.join(only.values())}, by week"


def _now(metric_id: str) -> str:
    metric = known_metrics()[metric_id]
    now, _ = measure.latest(series(metric_id))
    if now is None or now["hidden"] or math.isnan(now["value"]):
        return ""
    return wording.number(now["value"], metric.told_in)


def links() -> tuple[Link, Claim] | None:
    """The declared links to choose from; returns the chosen one."""
    found = declared()
    heading("Each link", "the solid ones first")
    if not found:
        return None
    known = known_metrics()
    by = {f"{link.lead}.{link.lag}": (link, claim) for link, claim in found}
    if st.query_params.get("link", "") in by:
        st.session_state["choose-link"] = st.query_params["link"]

    def picked() -> None:
        st.query_params["link"] = st.session_state["choose-link"]

    chosen = st.radio(
        "Link", list(by), key="choose-link", label_visibility="collapsed", on_change=picked,
        format_func=lambda one: plain(f"{known[by[one][0].lead].label} → {known[by[one][0].lag].label}"),
        captions=[plain(told(link)) for link, _ in found],
    )  # fmt: skip
    st.html(
        '<div class="keel-words"><p><b>✓ Confirmed</b>: declared before looking, more than chance gives, and forecasts were better with it. '
        "<b>– No evidence</b>: nothing to be seen in so many weeks. <b>… Too little data</b>: not even that can be said.</p>"
        f"<p>{html.escape(verdicts.COMMON_CAUSE)}</p></div>"
    )
    return by.get(str(chosen)) or found[0]


def link(chosen: tuple[Link, Claim] | None) -> None:
    """One link: what history says, what it was worth, what to do, what would change our mind; the two numbers shifted; the lags."""
    if chosen is None:
        return
    found, claim = chosen
    known = known_metrics()
    lead, lag = known[found.lead], known[found.lag]
    words = verdict(found, claim)
    heading(f"{lead.label} → {lag.label}", _declared_when(claim))
    more = "".join(
        f"<dt>{name}</dt><dd>{html.escape(told)}</dd>"
        for name, told in (
            ("What it was worth", words.worth), ("What to do", words.advice), ("What would change our mind", words.would_change),
        )
        if told
    )  # fmt: skip
    kind = found.status.replace(" ", "-")
    st.html(
        f'<div class="keel-verdict"><p><b class="keel-verdict-{kind}">{words.mark} {words.word}.</b> {html.escape(words.sentence)}</p><dl>{more}</dl></div>'
    )
    if found.lag_weeks is None:
        return
    only = parts_in_view()
    both = ask(
        "bearings.shifted", lead=found.lead, lag=found.lag, lag_weeks=found.lag_weeks, window=found.window, only=only
    )
    if found.status in (leads.CONFIRMED, leads.SUGGESTIVE):
        chart(
            charts.shifted(both, lead, lag, lag_weeks=found.lag_weeks, sign=found.sign, theme=theme()), key="shifted",
            alt=f"{lag.label} and {lead.label}, drawn {found.lag_weeks} weeks later",
        )  # fmt: skip
    heading(
        "At which lag",
        f"{wording.plural(found.n, 'week')} of both; surprises of the one against those of the other later",
    )
    chart(charts.by_lag(found, theme=theme()), key="by-lag", alt=f"Evidence by lag, {lead.label} before {lag.label}")
    _within(found)


def _declared_when(claim: Claim) -> str:
    when = f"{claim.weeks[0]} to {claim.weeks[1]} weeks" if claim.weeks[0] != claim.weeks[1] else wording.plural(claim.weeks[0], "week")  # fmt: skip
    by = (
        "by the definitions"
        if claim.declared_on is None
        else f"by {claim.who} on {wording.day_year(claim.declared_on)}"
    )
    return f"declared {by}; expected after {when}"


def _within(found: Link) -> None:
    """Whether the link holds inside the regions, segments or teams, where both numbers have them."""
    known = known_metrics()
    lead, lag = known[found.lead], known[found.lag]
    both = [name for name in lead.dimensions if name in lag.dimensions]
    if not both or lead.min_people or lag.min_people or found.status not in (leads.CONFIRMED, leads.SUGGESTIVE):
        return
    with st.container(
        key="within-head", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        heading("Where it shows", "each part alone, looked at together: fewer rows, so less can be seen")
        by = choose("By", both, key="within", width=140)
    rows = ""
    for name, one in ask("bearings.within", lead=found.lead, lag=found.lag, by=by):
        mark, word = verdicts.MARKS[one.status]
        told = word if one.status != leads.SUGGESTIVE else f"shows here, {leads.when(one)}"
        rows += f'<div><b>{html.escape(name)}</b><span class="keel-note">{mark} {html.escape(told)}</span></div>'
    st.html(f'<div class="keel-links">{rows}</div>' if rows else f'<div class="keel-words">No {dimension_label(by).lower()} has both.</div>')  # fmt: skip


# --- what was not declared ---------------------------------------------------------------------------------------------


def other_links() -> None:
    """What looking at every other pair finds, once a person asks for it: marked as found by looking."""
    pairs = bearings.other_pairs(store(), bearings.claims(store()))
    seen = bearings.looked_at(store())
    new = [pair for pair in pairs if pair not in seen]
    heading(
        "Found by looking", "◇ suggestive: pairs that nobody declared; expect a tenth of what shows here to be chance"
    )
    if new:
        st.html(
            f'<div class="keel-words">Looking is a test too. What you expect, declare first: once {wording.plural(len(new), "pair")} '
            "have been looked at, a declaration of one counts only after as many new weeks as it names.</div>"
        )
        if st.button(f"Look at {wording.plural(len(new), 'other pair')}", key="look", icon=":material/search:"):
            bearings.look(store(), new, who=who())
            st.rerun()
        return
    found = ask("bearings.evidence", pairs=tuple(pairs), only=parts_in_view())
    shown = [one for one in found if one.status == leads.SUGGESTIVE]
    known = known_metrics()
    for one in sorted(shown, key=lambda one: one.q):
        words = verdict(one, None)
        left, right = st.columns([8, 1], vertical_alignment="center")
        left.html(
            f'<div class="keel-words"><b>{words.mark} {html.escape(known[one.lead].label)} → {html.escape(known[one.lag].label)}</b>, '
            f"{html.escape(leads.when(one))} later, {html.escape(verdicts.way(one.sign))}. {html.escape(words.worth)}</div>"
        )
        with right:
            _declare(f"declare-{one.lead}-{one.lag}", one)
    quiet = sum(one.status == leads.NO_EVIDENCE for one in found)
    short_of = len(found) - len(shown) - quiet
    rest = f"{wording.plural(quiet, 'other pair')} {'shows' if quiet == 1 else 'show'} nothing"
    rest += f"; of {short_of} there is too little data" if short_of else ""
    st.html(f'<div class="keel-sum">{html.escape(rest)}.</div>')


def _declare(form: str, found: Link | None = None) -> None:
    """A form that keeps a declaration, with today's date."""
    known = {id: metric for id, metric in known_metrics().items() if covered(metric)}
    ids = list(known)
    key = blank(form)
    with st.popover("Declare a lead" if found is None else "Declare", key=key, icon=":material/flag:", type="tertiary"):
        st.markdown(plain(DECLARING))
        with st.form(f"{key}-form", border=False):
            lead = st.selectbox("What moves first", ids, index=ids.index(found.lead) if found else _first(known, "lead"), format_func=lambda id: known[id].label, key=f"{key}-lead")  # fmt: skip
            lag = st.selectbox("What follows", ids, index=ids.index(found.lag) if found else _first(known, "lag"), format_func=lambda id: known[id].label, key=f"{key}-lag")  # fmt: skip
            way = st.radio("Which way", list(DIRECTIONS), index=list(DIRECTIONS).index(found.sign) if found else 0, format_func=DIRECTIONS.__getitem__, key=f"{key}-way")  # fmt: skip
            at = found.lag_weeks if found and found.lag_weeks else 0
            weeks = st.slider(
                "After how many weeks",
                1,
                bearings.MOST_WEEKS,
                (max(at - 2, 1), at + 2) if at else (4, 13),
                key=f"{key}-weeks",
            )
            name = st.text_input("Your name", value=who(), key=f"{key}-who")
            why = st.text_input("Why you expect it", key=f"{key}-why")
            if st.form_submit_button("Declare", type="primary"):
                keep(
                    lambda token: bearings.declare(
                        store(), lead, lag, weeks=(int(weeks[0]), int(weeks[1])), direction=int(way or 0), who=name, token=token, why=why
                    ),
                    form,
                )  # fmt: skip


def _first(known: Mapping[str, Any], kind: str) -> int:
    return next((place for place, metric in enumerate(known.values()) if metric.kind == kind), 0)


# --- the outlook -------------------------------------------------------------------------------------------------------


def outlook(metric_id: str = "") -> None:
    """Where a number is likely to be in each of the next 13 weeks: as bands, with its record, with and without its leads, and what if."""
    known = known_metrics()
    with st.container(
        key="outlook-head", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        heading("Where that points", "the next 13 weeks; every band says how often it should hold")
        if not metric_id:
            choices = [id for id, metric in known.items() if metric.finest == "week" and metric.grain == "day" and covered(metric)]  # fmt: skip
            choices.sort(key=lambda id: id != "revenue")
            metric_id = choose(
                "Outlook of", choices, key="outlook", labels={id: known[id].label for id in choices}, width=200
            )
    metric, only = known[metric_id], parts_in_view()
    if lacking := [name for name in only if name not in metric.dimensions]:
        st.html(f'<div class="keel-words">{html.escape(metric.label)} is not split by {dimension_label(lacking[0]).lower()}: this is the whole company.</div>')  # fmt: skip
        only = {}
    elif only and metric.min_people:
        st.html(f'<div class="keel-words">{html.escape(metric.label)} is on people: this is the whole company.</div>')
        only = {}
    links = [one for one, _ in declared(only)]
    confirmed = bearings.confirmed_into(links, metric_id)
    made, past = ask("bearings.ahead", metric_id=metric_id, confirmed=tuple(confirmed), only=only)
    if not made.ahead:
        st.html(f'<div class="keel-words">{html.escape(made.reason)}</div>')
        return
    useful = [reach for reach in made.reaches if reach.weeks and made.has_skill is not False]
    shown, moved = made.ahead, None
    is_without = False
    if useful:
        with st.container(key="what-if", horizontal=True, vertical_alignment="center", gap="medium"):
            names = " and ".join(reach.name for reach in useful)
            is_without = st.segmented_control(
                "Leads", [False, True], default=False, required=True, key="without", label_visibility="collapsed",
                format_func=lambda without: "without its lead" if without else "with its lead",
            ) or False  # fmt: skip
            moved = None if is_without else _what_if(made, useful)
    chart(
        charts.outlook(
            past.weeks, past.values[metric_id].tolist(), shown, metric, theme=theme(), currency=store().settings.currency, without=bool(is_without),
            moved=moved.ahead if moved and moved.first else (),
        ),
        key=f"outlook-{metric_id}", alt=f"Outlook of {metric.label}",
    )  # fmt: skip
    told = [verdicts.record_in_words(made), *made.notes]
    if moved:
        told.insert(0, moved.words)
    if useful and not is_without and math.isfinite(made.mase_without) and math.isfinite(made.mase):
        told.append(f"Without {names} past outlooks were {verdicts.closer(made.mase_without)} last year's same weeks.")
    st.html(f'<div class="keel-sum">{"<br>".join(html.escape(one) for one in told)}</div>')


def _what_if(made: foretold.Outlook, useful: list[foretold.Reach]) -> foretold.Moved | None:
    """A confirmed lead moved by its usual step, for as long as the reader says."""
    reach = useful[0]
    if len(useful) > 1:
        name = st.selectbox("What if", [one.name for one in useful], key="what-if-lead", label_visibility="collapsed", width=180)  # fmt: skip
        reach = next(one for one in useful if one.name == name)
    step = st.selectbox(
        f"What if {reach.name} were", list(STEPS), key="what-if-step", width=220, label_visibility="collapsed",
        format_func=lambda step: f"{reach.name} {STEPS[step]}",
    )  # fmt: skip
    if not step:
        return None
    since = sorted({0, reach.lag // 2, reach.lag - 1})
    already = st.selectbox(
        "Since", since, key="what-if-since", width=170, label_visibility="collapsed",
        format_func=lambda weeks: "from now on" if not weeks else f"for {wording.plural(weeks, 'week')} already",
    )  # fmt: skip
    return foretold.moved(made, reach.name, step=float(step), already=int(already or 0))


def verdict_lines() -> None:
    """Between the two columns of Balance: every declared link with its verdict, the solid ones first."""
    found = declared({})
    if not found:
        return
    known = known_metrics()
    with st.container(key="box-verdicts"):
        heading("What moves first", "declared, and what your history says")
        rows = "".join(
            f'<div><span class="keel-{known[link.lead].kind}">{html.escape(known[link.lead].label)}</span> → '
            f'<span class="keel-{known[link.lag].kind}">{html.escape(known[link.lag].label)}</span>'
            f'<span class="keel-note">{html.escape(told(link))}</span></div>'
            for link, _ in found
        )
        st.html(f'<div class="keel-links">{rows}</div>')
        st.page_link(PAGES / "bearings.py", label="The evidence", icon=":material/arrow_forward:", query_params=here())
