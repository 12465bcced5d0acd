"""The win-back desk: what is said of a lost customer, campaigns with a hold-out, why they left in money, the economics."""

import io
from datetime import date

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from keel import company, customers, desk, measure
from keel.desk import Case
from keel.errors import QuestionError
from keel.export import lists
from keel.store import Store

LOST = "ABCDEFGHIJ"  # each bought once on 10 January 2023: lost from 11 July on
ORDERS = "Date,Order,Customer,Amount\n" + "".join(
    f"2023-01-10,{place},{name},{10 * (place + 1)}\n" for place, name in enumerate(LOST)
)


def take_in(store: Store, rows: str, name: str = "orders.csv") -> None:
    reading = company.preview(store, rows.encode(), name=name, kind="orders")
    company.take_in(store, reading, who="test")


@pytest.fixture
def store(empty_store: Store) -> Store:
    take_in(empty_store, ORDERS + "2023-09-30,z,Z,1\n")
    return empty_store


def say(store: Store, case: Case, token: str = "t") -> int:
    return desk.say(store, case, who="Ana", token=token)


def test_the_latest_word_on_a_customer_holds_and_nothing_said_is_lost(store):
    say(store, Case("A", reason="Price", owner="Ana", step="Call", due=date(2023, 10, 5)), "1")
    say(store, Case("A", reason="Price", owner="Ben", outcome="won back"), "2")
    found = desk.cases(store)["A"]
    assert (found.owner, found.step, found.outcome, found.due) == ("Ben", "", "won back", None)
    assert [words for _, _, words in found.history] == [
        "Price · next: Call (Ana, 2023-10-05)",
        "Price · Ben · won back",
    ]


def test_a_form_sent_twice_is_one_entry(store):
    assert say(store, Case("A", reason="Price")) == say(store, Case("A", reason="Price"))
    assert len(desk.cases(store)["A"].history) == 1


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        (Case("A", is_wanted=False), "not wanted back, and nothing says why"),
        (Case("A", step="Call", owner="Ana"), "the next step has no day"),
        (Case("A", step="Call", due=date(2023, 10, 5)), "the next step has no owner"),
        (Case("A", reason="Bad luck"), "found the reason 'Bad luck'"),
        (Case("A", outcome="maybe"), "found the outcome 'maybe'"),
        (Case("A"), "nothing was said"),
        (Case("Nobody", reason="Price"), "customer 'Nobody': there is none"),
    ],
)
def test_what_is_missing_is_asked_for_in_a_sentence_and_nothing_is_kept(store, case, sentence):
    with pytest.raises(QuestionError, match=sentence):
        say(store, case)
    assert desk.cases(store) == {}


def test_reasons_in_money_put_what_is_not_known_last_and_add_up_to_the_lost(store):
    """Worth 10 to 100: Price A 10 + J 100 = 110, Quality B 20; the other seven 420 are not known: 550 in all."""
    for place, (customer, reason) in enumerate((("A", "Price"), ("J", "Price"), ("B", "Quality"))):
        say(store, Case(customer, reason=reason), str(place))
    rows = desk.reasons_in_money(store)
    assert [(row.words, row.customers, row.worth) for row in rows] == [
        ("Price", 2, 110.0),
        ("Quality", 1, 20.0),
        (desk.UNKNOWN, 7, 420.0),
    ]
    assert rows[0].running == pytest.approx(110 / 130)
    assert sum(row.worth for row in rows) == customers.listed_sum(store, "lost")[1]


def test_a_customers_own_answer_is_its_reason_until_the_desk_says_otherwise(store):
    question = "Why did you stop buying from us?"
    rows = f"Date,Customer ID,{question},How likely are you to recommend us to a colleague? (0-10)\n"
    rows += "".join(
        f"2023-08-0{place % 9 + 1},{name},{'Too dear' if place % 2 else 'Moved away'},5\n"
        for place, name in enumerate(LOST[:8])
    )
    company.take_in(store, company.preview(store, rows.encode(), name="left.csv", kind="survey"), who="test")
    assert desk.reasons(store, ["A", "B", "J"]) == {"A": "Moved away", "B": "Too dear", "J": desk.UNKNOWN}
    say(store, Case("A", reason="Price"))
    assert desk.reasons(store, ["A"]) == {"A": "Price"}


def draw(store: Store, chosen: str, token: str = "c", **more: object) -> int:
    asked = {"starts_on": date(2023, 10, 1), "follow_up_months": 3, "share": 0.3, "who": "Ana", "seed": 5} | more
    return desk.draw(store, "Autumn", list(chosen), token=token, **asked)


def test_a_campaign_is_drawn_once_and_compared_only_when_its_follow_up_is_over(store):
    """Three of ten are held out. Two of the contacted buy again in time, one a day too late, one of the held out in time."""
    number = draw(store, LOST)
    assert draw(store, LOST) == number
    members = desk.members(store)
    held = list(members[members["is_held_out"]]["customer_id"])
    contacted = [name for name in LOST if name not in held]
    assert (len(held), len(contacted)) == (3, 7)
    again = [
        (contacted[0], "2023-10-01"),
        (contacted[1], "2023-12-31"),
        (contacted[2], "2024-01-01"),
        (held[0], "2023-11-11"),
    ]
    rows = "Date,Order,Customer,Amount\n" + "".join(f"{day},n{name},{name},5\n" for name, day in again)
    take_in(store, rows + "2023-12-30,y,Z,1\n", "later.csv")
    found = desk.campaigns(store)[0]
    assert not found["is_open"]
    assert [found[key] for key in ("contacted", "contacted_back", "held_out", "held_out_back", "worth")] == [
        7,
        2,
        3,
        1,
        550.0,
    ]
    assert found["gap"] == pytest.approx(2 / 7 - 1 / 3)
    assert found["gap_low"] < found["gap"] < found["gap_high"]
    belief, won, tried = desk.belief(store)
    assert (won, tried) == (2, 7)
    assert belief.mean < 0.3366


def test_while_its_follow_up_runs_a_campaign_teaches_nothing(store):
    draw(store, LOST)
    assert desk.campaigns(store)[0]["is_open"]
    assert desk.belief(store)[1:] == (0, 0)


@pytest.mark.parametrize(
    ("chosen", "more", "sentence"),
    [
        ("AZ", {}, "Z is not lost"), ("", {}, "found 0 customers"), ("AB", {"follow_up_months": 0}, "follow-up of 0 months"),
        ("AB", {"share": 0.95}, "hold-out: found 95%"),
    ],
)  # fmt: skip
def test_a_campaign_that_could_not_be_judged_is_refused(store, chosen, more, sentence):
    with pytest.raises(QuestionError, match=sentence):
        draw(store, chosen, **more)
    assert desk.campaigns(store) == []


def test_a_customer_is_in_one_running_campaign_alone(store):
    draw(store, "ABC")
    with pytest.raises(QuestionError, match="C is in a campaign whose follow-up is still running"):
        draw(store, "CD", token="another")


def test_what_was_said_and_drawn_outlives_a_rebuild_and_a_past_day_is_asked_beside_it(store):
    say(store, Case("A", reason="Price"))
    draw(store, "ABC")
    said, drawn = desk.cases(store), desk.members(store)
    customers.standing(store, as_of=date(2023, 8, 1))  # a cursor of its own is at hand: the file must still be let go
    assert company.rebuild(store) == {}
    assert desk.cases(store) == said
    pd.testing.assert_frame_equal(desk.members(store), drawn)
    assert customers.standing(store, as_of=date(2023, 8, 1)).sums["lost"] == 10


def test_the_economics_begin_with_what_is_published_and_take_in_what_is_typed(store):
    current, lost, prospect = desk.economics(store)
    assert (lost.low, lost.high) == pytest.approx((0.178, 0.750), abs=5e-4)
    assert (prospect.low, prospect.high) == pytest.approx((0.05, 0.20), abs=5e-4)
    assert lost.worth == pytest.approx(55.0)  # the mean of 10 to 100
    assert current.customers == 1
    desk.say_prospects(store, 30, 100, who="Ana", token="p")
    after = desk.economics(store)[2]
    assert (after.won, after.tried) == (30, 100)
    assert after.odds == pytest.approx((5.4257 + 30) / (5.4257 + 41.4890 + 100))
    with pytest.raises(QuestionError, match="found 4 won of 3 tried"):
        desk.say_prospects(store, 4, 3, who="Ana", token="q")


def test_a_list_as_a_file_holds_numbers_as_numbers_and_no_formula():
    frame = pd.DataFrame({"name": ["=HYPERLINK(1)", "Ä"], "worth": [12.5, None], "lost_on": [date(2023, 7, 11), None]})
    heads = {"name": ("Customer", "text"), "worth": ("Worth", "money"), "lost_on": ("Lost since", "day")}
    assert lists.csv_of(frame, heads) == "Customer,Worth,Lost since\n'=HYPERLINK(1),12.5,2023-07-11\nÄ,,\n"
    made = lists.workbook_of(frame, heads, title="Lost", about=[("As of", "=1+1")])
    book = CalamineWorkbook.from_filelike(io.BytesIO(made))
    assert book.get_sheet_by_name("Lost").to_python() == [
        ["Customer", "Worth", "Lost since"], ["'=HYPERLINK(1)", 12.5, date(2023, 7, 11)], ["Ä", "", ""],
    ]  # fmt: skip
    assert book.get_sheet_by_name("About").to_python() == [["As of", "'=1+1"]]


def test_the_months_in_which_they_were_lost_agree_with_the_metric(sample_store):
    shown = measure.series(sample_store, "win_back_rate", grain="month").frame
    cohorts = {
        row["month"]: row
        for row in sample_store.rows("win_back_cohorts", follow_up_months=6, region=None, segment=None)
    }
    for row in measure.records(shown):
        month = cohorts[row["period"]]
        assert (row["num"], row["den"], month["is_open"]) == (month["won"], month["lost"], False)
    still_open = [date(2026, month, 1) for month in range(3, 10)]
    assert [row["month"] for row in customers.open_cohorts(sample_store)] == still_open
