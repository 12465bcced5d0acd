"""Every view against its usual range, its targets and its gaps, through the store; expected values by hand."""

from datetime import date, timedelta

import pytest

from keel import company, measure
from keel.errors import InputError

TODAY = date(2026, 6, 2)
MONDAY = date(2026, 1, 5)


def take(store, header, rows, *, kind="measures", mapping=None):
    content = "\n".join([header, *rows]).encode()
    reading = company.preview(store, content, name=f"{kind}.csv", kind=kind, mapping=mapping, today=TODAY)
    assert "" == reading.refusal
    return company.take_in(store, reading, who="test")


def daily(days=147, *, but=(), start=MONDAY):
    return [f"{day},10" for day in (start + timedelta(days=n) for n in range(days)) if day not in but]


def of_period(found, period):
    row = found.frame[found.frame["period"] == period].iloc[0]
    return row["value"], row["note"]


# Gaps


def test_a_week_with_a_missing_day_is_blank_and_says_so(empty_store):
    take(empty_store, "Date,Views", daily(but=[date(2026, 5, 6)]))  # a Wednesday
    found = measure.series(empty_store, "Views", grain="week")
    value, note = of_period(found, date(2026, 5, 4))
    assert (True, "1 of 7 days has no data") == (value != value, note)
    assert (70.0, "") == of_period(found, date(2026, 4, 27))
    # May has 31 days, all within the data
    assert (
        "1 of 31 days has no data"
        == of_period(measure.series(empty_store, "Views", grain="month"), date(2026, 5, 1))[1]
    )


def test_what_is_counted_on_weekdays_lacks_no_sunday(empty_store):
    rows = [row for row in daily() if date.fromisoformat(row[:10]).weekday() < 5]
    take(empty_store, "Date,Calls", rows)
    assert (50.0, "") == of_period(measure.series(empty_store, "Calls", grain="week"), date(2026, 4, 27))


def test_a_measure_of_months_has_no_weeks(empty_store):
    take(empty_store, "Date,Rent", [f"2026-0{month}-01,100" for month in range(1, 6)])
    assert (100.0, "") == of_period(measure.series(empty_store, "Rent", grain="month"), date(2026, 3, 1))
    weeks = measure.series(empty_store, "Rent", grain="week").frame
    assert weeks["value"].isna().all()
    assert {"measured about every 30 days"} == set(weeks["note"])  # 31, 28, 31, 30 days apart: the middle is 30.5


def test_a_column_that_stopped_ends_with_its_last_number_and_does_not_fall_to_nothing(empty_store):
    rows = [f"{row},{5 if date.fromisoformat(row[:10]) <= date(2026, 5, 10) else ''}" for row in daily()]
    take(empty_store, "Date,Views,Stopped", rows)
    found = measure.series(empty_store, "Stopped", grain="week")
    assert (date(2026, 5, 10), date(2026, 5, 4)) == (found.as_of, found.frame["period"].max())
    assert 35.0 == found.frame["value"].iloc[-1]
    stale = {row["source"]: row["stale"] for row in measure.sources(empty_store)}
    assert {"measure Views": False, "measure Stopped": True} == stale  # 21 days behind 31 May


def test_what_comes_once_a_month_is_not_stale_after_three_weeks(empty_store):
    take(empty_store, "Date,Views", daily())
    take(empty_store, "Date,Rent", [f"2026-0{month}-01,100" for month in range(1, 6)])
    assert not any(row["stale"] for row in measure.sources(empty_store))  # 30 days behind, where 45 are allowed
    take(empty_store, "Date,Old", [f"2026-0{month}-01,100" for month in range(1, 5)])
    assert ["measure Old"] == [row["source"] for row in measure.sources(empty_store) if row["stale"]]


def test_a_day_of_no_member_is_a_gap_and_a_day_of_another_member_is_none(empty_store):
    rows = [f"{row},North" for row in daily(56)] + [f"{MONDAY},10,South"]
    take(empty_store, "Date,Views,Region", rows)
    found = measure.series(empty_store, "Views", grain="week", by=["region"]).frame
    values = {(row["period"], row["region"]): row["value"] for row in measure.records(found)}
    assert (70.0, 10.0, 0.0) == tuple(
        values[key] for key in ((MONDAY, "North"), (MONDAY, "South"), (date(2026, 1, 12), "South"))
    )


# Targets


def test_a_target_of_one_member_is_that_members_and_the_companys_is_the_companys(empty_store):
    take(empty_store, "Date,Views,Region", [f"{row},North" for row in daily(56)])
    take(
        empty_store,
        "Metric,Region,From,Target",
        ["Views,,2026-01-01,310", "Views,North,2026-01-01,155"],
        kind="targets",
    )
    asked = {"metric_id": "Views", "periods": [date(2026, 1, 5)], "grain": "week"}
    assert [pytest.approx(70.0)] == measure.goals(empty_store, **asked)  # 7 of 31 days
    assert [pytest.approx(35.0)] == measure.goals(empty_store, **asked, only={"region": "North"})
    assert [None] == measure.goals(empty_store, **asked, only={"region": "South"})
    # 27 days of January and all of February: 27 × 5 + 155
    over = {"by": "region", "start": date(2026, 1, 5), "end": date(2026, 2, 28)}
    assert {"North": pytest.approx(290.0)} == measure.goals_by(empty_store, "Views", **over)


def test_a_target_for_a_rate_is_the_one_in_force_at_the_end(sample_store):
    assert {} == measure.goals_by(sample_store, "nps", by="region", start=date(2026, 1, 1), end=date(2026, 9, 1))
    assert [40.0, 40.0] == measure.goals(
        sample_store, "nps", periods=[date(2026, 8, 1), date(2026, 9, 1)], grain="month"
    )


def test_what_is_typed_is_an_upload_kept_and_undone_like_any_other(empty_store):
    take(empty_store, "Date,Views", daily())
    before = empty_store.contents()
    row = {"metric": "Views", "valid_from": date(2026, 2, 1), "value": "280", "dimension": "", "member": ""}
    batch = company.type_in(empty_store, "targets", row, who="Ann", today=TODAY)
    assert [(date(2026, 2, 1), 280.0, "")] == [
        (one["valid_from"], one["value"], one["member"])
        for one in measure.records(measure.all_targets(empty_store, "Views"))
    ]
    assert ("Ann", "targets", "typed target.csv") == tuple(
        empty_store.rows("batches")[0][key] for key in ("who", "kind", "file")
    )
    empty_store.undo(batch, who="Ann")
    after = empty_store.contents()
    assert {table: before[table] for table in after if table != "batch"} == {
        table: after[table] for table in after if table != "batch"
    }


def test_what_is_typed_in_is_the_same_after_a_rebuild(empty_store):
    take(empty_store, "Date,Views", daily())
    company.type_in(empty_store, "events", {"metric": "Views", "happened_on": date(2026, 3, 3), "ends_on": date(2026, 3, 9), "words": "=Outage"},
                    who="Ann", today=TODAY)  # fmt: skip
    company.type_in(
        empty_store,
        "baselines",
        {"metric": "Views", "from_on": date(2026, 3, 2), "reason": "Moved, and grew"},
        who="Ann",
        today=TODAY,
    )
    assert {} == company.rebuild(empty_store)
    assert [(date(2026, 3, 3), date(2026, 3, 9), "=Outage")] == [
        (row["happened_on"], row["ends_on"], row["words"]) for row in measure.events(empty_store, "Views")
    ]


def test_typed_nonsense_is_one_sentence_and_changes_nothing(empty_store):
    take(empty_store, "Date,Views", daily())
    before = empty_store.contents()
    with pytest.raises(InputError, match="ends_on: found '2026-03-01'; a last day on or after the first was expected"):
        company.type_in(empty_store, "events", {"happened_on": date(2026, 3, 3), "ends_on": date(2026, 3, 1), "words": "Outage"},
                        who="Ann", today=TODAY)  # fmt: skip
    assert before == empty_store.contents()


# The usual range


def test_a_range_begun_anew_is_judged_by_what_came_after(empty_store):
    rows = [
        f"{MONDAY + timedelta(days=n)},{(10 if n < 84 else 30) + n % 2}" for n in range(147)
    ]  # twelve weeks, then nine
    take(empty_store, "Date,Level", rows, mapping={"all_measures": {"roll": "mean"}})
    before = measure.judged(empty_store, "Level", grain="week")
    assert "signal" == before.signals.points[-1].status
    company.type_in(empty_store, "baselines", {"metric": "Level", "from_on": MONDAY + timedelta(weeks=12), "reason": "New shop"},
                    who="Ann", today=TODAY)  # fmt: skip
    after = measure.judged(empty_store, "Level", grain="week")
    assert (12, 9) == (after.signals.baseline.first, after.signals.baseline.n)
    assert ["New shop"] == [one.reason for one in after.signals.rebased]
    assert "signal" not in {point.status for point in after.signals.points[12:]}


def test_shares_of_answers_are_judged_with_as_many_as_answered(sample_store):
    assert "p'" == measure.judged(sample_store, "csat", grain="week").signals.method
    assert "p'" != measure.judged(sample_store, "nps", grain="week").signals.method


def test_years_from_before_the_first_leaving_have_no_part_in_the_range(sample_store):
    first = sample_store.rows("first_leaving")[0]["first_on"]
    for metric in ("turnover", "headcount", "first_year_attrition"):
        found = measure.judged(sample_store, metric, grain="month")
        begins = found.periods[found.signals.baseline.first]
        assert begins >= first.replace(day=1)
