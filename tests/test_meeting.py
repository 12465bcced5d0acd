"""The weekly review through the store: agenda, notes, decisions and verdicts, the sheet, editions that do not change."""

import html
import json
from bisect import bisect
from calendar import monthrange
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

import duckdb
import pytest

from keel import company, meeting, review, wording
from keel.errors import QuestionError, SettingsError
from keel.settings import Settings
from keel.signals import signals
from keel.store import Store
from keel.ui import room

TODAY = date(2026, 6, 3)
MONDAY = date(2026, 1, 5)
ENDING = date(2026, 5, 31)  # 21 weeks later, a Sunday
TOKENS = count()


def token() -> str:
    return f"t{next(TOKENS)}"


def measures(store: Store, name: str, values: list[float], **declared: str) -> None:
    """A number a week, the same on every day of it."""
    rows = [
        f"{MONDAY + timedelta(days=7 * week + day)},{value}" for week, value in enumerate(values) for day in range(7)
    ]
    mapping = {"all_measures": {"roll": "mean", **declared}}
    reading = company.preview(
        store,
        "\n".join([f"Date,{name}", *rows]).encode(),
        name=f"{name}.csv",
        kind="measures",
        mapping=mapping,
        today=TODAY,
    )
    company.take_in(store, reading, who="test")


STEADY = [10.0, 11, 9, 10, 11, 10, 9] * 3
FALLEN = [*STEADY[:-2], 2.0, 1.0]


@pytest.fixture
def company_store(empty_store: Store) -> Store:
    """Two leads and a lag over 21 weeks: Mood fell, Calm did not, Sales rose out of its range."""
    measures(empty_store, "Mood", FALLEN, kind="lead", better="up")
    measures(empty_store, "Calm", STEADY, kind="lead", better="up")
    measures(empty_store, "Sales", [*STEADY[:-1], 40.0], kind="lag", better="up")
    return empty_store


def by(week: date = ENDING) -> dict[str, object]:
    return {"who": "Ann", "week_ending": week, "token": token()}


# The agenda


def test_leads_with_a_signal_come_first_then_results_and_the_quiet_ones_are_folded(company_store: Store):
    sections = meeting.week(company_store, ENDING).sections
    assert [("On the horizon", ["Mood"]), ("In the wake", ["Sales"]), ("Nothing to see", ["Calm"])] == [
        (section.title, [name for name, _ in section.lines]) for section in sections
    ]
    whys = {name: why for section in sections for name, why in section.lines}
    assert ("a signal for the worse", "a signal for the better", "within its usual range") == (
        whys["Mood"],
        whys["Sales"],
        whys["Calm"],
    )


def test_a_week_is_reviewed_as_it_stood(company_store: Store):
    before = meeting.week(company_store, ENDING - timedelta(weeks=3))
    assert ["Nothing to see"] == [section.title for section in before.sections]
    assert 10.0 == before.items["Mood"]["value"]  # the week to 10 May: the 18th of the series
    assert "2026-05-10" == before.items["Mood"]["weeks"][-1]["ending"]


def test_a_deck_says_the_order_and_what_it_leaves_out_comes_after(empty_store: Store, tmp_path: Path):
    deck = {"sections": [{"title": "Calm first", "metrics": ["Calm", "Nowhere"], "owner": "Dee"}]}
    with Store(tmp_path / "deck.duckdb", Settings(deck=deck)) as store:
        measures(store, "Mood", FALLEN, kind="lead", better="up")
        measures(store, "Calm", STEADY, kind="lead", better="up")
        week = meeting.week(store, ENDING)
        assert ("Dee", "") == (week.items["Calm"]["owner"], week.items["Mood"]["owner"])
        found = week.sections
        assert [("Calm first", ["Calm"]), ("On the horizon", ["Mood"])] == [
            (one.title, [n for n, _ in one.lines]) for one in found
        ]


def test_a_deck_that_cannot_be_read_is_one_sentence(tmp_path: Path):
    with Store(tmp_path / "deck.duckdb", Settings(deck={"sections": [{"title": "Calm"}]})) as store:
        measures(store, "Calm", STEADY)
        with pytest.raises(SettingsError, match=r"\[\[deck.sections\]\] no. 1: found"):
            meeting.week(store, ENDING)


def test_a_review_is_of_a_week_of_the_companys_own(company_store: Store):
    assert {date(2026, 5, 24), ENDING} == {
        meeting.week(company_store, ENDING - timedelta(days=back)).ending for back in range(7)
    }


def test_what_is_led_follows_its_lead():
    steady = review.Number("nps", "NPS", "up", signals(STEADY))
    fallen = review.Number("mood", "Mood", "up", signals(FALLEN))
    found = review.agenda([steady, fallen], leads={"mood": ["nps"]}, is_lead={"mood": True, "nps": True})
    assert [
        ("mood", "a signal for the worse"),
        ("nps", "Mood is declared to lead it; it is within its usual range"),
    ] == list(found[0].lines)


def test_nothing_to_review_is_one_sentence(empty_store: Store):
    with pytest.raises(QuestionError, match="there is no data yet"):
        meeting.week(empty_store, ENDING)


# What is said


def test_a_note_stays_on_its_week_and_its_number(company_store: Store):
    meeting.note(company_store, "Two teams merged", metric="Mood", **by())
    meeting.note(company_store, "Easter", metric="Mood", **by(ENDING - timedelta(weeks=7)))
    said = meeting.entries(company_store)
    found = meeting.document(company_store, meeting.week(company_store, ENDING), said)
    notes = {
        item["metric"]: [note["words"] for note in item["notes"]]
        for section in found["sections"]
        for item in section["items"]
    }
    assert {"Mood": ["Two teams merged"], "Calm": [], "Sales": []} == notes


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"due": None}, "decision: it has no day; a real one was expected"),
        ({"owner": " "}, "owner: nothing was typed"),
        ({"words": ""}, "decision: nothing was typed"),
        ({"who": ""}, "your name: nothing was typed"),
        ({"metric": "Mood", "direction": 1}, "by when should it show"),
    ],
)
def test_a_decision_needs_words_an_owner_and_a_real_day(company_store: Store, more: dict[str, object], sentence: str):
    asked = {"words": "Ask why", "owner": "Bob", "due": date(2026, 6, 5), **by()} | more
    with pytest.raises(QuestionError, match=sentence):
        meeting.decide(company_store, asked.pop("words"), **asked)
    assert [] == meeting.entries(company_store)


def test_the_same_form_sent_twice_is_kept_once(company_store: Store):
    once = by()
    first = meeting.note(company_store, "Once", **once)
    assert first == meeting.note(company_store, "Once", **once)
    assert 1 == len(meeting.entries(company_store))


def test_two_browsers_saying_two_hundred_things_at_once_lose_and_double_none(company_store: Store):
    def say(who: str) -> None:
        for number in range(200):
            asked = {"who": who, "week_ending": ENDING, "token": f"{who}{number}"}
            if number % 2:
                meeting.note(company_store, f"{who} {number}", metric="Mood", **asked)
            else:
                meeting.decide(company_store, f"{who} {number}", owner=who, due=TODAY, **asked)

    with ThreadPoolExecutor(2) as browsers:
        list(browsers.map(say, ["Ann", "Bob"]))
    said = meeting.entries(company_store)
    assert sorted(f"{who} {number}" for who in ("Ann", "Bob") for number in range(200)) == sorted(
        row["body"]["words"] for row in said
    )
    assert list(range(1, 401)) == [row["entry"] for row in said]


def test_a_decision_is_taken_over_moved_with_a_reason_and_closed_and_nothing_is_lost(company_store: Store):
    meeting.decide(company_store, "Ask why", owner="Bob", due=date(2026, 6, 5), **by())
    (made,) = review.decisions(meeting.entries(company_store))
    with pytest.raises(QuestionError, match="moved without a reason"):
        meeting.step(company_store, made, due=date(2026, 6, 12), **by())
    with pytest.raises(QuestionError, match="nothing was changed"):
        meeting.step(company_store, made, owner="Bob", due=made.due, **by())
    meeting.step(company_store, made, owner="Cy", due=date(2026, 6, 12), reason="Bob is ill", **by())
    (moved,) = review.decisions(meeting.entries(company_store))
    assert ("Cy", date(2026, 6, 12), "") == (moved.owner, moved.due, moved.outcome)
    meeting.step(company_store, moved, outcome="They want Fridays off", **by())
    (closed,) = review.decisions(meeting.entries(company_store))
    assert "They want Fridays off" == closed.outcome
    assert [
        "taken over by Cy; moved from 5 Jun 2026 to 12 Jun 2026; Bob is ill", "closed: They want Fridays off",
    ] == [words for _, _, words in closed.steps]  # fmt: skip
    assert [] == review.due_first([closed], ENDING)


# Verdicts


def decision(**more: object) -> review.Decision:
    asked = {"entry": 1, "made_on": date(2026, 5, 8), "who": "Ann", "words": "Do", "owner": "Bob", "due": date(2026, 5, 20), "direction": -1,
             "judged_on": ENDING}  # fmt: skip
    return review.Decision(**(asked | more))


@pytest.mark.parametrize(
    ("values", "direction", "today", "expected"),
    [
        (FALLEN, -1, ENDING, "expected"),
        (FALLEN, 1, ENDING, "otherwise"),
        (STEADY, 1, ENDING, "none"),
        (STEADY, 1, ENDING - timedelta(days=1), "early"),
        (FALLEN, -1, date(2026, 5, 27), "expected"),
        (STEADY[:7], 1, ENDING, "unknown"),
    ],
)
def test_the_verdict_is_by_the_rules_of_every_signal(values, direction, today, expected):
    periods = [MONDAY + timedelta(weeks=week) for week in range(len(values))]
    found = review.verdict(decision(direction=direction), signals(values), periods, today)
    assert expected == found


def test_a_signal_from_before_the_decision_is_not_its_doing():
    periods = [MONDAY + timedelta(weeks=week) for week in range(21)]
    made = decision(made_on=date(2026, 5, 25))  # the week of the fall had begun
    assert "none" == review.verdict(made, signals(FALLEN), periods, ENDING)


def test_the_day_it_comes_due_it_stands_first_with_what_came_of_it(company_store: Store):
    meeting.decide(company_store, "Later", owner="Bob", due=date(2026, 9, 1), **by())
    meeting.decide(
        company_store, "Now", owner="Bob", due=date(2026, 5, 20), metric="Mood", direction=1, judged_on=ENDING, **by()
    )
    said = [row | {"said_at": datetime(2026, 5, 8)} for row in meeting.entries(company_store)]
    found = meeting.promises(company_store, said, meeting.week(company_store, ENDING))
    assert [("Now", "due by this week", "moved otherwise"), ("Later", "due 1 Sep 2026", "")] == [
        (one["words"], one["why"], one["came"]) for one in found
    ]


# The SWOT sheet


def test_the_sheet_starts_from_signals_and_lines_are_added_and_moved(company_store: Store):
    week = meeting.week(company_store, ENDING)

    def sheet() -> dict[str, list[str]]:
        found = meeting.swot(company_store, meeting.entries(company_store), week)
        return {name: [line["words"] for line in lines] for name, lines in found.items() if lines}

    assert {
        "strengths": ["Sales: above its usual range"],
        "weaknesses": ["Mood: below its usual range for the second week"],
    } == sheet()
    meeting.place(company_store, "A rival closes", "opportunities", **by())
    meeting.place(company_store, "Mood: below its usual range for the second week", "threats", metric="Mood", **by())
    assert ["A rival closes"] == sheet()["opportunities"]
    assert ["Mood: below its usual range for the second week"] == sheet()["threats"]
    assert "weaknesses" not in sheet()
    typed = next(row for row in meeting.entries(company_store) if row["body"]["words"] == "A rival closes")
    meeting.place(company_store, "A rival closes", "", of_entry=typed["entry"], **by())
    assert "opportunities" not in sheet()


# Editions


def publish_sample(store: Store) -> int:
    """The edition of the sample's last week, published when its last upload came."""
    week = meeting.week(store, meeting.weeks(store)[0])
    return meeting.publish(store, week, who="Ann", at=max(row["imported_at"] for row in store.rows("batches")))


def take_late_orders(store: Store) -> int:
    """Three orders of 1,000 euro in the edition's week, of a customer that bought nothing before; returns their batch."""
    rows = (f"L{day},2026-09-2{day},C00001,1000,EUR" for day in (1, 2, 3))
    late = "\n".join(["Order ID,Order Date,Customer ID,Amount,Currency", *rows])
    reading = company.preview(store, late.encode(), name="late.csv", kind="orders", today=date(2026, 10, 3))
    return company.take_in(store, reading, who="x")


# 3,000 more and 3 orders more than before, in the one week they are of: 1,310,931.38 / 590 and 1,313,931.38 / 593; one customer more
LATE = [
    "Active customers, wk 39: was 2,231, now 2,232, 3 late orders",
    "Average order value, wk 39: was 2,221.92, now 2,215.74, 3 late orders",
    "Net revenue, wk 39: was 1,310,931.38, now 1,313,931.38, 3 late orders",
    "Orders, wk 39: was 590, now 593, 3 late orders",
]


def test_an_edition_stays_as_it_was_and_what_came_later_is_a_restatement(fresh_sample: Store):
    number = publish_sample(fresh_sample)
    before = fresh_sample.rows("edition", number=number)[0]["document"]
    assert [] == meeting.restated(fresh_sample, number)
    batch = take_late_orders(fresh_sample)
    assert LATE == sorted(meeting.restated(fresh_sample, number))
    assert before == fresh_sample.rows("edition", number=number)[0]["document"]
    fresh_sample.undo(batch, who="x")
    assert [] == meeting.restated(fresh_sample, number)
    assert {} == company.rebuild(fresh_sample)
    assert before == fresh_sample.rows("edition", number=number)[0]["document"]
    assert [] == fresh_sample.check()


def test_an_edition_outlives_an_upgrade_of_the_schema_and_a_changed_definition(fresh_sample: Store):
    """This version's store, published in and then taken back to schema 5: what 006 and 007 made is gone, and so are the rows that
    say they were applied and the answers' fingerprint. Opened again, it is upgraded as a store of that version is. What nine months
    instead of six restate is counted from the order lines in plain Python.
    """
    number = publish_sample(fresh_sample)
    before = fresh_sample.rows("edition", number=number)[0]
    path = fresh_sample.path
    fresh_sample.close()
    with duckdb.connect(str(path)) as connection:
        for table in ("lost_window", "campaign_customer", "campaign", "closed_moment"):
            connection.execute(f"drop table {table}")
        connection.execute("alter table settings drop column win_back_months")
        connection.execute("delete from migration where number > 5")
        connection.execute("update settings set fingerprint = ''")
        bought = connection.execute(
            "select customer_id, ordered_on from raw_orders where amount > 0 and customer_id is not null"
        ).fetchall()
    expected = restated_by_the_window(before["week_ending"], bought, was=6, now=9)

    with Store(path, Settings()) as store:
        assert [] == store.rows("campaigns")  # 006 is there again
        assert before == store.rows("edition", number=number)[0]
        assert [] == store.check()
        assert [] == meeting.restated(store, number)
        batch = take_late_orders(store)
        assert LATE == sorted(meeting.restated(store, number))
        store.undo(batch, who="x")
        assert [] == meeting.restated(store, number)
    with Store(path, replace(Settings(), lost_after_months=9)) as store:
        assert before == store.rows("edition", number=number)[0]
        assert [] == store.check()
        told: dict[str, list[str]] = {}
        for line in meeting.restated(store, number):
            told.setdefault(line.partition(",")[0], []).append(line)
    # who repeats and who came back hang on the window too; nothing else does
    assert {*expected, "Advocates", "Win-back rate"} == told.keys()
    assert expected == {label: told[label] for label in expected}
    with Store(path, Settings()) as store:
        assert before == store.rows("edition", number=number)[0]
        assert [] == meeting.restated(store, number)
        assert [] == store.check()


def restated_by_the_window(ending: date, bought: list[tuple[str, date]], *, was: int, now: int) -> dict[str, list[str]]:
    """What another window to be lost changes in an edition: six weeks and the twelve whole months before its own, by label."""
    days: dict[str, list[date]] = {}
    for customer, day in sorted(bought):
        days.setdefault(customer, []).append(day)

    def active(on: date, months: int) -> set[str]:
        """Whose last purchase by that day is at most so many months old; 31 August less six months is 28 February."""
        year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
        since = date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))
        return {customer for customer, own in days.items() if (so_far := bisect(own, on)) and own[so_far - 1] >= since}

    def lost(on: date, months: int) -> int:
        return sum(own[0] <= on for own in days.values()) - len(active(on, months))

    def churn(first: date, last: date, months: int) -> float:
        before = active(first - timedelta(days=1), months)
        return len(before - active(last, months)) / len(before)

    weeks = [ending - timedelta(weeks=back) for back in range(5, -1, -1)]
    months = [date(2025 + (8 + n) // 12, (8 + n) % 12 + 1, 1) for n in range(12)]  # September 2025 to August 2026
    closes = [first.replace(day=monthrange(first.year, first.month)[1]) for first in months]
    points = [(f"wk {day.isocalendar().week}", day) for day in weeks]
    points += [(f"{first:%b %Y}", day) for first, day in zip(months, closes, strict=True)]

    def line(label: str, at: str, before: float, after: float, unit: str) -> str:
        return f"{label}, {at}: was {wording.number(before, unit)}, now {wording.number(after, unit)}"

    return {
        "Active customers": [
            line("Active customers", at, len(active(day, was)), len(active(day, now)), "count") for at, day in points
        ],
        "Lost customers": [line("Lost customers", at, lost(day, was), lost(day, now), "count") for at, day in points],
        "Customer churn": [
            line("Customer churn", f"{first:%b %Y}", churn(first, last, was), churn(first, last, now), "rate")
            for first, last in zip(months, closes, strict=True)
        ],
    }


def test_an_edition_that_was_altered_is_noticed(company_store: Store):
    for _ in range(2):
        meeting.publish(company_store, meeting.week(company_store, ENDING), who="Ann")
    assert [] == company_store.check()
    path = company_store.path
    company_store.close()
    with duckdb.connect(str(path)) as connection:
        connection.execute("update edition set document = replace(document, 'Mood', 'Mud') where number = 1")
    with Store(path, Settings()) as store:
        assert [
            "edition 1: it is not as it was published; it, or one before it, was altered. Bring a backup back."
        ] == store.check()


def test_an_edition_holds_every_metric_once_with_its_definition(company_store: Store):
    number = meeting.publish(company_store, meeting.week(company_store, ENDING), who="Ann")
    found = meeting.published(company_store, number)
    assert sorted(["Mood", "Calm", "Sales"]) == sorted(
        item["metric"] for section in found["sections"] for item in section["items"]
    )
    assert "Ann" == found["published"]["by"]
    assert (6, 12, 4) == tuple(len(found["sections"][0]["items"][0][part]) for part in ("weeks", "months", "totals"))
    assert json.loads(json.dumps(found)) == found
    with pytest.raises(QuestionError, match="edition 9: there is no such edition"):
        meeting.published(company_store, 9)


def test_the_screen_prints_every_number_of_an_edition(sample_store: Store):
    week = meeting.week(sample_store, meeting.weeks(sample_store)[0])
    found = meeting.document(sample_store, week, [])
    shown = html.unescape(room.edition_words(found))
    for item in (item for section in found["sections"] for item in section["items"]):
        printed = [item["printed"], *item["changes"], item["doubt"], item["target"]["words"] if item["target"] else ""]
        printed += [item["usual"]["printed"] if item["usual"] else "", *item["said"]["because"]]
        printed += [
            point[key]
            for point in [*item["weeks"], *item["months"]]
            for key in ("printed", "prior_printed", "target_printed")
        ]
        printed += [words for total in item["totals"] for words in (total["printed"], *total["changes"])]
        assert [] == [words for words in printed if words not in shown], item["label"]
