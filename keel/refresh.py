"""Make the answer tables from the raw rows: all of them, or only what an upload touched, with the same result.

The texts are the files of queries/; what is put together here is the union of the metrics and the wrapping of a
select into `create or replace table`. Each table is made by one statement (a table created empty and filled later
in the same transaction scanned as empty on DuckDB 1.3 to 2.0). A query with parameters is made with none of them given: as of
the last day; the store asks it for another day.
"""

import json
import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa

from keel import closing, sql
from keel.catalogue import MAX_DIMENSIONS, Metric
from keel.settings import Settings

# They reach into order lines of any day, so a change of theirs means everything anew.
FAR_REACHING = frozenset({"raw_customers", "raw_rates"})

# The company as a whole, a row a day: what most cards ask.
_TOTALS = (
    "create or replace table observation_totals as select metric, grain, day, cast(sum(num) as decimal(28, 8)) as num, "
    "cast(sum(den) as decimal(28, 8)) as den, cast(sum(people) as bigint) as people, cast(sum(squares) as bigint) as squares "
    "from observations group by metric, grain, day order by metric, grain, day"
)

# Which members each dimension of each metric has: what filters offer.
_MEMBERS = "create or replace table members as " + " union all ".join(
    f"select distinct metric, {place} as place, d{place} as member from observations where d{place} is not null"
    for place in range(1, MAX_DIMENSIONS + 1)
)


class Cursor(Protocol):
    """The part of a database cursor that refresh needs."""

    def execute(self, query: str, parameters: Any = None) -> Any: ...
    def register(self, view_name: str, python_object: object) -> Any: ...
    def unregister(self, view_name: str) -> Any: ...


def refresh(
    cursor: Cursor,
    settings: Settings,
    metrics: Mapping[str, Metric],
    *,
    changed: Collection[str] | None,
) -> None:
    """Bring every answer table up to date inside the caller's transaction.

    `changed`: the raw tables an upload or an undo altered, the days of order lines it touched standing in the
    temporary table `touched`; None makes everything anew, views included.
    """
    if changed is None:
        for name in sql.folder("staging"):
            cursor.execute(f"create or replace view {table_of(name)} as {sql.query(name).text}")
        cursor.execute("create or replace temp table touched as select distinct ordered_on as day from raw_orders")
    stale = set(changed or ())
    if _write_calendar(cursor, settings) or changed is None:
        stale |= {"calendar", "periods"}
    stale |= {table_of(name) for name in sql.folder("staging") if reads(name) & stale}
    for name in sql.folder("staging"):  # a view over a view
        if reads(name) & stale:
            stale.add(table_of(name))
    for name in sql.folder("answers"):
        table = table_of(name)
        if table == "told_units" and closing.close(cursor, settings, metrics.values()):
            stale |= set(closing.WRITTEN)
        if changed is not None and table != "coverage" and not reads(name) & stale:
            continue
        query = sql.query(name)
        cursor.execute(
            _build(table, query.text, incremental=changed is not None), dict.fromkeys(query.parameters) or None
        )
        if table != "coverage":  # it changes with every upload, yet each reader looks at its own source's row
            stale.add(table)
    if changed is None or stale & {"scored_answers", *closing.WRITTEN}:
        cursor.execute(_wave_rows(metrics.values()))
        closing.group(cursor, settings)
    cursor.execute(_observations(metrics.values()))
    cursor.execute(_TOTALS)
    cursor.execute(_MEMBERS)


def table_of(name: str) -> str:
    """The table or view of a query file: answers/010_sales -> sales."""
    return name.split("/")[1].split("_", 1)[1]


def reads(name: str) -> set[str]:
    """Every word of a query, so the tables it reads are among them."""
    return set(re.findall(r"\w+", sql.query(name).text))


def _build(table: str, text: str, *, incremental: bool) -> str:
    if incremental and "touched" in text:
        text = f"select * from {table} where day not in (select day from touched) union all by name ({text})"
    return f"create or replace table {table} as {text}"


def _observations(metrics: Any) -> str:
    """One statement: every metric's query, its dimensions numbered, one below the other."""
    parts = [
        f"select '{metric.id}' as metric, {_columns(metric)} from ({metric.sql}){' where part is null' if closing.tells_waves(metric) else ''}"
        for metric in metrics
        if metric.roll != "survival"
    ]
    parts.append("select * from measure_observations")
    nothing = ", ".join(f"null as d{place}" for place in range(1, MAX_DIMENSIONS + 1))
    parts.append(
        f"select metric, grain, day, {nothing}, cast(num as decimal(28, 8)), cast(den as decimal(28, 8)), cast(people as bigint), "
        f"cast(squares as bigint) from ({sql.query('waves/wave_observations').text})"
    )
    return "create or replace table observations as " + " union all ".join(parts) + " order by metric, grain, day"


def _wave_rows(metrics: Any) -> str:
    """One statement: what each metric on answers is made of, by closed week, block of cells and question."""
    parts = [
        f"select '{metric.id}' as metric, survey, wave_on, part, question, driver, day, num, den, "
        f"{'squares' if metric.interval in ('nps', 'mean') else 'null'} as squares from ({metric.sql}) where part is not null"
        for metric in metrics
        if closing.tells_waves(metric)
    ]
    return "create or replace table wave_rows as " + " union all ".join(parts)


def _columns(metric: Metric) -> str:
    dimensions = [*metric.dimensions, *["null"] * (MAX_DIMENSIONS - len(metric.dimensions))]
    numbered = ", ".join(f"cast({name} as varchar) as d{place}" for place, name in enumerate(dimensions, 1))
    grain = "grain" if metric.grain == "period" else "'day'"
    squares = "squares" if metric.interval in ("nps", "mean") else "null"
    return (
        f"{grain} as grain, day, {numbered}, cast(num as decimal(28, 8)) as num, cast(den as decimal(28, 8)) as den, "
        f"cast(people as bigint) as people, cast({squares} as bigint) as squares"
    )


def _write_calendar(cursor: Cursor, settings: Settings) -> bool:
    """Make `calendar` (a day a row) and `periods` (a period a row) to span the data; True if they changed."""
    first, last = cursor.execute(
        "select min(first_on), max(last_on) from ("
        "select min(ordered_on) as first_on, max(ordered_on) as last_on from raw_orders "
        "union all select min(answered_on), max(answered_on) from raw_responses "
        "union all select min(measured_on), max(measured_on) from raw_measures "
        "union all select min(hired_on), null from raw_employees "
        "union all select null, max(to_on) from batch where kind in ('orders', 'employees', 'survey', 'measures'))"
    ).fetchone()
    first, last = first or date(2000, 1, 1), last or first or date(2000, 1, 1)
    fingerprint = json.dumps([str(first), str(last), settings.week_ends_on, settings.fiscal_year_ends])
    (before,) = cursor.execute("select coalesce(max(calendar), '') from settings").fetchone()
    if before == fingerprint:
        return False
    periods = settings.calendar.table(first, last)
    days = pd.DataFrame({"day": pd.date_range(min(periods["period"]), max(periods["ends_on"]), freq="D")})
    for grain, spans in periods.groupby("grain"):
        spans = spans.sort_values("period")
        starts = pd.to_datetime(spans["period"]).to_numpy()
        places = starts.searchsorted(days["day"].to_numpy(), side="right") - 1
        days[str(grain)] = [starts[place] if place >= 0 else pd.NaT for place in places]
    closes = pd.to_datetime(periods["ends_on"])
    periods = periods.rename(columns={"ends_on": "closes_on"}).assign(last_month=closes.dt.to_period("M").dt.start_time)
    for table, frame in (("calendar", days), ("periods", periods)):
        cursor.register("incoming", pa.Table.from_pandas(frame, preserve_index=False))
        dates = ", ".join(f"cast({c} as date) as {c}" for c in frame.columns if c != "grain")
        grain_column = "grain, " if "grain" in frame.columns else ""
        cursor.execute(f"create or replace table {table} as select {grain_column}{dates} from incoming")
        cursor.unregister("incoming")
    cursor.execute("update settings set calendar = ?", [fingerprint])
    return True
