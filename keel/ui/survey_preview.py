"""The preview of a survey's file: what counts and what not, each question with its answers, what groups people."""

import html
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from keel import intake, values, wording
from keel.questionnaires import NO_ROLE, ROLES
from keel.readings import PARTIAL, UNREADABLE, Reading
from keel.suppression import Reach
from keel.ui.frame import dimension_label, heading

ROLE_WORDS = {
    "engagement": "Engagement", "enps": "eNPS", "nps": "NPS", "csat": "CSAT", "ces": "CES", NO_ROLE: "nothing",
}  # fmt: skip
KIND_WORDS = {
    "score": "score", "scale": "words", "single": "one choice", "multi": "several choices", "text": "comments",
    "date": "dates", "rank": "ranking, 1 is best",
}  # fmt: skip
SURE = ((0.9, "sure"), (0.7, "rather sure"), (0.0, "likely"))
MANY_QUESTIONS, LONG_MINUTES = 10, 3.5  # the field's advice for surveys that are to be answered often
MOST_BARS = 12


def facts(reading: Reading, *, already: int, vendor: str) -> None:
    """What the file is and what of it counts, in a few lines."""
    lines = []
    if reading.vendor != "table":
        sure = next(words for least, words in SURE if reading.confidence >= least)
        lines.append(f"An export of <b>{html.escape(vendor)}</b> ({sure})")
    if reading.from_on:
        lines.append(f"From <b>{wording.day_year(reading.from_on)}</b> to <b>{wording.day_year(reading.to_on)}</b>")
    left_out = {why: rows for why, rows in reading.left_out.items() if why != UNREADABLE}
    if unread := reading.left_out.get(UNREADABLE):
        left_out["unreadable"] = unread
    if left_out:
        told = " · ".join(f"{rows:,} {html.escape(why)}" for why, rows in left_out.items())
        lines.append(f"Left out: <b>{told}</b>")
    if already:
        new = reading.rows_accepted - already
        lines.append(f"<b>{already:,}</b> came in before and are not counted again; <b>{new:,}</b> are new")
    if reading.minutes is not None:
        count = len(reading.questions)
        words = f"{wording.plural(count, 'question')}, about {reading.minutes:.1f} minutes to answer"
        if count >= MANY_QUESTIONS or reading.minutes > LONG_MINUTES:
            words += " (under ten questions and 3½ minutes, more people finish and you can ask oftener)"
        lines.append(words)
    lines += [html.escape(note) for note in reading.notes]
    st.html('<ul class="keel-facts">' + "".join(f"<li>{line}</li>" for line in lines) + "</ul>")


def ask_name(reading: Reading, state: dict[str, Any], key: str) -> None:
    """Which survey the file is part of: waves of one survey are one line on a chart."""
    picked = st.text_input("Survey", reading.survey or "", key=f"survey-{key}", width=260, max_chars=120)
    if picked and picked != reading.survey:
        state["options"]["survey"] = picked
        st.rerun()


def ask_partial(reading: Reading, state: dict[str, Any], key: str) -> None:
    """Whether responses that were not finished count; asked only where there are any."""
    counted = reading.mapping.get("partial") == "count"
    if not counted and PARTIAL not in reading.left_out:
        return
    picked = st.segmented_control(
        "Responses not finished",
        ["leave out", "count"],
        default="count" if counted else "leave out",
        key=f"partial-{key}",
    )
    if picked and (picked == "count") != counted:
        state["options"]["partial"] = picked
        st.rerun()


def ask_day(reading: Reading, state: dict[str, Any], key: str) -> None:
    """The day that every response counts on; asked only where no column tells it."""
    day = values.parse_date(reading.mapping.get("columns", {}).get("answered_on", ""), "ymd")
    if day is None:
        return
    latest = date.fromisoformat(reading.mapping["latest"])
    picked = st.date_input("Every response counts on", day, max_value=latest, key=f"day-{key}", width=200)
    if picked != day:
        state["options"]["answered_on"] = picked.isoformat()
        st.rerun()


def ask_groups(reading: Reading, state: dict[str, Any], key: str) -> None:
    """Which columns group people; more can be named, and those found can be taken back."""
    found = {group["column"]: group["dimension"] for group in reading.groups}
    asked = {
        place for question in reading.questions if question["kind"] not in ("single",) for place in [question["name"]]
    }
    choices = [name for name in reading.header if name in found or name not in asked]
    picked = st.multiselect(
        "Columns that group people", choices, default=list(found), key=f"groups-{key}", format_func=_short,
        help="Department, site, region …: what results can be split by, where enough people answered.",
    )  # fmt: skip
    if set(picked) != set(found):
        for column in set(found) - set(picked):
            state["groups"][column] = ""
        for column in set(picked) - set(found):
            state["groups"][column] = intake.plain(column)
        st.rerun()
    for group in reading.groups:
        members = group["members"]
        shown = ", ".join(f"{html.escape(str(name))} {count:,}" for name, count in list(members.items())[:8])
        more = f" and {len(members) - 8} more" if len(members) > 8 else ""
        st.html(f'<div class="keel-sum"><b>{html.escape(dimension_label(group["dimension"]))}</b>: {shown}{more}</div>')


def ask_anonymous(reading: Reading, state: dict[str, Any], key: str) -> None:
    """Whether customers were promised that nobody sees single answers; employees always are."""
    if any(question["role"] in ("engagement", "enps") for question in reading.questions):
        return
    promised = reading.mapping.get("anonymous") == "yes"
    words = {"named": False, "anonymous": True}
    picked = st.segmented_control(
        "These answers are", list(words), default="anonymous" if promised else "named", key=f"anonymous-{key}",
        help="Named answers can be followed up customer by customer. Anonymous ones are told by closed months and for groups "
        "of at least five people only; say so if people were promised it.",
    )  # fmt: skip
    if picked and words[picked] != promised:
        state["options"]["anonymous"] = "yes" if words[picked] else "no"
        st.rerun()


def reach(found: Sequence[Reach], minimum: int) -> None:
    """What each order of the grouping columns makes answerable."""
    if not found:
        return
    rows = []
    for place, one in enumerate(found):
        order = ", then ".join(dimension_label(name).lower() for name in one.order)
        told = "; ".join(
            f"{' within '.join(dimension_label(part).lower() for part in words.split(' within '))}: <b>{told} of {of}</b>"
            for words, told, of in one.levels
        )
        mark = ' <span class="keel-role">in force</span>' if place == 0 else ""
        rows.append(f"<li>Split by {html.escape(order)}{mark}<br>{told}</li>")
    note = f"groups of at least {minimum} people, in the file's largest month; the order is [dimensions] in keel.toml"
    heading("Which groups will be shown", note)
    st.html(f'<ul class="keel-facts">{"".join(rows)}</ul>')


def questions(reading: Reading, state: dict[str, Any], key: str) -> None:
    """Each question with its scale, what it counts as, how many answered, and how."""
    counted = sum(bool(question["role"]) for question in reading.questions)
    note = f"{len(reading.questions)} in this survey, {counted} of them counted in a metric"
    heading("Questions", note)
    rows = "".join(_row(question) for question in reading.questions)
    st.html(f'<div class="keel-questions" role="list">{rows}</div>')
    _change(reading, state, key)


def first_responses(reading: Reading) -> None:
    """The first three rows of the file, a line for each column: a wide survey reads down, not across."""
    with st.expander("The first responses, as they are in the file"):
        head = "".join(f"<th>{place}.</th>" for place in range(1, len(reading.preview) + 1))
        body = "".join(
            f"<tr><th>{html.escape(_short(name))}</th>" + "".join(f"<td>{html.escape(row[place])}</td>" for row in reading.preview) + "</tr>"
            for place, name in enumerate(reading.header)
            if place < len(reading.preview[0]) and any(row[place].strip() for row in reading.preview)
        ) if reading.preview else ""  # fmt: skip
        st.html(
            f'<div class="keel-cells keel-down"><table><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        )


def _row(question: Mapping[str, Any]) -> str:
    role = question["role"]
    kind = KIND_WORDS.get(question["kind"], question["kind"])
    scale = f", {question['scale']}" if question["scale"] else ""
    because = f'<span class="keel-because">{html.escape(question["why"])}</span>' if question["why"] else ""
    tag = f'<span class="keel-role">counts as {html.escape(ROLE_WORDS[role])}</span>' if role else ""
    turned = '<span class="keel-role">reversed</span>' if question["reversed"] else ""
    return (
        f'<div class="keel-asked" role="listitem"><div class="keel-asked-text">{html.escape(question["text"])}'
        f"<div>{tag}{turned}{because}</div></div>"
        f'<div class="keel-asked-kind">{kind}{scale}</div>'
        f'<div class="keel-asked-n">{question["n"]:,} answered<br>{question["missing"]:,} missing</div>{_bars(question)}</div>'
    )


def _bars(question: Mapping[str, Any]) -> str:
    """A small histogram: a bar for each answer, the whole scale where there is one."""
    counts: dict[str, int] = dict(question["counts"])
    if question["kind"] == "score" and question["scale"]:
        low, high = (int(edge) for edge in question["scale"].split("–"))
        if high - low <= MOST_BARS:
            counts = {f"{score}": counts.get(f"{score}", 0) for score in range(low, high + 1)}
        else:
            tens: dict[str, int] = {f"{low + step * (high - low) // 10}+": 0 for step in range(10)}
            edges = list(tens)
            for score, n in counts.items():
                tens[edges[min(9, int(10 * (float(score) - low) / (high - low)))]] += n
            counts = tens
    counts = dict(list(counts.items())[:MOST_BARS])
    most = max(counts.values(), default=0)
    if not most:
        return '<div class="keel-counts"></div>'
    words = ", ".join(f"{label}: {n:,}" for label, n in counts.items())
    bars = "".join(
        f'<i style="height:{max(2, round(100 * n / most)) if n else 0}%" title="{html.escape(f"{label}: {n:,}", quote=True)}"></i>'
        for label, n in counts.items()
    )
    ends = list(counts)
    edges_shown = f"<small><span>{html.escape(_short(ends[0], 12))}</span><span>{html.escape(_short(ends[-1], 12))}</span></small>"
    return f'<div class="keel-counts" role="img" aria-label="{html.escape(words, quote=True)}"><div>{bars}</div>{edges_shown}</div>'


def _change(reading: Reading, state: dict[str, Any], key: str) -> None:
    """Say otherwise what a question counts as."""
    scored = {q["name"]: q for q in reading.questions if q["kind"] in ("score", "scale")}
    if not scored:
        return
    with st.container(horizontal=True, gap="small", key=f"change-{key}", vertical_alignment="bottom"):
        name = st.selectbox("Change a question", list(scored), key=f"asked-{key}", format_func=_short, width=420)
        question = scored[name]
        now = question["role"] or NO_ROLE
        picked = st.selectbox(
            "It counts as", [*ROLES, NO_ROLE], index=[*ROLES, NO_ROLE].index(now), key=f"role-{key}-{question['key']}",
            format_func=lambda role: ROLE_WORDS[role], width=150,
        )  # fmt: skip
        turned = st.checkbox(
            "Reversed", question["reversed"], key=f"reversed-{key}-{question['key']}", help="1 is the best answer"
        )
    if picked != now or turned != question["reversed"]:
        said = dict(reading.mapping.get("questions", {}).get(name, {}))
        said |= {"role": picked, "reversed": turned}
        state["questions"][name] = said
        st.rerun()


def refused_change(state: dict[str, Any], key: str) -> None:
    """The way back from a choice that the file does not bear: the last choices about questions, forgotten."""
    if state["questions"] and st.button("Take that choice back", key=f"back-{key}"):
        state["questions"] = {}
        for name in [name for name in st.session_state if str(name).startswith((f"role-{key}-", f"reversed-{key}-"))]:
            del st.session_state[name]
        st.rerun()


def _short(text: str, most: int = 80) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
