"""Every command, its JSON, and one sentence with exit status 2 for whatever is wrong."""

import csv
import gzip
import io
import json
import os
import pty
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from keel import company
from keel.__main__ import main
from keel.settings import Settings
from keel.store import Store

ROOT = Path(__file__).resolve().parent.parent
ORDERS = (
    "Order ID,Order Date,Customer ID,Region,Amount\n"
    "1,2024-01-03,C1,North,10.50\n"
    "2,2024-02-04,C2,South,20\n"
    "3,2024-02-05,C1,North,-5\n"
)


@pytest.fixture(autouse=True)
def _own_settings(tmp_path, monkeypatch):
    """The settings of the defaults, whatever stands in the project's keel.toml."""
    config = tmp_path / "keel.toml"
    config.write_text("")
    monkeypatch.setenv("KEEL_CONFIG", str(config))
    monkeypatch.setenv("KEEL_STORE", str(tmp_path / "unnamed.duckdb"))


@pytest.fixture(scope="module")
def harbour(sample_files, tmp_path_factory):
    """The path of a store with the sample company; only to be read."""
    folder = shutil.copytree(sample_files, tmp_path_factory.mktemp("harbour") / "sample")
    return next(folder.glob("*.duckdb"))


@pytest.fixture(scope="module")
def _one_batch(tmp_path_factory):
    path = tmp_path_factory.mktemp("shop") / "shop.duckdb"
    with Store(path, Settings()) as store:
        reading = company.preview(store, ORDERS.encode(), name="orders.csv", today=date(2024, 3, 1))
        company.take_in(store, reading, who="tester")
    return path


@pytest.fixture
def shop(_one_batch, tmp_path):
    """The path of a store with three order lines, to be changed."""
    path = tmp_path / "shop.duckdb"
    shutil.copy(_one_batch, path)
    shutil.copytree(_one_batch.with_suffix(".uploads"), path.with_suffix(".uploads"))
    return path


@pytest.fixture
def run(capsys):
    """main() on some words: exit status, standard output, standard error."""

    def running(*words):
        capsys.readouterr()
        try:
            status = main([str(word) for word in words])
        except SystemExit as left:
            status = left.code
        said = capsys.readouterr()
        return status, said.out, said.err

    return running


@pytest.fixture
def ask(run):
    """The JSON document a command prints."""

    def asking(*words):
        status, out, err = run(*words, "--json")
        assert (0, "") == (status, err)
        return json.loads(out)

    return asking


def state(path):
    """What a store holds: its contents and its uploads."""
    with Store(path, Settings()) as store:
        return store.contents(), store.rows("batches")


def written(folder, text, name="file.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# What each command prints


def test_sample_loads_nine_files_into_an_empty_store_and_refuses_any_other(run, ask, harbour, shop):
    status, out, err = run("sample", "--store", shop)
    assert (2, "") == (status, out)
    assert err.startswith("shop.duckdb: there is data in it already")
    assert 9 == len(ask("batches", "--store", harbour))


def test_batches_tells_every_upload_the_latest_first(ask, harbour):
    rows = ask("batches", "--store", harbour)
    assert list(range(9, 0, -1)) == [row["batch"] for row in rows]
    assert {"rates", "customers", "employees", "orders", "survey", "targets", "events"} == {row["kind"] for row in rows}
    (late,) = [row for row in rows if row["file"] == "late_orders.csv"]
    assert (12, 12, 0) == (late["rows_read"], late["rows_accepted"], late["rows_rejected"])
    assert isinstance(late["mapping"], dict)
    assert 64 == len(late["sha256"])


def test_metrics_tells_every_metric_with_its_last_day(ask, harbour):
    rows = {row["metric"]: row for row in ask("metrics", "--store", harbour)}
    assert ("lag", "money", "up", "sum", "2026-09-27") == tuple(
        rows["revenue"][key] for key in ("kind", "unit", "better", "roll", "as_of")
    )
    assert "lead" == rows["engagement"]["kind"]
    for row in rows.values():
        assert row["kind"] in ("lag", "lead")
        assert row["better"] in ("up", "down", "neither")
        assert isinstance(row["dimensions"], list)
        assert row["meaning"]


def test_sources_tells_what_was_uploaded_up_to_which_day(ask, harbour):
    rows = {row["source"]: row for row in ask("sources", "--store", harbour)}
    assert {"orders", "employees", "employees survey", "customers survey"} <= set(rows)
    assert (200_000, "2023-10-02", "2026-09-27") == tuple(
        rows["orders"][key] for key in ("rows", "first_on", "last_on")
    )


SERIES = {
    "metric": str, "label": str, "kind": str, "unit": str, "better": str, "grain": str, "as_of": str, "by": list,
    "only": dict, "rows": list,
}  # fmt: skip
ROW = {
    "period": str, "members": dict, "value": (float, int, type(None)), "num": (float, type(None)),
    "den": (float, type(None)), "n": (float, int, type(None)), "low": (float, type(None)),
    "high": (float, type(None)), "partial": bool, "hidden": bool, "note": str,
}  # fmt: skip


def shaped(document, shape):
    assert set(shape) <= set(document)
    for key, kind in shape.items():
        assert isinstance(document[key], kind), key


@pytest.mark.parametrize(
    "metric", ["revenue", "nps", "engagement", "turnover", "first_year_attrition", "customer_churn"]
)
@pytest.mark.parametrize("grain", ["month", "quarter", "year"])
def test_a_series_has_the_shape_that_was_promised(ask, harbour, metric, grain):
    document = ask("series", metric, "--grain", grain, "--store", harbour)
    shaped(document, SERIES)
    assert document["rows"]
    for row in document["rows"]:
        shaped(row, ROW)
        date.fromisoformat(row["period"])


def test_a_series_is_split_filtered_and_cut_to_the_days_asked(ask, shop):
    document = ask("series", "revenue", "--by", "region", "--only", "region=North", "--store", shop)
    assert {"region": "North"} == document["only"]
    assert ["region"] == document["by"]
    assert [("2024-01-01", "North", 10.5), ("2024-02-01", "North", -5.0)] == [
        (row["period"], row["members"]["region"], row["value"]) for row in document["rows"]
    ]
    first = ask("series", "revenue", "--to", "2024-01-31", "--store", shop)
    assert ("2024-01-31", [10.5]) == (first["as_of"], [row["value"] for row in first["rows"]])
    last = ask("series", "revenue", "--from", "2024-02-01", "--as-of", "2024-02-04", "--store", shop)
    assert [("2024-02-01", 20.0, True)] == [(r["period"], r["value"], r["partial"]) for r in last["rows"]]


def test_a_series_of_a_metric_without_data_is_empty_and_no_error(ask, shop):
    document = ask("series", "nps", "--store", shop)
    assert (None, []) == (document["as_of"], document["rows"])


def test_a_period_of_a_company_in_which_nothing_happened_is_zero(ask, tmp_path, shop):
    run_again = written(tmp_path, "Order ID,Order Date,Customer ID,Region,Amount\n9,2024-05-01,C1,North,1\n")
    ask("import", run_again, "--store", shop)
    assert [10.5, 15.0, 0.0, 0.0, 1.0] == [row["value"] for row in ask("series", "revenue", "--store", shop)["rows"]]


def test_a_series_as_csv_is_read_back_to_the_same_numbers(run, ask, harbour):
    words = ("series", "revenue", "--by", "region", "--grain", "year", "--store", harbour)
    status, out, _ = run(*words, "--csv")
    assert 0 == status
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(r["period"], r["members"]["region"], r["value"]) for r in ask(*words)["rows"]] == [
        (r["period"], r["region"], float(r["value"])) for r in rows
    ]


@pytest.mark.parametrize("name", ["=1+1", "+A1", "-2", "@SUM(A1)"])
def test_csv_holds_no_text_that_a_spreadsheet_would_run(run, tmp_path, name):
    path = written(tmp_path, f"Order ID,Order Date,Region,Amount\n1,2024-01-03,{name},-10\n")
    store = tmp_path / "s.duckdb"
    assert 0 == run("import", path, "--store", store)[0]
    _, out, _ = run("series", "revenue", "--by", "region", "--csv", "--store", store)
    (row,) = csv.DictReader(io.StringIO(out))
    assert ("'" + name, "-10.0") == (row["region"], row["value"])  # the number stays a number


def test_questions_tells_scale_counts_and_scores(ask, harbour):
    surveys = ask("questions", "--store", harbour)
    assert ["Customer NPS", "Engagement pulse"] == [survey["survey"] for survey in surveys]
    one = ask("questions", "Customer NPS", "--store", harbour)
    shaped(one, {"survey": str, "responses": int, "questions": list})
    for question in one["questions"]:
        shaped(question, {"key": str, "text": str, "kind": str, "n": int, "missing": int, "counts": dict})
        assert {"scale", "mean", "favourable", "nps", "low", "high"} <= set(question)
    (nps,) = [q for q in one["questions"] if q["role"] == "nps"]
    assert nps["n"] == sum(nps["counts"].values())
    assert nps["low"] < nps["nps"] < nps["high"]


IMPORT = {
    "batch": int, "kind": str, "vendor": str, "confidence": float, "file": str, "sha256": str, "rows_read": int,
    "rows_accepted": int, "rows_rejected": int, "rejected": list, "mapping": dict, "from": str, "to": str,
    "duplicate_of": type(None),
}  # fmt: skip


def test_import_tells_what_was_counted_and_what_was_left_out(ask, tmp_path):
    rows = "".join(f"{n},2024-01-03,{n}\n" for n in range(2, 9))
    path = written(tmp_path, "Order ID,Order Date,Amount\n" + rows + "9,2024-01-03,ten\n")
    document = ask("import", path, "--store", tmp_path / "s.duckdb")
    shaped(document, IMPORT)
    assert ("orders", 8, 7, 1) == tuple(document[k] for k in ("kind", "rows_read", "rows_accepted", "rows_rejected"))
    assert [
        {"row": 9, "column": "Amount", "value": "ten", "reason": "a number was expected", "why": "unreadable"}
    ] == document["rejected"]
    assert ("2024-01-03", "2024-01-03") == (document["from"], document["to"])


def test_import_of_a_survey_tells_its_questions(ask, tmp_path):
    path = written(
        tmp_path, "Date,Customer ID,How likely are you to recommend us?\n2024-01-01,C1,10\n2024-01-01,C2,0\n"
    )
    survey = ask("import", path, "--store", tmp_path / "s.duckdb")["survey"]
    shaped(survey, {"responses": int, "left_out": dict, "questions": list})
    (question,) = survey["questions"]
    shaped(question, {"key": str, "text": str, "kind": str, "scale": str, "n": int, "missing": int})


def test_a_dry_run_tells_the_same_and_changes_nothing(ask, tmp_path, shop):
    before = state(shop)
    path = written(tmp_path, ORDERS.replace("10.50", "11"))
    document = ask("import", path, "--dry-run", "--store", shop)
    assert (None, 3) == (document["batch"], document["rows_accepted"])
    assert before == state(shop)


def test_the_same_rows_a_second_time_are_told_and_not_counted(run, ask, tmp_path, shop):
    before = state(shop)
    path = written(tmp_path, gzip.compress(ORDERS.encode()), "again.csv.gz")
    assert 1 == ask("import", path, "--store", shop)["duplicate_of"]
    _, out, _ = run("import", path, "--store", shop)
    assert "came in already as batch 1 (orders.csv); not counted again." in out
    assert before == state(shop)


def test_several_files_come_in_with_one_command(ask, tmp_path):
    paths = [written(tmp_path, f"Order ID,Order Date,Amount\n{n},2024-01-0{n},5\n", f"{n}.csv") for n in (1, 2)]
    documents = ask("import", *paths, "--store", tmp_path / "s.duckdb")
    assert [1, 2] == [document["batch"] for document in documents]


def test_undo_takes_a_batch_out_and_nothing_else(ask, tmp_path, shop):
    before = state(shop)
    path = written(tmp_path, ORDERS.replace("10.50", "11").replace("2024", "2023"))
    batch = ask("import", path, "--store", shop)["batch"]
    assert batch == ask("undo", batch, "--store", shop)["undone"]
    assert before == state(shop)


def test_rebuild_makes_the_same_store_again(ask, shop):
    before = state(shop)
    assert {"batches": 1, "changed": []} == ask("rebuild", "--store", shop)
    assert before == state(shop)


def test_check_finds_nothing_wrong_with_the_sample(ask, harbour):
    assert {"faults": []} == ask("check", "--store", harbour)


def test_check_tells_a_kept_file_that_is_gone_and_leaves_with_two(run, shop):
    for kept in shop.with_suffix(".uploads").iterdir():
        kept.unlink()
    status, out, _ = run("check", "--store", shop)
    assert 2 == status
    assert out.startswith("batch 1 (orders.csv): ")


def test_a_backup_brings_the_store_back(ask, tmp_path, shop):
    before = state(shop)
    backup = tmp_path / "keel.backup"
    assert {"file": str(backup)} == ask("backup", backup, "--store", shop)
    ask("undo", 1, "--store", shop)
    assert before != state(shop)
    ask("restore", backup, "--store", shop)
    assert before == state(shop)
    fresh = tmp_path / "elsewhere" / "new.duckdb"
    ask("restore", backup, "--store", fresh)
    assert before == state(fresh)


def test_a_backup_put_back_brings_the_kept_files_back(ask, tmp_path, shop):
    backup = tmp_path / "keel.backup"
    ask("backup", backup, "--store", shop)
    for kept in shop.with_suffix(".uploads").iterdir():
        kept.write_bytes(b"damaged")
    ask("restore", backup, "--store", shop)
    assert {"faults": []} == ask("check", "--store", shop)


# Where the words may stand


def test_the_store_may_be_named_before_and_after_the_command(ask, run, shop):
    assert ask("batches", "--store", shop) == ask("--store", shop, "batches")


def test_json_may_be_asked_before_and_after_the_command(run, shop):
    assert run("batches", "--json", "--store", shop) == run("--json", "batches", "--store", shop)


def test_the_store_is_named_by_the_environment_too(ask, shop, monkeypatch):
    monkeypatch.setenv("KEEL_STORE", str(shop))
    assert 1 == len(ask("batches"))


def test_every_command_without_json_says_something_a_person_reads(run, harbour):
    for words in (["batches"], ["metrics"], ["sources"], ["questions"], ["series", "revenue"], ["check"]):
        status, out, err = run(*words, "--store", harbour)
        assert (0, "") == (status, err)
        assert out.strip()
        assert "nan" not in out.casefold().split()


def test_an_empty_store_says_what_to_do_next(run, tmp_path):
    for words in (["batches"], ["sources"], ["questions"], ["series", "revenue"], ["metrics"]):
        status, out, err = run(*words, "--store", tmp_path / "empty.duckdb")
        assert (0, "") == (status, err)
        assert out.strip()


# What is wrong is one sentence, and changes nothing


def sparse(folder):
    path = written(folder, "Order ID,Order Date,Amount\n1,2024-01-01,", "huge.csv")
    os.truncate(path, 2 << 30)
    return path


def truncated(folder):
    packed = gzip.compress(ORDERS.encode() * 200)
    return written(folder, packed[: len(packed) // 2], "cut.csv.gz")


def head(*rows):
    return "Order ID,Order Date,Customer ID,Amount\n" + "".join(row + "\n" for row in rows)


FUTURE = (date.today() + timedelta(days=30)).isoformat()
BAD_FILES = {
    "an empty file": (lambda d: written(d, "", "empty.csv"), ["empty.csv"]),
    "only spaces": (lambda d: written(d, "  \n \n", "blank.csv"), ["blank.csv"]),
    "a directory": (lambda d: (d / "folder.csv").mkdir() or d / "folder.csv", ["folder.csv"]),
    "a PDF named csv": (lambda d: written(d, b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n", "report.csv"), ["report.csv", "PDF"]),
    "a truncated gzip": (truncated, ["cut.csv.gz", "cut short"]),
    "a ragged row": (lambda d: written(d, head("1,2024-01-01,C1,5", "2,2024-01-01,C1,5,6")), ["file.csv", "row 3"]),
    "text in an amount": (lambda d: written(d, head("1,2024-01-01,C1,ten")), ["file.csv", "row 2", "Amount", "ten"]),
    "a future date": (lambda d: written(d, head(f"1,{FUTURE},C1,5")), ["file.csv", "row 2", "Order Date", FUTURE]),
    "the year 2": (lambda d: written(d, head("1,0002-01-01,C1,5")), ["row 2", "Order Date", "0002-01-01", "1900"]),
    "a hire after leaving": (
        lambda d: written(d, "Employee ID,Hire Date,Left On\nE1,2024-02-01,2024-01-01\n", "staff.csv"),
        ["staff.csv", "row 2", "Left On", "2024-01-01"],
    ),
    "two employees with one id": (
        lambda d: written(d, "Employee ID,Hire Date\nE1,2024-02-01\nE1,2024-01-01\n", "staff.csv"),
        ["staff.csv", "rows 2, 3", "'E1'"],
    ),
    "a line of 2 GB": (sparse, ["huge.csv"]),
    "a column that is a command": (
        lambda d: written(d, '"""; drop table orders; --",Order ID,Order Date,Amount\n1,1,2024-01-01,5\n'),
        ["file.csv", "column 1"],
    ),
    "a statement in the name of the only column beside the date": (
        lambda d: written(d, 'date,"""; drop table orders; --"\n2024-01-01,5\n'),
        ["file.csv", "column 2"],
    ),
    "a file that is not there": (lambda d: d / "gone.csv", ["gone.csv", "no such file"]),
    "a currency without a rate": (
        lambda d: written(d, "Order ID,Order Date,Currency,Amount\n1,2024-01-01,EUR,5\n2,2024-01-01,USD,5\n"),
        ["file.csv", "rows 3", "USD"],
    ),
    "no header that is known": (lambda d: written(d, "foo,bar\nx,y\n"), ["file.csv", "foo, bar", "--as"]),
    "a header alone": (lambda d: written(d, head()), ["file.csv", "no rows"]),
    "dates that can be either": (lambda d: written(d, head("1,03/02/2024,C1,5")), ["file.csv", "Order Date", "dates=dmy"]),
    "an amount beyond all digits": (lambda d: written(d, head("1,2024-01-01,C1,1e20")), ["file.csv", "row 2", "Amount"]),
    "a quantity times a price beyond all digits": (
        lambda d: written(d, "Order ID,Order Date,Quantity,Unit Price\n1,2024-01-01,99999999999,99999999999\n"),
        ["file.csv", "row 2"],
    ),
    "a score on no scale": (
        lambda d: written(d, "Date,ID,How likely are you to recommend us?\n2024-01-01,1,nine\n", "nps.csv"),
        ["nps.csv"],
    ),
}  # fmt: skip
OPTIONS = {"a score on no scale": ["--set", "nps=How likely are you to recommend us?"]}


@pytest.mark.parametrize("what", BAD_FILES)
def test_a_file_that_cannot_be_taken_in_is_one_sentence_and_changes_nothing(run, shop, tmp_path, what):
    make, words = BAD_FILES[what]
    folder = tmp_path / "uploads"
    folder.mkdir()
    path = make(folder)
    before = state(shop)
    status, out, err = run("import", path, *OPTIONS.get(what, []), "--store", shop)
    assert (2, "") == (status, out)
    one_sentence(err)
    for word in words:
        assert word in err
    assert before == state(shop)


def one_sentence(err):
    assert 1 == err.count("\n"), err
    assert err.endswith((".\n", ".)\n")), err
    assert "Traceback" not in err


def test_after_a_bad_file_the_others_of_the_command_stay_as_they_were(run, shop, tmp_path):
    good = written(tmp_path, head("8,2024-01-01,C1,5"), "good.csv")
    bad = written(tmp_path, "", "bad.csv")
    status, _, err = run("import", bad, good, "--store", shop)
    assert 2 == status
    one_sentence(err)
    assert 1 == len(state(shop)[1])


@pytest.mark.parametrize("bad", ["", head("1,2024-01-01,C1,ten")])
def test_before_a_bad_file_the_good_one_is_in_and_is_told(run, shop, tmp_path, bad):
    good, wrong = written(tmp_path, head("8,2024-01-01,C1,5"), "good.csv"), written(tmp_path, bad, "bad.csv")
    status, out, err = run("import", good, wrong, "--store", shop)
    assert 2 == status
    one_sentence(err)
    assert 2 == len(state(shop)[1])
    assert "good.csv: orders, 1 of 1 rows" in out


BAD_WORDS = {
    "an unknown choice": (["import", "FILE", "--set", "colour=red"], ["--set colour", "dates"]),
    "a choice without a value": (["import", "FILE", "--set", "dates"], ["--set dates", "KEY=VALUE"]),
    "a day that is none as the latest": (["import", "FILE", "--set", "latest=soon"], ["latest"]),
    "an as of in the future": (["import", "FILE", "--set", f"as_of={FUTURE}"], ["as_of"]),
    "a mapping that is not there": (["import", "FILE", "--mapping", "gone.toml"], ["gone.toml"]),
    "an unknown metric": (["series", "revenu"], ["'revenu'", "revenue", "keel metrics"]),
    "an unknown grain": (["series", "revenue", "--grain", "decade"], ["decade", "week"]),
    "a day that is none": (["series", "revenue", "--from", "2024-02-30"], ["2024-02-30"]),
    "an unknown dimension": (["series", "revenue", "--by", "planet"], ["planet", "region"]),
    "an unknown dimension to filter by": (["series", "revenue", "--only", "planet=Mars"], ["planet", "region"]),
    "a filter without a value": (["series", "revenue", "--only", "region"], ["--only region", "DIM=VALUE"]),
    "three dimensions": (["series", "revenue", "--by", "region,segment,channel"], ["at most two"]),
    "people by group and week": (["series", "engagement", "--by", "department", "--grain", "week"], ["closed months"]),
    "an unknown survey": (["questions", "Pulse"], ["'Pulse'"]),
    "a batch that is not there": (["undo", "99"], ["batch 99", "keel batches"]),
    "a batch that is no number": (["undo", "last"], ["last"]),
    "an unknown command": (["sail"], ["sail"]),
    "no command": ([], []),
    "an unknown kind": (["import", "FILE", "--as", "invoices"], ["invoices", "orders"]),
    "a backup that is not there": (["restore", "gone.tar"], ["gone.tar"]),
    "a backup that is a table": (["restore", "FILE"], ["file.csv", "not a Keel backup"]),
    "a backup into a folder that is not there": (["backup", "gone/keel.tar"], ["gone"]),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD_WORDS)
def test_words_that_cannot_be_answered_are_one_sentence_and_change_nothing(run, shop, tmp_path, what):
    words, expected = BAD_WORDS[what]
    path = written(tmp_path, head("8,2024-01-01,C1,5"))
    before = state(shop)
    named = {"FILE": path, "gone.toml": tmp_path / "gone.toml", "gone.tar": tmp_path / "gone.tar",
             "gone/keel.tar": tmp_path / "gone" / "keel.tar"}  # fmt: skip
    status, out, err = run("--store", shop, *[named.get(word, word) for word in words])
    assert (2, "") == (status, out)
    one_sentence(err)
    for word in expected:
        assert word in err
    assert before == state(shop)


def test_a_store_that_is_a_directory_is_one_sentence(run, tmp_path):
    status, out, err = run("batches", "--store", tmp_path)
    assert (2, "") == (status, out)
    one_sentence(err)
    assert "this is a directory" in err


@pytest.mark.parametrize("content", [b"garbage" * 1000, b"x", b"DUCK" * 2000, b""])
def test_a_store_that_is_no_database_is_one_sentence_and_stays_as_it_was(run, tmp_path, content):
    path = written(tmp_path, content, "odd.duckdb")
    status, out, err = run("batches", "--store", path)
    if not content:  # an empty file is a store that is still to be made, or refused: never a trace
        assert status in (0, 2)
        return
    assert (2, "") == (status, out)
    one_sentence(err)
    assert "odd.duckdb: it is not a Keel database" in err
    assert content == path.read_bytes()


def test_a_store_cut_short_is_one_sentence(run, shop):
    os.truncate(shop, os.path.getsize(shop) // 2)
    status, _, err = run("batches", "--store", shop)
    assert 2 == status
    one_sentence(err)


def test_a_database_of_another_program_is_one_sentence_and_stays_as_it_was(run, tmp_path):
    import duckdb

    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as other:
        other.execute("create table batch (n integer)")
        other.execute("insert into batch values (7)")
    status, _, err = run("batches", "--store", path)
    assert 2 == status
    one_sentence(err)
    with duckdb.connect(str(path), read_only=True) as other:
        assert [("batch",)] == other.execute("select table_name from duckdb_tables()").fetchall()


def test_a_store_in_use_by_another_process_is_one_sentence_that_says_so(run, shop, tmp_path):
    before = state(shop)
    path = written(tmp_path, head("8,2024-01-01,C1,5"))
    holding = (
        "import sys; from pathlib import Path; from keel.settings import Settings; from keel.store import Store\n"
        "with Store(Path(sys.argv[1]), Settings()): print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(shop)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert b"open\n" == holder.stdout.readline()
        for words in (["import", path], ["series", "revenue"], ["restore", path]):
            status, out, err = run(*words, "--store", shop)
            assert (2, "") == (status, out)
            one_sentence(err)
            assert "shop.duckdb: another Keel is using it" in err
        holder.stdin.close()
        holder.stdout.close()
    assert before == state(shop)


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("colour = 'red'", ["colour", "currency"]),
        ("minimum_group = 4", ["minimum_group", "5 or more"]),
        ("minimum_comments = 9", ["minimum_comments"]),
        ("minimum_group = '5'", ["minimum_group", "a whole number"]),
        ("minimum_group = true", ["minimum_group"]),
        ("fiscal_year_ends = 13", ["fiscal_year_ends", "1 to 12"]),
        ("week_ends_on = 'Funday'", ["week_ends_on", "sunday"]),
        ("currency = 'EURO'", ["currency", "EUR"]),
        ("currency = ", ["keel.toml"]),
        ("ratio = 3", ["ratio"]),
        ("[ratio.CTR]\nnum = 'Clicks'", ["CTR", "den"]),
        ("[ratio.CTR]\nnum = 'Clicks'\nden = 'Views'\ncompair = 'bps'", ["CTR", "compair"]),
        ("[ratio]\nCTR = 'Clicks / Views'", ["CTR"]),
    ],
)  # fmt: skip
def test_settings_that_do_not_hold_are_one_sentence_that_names_the_key(run, shop, tmp_path, monkeypatch, toml, words):
    config = written(tmp_path, toml, "bad/keel.toml") if (tmp_path / "bad").mkdir() is None else None
    before = state(shop)
    with monkeypatch.context() as patch:
        patch.setenv("KEEL_CONFIG", str(config))
        status, out, err = run("batches", "--store", shop)
    assert (2, "") == (status, out)
    one_sentence(err)
    for word in ("keel.toml", *words):
        assert word in err
    assert before == state(shop)


def test_a_named_settings_file_that_is_not_there_is_one_sentence(run, shop, tmp_path, monkeypatch):
    monkeypatch.setenv("KEEL_CONFIG", str(tmp_path / "none.toml"))
    status, _, err = run("batches", "--store", shop)
    assert 2 == status
    one_sentence(err)
    assert "none.toml" in err


# As a program


def program(*words, **more):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "keel", *map(str, words)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        **more,
    )


def test_the_program_imports_asks_and_leaves_with_zero(tmp_path):
    store, path = tmp_path / "s.duckdb", written(tmp_path, ORDERS)
    done = program("import", path, "--store", store, timeout=60)
    assert (0, "") == (done.returncode, done.stderr)
    asked = program("series", "revenue", "--json", "--store", store, timeout=60)
    assert [10.5, 15.0] == [row["value"] for row in json.loads(asked.stdout)["rows"]]


def test_the_program_leaves_with_two_and_one_sentence(tmp_path):
    done = program("import", tmp_path / "gone.csv", "--store", tmp_path / "s.duckdb", timeout=60)
    assert (2, "") == (done.returncode, done.stdout)
    one_sentence(done.stderr)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the most memory used is told by Linux only")
def test_a_line_of_two_gigabytes_is_refused_within_seconds_and_little_memory(tmp_path):
    path = sparse(tmp_path)
    measuring = (  # ru_maxrss would be that of the parent, where that is larger
        "import re, sys; from pathlib import Path; from keel.__main__ import main; status = main(sys.argv[1:])\n"
        "print(re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())[1]); sys.exit(status)"
    )
    words = [sys.executable, "-c", measuring, "import", str(path), "--store", str(tmp_path / "s.duckdb")]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert 2 == done.returncode
    one_sentence(done.stderr)
    assert int(done.stdout) < 600_000  # kB; the program itself takes about 200 MB


def test_a_reader_that_has_seen_enough_is_no_trouble(harbour):
    with subprocess.Popen(
        [sys.executable, "-m", "keel", "series", "revenue", "--grain", "week", "--by", "region", "--json",
         "--store", str(harbour)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        process.stdout.read(10)
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_who_watches_a_terminal_sees_how_far_the_work_is_and_a_clean_line_after_it(shop, tmp_path):
    more = tmp_path / "more.csv"
    more.write_text(ORDERS.replace("2024", "2025"))
    seen, terminal = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "keel", "import", str(more), "--store", str(shop)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=terminal, text=True, timeout=60, check=True,
    )  # fmt: skip
    os.close(terminal)
    told = os.read(seen, 1_000_000).decode()
    os.close(seen)
    steps = [step for step in told.split("\r\x1b[K") if step]
    assert "  0%  Taking the rows in" == steps[0]
    assert "Making the answers anew: movements" in told
    shares = [int(step.split("%")[0]) for step in steps[1:]]
    assert shares == sorted(shares)
    assert told.endswith("\r\x1b[K")
    assert done.stdout.startswith("more.csv: ")
