"""What may be seen of people: groups beside the company, who answered, comments, and the rule that decides."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from keel import charts, measure, suppression
from keel.catalogue import Metric
from keel.ui.frame import ALL, PAGES, ask, dimension_label, heading, here, known_metrics, store, theme
from keel.ui.panels import Span, chart, choose, closed_months, hidden_lines, table
from keel.wording import plural

MOST_COMMENTS = 100
EVERYBODY = "*"  # of the picker of comments; no group is called so
COMPANY = "The company as a whole"


# The rule


def seen_link(words: str) -> None:
    """One short line on what may be seen, with the way to the page that says all of it."""
    with st.container(key="seen", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<span class="keel-sum">{html.escape(words)}</span>', width="content")
        st.page_link(PAGES / "what_can_be_seen.py", label="What can be seen", query_params=here())


def seen(metric: Metric) -> None:
    """The line on what may be seen of a metric on people; nothing for any other metric."""
    people = plural(fewest(metric), "person", many="people")
    if metric.rule == "answers":
        seen_link(f"Nobody’s own answer is shown. Groups are told by closed months, from {people} on.")
    elif metric.rule == "records":
        seen_link(f"From HR records: a group is shown from {people} on average.")


def fewest(metric: Metric | None = None) -> int:
    """The fewest people a number may stand on, as the settings have it."""
    return max(metric.min_people if metric else 0, store().settings.minimum_group)


def fewest_for_comments() -> int:
    """The fewest people who must have answered where comments are told."""
    return max(store().settings.minimum_comments, store().settings.minimum_group)


def refused_views() -> None:
    """How often views were refused, by metric and dimensions; for whom is not kept."""
    known = known_metrics()
    rows = [
        (known[row["metric"]].label if row["metric"] in known else row["metric"],
         ", ".join(dimension_label(name.strip()).lower() for name in row["dimensions"].split(",")), row["times"])
        for row in measure.refusals(store())
    ]  # fmt: skip
    if not rows:
        st.html('<div class="keel-sum">None so far.</div>')
        return
    shown = pd.DataFrame(rows, columns=["What", "By", "Times"]).sort_values("Times", ascending=False)
    table(shown, key="refused", height=None if len(shown) <= 4 else 177)


# Groups beside the company


def by_driver(span: Span) -> None:
    """The table of groups and drivers against the company."""
    dimensions = known_metrics()["engagement"].dimensions
    label = dimension_label(dimensions[0]) if dimensions else "Group"
    frame = ask("drivers", start=span.start, end=span.end)
    months = closed_months("engagement", span)
    heading(f"Drivers by {label.lower()}", f"{months} · favourable answers, and points above or below the company")
    if frame.empty:
        nothing_closed()
        return
    if not _has_groups("engagement", dimensions[0]):
        return
    st.html(charts.heat_map(frame, group=label))
    hidden_lines(frame, part="driver")


def _has_groups(metric_id: str, by: str) -> bool:
    """Whether anybody in a closed wave has a member of the dimension; if not, what to do about it is on the page."""
    if set(ask("members").get(metric_id, {}).get(by, [])) - {measure.NO_MEMBER}:
        return True
    label = html.escape(dimension_label(by).lower())
    st.html(
        f'<div class="keel-words">No group to show: no answer in these months comes with a {label}. Choose the column that '
        "says it when the next file is read at Uploads.</div>"
    )
    return False


def company_drivers(span: Span) -> pd.DataFrame:
    """The drivers of the company as a whole, one row each."""
    frame: pd.DataFrame = ask("drivers", start=span.start, end=span.end)
    return frame[frame["member"] == ""] if len(frame) else frame


def moving_with_recommending(span: Span) -> None:
    """What moves with eNPS: the drivers of the company as a whole by their share, or why they are not ranked."""
    label = known_metrics()["enps"].label
    heading(f"What moves with {label}", closed_months("engagement", span))
    ranked = ask("ranked_drivers", start=span.start, end=span.end)
    st.html(charts.shares(ranked, outcome="how likely people are to recommend us"))


def by_group(metric_id: str, span: Span) -> None:
    """The line of each group by month, beside the company's; the reader picks the dimension."""
    metric = known_metrics()[metric_id]
    by = _picked(f"{metric.label} by group", closed_months(metric_id, span), metric.dimensions)
    start = span.start.replace(day=1)
    frame = ask("series", metric_id=metric_id, grain="month", by=(by,), start=start, end=span.end).frame
    if frame.empty:
        nothing_closed()
        return
    if not _has_groups(metric_id, by):
        return
    company = ask("series", metric_id=metric_id, grain="month", start=start, end=span.end).frame
    st.html(charts.small_lines(frame, company, by=by, unit=metric.unit, theme=theme(), kind=metric.kind))
    throughout = frame.groupby(by)["hidden"].transform("all")
    last = frame[throughout].sort_values("period").groupby(by, as_index=False).tail(1)
    hidden_lines(last, member=by)


def participation(span: Span) -> None:
    """Who answered in the last closed month, of those on the roster, by group."""
    dimensions = known_metrics()["engagement"].dimensions
    by = _picked("Who answered", "the last closed month", dimensions)
    frame = ask("answering", by=by, end=span.end)
    if frame.empty:
        st.html(
            '<div class="keel-words">Nothing to show by group: it takes a closed month, and a roster with the same '
            f"{html.escape(dimension_label(by).lower())} in it. Bring employees with that column at Uploads.</div>"
        )
        return
    chart(
        charts.bars(frame, known_metrics()["participation"], theme=theme(), member="member", share=False, counts=True),
        key="participation-bars", alt=f"Share of people who answered, by {dimension_label(by).lower()}",
    )  # fmt: skip
    month = store().settings.calendar.label(frame["period"].iloc[0], "month")
    st.html(
        f'<div class="keel-sum">{month}: of those on the roster when the month closed. The lines are 95 % intervals.</div>'
    )
    hidden_lines(frame)


def _picked(words: str, note: str, dimensions: Sequence[str]) -> str:
    """A heading with a picker of the dimension beside it, kept in the URL; the dimension."""
    with st.container(key="groups-by", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        heading(words, note)
        return choose("By", dimensions, key="group", width=160)


def nothing_closed() -> None:
    """What to say where no month has closed."""
    st.html(
        f'<div class="keel-words">No month has closed yet. A month closes with the first upload after its end, once at '
        f"least {fewest()} people have answered.</div>"
    )


# Comments


def comments(span: Span) -> None:
    """The comments that may be read, by month and question, with a search and a picker of the group."""
    every = ask("comments", start=span.start, end=span.end)
    if not every:
        _no_comments()
        return
    groups = sorted({row["group"] for row in every}, key=lambda group: (group == "", group))
    with st.container(key="comments-asked", horizontal=True, vertical_alignment="center", gap="small"):
        words = st.text_input(
            "Find", placeholder="Find a word", key="said", bind="query-params", label_visibility="collapsed", width=260
        )
        group = EVERYBODY
        if len(groups) > 1:
            labels = {EVERYBODY: ALL, **{name: name or COMPANY for name in groups}}
            options = [EVERYBODY, *(name or COMPANY for name in groups)]
            group = choose("Of", options, key="said_by", labels={o: labels.get(o, o) for o in options}, width=220)
    only = None if group == EVERYBODY else "" if group == COMPANY else group
    found = ask("comments", start=span.start, end=span.end, group=only, words=words or "")
    if not found:
        st.html(f'<div class="keel-words">No comment here holds “{html.escape(words or "")}”. Take out the word to see all.</div>')  # fmt: skip
        return
    shown = found[:MOST_COMMENTS]
    told = plural(len(found), "comment")
    if len(found) > len(shown):
        told = f"The newest {len(shown)} of {told}; find a word or choose a group to see fewer"
    st.html(f'<div class="keel-sum">{told}.</div>{_said(shown, (words or "").strip())}')


def _said(rows: Sequence[Mapping[str, Any]], words: str) -> str:
    """Comments as inert text, in the order told, under their month and question."""
    calendar = store().settings.calendar
    surveys = {row["survey"] for row in rows}
    parts: list[str] = []
    month: Any = None
    under: Any = None
    for row in rows:
        if row["wave_on"] != month:
            parts.append(f"{'</ul>' if under else ''}<h3>{calendar.label(row['wave_on'], 'month')}</h3>")
            month, under = row["wave_on"], None
        if (row["survey"], row["question"]) != under:
            survey = f"{html.escape(row['survey'])} · " if len(surveys) > 1 else ""
            parts.append(f"{'</ul>' if under else ''}<h4>{survey}{html.escape(row['question'])}</h4><ul>")
            under = (row["survey"], row["question"])
        group = f"<small>{html.escape(row['group'])}</small>" if row["group"] else ""
        parts.append(f"<li>{_marked(row['words'], words)} {group}</li>")
    return f'<div class="keel-said">{"".join(parts)}</ul></div>'


def _marked(text: str, words: str) -> str:
    """The text escaped, with the words that were looked for marked in it."""
    if not words:
        return html.escape(text)
    pieces = re.split(f"({re.escape(words)})", text, flags=re.IGNORECASE)
    return "".join(f"<mark>{html.escape(p)}</mark>" if at % 2 else html.escape(p) for at, p in enumerate(pieces))


def _no_comments() -> None:
    st.html(
        '<div class="keel-none">No comments to read in these months</div><div class="keel-words">'
        f"{comment_rule()} Choose a longer span above, or bring a survey with a question that is answered in words.</div>"
    )


def comment_rule() -> str:
    """The rule for comments in one sentence."""
    return (
        f"Comments are shown for a closed month in which at least {fewest_for_comments()} people answered and at least "
        f"{suppression.FEWEST_COMMENTS} of them wrote one."
    )


# The page for the people who answer


def points(*said: tuple[str, str]) -> None:
    """A list of what holds: a few strong words and the sentence that goes on from them."""
    lines = "".join(f"<li><b>{html.escape(strong)}</b> {html.escape(rest)}</li>" for strong, rest in said)
    st.html(f'<ul class="keel-points">{lines}</ul>')


def facts(*said: tuple[str, str]) -> None:
    """Numbers beside each other, each with what it is."""
    parts = "".join(f"<div><b>{html.escape(value)}</b><span>{html.escape(what)}</span></div>" for value, what in said)
    st.html(f'<div class="keel-facts-row">{parts}</div>')
