"""Owns the DuckDB file: migrate, append, refresh, ask, back up. Nothing else in Keel talks to a database.

One process owns the file, through one connection; every question gets a cursor of its own. What was uploaded
lies in the raw tables and, byte for byte, in the archive beside the file; everything else is made from them.
"""

import contextlib
import hashlib
import json
import os
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pandas as pd
import pyarrow as pa

from keel import archive, catalogue, closing, movements, sql, suppression, tallies
from keel.archive import Archive
from keel.errors import StoreError
from keel.progress import Progress, unheard
from keel.readings import Reading
from keel.refresh import FAR_REACHING, answer, reads, refresh, table_of
from keel.settings import Settings

_Made = TypeVar("_Made")

# Text in frames is kept as Python objects, not in Arrow: the frames of a page are small, and their columns have names. A click takes a
# quarter to a third less of the processor's time (docs/decisions/021).
pd.options.mode.string_storage = "python"

# bytes the database takes at most before it works on disk: 100 million order lines are refreshed within 8 GiB
MEMORY = 5 * 2**30
# Columns of short runs of the same number, as of the customer of order lines, are searched at a third of the speed when they are
# run-length encoded; a file without is a sixth larger.
SLOW_TO_READ = "rle"
FEW = 1000  # rows looked up in a large table one by one, and not between the first and the last of them

# Not made from uploads, or not the same from one run to the next: left out when contents are compared.
# nothing uploaded says them again
_RECORDS = ("journal", "remembered_mapping", "refused_view", "said", "edition", "campaign", "campaign_customer")
_BOOKKEEPING = frozenset({*_RECORDS, "settings", "migration"})


class Store:
    """An open store. Close it, or use it in a with statement: while it is open nobody else can write."""

    def __init__(self, path: Path | str, settings: Settings, *, progress: Progress = unheard) -> None:
        """Open or make the store at `path`; `progress` hears of it when its answers must be made anew. Raises StoreError when it
        is in use, too new or damaged.
        """
        self.path = Path(path)
        self.settings = settings
        self.archive = Archive(self.path.with_suffix(".uploads"))
        self._writing = threading.RLock()
        self._refused: Counter[tuple[date, str, str]] = Counter()
        self._stood: tuple[Any, duckdb.DuckDBPyConnection] | None = None
        self._stood_lock = threading.RLock()
        self._kept: tuple[str, dict[Hashable, Any]] = ("", {})
        if self.path.is_dir():
            raise StoreError(
                f"{self.path.name}: this is a directory; a database file was expected. Name a file, such as keel.duckdb."
            )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = self._connect()
        try:
            self._migrate()
            if self._fingerprint() != self._setting("fingerprint"):
                self.refresh(progress)
            self._version = self._read_version()
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write everything to the file and let go of it."""
        with self._writing:
            self._write_refusals()
            self._shut()

    # Asking

    def ask(self, name: str, *, standing: Any = None, apart: Any = None, **parameters: Any) -> pd.DataFrame:
        """The answer to queries/read/<name>.sql, every parameter bound; sums arrive as float64.

        standing: parameters of the answer tables that have some, such as another day as of which customers stand
        apart: answer table -> parameters with which it is made for this question alone, in place of the stored one; without standing
        """
        with self._asked(f"read/{name}", parameters, standing, apart) as result:
            return result.df()

    def rows(self, name: str, *, standing: Any = None, **parameters: Any) -> list[dict[str, Any]]:
        """The same answer as plain Python values, one dict a row."""
        with self._asked(f"read/{name}", parameters, standing) as result:
            names = [column[0] for column in result.description or ()]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def arrays(self, name: str, **parameters: Any) -> dict[str, Any]:
        """The same answer as one array a column, masked where it is null: making a frame of it costs half of what asking does."""
        with self._asked(f"read/{name}", parameters) as result:
            return dict(result.fetchnumpy())

    def list_of(self, name: str, **parameters: Any) -> list[dict[str, Any]]:
        """The same of a short list that many views look into (waves, sources), remembered until the data changes: a new
        list, whose rows are not to be altered.
        """
        return list(self.kept((name, *sorted(parameters.items())), lambda: self.rows(name, **parameters)))

    def kept(self, what: Hashable, make: Callable[[], _Made]) -> _Made:
        """What is made of the contents, remembered until they change: one object for everybody, which nobody may alter."""
        version = self._version
        if self._kept[0] != version:
            self._kept = (version, {})
        there = self._kept[1]
        if what not in there:
            there[what] = make()
        made: _Made = there[what]
        return made

    def audit_people(self, survey: str, wave_on: date) -> list[dict[str, Any]]:
        """How many people of each kind a closed wave holds, by cell and weeks; for keel.audit alone, which tells no one."""
        with self._asked("waves/audit_people", {"survey": survey, "wave_on": wave_on}) as result:
            names = [column[0] for column in result.description or ()]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    @property
    def version(self) -> str:
        """Changes with every change of the data or the definitions: what caches are keyed on."""
        return self._version

    # Writing

    def count_refusal(self, metric: str, dimensions: str, day: date) -> None:
        """Note that a view of these dimensions was refused on that day; whom it asked for is not kept."""
        with self._writing:
            self._refused[day, metric, dimensions] += 1

    def _write_refusals(self) -> None:
        """Write the refusals counted since; a view is not kept waiting for it."""
        if not self._refused:
            return
        with self._writing, self._connection.cursor() as cursor:
            for (day, metric, dimensions), times in self._refused.items():
                found = cursor.execute(
                    "update refused_view set times = times + ? where refused_on = ? and metric = ? and dimensions = ?",
                    [times, day, metric, dimensions],
                ).fetchone()
                if not found or not found[0]:
                    cursor.execute("insert into refused_view values (?, ?, ?, ?)", [day, metric, dimensions, times])
            self._refused.clear()

    def say(
        self, *, who: str, week_ending: date, kind: str, body: str, token: str, metric: str = "", about: str = "",
        of_entry: int | None = None, at: datetime | None = None,
    ) -> int:  # fmt: skip
        """Add one entry to what was said in weekly reviews; returns its number. The same token again is the same entry."""
        with self._transaction() as cursor:
            known = cursor.execute("select entry from said where token = ?", [token]).fetchone()
            if known:
                return int(known[0])
            entry = int(self._one(cursor, "select coalesce(max(entry), 0) + 1 from said"))
            cursor.execute(
                "insert into said values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [entry, at or _now(), who, week_ending, kind, metric, about, of_entry, body, token],
            )
        return entry

    def publish(self, document: str, *, week_ending: date, who: str, at: datetime | None = None) -> int:
        """Write an edition, once and for good; returns its number."""
        with self._transaction() as cursor:
            last = cursor.execute("select number, sha256 from edition order by number desc limit 1").fetchone()
            number, before = (int(last[0]) + 1, str(last[1])) if last else (1, "")
            at = at or _now()
            sha256 = _sealed(before, number, week_ending, at, who, document)
            cursor.execute(
                "insert into edition values (?, ?, ?, ?, ?, ?)", [number, week_ending, at, who, document, sha256]
            )
        return number

    def draw_campaign(
        self, *, name: str, starts_on: date, follow_up_months: int, hold_out: float, seed: int, who: str, token: str,
        members: Sequence[tuple[str, bool, float]],
    ) -> int:  # fmt: skip
        """Write a win-back campaign with its customers (id, held out, worth), once; returns its number. The same token again is
        the same campaign.
        """
        with self._transaction() as cursor:
            known = cursor.execute("select campaign from campaign where token = ?", [token]).fetchone()
            if known:
                return int(known[0])
            number = int(self._one(cursor, "select coalesce(max(campaign), 0) + 1 from campaign"))
            cursor.execute(
                "insert into campaign values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [number, name, starts_on, follow_up_months, hold_out, seed, who, _now(), token],
            )
            ids, held_out, worths = zip(*members, strict=True)
            rows = {"campaign": [number] * len(ids), "customer_id": ids, "is_held_out": held_out, "worth": worths}
            self._insert(cursor, "campaign_customer", pa.table(rows))
        return number

    def append(
        self, reading: Reading, *, who: str, at: datetime | None = None, batch: int | None = None,
        then_refresh: bool = True, progress: Progress = unheard,
    ) -> int:  # fmt: skip
        """Take a reading in, in one transaction with the refresh of what it touches; returns its batch number."""
        progress(0.0, "Taking the rows in")
        self.archive.keep(reading.content, reading.sha256)
        with self._transaction() as cursor:
            number = batch or self._one(cursor, "select coalesce(max(batch), 0) + 1 from journal")
            at = at or _now()
            mapping = json.dumps(reading.mapping, sort_keys=True)
            cursor.execute(
                "insert into batch values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    number, reading.kind, reading.vendor, reading.survey, reading.file, reading.sha256,
                    reading.rows_sha256, reading.rows_read, reading.rows_accepted, mapping,
                    reading.from_on, reading.to_on, who, at,
                ],
            )  # fmt: skip
            for table, rows in reading.tables.items():
                self._insert(cursor, table, rows, batch=number)
            if reading.rejected:
                rejected = pa.Table.from_pylist([vars(reject) for reject in reading.rejected])
                self._insert(cursor, "reject", rejected, batch=number)
            cursor.execute("insert or replace into remembered_mapping values (?, ?, ?)", [reading.shape, mapping, at])
            self._note(cursor, who=who, action="import", batch=number, detail=reading.file, at=at)
            if then_refresh:
                pa.default_memory_pool().release_unused()  # what reading the file needed, before refresh needs its own
                self._touch(cursor, number)
                self._refresh(cursor, set(reading.tables), progress)
        return number

    def undo(self, batch: int, *, who: str, progress: Progress = unheard) -> None:
        """Take a batch out whole. Raises StoreError when there is none, or when order lines need its rates."""
        with self._transaction() as cursor:
            found = cursor.execute("select file from batch where batch = ?", [batch]).fetchone()
            if found is None:
                raise StoreError(
                    f"batch {batch}: there is no such upload. `python -m keel batches` lists what can be undone."
                )
            self._touch(cursor, batch)
            changed = self._delete(cursor, batch)
            self._note(cursor, who=who, action="undo", batch=batch, detail=found[0])
            if "raw_rates" in changed:
                self._require_rates(cursor, f"batch {batch}", "Undo those orders first.")
            self._refresh(cursor, changed, progress)

    def clear(self, *, imported_by: str, who: str, progress: Progress = unheard) -> int:
        """Undo every batch that `imported_by` brought in, all at once; returns how many there were."""
        with self._transaction() as cursor:
            gone = cursor.execute("select batch, file from batch where who = ?", [imported_by]).fetchall()
            for batch, file in gone:
                self._delete(cursor, batch)
                self._note(cursor, who=who, action="undo", batch=batch, detail=file)
            for table in _closed_tables(cursor):  # a whole company leaves: its surveys are not told otherwise later
                cursor.execute(
                    f"delete from {table} where survey not in (select survey from batch where survey is not null)"
                )
            self._refresh(cursor, None, progress)
        return len(gone)

    def refresh(self, progress: Progress = unheard) -> None:
        """Make every answer table anew from the raw rows, each in a transaction of its own: what is not committed is read at half
        the speed. Cut off in the middle, the fingerprint says so: the next opening makes them anew.
        """
        with self._transaction() as cursor:
            self._write_settings(cursor, "")
            refresh(
                cursor, self.settings, catalogue.load(), changed=None, progress=progress,
                made=lambda: cursor.execute("commit; begin"),
            )  # fmt: skip
            cursor.execute("update settings set fingerprint = ?", [self._fingerprint()])

    # Care

    def check(self) -> list[str]:
        """What does not hold, a sentence each; empty when all is well: identities, scanned counts, kept files."""
        faults: list[str] = []
        with self._connection.cursor() as cursor:
            for name in sql.folder("checks"):
                faults += [fault for (fault,) in cursor.execute(sql.query(name).text).fetchall()]
        before = ""
        for row in reversed(self.rows("editions")):
            whole = self.rows("edition", number=row["number"])[0]
            facts = (whole[key] for key in ("number", "week_ending", "published_at", "who", "document"))
            if whole["sha256"] != _sealed(before, *facts):
                faults.append(
                    f"edition {row['number']}: it is not as it was published; it, or one before it, was altered. Bring a backup back."
                )
            before = whole["sha256"]
        for row in self.rows("batches"):
            try:
                self.archive.read(row["sha256"])
            except StoreError as error:
                faults.append(f"batch {row['batch']} ({row['file']}): {error}")
        return faults

    def contents(self) -> dict[str, tuple[int, str]]:
        """Rows, and a fingerprint that no order of rows changes, of every table made from uploads."""
        prints: dict[str, tuple[int, str]] = {}
        with self._connection.cursor() as cursor:
            tables = cursor.execute(
                "select table_name from duckdb_tables() where not internal and not temporary order by 1"
            ).fetchall()
            left_out = _BOOKKEEPING.union(_closed_tables(cursor))
            for (table,) in tables:
                if table not in left_out:
                    prints[table] = cursor.execute(
                        f'select count(*), cast(coalesce(sum(cast(hash(t) as hugeint)), 0) as varchar) from "{table}" as t'
                    ).fetchone()  # type: ignore[assignment]
        return prints

    def rebuild(
        self, read: Callable[[dict[str, Any], bytes], Reading], progress: Progress = unheard
    ) -> dict[str, tuple[int, str]]:
        """Make the same database again from the kept files, in a fresh file that then takes this one's place.

        `read(batch row, content)` reads one file the way it was read when it came. Returns the new contents.
        """
        with self._writing, tempfile.TemporaryDirectory(dir=self.path.parent) as folder:
            self._write_refusals()
            fresh_path = Path(folder) / self.path.name
            with Store(fresh_path, self.settings) as fresh:
                for row in reversed(self.rows("batches")):
                    reading = read(row, self.archive.read(row["sha256"]))
                    fresh.append(reading, who=row["who"], at=row["imported_at"], batch=row["batch"], then_refresh=False)
                with fresh._transaction() as cursor:
                    for table in (*_RECORDS, *_closed_tables(cursor)):
                        kept = self._connection.execute(f"select * from {table}").to_arrow_table()
                        cursor.execute(f"delete from {table}")
                        self._insert(cursor, table, kept)
                    version = self._setting("data_version")
                    cursor.execute("update settings set data_version = ?", [version])
                    fresh._refresh(cursor, None, progress)
                contents = fresh.contents()
            self._shut()
            os.replace(fresh_path, self.path)
            self._connection = self._connect()
            self._version = self._read_version()
        return contents

    def backup(self, target: Path) -> None:
        """Write the database and the uploaded files to one tar file. Raises StoreError if it cannot be written."""
        with self._writing:
            self._write_refusals()
            self._shut()  # the file on disk is whole only when nobody has it open
            try:
                archive.pack(self.path, self.archive.folder, target)
            finally:
                self._connection = self._connect()

    # Inside

    def _shut(self) -> None:
        with self._stood_lock:
            self._let_go()
            self._connection.close()

    def _connect(self) -> duckdb.DuckDBPyConnection:
        try:
            connection = duckdb.connect(str(self.path))
        except duckdb.Error as error:
            if "Could not set lock" in str(error):
                raise StoreError(
                    f"{self.path.name}: another Keel is using it (the running dashboard, or another command); one "
                    "writer at a time was expected. Upload through the dashboard, or stop it first."
                ) from error
            raise StoreError(
                f"{self.path.name}: it is not a Keel database, or it is damaged. "
                "Name another file, or bring a backup back with `python -m keel restore FILE`."
            ) from error
        # From here on SQL can reach this file's folder and nothing else on the machine.
        folder = str(self.path.parent.resolve())
        connection.execute("set preserve_insertion_order = false")
        (own,) = connection.execute("select parse_formatted_bytes(current_setting('memory_limit'))").fetchone()  # type: ignore[misc]
        connection.execute(f"set memory_limit = '{min(own, MEMORY)} bytes'")
        connection.execute(f"set global dynamic_or_filter_threshold = {FEW}")
        connection.execute(f"set global disabled_compression_methods = '{SLOW_TO_READ}'")
        connection.execute(f"set temp_directory = '{folder.replace(chr(39), chr(39) * 2)}/.spill'")
        connection.execute("set allowed_directories = [$folder]", {"folder": folder})
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        return connection

    def _migrate(self) -> None:
        names = sql.folder("schema")
        with self._transaction() as cursor:
            cursor.execute(
                "create table if not exists migration (number integer primary key, name varchar, applied_at timestamp)"
            )
            done = self._one(cursor, "select coalesce(max(number), 0) from migration")
            if done > len(names):
                raise StoreError(
                    f"{self.path.name}: it was made by a newer Keel (schema {done}; this one knows {len(names)}). "
                    "Update Keel, or name another store."
                )
            for number, name in enumerate(names[done:], start=done + 1):
                cursor.execute(sql.query(name).text)
                cursor.execute("insert into migration values (?, ?, ?)", [number, name, _now()])
            if done == 0:
                cursor.execute("insert into settings values ('', 0, 0, 0, '', '', 0, 0, 0)")

    @contextlib.contextmanager
    def _asked(
        self, name: str, parameters: dict[str, Any], standing: Mapping[str, Any] | None = None,
        apart: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> Iterator[duckdb.DuckDBPyConnection]:  # fmt: skip
        if self._refused and name == "read/refused":
            self._write_refusals()
        if any(value is not None for value in (standing or {}).values()):
            with self._standing(standing or {}) as cursor:
                yield cursor.execute(sql.query(name).text, parameters or None)
            return
        with self._connection.cursor() as cursor:
            for table, given in (apart or {}).items():
                _make_apart(cursor, table, given)
            yield cursor.execute(sql.query(name).text, parameters or None)

    @contextlib.contextmanager
    def _standing(self, standing: Mapping[str, Any]) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor that sees the answer tables with parameters as these make them; the last one asked for is kept at hand."""
        with self._stood_lock:
            key = (self._version, *sorted(standing.items()))
            if self._stood is None or self._stood[0] != key:
                self._let_go()
                cursor = self._connection.cursor()
                made: set[str] = set()
                for name in sql.folder("answers"):
                    if sql.query(name).parameters or made & reads(name):
                        _make_apart(cursor, table_of(name), standing)
                        made.add(table_of(name))
                self._stood = (key, cursor)
            yield self._stood[1]

    def _let_go(self) -> None:
        """Close what is kept at hand; the file is free only then."""
        if self._stood is not None:
            self._stood[1].close()
            self._stood = None

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._writing, self._connection.cursor() as cursor:
            cursor.execute("begin")
            try:
                yield cursor
                cursor.execute("commit")
                self._version = self._read_version()
            except BaseException as error:
                with contextlib.suppress(duckdb.Error):  # a commit that failed has rolled back by itself
                    cursor.execute("rollback")
                if isinstance(error, duckdb.Error):
                    raise StoreError(
                        f"{self.path.name}: the change was not made ({str(error).splitlines()[0]}). Nothing was "
                        "altered; `python -m keel check` tells whether the store is sound."
                    ) from error
                raise

    def _insert(
        self, cursor: duckdb.DuckDBPyConnection, table: str, rows: pa.Table, *, batch: int | None = None
    ) -> None:
        if batch is not None:
            rows = rows.add_column(0, "batch", pa.repeat(pa.scalar(batch, pa.int32()), rows.num_rows))
        cursor.register("incoming", rows)
        columns = ", ".join(f'"{name}"' for name in rows.column_names)
        cursor.execute(f"insert into {table} ({columns}) select {columns} from incoming")
        cursor.unregister("incoming")

    def _note(
        self, cursor: duckdb.DuckDBPyConnection, *, who: str, action: str, batch: int, detail: str,
        at: datetime | None = None,
    ) -> None:  # fmt: skip
        cursor.execute(
            "insert into journal select coalesce(max(entry), 0) + 1, ?, ?, ?, ?, ? from journal",
            [at or _now(), who, action, batch, detail],
        )

    def _delete(self, cursor: duckdb.DuckDBPyConnection, batch: int) -> set[str]:
        """Delete a batch from every table that holds rows of it; returns the raw tables among them."""
        tables = cursor.execute(
            "select c.table_name from duckdb_columns() as c join duckdb_tables() as t using (table_name) "
            "where c.column_name = 'batch' and (starts_with(c.table_name, 'raw_') or c.table_name in ('reject', 'batch'))"
        ).fetchall()
        changed = set()
        for (table,) in tables:
            (deleted,) = cursor.execute(f"delete from {table} where batch = ?", [batch]).fetchone()  # type: ignore[misc]
            if deleted and table.startswith("raw_"):
                changed.add(table)
        return changed

    def _touch(self, cursor: duckdb.DuckDBPyConnection, batch: int) -> None:
        cursor.execute(
            "create or replace temp table touched as select distinct ordered_on as day from raw_orders where batch = ?",
            [batch],
        )

    def _refresh(
        self, cursor: duckdb.DuckDBPyConnection, changed: set[str] | None, progress: Progress = unheard
    ) -> None:
        fingerprint = self._fingerprint()
        if changed is not None and (changed & FAR_REACHING or fingerprint != self._setting("fingerprint")):
            changed = None
        self._write_settings(cursor, fingerprint)
        refresh(cursor, self.settings, catalogue.load(), changed=changed, progress=progress)

    def _write_settings(self, cursor: duckdb.DuckDBPyConnection, fingerprint: str) -> None:
        """Write what the queries read of the settings, and what the answers are made with, as of now; a new version of the data."""
        if self.settings.currency != self._setting("currency"):
            self._require_rates(
                cursor,
                f"keel.toml, currency {self.settings.currency}",
                "Set currency back, import those rates, and set it again.",
            )
        cursor.execute("delete from declared_ratios")
        for ratio, parts in self.settings.ratio.items():
            cursor.execute("insert into declared_ratios values (?, ?, ?)", [ratio, parts["num"], parts["den"]])
        cursor.execute("delete from lost_window")
        for segment, months in self.settings.lost_after_by_segment.items():
            cursor.execute("insert into lost_window values (?, ?)", [segment, months])
        cursor.execute(
            "update settings set currency = ?, lost_after_months = ?, movement_window_months = ?, "
            "minimum_group = ?, minimum_comments = ?, win_back_months = ?, data_version = data_version + 1, fingerprint = ?",
            [
                self.settings.currency, self.settings.lost_after_months, self.settings.movement_window_months,
                self.settings.minimum_group, self.settings.minimum_comments, self.settings.win_back_months, fingerprint,
            ],
        )  # fmt: skip

    def _require_rates(self, cursor: duckdb.DuckDBPyConnection, where: str, way_out: str) -> None:
        needing = cursor.execute(
            "select o.currency, count(*) from raw_orders as o "
            "left join (select currency, min(valid_from) as first_on from raw_rates group by currency) as r "
            "on r.currency = o.currency and r.first_on <= o.ordered_on "
            "where o.currency <> ? and r.currency is null group by o.currency order by 1",
            [self.settings.currency],
        ).fetchall()
        if needing:
            currency, lines = needing[0]
            raise StoreError(
                f"{where}: {lines} order lines in {currency} need its rates in {self.settings.currency}. {way_out}"
            )

    def _read_version(self) -> str:
        return f"{self._setting('data_version')}-{self._setting('fingerprint')[:12]}"

    def _setting(self, name: str) -> Any:
        with self._connection.cursor() as cursor:
            return self._one(cursor, f"select {name} from settings")

    @staticmethod
    def _one(cursor: duckdb.DuckDBPyConnection, statement: str) -> Any:
        return cursor.execute(statement).fetchone()[0]  # type: ignore[index]

    def _fingerprint(self) -> str:
        """Changes with any definition or setting that the answer tables depend on."""
        folders = ("staging", "answers", "movements", "metrics", "waves")
        texts = [sql.query(name).text for folder in folders for name in sql.folder(folder)]
        settings = [
            self.settings.currency, self.settings.week_ends_on, self.settings.fiscal_year_ends,
            self.settings.lost_after_months, self.settings.movement_window_months, self.settings.minimum_group,
            self.settings.minimum_comments, self.settings.win_back_months, {name: list(order) for name, order in self.settings.dimensions.items()},
            {name: dict(parts) for name, parts in self.settings.ratio.items()}, dict(self.settings.lost_after_by_segment),
        ]  # fmt: skip
        declared = [repr(metric) for metric in catalogue.load().values()]
        made = [
            Path(part.__code__.co_filename).read_text(encoding="utf-8")
            for part in (refresh, movements.moved, closing.group, suppression.hide, tallies.sums)
        ]
        return hashlib.sha256(json.dumps([texts, settings, declared, made, duckdb.__version__]).encode()).hexdigest()


def _make_apart(cursor: duckdb.DuckDBPyConnection, table: str, given: Mapping[str, Any]) -> None:
    """Make an answer table with these parameters for one cursor: a temporary table is found before the one of the same name."""
    query = answer(table)
    parameters = {parameter: given.get(parameter) for parameter in query.parameters}
    cursor.execute(f"create temp table {table} as {query.text}", parameters or None)


def _sealed(before: str, number: int, week_ending: date, at: datetime, who: str, document: str) -> str:
    """The seal of an edition: it changes with any part of it, and with any edition before it."""
    return hashlib.sha256(json.dumps([before, number, str(week_ending), str(at), who, document]).encode()).hexdigest()


def _closed_tables(cursor: duckdb.DuckDBPyConnection) -> list[str]:
    """What was told of surveys on people: a record, like the journal, and not made anew from uploads."""
    found = cursor.execute(
        "select table_name from duckdb_tables() where starts_with(table_name, 'closed_') and not temporary"
    ).fetchall()
    return [table for (table,) in found]


def restore(source: Path, target: Path, settings: Settings, progress: Progress = unheard) -> None:
    """Put a backup in the place of the store at `target`, once it has proved sound. Raises StoreError."""
    if target.exists():
        Store(target, settings, progress=progress).close()  # refuses when it is in use
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        database = archive.unpack(source, Path(folder))
        with Store(database, settings, progress=progress) as restored:
            restored.archive = Archive(Path(folder) / archive.UPLOADS)
            if faults := restored.check():
                raise StoreError(f"{source}: the backup is not sound ({faults[0]}). Use another one.")
        uploads = target.with_suffix(".uploads")
        for kept in (Path(folder) / archive.UPLOADS).glob("*"):
            uploads.mkdir(exist_ok=True)
            os.replace(kept, uploads / kept.name)
        os.replace(database, target)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
