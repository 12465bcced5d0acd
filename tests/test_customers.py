"""Who makes the value, who slips, who is lost: worked by hand, held against pandas on the sample company, and adding up to the cent."""

import io
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keel import company, customers, intake, measure, sample
from keel.errors import QuestionError
from keel.settings import Settings, check
from keel.store import Store

HEAD = "Date,Order,Customer,Amount\n"
NPS = "How likely are you to recommend us to a colleague? (0-10)"
Filled = Callable[..., Store]


@pytest.fixture
def filled(empty_file: Path, tmp_path: Path) -> Iterator[Filled]:
    """Opens stores that hold orders (rows below HEAD, or with a head of their own) and other files; closes them."""
    opened: list[Store] = []

    def fill(orders: str, *others: tuple[str, str], **chosen: object) -> Store:
        found = Settings() if not chosen else check(chosen, where="test")
        opened.append(Store(shutil.copy(empty_file, tmp_path / f"{len(opened)}.duckdb"), found))
        text = orders.strip() + "\n"
        for kind, rows in (("orders", text if text.startswith("Date") else HEAD + text), *others):
            take_in(opened[-1], kind, rows)
        return opened[-1]

    yield fill
    for store in opened:
        store.close()


def take_in(store: Store, kind: str, rows: str, **options: str) -> None:
    mapping = intake.with_options(None, {key: [value] for key, value in options.items()}) or None
    reading = company.preview(store, rows.strip().encode(), name=f"{kind}.csv", kind=kind, mapping=mapping)
    assert [] == list(reading.rejected)
    company.take_in(store, reading, who="test")


def names(frame: pd.DataFrame) -> list[str]:
    return list(frame["customer_id"])


# The 80 % set


def test_the_smallest_set_that_makes_80_percent(filled):
    """50 + 30 of 100 are 80 %: two customers do; a third is not needed. The largest fifth of four (⌈.8⌉ = 1) makes 50 %."""
    store = filled("2024-03-01,1,A,50\n2024-03-02,2,B,30\n2024-03-03,3,C,15\n2024-03-04,4,D,5")
    found = customers.standing(store).concentration
    assert (found["k"], found["customers"], found["measure"]) == (2, 4, "revenue")
    assert found["share"] == pytest.approx(0.8)
    assert found["top20_share"] == pytest.approx(0.5)
    assert found["hhi"] == pytest.approx(0.25 + 0.09 + 0.0225 + 0.0025)
    assert found["tenths"] == 3  # 50, 30 and 15 of 100
    assert names(customers.listed(store, "set")) == ["A", "B"]
    assert list(customers.curve(store)["share"]) == pytest.approx([0.5, 0.8, 0.95, 1.0])


def test_a_cent_less_than_80_percent_needs_one_more(filled):
    store = filled("2024-03-01,1,A,50\n2024-03-02,2,B,29.99\n2024-03-03,3,C,15.01\n2024-03-04,4,D,5")
    assert customers.standing(store).concentration["k"] == 3


def test_ties_are_broken_by_the_customers_number(filled):
    store = filled("2024-03-01,1,B,25\n2024-03-02,2,D,25\n2024-03-03,3,A,25\n2024-03-04,4,C,25")
    assert names(customers.listed(store, "set")) == ["A", "B", "C", "D"]  # 75 % is not 80
    assert names(customers.listed(store, "all")) == ["A", "B", "C", "D"]


def test_customers_who_cost_money_let_the_curve_pass_all_of_it(filled):
    """Margins 60, 40 and -20: of 100 above zero A and B make all; the total is 80, so B stands at 125 %, C ends at 100 %."""
    store = filled(
        "Date,Order,Customer,Amount,Cost\n2024-03-01,1,A,100,40\n2024-03-02,2,B,100,60\n2024-03-03,3,C,100,120"
    )
    found = customers.standing(store)
    assert (found.of, found.concentration["k"]) == ("margin", 2)
    assert found.concentration["share"] == pytest.approx(1.0)
    assert list(customers.curve(store)["share"]) == pytest.approx([0.75, 1.25, 1.0])
    assert found.sums["below_zero"] == 1


def test_a_total_that_is_not_above_zero_has_no_set(filled):
    store = filled("2024-03-01,1,A,10\n2024-03-02,C2,B,-10")
    found = customers.standing(store).concentration
    assert (found["k"], found["share"], found["hhi"]) == (None, None, None)
    assert customers.curve(store).empty


def test_one_customer_makes_all_of_it(filled):
    found = customers.standing(filled("2024-03-01,1,A,10")).concentration
    assert (found["k"], found["customers"], found["share"], found["hhi"]) == (1, 1, 1.0, 1.0)


@pytest.mark.parametrize("orders", ["2024-03-01,1,,10"])
def test_no_customer_is_nothing_and_no_error(filled, orders):
    store = filled(orders)
    assert customers.standing(store) == customers.Standing({}, {})
    assert all(customers.listed(store, which).empty for which in customers.LISTS)
    assert all(customers.listed_sum(store, which) == (0, 0.0) for which in customers.LISTS)
    assert customers.ladder(store) is None
    assert customers.curve(store).empty


def test_a_store_without_orders_has_no_standing(empty_store):
    assert customers.standing(empty_store) == customers.Standing({}, {})
    assert customers.listed(empty_store, "lost").empty
    assert customers.products(empty_store).empty
    assert customers.leaving_teams(empty_store) == {}


def test_the_window_is_twelve_months_to_the_day(filled):
    """As of 9 March 2024 the window is 10 March 2023 to 9 March 2024: A's order of 9 March 2023 is a day too old."""
    store = filled("2023-03-09,1,A,100\n2023-03-10,2,B,10\n2024-03-09,3,C,1")
    assert {
        row["customer_id"]: row["value"] for row in measure.records(customers.listed(store, "all"))
    } == pytest.approx({"B": 10.0, "C": 1.0, "A": np.nan}, nan_ok=True)


def test_who_entered_and_left_since_a_month_ago(filled):
    """As of 31 March: A 90, B 10: A alone. As of 30 April: A 90, C 400: C makes 80 % of 500 alone, so C entered and A left."""
    store = filled("2024-03-01,1,A,90\n2024-03-02,2,B,10\n2024-04-30,3,C,400")
    assert (names(customers.listed(store, "entered")), names(customers.listed(store, "gone"))) == (["C"], ["A"])
    assert customers.listed_sum(store, "gone") == (1, 90.0)


def test_products_stand_the_same_way(filled):
    head = "Date,Order,Customer,Product,Amount\n"
    store = filled(
        head + "2024-03-01,1,A,Rope,60\n2024-03-01,1,A,Paint,25\n2024-03-02,2,,Rope,10\n2024-03-02,2,,Anchor,5"
    )
    frame = customers.products(store)
    assert list(frame["product"]) == ["Rope", "Paint", "Anchor"]
    assert list(frame["value"]) == [70.0, 25.0, 5.0]
    assert list(frame["in_set"]) == [True, True, False]
    assert list(frame["customers"]) == [1, 1, 0]
    assert list(frame["share"]) == pytest.approx([0.7, 0.95, 1.0])


def test_each_of_many_products_has_as_many_customers_as_bought_it(filled):
    """200 products, of which every third stands in two product lines; one line in seven is a return, one in eleven of nobody."""
    draw = np.random.default_rng(5)
    rows, bought = [], dict[str, set[str]]()
    for number, (product, customer) in enumerate(draw.integers(0, (200, 40), (3000, 2)).tolist()):
        line = number % 2 if product % 3 == 0 else 0
        amount = -5 if number % 7 == 0 else 10
        who = "" if number % 11 == 0 else f"C{customer}"
        rows.append(f"2024-03-0{1 + number % 9},{number},{who},P{product},L{line},{amount}")
        bought.setdefault(f"P{product}", set()).update({who} - {""} if amount > 0 else set())
    store = filled("Date,Order,Customer,Product,Product line,Amount\n" + "\n".join(rows))
    frame = customers.products(store, most=1000)
    assert {product: len(who) for product, who in bought.items()} == dict(
        zip(frame["product"], frame["customers"], strict=True)
    )


# Lost, slipping, silent


@pytest.mark.parametrize(
    ("last", "as_of", "is_lost"),
    [
        ("2023-02-28", "2023-08-31", False),  # clamped: 31 August looks back to 28 February: exactly six months
        ("2023-02-27", "2023-08-31", True),
        ("2023-03-09", "2023-09-09", False),  # exactly six months to the day
        ("2023-03-08", "2023-09-09", True),
        ("2024-02-29", "2024-08-29", False),
        ("2024-02-29", "2024-08-31", False),  # 31 August looks back to 29 February
        ("2024-02-29", "2024-09-01", True),
    ],
)
def test_exactly_six_calendar_months_is_not_lost(filled, last, as_of, is_lost):
    store = filled(f"{last},1,A,10\n{as_of},2,Z,10")
    assert names(customers.listed(store, "lost")) == (["A"] if is_lost else [])
    row = customers.customer(store, "A")
    assert row["is_lost"] is is_lost
    lost_series = measure.series(store, "lost_customers", grain="week").frame
    assert lost_series["value"].iloc[-1] == int(is_lost)


def test_the_day_of_being_lost_is_the_first_day_on_which_one_is(filled):
    store = filled("2023-08-31,1,A,10\n2024-06-01,2,Z,10")
    lost_on = customers.customer(store, "A")["lost_on"]
    for as_of, is_lost in ((lost_on, True), (lost_on - timedelta(days=1), False)):
        assert names(customers.listed(store, "lost", as_of=as_of)) == (["A"] if is_lost else [])


def test_returns_are_no_purchases(filled):
    """R only returned: it never bought, so it is not lost. A's return after its last purchase does not keep it."""
    store = filled("2023-01-10,1,A,10\n2023-06-30,C2,A,-5\n2023-01-11,C3,R,-7\n2023-07-31,4,Z,10")
    assert names(customers.listed(store, "lost")) == ["A"]
    assert customers.customer(store, "R")["rung"] == "none"
    assert customers.listed(store, "lost")["worth"].tolist() == [10.0]  # the twelve months to its last purchase


def test_a_segment_has_a_window_of_its_own(filled):
    head = "Date,Order,Customer,Segment,Amount\n"
    store = filled(
        head + "2023-01-10,1,A,Big,10\n2023-01-10,2,B,Small,10\n2023-08-31,3,Z,Small,1",
        lost_after_by_segment={"Big": 12},
    )
    assert names(customers.listed(store, "lost")) == ["B"]


def test_silence_is_days_over_the_own_median_gap(filled):
    """Gaps of 10, 20 and 30 days: median 20, 95 % point 29; 41 days since: 2.05 times, slipping. A single gap has no rhythm."""
    days = ["2024-01-01", "2024-01-11", "2024-01-31", "2024-03-01"]
    rows = "\n".join(f"{day},{place},A,10" for place, day in enumerate(days))
    store = filled(f"{rows}\n2024-01-05,x,B,10\n2024-01-06,y,B,10\n2024-04-11,z,Z,1")
    row = customers.customer(store, "A")
    assert (row["days_silent"], row["usual_gap"], row["long_gap"]) == (41, 20.0, pytest.approx(29.0))
    assert row["silence"] == pytest.approx(2.05)
    assert names(customers.listed(store, "slipping")) == ["A"]
    assert customers.customer(store, "B")["usual_gap"] is None
    exactly_twice = customers.listed(store, "slipping", as_of=date(2024, 4, 10))
    assert exactly_twice.empty  # 40 days are twice 20: above two is a warning


def test_two_orders_of_one_day_are_one_purchase(filled):
    store = filled("2024-01-01,1,A,10\n2024-01-01,2,A,10\n2024-01-02,3,B,10")
    assert customers.customer(store, "A")["purchases"] == 1
    assert customers.customer(store, "A")["rung"] == "customer"


# Warnings


def survey(*answers: str) -> tuple[str, str]:
    return "survey", f"Date,Customer ID,{NPS}\n" + "\n".join(answers)


def test_every_warning_says_what_it_is_and_since_when(filled):
    """A: monthly orders of 1,000 in 2023 and of 400 in 2024, none before. After m months of 2024 the trailing year is 12,000 - 600 m, the
    year before it 1,000 m: below four fifths of it from m = 9 on (6,600 < 7,200; with 8 it is 7,200, not below 6,400).
    B: answers 9, 7, 6 and 3: a detractor since the day of the 6. C: buys every 10 days, last on 1 December: silent 30 days on 31
    December, first longer than its longest gap on 12 December.
    """
    orders = [
        f"{year}-{month:02}-15,{year}{month},A,{1000 if year == 2023 else 400}"
        for year in (2023, 2024)
        for month in range(1, 13)
    ]
    orders += [f"{date(2024, 8, 3) + timedelta(days=10 * step)},c{step},C,300" for step in range(13)]
    orders += [f"2024-{month:02}-20,b{month},B,200" for month in range(1, 13)] + [
        "2024-12-31,z,Z,1",
        "2022-12-31,y,Y,1",
    ]
    answers = survey("2024-02-01,B,9", "2024-05-01,B,7", "2024-08-01,B,6", "2024-11-01,B,3")
    store = filled("\n".join(orders), answers)
    why = dict(zip(names(frame := customers.listed(store, "at_risk")), frame["why"], strict=True))
    assert why["A"] == "revenue down 60% on the year before (since 30 Sep 2024)"
    assert why["B"] == "would recommend us 3 of 10, 6 before (since 1 Aug 2024)"
    assert why["C"] == "silent 30 days, usually 10 (since 12 Dec 2024)"
    assert names(frame) == ["A", "C", "B"]  # 4,800, 3,900 and 2,400 at stake


def test_a_fallen_score_warns_though_it_is_no_detractor(filled):
    store = filled("2024-01-10,1,A,10\n2024-03-01,2,A,10", survey("2024-01-15,A,10", "2024-02-15,A,8"))
    assert customers.listed(store, "at_risk")["why"].tolist() == [
        "would recommend us 8 of 10, 10 before (since 15 Feb 2024)"
    ]
    unmoved = filled("2024-01-10,1,A,10\n2024-03-01,2,A,10", survey("2024-01-15,A,9", "2024-02-15,A,8"))
    assert customers.listed(unmoved, "at_risk").empty


def test_a_team_that_people_leave_puts_its_customers_at_risk(sample_store):
    """SAMPLE.md: 14 permanent employees leave Support in the last half year, after 7 in each before; four teams are Support's."""
    teams = customers.leaving_teams(sample_store)
    assert set(teams) == {"Support North", "Support South", "Support East", "Support West"}
    assert all(date(2026, 3, 1) <= since <= date(2026, 8, 1) for since in teams.values())
    frame = customers.listed(sample_store, "at_risk", teams=teams, most=1000)
    served = customers.listed(sample_store, "set", most=1000)
    assert set(served[served["team"].isin(teams)]["customer_id"]) <= set(frame["customer_id"])
    assert all(
        ("people are leaving" in why) == (team in teams) for why, team in zip(frame["why"], frame["team"], strict=True)
    )
    assert customers.listed_sum(sample_store, "at_risk", teams=list(teams)) == (
        len(frame), pytest.approx(frame["at_stake"].sum(), abs=0.01)
    )  # fmt: skip


def test_answers_of_an_anonymous_survey_are_of_no_customer(filled):
    store = filled("2024-01-10,1,A,10\n2024-03-01,2,A,10")
    take_in(store, "survey", f"Date,Customer ID,{NPS}\n2024-02-15,A,2", anonymous="yes")
    assert customers.customer(store, "A")["nps"] is None
    assert customers.customer_answers(store, "A") == []
    assert customers.listed(store, "at_risk").empty


# Against pandas on the sample company


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    """The sample's order lines as pandas reads them, in EUR: day, customer, amount, margin."""
    files = {file.name: file.content for file in sample.files()}
    found = pd.concat(pd.read_csv(io.BytesIO(files[name]), dtype=str) for name in ("orders.csv", "late_orders.csv"))
    rates = pd.read_csv(io.BytesIO(files["rates.csv"]), dtype=str)
    rate = {row.Date: Decimal(row.Rate) for row in rates.itertuples()}
    rows = []
    for day, customer, quantity, price, cost, currency in zip(
        found["Order date"],
        found["Customer ID"],
        found["Quantity"],
        found["Unit price"],
        found["Cost"],
        found["Currency"],
        strict=True,
    ):
        if isinstance(customer, str):
            amount, of_goods = Decimal(quantity) * Decimal(price), Decimal(cost) if isinstance(cost, str) else None
            if currency == "USD":
                by = rate[day[:8] + "01"]
                amount, of_goods = (round(amount * by, 4), round(of_goods * by, 4) if of_goods is not None else None)
            rows.append((date.fromisoformat(day), customer, amount, None if of_goods is None else amount - of_goods))
    return pd.DataFrame(rows, columns=["day", "customer", "amount", "margin"])


@pytest.mark.parametrize("as_of", [date(2026, 9, 27), date(2025, 8, 31), date(2026, 2, 28)])
def test_the_set_and_the_lost_are_those_that_pandas_finds(sample_store, lines, as_of):
    known = lines[lines["day"] <= as_of]
    since = (pd.Timestamp(as_of) + pd.Timedelta(days=1) - pd.DateOffset(months=12)).date()
    margin = known[known["day"] >= since].groupby("customer")["margin"].sum()
    order = sorted(margin.items(), key=lambda item: (-item[1], item[0]))
    whole, running, chosen = sum(value for value in margin if value > 0), Decimal(0), []
    for customer, value in order:
        if running >= Decimal("0.8") * whole:
            break
        running += value
        chosen.append(customer)
    found = customers.standing(sample_store, as_of=as_of)
    assert found.concentration["k"] == len(chosen)
    assert found.concentration["customers"] == len(margin)
    assert names(customers.listed(sample_store, "set", as_of=as_of, most=5000)) == chosen
    assert found.sums["set_value"] == pytest.approx(float(running), abs=0.01)

    last = known[known["amount"] > 0].groupby("customer")["day"].max()
    edge = (pd.Timestamp(as_of) - pd.DateOffset(months=6)).date()
    gone = set(last[last < edge].index)
    assert set(names(customers.listed(sample_store, "lost", as_of=as_of, most=5000))) == gone
    assert found.sums["lost"] == len(gone)
    assert found.sums["buyers"] == len(last)


def test_slipping_is_what_pandas_finds(sample_store, lines):
    days = lines[lines["amount"] > 0].drop_duplicates(["customer", "day"]).sort_values("day")
    as_of, found = date(2026, 9, 27), set()
    for customer, own in days.groupby("customer")["day"]:
        gaps = [(b - a).days for a, b in pairwise(own)]
        is_lost = own.iloc[-1] < date(2026, 3, 27)
        if len(gaps) >= 2 and (as_of - own.iloc[-1]).days / np.median(gaps) > 2 and not is_lost:
            found.add(customer)
    assert set(names(customers.listed(sample_store, "slipping", most=5000))) == found


@pytest.mark.parametrize("which", customers.LISTS)
def test_every_list_adds_up_to_what_is_said_of_it(sample_store, which):
    frame = customers.listed(sample_store, which, most=10_000)
    count, at_stake = customers.listed_sum(sample_store, which)
    assert len(frame) == count
    assert frame["at_stake"].sum() == pytest.approx(at_stake, abs=0.01)
    assert frame["at_stake"].is_monotonic_decreasing
    parts = [customers.listed_sum(sample_store, which, region=region) for region in ("North", "South", "East", "West")]
    assert sum(part[0] for part in parts) == count


def test_a_past_day_is_as_if_nothing_had_come_after_it(sample_store, lines, filled):
    as_of = date(2025, 3, 31)
    known = lines[lines["day"] <= as_of]
    rows = "Date,Customer,Amount,Margin\n" + "\n".join(
        f"{row.day},{row.customer},{row.amount}" for row in known.itertuples()
    )
    then = filled(rows.replace("Date,Customer,Amount,Margin", "Date,Customer,Amount"))
    now, before = (
        customers.listed(store, "all", as_of=day, of="revenue", most=5000)[
            ["customer_id", "value", "silence", "is_lost", "place", "long_gap"]
        ]
        for store, day in ((sample_store, as_of), (then, None))
    )
    pd.testing.assert_frame_equal(now, before, check_dtype=False)


def test_every_euro_of_a_customer_is_in_its_orders(sample_store):
    end = date(2026, 9, 27)
    for row in measure.records(customers.listed(sample_store, "set", most=25)):
        own = customers.customer_lines(sample_store, row["number"], start=date(2025, 9, 28), end=end, days=400)
        assert row["revenue"] == pytest.approx(own["amount"].sum(), abs=0.005)
        assert row["margin"] == pytest.approx(own["margin"].sum(), abs=0.005)
        bought = customers.customer_products(sample_store, row["number"])
        assert bought["lines"].sum() == len(own)
        assert row["revenue"] == pytest.approx(bought["revenue"].sum(), abs=0.005)
        months = customers.customer_months(sample_store, row["number"], until=end, months=36)
        whole = customers.customer_lines(sample_store, row["number"], start=date(2000, 1, 1), end=end, days=4000)
        assert months["revenue"].sum() == pytest.approx(whole["amount"].sum(), abs=0.005)


@pytest.mark.parametrize("as_of", [None, date(2026, 3, 31)])
def test_what_the_customers_of_the_set_buy_most_is_what_their_lines_of_twelve_months_add_up_to(sample_store, as_of):
    start, end = (date(2025, 4, 1), as_of) if as_of else (date(2025, 9, 28), date(2026, 9, 27))
    for row in measure.records(customers.listed(sample_store, "set", as_of=as_of, most=12)):
        own = customers.customer_lines(sample_store, row["number"], start=start, end=end, days=400)
        sums = own.dropna(subset="product").groupby("product")["amount"].sum().round(4).reset_index()
        most = sums.sort_values(["amount", "product"], ascending=[False, True])["product"].head(3)
        assert row["products"] == ", ".join(most)


def test_a_list_is_narrowed_down_by_letters_of_name_number_owner_or_team(sample_store):
    assert names(customers.listed(sample_store, "all", words="brûlerie")) == ["C0312"]
    assert names(customers.listed(sample_store, "all", words="c0312")) == ["C0312"]
    assert customers.listed(sample_store, "all", words="'; drop table standing; --").empty
    assert customers.listed_sum(sample_store, "all", words="x") == (None, None)
    assert set(customers.listed(sample_store, "set", words="support north", most=1000)["team"]) == {"Support North"}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"which": "best"}, "found the list 'best'"), ({"which": "set", "of": "profit"}, "found 'profit'; one of margin, revenue, sales"),
        ({"which": "set", "months": -1}, "found -1 months"),
    ],
)  # fmt: skip
def test_a_question_without_an_answer_is_refused_in_a_sentence(sample_store, asked, sentence):
    with pytest.raises(QuestionError, match=sentence):
        customers.listed(sample_store, **asked)


def test_an_unknown_customer_is_refused(sample_store):
    with pytest.raises(QuestionError, match="customer 'C9999': there is none"):
        customers.customer(sample_store, "C9999")


# Movements and the ladder


CENTS = st.integers(-20_000, 50_000)
ORDERS = st.lists(
    st.tuples(st.integers(0, 29), st.integers(1, 28), st.sampled_from("ABCDEF"), CENTS, st.sampled_from(["North", "South"])),
    min_size=1, max_size=40,
)  # fmt: skip


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders=ORDERS)
def test_opening_and_moves_are_closing_to_the_cent_and_names_add_up_to_the_moves(orders, empty_file, tmp_path_factory):
    """For every window and dimension, by name and by sum; and the ladder's columns add up over every span."""
    rows = "Date,Order,Customer,Amount,Region\n2022-01-03,a,Z,1,North\n2024-06-30,z,Z,1,North\n"
    for place, (month, day, customer, cents, region) in enumerate(orders):
        on = date(2022 + month // 12, month % 12 + 1, day)
        rows += f"{on},{place},{customer},{Decimal(cents) / 100},{region}\n"
    with Store(shutil.copy(empty_file, tmp_path_factory.mktemp("moves")), Settings()) as store:
        take_in(store, "orders", rows)
        assert store.check() == []
        for window in (3, 6, 12):
            for region in (None, "North", "South"):
                shown = measure.movements(store, window_months=window, region=region)
                if not len(shown):
                    continue
                last = shown[shown["month"] == date(2024, 6, 1)]
                by_name, opening, closing = {}, 0.0, 0.0
                for movement in customers.MOVEMENTS:
                    frame, total = customers.movers(store, movement, window_months=window, region=region, most=100)
                    assert len(frame) == total["customers"]
                    if len(frame):
                        assert frame["change"].sum() == pytest.approx(total["change"], abs=1e-6)
                        by_name[movement] = round(total["change"], 4)
                        opening, closing = opening + total["opening"], closing + total["closing"]
                assert round(opening + sum(by_name.values()), 2) == round(closing, 2)
                assert by_name == {row["movement"]: round(row["change"], 4) for row in measure.records(last)}
        for back in customers.BACK:
            check_ladder(customers.ladder(store, back=back))


def check_ladder(found: customers.Ladder | None) -> None:
    assert found is not None
    for rung in found.opening:
        into = sum(count for (_, to), count in found.moves.items() if to == rung)
        out = sum(count for (was, _), count in found.moves.items() if was == rung)
        assert found.opening[rung] + into - out == found.closing[rung]


def test_the_rungs_of_the_ladder(filled):
    """On 30 June: A bought once (customer), B twice (client), C twice and answers 10 (advocate), L long ago (lost), D twice with a
    10 and then a 6 (client). A month before: B had bought once; C had not answered; N had not bought.
    """
    store = filled(
        "2023-06-01,1,L,10\n2023-07-01,2,L,10\n2024-05-01,3,A,10\n2024-04-01,4,B,10\n2024-06-10,5,B,10\n2024-04-02,6,C,10\n2024-04-20,7,C,10\n"
        "2024-04-03,8,D,10\n2024-05-03,9,D,10\n2024-06-30,10,N,10",
        survey("2024-06-05,C,10", "2024-05-05,D,10", "2024-06-05,D,6"),
    )
    found = customers.ladder(store, back=1)
    assert (found.since, found.until) == (date(2024, 5, 30), date(2024, 6, 30))
    assert found.opening == {"customer": 2, "client": 1, "advocate": 1, "lost": 1}  # A, B; C; D; L
    assert found.closing == {"customer": 2, "client": 2, "advocate": 1, "lost": 1}  # A, N; B, D; C; L
    assert found.moves == {
        ("customer", "client"): 1, ("client", "advocate"): 1, ("advocate", "client"): 1, ("none", "customer"): 1,
    }  # fmt: skip
    with pytest.raises(QuestionError, match="found 2 months"):
        customers.ladder(store, back=2)


@pytest.mark.parametrize("back", customers.BACK)
def test_the_ladder_of_the_sample_adds_up_and_agrees_with_the_series(sample_store, back):
    found = customers.ladder(sample_store, back=back)
    check_ladder(found)
    series = {
        name: measure.series(sample_store, name, grain="month").frame["value"].iloc[-1]
        for name in ("advocates", "lost_customers", "active_customers")
    }
    assert found.closing["advocate"] == series["advocates"]
    assert found.closing["lost"] == series["lost_customers"]
    assert sum(found.closing[rung] for rung in customers.RUNGS) == series["active_customers"]


def test_what_a_customer_bought_is_told_from_its_lines_and_what_no_line_says_is_missing(filled):
    head = "Date,Order,Customer,Product,Quantity,Amount,Cost\n"
    store = filled(
        head
        + "2024-03-01,1,A,Rope,2,20,12\n2024-03-05,2,A,Rope,-1,-10,\n2024-03-02,3,A,Paint,,50,\n2024-04-01,4,A,,1,5,1"
    )
    row = customers.customer(store, "A")
    found = customers.customer_products(store, row["number"])
    assert list(found["product"]) == ["Paint", "Rope", ""]
    assert list(found["revenue"]) == [50.0, 10.0, 5.0]
    np.testing.assert_equal(found["quantity"].tolist(), [np.nan, 1.0, 1.0])
    np.testing.assert_equal(found["margin"].tolist(), [np.nan, 8.0, 4.0])
    assert found["last_on"].tolist()[1] == pd.Timestamp(2024, 3, 5)
    months = customers.customer_months(store, row["number"], until=date(2024, 4, 1), months=3)
    assert months["revenue"].tolist() == [0.0, 60.0, 5.0]
    assert months["margin"].tolist() == [0.0, 8.0, 4.0]
    assert months["purchases"].tolist() == [0, 2, 1]
