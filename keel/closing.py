"""The closing job: weeks and waves of surveys on people close, and what may be told of them is written once.

Part of the store's refresh, inside its transaction. Raw answers go in; what comes out are counts,
which nothing writes otherwise. The texts are queries/waves/.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from itertools import combinations
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from keel import sql, suppression
from keel.catalogue import MAX_DIMENSIONS, Metric
from keel.settings import Settings
from keel.suppression import Unit
from keel.tallies import Questions, Wave, common_by_group, encoded, sums

_ONCE = ("closed_choice", "closed_comment", "closed_moment")  # told with the first telling, and never again
_RECORD = (
    "closed_unit", "closed_question", "closed_count", "closed_cell", "closed_member", "closed_sum", "closed_choice",
    "closed_moment", "closed_comment",
)  # fmt: skip
WRITTEN = ("closed_wave", "closed_response", *_RECORD)
_MADE = (
    "telling", "cards", "wave_people", "kinds", "people", "telling_questions", "counted", "unit_answers", "counted_questions",
    "left_out", "open_answers", "cells", "counts", "scored", "sides", "metric_answers", "metric_sums", "narrow", "cell_members",
    "moments",
    "telling_units", "telling_waves", "assigned", "people_dimensions", "writing",
)  # fmt: skip
_COUNTED: dict[str, dict[str, type]] = {
    "cells": {"kind": int, "wave": int, "cell": int, "block": int},
    "counts": {"unit": int, "block": int, "question": int, "value": float, "answers": int},
    "scored": {"wave": int, "cell": int, "role": str, "score": float, "is_favourable": bool, "answers": int},
    "sides": {"wave": int, "cell": int, "role": str, "people": int, "high": int, "middle": int, "low": int},
    "moments": {"wave": int, "question": int, "other": int, "total": float, "people": int, "fewest": int},
    "open_answers": {"response": int, "question": int, "value": float},
}
ANSWERS = "scored_answers"  # what the queries of metrics on answers read
ANSWERS_READ, CELLS_DRAWN = "050", "080"  # the steps of queries/waves from there on need the answers, and the cells
NOTHING = (np.array([], dtype=np.int32), np.array([], dtype=np.int16), np.array([], dtype=float))
READY = 3  # dimensions of a view that is kept ready


Answers = tuple[np.ndarray, ...]  # one entry each: the response, the question, the value


class Cursor(Protocol):
    """The part of a database cursor that the closing job needs."""

    def execute(self, query: str, parameters: Any = None) -> Any: ...
    def register(self, view_name: str, python_object: object) -> Any: ...
    def unregister(self, view_name: str) -> Any: ...


def close(cursor: Cursor, settings: Settings, metrics: Iterable[Metric]) -> bool:
    """Close what is over. Reads `responses`; writes the tables closed_*; True if it wrote any."""
    for survey, wave_on in _rows(cursor, "gone"):
        cursor.execute(
            "update closed_wave set is_withdrawn = true where survey = $survey and wave_on = $wave_on",
            {"survey": survey, "wave_on": wave_on},
        )
    closed, returning = _frame(cursor, "closed"), _frame(cursor, "returning")
    pending = _with_their_wave(cursor, _frame(cursor, "pending"), returning)
    if pending.empty and returning.empty and (closed.empty or closed["is_closed"].all()):
        return False
    over = {int(batch): until for batch, until in _rows(cursor, "over") if until is not None}
    responses, units, waves = _to_be_told(cursor, pending, returning, closed, over, settings)
    if len(units):
        _tell(cursor, responses, units, waves, settings, metrics)
    return len(units) > 0


def _with_their_wave(cursor: Cursor, pending: pd.DataFrame, returning: pd.DataFrame) -> pd.DataFrame:
    """What waits, without the responses that come with a withdrawn wave of theirs: they belong to it, and count nowhere else."""
    for _, back in returning.groupby(["survey", "wave_on"]):
        first = back.iloc[0]
        theirs = (pending["survey"] == first["survey"]) & pending["day"].between(first["wave_on"], first["ends_on"])
        if theirs.any():
            rows = pending.loc[theirs, ["survey", "key", "person"]]
            _keep(
                cursor, "joining",
                rows.assign(unit_on=first["unit_on"], wave_on=first["wave_on"], is_counted=False),
            )  # fmt: skip
            cursor.execute("insert into closed_response by name select * from joining")
            pending = pending[~theirs]
    return pending


def _to_be_told(
    cursor: Cursor, pending: pd.DataFrame, returning: pd.DataFrame, closed: pd.DataFrame, over: Mapping[int, date],
    settings: Settings,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """What is to be told in this run: responses with their unit, units, waves (see _tell for the columns)."""
    responses: list[pd.DataFrame] = []
    units: list[tuple[Any, ...]] = []
    waves: dict[tuple[str, date], list[Any]] = {}
    known = {str(survey): rows for survey, rows in closed.groupby("survey")}
    open_surveys = closed.loc[~closed["is_closed"].astype(bool), "survey"]
    for survey in sorted({*pending["survey"].unique(), *open_surveys}):
        waiting, before = pending[pending["survey"] == survey], known.get(survey)
        told, open_waves = ([], []) if before is None else _told_before(before)
        found = suppression.closings(
            waiting["day"].to_numpy("datetime64[D]"), pd.factorize(waiting["person"])[0], waiting["batch"].to_numpy(int), over_until=over,
            unit_of=lambda day: unit_of(settings, day), minimum=settings.minimum_group, told=told, open_waves=open_waves,
        )  # fmt: skip
        place = found.unit_of
        starts = np.array([unit.starts_on for unit, _ in found.units] or [date.min], dtype="datetime64[us]")
        placed = waiting.assign(unit_on=starts[place])[place >= 0]
        responses.append(placed[["survey", "key", "unit_on"]])
        for unit, batch in found.units:
            units.append((survey, unit.starts_on, unit.ends_on, unit.wave_on, batch, True))
            waves.setdefault((survey, unit.wave_on), [unit.wave_ends_on, False, batch])
        for wave_on, ends_on, batch in found.waves:
            waves[survey, wave_on] = [ends_on, True, batch]
    # What closed before of the same waves is told with it; a withdrawn wave comes back as it is now.
    again = {(str(key[0]), pd.Timestamp(key[1]).date()): rows for key, rows in returning.groupby(["survey", "wave_on"])}  # type: ignore[arg-type]
    withdrawn = set(_rows(cursor, "withdrawn"))
    for (survey, wave_on), back in again.items():
        first = back.iloc[0]
        waves[survey, wave_on] = [first["ends_on"].date(), bool(first["is_closed"]), int(first["batch"])]
    for survey, wave_on in waves:
        earlier = again.get((survey, wave_on))
        if earlier is None:
            if (survey, wave_on) in withdrawn:  # nothing of it is left: it is told of who came instead, or not at all
                continue
            earlier = _frame(cursor, "told_responses", survey=survey, wave_on=wave_on)
        responses.append(earlier.assign(survey=survey)[["survey", "key", "unit_on"]])
        rows = closed[(closed["survey"] == survey) & (closed["wave_on"] == pd.Timestamp(wave_on))]
        units += [
            (survey, row.unit_on.date(), row.ends_on.date(), wave_on, int(row.batch), (survey, wave_on) in again)
            for row in _each(rows)
        ]
    if not units:
        return pd.DataFrame(), pd.DataFrame(), pd.DataFrame()
    told_waves = pd.DataFrame(
        [(survey, wave_on, *facts) for (survey, wave_on), facts in sorted(waves.items())],
        columns=["survey", "wave_on", "ends_on", "closes", "batch"],
    )
    told_waves.insert(0, "wave", np.arange(len(told_waves), dtype=np.int32))
    told_units = pd.DataFrame(
        sorted(units), columns=["survey", "unit_on", "ends_on", "wave_on", "batch", "is_new"]
    ).merge(told_waves[["wave", "survey", "wave_on"]], on=["survey", "wave_on"])
    told_units.insert(0, "unit", np.arange(len(told_units), dtype=np.int32))
    told_units["place"] = told_units.groupby("wave").cumcount().astype(np.int32)
    return pd.concat(responses, ignore_index=True), told_units, told_waves


def _told_before(closed: pd.DataFrame) -> tuple[list[tuple[date, date]], list[date]]:
    """The stretches of days of one survey that were told, and the waves of which only the first weeks were."""
    told, open_waves = set(), set()
    for row in _each(closed):
        if row.is_closed:
            told.add((row.wave_on.date(), row.wave_ends_on.date()))
        else:
            told.add((row.unit_on.date(), row.ends_on.date()))
            open_waves.add(row.wave_on.date())
    return sorted(told), sorted(open_waves)


def unit_of(settings: Settings, day: date) -> Unit:
    """The unit a day lies in: its week, cut where the month ends."""
    calendar = settings.calendar
    wave_on, wave_end = calendar.start(day, "month"), calendar.end(day, "month")
    starts_on, end = max(calendar.start(day, "week"), wave_on), min(calendar.end(day, "week"), wave_end)
    return Unit(starts_on, _day_before(end), wave_on, _day_before(wave_end))


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _tell(
    cursor: Cursor, responses: pd.DataFrame, units: pd.DataFrame, waves: pd.DataFrame, settings: Settings,
    metrics: Iterable[Metric],
) -> None:  # fmt: skip
    """Count what is to be told and write it, where nothing that was told before forbids it.

    responses: survey, key, unit_on. units: unit, wave (numbers in this run), survey, unit_on, ends_on, wave_on, batch,
    place (within the wave), is_new. waves: wave, survey, wave_on, ends_on, closes, batch.
    """
    minimum = settings.minimum_group
    _keep(cursor, "assigned", responses)
    _keep(cursor, "telling_units", units)
    _keep(cursor, "telling_waves", waves)
    surveys = cursor.execute("select distinct survey from telling_units").fetchall()
    _keep(cursor, "people_dimensions", _dimensions([survey for (survey,) in surveys], cursor, settings))
    parameters = {"060_counted_questions": {"minimum": minimum, "rarest": suppression.RAREST}}
    steps = [name.split("/")[1] for name in sql.folder("waves") if name.split("/")[1][0].isdigit()]
    for step in [step for step in steps if step < ANSWERS_READ]:
        _make(cursor, step)
    answered = _read_answers(cursor, units)
    _keep(cursor, "unit_answers", pd.concat([wave.by_unit() for wave in answered]))
    for step in [step for step in steps if ANSWERS_READ <= step < CELLS_DRAWN]:
        _make(cursor, step, **parameters.get(step, {}))
    _draw_cells(cursor, _without_left_out(cursor, answered), minimum)
    for step in [step for step in steps if step >= CELLS_DRAWN]:
        _make(cursor, step)
    kept = _told_otherwise(cursor, waves)
    _sum_up(cursor, metrics)
    _write(cursor, waves, kept, minimum)
    first = [wave for (wave,) in cursor.execute("select wave from writing where is_first").fetchall()]
    _write_comments(cursor, waves[waves["wave"].isin(first)], settings)
    for table in _MADE:
        cursor.execute(f"drop table if exists {table}")


def dimensions_of(settings: Settings, survey: str, topic: str) -> list[str]:
    """The dimensions of a survey in the order the company declares: for this survey, for its kind, else the usual one."""
    kind = "customers" if topic == "customers" else "people"
    usual = ["region", "segment", "team"] if kind == "customers" else ["department", "site"]
    return list(settings.dimensions.get(survey) or settings.dimensions.get(kind) or usual)[:MAX_DIMENSIONS]


def _dimensions(surveys: list[str], cursor: Cursor, settings: Settings) -> pd.DataFrame:
    topics = dict(cursor.execute("select distinct survey, topic from responses").fetchall())
    rows = []
    for survey in surveys:
        names = dimensions_of(settings, survey, topics.get(survey, "employees"))
        rows.append((survey, [*names, *[None] * (MAX_DIMENSIONS - len(names))]))
    return pd.DataFrame(rows, columns=["survey", "names"])


# Answers and cells


def _read_answers(cursor: Cursor, units: pd.DataFrame) -> list[Wave]:
    """The people and the scored answers of each wave to be told: as they are, or as they were when their unit closed."""
    questions = Questions.of(_numbers(cursor, "questions"))
    responses = _numbers(cursor, "responses_in_numbers")
    waves = responses["wave"].astype(np.int16)
    numbers, starts = np.unique(waves, return_index=True)
    pieces: dict[int, list[Answers]] = {number: [NOTHING] for number in numbers.tolist()}
    for answers in (*_raw_answers(cursor, responses), tuple(_numbers(cursor, "frozen_answers").values())):
        for number, piece in _by_wave(answers, waves[answers[0]]):
            pieces[number].append(piece)
    found = []
    for number, here in zip(numbers.tolist(), np.split(np.arange(len(waves)), starts)[1:], strict=True):
        response, question, value = (np.concatenate(column) for column in zip(*pieces.pop(number), strict=True))
        given, choices = encoded(question, value, questions)
        place, person, kind, several = (responses[name][here] for name in ("unit_place", "person", "kind", "units"))
        found.append(Wave(
            number, units.loc[units["wave"] == number, "unit"].to_numpy(), here, place, person, kind - kind.min(), several > 1,
            response - here[0], given, choices,
        ))  # fmt: skip
    return found


def _raw_answers(cursor: Cursor, responses: Mapping[str, np.ndarray]) -> Iterator[Answers]:
    """The answers upload by upload, but those that are taken as they were when their unit closed."""
    fresh = np.flatnonzero(~responses["is_frozen"])
    order = fresh[np.argsort(responses["batch"][fresh], kind="stable")]
    batches, starts = np.unique(responses["batch"][order], return_index=True)
    for batch, here in zip(batches.tolist(), np.split(order, starts)[1:], strict=True):
        row, question, value = _numbers(cursor, "batch_answers", batch=batch).values()
        rows = responses["row"][here]
        response_of = np.full(max(row.max(initial=0), rows.max()) + 1, -1, dtype=np.int32)
        response_of[rows] = here
        response = response_of[row]
        told = response >= 0
        yield (response, question, value) if told.all() else (response[told], question[told], value[told])


def _by_wave(answers: Answers, waves: np.ndarray) -> Iterator[tuple[int, Answers]]:
    """The answers of each wave; waves: of each answer."""
    if (waves[1:] < waves[:-1]).any():
        order = np.argsort(waves, kind="stable")
        waves, answers = waves[order], tuple(column[order] for column in answers)
    for number in np.flatnonzero(np.bincount(waves)).tolist():
        here = slice(*np.searchsorted(waves, (number, number + 1)))
        yield number, tuple(column[here] for column in answers)


def _without_left_out(cursor: Cursor, answered: list[Wave]) -> list[Wave]:
    """The waves without the answers to questions that do not count in their unit."""
    left_out = set(cursor.execute("from left_out").fetchall())
    return [wave.without(left_out) for wave in answered] if left_out else answered


def _draw_cells(cursor: Cursor, answered: list[Wave], minimum: int) -> None:
    """Make the tables of what is told of the waves that close: cells (kind, wave, cell, block), counts, scored, sides and moments."""
    kinds = cursor.execute("select wave, members, people from kinds order by kind").fetchnumpy()
    closing = {wave for (wave,) in cursor.execute("select wave from telling_waves where closes").fetchall()}
    members = np.array([list(row) for row in kinds["members"]], dtype=object).reshape(len(kinds["wave"]), -1)
    codes = np.stack([pd.factorize(column, sort=True)[0] for column in members.T], axis=1)
    cells, counts, scored, sides, moments, open_answers = [], [], [], [], [], []
    for wave in answered:
        if wave.number not in closing:
            counts.append(wave.by_block(None))
            open_answers.append(wave.answers())
            continue
        rows = np.flatnonzero(kinds["wave"] == wave.number)
        cell = wave.cells(codes[rows], kinds["people"][rows], minimum=minimum)
        block = suppression.blocks_of(cell, codes[rows, 0])
        cells.append(pd.DataFrame({"kind": rows, "wave": wave.number, "cell": cell, "block": block}))
        counts.append(wave.by_block(block))
        scored.append(wave.scored(cell))
        sides.append(wave.sides(cell))
        moments.append(wave.moments(cell, minimum=minimum))
    for table, parts in zip(_COUNTED, (cells, counts, scored, sides, moments, open_answers), strict=True):
        empty = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _COUNTED[table].items()})
        there = [part for part in parts if len(part)]
        _keep(cursor, table, pd.concat(there, ignore_index=True) if there else empty)


def _sum_up(cursor: Cursor, metrics: Iterable[Metric]) -> None:
    """Make metric_sums: what each cell adds to each metric, by the metric's own query; and narrow (see closed_sum)."""
    parts = [
        f"select '{metric.id}' as metric, survey, wave_on, part, num, den, "
        f"{'squares' if metric.interval in ('nps', 'mean') else 'null'} as squares from ({metric.sql.replace(ANSWERS, 'metric_answers')})"
        for metric in metrics
        if tells_waves(metric)
    ]
    cursor.execute("create or replace temp table metric_sums as " + " union all ".join(parts))
    means = [metric.id for metric in metrics if tells_waves(metric) and metric.interval == "mean"]
    rows = cursor.execute("select wave, cell, role, score, answers from scored where list_contains($means, role) order by all",
                          {"means": means}).df()  # fmt: skip
    narrow = [
        (*key, bool(suppression.is_narrow(of["answers"].to_numpy(int), of["score"].tolist())))
        for key, of in rows.groupby(["wave", "cell", "role"])
    ]
    frame = pd.DataFrame(narrow, columns=["wave", "cell", "role", "is_narrow"])
    _keep(cursor, "narrow", frame.astype({"wave": "int32", "cell": "int32", "role": str, "is_narrow": bool}))


def tells_waves(metric: Metric) -> bool:
    """Whether the metric's query gives rows of closed waves, with the part of the company they are of."""
    return ANSWERS in metric.sql


# What is written


def _told_otherwise(cursor: Cursor, waves: pd.DataFrame) -> list[int]:
    """The waves that were told before with other answers, or to other groups: they stay as they were told."""
    withdrawn, found = set(_rows(cursor, "withdrawn")), []
    for wave in _each(waves):
        if (wave.survey, wave.wave_on) in withdrawn:
            which = {"survey": wave.survey, "wave_on": wave.wave_on}
            alike = bool(_frame(cursor, "read_alike", **which)["is_read_alike"].iloc[0])
            before = _frame(cursor, "before", **which, is_read_alike=alike)
            if not suppression.is_same(before, _frame(cursor, "now", wave=int(wave.wave), is_read_alike=alike)):
                found.append(int(wave.wave))
    return found


def _write(cursor: Cursor, waves: pd.DataFrame, kept: Collection[int], minimum: int) -> None:
    withdrawn = set(_rows(cursor, "withdrawn"))
    known = {(survey, wave_on): is_closed for survey, wave_on, is_closed in _rows(cursor, "known")}
    written = []
    for wave in _each(waves):
        key = (wave.survey, wave.wave_on)
        if wave.wave in kept:  # the responses that came for it belong to it all the same
            attached = sql.query("waves/attached").text
            cursor.execute(f"insert into closed_response by name {attached}", {"wave": int(wave.wave)})
            cursor.execute("update closed_wave set is_kept = true, is_withdrawn = false where survey = $survey and wave_on = $wave_on",
                           {"survey": wave.survey, "wave_on": wave.wave_on})  # fmt: skip
            continue
        if key in withdrawn:
            for table in [table for table in _RECORD if table not in _ONCE]:
                _delete(cursor, table, *key)
        if key in known:
            for table in ("closed_count", "closed_wave"):
                _delete(cursor, table, *key)
            cursor.execute(
                "delete from closed_response where survey = $survey and wave_on = $wave_on and is_counted",
                {"survey": wave.survey, "wave_on": wave.wave_on},
            )
        written.append((int(wave.wave), not known.get(key, False)))
    _keep(
        cursor,
        "writing",
        pd.DataFrame(written, columns=["wave", "is_first"]).astype({"wave": "int32", "is_first": bool}),
    )
    frozen = [] if waves["closes"].all() else ["closed_answer"]
    for table in (*_RECORD[:-1], "closed_wave", "closed_response", *frozen):
        query = sql.query(f"waves/{table}")
        cursor.execute(f"insert into {table} by name {query.text}", {"minimum": minimum} if query.parameters else None)
    if cursor.execute("select count(*) from closed_answer").fetchone()[0]:
        cursor.execute("delete from closed_answer as a where exists (select 1 from closed_response as c join closed_wave as w "
                       "on w.survey = c.survey and w.wave_on = c.wave_on and w.is_closed where c.survey = a.survey and c.key = a.key)")  # fmt: skip


def _write_comments(cursor: Cursor, waves: pd.DataFrame, settings: Settings) -> None:
    """Comments of the waves that close, scrubbed, each with a group in which enough people answered."""
    if not waves["closes"].any():
        return
    comments = _frame(cursor, "comments")
    if comments.empty:
        return
    names = suppression.Names.of(name for (name,) in _rows(cursor, "names"))
    kinds = cursor.execute("select wave, kind, members, people from kinds order by kind").fetchnumpy()
    first_members = np.array([row[0] for row in kinds["members"]], dtype=object)
    rows = []
    for wave in _each(waves[waves["closes"]]):
        here = comments[comments["wave"] == wave.wave]
        at = np.flatnonzero(kinds["wave"] == wave.wave)
        groups, group = np.unique(first_members[at].astype(str), return_inverse=True)
        people = np.bincount(group, weights=kinds["people"][at]).astype(int)
        made_by = group[here["kind"].to_numpy(int) - int(kinds["kind"][at[0]])] if len(at) else np.array([], int)
        made = np.bincount(made_by, minlength=len(groups))
        told = suppression.comment_groups(people, made, minimum=max(settings.minimum_comments, settings.minimum_group))
        if told is None:
            continue
        for place, (comment, of) in enumerate(zip(_each(here), made_by, strict=True)):
            together = groups[told == told[of]]
            label = suppression.told_group({"": together.tolist()}) if len(together) < len(groups) else ""
            words = suppression.scrub(str(comment.words).strip(), names)
            rows.append(
                (wave.survey, wave.wave_on, place, label, comment.question, words, int(people[told == told[of]].sum()))
            )
        _delete(cursor, "closed_comment", wave.survey, wave.wave_on)
    if rows:
        columns = ["survey", "wave_on", "place", "group", "question", "words", "people"]
        _keep(cursor, "incoming_comments", pd.DataFrame(rows, columns=columns))
        cursor.execute("insert into closed_comment by name select * from incoming_comments")
        cursor.execute("drop table incoming_comments")


# The cursor


def _each(frame: pd.DataFrame) -> list[Any]:
    """The rows of a frame, with its columns as attributes."""
    return list(frame.itertuples())


def _make(cursor: Cursor, step: str, **parameters: Any) -> None:
    table = step.split("_", 1)[1]
    cursor.execute(f"create or replace temp table {table} as {sql.query(f'waves/{step}').text}", parameters or None)


def _frame(cursor: Cursor, name: str, **parameters: Any) -> pd.DataFrame:
    frame: pd.DataFrame = cursor.execute(sql.query(f"waves/{name}").text, parameters or None).df()
    return frame


def _rows(cursor: Cursor, name: str) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = cursor.execute(sql.query(f"waves/{name}").text).fetchall()
    return rows


def _numbers(cursor: Cursor, name: str, **parameters: Any) -> dict[str, np.ndarray]:
    columns: dict[str, np.ndarray] = cursor.execute(sql.query(f"waves/{name}").text, parameters or None).fetchnumpy()
    return columns


def _keep(cursor: Cursor, table: str, frame: pd.DataFrame) -> None:
    arrow = pa.Table.from_pandas(frame, preserve_index=False)
    fields = [pa.field(of.name, pa.date32()) if of.name.endswith("_on") else of for of in arrow.schema]
    cursor.register("incoming", arrow.cast(pa.schema(fields)))
    cursor.execute(f"create or replace temp table {table} as select * from incoming")
    cursor.unregister("incoming")


def _delete(cursor: Cursor, table: str, survey: str, wave_on: date) -> None:
    cursor.execute(
        f"delete from {table} where survey = $survey and wave_on = $wave_on", {"survey": survey, "wave_on": wave_on}
    )


# What may be told of it


def group(cursor: Cursor, settings: Settings) -> None:
    """Make the tables that questions read: wave_sums, driver_sums, driver_moments, told_counts, wave_dimensions. Reads `wave_rows`.

    Cells go together where the company asks for larger groups by now, or where answers are one-sided.
    """
    dimensions = _metric_dimensions(cursor, settings)
    _keep_table(cursor, "wave_dimensions", dimensions, ["metric", "place", "dimension"])
    subsets = [
        (metric, *places) for metric in {row[0] for row in dimensions} for places in _subsets(metric, dimensions)
    ]
    _keep_table(cursor, "wave_subsets", subsets, ["metric", "place_1", "place_2", "place_3"], temporary=True)
    places = _places(cursor, settings)
    groups, drivers = [], []
    told: dict[Any, np.ndarray] = {}
    tallies = {key: rows for key, rows in _frame(cursor, "tallies").groupby(["survey", "wave_on", "role"])}
    for key, rows in _frame(cursor, "sums").groupby(["survey", "wave_on", "metric"]):
        survey, wave_on, metric = key
        labels = _told_together(rows, places.get((survey, wave_on)), settings.minimum_group)
        cells = rows["cell"].to_numpy()
        groups += [
            (metric, survey, wave_on, cell, label) for cell, label in zip(cells, labels, strict=True) if label >= 0
        ]
        if (labels < 0).any():
            continue
        of_questions = tallies[key]
        together = suppression.blocks_of(labels, rows["block"].to_numpy())
        block_of = pd.Series(together, index=rows["block"].to_numpy()).groupby(level=0).first()
        floor = _raised(rows, settings.minimum_group)
        names, by_question, answers = _questions_together(of_questions, block_of, floor)
        sides = _sides(rows, labels)
        for q, name in enumerate(names):
            if (by_question[q] >= 0).all():
                told[survey, wave_on, name] = sides if len(names) == 1 else sums(answers[:, q], by_question[q])
        if metric == "engagement":
            driver_of = dict(zip(of_questions["question"], of_questions["driver"], strict=True))
            by = np.array([driver_of[name] if isinstance(driver_of[name], str) else name for name in names])
            for driver in np.unique(by):
                with_it = suppression.common(by_question[by == driver])
                drivers += [
                    (survey, wave_on, driver, name, block, with_it[at]) for name in np.array(names)[by == driver]
                    for block, at in block_of.items() if with_it[at] >= 0
                ]  # fmt: skip
    wide = _wide_enough(cursor, told)
    _keep_table(cursor, "wave_groups", groups, ["metric", "survey", "wave_on", "cell", "grp"], temporary=True)
    names = ["survey", "wave_on", "driver", "question", "block", "grp"]
    _keep_table(cursor, "driver_groups", drivers, names, temporary=True)
    _keep_table(cursor, "told_questions", wide, ["survey", "wave_on", "question"], temporary=True)
    for table in ("wave_sums", "wave_views", "driver_sums", "driver_moments", "told_counts", "told_answered"):
        cursor.execute(f"create or replace table {table} as {sql.query(f'waves/{table}').text}")


def _metric_dimensions(cursor: Cursor, settings: Settings) -> list[tuple[str, int, str]]:
    """Metric, place and dimension: the dimensions of all of a metric's surveys, in the order declared."""
    found: dict[str, dict[str, None]] = {}
    asked = (
        "select r.metric, r.survey, u.topic from (select distinct metric, survey from wave_rows) as r "
        "join (select distinct survey, topic from told_units) as u on u.survey = r.survey order by all"
    )
    for metric, survey, topic in cursor.execute(asked).fetchall():
        found.setdefault(metric, {}).update(dict.fromkeys(dimensions_of(settings, survey, topic)))
    return [
        (metric, place, name)
        for metric, names in found.items()
        for place, name in enumerate(list(names)[:MAX_DIMENSIONS], 1)
    ]


def _subsets(metric: str, dimensions: list[tuple[str, int, str]]) -> list[tuple[int, int, int]]:
    """The views that are kept ready: by up to three dimensions in rising order, 0 for none; up to two where there are many."""
    places = [place for name, place, _ in dimensions if name == metric]
    most = READY if len(places) <= READY else READY - 1
    chosen = [names for count in range(most + 1) for names in combinations(places, count)]
    return [(*([0] * (READY - len(names))), *names) for names in chosen]  # type: ignore[misc]


def _places(cursor: Cursor, settings: Settings) -> dict[Any, np.ndarray]:
    """By wave: cells x dimensions, a number for the member, -1 where the cell holds several."""
    topics = dict(cursor.execute("select distinct survey, topic from responses").fetchall())
    rows = cursor.execute(sql.query("waves/members").text).df()
    found = {}
    for (survey, wave_on), here in rows.groupby(["survey", "wave_on"]):
        names = dimensions_of(settings, survey, topics.get(survey, "employees"))
        place = here["dimension"].map({name: at for at, name in enumerate(names)}).to_numpy()
        known = ~pd.isna(place)
        table = np.full((int(here["cell"].max()) + 1, len(names)), -1)
        table[here["cell"].to_numpy()[known], place[known].astype(int)] = here["number"].to_numpy()[known]
        found[survey, wave_on] = table
    return found


def _raised(rows: pd.DataFrame, minimum: int) -> int:
    """The fewest people that the company asks for by now, if that is more than when the wave closed; else 0."""
    return minimum if minimum > rows["minimum"].iloc[0] else 0


def _told_together(rows: pd.DataFrame, places: np.ndarray | None, minimum: int) -> np.ndarray:
    """The group of each cell with which a metric is told: never with one voice, and large enough by now; -1: of none.

    rows: the cells of one metric and wave in order, see queries/waves/sums.sql. Groups of a higher minimum are made of
    those of the lower one: what was told then and what is told now differ by whole groups.
    """
    columns = rows[["in_cell", "people", "high", "middle", "low"]].to_numpy(int)
    tallies = np.column_stack([columns, ~rows["is_narrow"].to_numpy(bool)]).astype(int)
    floor = _raised(rows, minimum)
    twice = 2 if rows["most_units"].iloc[0] > 1 else 1  # one person may have answered on two sides in two weeks
    at = np.full((len(rows), 1), -1) if places is None else places[rows["cell"].to_numpy()]

    def of_one_voice(totals: np.ndarray) -> np.ndarray:
        return suppression.is_one_sided(totals[:, 2:5], most=twice) | (totals[:, 5] == 0)

    labels = suppression.joined(tallies, at, of_one_voice)
    return (
        _joined_further(labels, tallies, at, lambda totals: suppression.is_small(totals[:, :2], floor))
        if floor
        else labels
    )


def _joined_further(
    labels: np.ndarray, tallies: np.ndarray, places: np.ndarray, fails: suppression.Fails
) -> np.ndarray:
    """Unions of groups (labels of the rows) that do not fail; -1 where all of them do."""
    if (labels < 0).any():
        return labels
    further = suppression.joined(sums(tallies, labels), common_by_group(places, labels), fails)
    return further[np.unique(labels, return_inverse=True)[1]]


def _sides(rows: pd.DataFrame, labels: np.ndarray) -> np.ndarray:
    """groups x classes of a metric of one question, the lowest class first; see queries/waves/scores.sql."""
    classes = ["low", "middle", "high"] if rows["metric"].iloc[0] in ("enps", "nps") else ["low", "high"]
    return sums(rows[classes].to_numpy(int), labels)


def _questions_together(
    rows: pd.DataFrame, block_of: "pd.Series[int]", floor: int
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The questions of one metric and wave; questions x groups of blocks: the group each is told with, -1: of none; and
    groups x questions x classes: the answers.

    rows: see queries/waves/tallies.sql. block_of: the group that a block is told with at the finest.
    """
    most = int(rows["most_units"].iloc[0])
    names, question = np.unique(rows["question"].to_numpy(str), return_inverse=True)
    classes, kind = np.unique(rows["class"].to_numpy(float), return_inverse=True)
    tallies = np.zeros((int(block_of.max()) + 1, len(names), len(classes)), dtype=int)
    np.add.at(tallies, (rows["block"].map(block_of).to_numpy(int), question, kind), rows["answers"].to_numpy(int))
    flat = np.zeros((len(tallies), 1), dtype=int)
    by_question = np.array([
        suppression.joined(tallies[:, q], flat, lambda totals: suppression.is_one_sided(totals, most=most))
        for q in range(len(names))
    ])  # fmt: skip
    if not (by_question < 0).all():
        share = tallies[:, :, classes.argmax()].sum(axis=0) / np.maximum(tallies.sum(axis=(0, 2)), 1)
        by_question = suppression.companions(by_question, tallies, share, most=most)
        if floor:
            by_question = np.array([
                _joined_further(by_question[q], tallies[:, q], flat, lambda totals: totals.sum(axis=-1) < floor)
                for q in range(len(names))
            ])  # fmt: skip
            by_question = suppression.companions(by_question, tallies, share, most=most)
    return names.tolist(), by_question, tallies


def _wide_enough(cursor: Cursor, told: Mapping[Any, np.ndarray]) -> list[tuple[Any, Any, str]]:
    """The questions of which the whole distribution may be told: beside the groups' numbers it pins nobody down.

    told: (survey, wave_on, question) -> groups x classes.
    """
    wide: list[Any] = []
    for key, rows in _frame(cursor, "scores").groupby(["survey", "wave_on", "question"]):
        if key not in told:
            continue
        counts, scores = rows["answers"].to_numpy(int), rows["score"].to_numpy(float)
        most = int(rows["most_units"].iloc[0])
        levels = range(told[key].shape[1])
        of_class = [rows["class"].to_numpy(int) == level for level in levels]
        by_class = [counts[here] for here in of_class], [scores[here] for here in of_class]
        if not suppression.is_narrow(counts, scores.tolist(), most=most) and not suppression.is_pinned(
            told[key], *by_class, most=most
        ):
            wide.append(key)
    return wide


def _keep_table(cursor: Cursor, table: str, rows: list[Any], columns: list[str], *, temporary: bool = False) -> None:
    types = {
        "cell": "int32",
        "grp": "int32",
        "block": "int32",
        "place_1": "int32",
        "place_2": "int32",
        "place_3": "int32",
        "place": "int32",
        "wave_on": "datetime64[us]",
    }
    frame = pd.DataFrame(rows, columns=columns).astype({c: types.get(c, "str") for c in columns})
    arrow = pa.Table.from_pandas(frame, preserve_index=False)
    cursor.register("incoming", arrow)
    wanted = ", ".join(f"cast({c} as date) as {c}" if c.endswith("_on") else c for c in columns)
    cursor.execute(f"create or replace {'temp ' if temporary else ''}table {table} as select {wanted} from incoming")
    cursor.unregister("incoming")
