"""Fill a store with order lines: `python -m benchmarks.generate --lines 1_000_000 --store PATH [--seed N]`.

The same seed gives the same lines. They go in as Arrow tables of about two million, past the reading of files, so
that 100 million fit into the memory of a laptop.
"""

import argparse
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from keel.readings import Reading
from keel.settings import Settings
from keel.store import Store

WHO = "benchmark"
SEED = 20260927
LAST = date(2026, 9, 27)
FIRST = LAST - timedelta(days=3 * 364 - 1)  # 156 whole weeks, Monday 2 October 2023 on
CHUNK = 2_000_000
LINES_A_CUSTOMER = 66  # 10 million lines -> 150,000 customers
LINES_AN_ORDER = 3
RETURNED = 0.02
WITHOUT_CUSTOMER = 0.005
REGIONS = ("North", "South", "East", "West")
SEGMENTS = ("Enterprise", "Mid-market", "Small")
PRODUCT_LINES = ("Engines", "Navigation", "Rigging", "Safety")
CHANNELS = ("Direct", "Partner", "Web")
PRODUCTS = 40
WEEKDAYS = (1.2, 1.1, 1.0, 1.0, 1.0, 0.4, 0.3)
DAY_MONTHS = 365.25 / 12

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Customers:
    """Who can buy: one value a customer, in order of id; joined and left in days since FIRST."""

    ids: pa.Array
    region: Ints
    segment: Ints
    size: NDArray[np.float64]
    joined: Ints
    left: Ints

    @property
    def cards(self) -> pa.Table:
        """The customers as rows of raw_customers."""
        return pa.table(
            {
                "row": np.arange(1, len(self.ids) + 1, dtype=np.int32),
                "customer_id": self.ids,
                "name": pc.binary_join_element_wise("Customer", self.ids, " "),
                "segment": _names(SEGMENTS, self.segment),
                "region": _names(REGIONS, self.region),
            }
        )

    def draw(self, day: Ints, rng: np.random.Generator) -> Ints:
        """A customer for each order, from those who are customers in its month, the big ones more often."""
        chosen = np.empty(len(day), dtype=np.int64)
        month = (day / DAY_MONTHS).astype(np.int64)
        for number in np.unique(month):
            here = month == number
            at = int(number * DAY_MONTHS)
            reach = np.cumsum(np.where((self.joined <= at) & (self.left > at), self.size, 0.0))
            chosen[here] = np.searchsorted(reach, rng.random(int(here.sum())) * reach[-1], side="right")
        return chosen


def customers(lines: int, seed: int = SEED, *, count: int = 0) -> Customers:
    """As many customers as `lines` need, or `count`: a third there from the start, each staying about two years."""
    rng = np.random.default_rng([seed, 0])
    count = count or max(lines // LINES_A_CUSTOMER, 100)
    days = (LAST - FIRST).days
    joined = np.where(rng.random(count) < 1 / 3, 0, rng.integers(0, days, count))
    return Customers(
        ids=_numbered("C", np.arange(1, count + 1)),
        region=rng.choice(len(REGIONS), count, p=[0.4, 0.3, 0.2, 0.1]),
        segment=rng.choice(len(SEGMENTS), count, p=[0.1, 0.3, 0.6]),
        size=rng.lognormal(0, 1, count),
        joined=joined,
        left=joined + rng.exponential(730, count).astype(np.int64) + 30,
    )


def orders(
    buyers: Customers, lines: int, *, first: date = FIRST, last: date = LAST, seed: int = SEED, chunk: int = CHUNK
) -> Iterator[pa.Table]:
    """Rows of raw_orders by day, `lines` in all, in tables of whole days and about `chunk` rows."""
    rng = np.random.default_rng([seed, 1, first.toordinal()])
    days = np.arange((first - FIRST).days, (last - FIRST).days + 1)
    weights = np.resize(WEEKDAYS, len(days)) * (1 + 0.15 * np.cos(days * 2 * np.pi / 365.25)) * (1 + days / 4000)
    counts = rng.multinomial(lines, weights / weights.sum())
    parts = np.cumsum(counts) // chunk
    done = orders_done = 0
    for part in np.unique(parts):
        here = parts == part
        table, more = _lines(buyers, np.repeat(days[here], counts[here]), orders_done, done, first, rng)
        done, orders_done = done + table.num_rows, orders_done + more
        yield table


def _lines(
    buyers: Customers, day: Ints, orders_done: int, lines_done: int, first: date, rng: np.random.Generator
) -> tuple[pa.Table, int]:
    """The lines of these days (one value a line), and how many orders they make."""
    count = len(day)
    opens = rng.random(count) < 1 / LINES_AN_ORDER
    opens[0] = True
    opens[1:] |= day[1:] != day[:-1]  # an order is of one day
    order = np.cumsum(opens) - 1
    buyer = buyers.draw(day[opens], rng)
    nobody = rng.random(len(buyer)) < WITHOUT_CUSTOMER
    channel = rng.integers(0, len(CHANNELS), len(buyer))
    product = rng.integers(0, PRODUCTS, count)
    price = 500 + 37 * ((product * 7919) % 400)  # cents; the same for a product everywhere
    quantity = rng.integers(1, 13, count) * np.where(rng.random(count) < RETURNED, -1, 1)
    amount = price * quantity
    cost = (amount * rng.uniform(0.5, 0.7, count)).astype(np.int64)
    table = pa.table(
        {
            "row": np.arange(lines_done + 1, lines_done + count + 1, dtype=np.int32),
            "ordered_on": pa.array((day + FIRST.toordinal() - date(1970, 1, 1).toordinal()).astype(np.int32)).cast(
                pa.date32()
            ),
            "order_id": _numbered(f"{first:%y%m%d}-", orders_done + order + 1),
            "customer_id": buyers.ids.take(pa.array(buyer[order], mask=nobody[order])),
            "product": _names([f"Product {number:02}" for number in range(PRODUCTS)], product),
            "product_line": _names(PRODUCT_LINES, product % len(PRODUCT_LINES)),
            "channel": _names(CHANNELS, channel[order]),
            "quantity": _money(quantity * 10_000),
            "amount": _money(amount * 100),
            "cost": _money(cost * 100),
        }
    )
    return table, len(buyer)


def reading(kind: str, table: pa.Table, *, name: str, first: date | None = None, last: date | None = None) -> Reading:
    """A table as if a file had been read: what stands in for the file is a description of it."""
    content = json.dumps({"made_by": __name__, "name": name, "rows": table.num_rows}).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    return Reading(
        kind=kind, vendor="benchmark", confidence=1.0, file=name, content=content, sha256=sha256, rows_sha256=sha256,
        shape=f"benchmark {kind}", header=tuple(table.column_names), rows_read=table.num_rows,
        rows_accepted=table.num_rows, rejected=(), tables={f"raw_{kind}": table}, mapping={}, from_on=first, to_on=last,
    )  # fmt: skip


def fill(store: Store, lines: int, *, seed: int = SEED, count: int = 0) -> Customers:
    """Append customers and `lines` order lines, then refresh once; returns the customers."""
    buyers = customers(lines, seed, count=count)
    store.append(reading("customers", buyers.cards, name="customers"), who=WHO, then_refresh=False)
    for part, table in enumerate(orders(buyers, lines, seed=seed), 1):
        days = pc.min_max(table["ordered_on"]).as_py()
        made = reading("orders", table, name=f"orders {part}", first=days["min"], last=days["max"])
        store.append(made, who=WHO, then_refresh=False)
    store.refresh()
    return buyers


def _numbered(prefix: str, numbers: Ints) -> pa.Array:
    return pc.binary_join_element_wise(prefix, pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 9, "0"), "")


def _names(names: tuple[str, ...] | list[str], places: Ints) -> pa.Array:
    return pa.array(names).take(pa.array(places))


def _money(ten_thousandths: Ints) -> pa.Array:
    """decimal(18, 4) from whole ten-thousandths, without a float on the way: 128 bits, low word first."""
    words = np.stack([ten_thousandths, ten_thousandths >> 63], axis=1)
    return pa.Array.from_buffers(pa.decimal128(18, 4), len(words), [None, pa.py_buffer(words)])


def main() -> None:
    """Fill the named store, and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--customers", type=int, default=0, help="how many; none: one for every 66 lines")
    parser.add_argument("--store", type=Path, required=True, help="a database file that does not exist yet")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    if asked.store.exists():
        parser.error(f"{asked.store.name}: it exists; a new file was expected. Name another.")
    begun = time.perf_counter()
    with Store(asked.store, Settings()) as store:
        buyers = fill(store, asked.lines, seed=asked.seed, count=asked.customers)
    seconds = time.perf_counter() - begun
    size = asked.store.stat().st_size / 2**20
    print(f"{asked.lines:,} lines of {len(buyers.ids):,} customers in {seconds:.1f} s; the file has {size:,.0f} MiB.")


if __name__ == "__main__":
    main()
