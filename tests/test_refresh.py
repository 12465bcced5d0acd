"""What a refresh makes at size: what the order lines say, to the cent, whole or brought up to date for what an upload touched."""

from datetime import date, timedelta

import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import generate
from keel import company, customers, movements
from keel.settings import Settings
from keel.store import Store

LINES = 1_000_000


@pytest.fixture(scope="module")
def million(tmp_path_factory):
    """A store of a million generated order lines."""
    with Store(tmp_path_factory.mktemp("million") / "keel.duckdb", Settings()) as store:
        generate.fill(store, LINES)
        yield store


def week_after(last, buyers):
    """One more week of lines, as if a file had been read."""
    first = last + timedelta(days=1)
    (table,) = generate.orders(buyers, LINES // 156, first=first, last=first + timedelta(days=6), chunk=LINES)
    days = pc.min_max(table["ordered_on"]).as_py()
    return generate.reading("orders", table, name=f"week of {first}", first=days["min"], last=days["max"])


def law_breaks(store):
    """What `check` finds of the answers; the generated lines have no files to be kept."""
    return [fault for fault in store.check() if "kept" not in fault and "upload" not in fault]


def test_every_answer_at_a_million_lines_is_what_the_order_lines_add_up_to(million):
    assert [] == law_breaks(million)


def test_what_customers_buy_is_the_same_kept_ready_or_looked_up(million):
    listed = customers.listed(million, "set", most=1_000_000)
    numbers = [int(number) for number in listed["number"]]
    kept = million.ask("buys_most", numbers=numbers)
    made = million.ask("buys_most", numbers=numbers, apart={"leading_products": {"numbers": numbers}})
    assert 100 < len(kept) < len(made) == len(numbers)
    both = made.merge(kept, on="number")
    assert len(both) == len(kept)
    assert both["products_x"].equals(both["products_y"])
    assert dict(zip(made["number"], made["products"], strict=True)) == dict(
        zip(listed["number"], listed["products"], strict=True)
    )
    for number in (int(kept["number"].iloc[0]), next(n for n in numbers if n not in set(kept["number"]))):
        looked_up = million.ask("customer_products", number=number, apart={"leading_products": {"numbers": [number]}})
        assert len(looked_up)
        assert customers.customer_products(million, number).equals(looked_up)


def test_one_more_week_and_one_taken_out_of_the_middle_give_what_a_refresh_of_everything_gives(million):
    buyers = generate.customers(LINES)
    before = million.contents()
    weeks = [
        million.append(week_after(last, buyers), who="tester")
        for last in (generate.LAST, generate.LAST - timedelta(days=400))  # the second one comes late
    ]
    by_parts = million.contents()
    million.refresh()
    assert million.contents() == by_parts
    assert [] == law_breaks(million)
    for batch in weeks:
        million.undo(batch, who="tester")
    assert before == million.contents()


def test_numbers_by_day_are_brought_up_to_date_by_an_upload_of_any_source_and_by_none_other(tmp_path):
    """Each second file lies within the days of the first one: neither the calendar nor the customers say that something came."""
    orders, staff = "date,customer,amount", "employee id,hire date,left on"
    files = [
        ("orders", f"{orders}\n2025-01-06,A,10\n2026-05-29,B,20\n"), ("employees", f"{staff}\nE1,2025-02-03,\n"),
        ("measures", "date,visits\n2025-03-03,5\n"), ("employees", f"{staff}\nE2,2025-04-07,2026-01-30\n"),
        ("measures", "date,visits\n2025-06-02,7\n"), ("orders", f"{orders}\n2025-07-07,A,30\n"),
    ]  # fmt: skip
    with Store(tmp_path / "keel.duckdb", Settings()) as store:
        for place, (kind, content) in enumerate(files):
            reading = company.preview(store, content.encode(), name=f"{kind}.csv", kind=kind)
            batch = company.take_in(store, reading, who="tester")
            for step in (lambda: None, lambda batch=batch: store.undo(batch, who="tester")) if place > 2 else ():
                step()
                by_parts = store.contents()
                store.refresh()
                assert by_parts == store.contents(), (kind, content)
        row = {"metric": "revenue", "valid_from": date(2025, 1, 1), "value": "9", "dimension": "", "member": ""}
        before = store.contents()
        company.type_in(store, "targets", row, who="tester")
        changed = {table for table, rows in store.contents().items() if before.get(table) != rows}
        assert {"batch", "raw_targets"} == changed


@settings(max_examples=60)
@given(
    bought=st.integers(6, 26).flatmap(
        lambda months: st.lists(
            st.lists(st.sampled_from([0, 0, 1, 2, -1, -2, 2**40, 2**50]), min_size=months, max_size=months),
            min_size=1,
            max_size=5,
        )
    )
)
def test_movements_are_what_each_customer_did_one_by_one(bought):
    revenue = np.array(bought, dtype=np.int64).T
    first = np.array([next((m for m, amount in enumerate(row) if amount > 0), -(2**31)) for row in bought], np.int32)
    place = np.arange(len(bought), dtype=np.int32) % 2
    expected: dict[tuple[int, int, int, str], list[int]] = {}
    for month in range(len(bought[0])):
        for length in (3, 6, 12):
            if month < 2 * length - 1:
                continue
            for who, row in enumerate(bought):
                opening = sum(row[month - 2 * length + 1 : month - length + 1])
                closing = sum(row[month - length + 1 : month + 1])
                if opening == closing == 0:
                    continue
                key = (month, length, int(place[who]), moved(opening, closing, first[who] > month - length))
                sums = expected.setdefault(key, [0, 0, 0, 0])
                kept = min(opening, closing) if opening > 0 else 0
                for at, amount in enumerate((opening, closing, kept, 1)):
                    sums[at] += amount
    found: dict[tuple[int, int, int, str], list[int]] = {}
    for row in movements.movements(movements.Customers(revenue, first, place), 2):
        key = (row["month"], row["length"], row["place"], movements.NAMES[row["what"]])
        sums = found.setdefault(key, [0, 0, 0, 0])
        for at, name in enumerate(("opening", "closing", "kept", "customers")):
            sums[at] += row[name]
    assert expected == found


def moved(opening, closing, is_new):
    """What METRICS.md calls it."""
    if opening > 0 and closing <= 0:
        return "lost"
    if opening <= 0 < closing:
        return "new" if is_new else "won back"
    return "expansion" if closing > opening else "contraction" if closing < opening else "steady"


def test_sums_beyond_what_floats_hold_exactly_are_exact():
    values = np.array([2**52 + 1, 2**52 + 1, -(2**61) - 1, 3], dtype=np.int64)
    assert [2**53 + 2, -(2**61) + 2] == movements.summed(np.array([0, 0, 1, 1], np.int32), values, 2)
