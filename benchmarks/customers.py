"""Every list, curve and customer page at size: `python -m benchmarks.customers --store PATH [--retail FILE]`.

PATH is made with a million customers and ten million lines where it does not exist. --retail: the real file of UCI Online Retail;
its figures are worked out by pandas and held against the product's. Leaves with status 1 over a limit or where a figure differs.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks import generate
from keel import company, customers, desk, sheets
from keel.settings import Settings
from keel.store import Store

LINES, CUSTOMERS = 10_000_000, 1_000_000
LIST_MS, MORE_MS, PAGE_MS = 30.0, 100.0, 50.0  # lists and curves of a page; 200 rows, or a search; a customer
TIMES = 20


def median_ms(ask: Callable[[], Any]) -> float:
    """The median of 20, in milliseconds, after one to warm up."""
    ask()
    taken = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        ask()
        taken.append(1000 * (time.perf_counter() - begun))
    return statistics.median(taken)


def questions(store: Store) -> list[tuple[str, float, Callable[[], Any]]]:
    """What the page asks: words, limit in milliseconds, the question."""
    asked: list[tuple[str, float, Callable[[], Any]]] = [
        (f"list {which}, 50 rows with why", LIST_MS, lambda which=which: customers.listed(store, which, most=50)) for which in customers.LISTS
    ]  # fmt: skip
    asked += [
        ("list lost of a region, 200 rows", MORE_MS, lambda: customers.listed(store, "lost", region="North", most=200)),
        ("list all, by letters of a name", MORE_MS, lambda: customers.listed(store, "all", words="c00012", most=50)),
        ("counts and concentration", LIST_MS, lambda: customers.standing(store)),
        ("curve of 250 points", LIST_MS, lambda: customers.curve(store)),
        ("products", LIST_MS, lambda: customers.products(store)),
        ("ladder", LIST_MS, lambda: customers.ladder(store)),
        ("reasons in money", LIST_MS, lambda: desk.reasons_in_money(store)),
    ]
    asked += [
        (
            f"movement {movement}, 50 names",
            LIST_MS,
            lambda movement=movement: customers.movers(store, movement, window_months=12),
        )
        for movement in ("lost", "new", "contraction")
    ]
    top = customers.listed(store, "all", most=1)["customer_id"].iloc[0]
    middle = customers.listed(store, "set", most=100_000)["customer_id"].iloc[-1]
    asked += [
        (f"page of {words}", PAGE_MS, lambda one=one: page(store, one))
        for words, one in (("the largest customer", top), ("a small one", middle))
    ]
    return asked


def page(store: Store, customer_id: str) -> None:
    """Everything a customer's own page asks."""
    found = customers.customer(store, customer_id)
    number, end = found["number"], found["as_of"]
    customers.customer_months(store, number, until=end)
    customers.customer_products(store, number)
    customers.customer_lines(store, number, start=date(1900, 1, 1), end=end)
    customers.customer_answers(store, customer_id)


def retail(file: Path) -> list[tuple[str, int, int]]:
    """The real file: what, as pandas has it, as the product has it."""
    lines = pd.read_csv(file, dtype={"CustomerID": str, "InvoiceNo": str})
    lines = lines[lines["CustomerID"].notna()]
    amount = (lines["Quantity"] * (lines["UnitPrice"] * 1000).round().astype("int64")).astype("int64")  # thousandths
    day = pd.to_datetime(lines["InvoiceDate"]).dt.normalize()
    bought = day[amount > 0].groupby(lines["CustomerID"]).max()
    sales = amount[amount > 0].groupby(lines["CustomerID"]).sum()
    net = amount[day >= "2010-12-10"].groupby(lines["CustomerID"]).sum()
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "keel.duckdb", Settings()) as store:
        company.take_in(
            store, company.preview(store, sheets.load(file), name=file.name, kind="orders"), who="benchmark"
        )
        found = customers.standing(store)
        ever = customers.standing(store, of="sales", months=0).concentration
        return [
            ("customers with a purchase", len(bought), found.sums["buyers"]),
            ("none since 2011-06-09", int((bought < "2011-06-09").sum()), found.sums["lost"]),
            ("make 80 % of sales, all time", _smallest(sales), ever["k"]),
            ("make 80 % of net revenue, twelve months", _smallest(net), found.concentration["k"]),
        ]


def _smallest(values: "pd.Series[int]") -> int:
    ordered = values.sort_values(ascending=False)
    running = ordered.cumsum()
    return int((running * 10 < 8 * int(ordered[ordered > 0].sum())).sum()) + 1


def main() -> int:
    """Print one table; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--retail", type=Path)
    asked, failed = parser.parse_args(), False
    if not asked.store.exists():
        with Store(asked.store, Settings()) as store:
            generate.fill(store, LINES, count=CUSTOMERS)
    with Store(asked.store, Settings()) as store:
        for words, limit, ask in questions(store):
            taken = median_ms(ask)
            failed |= taken >= limit
            print(f"{words:<40} {taken:8.1f} ms   limit {limit:.0f}{'' if taken < limit else '   OVER'}")
    for words, expected, found in retail(asked.retail) if asked.retail else []:
        failed |= expected != found
        print(f"{words:<40} {expected:8,} by pandas, {found:,} by Keel{'' if expected == found else '   DIFFERS'}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
