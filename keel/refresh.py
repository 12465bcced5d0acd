"""Make the answer tables from the raw rows: all of them, or only what an upload touched, with the same result.

The texts are the files of queries/; what is put together here is the union of the metrics and the wrapping of a
select into a table. Each table is made by one statement (a table created empty and filled later in the same transaction
scanned as empty on DuckDB 1.3 to 2.0). A query with parameters is made with none of them given: as of the last day; the
store asks it for another day.

Order lines are turned into numbers once (`lines`); what grows with them is made of these. It is not made anew for an upload: of
the tables by day the days of its order lines are made again, of those by customer the customers who bought on these days. The
same texts do it: they read a temporary table with these rows alone, which is found before the one of the same name.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from keel import closing, movements, sql
from keel.catalogue import EVERY_ROW, MAX_DIMENSIONS, Metric
from keel.progress import Progress, unheard
from keel.settings import Settings

# They reach into order lines of any day, so a change of theirs means everything anew.
FAR_REACHING = frozenset({"raw_customers", "raw_rates"})

NAMES = {"places": "place", "items": "item"}  # what numbers in lines stand for, and the number's column
BY_CUSTOMER = ("customers", "rhythms", "worths", "spells")
OF_ORDERS = frozenset({"customer_numbers", "lines", *NAMES, "sales", "order_counts", "buying_days", *BY_CUSTOMER})
# From this share of the order lines on, making everything anew is less work.
MOST_TOUCHED = 0.2
AFTER_ANSWERS = 5  # what is made after the answers takes about as long as so many of them

_MOVERS = pa.schema(
    {
        "number": pa.int32(), "window_months": pa.int32(), "month": pa.date32(), "opening": pa.int64(),
        "closing": pa.int64(), "movement": pa.string(),
    }
)  # fmt: skip

# What each metric's text gives lies in `observations` as it is (EVERY_ROW), added up for the company (0: what most cards ask) and
# for each member of one dimension (its number: what a card under one filter asks, and the first level of a drill). Each row says which
# periods it is in: a card asks one table, as half of its answer's time is planning the question.
_SUMS = (
    "cast(sum(num) as decimal(28, 8)) as num, cast(sum(den) as decimal(28, 8)) as den, "
    "cast(sum(people) as bigint) as people, cast(sum(squares) as bigint) as squares"
)

# Which members each dimension of each metric has: what filters offer.
_MEMBERS = (
    "create or replace table members as "
    f"select distinct metric, place, coalesce({', '.join(f'd{place}' for place in range(1, EVERY_ROW))}) as member "
    f"from observations where place between 1 and {MAX_DIMENSIONS}"
)

# Of the raw rows one for each place and item: enough to tell their names by.
_ONE_OF_EACH = (
    '(batch, "row") in (select cast(first >> 32 as integer), cast(first & 4294967295 as integer) from '
    '(select min((cast(batch as bigint) << 32) | "row") as first from lines group by place, item))'
)
_TOUCHED = "day in (select day from touched)"


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
    progress: Progress = unheard,
    made: Callable[[], object] = lambda: None,
) -> None:
    """Bring every answer table up to date inside the caller's transaction; `progress` hears which one is next,
    `made` that one is.

    `changed`: the raw tables an upload or an undo altered, the days of order lines it touched standing in the
    temporary table `touched`; None makes everything anew, views included.
    """
    if changed is None:
        for name in sql.folder("staging"):
            cursor.execute(f"create or replace view {table_of(name)} as {sql.query(name).text}")
    stale = set(changed or ())
    if _write_calendar(cursor, settings) or changed is None:
        stale |= {"calendar", "periods"}
    stale |= {table_of(name) for name in sql.folder("staging") if reads(name) & stale}
    for name in sql.folder("staging"):  # a view over a view
        if reads(name) & stale:
            stale.add(table_of(name))
    cursor.execute("create or replace temp table bought_before (number integer, day date)")
    there: frozenset[str] = frozenset()
    moved_since: date | None = None
    if "raw_orders" in stale and not _is_much(cursor):
        progress(0.0, "Making the answers anew: the days and customers it touches")
        moved_since = _bring_orders_up_to_date(cursor)
        there = OF_ORDERS
        stale |= there
    cursor.execute("create or replace temp table numbered (customer_id varchar, number integer)")
    names = sql.folder("answers")
    for place, name in enumerate(names):
        table = table_of(name)
        if table == "told_units" and closing.close(cursor, settings, metrics.values()):
            stale |= set(closing.WRITTEN)
        if table in there or (changed is not None and table != "coverage" and not reads(name) & stale):
            continue
        progress(place / (len(names) + AFTER_ANSWERS), f"Making the answers anew: {table.replace('_', ' ')}")
        if table in NAMES:
            _name(cursor)
            there |= NAMES.keys()
        else:
            _make(cursor, table)
        made()
        if table != "coverage":  # it changes with every upload, yet each reader looks at its own source's row
            stale.add(table)
    moves = changed is None or bool(stale & {"buying_days", "customers", "calendar"})
    if moves:
        progress(len(names) / (len(names) + AFTER_ANSWERS), "Making the answers anew: movements")
        _write_movements(cursor, moved_since)
    waves = changed is None or bool(stale & {"scored_answers", *closing.WRITTEN})
    if waves:
        cursor.execute(_wave_rows(metrics.values()))
        closing.group(cursor, settings)
    observations = _observations(metrics.values())
    if not (moves or waves or _words(observations) & stale):  # a target or an event changes no number
        return
    progress((len(names) + 2) / (len(names) + AFTER_ANSWERS), "Making the answers anew: numbers by day")
    cursor.execute(observations)
    cursor.execute(_MEMBERS)


def _make(cursor: Cursor, table: str) -> None:
    """Make one answer table anew."""
    query = answer(table)
    cursor.execute(f"create or replace table {table} as {query.text}", dict.fromkeys(query.parameters) or None)


def answer(table: str) -> sql.Query:
    """The query that an answer table is made with."""
    return sql.query(next(name for name in sql.folder("answers") if table_of(name) == table))


def table_of(name: str) -> str:
    """The table or view of a query file: answers/010_sales -> sales."""
    return name.split("/")[1].split("_", 1)[1]


def reads(name: str) -> set[str]:
    """Every word of a query, so the tables it reads are among them."""
    return _words(sql.query(name).text)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def _is_much(cursor: Cursor) -> bool:
    """Whether an upload or undo reaches so far that the tables of orders are made anew: it touched many of their lines, or took
    the upload away that customers are numbered by.
    """
    (renumbered,) = cursor.execute(
        "select count(*) from customer_numbers where batch not in (select batch from batch)"
    ).fetchone()
    (share,) = cursor.execute(
        "select count(case when ordered_on in (select day from touched) then 1 end) / nullif(count(*), 0) from raw_orders"
    ).fetchone()
    return bool(renumbered) or share is None or share > MOST_TOUCHED


def _bring_orders_up_to_date(cursor: Cursor) -> date | None:
    """Make again what stands for the days in `touched`, and for the customers who bought on them, now or before.

    Returns the first month whose movements are others than before; None for all of them.
    """
    for column in ("number", "order_key", *NAMES.values()):
        cursor.execute(
            f"create or replace temp table touched_{column} as select distinct {column} from lines where {_TOUCHED} and {column} is not null"
        )
    with _narrowed(
        cursor,
        raw_orders="ordered_on in (select day from touched)",
        raw_customers="false",  # who has a card has a number
        customer_numbers="true",
    ):
        cursor.execute("create or replace temp table numbered as select customer_id, number from customer_numbers")
        _insert(cursor, "customer_numbers")
    with _order_lines(cursor, "ordered_on in (select day from touched)"):
        cursor.execute(f"delete from lines where {_TOUCHED}")
        _insert(cursor, "lines")
        for table, column in NAMES.items():
            _insert(cursor, table, where=f"{column} not in (select {column} from {table})")
            _forget(cursor, table, column)
    with _narrowed(cursor, lines=_TOUCHED):
        cursor.execute(f"delete from sales where {_TOUCHED}")
        _insert(cursor, "sales")
        for column in ("number", "order_key"):
            cursor.execute(
                f"insert into touched_{column} select distinct {column} from lines "
                f"where {column} is not null and {column} not in (select {column} from touched_{column})"
            )
    _count_orders_again(cursor)
    return _bring_customers_up_to_date(cursor)


def _forget(cursor: Cursor, table: str, column: str) -> None:
    """Take out of a table of names what had lines on a touched day and has none on any day now."""
    left = f"select 1 from touched_{column} where {column} not in (select {column} from lines where {_TOUCHED}) limit 1"
    if cursor.execute(left).fetchone():
        cursor.execute(f"delete from {table} where {column} not in (select distinct {column} from lines)")


def _count_orders_again(cursor: Cursor) -> None:
    """Count the orders again of all days that an order on a touched day has lines on: it counts on the first of them."""
    cursor.execute(
        "create or replace temp table counted_days as select day from touched union "
        "select day from lines where order_key in (select order_key from touched_order_key)"
    )
    (others,) = cursor.execute(
        "select count(*) from counted_days where day not in (select day from touched)"
    ).fetchone()
    of_days = (
        "order_key in (select order_key from lines where day in (select day from counted_days))" if others else _TOUCHED
    )
    cursor.execute("delete from order_counts where day in (select day from counted_days)")
    with _narrowed(cursor, lines=of_days):
        _insert(cursor, "order_counts", where="day in (select day from counted_days)")


def _bring_customers_up_to_date(cursor: Cursor) -> date | None:
    """Make again what stands for the customers of `touched_number`; of their days those from the first touched one on.

    Returns the month of that day; None where a customer's past counts elsewhere now.
    """
    moved = "number in (select number from touched_number)"
    since = "day >= (select min(day) from touched)"
    cursor.execute(
        "insert into bought_before select number, max(day) from buying_days "
        f"where {moved} and not {since} and purchases > 0 group by number"
    )
    cursor.execute(f"delete from buying_days where {moved} and {since}")
    with _narrowed(cursor, lines=f"{moved} and {since}"):
        _insert(cursor, "buying_days")
    cursor.execute(f"create or replace temp table stood as select number, region, segment from customers where {moved}")
    for table in BY_CUSTOMER:
        cursor.execute(f"delete from {table} where {moved}")
    with _narrowed(cursor, buying_days=moved, customer_numbers=moved):
        for table in BY_CUSTOMER:
            _insert(cursor, table)
    (elsewhere,) = cursor.execute(
        "select count(*) from stood as s join customers as c on c.number = s.number "
        "where s.region <> c.region or s.segment <> c.segment"
    ).fetchone()
    (since,) = cursor.execute("select cast(date_trunc('month', min(day)) as date) from touched").fetchone()
    return None if elsewhere else since


def _name(cursor: Cursor) -> None:
    """Make the tables of what places and items are called; one line of each tells it."""
    with _order_lines(cursor, _ONE_OF_EACH):
        for table in NAMES:
            _make(cursor, table)


@contextmanager
def _order_lines(cursor: Cursor, wanted: str) -> Iterator[None]:
    """Let queries find only these of the raw rows as order lines."""
    with _narrowed(cursor, raw_orders=wanted):
        cursor.execute(f"create temp table order_lines as {sql.query('staging/030_order_lines').text}")
        yield
        cursor.execute("drop table temp.order_lines")


@contextmanager
def _narrowed(cursor: Cursor, **wanted: str) -> Iterator[None]:
    """Let queries find only these rows of tables: a temporary table of the same name comes first."""
    for table, condition in wanted.items():
        cursor.execute(f"create temp table {table} as select * from {_stored(cursor, table)} where {condition}")
    yield
    for table in wanted:
        cursor.execute(f"drop table temp.{table}")


def _insert(cursor: Cursor, table: str, *, where: str = "true") -> None:
    """Add the rows of a table's own query, from what it can see, to the stored table."""
    query = answer(table)
    cursor.execute(
        f"insert into {_stored(cursor, table)} by name select * from ({query.text}) where {where}",
        dict.fromkeys(query.parameters) or None,
    )


def _stored(cursor: Cursor, table: str) -> str:
    """The full name of a table of the file, whatever temporary one has the same."""
    (database,) = cursor.execute("select current_database()").fetchone()
    return f'"{database.replace(chr(34), 2 * chr(34))}".main.{table}'


def _write_movements(cursor: Cursor, since: date | None = None) -> None:
    """Make `movements` and, of the last month, `movers` of what customers bought in each month.

    since: a month; what closed before it stays as it is
    """
    months = [month for (month,) in cursor.execute(sql.query("movements/months").text).fetchall()]
    first = sum(month < since for month in months) if since else 0  # of the months that are made again
    begins = max(first - 2 * max(movements.LENGTHS) + 1, 0)
    cursor.execute(f"create or replace temp table customer_places as {sql.query('movements/customer_places').text}")
    (places,) = cursor.execute("select count(*) from customer_places").fetchone()
    if since and (not months or months[-1] < since) and _last_moved(cursor) == (months or [None])[-1]:
        return  # nothing whole was touched
    months = months[begins:]
    bought = _bought(cursor, months)
    counted = movements.movements(bought, places, since=first - begins)
    rows = {
        "month": pa.array([months[row["month"]] for row in counted], pa.date32()),
        "window_months": pa.array([row["length"] for row in counted], pa.int32()),
        "place": pa.array([row["place"] for row in counted], pa.int32()),
        "movement": pa.array([movements.NAMES[row["what"]] for row in counted], pa.string()),
        "customers": pa.array([row["customers"] for row in counted], pa.int64()),
    }
    for name in ("opening", "closing", "base", "base_closing", "kept"):
        rows[name] = pa.array([Decimal(row[name]) for row in counted], pa.decimal128(24, 0))
    if since:
        cursor.execute("delete from movements where month >= ?", [since])
    _keep(cursor, "movements", pa.table(rows), is_more=since is not None)
    _keep(cursor, "movers", pa.concat_tables([_MOVERS.empty_table(), *_movers(bought, months)]))


def _last_moved(cursor: Cursor) -> date | None:
    """The month of `movers`, and the last one of `movements`, where both are the same."""
    moved, last = cursor.execute(
        "select (select max(month) from movers), (select max(month) from movements)"
    ).fetchone()
    return moved if moved == last else None


def _bought(cursor: Cursor, months: list[date]) -> movements.Customers:
    """What customers bought in these months, in arrays."""
    span = {"first_month": months[0] if months else None, "last_month": months[-1] if months else None}
    who = cursor.execute(sql.query("movements/customers").text, {"first_month": span["first_month"]}).fetchnumpy()
    revenue = np.zeros((len(months), len(who["place"])), dtype=np.int64)
    for batch in cursor.execute(sql.query("movements/bought").text, span).to_arrow_reader(1 << 20):
        customer, month, amount = (column.to_numpy(zero_copy_only=False) for column in batch.columns)
        np.add.at(revenue.reshape(-1), month.astype(np.int64) * len(who["place"]) + customer, amount)
    return movements.Customers(revenue, who["first"], who["place"])


def _movers(bought: movements.Customers, months: list[date]) -> Iterator[pa.Table]:
    """Each window that closes with the last month, customer by customer, without those who bought in neither."""
    names = pa.array(movements.NAMES)
    for month, length in movements.windows(len(months)):
        if month < len(months) - 1:
            continue
        found = movements.moved(bought, month, length)
        yield pa.table(
            {
                "number": pa.array((found.who + 1).astype(np.int32)),
                "window_months": pa.repeat(pa.scalar(length, pa.int32()), len(found.who)),
                "month": pa.repeat(pa.scalar(months[month], pa.date32()), len(found.who)),
                "opening": pa.array(found.opening),
                "closing": pa.array(found.closing),
                "movement": names.take(pa.array(found.what)),
            },
            schema=_MOVERS,
        )


def _keep(cursor: Cursor, table: str, counted: pa.Table, *, is_more: bool = False) -> None:
    cursor.register("counted", counted)
    begins = f"insert into {table} by name" if is_more else f"create or replace table {table} as"
    cursor.execute(f"{begins} {sql.query(f'movements/{table}').text}")
    cursor.unregister("counted")


def _observations(metrics: Any) -> str:
    """One statement: every metric's query, its dimensions numbered, one below the other; then what they add up to."""
    parts = [
        f"select '{metric.id}' as metric, {_columns(metric)} from ({metric.sql}){' where part is null' if closing.tells_waves(metric) else ''}"
        for metric in metrics
        if metric.roll != "survival"
    ]
    parts.append("select * from measure_observations")
    parts.append(
        f"select metric, grain, day, {_dimensions(())}, cast(num as decimal(28, 8)), cast(den as decimal(28, 8)), cast(people as bigint), "
        f"cast(squares as bigint) from ({sql.query('waves/wave_observations').text})"
    )
    added_up = [f"select metric, grain, day, {_dimensions(())}, {_SUMS}, 0 from given group by metric, grain, day"] + [
        f"select metric, grain, day, {_dimensions((place,))}, {_SUMS}, {place} from given where d{place} is not null "
        f"group by metric, grain, day, d{place}"
        for place in range(1, EVERY_ROW)
    ]
    return (
        f"create or replace table observations as with given as materialized ({' union all '.join(parts)}), "
        f"placed as (select *, {EVERY_ROW} as place from given union all {' union all '.join(added_up)}) "
        "select p.*, c.week, c.month, c.quarter, c.year from placed as p left join calendar as c on c.day = p.day "
        "order by p.metric, p.grain, p.place, p.day"
    )


def _dimensions(told: Collection[int]) -> str:
    """The columns of the dimensions, null but for those told."""
    return ", ".join(f"{f'd{place}' if place in told else 'null'} as d{place}" for place in range(1, EVERY_ROW))


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
