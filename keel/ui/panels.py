"""What stands below the cards: charts, tables, rows, definitions."""

import contextlib
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from keel import (
    bearings,
    charts,
    leads,
    measure,
    meeting,
    review,
    signals,
    sixtwelve,
    suppression,
    targets,
    verdicts,
    wording,
)
from keel.catalogue import Metric
from keel.errors import PrivacyError
from keel.leads import Link
from keel.measure import Judged, Series
from keel.periods import add_months
from keel.ui.cards import (
    goals,
    judged,
    metric_link,
    period_label,
    said,
    series,
    shown,
)
from keel.ui.frame import (
    PAGES,
    ask,
    covered,
    dimension_label,
    heading,
    here,
    known_metrics,
    made,
    plain,
    source_label,
    store,
    theme,
    view,
)
from keel.verdicts import Claim

MOST_REASONS = 6  # lines that say why something is hidden; the rest is said where it is drawn
MONTHS = {"trailing": "Trailing twelve months", "fiscal": "Fiscal year"}
TOLD = {
    "R1": "outside its usual range",
    "R2": "eight or more on one side",
    "R3": "leaning to one side",
    "MR": "an unusual jump",
}
NPS_CUTS = [(0, 6, "Detractors"), (7, 8, "Passives"), (9, 10, "Promoters")]


def chart(figure: Any, *, key: str, alt: str = "", **options: Any) -> Any:
    """A figure of keel.charts on the page."""
    return st.plotly_chart(figure, key=key, theme=None, config=charts.CONFIG, alt=alt or None, **options)


def trend(
    metric_id: str, *, key: str, only: Mapping[str, str] | None = None, height: int = 300, says: bool = True,
    grain: str = "",
) -> None:  # fmt: skip
    """The line of one metric with its usual range, prior year, interval, target and events; below it what the range says."""
    figure, alt, words = made(
        lambda: _trend(metric_id, only, grain, height), "trend", metric_id, only, grain, height, view(), theme()
    )
    chart(figure, key=key, alt=alt)
    if says and words:
        st.html(words)


def _trend(metric_id: str, only: Mapping[str, str] | None, grain: str, height: int) -> tuple[Any, str, str]:
    """The figure of a trend, its text for who cannot see it, and what the usual range says; "" where it has none."""
    found = judged(metric_id, only=only, grain=grain)
    metric, frame = found.series.metric, shown(found.series)
    periods = [pd.Timestamp(period).date() for period in frame["period"]]
    aims = goals(found.series, periods)
    figure = charts.trend(
        frame, metric, calendar=store().settings.calendar, theme=theme(), grain=found.series.grain, currency=store().settings.currency,
        height=height, target=_steps(periods, aims), usual=usual(found), events=drawn_events(metric_id, since=periods[0] if periods else None),
    )  # fmt: skip
    alt = f"{metric.label} by {found.series.grain}. {signals.words(found.signals, period=found.series.grain)}"
    return figure, alt, said(found) if found.periods else ""


def usual(found: Judged) -> pd.DataFrame:
    """The usual range as a chart draws it: period, centre, low, high, status and what a tooltip says of the point."""
    frame = found.frame
    words = [
        ", ".join(filter(None, (TOLD.get(rule, "") for rule in sorted(rules)))) if status in ("signal", "watch") else ""
        for rules, status in zip(frame["rules"], frame["status"], strict=True)
    ]
    return frame.assign(words=words).drop(columns=["rules", "run"])


def drawn_events(metric_id: str, *, since: date | None) -> list[charts.Event]:
    """The events that touch a metric and had not ended before the first day in view."""
    return [
        charts.Event(row["happened_on"], row["words"], row["ends_on"] if row["ends_on"] > row["happened_on"] else None)
        for row in ask("events", metric_id=metric_id)
        if since and row["ends_on"] >= since
    ]


def _steps(periods: Sequence[date], aims: Sequence[float | None]) -> pd.DataFrame | None:
    """Targets as the steps a chart draws: one row a period in which the target is another than before."""
    rows = [(period, aim) for period, aim in zip(periods, aims, strict=True) if aim is not None]
    changed = [row for row, before in zip(rows, [None, *rows], strict=False) if before is None or before[1] != row[1]]
    return pd.DataFrame(changed, columns=["valid_from", "value"]) if rows else None


def six_twelve(metric_id: str, *, key: str) -> None:
    """Six weeks and twelve months on one axis, and the nine totals below."""
    months = st.segmented_control(
        "Months", list(MONTHS), default="trailing", required=True, key=f"{key}-months", format_func=MONTHS.__getitem__,
        label_visibility="collapsed", bind="query-params",
    )  # fmt: skip
    figure, alt, totals = made(
        lambda: _six_twelve(metric_id, months or "trailing"), "sixtwelve", metric_id, months, theme()
    )
    chart(figure, key=key, alt=alt)
    st.html(totals)


def _six_twelve(metric_id: str, months: str) -> tuple[Any, str, str]:
    """The figure, its text for who cannot see it, and the nine totals with the note."""
    metric, calendar, currency = known_metrics()[metric_id], store().settings.calendar, store().settings.currency
    view = ask("sixtwelve", metric_id=metric_id, months=months)
    weeks = [week["ending"] - timedelta(days=6) for week in view.weeks]
    of_weeks, of_months = (
        ask("goals", metric_id=metric_id, periods=tuple(periods), grain=grain, only={})
        for periods, grain in ((weeks, "week"), ([month["month"] for month in view.months], "month"))
    )
    figure = charts.sixtwelve(
        view, metric, theme=theme(), calendar=calendar, currency=currency, week_targets=of_weeks, month_targets=of_months,
        events=drawn_events(metric_id, since=min(weeks[0], view.months[0]["month"])),
    )  # fmt: skip
    rows = "".join(
        f"<tr><th>{html.escape(label)}</th><td><b>{html.escape(value)}</b></td><td>{html.escape(' · '.join(_known(changes)))}</td><td>{html.escape(note)}</td></tr>"
        for label, value, changes, note in sixtwelve.in_words(view, metric.told_in, currency)
    )
    notes = f'<div class="keel-sum">{html.escape(view.note)}</div>' if view.note else ""
    alt = f"{metric.label}: six weeks to {wording.day_year(view.week_ending)} and twelve months"
    return figure, alt, f'<div class="keel-totals"><table><tbody>{rows}</tbody></table></div>{notes}'


def _known(changes: Sequence[str]) -> list[str]:
    """The changes that can be told; the note beside them says why the others cannot."""
    return [words for words in changes if not words.startswith("n/a")]


def changed(metric_ids: Sequence[str]) -> None:
    """What changed: the numbers out of their usual range, by money at stake, at most five; and the sources that stopped."""
    known = known_metrics()
    found = {metric_id: judged(metric_id) for metric_id in metric_ids if metric_id in known}
    found = {metric_id: one for metric_id, one in found.items() if not one.series.frame.empty}
    behind = {row["source"]: row for row in ask("sources") if row["stale"]}
    leads = {metric.id: [lead.metric for lead in metric.leads] for metric in known.values()}
    hidden = {metric_id for metric_id, one in found.items() if _is_hidden(one.series)}
    numbers = [
        number for number in meeting.numbers(found, leads)
        if known[number.id].source not in behind and number.id not in hidden
    ]  # fmt: skip
    lines = review.changes(numbers)
    with st.container(key="box-changed"):
        with st.container(
            key="changed-head", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        ):
            heading(f"What changed this {view().grain}", _how_many(len(review.changes(numbers, most=None)), numbers))
            with st.popover("Why these", type="tertiary", key="why-these"):
                st.markdown(plain(
                    "Numbers outside their usual range, at most five: signals before what is worth watching, the bad direction first, then "
                    "by how far out they are times the money at stake: a year of the number itself or, for what moves first, of the "
                    "revenue it is declared to lead."
                ))  # fmt: skip
                st.markdown(plain("Chance alone gives one metric in four or five a false signal in half a year (19 to 39 %). Open a card's "
                                  "sentence to see why it stands there."))  # fmt: skip
        for line in lines:
            _changed_line(found[line.number.id], line)
        if not lines and numbers:
            st.html('<div class="keel-words">Nothing out of the ordinary.</div>')
        for row in behind.values():
            st.html(f'<div class="keel-words"><span class="keel-behind">▲ {html.escape(source_label(row["source"]))}: no data since '
                    f"{wording.day_year(row['last_on'])}</span></div>")  # fmt: skip


def _how_many(out: int, numbers: Sequence[review.Number]) -> str:
    """How many numbers are out of their usual range, of those that have a number and a range this time."""
    judged = sum(bool(one.signals.points) and one.signals.points[-1].status != "none" for one in numbers)
    if not judged:
        return "no number has a usual range yet"
    return f"{out} of {wording.plural(judged, 'number')} out of the usual range"


def _changed_line(found: Judged, line: review.Change) -> None:
    metric, point = found.series.metric, found.signals.points[-1]
    unit, grain = metric.told_in, found.series.grain
    now = f"{wording.number(point.value, unit)}, usually {wording.interval(point.low, point.high, unit)}"
    money = ""
    if line.number.stake:
        leads = "" if line.number.of == metric.id else f" of {known_metrics()[line.number.of].label.lower()}"
        how = "" if line.number.of == metric.id else "leads to " if metric.leads else "touches "
        money = f"{how}{wording.number(line.number.stake, 'money', currency=store().settings.currency)}{leads} a year"
    mark = review.MARKS[line.status]
    words = signals.words(found.signals, period=grain).removesuffix(".")
    words = words[:1].lower() + words[1:]
    with st.container(key=f"changed-{metric.id}", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(
            f'<span class="keel-mark keel-said-{review.tone(found.signals, found.series.metric.better)}"><b>{mark}</b></span>',
            width="content",
        )
        metric_link(metric)
        st.html(
            f'<span class="keel-words">{html.escape(words)} · {now} · {html.escape(money)}</span>'.replace(
                " · </span>", "</span>"
            )
        )


def _is_hidden(found: Series) -> bool:
    now, _ = measure.latest(found)
    return now is not None and bool(now["hidden"])


def limits(metric_id: str) -> None:
    """The metric's usual range explained: where it lies, what it rests on, what was taken out, how often it is false."""
    found = judged(metric_id)
    words = signals.words(found.signals, period=found.series.grain)
    heading("Its usual range", words)
    lines = "".join(
        f"<li>{html.escape(line)}</li>"
        for line in signals.because(
            found.signals, found.periods, period=found.series.grain, unit=found.series.metric.told_in
        )
    )
    st.html(f'<ul class="keel-facts">{lines}</ul>')


@dataclass(frozen=True)
class Span:
    """The span the shared control says, inside one metric's data: first and last day, in words, the metric over it."""

    start: date
    end: date
    words: str
    value: float


def asked_span(metric_id: str) -> Span:
    """The chosen span of one metric, ending on the last day its data covers."""
    metric = known_metrics()[metric_id]
    first, last = covered(metric)
    months = view().months
    start = max(first, add_months(last, -months) + timedelta(days=1)) if months else first
    value = None
    if metric.grain == "day" and metric.roll != "survival":
        # what a filter may not tell is said where it would be drawn
        with contextlib.suppress(PrivacyError):
            over = ask("series", metric_id=metric_id, grain="all", only=view().only(metric), start=start, end=last)
            value = over.total.get("value")
    words = f"{wording.day_year(start)} to {wording.day_year(last)}"
    return Span(start, last, words, float("nan") if value is None else float(value))


def closed_months(metric_id: str, span: Span) -> str:
    """The closed months of a span by which groups are told, in words: "closed months Oct 2025 to Aug 2026"."""
    metric = known_metrics()[metric_id]
    if not metric.dimensions:
        return "no month has closed yet"
    found = ask(
        "series", metric_id=metric_id, grain="month", by=metric.dimensions[:1], start=span.start.replace(day=1), end=span.end
    )  # fmt: skip
    months = sorted(set(found.frame["period"]))
    if not months:
        return "no month has closed yet"
    first, last = (store().settings.calendar.label(month, "month") for month in (months[0], months[-1]))
    return f"closed months {first} to {last}" if first != last else f"closed month {first}"


def choose(
    label: str, options: Sequence[str], *, key: str, labels: Mapping[str, str] | None = None, width: int = 260
) -> str:
    """One of a few, kept in the URL under `key` as what it is called in the definitions."""
    words = labels or {option: dimension_label(option) for option in options}
    asked = st.query_params.get(key, "")

    def picked() -> None:
        st.query_params[key] = st.session_state[f"choose-{key}"]

    if asked in options:
        st.session_state[f"choose-{key}"] = asked
    chosen = st.selectbox(
        label, list(options), key=f"choose-{key}", format_func=words.__getitem__, on_change=picked,
        label_visibility="collapsed", width=width,
    )  # fmt: skip
    return str(chosen)


def parts(options: Sequence[str], *, key: str) -> str:
    """Which part of a page is open, kept in the URL under `key`; the first one to begin with."""
    chosen = st.segmented_control(
        "Part", options, default=options[0], required=True, key=key, label_visibility="collapsed", bind="query-params"
    )
    return str(chosen or options[0])


def against_targets(metric: Metric, rows: pd.DataFrame, member: str, by: str, span: Span) -> None:
    """Which members (a column of rows) of a dimension meet the targets that are set for them, over the span in view."""
    aims = ask("goals_by", metric_id=metric.id, by=by, start=span.start, end=span.end)
    lines = [
        f"<li><b>{html.escape(row[member])}</b> — {html.escape(targets.words(row['value'], aims[row[member]], metric.better, metric.told_in))}</li>"
        for row in rows.to_dict("records")
        if row[member] in aims and not row["hidden"] and not pd.isna(row["value"])
    ]
    if lines:
        st.html(f'<div class="keel-reasons"><div><ul>{"".join(lines)}</ul></div></div>')


def hidden_lines(frame: pd.DataFrame, *, member: str = "member", part: str = "") -> None:
    """What is hidden and why, with the nearest larger group that can be shown; what all have in common is said once."""
    reasons = charts.hidden_because(frame, member=member, part=part)
    if not reasons:
        return
    usual = all(why.startswith(f"{suppression.HIDDEN}; ") for _, why in reasons)
    head = suppression.HIDDEN if usual else ""
    lines = []
    for what, why in reasons[:MOST_REASONS]:
        rest = why.removeprefix(head).removeprefix("; ")
        lines.append(f"<li><b>{html.escape(what)}</b> — {html.escape(rest)}</li>")
    if len(reasons) > MOST_REASONS:
        lines.append(f"<li>and {len(reasons) - MOST_REASONS} more: point at them to read why</li>")
    first = f"<p>{html.escape(head[:1].upper() + head[1:])}:</p>" if head else ""
    st.html(
        f'<div class="keel-reasons"><span class="keel-hidden"><span>hidden</span></span><div>{first}<ul>{"".join(lines)}</ul></div></div>'
    )


def table(
    frame: pd.DataFrame,
    *,
    key: str,
    columns: Mapping[str, Any] | None = None,
    height: int | None = None,
    **options: Any,
) -> Any:
    """A table, numbers right-aligned; text that begins like a formula stays text."""
    return st.dataframe(
        frame, key=key, hide_index=True, column_config=dict(columns or {}), height=height or "auto", **options
    )


def money_column(label: str, help: str | None = None) -> Any:
    """A column of amounts."""
    return st.column_config.NumberColumn(label, format="accounting", help=help)


def day_column(label: str) -> Any:
    """A column of days."""
    return st.column_config.DateColumn(label, format="D MMM YYYY")


def percent_column(label: str) -> Any:
    """A column of rates or shares, given in percent."""
    return st.column_config.NumberColumn(label, format="%.1f %%")


def download(frame: pd.DataFrame, name: str, *, key: str) -> None:
    """A button that gives the rows of a table as CSV, formulas made inert."""
    st.download_button(
        "CSV",
        inert(frame).to_csv(index=False),
        f"{name}.csv",
        "text/csv",
        key=key,
        type="tertiary",
        icon=":material/download:",
    )


def inert(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with every text that a spreadsheet would run made plain text."""
    text = frame.select_dtypes(include=["object", "str"]).columns
    return frame.assign(**{c: frame[c].map(lambda cell: wording.inert(cell)) for c in text})


def nothing_yet(metric_ids: Sequence[str], what: str) -> bool:
    """True, with the way out on the page, when none of the metrics has data."""
    known = known_metrics()
    if any(len(series(metric_id, only={}).frame) for metric_id in metric_ids):
        return False
    st.info(f"There is nothing here yet. Bring {what}, and this page fills by itself.")
    st.page_link(PAGES / "uploads.py", label="Go to Uploads", icon=":material/upload:")
    with st.expander("What each number here needs"):
        for metric_id in metric_ids:
            st.markdown(f"**{plain(known[metric_id].label)}**: {plain(known[metric_id].needs)}")
    return True


def rows_behind(metric_id: str) -> None:
    """The rows of a series: each period with what it is made of, and what they add up to."""
    whole = judged(metric_id)
    found = whole.series
    metric, frame = found.metric, shown(found).iloc[::-1]
    out = dict(zip(whole.periods, usual(whole)["words"], strict=True))
    if frame.empty:
        st.markdown(":gray[No rows in this span.]")
        return
    labels = [period_label(found, period) for period in frame["period"]]
    rows = pd.DataFrame({
        "Period": labels, "From": list(frame["period"]), "Value": [
            "hidden" if hidden else wording.exact(v, metric.told_in) for v, hidden in zip(frame["value"], frame["hidden"], strict=True)
        ],
        "Numerator": frame["num"].to_numpy(), "Denominator": frame["den"].to_numpy(), "n": frame["n"].to_numpy(),
        "Low": frame["low"].to_numpy(), "High": frame["high"].to_numpy(),
        "Signal": [out.get(pd.Timestamp(period).date(), "") for period in frame["period"]],
        "Note": ["; ".join(filter(None, (note, "partial" if part else ""))) for note, part in zip(frame["note"], frame["partial"], strict=True)],
    })  # fmt: skip
    rows = rows.dropna(axis="columns", how="all").loc[:, lambda r: (r != "").any()]
    has_parts = {name: (rows[name] % 1).any() for name in ("Numerator", "Denominator", "n") if name in rows}
    table(rows, key="rows", height=260, columns={
        name: st.column_config.NumberColumn(name, format="accounting" if parts else "localized") for name, parts in has_parts.items()
    } | {name: st.column_config.NumberColumn(name, format="%.3g") for name in ("Low", "High")})  # fmt: skip
    if metric.grain == "day" and metric.roll in ("sum", "ratio", "mean") and not frame["hidden"].any():
        num, den = frame["num"].sum(), frame["den"].sum()
        first, last = (
            min(frame["period"]),
            min(store().settings.calendar.end(max(frame["period"]), found.grain), found.as_of or date.max),
        )
        words = f"{wording.plural(len(frame), 'row')}, {wording.day_year(first)} to {wording.day_year(last)}, in all {num:,.2f}"
        if metric.roll != "sum" and den:
            scale = f" × {metric.scale:g}" if metric.scale != 1 else ""
            words += f" ÷ {den:,.2f}{scale} = {wording.exact(num / den * metric.scale, metric.told_in)}"
        st.html(f'<div class="keel-sum">{words}.</div>')
    download(rows, metric_id, key="rows-csv")


def behind_link(metric: Metric) -> None:
    """The way from a metric to what is behind it, where a page of its own shows that."""
    page = {
        "orders": ("revenue.py", "Open to customers and orders"), "employees": ("turnover.py", "Turnover"),
        "employees survey": ("engagement.py", "Engagement"), "customers survey": ("satisfaction.py", "Satisfaction"),
    }.get(metric.source)  # fmt: skip
    if page:
        st.page_link(PAGES / page[0], label=page[1], icon=":material/arrow_forward:", query_params=here())


def definition(metric: Metric) -> None:
    """What a metric is: its sentence, what was settled, unit, direction, owner, target, freshness, SQL."""
    span = covered(metric)
    facts = [
        ("Kind", {"lag": "lagging: a result", "lead": "leading: moves first"}[metric.kind]),
        ("Better", {"up": "▲ higher", "down": "▼ lower", "neither": "neither"}[metric.better]),
        ("Owner", metric.owner or "nobody yet"),
        ("Target", _targets_in_words(metric, ask("all_targets", metric_id=metric.id))),
        (
            "Data",
            f"{wording.day_year(span[0])} to {wording.day_year(span[1])}"
            if span
            else f"none yet: bring {metric.needs}",
        ),
        ("Split by", ", ".join(dimension_label(d).lower() for d in metric.dimensions) or "not split"),
    ]
    if metric.leads:
        found = {link.lag: told(link) for link, claim in declared({}) if link.lead == metric.id}
        led = (
            f"{known_metrics()[lead.metric].label} by {lead.weeks[0]} to {lead.weeks[1]} weeks ({found.get(lead.metric, 'no data yet')})"
            for lead in metric.leads
        )
        facts.append(("Expected to lead", ", ".join(led)))
    if metric.min_people:
        facts.append(("Privacy", _privacy_in_words(metric)))
    st.markdown(plain(f"{metric.meaning} {metric.edge}"))
    st.markdown("  \n".join(f"**{name}:** {plain(words)}" for name, words in facts))
    if metric.sql:
        with st.popover("SQL", type="tertiary", key=f"sql-{metric.id}"):
            st.code(metric.sql, language="sql", wrap_lines=True)


def _privacy_in_words(metric: Metric) -> str:
    fewest = max(metric.min_people, store().settings.minimum_group)
    if not metric.dimensions:
        return f"the company as a whole, never for fewer than {fewest} people"
    if metric.rule == "answers":
        return (
            f"groups by closed months only, each of {fewest} people or more, and none that would single out fewer when set "
            "against another number"
        )
    return f"from HR records: groups of {fewest} people or more on average, and what a split leaves out is as many"


def _targets_in_words(metric: Metric, goals: pd.DataFrame) -> str:
    if goals.empty:
        return "none set: set one on the metric's page, or upload a file of targets (metric, date, value)"
    return "; ".join(
        f"{wording.number(row['value'], metric.told_in)} from {wording.day_year(row['valid_from'])}"
        + (f" ({dimension_label(row['dimension'])} {row['member']})" if row["dimension"] else "")
        for row in goals.to_dict("records")
    )


def matching(words: str | None, kind: str) -> list[Metric]:
    """The metrics of one kind whose label, meaning or owner holds the words."""
    sought = (words or "").casefold()
    return [
        metric for metric in known_metrics().values()
        if metric.kind == kind and sought in f"{metric.id} {metric.label} {metric.meaning} {metric.edge} {metric.owner}".casefold()
    ]  # fmt: skip


def overall(rows: pd.DataFrame) -> float:
    """The ratio of sums of rows with num and den: what all of them are together."""
    den = rows["den"].sum()
    return float(rows["num"].sum() / den) if den else float("nan")


def walk_steps(walk: list[tuple[str, int]]) -> list[tuple[str, float, str]]:
    """The headcount walk as a waterfall wants it: label, amount, total/up/down."""
    return [
        (step.capitalize(), people, "total" if step in ("opening", "closing") else "up" if people >= 0 else "down")
        for step, people in walk
    ]


def staff_year(metric_id: str) -> None:
    """Leavers of the trailing year by kind, in people, with what is unknown about them."""
    found = series(metric_id)
    if found.frame.empty:
        return
    year = ask("staff_year", grain=found.grain, period=found.frame["period"].max())
    if not year:
        return
    known = year["leavers"] - year["unflagged"]
    rows = pd.DataFrame(
        [
            ("Left", year["leavers"]), ("of them, resigned", year["resignations"]),
            ("regretted", year["regretted"]), ("not said whether regretted", year["unflagged"]),
        ],
        columns=["In the trailing year", "People"],
    )  # fmt: skip
    table(rows, key="staff-year")
    st.html(
        f'<div class="keel-sum">Mean headcount {year["mean_headcount"]:,.1f}. Of {known} leavings with a word on it, '
        f"{year['regretted']} were regretted.</div>"
    )


def movements() -> None:
    """The waterfall from opening to closing revenue of the last whole month, for a window the reader picks."""
    picked = st.segmented_control(
        "Window", [3, 6, 12], default=store().settings.movement_window_months, required=True, key="window",
        format_func=lambda months: f"{months} months", label_visibility="collapsed", bind="query-params",
    )  # fmt: skip
    window = int(picked or 12)
    rows = ask("movements", window_months=window, region=view().region, segment=view().segment)
    heading("Where revenue came from and went", f"customers' revenue, {window} months against the {window} before")
    months = ask("movements", window_months=window, region=None, segment=None)["month"]
    if rows.empty:
        st.markdown(f":gray[This needs {2 * window} whole months of orders with a customer. Choose a shorter window.]")
        return
    last = rows[rows["month"] == months.max()]  # a region may have had nothing to move in it
    change = dict(zip(last["movement"], last["change"], strict=True))
    steps = [("Opening", float(last["opening"].sum()), "total")]
    for movement in ("new", "won back", "expansion", "contraction", "lost"):
        amount = float(change.get(movement, 0.0))
        steps.append((movement.capitalize(), amount, "up" if amount >= 0 else "down"))
    steps.append(("Closing", float(last["closing"].sum()), "total"))
    currency = store().settings.currency
    chart(
        charts.waterfall(steps, theme=theme(), unit="money", currency=currency),
        key="movements",
        alt="Revenue movements",
    )
    closing = sum(amount for _, amount, kind in steps if kind != "total") + steps[0][1]
    st.html(f'<div class="keel-sum">The steps add up to {wording.exact(closing, "money")} {currency}, the closing revenue to '
            f'{wording.day_year(add_months(months.max(), 1) - timedelta(days=1))}.</div>')  # fmt: skip
    st.page_link(
        PAGES / "customers.py", label="The customers behind each step", icon=":material/arrow_forward:",
        query_params={"part": "Slipping and lost", **here()},
    )  # fmt: skip


def parts_in_view() -> dict[str, str]:
    """The filters that the shared controls are set to, whatever metric takes them."""
    chosen = {"region": view().region, "segment": view().segment}
    return {name: member for name, member in chosen.items() if member}


def declared(only: Mapping[str, str] | None = None) -> list[tuple[Link, Claim]]:
    """Every declared link with its evidence in one view, those that can be said something of first; the untested among them too."""
    found = bearings.claims(store())
    pairs, directions = bearings.declared_pairs(store(), found)
    only = parts_in_view() if only is None else only
    tested = {
        (link.lead, link.lag): link
        for link in ask("bearings.evidence", pairs=tuple(pairs), directions=tuple(directions), only=only)
    }
    place = [leads.CONFIRMED, leads.SUGGESTIVE, leads.NO_EVIDENCE, leads.TOO_LITTLE]
    known = known_metrics()
    shown = []
    for claim in found:
        if not all(covered(known[id]) for id in claim.pair):
            continue
        waits = f"It was looked at before it was declared: it counts from {wording.day_year(claim.counts_from)} on."
        shown.append((tested.get(claim.pair) or Link(*claim.pair, False, 0, leads.TOO_LITTLE, waits), claim))
    return sorted(shown, key=lambda one: place.index(one[0].status))


def told(link: Link) -> str:
    """A link's verdict in a few words: "✓ Confirmed, about 8 weeks"."""
    mark, word = verdicts.MARKS[link.status]
    when = leads.when(link)
    return f"{mark} {word}" + (f", {when}" if when and link.status == leads.CONFIRMED else "")
