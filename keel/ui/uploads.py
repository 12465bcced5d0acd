"""The Uploads page: drop, see what would be counted, change it, import, undo."""

import html
import re
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from keel import company, intake, surveys, templates, values, wording
from keel.errors import InputError, KeelError
from keel.readings import KINDS
from keel.ui import survey_preview
from keel.ui.frame import attempt, dimension_label, heading, plain, store, who
from keel.ui.panels import inert, table

NOT_USED = "(not used)"
FEW = 4  # rows that a table shows whole
ASKED = {"dates": "Dates are written", "vendor": "This file is from", "answered_on": "The day of each answer"}
CHOICES = {"dmy": "day first (3/2 is 3 February)", "mdy": "month first (3/2 is 2 March)"}
MOST_DICTIONARY = 5_000_000  # bytes: a study of ten thousand fields
DICTIONARY_HEADER = re.compile(rb"(?i)field type|field_type")
FIRST = [
    ("Orders", "a date and an amount (or quantity × unit price); customer, region, product line and cost open more"),
    ("Employees", "an id, the day of hiring, the day of leaving; department and kind of leaving open more"),
    ("A survey", "a date and the answers, one row a response, as your tool exports it"),
    ("Measures", "a date and one or more numbers; each becomes a metric under its column's name"),
]


def what_to_bring() -> None:
    """What to upload first, and why."""
    st.markdown("**What to bring first** (CSV, TSV, XLSX, XLS, ODS, SPSS .sav; gzip of any)")
    st.markdown("\n".join(f"- **{what}**: {why}" for what, why in FIRST))


def questionnaires() -> None:
    """The questionnaires to hand out: each as a workbook and as CSV."""
    heading("Short questionnaires", "to fill in, or to paste into your survey tool")
    for template in templates.templates():
        st.html(
            f'<div class="keel-template"><b>{html.escape(template.title)}</b><span>{html.escape(template.about)}</span></div>'
        )
        with st.container(horizontal=True, gap="small", key=f"template-{template.id}"):
            for kind, made in (("XLSX", templates.as_xlsx), ("CSV", templates.as_csv)):
                st.download_button(
                    kind, partial(made, template), f"{template.id}.{kind.lower()}",
                    key=f"template-{template.id}-{kind}", on_click="ignore", help=f"{template.title} as {kind}",
                )  # fmt: skip


def uploader() -> list[Any]:
    """The place to drop files on; empty again after each import."""
    if said := st.session_state.pop("_imported", None):
        st.success(plain(said))
    dropped = st.file_uploader(
        "Drop a file", accept_multiple_files=True, key=f"drop-{st.session_state.get('_dropped', 0)}",
        help="CSV, TSV, XLSX, XLS, ODS, SPSS .sav or .zsav, or a gzip of one",
    )  # fmt: skip
    return list(dropped or [])


def uploaded() -> None:
    """Every upload that counts, each with a way to take it out."""
    rows = store().rows("batches")
    heading("What is in", wording.plural(len(rows), "file") if rows else "nothing yet")
    for row in rows:
        with st.container(key=f"batch-{row['batch']}", horizontal=True, vertical_alignment="center", wrap=False):
            span = f"{wording.day_year(row['from_on'])} to {wording.day_year(row['to_on'])}" if row["from_on"] else ""
            facts = f"{row['kind']} · {row['rows_accepted']:,} rows" + (f" · {span}" if span else "")
            st.html(
                f'<div class="keel-file"><b>{html.escape(row["file"])}</b><span>batch {row["batch"]} · {facts} · '
                f"{html.escape(row['who'])}, {wording.day_year(row['imported_at'].date())}</span></div>"
            )
            if st.button("Undo", key=f"undo-{row['batch']}", type="tertiary", help=plain(f"Take {row['file']} out")):
                _undo(row["batch"], row["file"])
    if not rows and st.button("Load the sample company", key="load-sample"):
        bar = st.progress(0.0, "Making the sample company")
        company.load_sample(store(), bar.progress)
        st.rerun()


def previews(files: list[Any]) -> None:
    """What each dropped file is; a data dictionary among them tells what the codes in the others stand for."""
    told: dict[str, Any] = {}
    for file in files:
        if (words := _dictionary(file)) is not None:
            told |= words
            st.info(plain(f"{file.name} tells what codes stand for: it is used for the survey dropped beside it, and counts by itself nothing."))  # fmt: skip
        else:
            preview(file, told)


def _dictionary(file: Any) -> dict[str, Any] | None:
    """The dictionary in a file, where it may be one: the header of one is looked for before the file is read."""
    content = file.getvalue()
    if len(content) > MOST_DICTIONARY or not DICTIONARY_HEADER.search(content[:4096]):
        return None
    try:
        return intake.dictionary(content, name=file.name)
    except KeelError:
        return None


def preview(file: Any, dictionary: dict[str, Any]) -> None:
    """What one dropped file is, what will be counted and what will not; change it; import it."""
    content, name = file.getvalue(), file.name
    key = f"{name}-{len(content)}"
    state = st.session_state.setdefault("_choices", {}).setdefault(
        key, {"kind": "", "options": {}, "questions": {}, "groups": {}}
    )
    state["dictionary"] = dictionary
    reading = _read(content, name, state)
    if isinstance(reading, KeelError):
        st.error(plain(str(reading)))
        _ask_what_is_missing(reading, state, key)
        survey_preview.refused_change(state, key)
        return
    same = company.same_upload(store(), reading)
    is_survey = reading.kind == "survey"
    noun = "responses" if is_survey else "rows"
    with st.container(key=f"box-preview-{key}"):
        heading(name, f"{reading.kind} · {reading.rows_accepted:,} of {reading.rows_read:,} {noun} will be counted")
        if same:
            st.info(
                plain(
                    f"The same rows came in already as batch {same['batch']} ({same['file']}); they are not counted again."
                )
            )
        if reading.refusal:
            st.error(plain(reading.refusal))
        if is_survey:
            already = 0 if same else company.already_in(store(), reading)
            survey_preview.facts(reading, already=already, vendor=company.vendor_name(reading))
        else:
            for note in reading.notes:
                st.markdown(f":gray[{plain(note)}]")
            if reading.from_on:
                st.markdown(f"From **{wording.day_year(reading.from_on)}** to **{wording.day_year(reading.to_on)}**")
        sample = company.is_sample(store())
        label = "Import, and leave the sample company" if sample else "Import"
        if st.button(label, key=f"import-{key}", type="primary", disabled=bool(same or reading.refusal)):
            _take_in(reading, sample)
        with st.container(horizontal=True, gap="medium", key=f"what-{key}"):
            _ask_kind(reading.kind, state, key)
            if is_survey:
                survey_preview.ask_name(reading, state, key)
                survey_preview.ask_partial(reading, state, key)
                survey_preview.ask_day(reading, state, key)
                survey_preview.ask_anonymous(reading, state, key)
        _show_columns(reading, state, key)
        if is_survey:
            survey_preview.ask_groups(reading, state, key)
            survey_preview.reach(company.reaches(store(), reading), store().settings.minimum_group)
            survey_preview.questions(reading, state, key)
        _show_rejects(reading)
        if is_survey:
            survey_preview.first_responses(reading)
            return
        with st.expander("The first rows, as they are in the file"):
            rows = [list(row) for row in reading.preview]
            names = [h or f"column {n}" for n, h in enumerate(reading.header, 1)]
            st.html(_as_table(names, rows))


def _read(content: bytes, name: str, state: dict[str, Any]) -> Any:
    marks = (name, len(content), hash(content), str(state), store().version)
    cached = st.session_state.get("_reading")
    if cached and cached[0] == marks:
        return cached[1]
    bar = st.progress(0.0, plain(f"Reading {name}"))
    try:
        said = {part: state[part] for part in ("questions", "groups", "dictionary") if state.get(part)}
        mapping = intake.with_options(said, state["options"]) or None
        found: Any = company.preview(
            store(), content, name=name, kind=state["kind"], mapping=mapping,
            progress=lambda share, words: bar.progress(share, plain(f"{words}: {name}")),
        )  # fmt: skip
    except KeelError as error:
        found = error
    bar.empty()
    st.session_state["_reading"] = (marks, found)
    return found


def _take_in(reading: Any, sample: bool) -> None:
    bar = st.progress(0.0, "Taking the rows in")
    if sample:
        store().clear(imported_by=company.SAMPLE, who=who(), progress=bar.progress)
    batch = attempt(
        lambda: company.take_in(store(), reading, who=who(), progress=bar.progress), f"{reading.file} is in."
    )
    bar.empty()
    if batch is not None:
        kept = company.kept_as_told(store(), reading) if reading.kind == "survey" else ""
        said = f"{reading.file} is in: batch {batch}, {reading.rows_accepted:,} rows. {kept}"
        st.session_state["_imported"] = said.strip()
        st.session_state["_dropped"] = st.session_state.get("_dropped", 0) + 1  # a fresh, empty uploader
        st.rerun()


def _ask_what_is_missing(error: KeelError, state: dict[str, Any], key: str) -> None:
    """The way out of a refusal that is a question: the order of the dates, the tool, a column, what the file is."""
    if not isinstance(error, InputError) or not error.asks:
        return
    if error.asks == "kind":
        _ask_kind("", state, key)
        return
    label = ASKED.get(error.asks, f"The column for {dimension_label(error.asks).lower()}")
    among, widget = list(error.among), f"ask-{error.asks}-{key}"
    if len(among) < FEW:
        picked = st.segmented_control(label, among, key=widget, format_func=_choice)
    else:
        picked = st.selectbox(label, among, index=None, key=widget, format_func=_choice, width=420)
    if picked:
        state["options"][error.asks] = picked
        st.rerun()


def _choice(word: str) -> str:
    if word in surveys.vendors():
        return str(surveys.vendors()[word].NAME)
    day = values.parse_date(word, "ymd")
    return f"no column: every response on {wording.day_year(day)}" if day else CHOICES.get(word, word)


def _ask_kind(found: str, state: dict[str, Any], key: str) -> None:
    options = list(KINDS)
    picked = st.selectbox(
        "This file holds",
        options,
        index=options.index(found) if found in options else None,
        key=f"kind-{key}",
        width=260,
    )
    if picked and picked != found:
        state.update(kind=picked, options={}, questions={}, groups={})
        st.rerun()


def _show_columns(reading: Any, state: dict[str, Any], key: str) -> None:
    """Which column is read as what; each can be changed."""
    columns = reading.mapping.get("columns")
    if columns is None:
        return
    fields = list(intake.synonyms().get(reading.kind, {}))
    with st.container(key=f"columns-{key}"):
        heading("Read as", "change what was guessed; it is remembered for files with the same columns")
        choices = [NOT_USED, *[h for h in reading.header if h]]
        with st.container(horizontal=True, gap="small", key=f"mapping-{key}"):
            for field in fields:
                now = columns.get(field) or NOT_USED
                now = now if now in choices else NOT_USED
                picked = st.selectbox(
                    dimension_label(field), choices, index=choices.index(now),
                    key=f"column-{key}-{field}", width=190,
                )  # fmt: skip
                if picked != now:
                    state["options"][field] = "" if picked == NOT_USED else picked
                    state["kind"] = reading.kind
                    st.rerun()
        unused = [h for h in reading.unused if h not in columns.values()]
        if unused:
            st.html(f'<div class="keel-sum">Not used: {html.escape(", ".join(unused))}</div>')


def _show_rejects(reading: Any) -> None:
    if not reading.rejected:
        return
    heading("Left out", wording.plural(len(reading.rejected), "row"))
    rows = pd.DataFrame([vars(reject) for reject in reading.rejected[:1000]]).drop(columns="why")
    rows = rows.drop(columns=[name for name in ("column", "value") if not rows[name].any()])
    table(
        inert(rows.rename(columns=str.capitalize)),
        key=f"rejects-{reading.sha256}",
        height=180 if len(rows) > FEW else None,
    )


def _as_table(names: list[str], rows: list[list[str]]) -> str:
    """Cells as they are in the file, as an HTML table."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="keel-cells"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _undo(batch: int, file: str) -> None:
    bar = st.progress(0.0, plain(f"Taking {file} out"))

    def take_out() -> bool:
        store().undo(batch, who=who(), progress=bar.progress)
        return True

    is_out = attempt(take_out, f"{file} is out.")
    bar.empty()
    if is_out:
        st.rerun()
