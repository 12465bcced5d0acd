"""The customers of the sample company and what they bought, drawn to the planted weekly revenue."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from keel.sample_truth import (
    ADJUSTMENTS,
    AS_OF,
    AWAY,
    CHANNELS,
    COST_SHARE,
    CUSTOMERS,
    DAYS,
    DOLLARS,
    FAMILY,
    FIRST,
    FORMS,
    GIVEN,
    HOLIDAYS,
    LATE_ORDERS,
    LINES,
    LISTED,
    MISSING,
    ODD_NAMES,
    PRICE_RISE,
    PRICED,
    PRODUCTS,
    REGIONS,
    RETURNING_CUSTOMER,
    RETURNS,
    SEGMENTS,
    START,
    TRADE,
    WEEKS,
    Array,
    Bools,
    Course,
    Ints,
    Rng,
    csv_of,
)

# --- customers -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Customers:
    """One value a customer, in order of id; `buys` is 1 in the weeks in which the customer buys at all."""

    ids: list[str]
    size: Array  # log of how much is bought, 0 = typical
    segment: Ints
    region: Ints
    by_support: Bools  # served by a team of Support, else of Sales
    price: Array  # share of the list price that is paid
    buys: Array  # (3000, 156)


def draw_customers(rng: Rng) -> Customers:
    """3,000 customers: a few large, most small; some begin, pause, or stop for good on the way."""
    n, t = CUSTOMERS, np.arange(WEEKS)
    size = rng.normal(0, 1.45, n)
    home, away = int(RETURNING_CUSTOMER[1:]) - 1, DOLLARS
    size[home], size[away] = 1.8, 2.2
    segment = np.select([size > 1.9, size > 0.2], [0, 1], 2)
    price = rng.uniform(0.92, 1.08, n) - 0.03 * (segment == 0)
    # Below cost, and large enough to hurt; the largest are spared, for they would carry the margin with them.
    loss_makers = rng.choice(np.flatnonzero((size > 0.5) & (size < 2.0)), 24, replace=False)
    price[loss_makers] = rng.uniform(0.44, 0.50, 24)
    price[[home, away]] = 1.0

    begin = np.where(rng.random(n) < 0.72, 0, rng.integers(1, WEEKS - 8, n))
    end = np.where(rng.random(n) < 0.30, begin + rng.integers(10, 200, n), WEEKS)
    pause = np.where(rng.random(n) < 0.15, rng.integers(10, WEEKS - 10, n), WEEKS)
    resume = pause + rng.integers(30, 70, n)
    begin[[home, away]], end[[home, away]], pause[away] = 0, WEEKS, WEEKS
    pause[home], resume[home] = AWAY
    here = (t >= begin[:, None]) & (t < end[:, None]) & ~((t >= pause[:, None]) & (t < resume[:, None]))
    return Customers(
        ids=[f"C{k:04d}" for k in range(1, n + 1)],
        size=size,
        segment=segment,
        region=rng.choice(4, n, p=(0.30, 0.25, 0.20, 0.25)),
        by_support=rng.random(n) < np.array([0.10, 0.22, 0.36])[segment],
        price=price,
        buys=here.astype(float),
    )


def customers_csv(rng: Rng, customers: Customers) -> bytes:
    """customers.csv, one row a customer; names are unique."""
    firms = [f"{first} {trade}" for first in FIRST for trade in TRADE]
    # There are more customers than these 2,000 names: half of the pool has a legal form added.
    firms += [f"{firm} {FORMS[k % len(FORMS)]}" for k, firm in enumerate(firms)]
    names = [firms[k] for k in rng.permutation(len(firms))[:CUSTOMERS]]
    people = [f"{given} {family}" for given in GIVEN for family in FAMILY]
    owners = [people[k] for k in rng.permutation(len(people))[:40]]
    owned = rng.integers(0, 5, CUSTOMERS)
    deciders = rng.integers(0, len(people), (CUSTOMERS, 3))
    known = rng.integers(0, 4, CUSTOMERS)
    notes = rng.choice(["Key account", "Prefers the phone", "Pays late", "Seasonal, closed in winter"], CUSTOMERS)
    noted = rng.random(CUSTOMERS) < 0.08

    def row(k: int) -> tuple[object, ...]:
        region, support = int(customers.region[k]), bool(customers.by_support[k])
        return (
            customers.ids[k],
            ODD_NAMES.get(customers.ids[k], names[k]),
            SEGMENTS[customers.segment[k]],
            REGIONS[region],
            owners[(region * 2 + support) * 5 + owned[k]],
            f"{'Support' if support else 'Sales'} {REGIONS[region]}",
            "; ".join(people[p] for p in dict.fromkeys(deciders[k, : known[k]])) or None,
            notes[k] if noted[k] else None,
        )

    header = "Customer ID,Name,Segment,Region,Account owner,Team,Decision makers,Notes"
    return csv_of(header, map(row, range(CUSTOMERS)))


# --- orders --------------------------------------------------------------------------------
# Lines are frames, one row a line: day (since START), prefix (0 order, 1 credit note, 2 adjustment), order
# (running number within its prefix), line, customer (-1: none), product, channel, quantity, price,
# cost (of one).


def _draw(rng: Rng, weights: Array, size: int) -> Ints:
    """Indices drawn with the given weights; faster than `choice` where they are drawn once."""
    edges = np.cumsum(weights)
    return np.searchsorted(edges, rng.random(size) * edges[-1], side="right")


def _day_weights() -> Array:
    """How much is ordered on each day: weekends are low, holidays quiet: (1092,)."""
    weights = np.tile([0.20, 0.20, 0.19, 0.18, 0.16, 0.04, 0.03], WEEKS)
    weights[[(h - START).days for h in HOLIDAYS if START <= h <= AS_OF]] *= 0.05
    return weights


def _office_days() -> Ints:
    """The days on which credit notes and adjustments are written, ascending."""
    return np.flatnonzero((_day_weights() > 0.1) & (np.arange(DAYS) != MISSING))


def draw_orders(rng: Rng, course: Course, firms: Customers, rates: dict[date, float]) -> list[bytes]:
    """orders.csv and late_orders.csv, one row a line, 200,000 rows in both together, in order of day."""
    sold = _sales(rng, course, firms, rates)
    returned = _returns(rng, sold)
    # The lines too many are last lines of long orders, so no order disappears and none has a gap.
    is_last = (sold["order"] != sold["order"].shift(-1)) & (sold["line"] >= 4)
    extra = len(sold) + RETURNS + ADJUSTMENTS - LINES
    sold = sold.drop(rng.choice(sold.index[is_last], extra, replace=False))
    # Orders of two lines, five to nine weeks before the end: the late ones.
    of_two = np.bincount(sold["order"])[sold["order"]] == 2
    recent = sold.loc[of_two & sold["day"].between(DAYS - 63, DAYS - 29), "order"].unique()
    is_late = sold["order"].isin(rng.choice(recent, LATE_ORDERS, replace=False))
    first = pd.concat([sold[~is_late], returned, _adjustments(rng)])
    first = first.sort_values(["day", "prefix", "order", "line"])
    return [_orders_csv(first, firms), _orders_csv(sold[is_late], firms)]


def _sales(rng: Rng, course: Course, firms: Customers, rates: dict[date, float]) -> pd.DataFrame:
    """What customers bought, one row a line; the lines of each week add up to the week's target."""
    lengths = np.array([0.35, 0.27, 0.20, 0.11, 0.07])  # share of the orders with 1 to 5 lines
    wanted = (LINES - RETURNS - ADJUSTMENTS) * 1.012 / (lengths @ np.arange(1, 6))
    count = rng.poisson(wanted * course.revenue / course.revenue.sum())
    often, open_on = np.exp(0.62 * firms.size)[:, None] * firms.buys, _day_weights().reshape(WEEKS, 7)
    buyer = np.concatenate([_draw(rng, often[:, w], k) for w, k in enumerate(count)])
    day = np.concatenate([7 * w + np.sort(_draw(rng, open_on[w], k)) for w, k in enumerate(count)])
    habit = rng.choice(3, (CUSTOMERS, 4), p=(0.5, 0.3, 0.2))  # a customer mostly keeps to a channel
    channel = np.where(day % 7 >= 5, 1, habit[buyer, rng.integers(0, 4, len(buyer))])  # weekends: the web

    length = 1 + _draw(rng, lengths, len(buyer))
    order = np.repeat(np.arange(len(buyer)), length)
    line = np.arange(len(order)) - np.repeat(np.cumsum(length) - length, length) + 1
    day, customer, product = day[order], buyer[order], _draw(rng, 1 / np.sqrt(LISTED), len(order))
    changed_on = np.array([(d - START).days for d in rates])
    rate = np.array(list(rates.values()))[np.searchsorted(changed_on, day, side="right") - 1]
    in_eur = np.where(customer == DOLLARS, rate, 1.0)
    listed = LISTED[product] / in_eur
    price = np.round(listed * np.where(day >= (PRICE_RISE - START).days, 1.04, 1) * firms.price[customer], 2)
    # Cost follows the list price and rises 1.5 % a year, whatever the customer pays.
    cost = listed * COST_SHARE[product] * (1 + 0.015 * day / 365) * rng.uniform(0.97, 1.03, len(order))
    worth = np.exp(0.42 * firms.size[customer] + rng.normal(0, 0.7, len(order)))
    bought = {
        "day": day, "prefix": 0, "order": order, "line": line, "customer": customer, "product": product,
        "channel": channel[order], "price": price, "cost": cost,
        "quantity": _quantities(rng, course.revenue, day // 7, price * in_eur, worth),
    }  # fmt: skip
    return pd.DataFrame(bought)[day != MISSING]


def _quantities(rng: Rng, target: Array, week: Ints, price: Array, worth: Array) -> Ints:
    """Whole quantities, 1 or more, with which each week's lines come to its target in EUR."""
    target, spare = target * 1.011, rng.random(len(week))  # returns take about 1.1 % off again
    factor = target / np.bincount(week, worth, WEEKS)
    for _ in range(4):  # rounding and the least quantity of 1 move the sum a little: correct, three times
        quantity = np.maximum(1, np.floor(worth * factor[week] / price + spare))
        factor *= target / np.bincount(week, quantity * price, WEEKS)
    return quantity.astype(np.int64)


def _returns(rng: Rng, sold: pd.DataFrame) -> pd.DataFrame:
    """Credit notes of one line for part of a line sold one to six weeks before, on an office day."""
    back = sold.iloc[rng.choice(np.flatnonzero(sold["day"] < DAYS - 50), RETURNS, replace=False)]
    office = _office_days()
    day = office[np.searchsorted(office, back["day"] + rng.integers(7, 43, RETURNS))]
    part = np.ceil(back["quantity"] * rng.uniform(0.2, 1, RETURNS)).astype(np.int64)
    back = back.assign(day=day, quantity=-part).sort_values(["day", "order"])
    return back.assign(prefix=1, order=np.arange(RETURNS), line=1)


def _adjustments(rng: Rng) -> pd.DataFrame:
    """Small corrections, one row each, that belong to no customer and cost nothing."""
    n = ADJUSTMENTS
    columns = {
        "day": np.sort(rng.choice(_office_days(), n)), "prefix": 2, "order": np.arange(n), "line": 1,
        "customer": -1, "product": rng.integers(0, len(LISTED), n), "channel": 0,
        "quantity": rng.choice((-1, 1), n), "price": np.round(rng.lognormal(3.5, 0.8, n), 2), "cost": 0.0,
    }  # fmt: skip
    return pd.DataFrame(columns)


def _orders_csv(lines: pd.DataFrame, firms: Customers) -> bytes:
    """The lines as CSV, amounts with at most two decimals."""
    column = {name: values.to_numpy() for name, values in lines.items()}
    names = [name for name, _ in PRICED]
    numbers = pc.utf8_lpad(pa.array(column["order"] + 1).cast(pa.string()), 6, "0")

    def named(words: Sequence[str], places: Ints) -> pa.Array:
        return pa.array(words).take(pa.array(places, mask=places < 0))

    table = {
        "Order date": pa.array(np.datetime64(START) + column["day"]),
        "Order ID": pc.binary_join_element_wise(named(("SO", "CN", "ADJ"), column["prefix"]), numbers, "-"),
        "Line": column["line"],
        "Customer ID": named(firms.ids, column["customer"]),
        "Product": named(names, column["product"]),
        "Product line": named(list(PRODUCTS), column["product"] // 10),
        "Channel": named(CHANNELS, column["channel"]),
        "Quantity": column["quantity"],
        "Unit price": column["price"],
        "Cost": np.round(column["cost"] * column["quantity"], 2) + 0.0,  # + 0.0: no "-0"
        "Currency": named(("EUR", "USD"), (column["customer"] == DOLLARS).astype(np.int64)),
    }
    out = io.BytesIO()
    plain = arrow_csv.WriteOptions(quoting_style="none", quoting_header="none", batch_size=50_000)
    arrow_csv.write_csv(pa.table(table), out, plain)
    return out.getvalue()
