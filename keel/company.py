"""The company at hand: its store and settings opened together, files taken in, the sample loaded.

What the command line and the Uploads page share, so that there is one way to import, undo and rebuild.
"""

import json
import os
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from keel import closing, intake, measure, sample, settings, suppression, surveys
from keel.errors import InputError
from keel.progress import Progress, unheard
from keel.readings import Known, Reading
from keel.settings import PROJECT
from keel.store import Store
from keel.suppression import Reach

MOST_ORDERED = 3  # grouping columns whose orders are compared: six orders
SAME_EXPORT = 0.9  # of the responses of one file, to be a later export of the same: some may have been deleted since
REVENUE = "revenue"  # what hangs on a number that is about customers, and is no amount itself
SAMPLE = "sample"  # who brought the sample company in; how it is told from a company's own data


def default_store() -> Path:
    """Where the database lies: KEEL_STORE, or data/keel.duckdb in the project."""
    named = os.environ.get("KEEL_STORE")
    return Path(named) if named else PROJECT / "data" / "keel.duckdb"


def open_store(path: Path | None = None, progress: Progress = unheard) -> Store:
    """The store with the settings of keel.toml. Raises SettingsError, StoreError."""
    return Store(path or default_store(), settings.load(), progress=progress)


def known(store: Store, today: date | None = None) -> Known:
    """What intake must know of this company to judge a file."""
    metrics = measure.metrics(store)
    return Known(
        today=today or date.today(),
        currency=store.settings.currency,
        rates={row["currency"]: row["first_on"] for row in store.rows("first_rates")},
        metrics=frozenset(metrics),
        labels={word.casefold(): metric.id for metric in metrics.values() for word in (metric.label, metric.id)},
        dimensions={metric.id: metric.dimensions for metric in metrics.values()},
        measures={metric.id: metric.dimensions for metric in metrics.values() if metric.uploaded},
        surveys=_surveys(store),
        remembered=lambda shape: _remembered(store, shape),
    )


def preview(
    store: Store, content: bytes, *, name: str, kind: str = "", mapping: Mapping[str, Any] | None = None,
    today: date | None = None, progress: Progress = unheard,
) -> Reading:  # fmt: skip
    """Read a file without taking it in."""
    reading = intake.read(content, name=name, known=known(store, today), kind=kind, mapping=mapping, progress=progress)
    if reading.kind == "survey" and not reading.is_told_apart and _are_alike_by_chance(store, reading):
        said = {**(mapping or {}), "repeats": "count"}
        reading = intake.read(content, name=name, known=known(store, today), kind=kind, mapping=said, progress=progress)
    return reading


def on_people(store: Store, reading: Reading) -> bool:
    """Whether a survey's file would be told by closed waves: an employee survey, or one promised to be anonymous."""
    roles = {question["role"] for question in reading.questions}
    is_known = any(row["survey"] == reading.survey for row in store.rows("told_waves"))
    return bool(roles & {"engagement", "enps"}) or reading.mapping.get("anonymous") == "yes" or is_known


def reaches(store: Store, reading: Reading) -> list[Reach]:
    """What each order of the grouping columns would make answerable, on the file's largest month; the order in force first."""
    found = [group["dimension"] for group in reading.groups][:MOST_ORDERED]
    if not found or not on_people(store, reading) or reading.survey is None:
        return []
    topic = "employees" if {q["role"] for q in reading.questions} & {"engagement", "enps"} else "customers"
    declared = [name for name in closing.dimensions_of(store.settings, reading.survey, topic) if name in found]
    responses = reading.tables["raw_responses"].to_pandas()
    month = pd.to_datetime(responses["answered_on"]).dt.to_period("M")
    here = responses[month == month.value_counts().idxmax()]
    people = here["respondent"].fillna(here["row"].astype(str)) if "respondent" in here else here["row"].astype(str)
    members = pd.DataFrame([json.loads(groups) for groups in here["groups"]], index=here.index).reindex(columns=found)
    scored = [question["name"] for question in reading.questions if question["role"]]
    kinds = members.fillna("").assign(person=people).drop_duplicates("person", keep="last").drop(columns="person")
    counts = (
        kinds.assign(people=1, **_answered(reading, here, kinds.index, scored)).groupby(found, as_index=False).sum()
    )
    orders = sorted(permutations(found), key=lambda order: (list(order[: len(declared)]) != declared, order))
    return [suppression.reach(counts, order, minimum=store.settings.minimum_group) for order in orders]


def _answered(
    reading: Reading, responses: pd.DataFrame, index: "pd.Index[Any]", scored: Collection[str]
) -> dict[str, np.ndarray]:
    """Question -> 1 where the response answered it, else 0; without the questions that too few answered to count."""
    answers = reading.tables.get("raw_answers")
    if answers is None:
        return {}
    table = answers.select(["row", "question", "value"]).to_pandas()
    table = table[table["value"].notna() & table["row"].isin(responses["row"])]
    keys = {int(q["key"].removeprefix("q")): q["name"] for q in reading.questions if q["name"] in scored}
    rows = responses.loc[index, "row"]
    found = {f"answered {key}": rows.isin(table.loc[table["question"] == key, "row"]).to_numpy(int) for key in keys}
    return {name: column for name, column in found.items() if column.mean() >= suppression.RAREST}


def _are_alike_by_chance(store: Store, reading: Reading) -> bool:
    """Whether some of a survey's responses only say the same as others did: a later export would hold nearly all of them."""
    batches = Counter(batch for batch in _batches_of(store, reading) if batch is not None)
    if not batches:
        return False
    sizes = {row["batch"]: row["rows_accepted"] for row in store.rows("batches")}
    return all(alike < SAME_EXPORT * min(sizes[batch], reading.rows_accepted) for batch, alike in batches.items())


def vendor_name(reading: Reading) -> str:
    """The survey tool that a file came from, as people call it."""
    return surveys.vendors()[reading.vendor].NAME if reading.vendor in surveys.vendors() else "a table"


def same_upload(store: Store, reading: Reading) -> dict[str, Any] | None:
    """The batch that holds this file already, whatever its name, packing or format; None where there is none.

    A survey is the same when every one of its responses is in, in whatever order of columns.
    """
    rows = store.rows("same_upload", rows_sha256=reading.rows_sha256)
    if not rows and reading.kind == "survey" and reading.rows_accepted:
        batches = _batches_of(store, reading)
        if None not in batches:
            first = max(batch for batch in batches if batch is not None)
            rows = [row for row in store.rows("batches") if row["batch"] == first]
    return rows[0] if rows else None


def already_in(store: Store, reading: Reading) -> int:
    """How many responses of a survey's file are in already, from an earlier export of it; they are counted once."""
    if reading.kind != "survey":
        return 0
    return sum(batch is not None for batch in _batches_of(store, reading))


def _batches_of(store: Store, reading: Reading) -> list[int | None]:
    """For each response of a survey's file the batch that brought it first; None where it is new."""
    known = store.ask("known_responses", survey=reading.survey)
    first = dict(zip(known["fingerprint"], known["batch"].astype(int), strict=True))
    return [first.get(one) for one in reading.tables["raw_responses"].column("fingerprint").to_pylist()]


def _surveys(store: Store) -> dict[str, frozenset[str]]:
    """Every survey that is in, with its questions in plain letters."""
    found: dict[str, set[str]] = {}
    for row in store.rows("survey_questions"):
        found.setdefault(row["survey"], set()).add(intake.plain(row["text"]))
    return {survey: frozenset(texts) for survey, texts in found.items()}


def kept_as_told(store: Store, reading: Reading) -> str:
    """The sentence that says which closed months of a survey stay as they were told before; empty where there are none."""
    kept = [row for row in store.rows("told_waves") if row["survey"] == reading.survey and row["is_kept"]]
    if not kept:
        return ""
    months = "1 closed month" if len(kept) == 1 else f"{len(kept)} closed months"
    return (
        f"{months} of {reading.survey} had been told before with other answers and stay as they were: two tellings set against "
        "each other could single someone out. Under another name of the survey the file is told as it is."
    )


def take_in(store: Store, reading: Reading, *, who: str, progress: Progress = unheard) -> int:
    """Append a reading; returns its batch. Raises InputError with the reading's refusal."""
    if reading.refusal:
        raise InputError(reading.refusal)
    return store.append(reading, who=who, progress=progress)


def type_in(store: Store, kind: str, row: Mapping[str, Any], *, who: str, today: date | None = None) -> int:
    """Take in one row that a person typed: an upload like any other, kept, listed, and undone the same way.

    kind: targets, events or baselines. row: field -> what was typed (a date, a number or words); None and "" are left out.
    Returns the batch. Raises InputError.
    """
    said = {field: value for field, value in row.items() if value not in (None, "")}
    content = pd.DataFrame([said]).to_csv(index=False).encode()
    mapping = {"kind": kind, "dates": "ymd", "columns": {field: field for field in said}}
    reading = preview(store, content, name=f"typed {kind.removesuffix('s')}.csv", mapping=mapping, today=today)
    if reading.rejected:
        fault = reading.rejected[0]
        raise InputError(f"{fault.column}: found {fault.value!r}; {fault.reason}. Correct it; nothing was changed.")
    return take_in(store, reading, who=who)


def load_sample(store: Store, progress: Progress = unheard) -> int:
    """Load the sample company into a store; returns the number of files."""
    progress(0.05, "Making the sample company")
    files = sample.files()
    for place, file in enumerate(files, 1):
        progress(0.1 + 0.6 * place / len(files), f"Loading {file.name}")
        mapping = intake.with_options({"kind": file.kind, **_sample_mapping(file)}, file.options)
        reading = preview(store, file.content, name=file.name, mapping=mapping, today=sample.AS_OF)
        if reading.refusal:
            raise InputError(reading.refusal)
        store.append(reading, who=SAMPLE, then_refresh=False)
    store.refresh(lambda share, words: progress(0.7 + 0.3 * share, words))
    return len(files)


def is_new(store: Store) -> bool:
    """Whether nothing was ever uploaded: only then is the sample company shown unasked."""
    return not store.rows("journal")


def is_sample(store: Store) -> bool:
    """Whether everything in the store is the sample company."""
    batches = store.rows("batches")
    return bool(batches) and all(row["who"] == SAMPLE for row in batches)


def rebuild(store: Store, progress: Progress = unheard) -> dict[str, tuple[int, str]]:
    """Make the database again from the kept files; returns tables whose contents differ: name -> (rows, print)."""
    before = store.contents()
    named = {row["metric"] for row in [*store.rows("targets"), *store.rows("events")]}  # measures undone since, too
    knowing = replace(
        known(store),
        metrics=frozenset(measure.metrics(store)) | named,
        measures={},
        surveys={},
        remembered=lambda _: None,
    )

    def read(row: dict[str, Any], content: bytes) -> Reading:
        return intake.read(
            content,
            name=row["file"],
            known=knowing,
            kind=row["kind"],
            mapping=intake.from_text(row["mapping"]),
        )

    after = store.rebuild(read, progress)
    return {table: after.get(table, (0, "")) for table in before | after if before.get(table) != after.get(table)}


def _sample_mapping(file: sample.SampleFile) -> dict[str, Any]:
    roles = {"questions": sample.ROLES[file.options["survey"]]} if file.kind == "survey" else {}
    return {**roles, "as_of": sample.AS_OF.isoformat()}


def _remembered(store: Store, shape: str) -> Mapping[str, Any] | None:
    rows = store.rows("remembered", shape=shape)
    if not rows:
        return None
    mapping = intake.from_text(rows[0]["mapping"])
    # What belongs to one file and not to its shape.
    return {
        key: value for key, value in mapping.items() if key not in ("latest", "as_of", "sheet", "vendor", "repeats")
    }
