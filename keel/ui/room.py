"""The weekly review on screen: the agenda, one number at a time, what is said on it, decisions, the SWOT sheet, editions."""

import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

import streamlit as st

from keel import charts, export, meeting, review, wording
from keel.catalogue import Metric
from keel.meeting import QUADRANTS, Week
from keel.ui.cards import metric_link
from keel.ui.frame import PAGES, ask, attempt, blank, heading, here, keep, known_metrics, plain, store, theme, who
from keel.ui.panels import chart, drawn_events, parts
from keel.ui.typed import note_event

PARTS = ["Meeting", "Decisions", "SWOT", "Editions"]
PROMISES = "promises"  # the first item of a meeting: what was promised before
SEES_OTHERS_EVERY = 1  # seconds
ITEM_MINUTES = 5
DIRECTIONS = {0: "nothing that is measured", 1: "up", -1: "down"}


# The week


def ask_week() -> Week | None:
    """The week that is reviewed, as the picker says; None where there is no data yet."""
    weeks = meeting.weeks(store())
    if not weeks:
        return None
    with st.container(key="review-head", horizontal=True, vertical_alignment="bottom", gap="medium"):
        ending = st.selectbox(
            "Week", weeks, key="review-week", width=200, label_visibility="collapsed",
            format_func=lambda day: f"Week to {wording.day_year(day)}",
        )  # fmt: skip
        st.text_input("Your name", key="review-name", value=who(), width=180, label_visibility="collapsed", placeholder="Your name",
                      persist_state="session")  # fmt: skip
        parts(PARTS, key="part")
        st.fragment(_clock, run_every=1 if "_begun_at" in st.session_state else None)()
    return _week(store().version, ending)


def part() -> str:
    """Which part of the review is open."""
    return str(st.session_state.get("part") or PARTS[0])


@st.cache_data(show_spinner="Working out the week", max_entries=30)
def _week(version: str, ending: date) -> Week:
    return meeting.week(store(), ending)


def _clock() -> None:
    """How long the meeting has run, and this item; it starts when somebody presses it."""
    begun, item_begun = st.session_state.get("_begun_at"), st.session_state.get("_item_at")
    if begun is None:
        if st.button("Start the clock", key="start-clock", type="tertiary", icon=":material/timer:"):
            st.session_state["_begun_at"] = st.session_state["_item_at"] = datetime.now()
            st.rerun()
        return
    meeting_s, item_s = ((datetime.now() - since).seconds for since in (begun, item_begun or begun))
    late = " keel-behind" if item_s > 60 * ITEM_MINUTES else ""
    over = " ▲ over five minutes" if late else ""
    st.html(f'<div class="keel-clock">{meeting_s // 60}:{meeting_s % 60:02} <span class="keel-words{late}">this item '
            f"{item_s // 60}:{item_s % 60:02}{over}</span></div>")  # fmt: skip


# The room


def meet(week: Week) -> None:
    """The meeting: the agenda at the left, one item at a time at the right; arrow keys go on and back."""
    said = meeting.entries(store())
    aside = meeting.parked(said, week.ending)
    order = [
        PROMISES,
        *(name for section in week.sections for name, _ in section.lines if name not in aside),
        *sorted(aside),
    ]
    at = st.query_params.get("item", PROMISES)
    at = at if at in order else PROMISES
    left, right = st.columns([1, 3], gap="medium")
    with left, st.container(key="box-agenda", gap=None):
        _agenda(week, at, aside)
    with right, st.container(key="box-item"):
        with st.container(key="item-steps", horizontal=True, gap="small"):
            place = order.index(at)
            if st.button("Back", key="item-back", shortcut="Left", icon=":material/arrow_back:", disabled=place == 0):
                _go(order[place - 1])
            if st.button(
                "Next",
                key="item-next",
                shortcut="Right",
                icon=":material/arrow_forward:",
                disabled=place == len(order) - 1,
            ):
                _go(order[place + 1])
            if at != PROMISES and st.button(
                "Take it up" if at in aside else "Park", key="item-park", type="tertiary", icon=":material/pause:"
            ):
                keep(
                    lambda token: meeting.park(store(), at, is_parked=at not in aside, token=token, **_by(week)), "park"
                )
            st.html(f'<div class="keel-sum">{place + 1} of {len(order)}</div>', width="content")
        if at == PROMISES:
            _promises(week)
        else:
            _number(week, at)
        _on_it("" if at == PROMISES else at, week)


def _agenda(week: Week, at: str, aside: set[str]) -> None:
    heading("Agenda")
    _agenda_line("What was promised", PROMISES, at)
    for section in week.sections:
        lines = [(name, why) for name, why in section.lines if name not in aside]
        if not lines:
            continue
        if section.title == "Nothing to see":
            with st.expander(f"Nothing to see ({len(lines)})", expanded=at in dict(lines)):
                for name, _ in lines:
                    _agenda_line(week.items[name]["label"], name, at)
            continue
        st.html(f'<div class="keel-agenda-part">{html.escape(section.title)}</div>')
        for name, why in lines:
            _agenda_line(f"{week.items[name]['said']['mark'][:1]} {week.items[name]['label']}".strip(), name, at, why)
    if aside:
        st.html('<div class="keel-agenda-part">Parked</div>')
        for name in sorted(aside):
            _agenda_line(week.items[name]["label"], name, at)


def _agenda_line(words: str, name: str, at: str, why: str = "") -> None:
    if st.button(words, key=f"agenda-{'now-' if name == at else ''}{name}", type="tertiary", help=plain(why) or None):
        _go(name)


def _go(name: str) -> None:
    st.query_params["item"] = name
    st.session_state["_item_at"] = datetime.now()
    st.rerun()


def _number(week: Week, name: str) -> None:
    """One number, large: value, change, target, what its range says and why, and its six weeks and twelve months."""
    item, metric = week.items[name], known_metrics()[name]
    why = next(why for section in week.sections for one, why in section.lines if one == name)
    st.html(item_words(item, why))
    metric_link(metric, "Open the metric")
    chart(
        charts.sixtwelve(
            ask("sixtwelve", metric_id=name, week_ending=week.ending), metric, theme=theme(), calendar=store().settings.calendar,
            currency=store().settings.currency, week_targets=[point["target"] for point in item["weeks"]],
            month_targets=[point["target"] for point in item["months"]],
            events=drawn_events(name, since=week.ending - timedelta(days=365)),
        ),
        key=f"room-{name}", alt=f"{item['label']}: six weeks and twelve months",
    )  # fmt: skip


def item_words(item: Mapping[str, Any], why: str) -> str:
    """An item of an edition in large type, as HTML."""
    unit = f'<span class="keel-unit">{html.escape(item["unit_words"])}</span>' if item["unit_words"] else ""
    tone, said = item["said"]["tone"], item["said"]
    lines = [*item["changes"], item["target"]["words"] if item["target"] else "", item["doubt"], item["note"]]
    usual = f" Usual now: {item['usual']['printed']}." if item["usual"] else ""
    because = "".join(f"<li>{html.escape(line)}</li>" for line in said["because"])
    mark = f"<b>{html.escape(said['mark'])}</b> " if said["mark"] else ""
    return (
        f'<div class="keel-item"><h2>{html.escape(item["label"])}<small>{html.escape(item["period"])} · {html.escape(item["owner"] or "no owner yet")}</small></h2>'
        f'<div class="keel-item-value keel-{item["kind"]}">{html.escape(item["printed"])}{unit}</div>'
        f'<div class="keel-item-words">{" · ".join(html.escape(line) for line in lines if line)}</div>'
        f'<details class="keel-said keel-said-{tone}"><summary>{mark}{html.escape(said["words"])}{html.escape(usual)}</summary><ul>{because}</ul></details>'
        f'<div class="keel-sum">Here because: {html.escape(why)}.</div></div>'
    )


def _promises(week: Week) -> None:
    heading("What was promised, and what came of it", "open decisions, those due first")
    promises = meeting.promises(store(), meeting.entries(store()), week)
    if not promises:
        st.html(
            '<div class="keel-words">No decision is open. One is made on any number: who does what by when, and what it should move.</div>'
        )
    for one in promises:
        st.html(promise_words(one))


def promise_words(one: Mapping[str, Any]) -> str:
    """One decision and what came of it, as HTML."""
    moves = (
        f" · should move {html.escape(one['label'])} {html.escape(one['expected'])}".rstrip() if one["label"] else ""
    )
    came = f"<b>{html.escape(one['came'])}</b> · " if one["came"] else ""
    about = f" · {about_link(one['about'])}" if one["about"] else ""
    steps = "".join(f"<li>{html.escape(step)}</li>" for step in one["steps"])
    return (
        f'<div class="keel-promise"><b>{html.escape(one["words"])}</b><div class="keel-words">{html.escape(one["owner"])} · '
        f"{html.escape(one['why'])}{moves}{about}</div><div class='keel-words'>{came}decided as no. {one['entry']}</div><ul>{steps}</ul></div>"
    )


# What is said on a number


def _on_it(name: str, week: Week) -> None:
    """Notes on an item and on its decisions, as they come in; a note, a decision of one's own."""
    _heard(name, week.ending)
    metric = known_metrics().get(name)
    with st.container(key="say", horizontal=True, gap="small"):
        with (
            st.popover("Note", key=blank(f"note-{name}"), icon=":material/edit_note:"),
            st.form(blank(f"note-{name}") + "-form", border=False),
        ):
            words = st.text_area("Note", key=blank(f"note-{name}") + "-words", max_chars=meeting.MOST_SAID, height=90)
            about = st.text_input(
                "On a customer or a group (may stay empty)",
                key=blank(f"note-{name}") + "-about",
                placeholder="customer C00017",
            )
            if st.form_submit_button("Say it", type="primary"):
                keep(
                    lambda token: meeting.note(
                        store(), words, metric=name, about=_about(about), token=token, **_by(week)
                    ),
                    f"note-{name}",
                )
        if metric is not None:
            note_event(metric)
        _decide(f"decision-{name}", week, metric)


def _decide(form: str, week: Week, metric: Metric | None, *, words: str = "") -> None:
    """A form for a decision: who does what by when, and what it should move. words: what it begins from."""
    key = blank(form)
    with st.popover("Decision", key=key, icon=":material/task_alt:"), st.form(f"{key}-form", border=False):
        done = st.text_input("What is done", value=words, key=f"{key}-words", max_chars=300)
        owner = st.text_input("Owner", value=metric.owner if metric else "", key=f"{key}-owner", max_chars=80)
        due = st.date_input(
            "By (a day; “as soon as possible” is none)", value=None, key=f"{key}-due", format="YYYY-MM-DD"
        )
        direction, expected, judged_on = 0, "", None
        if metric is not None:
            direction = st.selectbox(
                f"It should move {metric.label}", list(DIRECTIONS), format_func=DIRECTIONS.__getitem__, key=f"{key}-way"
            )
            expected = st.text_input(
                "By how much (in words)", key=f"{key}-much", placeholder="by 3 points", max_chars=80
            )
            judged_on = st.date_input("To be seen by", value=None, key=f"{key}-seen", format="YYYY-MM-DD")
        about = st.text_input("On a customer or a group (may stay empty)", key=f"{key}-about")
        if st.form_submit_button("Decide", type="primary"):
            keep(
                lambda token: meeting.decide(
                    store(), done, owner=owner, due=due, metric=metric.id if metric else "", direction=direction, expected=expected,
                    judged_on=judged_on, about=_about(about), token=token, **_by(week),
                ),
                form,
            )  # fmt: skip


@st.fragment(run_every=SEES_OTHERS_EVERY)
def _heard(name: str, ending: date) -> None:
    """What has been said of an item in this week's meeting; read again every second, so that others' words appear."""
    said = meeting.entries(store())
    notes = [row for row in said if (row["kind"], row["metric"], row["week_ending"]) == ("note", name, ending)]
    made = [one for one in review.decisions(said) if one.metric == name]
    lines = "".join(
        f"<li><b>{html.escape(row['who'])}</b> {html.escape(row['body']['words'])}<small>{about_link(row['about'])} "
        f"{row['said_at']:%H:%M}</small></li>"
        for row in notes
    )
    decided = "".join(
        f"<li><b>Decision</b> {html.escape(one.words)} — {html.escape(one.owner)}, {wording.day_year(one.due)}{' (closed)' if one.outcome else ''}</li>"
        for one in made
    )
    st.html(
        f'<ul class="keel-heard">{lines}{decided}</ul>'
        if lines or decided
        else '<div class="keel-sum">Nothing said on it yet.</div>'
    )


def about_link(about: str) -> str:
    """What something said hangs on, as HTML: a customer by its name, as a link to its page; a group in words."""
    kind, _, which = about.partition("=")
    if kind != "customer":
        return html.escape(about.replace("=", " "))
    return f'<a href="/customers?customer={quote(which)}" target="_self">{html.escape(ask("customer_name", customer_id=which))}</a>'


def said_of(about: str) -> str:
    """Everything said in reviews of a customer or a group, as HTML: decisions first, the open ones before the closed; then notes,
    the newest first. Empty where nothing was.
    """
    said = meeting.entries(store())
    made = [one for one in review.decisions(said) if one.about == about]
    lines = [
        f"<li><b>{html.escape(one.words)}</b> {html.escape(one.owner)}, by {wording.day_year(one.due)}"
        f"<small>{html.escape(f'closed: {one.outcome}' if one.outcome else 'open')}</small></li>"
        for one in sorted(made, key=lambda one: (bool(one.outcome), one.due))
    ]
    lines += [
        f"<li>{html.escape(row['body']['words'])}<small>{html.escape(row['who'])}, {wording.day_year(row['said_at'].date())}</small></li>"
        for row in reversed(said)
        if row["kind"] == "note" and row["about"] == about
    ]
    return f'<ul class="keel-heard keel-heard-small">{"".join(lines)}</ul>' if lines else ""


def said_of_groups(dimensions: Sequence[str]) -> None:
    """What was said in reviews of groups of these dimensions; nothing where nobody said anything."""
    about = {row["about"] for row in meeting.entries(store()) if row["kind"] in ("note", "decision")}
    groups = sorted(one for one in about if one.partition("=")[0] in dimensions)
    if not groups:
        return
    with st.container(key="box-said-of-groups"):
        heading("Said of groups in the weekly review")
        for one in groups:
            st.html(f"<div class='keel-agenda-part'>{html.escape(one.replace('=', ' '))}</div>{said_of(one)}")


def _about(words: str) -> str:
    """ "customer C17" as it is kept: "customer=C17"."""
    kind, _, which = words.strip().partition(" ")
    return f"{kind.lower()}={which.strip()}" if which.strip() else words.strip()


def _by(week: Week) -> dict[str, Any]:
    return {"who": st.session_state.get("review-name") or "", "week_ending": week.ending}


# Decisions


def decisions(week: Week) -> None:
    """Every open decision, to be taken over, moved with a reason, or closed; and those that were closed."""
    found = review.decisions(meeting.entries(store()))
    promises = {one["entry"]: one for one in meeting.promises(store(), meeting.entries(store()), week)}
    heading("Open", wording.plural(len(promises), "decision"))
    for one in review.due_first(found, week.ending):
        with st.container(key=f"decision-{one.entry}"):
            st.html(promise_words(promises[one.entry]))
            with (
                st.popover("Take over, move, close", key=f"step-{one.entry}"),
                st.form(f"step-form-{one.entry}", border=False),
            ):
                owner = st.text_input("Owner", value=one.owner, key=blank(f"step-{one.entry}") + "-owner")
                due = st.date_input("By", value=one.due, key=blank(f"step-{one.entry}") + "-due", format="YYYY-MM-DD")
                reason = st.text_input("Why it is moved", key=blank(f"step-{one.entry}") + "-reason")
                outcome = st.text_input("What came of it (closes it)", key=blank(f"step-{one.entry}") + "-outcome")
                if st.form_submit_button("Keep", type="primary"):
                    keep(
                        lambda token, one=one, owner=owner, due=due, reason=reason, outcome=outcome: meeting.step(  # type: ignore[misc]
                            store(), one, owner=owner, due=due, reason=reason, outcome=outcome, token=token, **_by(week)
                        ),
                        f"step-{one.entry}",
                    )
    closed = [one for one in found if one.outcome]
    if closed:
        heading("Closed", wording.plural(len(closed), "decision"))
        rows = "".join(
            f"<li><b>{html.escape(one.words)}</b> — {html.escape(one.owner)}: {html.escape(one.outcome)}</li>"
            for one in reversed(closed)
        )
        st.html(f'<ul class="keel-heard">{rows}</ul>')


# The SWOT sheet


def swot(week: Week) -> None:
    """Four quadrants that start from signals; lines are added, moved, turned into a decision."""
    heading("The quarter's SWOT sheet", "signals start it; move a line, add one, or decide on it in the meeting")
    found = meeting.swot(store(), meeting.entries(store()), week)
    names = list(QUADRANTS)
    for pair in (names[:2], names[2:4], names[4:]):
        for column, quadrant in zip(st.columns(len(pair), gap="medium"), pair, strict=True):
            with column, st.container(key=f"box-{quadrant}"):
                heading(*QUADRANTS[quadrant])
                for line in found[quadrant]:
                    _swot_line(line, quadrant, week)
                if not found[quadrant]:
                    st.html('<div class="keel-sum">Nothing yet.</div>')
                if quadrant != meeting.TO_BE_PLACED:
                    _swot_add(quadrant, week)


def _swot_line(line: Mapping[str, Any], quadrant: str, week: Week) -> None:
    key = f"{quadrant}-{line['key']}"
    with st.container(key=f"typed-swot-{key}", horizontal=True, vertical_alignment="center"):
        st.html(f'<div class="keel-typed">{html.escape(line["words"])}</div>')
        if line["metric"]:
            st.page_link(PAGES / "review.py", label="Open", query_params={"item": line["metric"], **here()})
        _decide(f"swot-{key}", week, known_metrics().get(line["metric"]), words=line["words"])
        moved = st.selectbox(
            "Move", [quadrant, *(one for one in QUADRANTS if one != quadrant), ""], key=f"move-{key}", label_visibility="collapsed", width=150,
            format_func=lambda one: "Take off" if not one else QUADRANTS[one][0],
        )  # fmt: skip
        if moved != quadrant:
            keep(
                lambda token: meeting.place(
                    store(),
                    line["words"],
                    moved,
                    metric=line["metric"],
                    of_entry=line["entry"],
                    token=token,
                    **_by(week),
                ),
                f"move-{key}",
            )


def _swot_add(quadrant: str, week: Week) -> None:
    with (
        st.popover("Add", key=blank(f"add-{quadrant}"), icon=":material/add:"),
        st.form(blank(f"add-{quadrant}") + "-form", border=False),
    ):
        words = st.text_input("Line", key=blank(f"add-{quadrant}") + "-words", max_chars=200)
        if st.form_submit_button("Add", type="primary"):
            keep(lambda token: meeting.place(store(), words, quadrant, token=token, **_by(week)), f"add-{quadrant}")


# Editions


def editions(week: Week) -> None:
    """Publish this week's edition; those that were published, as they were, with what changed since; the pack in four forms."""
    heading(f"The edition of the week to {wording.day_year(week.ending)}")
    with st.container(horizontal=True, gap="small", key="publish-row"):
        if st.button("Publish", key="publish", type="primary", help="Written once; it opens for ever as it was."):
            number = attempt(lambda: meeting.publish(store(), week, who=_by(week)["who"]), "The edition is published.")
            if number is not None:
                st.query_params["edition"] = str(number)
                st.rerun()
        document = meeting.document(store(), week, meeting.entries(store()))
        _downloads(document, "draft")
    rows = store().rows("editions")
    heading("Published", wording.plural(len(rows), "edition") if rows else "none yet")
    if not rows:
        return
    numbers = [row["number"] for row in rows]
    asked = st.query_params.get("edition", "")
    chosen = st.selectbox(
        "Edition", numbers, index=numbers.index(int(asked)) if asked.isdigit() and int(asked) in numbers else 0, key="edition-number", width=420,
        label_visibility="collapsed", format_func={
            row["number"]: f"No. {row['number']} · week to {wording.day_year(row['week_ending'])} · {row['who']}, {row['published_at']:%d %b %Y %H:%M}"
            for row in rows
        }.__getitem__,
    )  # fmt: skip
    found = meeting.published(store(), chosen)
    since = _restated(store().version, chosen)
    if since:
        st.html(
            '<div class="keel-words"><b>Restated since:</b></div><ul class="keel-heard">'
            + "".join(f"<li>{html.escape(one)}</li>" for one in since[:20])
            + "</ul>"
        )
        if len(since) > 20:
            st.html(f'<div class="keel-sum">and {len(since) - 20} more, in the exports.</div>')
    else:
        st.html('<div class="keel-sum">Nothing that came later changes it.</div>')
    with st.container(horizontal=True, gap="small", key="edition-row"):
        _downloads(found | {"restated": since}, f"edition-{chosen}")
    st.html(edition_words(found))


@st.cache_data(show_spinner="Comparing with today's data", max_entries=30)
def _restated(version: str, number: int) -> list[str]:
    return meeting.restated(store(), number)


def _downloads(document: Mapping[str, Any], name: str) -> None:
    """The pack in four forms, made with one press, and a recap for an e-mail."""
    made: dict[str, dict[str, bytes]] = st.session_state.setdefault("_packs", {})
    mark = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    if mark in made:
        for kind, form in export.FORMATS.items():
            st.download_button(
                form.name, made[mark][kind], f"keel-{document['week_ending']}-{name}.{kind}", form.media_type, key=f"{name}-{kind}",
                on_click="ignore",
            )  # fmt: skip
    elif st.button(
        "Make the pack", key=f"{name}-pack", help="PDF, PowerPoint, Excel and a web page: the same numbers in each"
    ):
        made.clear()  # one pack a visitor is kept
        made[mark] = _pack(document)
        st.rerun()
    with st.popover("Recap for e-mail", key=f"{name}-recap"):
        st.code(meeting.recap(document), language=None, wrap_lines=True)


def _pack(document: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of a document by kind, made under a progress bar."""
    bar, found = st.progress(0.0, "Making the pack"), {}
    for place, (kind, form) in enumerate(export.FORMATS.items()):

        def tell(share: float, words: str, place: int = place, form: Any = form) -> None:
            bar.progress((place + share) / len(export.FORMATS), f"{form.name}: {words}")

        found[kind] = export.render(document, kind, tell)
    bar.empty()
    return found


def edition_words(document: Mapping[str, Any]) -> str:
    """A published edition as it was, as HTML: promises, then every item with its points."""
    parts = [promise_words(one) for one in document["promises"]]
    for section in document["sections"]:
        parts.append(f"<h2 class='keel-heading'>{html.escape(section['title'])}</h2>")
        for item in section["items"]:
            notes = "".join(
                f"<li><b>{html.escape(one['who'])}</b> {html.escape(one['words'])}</li>" for one in item["notes"]
            )
            parts.append(item_words(item, item["why"]) + points_table(item) + f'<ul class="keel-heard">{notes}</ul>')
    return f'<div class="keel-edition">{"".join(parts)}</div>'


def points_table(item: Mapping[str, Any]) -> str:
    """The six weeks and twelve months of an item with the year before, and its totals, as HTML tables."""
    points: Sequence[Mapping[str, Any]] = [*item["weeks"], *item["months"]]
    rows = [
        ("", [point["label"] for point in points]), ("this year", [point["printed"] for point in points]),
        ("last year", [point["prior_printed"] for point in points]), ("target", [point["target_printed"] for point in points]),
    ]  # fmt: skip
    body = "".join(
        f"<tr><th>{name}</th>{''.join(f'<td>{html.escape(cell)}</td>' for cell in cells)}</tr>"
        for name, cells in rows
        if any(cells)
    )
    totals = "".join(
        f"<tr><th>{html.escape(total['label'])}</th><td>{html.escape(total['printed'])}</td><td>{html.escape(' · '.join(total['changes']))}</td>"
        f"<td>{html.escape(total['note'])}</td></tr>"
        for total in item["totals"]
    )
    return (
        f'<div class="keel-totals keel-points"><table><tbody>{body}</tbody></table></div>'
        f'<div class="keel-totals"><table><tbody>{totals}</tbody></table></div>'
    )
