"""The store: what was uploaded comes in whole, goes out whole, survives a crash, and always gives the same answers."""

import io
import multiprocessing
import random
import shutil
import subprocess
import sys
import tarfile
import threading
import time
import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from keel import company, measure, refresh, sql
from keel.__main__ import main
from keel.errors import StoreError
from keel.settings import Settings
from keel.store import Store, restore

ROOT = Path(__file__).resolve().parent.parent
TODAY = date(2026, 9, 27)
AT = datetime(2026, 9, 27, 12, 0)


def csv(header, *rows):
    return "\n".join([header, *rows, ""]).encode()


def take(store, content, *, name="file.csv", kind="", mapping=None, **more):
    reading = company.preview(store, content, name=name, kind=kind, mapping=mapping, today=TODAY)
    assert "" == reading.refusal
    return store.append(reading, who="tester", at=AT, **more)


def orders(*lines):
    """A file of order lines: (day, order id, customer, region, currency, amount, cost) each."""
    return csv("date,order id,customer id,region,currency,amount,cost", *[",".join(map(str, line)) for line in lines])


def revenue(store, **more):
    return float(measure.series(store, "revenue", grain="year", **more).frame["value"].sum())


def touch(path, *statements):
    """Change the database behind Keel's back."""
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)


RATES = csv("currency,date,rate", "USD,2023-01-01,0.5", "USD,2024-06-01,0.9")
CUSTOMERS = csv("customer id,name,region,segment", *[f"C{n},Name {n},{'NSE'[n % 3]},S{n % 2}" for n in range(6)])
EMPLOYEES = csv(
    "employee id,hire date,left on,department",
    *[f"E{n},2024-0{n % 5 + 1}-15,{'2025-03-31' if n % 4 == 0 else ''},D{n % 2}" for n in range(12)],
)
PULSE = csv(
    '"Date","Employee ID","Department","I am proud of what we do"',
    *[f"2024-0{n % 6 + 1}-10,E{n},D{n % 2},{n % 5 + 1}" for n in range(12)],
)
NPS = csv(
    '"Date","Customer ID","How likely are you to recommend us?"',
    *[f"2024-0{n % 6 + 1}-20,C{n % 6},{n % 11}" for n in range(22)],
)
CLICKS = csv("Date,Site,Clicks,Impressions", "2024-01-01,A,1,10", "2024-02-01,B,2,", "2024-03-01,A,,")
TARGETS = csv("metric,date,value", "revenue,2024-01-01,100")
EVENTS = csv("metric,date,words", "revenue,2024-05-01,Price rise")


def two_years_of_orders():
    """One line a customer and month, from January 2024 to February 2026; C5 in dollars, one line of a month for nobody."""
    lines = []
    for month in range(26):
        day = date(2024 + month // 12, month % 12 + 1, 5 + month % 9)
        for n in range(6):
            if (month + n) % 4:
                currency = "USD" if n == 5 else "EUR"
                lines.append((day, f"O{month}.{n}", f"C{n}", "", currency, 10 * n + month - 12, 4))
        lines.append((day + timedelta(days=3), f"A{month}", "", "N", "EUR", 1.25, ""))
    lines.append((date(2026, 2, 28), "O99", "C1", "", "EUR", 3, 1))
    return orders(*lines)


@pytest.fixture(scope="module")
def _port(tmp_path_factory):
    path = tmp_path_factory.mktemp("port") / "port.duckdb"
    with Store(path, Settings()) as store:
        for name, content in {
            "rates.csv": RATES, "customers.csv": CUSTOMERS, "employees.csv": EMPLOYEES, "orders.csv": two_years_of_orders(),
            "pulse.csv": PULSE, "nps.csv": NPS, "clicks.csv": CLICKS, "targets.csv": TARGETS, "events.csv": EVENTS,
        }.items():  # fmt: skip
            mapping = {"as_of": "2026-02-28"} if name == "employees.csv" else None
            take(store, content, name=name, kind="measures" if name == "clicks.csv" else "", mapping=mapping)
        bad = csv("date,order id,amount", *[f"2024-07-0{n},B{n},1" for n in range(1, 8)], "2024-07-09,B9,one")
        take(store, bad, name="one_bad.csv")
    return path


@pytest.fixture
def port(_port, tmp_path):
    """The path of a store with a file of every kind, to be changed."""
    path = tmp_path / "port.duckdb"
    shutil.copy(_port, path)
    shutil.copytree(_port.with_suffix(".uploads"), path.with_suffix(".uploads"))
    return path


def opened(path, **more):
    return Store(path, Settings(**more))


# Opening


def test_a_new_store_has_every_migration_and_no_uploads(empty_store):
    assert [] == empty_store.rows("batches")
    assert [] == empty_store.check()
    with duckdb.connect(str(empty_store.path)) as connection:
        done = connection.execute("select number, name from migration order by 1").fetchall()
    assert list(enumerate(sql.folder("schema"), 1)) == done


def test_a_store_opened_a_second_time_is_the_same(port):
    with opened(port) as store:
        before, version = store.contents(), store.version
    with opened(port) as store:
        assert (before, version) == (store.contents(), store.version)
    with duckdb.connect(str(port)) as connection:
        assert [(len(sql.folder("schema")),)] == connection.execute("select count(*) from migration").fetchall()


def test_a_store_made_by_a_newer_keel_is_refused_and_left_alone(port):
    touch(port, "insert into migration values (999, 'schema/999_later', now())")
    before = port.read_bytes()
    with pytest.raises(
        StoreError, match=r"^port\.duckdb: it was made by a newer Keel \(schema 999; this one knows \d+\)"
    ):
        opened(port)
    assert before == port.read_bytes()


def test_a_folder_that_is_not_there_is_made(tmp_path):
    with opened(tmp_path / "a" / "b" / "new.duckdb") as store:
        assert [] == store.rows("batches")


def test_a_quote_in_the_name_of_the_folder_does_no_harm(tmp_path):
    with opened(tmp_path / "it's" / "new.duckdb") as store:
        take(store, orders((date(2024, 1, 1), 1, "C1", "N", "EUR", 5, 1)))
        assert 5.0 == revenue(store)


def test_a_change_of_settings_makes_the_answers_anew(port):
    with opened(port) as store:
        before, version = store.contents(), store.version
    with opened(port, lost_after_months=2) as store:
        assert before["spells"] != store.contents()["spells"]
        assert version != store.version
        assert [] == store.check()
    with opened(port) as store:
        assert before == store.contents()


def test_a_refresh_that_is_cut_off_is_made_anew_at_the_next_opening(port, monkeypatch):
    with opened(port) as store:
        before = store.contents()

    def cut_off(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(refresh, "_write_movements", cut_off)
        with pytest.raises(KeyboardInterrupt):
            opened(port, lost_after_months=2)
    with opened(port) as store:
        assert before == store.contents()
        assert [] == store.check()


def test_who_waits_hears_how_far_a_refresh_is_and_nothing_where_there_is_none_to_make(port):
    heard = []

    def hear(share, words):
        heard.append((share, words))

    with Store(port, Settings(), progress=hear):
        assert [] == heard
    with Store(port, Settings(lost_after_months=2), progress=hear) as store:
        shares = [share for share, _ in heard]
        assert shares == sorted(shares)
        assert 0 <= shares[0] < shares[-1] <= 1
        assert len(heard) == len({words for _, words in heard})
        everything = len(heard)
        batch = take(store, orders((date(2026, 1, 5), "late", "C1", "N", "EUR", 5, 1)), progress=hear)
        assert heard[everything:][0][0] == 0.0
        touched = len(heard)
        store.undo(batch, who="tester", progress=hear)
        assert len(heard) > touched


# Appending and undoing


def test_two_files_of_the_same_days_both_count_and_go_out_one_by_one(empty_store):
    one = take(empty_store, orders((date(2024, 1, 1), 1, "C1", "N", "EUR", 5, 1)))
    take(empty_store, orders((date(2024, 1, 1), 2, "C1", "N", "EUR", 7, 1)))
    assert 12.0 == revenue(empty_store)
    empty_store.undo(one, who="tester")
    assert 7.0 == revenue(empty_store)


def test_the_number_of_a_batch_is_never_given_again(empty_store):
    first = take(empty_store, orders((date(2024, 1, 1), 1, "C1", "N", "EUR", 5, 1)))
    empty_store.undo(first, who="tester")
    assert first + 1 == take(empty_store, orders((date(2024, 1, 1), 1, "C1", "N", "EUR", 5, 1)))


def test_a_batch_that_is_not_there_cannot_be_undone(empty_store):
    with pytest.raises(StoreError, match=r"^batch 7: there is no such upload\."):
        empty_store.undo(7, who="tester")


def test_rates_that_order_lines_need_cannot_be_undone(empty_store):
    rates = take(empty_store, RATES)
    lines = take(empty_store, orders((date(2024, 1, 1), 1, "C1", "N", "USD", 10, 1)))
    before, version = empty_store.contents(), empty_store.version
    with pytest.raises(StoreError, match=r"^batch 1: 1 order lines in USD need its rates"):
        empty_store.undo(rates, who="tester")
    assert (before, version) == (empty_store.contents(), empty_store.version)
    empty_store.undo(lines, who="tester")
    empty_store.undo(rates, who="tester")
    assert [] == empty_store.rows("batches")


def test_every_kind_of_file_goes_out_as_it_came_in(port):
    with opened(port) as store:
        for batch in sorted((row["batch"] for row in store.rows("batches")), reverse=True):
            store.undo(batch, who="tester")
            assert [] == store.check()
        emptied = store.contents()
        store.refresh()
        assert emptied == store.contents()
    with opened(port.with_name("empty.duckdb")) as empty:
        assert empty.contents() == emptied


def test_an_upload_that_fails_halfway_changes_nothing(port, monkeypatch):
    with opened(port) as store:
        before, batches, version = store.contents(), store.rows("batches"), store.version
        reading = company.preview(
            store, orders((date(2024, 1, 1), 1, "C1", "N", "EUR", 5, 1)), name="x.csv", today=TODAY
        )
        with monkeypatch.context() as patch:
            patch.setattr(Store, "_refresh", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                store.append(reading, who="tester")
        assert (before, batches, version) == (store.contents(), store.rows("batches"), store.version)
        store.append(reading, who="tester")
        assert [] == store.check()


def test_the_version_changes_with_each_change_and_with_nothing_else(empty_store):
    seen = [empty_store.version]
    empty_store.rows("batches")
    assert seen[-1] == empty_store.version
    batch = take(empty_store, orders((date(2024, 1, 1), 1, "C1", "N", "EUR", 5, 1)))
    seen.append(empty_store.version)
    empty_store.undo(batch, who="tester")
    seen.append(empty_store.version)
    take(empty_store, CUSTOMERS)
    seen.append(empty_store.version)
    empty_store.clear(imported_by="tester", who="tester")
    seen.append(empty_store.version)
    empty_store.refresh()
    seen.append(empty_store.version)
    assert len(seen) == len(set(seen))


def test_an_undo_and_the_same_upload_again_do_not_bring_an_old_version_back(empty_store):
    content = orders((date(2024, 1, 1), 1, "C1", "N", "EUR", 5, 1))
    versions = []
    for _ in range(3):
        batch = take(empty_store, content)
        versions.append(empty_store.version)
        empty_store.undo(batch, who="tester")
        versions.append(empty_store.version)
    assert len(versions) == len(set(versions))


# Random uploads

DAYS = st.dates(date(2023, 10, 1), date(2025, 6, 30))
MONEY = st.integers(-5_000, 20_000).map(lambda cents: cents / 100)
LINE = st.tuples(
    DAYS, st.integers(1, 9), st.sampled_from(["C1", "C2", "C3", "C4", ""]), st.sampled_from(["N", "S", ""]),
    st.sampled_from(["EUR", "EUR", "USD"]), MONEY, st.one_of(st.just(""), MONEY),
)  # fmt: skip
ORDER_FILES = st.lists(LINE, min_size=1, max_size=12).map(lambda lines: ("orders", orders(*lines)))
CUSTOMER_FILES = st.dictionaries(
    st.sampled_from(["C1", "C2", "C3", "C9"]), st.tuples(st.sampled_from("NSE"), st.sampled_from("XY")), min_size=1
).map(
    lambda cards: (
        "customers",
        csv("customer id,region,segment", *[f"{id},{region},{segment}" for id, (region, segment) in cards.items()]),
    )
)
SURVEY_FILES = st.lists(
    st.tuples(DAYS, st.sampled_from(["C1", "C2", "C3"]), st.integers(0, 10)), min_size=1, max_size=8
).map(
    lambda rows: (
        "survey",
        csv("Date,Customer ID,How likely are you to recommend us? (0-10)", *[f"{d},{c},{s}" for d, c, s in rows]),
    )
)
EMPLOYEE_FILES = st.dictionaries(
    st.sampled_from(["E1", "E2", "E3", "E4"]), st.tuples(DAYS, st.one_of(st.none(), st.integers(0, 400))), min_size=1
).map(
    lambda staff: (
        "employees",
        csv(
            "employee id,hire date,left on",
            *[
                f"{id},{hired},{'' if stay is None else hired + timedelta(days=stay)}"
                for id, (hired, stay) in staff.items()
            ],
        ),
    )
)
MEASURE_FILES = st.lists(
    st.tuples(DAYS, st.sampled_from("AB"), st.integers(0, 9)), min_size=1, max_size=6, unique_by=lambda row: row[:2]
).map(lambda rows: ("measures", csv("Date,Site,Clicks", *[f"{d},{s},{n}" for d, s, n in rows])))
FILES = st.one_of(ORDER_FILES, ORDER_FILES, CUSTOMER_FILES, SURVEY_FILES, EMPLOYEE_FILES, MEASURE_FILES)
SLOW = settings(  # not shrunk when it fails: each example opens stores of its own, and is small as it is
    suppress_health_check=list(HealthCheck),
    max_examples=12,
    database=None,
    phases=(Phase.explicit, Phase.generate),
)


def upload(store, file, **more):
    kind, content = file
    return take(store, content, kind=kind, mapping={"kind": kind}, **more)


@pytest.fixture(scope="module")
def new_store(empty_file, tmp_path_factory):
    """Opens a new store with nothing but rates in it each time it is called: a copy, as taking rates in makes all answers anew."""
    path = Path(shutil.copy(empty_file, tmp_path_factory.mktemp("rates")))
    with opened(path) as store:
        take(store, RATES)
    return lambda: opened(
        shutil.copytree(path.parent, tmp_path_factory.mktemp("random"), dirs_exist_ok=True) / path.name
    )


@SLOW
@given(before=st.lists(FILES, max_size=2), then=FILES)
def test_what_is_taken_in_and_undone_leaves_no_trace(new_store, before, then):
    with new_store() as store:
        for file in before:
            upload(store, file)
        contents = store.contents()
        store.undo(upload(store, then), who="tester")
        assert contents == store.contents()


STEPS = st.lists(st.one_of(FILES, FILES, FILES, st.integers(0, 9)), min_size=2, max_size=6)


@settings(SLOW, max_examples=24)
@given(steps=STEPS)
def test_a_refresh_of_what_was_touched_gives_what_a_full_one_gives(new_store, steps):
    """A number among the steps undoes one of the uploads that are there. However many lines an upload touches, here it is never
    too many to bring the rest up to date by parts.
    """
    there = {}
    with pytest.MonkeyPatch.context() as patched, new_store() as store, new_store() as other:
        patched.setattr(refresh, "MOST_TOUCHED", 1)
        for step in steps:
            if isinstance(step, int):
                if there:
                    batch = sorted(there)[step % len(there)]
                    store.undo(batch, who="tester")
                    del there[batch]
            else:
                there[upload(store, step)] = step
        for batch, file in there.items():
            upload(other, file, batch=batch, then_refresh=False)
        other.refresh()
        expected, found = other.contents(), store.contents()
        assert [] == [table for table in expected | found if expected.get(table) != found.get(table)]


@settings(SLOW, max_examples=6)
@given(steps=st.lists(FILES, min_size=1, max_size=4))
def test_a_store_rebuilt_from_its_files_is_the_same_to_the_row(new_store, steps):
    with new_store() as store:
        for file in steps:
            upload(store, file)
        before = store.contents()
        assert {} == company.rebuild(store)
        assert before == store.contents()


def test_an_order_that_comes_late_counts_in_its_own_month(port):
    with opened(port) as store:
        months = measure.series(store, "revenue").frame.set_index("period")["value"]
        take(store, orders((date(2024, 3, 9), "late", "C2", "", "EUR", 100, 1)))
        later = measure.series(store, "revenue").frame.set_index("period")["value"]
        assert {date(2024, 3, 1): 100.0} == {m: d for m, d in (later - months).items() if d}
        assert [] == store.check()


# Rebuilding, backups, kept files


def whole(path):
    """Every row of every table that holds something of the company, journal included."""
    with duckdb.connect(str(path)) as connection:
        tables = [
            t for (t,) in connection.execute("select table_name from duckdb_tables() where not temporary").fetchall()
        ]
        return {
            table: sorted(map(repr, connection.execute(f'select * from "{table}"').fetchall()))
            for table in tables
            if table not in ("settings", "migration")
        }


def test_a_rebuilt_store_is_the_same_in_every_row_its_journal_too(port):
    before = whole(port)
    with opened(port) as store:
        store.undo(2, who="tester")
        take(store, CUSTOMERS, name="again.csv")
    before = whole(port)
    with opened(port) as store:
        assert {} == company.rebuild(store)
    assert before == whole(port)


def test_the_sample_rebuilds_to_the_same_contents(fresh_sample):
    before = fresh_sample.contents()
    assert {} == company.rebuild(fresh_sample)
    assert before == fresh_sample.contents()
    assert [] == fresh_sample.check()


def test_a_rebuild_without_one_of_its_files_changes_nothing(port):
    with opened(port) as store:
        before = store.contents()
        (port.with_suffix(".uploads") / store.rows("batches")[-1]["sha256"]).unlink()
        with pytest.raises(StoreError, match="missing or damaged"):
            company.rebuild(store)
        assert before == store.contents()
    assert [] == [path.name for path in port.parent.iterdir() if path.name not in ("port.duckdb", "port.uploads")]


def test_a_sheet_named_for_one_file_does_not_keep_the_next_from_being_rebuilt(empty_store):
    """What is remembered of a workbook is laid over a CSV of the same columns; its sheet is not there."""
    header = "Order ID,Order Date,Customer ID,Amount"
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("January")
        for row, cells in enumerate((header.split(","), [1, "2024-01-01", "C1", 5])):
            sheet.write_row(row, 0, cells)
    take(empty_store, file.getvalue(), name="a.xlsx", mapping={"sheet": "January"})
    take(empty_store, csv(header, "2,2024-02-01,C1,5"), name="b.csv")
    assert {} == company.rebuild(empty_store)


def test_a_target_of_a_measure_that_was_undone_is_rebuilt_all_the_same(empty_store):
    clicks = take(empty_store, CLICKS, kind="measures")
    take(empty_store, csv("metric,date,value", "Clicks,2024-01-01,5"), kind="targets")
    empty_store.undo(clicks, who="tester")
    assert {} == company.rebuild(empty_store)


def faults_of(path, **more):
    """What is wrong with a store: what keeps it from being opened, or what check tells."""
    try:
        with opened(path, **more) as store:
            return store.check()
    except StoreError as error:
        return [str(error)]


def test_amounts_in_what_was_the_company_currency_are_not_counted_as_another(tmp_path):
    """keel.toml says GBP where it said EUR: ten euros are not ten pounds."""
    path = tmp_path / "moved.duckdb"
    with opened(path, currency="EUR") as store:
        take(store, orders((date(2024, 1, 1), 1, "C1", "N", "EUR", 10, 1)))
    assert [fault for fault in faults_of(path, currency="GBP") if "EUR" in fault]


def test_a_backup_put_back_is_the_same_store(port, tmp_path):
    backup = tmp_path / "keel.tar"
    before = whole(port)
    with opened(port) as store:
        version = store.version
        store.backup(backup)
        store.undo(4, who="tester")
    restore(backup, port, Settings())
    assert before == whole(port)
    with opened(port) as store:
        assert version == store.version
        assert [] == store.check()


def test_a_backup_may_be_put_where_no_store_is(port, tmp_path):
    backup, target = tmp_path / "keel.tar", tmp_path / "new" / "other.duckdb"
    with opened(port) as store:
        store.backup(backup)
        expected = store.contents()
    restore(backup, target, Settings())
    with opened(target) as store:
        assert expected == store.contents()
        assert [] == store.check()


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path):
    content = bytearray(path.read_bytes())
    for place in range(4096 * 20, 4096 * 40, 512):  # inside the database, which comes first
        content[place] ^= 0xFF
    path.write_bytes(bytes(content))


def without_an_upload(path):
    rewrite(path, lambda names: [name for name in names if name != max(names)])


def without_the_database(path):
    rewrite(path, lambda names: [name for name in names if not name.endswith("duckdb")])


def rewrite(path, choose):
    folder = path.with_suffix(".unpacked")
    with tarfile.open(path) as tar:
        names = choose([m.name for m in tar.getmembers() if m.isfile()])
        tar.extractall(folder, filter="data")
    with tarfile.open(path, "w") as tar:
        for name in names:
            tar.add(folder / name, name)


def with_a_path_that_leads_out(path):
    with tarfile.open(path, "a") as tar:
        tar.add(__file__, "uploads/../../stolen.txt")


@pytest.mark.parametrize(
    "damage",
    [cut, flip, without_an_upload, without_the_database, with_a_path_that_leads_out, lambda path: path.write_text("x")],
)
def test_a_damaged_backup_is_refused_and_the_store_stays(port, tmp_path, damage):
    backup = tmp_path / "keel.tar"
    with opened(port) as store:
        store.backup(backup)
        store.undo(4, who="tester")
        before = store.contents()
    damage(backup)
    with pytest.raises(StoreError):
        restore(backup, port, Settings())
    with opened(port) as store:
        assert before == store.contents()
        assert [] == store.check()
    assert not (tmp_path.parent / "stolen.txt").exists()


def test_a_backup_leaves_the_store_open_for_more(port, tmp_path):
    with opened(port) as store:
        store.backup(tmp_path / "keel.tar")
        take(store, orders((date(2024, 1, 1), 1, "C1", "N", "EUR", 5, 1)))
        assert [] == store.check()


def test_each_file_is_kept_under_its_sha256_and_a_second_time_only_once(empty_store):
    content = orders((date(2024, 1, 1), 1, "C1", "N", "EUR", 5, 1))
    take(empty_store, content, name="a.csv")
    take(empty_store, content, name="b.csv")
    (kept,) = {row["sha256"] for row in empty_store.rows("batches")}
    assert [kept] == [path.name for path in empty_store.archive.folder.iterdir()]
    assert content == empty_store.archive.read(kept)


@pytest.mark.parametrize(
    "damage", [lambda path: path.write_bytes(b""), cut, lambda path: path.unlink(), lambda path: flip_last(path)]
)
def test_a_kept_file_that_is_damaged_is_found_by_check(port, damage):
    with opened(port) as store:
        row = store.rows("batches")[0]
        damage(store.archive.folder / row["sha256"])
        (fault,) = store.check()
        assert fault.startswith(f"batch {row['batch']} ({row['file']}): ")
        assert "keel restore FILE" in fault


def flip_last(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))


# What check proves: each law is broken once

BREAKS = {
    "a raw row is gone": ("delete from raw_orders where batch = 4 and \"row\" = 2", "batch 4 (orders.csv): "),
    "a response is gone": ("delete from raw_responses where batch = 5 and \"row\" = 2", "batch 5 (pulse.csv): 11 rows of survey"),
    "a rate is there twice": ("insert into raw_rates select * from raw_rates limit 1", "batch 1 (rates.csv): 3 rows of rates"),
    "a measure has rows from nowhere": (
        "insert into raw_measures (batch, \"row\", measured_on, measure, value) "
        "select 7, n, date '2024-01-01', 'Clicks', 1 from range(50, 60) as r (n)",
        "batch 7 (clicks.csv): 12 rows of measures are in the store; 3 were accepted",
    ),
    "rows of no batch": ("update raw_events set batch = 77", "batch 77: 1 rows of events are in the store; no such upload"),
    "a reject of no batch": ("insert into reject values (99, 1, '', '', '', 'unreadable')", "batch 99: 1 rows left out are listed; no such"),
    "a reject is gone": ("delete from reject", "batch 10 (one_bad.csv): 0 rows left out are listed; 1 of 8"),
    "sales are a cent short": (
        "update sales set revenue = revenue - 0.01 where day = date '2024-02-06' and region = 'N'",
        "sales of 2024-02: ",
    ),
    "sales count a line too many": ("update sales set lines = lines + 1 where day = date '2024-01-08'", "sales of 2024-01: "),
    "a day of sales is gone": ("delete from sales where day = date '2026-02-28'", "sales of 2026-02: "),
    "an order is gone": (
        "update order_counts set orders = orders - 1 where day = (select max(day) from order_counts "
        "where day between date '2024-02-01' and date '2024-02-29')",
        "orders of 2024-02: ",
    ),
    "the revenue shown is another": (
        "update observations set num = num + 1 where metric = 'revenue' and day = date '2024-01-08'", "revenue of 2024-01: "
    ),
    "a customer's day is another": (
        "update buying_days set revenue = revenue + 1 where day = (select max(day) from buying_days where day < date '2024-03-01') "
        "and number = (select number from customer_numbers where customer_id = 'C1')",
        "customers of 2024-02: ",
    ),
    "a movement closes with more": (
        "update movements set closing = closing + 1 where month = date '2025-05-01' and window_months = 3 "
        "and customers = (select max(customers) from movements where month = date '2025-05-01' and window_months = 3)",
        "movements over 3 months to 2025-05: ",
    ),
    "a movement opens with less": (
        "delete from movements where month = date '2025-05-01' and window_months = 6 and opening > 0",
        "movements over 6 months to 2025-05: ",
    ),
    "the movements shown are others": (
        "update observations set num = num + 1 where metric = 'revenue_movements' and grain = 'month' "
        "and day = date '2026-02-01' and d1 = 'opening'",
        "revenue movements of 2026-02: ",
    ),
    "a customer moved otherwise": (
        "update movers set closing = closing + 1 where window_months = 3 and movement = (select max(movement) from movers "
        "where window_months = 3)",
        "movements over 3 months, ",
    ),
    "a customer stands otherwise": (
        "update standing set revenue = revenue + 1 where place = 1", "customers' standing: revenue of the trailing twelve months ",
    ),
    "the headcount shown is another": (
        "update observations set num = num + 1 where metric = 'headcount' and grain = 'month' and day = date '2024-05-01'",
        "headcount of 2024-05: it closes with ",
    ),
    "a number after the last day": (
        "update observations set day = date '2026-01-01' where metric = 'nps' and day = (select max(day) from observations "
        "where metric = 'nps')",
        "nps: there is a number of 2026-01-01; customers survey reach to 2024-06-20",
    ),
    "the company is more than its parts": (
        "update observations set num = num + 1 where metric = 'nps' and place = 0 and day = (select max(day) from observations "
        "where metric = 'nps')",
        "nps: the company adds up to ",
    ),
    "members are less than their rows": (
        "delete from observations where metric = 'revenue' and place = 2 and day = date '2024-01-08'",
        "revenue: the members of dimension 2 add up to ",
    ),
    "a number without a source": (
        "insert into observations (metric, grain, day, num) values ('Ghosts', 'day', date '2024-01-01', 1)",
        "Ghosts: there is a number of 2024-01-01; no source",
    ),
}  # fmt: skip


def test_a_store_with_a_file_of_every_kind_is_sound_and_its_laws_have_something_to_hold(port):
    with opened(port) as store:
        assert [] == store.check()
        assert {"orders", "customers", "employees", "survey", "measures", "rates", "targets", "events"} == {
            row["kind"] for row in store.rows("batches")
        }
    with duckdb.connect(str(port)) as connection:
        windows = connection.execute("select distinct window_months from movements order by 1").fetchall()
        assert [(3,), (6,), (12,)] == windows


@pytest.mark.parametrize("what", BREAKS)
def test_a_broken_law_is_told_in_a_sentence(port, what):
    statement, sentence = BREAKS[what]
    with duckdb.connect(str(port)) as connection:
        assert connection.execute(statement).fetchall() != [(0,)], "the break broke nothing"
    with opened(port) as store:
        faults = store.check()
    assert [fault for fault in faults if fault.startswith(sentence)], faults
    assert all(fault.endswith(".") and "\n" not in fault for fault in faults)


def test_every_check_is_broken_by_one_of_the_tests_above(port):
    """A check that no break sets off would be no check."""
    set_off = set()
    for statement, _ in BREAKS.values():
        copy = port.with_name("copy.duckdb")
        shutil.copy(port, copy)
        touch(copy, statement)
        with duckdb.connect(str(copy)) as connection:
            set_off |= {n for n in sql.folder("checks") if connection.execute(sql.query(n).text).fetchall()}
    assert set(sql.folder("checks")) == set_off


def test_the_sources_that_the_check_of_watermarks_knows_are_those_of_the_catalogue():
    catalogue = tomllib.loads((sql.QUERIES / "catalogue.toml").read_text(encoding="utf-8"))["metric"]
    text = sql.query("checks/100_watermarks").text
    found = duckdb.connect().execute(text[text.index("select unnest") : text.index("union all")]).fetchall()
    assert {name: entry["source"] for name, entry in catalogue.items()} == dict(found)


def test_a_roster_that_ends_before_the_orders_gives_no_number_after_its_end(empty_store):
    take(empty_store, EMPLOYEES)
    take(empty_store, orders((date(2025, 6, 30), "O1", "C1", "N", "EUR", 10, 1)))
    assert [] == empty_store.check()


def test_a_customer_with_returns_only_is_in_the_movements_too(empty_store):
    """Both windows close at -5: such a customer is steady, not gone, or the closing revenue is not that of the window."""
    lines = [(date(2024, month, 1), f"O{month}", "C1", "N", "EUR", 10, 1) for month in range(1, 7)]
    lines += [(date(2024, month, 2), f"R{month}", "C2", "N", "EUR", -5, 1) for month in (2, 5)]
    lines += [(date(2024, 6, 30), "O30", "C1", "N", "EUR", 10, 1)]
    take(empty_store, orders(*lines))
    assert [] == empty_store.check()


# Crashes, and many at once


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A file of 20,000 order lines over two years."""
    drawn = random.Random(7)
    lines = [
        f"{date(2024, 1, 1) + timedelta(days=n % 730)},L{n // 3},C{drawn.randrange(500)},{'NSEW'[n % 4]},EUR,{drawn.randrange(10000) / 100},1"
        for n in range(20_000)
    ]
    path = tmp_path_factory.mktemp("large") / "large.csv"
    path.write_bytes(csv("date,order id,customer id,region,currency,amount,cost", *lines))
    return path


@pytest.fixture
def importing(tmp_path, monkeypatch):
    """Starts the command in a process of its own, forked from one that has loaded Keel: what is killed is the import alone."""
    config = tmp_path / "keel.toml"
    config.write_text("")
    monkeypatch.setenv("KEEL_CONFIG", str(config))
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["__main__", "keel.__main__"])

    def start(path, store):
        process = processes.Process(target=main, args=(["import", str(path), "--store", str(store)],))
        process.start()
        return process

    loading = processes.Process(target=int)
    loading.start()
    loading.join()
    return start


def test_an_import_that_is_killed_is_wholly_in_or_wholly_out(port, large, tmp_path, importing):
    def fresh(name):
        copy = tmp_path / name / "s.duckdb"
        copy.parent.mkdir()
        shutil.copy(port, copy)
        shutil.copytree(port.with_suffix(".uploads"), copy.with_suffix(".uploads"))
        return copy

    def answers(store):
        return {table: told for table, told in store.contents().items() if table != "batch"}

    with opened(port) as store:
        out = (answers(store), len(store.rows("batches")))
    whole_run = fresh("whole")
    words = [sys.executable, "-m", "keel", "import", str(large), "--store", str(whole_run)]
    done = subprocess.run(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert (0, b"") == (done.returncode, done.stderr)
    with opened(whole_run) as store:
        inside = (answers(store), len(store.rows("batches")))
    assert out[1] + 1 == inside[1]

    began = time.monotonic()
    importing(large, fresh("timed")).join()
    lasted = time.monotonic() - began
    drawn = random.Random(20)
    for n in range(20):
        path = fresh(f"killed{n}")
        process = importing(large, path)
        process.join(drawn.uniform(0, lasted))
        process.kill()
        process.join()
        with opened(path) as store:
            assert (answers(store), len(store.rows("batches"))) in (out, inside)
            assert [] == store.check()
            if n % 5 == 0 and len(store.rows("batches")) == out[1]:  # and it can be imported after all
                reading = company.preview(store, large.read_bytes(), name="large.csv", today=TODAY)
                company.take_in(store, reading, who="tester")
                assert inside[1] == len(store.rows("batches"))
        shutil.rmtree(path.parent)


def test_those_who_read_while_one_writes_see_whole_uploads_only(empty_store):
    """Every upload adds 100 in ten lines over ten days, so each answer is a multiple of 100, and never shrinks."""
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(10)]
    take(empty_store, orders(*[(day, f"0.{day}", "C1", "N", "EUR", 10, 1) for day in days]))
    asked = {
        "metric": "revenue", "grain": "year", "rows_grain": "day", "roll": "sum", "from_on": days[0], "to_on": days[-1],
        "place": 0, "by": 0, "and_by": 0, **{f"d{n}": None for n in range(1, 7)},
    }  # fmt: skip
    done, seen, troubles = threading.Event(), [[], []], []

    def reading(place):
        try:
            while not done.is_set():
                (row,) = empty_store.rows("series", **asked)
                seen[place].append(row["num"])
                assert {"orders"} == {row["source"] for row in empty_store.rows("coverage")}
        except Exception as trouble:
            troubles.append(trouble)

    readers = [threading.Thread(target=reading, args=(place,)) for place in (0, 1)]
    for reader in readers:
        reader.start()
    for n in range(1, 16):
        take(empty_store, orders(*[(day, f"{n}.{day}", f"C{n}", "N", "EUR", 10, 1) for day in days]))
    done.set()
    for reader in readers:
        reader.join(timeout=20)
    assert [] == troubles
    for values in seen:
        assert len(set(values)) > 1
        assert all(value % 100 == 0 for value in values)
        assert values == sorted(values)
    assert 1600.0 == revenue(empty_store)
    assert [] == empty_store.check()


def test_two_threads_that_write_take_turns(empty_store):
    troubles = []

    def writing(place):
        try:
            for n in range(5):
                take(empty_store, orders((date(2024, 1, 1 + n), f"{place}.{n}", f"C{place}", "N", "EUR", 1, 1)))
        except Exception as trouble:
            troubles.append(trouble)

    writers = [threading.Thread(target=writing, args=(place,)) for place in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=60)
    assert [] == troubles
    assert list(range(10, 0, -1)) == [row["batch"] for row in empty_store.rows("batches")]
    assert 10.0 == revenue(empty_store)
    assert [] == empty_store.check()
