"""The rules for every metric (METRICS, 1 to 9), on small stores and on the sample; and that every drill adds up."""

import itertools
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from keel import catalogue, company, intake, measure, sample, suppression, wording
from keel.errors import PrivacyError, QuestionError
from keel.periods import Calendar, add_months
from keel.settings import Settings
from keel.store import Store

CENT = 0.005  # what is told to the cent is right to less than half of one
METRICS = catalogue.load()
ON_PEOPLE = [metric for metric in METRICS.values() if metric.min_people]
NUMBERS = ["value", "num", "den", "n", "low", "high"]
ORDERS = [METRICS[id] for id in ("revenue", "gross_margin", "gross_margin_rate", "orders", "average_order_value")]
SPLITS = [(metric.id, name) for metric in ORDERS for name in metric.dimensions]
PEOPLE = ("E1", "E2", "E3", "E4", "E5", "E6")
DAY = timedelta(days=1)


def upload(store: Store, kind: str, rows: str, **options: str) -> None:
    """Take a file in as a person would."""
    mapping = intake.with_options(None, options) or None
    company.take_in(
        store, company.preview(store, rows.encode(), name=f"{kind}.csv", kind=kind, mapping=mapping), who="test"
    )


def values(found: measure.Series) -> dict[date, float]:
    return dict(zip(found.frame["period"], found.frame["value"], strict=True))


def pulse(*days: str, people: tuple[str, ...] = PEOPLE, score: int = 4) -> str:
    """Everybody answers `score` but the last two, who say 2: a group of one mind is not told."""
    rows = [f"{day},{person},{2 if person in PEOPLE[-2:] else score}" for day in days for person in people]
    return "\n".join(["Date,Employee ID,I am proud of my work (1-5)", *rows])


# --- 1. Ratios come from sums ----------------------------------------------------------------------------


@pytest.mark.parametrize(("metric", "name"), SPLITS)
def test_the_parts_of_a_split_add_up_to_the_whole(sample_store, metric, name):
    whole = measure.series(sample_store, metric).frame.set_index("period")
    parts = measure.series(sample_store, metric, by=[name]).frame.groupby("period")[["num", "den"]].sum()

    np.testing.assert_allclose(parts["num"], whole["num"], rtol=0, atol=CENT)
    if METRICS[metric].roll == "ratio":
        np.testing.assert_allclose(parts["den"], whole["den"], rtol=0, atol=CENT)
        np.testing.assert_allclose(parts["num"] / parts["den"], whole["value"], rtol=1e-9)


@pytest.mark.parametrize("metric", ["nps", "csat", "ces", "net_revenue_retention", "customer_churn"])
def test_a_rate_by_region_and_segment_has_the_sums_of_the_whole(sample_store, metric):
    whole = measure.series(sample_store, metric).frame.set_index("period")
    parts = measure.series(sample_store, metric, by=["region", "segment"]).frame

    assert len(parts) > len(whole) > 0
    sums = parts.groupby("period")[["num", "den"]].sum(min_count=1)  # no number anywhere is no number
    np.testing.assert_allclose(sums[["num", "den"]], whole[["num", "den"]], atol=CENT)


@pytest.mark.parametrize("metric", ["revenue", "gross_margin_rate", "average_order_value", "nps"])
def test_the_total_is_the_sum_over_the_rows_in_view(sample_store, metric):
    found = measure.series(sample_store, metric, grain="week", start=date(2026, 6, 1), end=date(2026, 8, 30))
    num, den = found.frame["num"].sum(), found.frame["den"].sum()
    rate = METRICS[metric].roll == "ratio"

    assert found.total["value"] == pytest.approx(num / den * METRICS[metric].scale if rate else num)


@pytest.mark.parametrize("metric", ["revenue", "gross_margin_rate", "orders", "nps"])
def test_a_filter_is_the_part_of_the_split(sample_store, metric):
    parts = measure.series(sample_store, metric, by=["region"], start=date(2026, 1, 1)).frame

    for region, part in parts.groupby("region"):
        only = measure.series(sample_store, metric, only={"region": region}, start=date(2026, 1, 1)).frame
        np.testing.assert_allclose(part[["value", "num"]], only[["value", "num"]], atol=CENT)


def test_the_rows_without_a_member_can_be_asked_for_by_the_name_they_are_shown_under(empty_store):
    upload(empty_store, "orders", "Date,Order,Customer,Region,Amount\n2024-01-01,A1,C1,North,10\n2024-01-31,A2,C2,,5")

    assert {date(2024, 1, 1): 5.0} == values(measure.series(empty_store, "revenue", only={"region": measure.NO_MEMBER}))


# --- 2. No denominator, no number ------------------------------------------------------------------------


def test_nothing_under_the_line_is_no_data_and_not_nought(empty_store):
    upload(empty_store, "orders", "Date,Order,Customer,Amount,Cost\n2024-01-01,A1,C1,9,4\n2024-01-31,A1,C1,-9,-4")
    rate = measure.series(empty_store, "gross_margin_rate")

    assert [0.0] == list(rate.frame["den"])
    assert rate.frame["value"].isna().all()
    assert rate.total["value"] is None
    assert wording.NO_DATA == wording.exact(float(rate.frame["value"].iloc[0]), "rate")


@pytest.mark.parametrize("unit", ["money", "count"])
def test_a_change_against_nought_is_not_available(unit):
    assert ("n/a on last week", None) == wording.change(5.0, 0.0, unit)


@pytest.mark.parametrize("metric", METRICS)
def test_no_metric_is_ever_infinite(sample_store, metric):
    frame = measure.series(sample_store, metric).frame

    assert len(frame) > 0
    assert not np.isinf(frame[[*NUMBERS, "prior"]].to_numpy(float)).any()
    assert frame["value"].notna().any()


# --- 3. Half-open periods, and the day the data reaches to ------------------------------------------------


@pytest.mark.parametrize("grain", ["week", "month", "quarter", "year"])
def test_the_last_day_of_a_period_is_in_it_and_the_next_day_is_not(empty_store, grain):
    start = Calendar().start(date(2024, 2, 29), grain)
    end = Calendar().end(start, grain)
    rows = [f"{start},A1,C1,1", f"{end - DAY},A2,C1,2", f"{end},A3,C1,4"]
    upload(empty_store, "orders", "\n".join(["Date,Order,Customer,Amount", *rows]))

    assert {start: 3.0, end: 4.0} == values(measure.series(empty_store, "revenue", grain=grain))


def test_the_as_of_date_is_the_last_day_the_data_covers_and_not_today(empty_store, sample_store):
    upload(empty_store, "orders", "Date,Order,Customer,Amount\n2024-01-01,A1,C1,1\n2024-02-10,A2,C1,2")

    assert date(2024, 2, 10) == measure.series(empty_store, "revenue").as_of
    assert sample.AS_OF == measure.series(sample_store, "revenue").as_of
    assert date.today() > sample.AS_OF


def test_each_source_has_a_day_of_its_own(empty_store):
    upload(empty_store, "orders", "Date,Order,Customer,Amount\n2024-01-01,A1,C1,1\n2024-02-20,A2,C1,2")
    upload(empty_store, "survey", pulse("2024-01-08"))

    # January has closed: what came of it is all there is, to its last day
    assert date(2024, 1, 31) == measure.series(empty_store, "engagement").as_of
    assert date(2024, 2, 20) == measure.series(empty_store, "revenue").as_of
    assert {"orders": False, "employees survey": True} == {
        s["source"]: s["stale"] for s in measure.sources(empty_store)
    }


@pytest.mark.parametrize("metric", [id for id in METRICS if id != "first_year_attrition"])
def test_asked_as_of_an_earlier_day_a_closed_period_says_what_it_says_now(sample_store, metric):
    earlier = measure.series(sample_store, metric, as_of=date(2026, 6, 30)).frame
    now = measure.series(sample_store, metric, end=date(2026, 6, 30)).frame
    closed = earlier[~earlier["partial"]]

    assert len(closed) > 0
    # who was lost in December has been followed for six months on 30 June
    assert closed["period"].max() == (date(2025, 12, 1) if METRICS[metric].follow_up else date(2026, 6, 1))
    merged = closed.merge(now, on="period", how="left", suffixes=("", "_now"))
    np.testing.assert_allclose(merged["value"], merged["value_now"])


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    "span",
    [
        {"as_of": date(1990, 1, 1)},
        {"end": date(1990, 1, 1)},
        {"start": date(2030, 1, 1)},
        {"start": date(2030, 1, 1), "end": date(2031, 1, 1)},
        {"start": date(2026, 6, 1), "as_of": date(2025, 6, 1)},
        {"start": date(2026, 6, 1), "end": date(2025, 6, 1)},
    ],
    ids=lambda span: ", ".join(f"{key} {day}" for key, day in span.items()),
)
def test_a_span_without_data_has_no_rows_whatever_the_metric(sample_store, metric, span):
    assert 0 == len(measure.series(sample_store, metric, **span).frame)


def test_an_empty_store_has_no_rows_and_no_day(empty_store):
    for metric in METRICS:
        found = measure.series(empty_store, metric)
        assert found.as_of is None
        assert len(found.frame) == 0


# --- 4. A partial period is never compared ----------------------------------------------------------------


@pytest.mark.parametrize("metric", [id for id, metric in METRICS.items() if metric.finest == "week"])
@pytest.mark.parametrize("grain", ["week", "month", "quarter", "year"])
def test_a_partial_period_has_no_prior(sample_store, metric, grain):
    frame = measure.series(sample_store, metric, grain=grain, as_of=date(2026, 9, 16)).frame

    assert frame.loc[frame["partial"], "prior"].isna().all()


def test_the_running_month_and_the_begun_one_are_partial(empty_store):
    upload(
        empty_store, "orders", "Date,Order,Customer,Amount\n2024-01-02,A1,C1,1\n2024-02-10,A2,C1,2\n2024-03-30,A3,C1,3"
    )

    assert [True, False, True] == list(measure.series(empty_store, "revenue").frame["partial"])


def test_a_month_asked_for_in_part_is_partial(sample_store):
    frame = measure.series(sample_store, "revenue", start=date(2026, 5, 2), end=date(2026, 7, 30)).frame

    assert [True, False, True] == list(frame["partial"])
    assert [True, False, True] == list(frame["prior"].isna())


def test_a_whole_month_is_not_compared_with_one_the_data_began_in(empty_store):
    rows = "\n".join(f"{year}-{month:02}-28,A{year}{month},C1,1" for year in (2023, 2024) for month in range(1, 13))
    upload(empty_store, "orders", f"Date,Order,Customer,Amount\n{rows}\n2024-12-31,Z,C1,1")
    frame = measure.series(empty_store, "revenue", start=date(2024, 1, 1)).frame.set_index("period")

    assert np.isnan(frame.loc[date(2024, 1, 1), "prior"])
    assert 1.0 == frame.loc[date(2024, 2, 1), "prior"]


def test_a_year_is_compared_with_the_whole_year_before_though_only_a_part_of_that_is_in_view(empty_store):
    days = ["2023-01-01", "2023-03-28", "2023-09-28", "2024-06-28", "2024-12-31"]
    rows = "\n".join(f"{day},A{day},C1,1" for day in days)
    upload(empty_store, "orders", f"Date,Order,Customer,Amount\n{rows}")
    frame = measure.series(empty_store, "revenue", grain="year", start=date(2023, 6, 1)).frame.set_index("period")

    assert 1.0 == frame.loc[date(2023, 1, 1), "value"]
    assert 3.0 == frame.loc[date(2024, 1, 1), "prior"]


# --- 5. A missing week is missing, a quiet week is nought --------------------------------------------------


def test_a_quiet_week_is_nought_for_sums(empty_store):
    upload(empty_store, "orders", "Date,Order,Customer,Amount\n2024-01-01,A1,C1,7\n2024-01-21,A2,C1,5")

    for metric, last in (("revenue", 5.0), ("orders", 1.0)):
        found = values(measure.series(empty_store, metric, grain="week"))
        assert {date(2024, 1, 8): 0.0, date(2024, 1, 15): last}.items() <= found.items()


@pytest.mark.parametrize("metric", ["engagement", "enps"])
def test_a_week_without_answers_is_missing_for_scores(empty_store, metric):
    question = "How likely are you to recommend us as a place to work? (0-10)"
    header = f"Date,Employee ID,I am proud of my work (1-5),{question}"
    rows = [
        f"{day},{person},{4 if person < 'E4' else 2},{9 if person < 'E4' else 6}"
        for day in ("2024-01-01", "2024-01-15") for person in PEOPLE
    ]  # fmt: skip
    upload(empty_store, "survey", "\n".join([header, *rows]))
    found = values(measure.series(empty_store, metric, grain="week"))

    assert np.isnan(found.get(date(2024, 1, 8), np.nan))
    assert {date(2024, 1, 1), date(2024, 1, 15)} <= set(found)


def test_a_rate_of_a_quiet_week_is_missing(empty_store):
    rows = "2024-01-01,A1,C1,10,5\n2024-01-21,A2,C1,10,5"
    upload(empty_store, "orders", f"Date,Order,Customer,Amount,Cost\n{rows}")
    found = values(measure.series(empty_store, "gross_margin_rate", grain="week"))

    assert np.isnan(found.get(date(2024, 1, 8), np.nan))


# --- 6. Weeks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", ["revenue", "orders", "gross_margin_rate", "nps", "headcount", "engagement"])
def test_the_prior_of_a_week_is_the_week_364_days_earlier(sample_store, metric):
    frame = measure.series(sample_store, metric, grain="week", start=date(2023, 10, 2)).frame
    by_week = dict(zip(frame["period"], frame["value"], strict=True))
    compared = frame[frame["prior"].notna() & (frame["period"] >= date(2024, 10, 7))]

    assert len(compared) >= 52
    for row in compared.itertuples():
        assert by_week[row.period - timedelta(days=364)] == pytest.approx(row.prior)


def test_the_prior_of_a_month_is_the_same_month_a_year_earlier(sample_store):
    frame = measure.series(sample_store, "revenue").frame
    by_month = dict(zip(frame["period"], frame["value"], strict=True))
    compared = frame[frame["prior"].notna()]

    assert len(compared) >= 22
    for row in compared.itertuples():
        assert by_month[add_months(row.period, -12)] == pytest.approx(row.prior)


def test_a_split_has_the_prior_of_its_own_part(sample_store):
    frame = measure.series(sample_store, "revenue", by=["region"]).frame
    own = {(row.period, row.region): row.value for row in frame.itertuples()}

    assert frame["prior"].notna().any()
    for row in frame[frame["prior"].notna()].itertuples():
        assert own[add_months(row.period, -12), row.region] == pytest.approx(row.prior)


# --- 8. n, and small groups --------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", ON_PEOPLE, ids=lambda metric: metric.id)
def test_a_metric_on_people_is_split_and_filtered_into_groups_of_five_or_more(sample_store, metric):
    for name in metric.dimensions:
        split = measure.series(sample_store, metric.id, by=[name], grain="year").frame
        one = measure.series(sample_store, metric.id, only={name: split[name].iloc[0]}, grain="year").frame
        same = split[split[name] == split[name].iloc[0]]

        assert (split.loc[~split["hidden"], "n"] >= 5).all()
        np.testing.assert_allclose(same["value"].to_numpy(float), one["value"].to_numpy(float))


def test_answers_are_told_of_groups_by_closed_months_and_not_by_week(sample_store):
    with pytest.raises(QuestionError, match="closed months"):
        measure.series(sample_store, "engagement", by=["department"], grain="week")

    told = measure.series(sample_store, "engagement", by=["department"]).frame
    assert date(2026, 8, 1) == told["period"].max()  # September is not over on the 27th


def test_a_group_that_shares_a_cell_is_refused_with_the_nearest_group_that_can_be_shown(sample_store):
    with pytest.raises(
        PrivacyError, match=r"the nearest group that can be shown is Finance & People, Porto and Turin together"
    ):
        measure.series(
            sample_store, "engagement", only={"department": "Finance & People", "site": "Porto"},
            start=date(2026, 8, 1), end=date(2026, 8, 31),
        )  # fmt: skip


def test_the_months_of_groups_add_up_to_the_company(sample_store):
    groups = measure.series(sample_store, "engagement", by=["department"]).frame
    company = measure.series(sample_store, "engagement", end=date(2026, 8, 31)).frame.set_index("period")
    sums = groups.groupby("period")[["num", "den", "n"]].sum()

    assert not groups["hidden"].any()
    np.testing.assert_allclose(sums, company[["num", "den", "n"]])


def test_a_hidden_row_carries_no_number_at_all(empty_store):
    upload(
        empty_store,
        "survey",
        pulse("2024-01-01", people=PEOPLE[:4]) + "\n" + "\n".join(pulse("2024-02-29").splitlines()[1:]),
    )
    frame = measure.series(empty_store, "engagement").frame

    assert [True, False] == list(frame["hidden"])
    assert frame.loc[frame["hidden"], [*NUMBERS, "prior"]].isna().all(axis=None)
    assert [suppression.HIDDEN, ""] == list(frame["note"])


def test_last_years_hidden_week_is_not_told_as_this_years_prior(empty_store):
    quiet = pulse("2023-01-09", people=PEOPLE[:3], score=1).splitlines()[1:]
    upload(empty_store, "survey", "\n".join([pulse("2023-01-02", "2024-01-08", "2024-01-21"), *quiet]))
    rows = measure.series(empty_store, "engagement", grain="week").frame.set_index("period")

    assert rows.loc[date(2023, 1, 9), "hidden"]
    assert np.isnan(rows.loc[date(2024, 1, 8), "prior"])


def test_a_hidden_row_keeps_nothing_of_the_year_before(empty_store):
    now = pulse("2024-01-08", people=PEOPLE[:3], score=1).splitlines()[1:]
    upload(empty_store, "survey", "\n".join([pulse("2023-01-02", "2023-01-09", "2024-01-21"), *now]))
    rows = measure.series(empty_store, "engagement", grain="week").frame.set_index("period")

    assert rows.loc[date(2024, 1, 8), "hidden"]
    assert rows.loc[date(2024, 1, 8), [*NUMBERS, "prior"]].isna().all()


def test_a_series_with_a_hidden_row_has_no_total(empty_store):
    upload(
        empty_store,
        "survey",
        pulse("2024-01-01", people=PEOPLE[:3]) + "\n" + "\n".join(pulse("2024-02-29").splitlines()[1:]),
    )

    assert {} == measure.series(empty_store, "engagement").total


def test_the_floor_can_be_raised(tmp_path):
    with Store(tmp_path / "keel.duckdb", Settings(minimum_group=7)) as store:
        upload(store, "survey", pulse("2024-01-01"))

        assert [True] == list(measure.series(store, "engagement").frame["hidden"])


@pytest.mark.parametrize(
    "metric", [m.id for m in METRICS.values() if m.source.endswith("survey") or m.interval], ids=str
)
def test_every_score_and_every_rate_on_people_comes_with_n_and_an_interval_around_it(sample_store, metric):
    frame = measure.series(sample_store, metric).frame
    shown = frame[frame["value"].notna()]

    if METRICS[metric].min_people or METRICS[metric].source.endswith("survey"):
        assert (shown["n"] >= METRICS[metric].min_people).all()
        assert shown["n"].notna().all()
    assert (shown["low"] <= shown["value"]).all()
    assert (shown["value"] <= shown["high"]).all()
    assert (shown["low"] < shown["high"]).all()


# --- Questions that have no answer -------------------------------------------------------------------------


def test_an_unknown_metric_is_refused_with_the_list_of_those_there_are(sample_store):
    with pytest.raises(QuestionError) as refused:
        measure.series(sample_store, "profit")
    assert "'profit'" in str(refused.value)
    assert all(metric in str(refused.value) for metric in METRICS)


def test_an_unknown_dimension_is_refused_with_the_list_of_those_there_are(sample_store):
    for asked in ({"by": ["department"]}, {"only": {"department": "Sales"}}):
        with pytest.raises(QuestionError) as refused:
            measure.series(sample_store, "revenue", **asked)
        assert all(name in str(refused.value) for name in ("'department'", *METRICS["revenue"].dimensions))


def test_an_unknown_grain_is_refused_with_the_list_of_those_there_are(sample_store):
    with pytest.raises(QuestionError, match=r"'day'.*week, month, quarter, year"):
        measure.series(sample_store, "revenue", grain="day")


def test_a_metric_measured_by_month_is_not_told_by_week(sample_store):
    for metric in (id for id, metric in METRICS.items() if metric.finest == "month"):
        with pytest.raises(QuestionError, match=r"month, quarter or year"):
            measure.series(sample_store, metric, grain="week")


def test_three_dimensions_at_once_are_one_too_many(sample_store):
    with pytest.raises(QuestionError, match=r"at most two"):
        measure.series(sample_store, "revenue", by=["region", "segment", "channel"])


def test_a_drill_by_what_orders_do_not_have_is_refused_with_what_they_have(sample_store):
    with pytest.raises(QuestionError, match=r"'department'.*region, segment, product_line, channel, team"):
        measure.customers_behind(sample_store, start=sample.AS_OF, end=sample.AS_OF, only={"department": "Sales"})


# --- What stands behind a number ---------------------------------------------------------------------------

SPRING = {"start": date(2026, 4, 1), "end": date(2026, 6, 30)}


@pytest.fixture(scope="module")
def sample_members(sample_store):
    return measure.members(sample_store)["revenue"]


@pytest.mark.parametrize("depth", range(len(METRICS["revenue"].dimensions) + 1))
@pytest.mark.parametrize("most", [3, 10_000])
def test_the_customers_behind_a_number_add_up_to_it(sample_store, sample_members, depth, most):
    only = {name: sample_members[name][-1] for name in METRICS["revenue"].dimensions[:depth]}
    rows = measure.customers_behind(sample_store, only=only, most=most, **SPRING)

    for column, metric in (("revenue", "revenue"), ("margin", "gross_margin")):
        on_screen = measure.series(sample_store, metric, only=only, **SPRING).total["value"]
        assert on_screen == pytest.approx(rows[column].sum(), abs=CENT)
    rate = measure.series(sample_store, "gross_margin_rate", only=only, **SPRING).total
    assert rate["den"] == pytest.approx(rows["costed_revenue"].sum(), abs=CENT)
    assert (rows["part"] == "one").sum() <= most
    assert list(rows["part"]) == sorted(rows["part"], key=["one", "rest", "none"].index)
    assert rows.loc[rows["part"] == "one", "revenue"].is_monotonic_decreasing


def test_lines_without_a_customer_are_a_row_of_their_own(empty_store):
    rows = [
        "2024-01-01,A1,C1,10",
        "2024-01-02,A2,C2,30",
        "2024-01-03,A3,C3,20",
        "2024-01-04,A4,C4,-5",
        "2024-01-31,,,-7",
    ]
    upload(empty_store, "orders", "\n".join(["Date,Order,Customer,Amount", *rows]))
    found = measure.customers_behind(empty_store, start=date(2024, 1, 1), end=date(2024, 1, 31), most=2)

    assert [("one", 30.0, 1), ("one", 20.0, 1), ("rest", 5.0, 2), ("none", -7.0, 1)] == list(
        zip(found["part"], found["revenue"], found["customers"], strict=True)
    )
    assert ["C2", "C3"] == list(found["customer_id"].dropna())


def test_the_orders_of_a_customer_are_the_orders_the_metric_counts(empty_store):
    rows = ["2024-01-01,A1,C1,10", "2024-01-02,A2,C1,30", "2024-01-31,R1,C1,-10"]
    upload(empty_store, "orders", "\n".join(["Date,Order,Customer,Amount", *rows]))
    span = {"start": date(2024, 1, 1), "end": date(2024, 1, 31)}

    assert 2.0 == measure.series(empty_store, "orders", **span).total["value"]
    assert [2] == list(measure.customers_behind(empty_store, **span)["orders"])


def test_the_order_lines_of_a_customer_add_up_to_the_customers_row(sample_store):
    for place, row in enumerate(measure.customers_behind(sample_store, most=5, **SPRING).itertuples()):
        if row.part == "rest":
            continue
        customer = row.customer_id if row.part == "one" else None
        lines = measure.orders_behind(sample_store, customer, most=1_000_000, **SPRING)
        assert row.revenue == pytest.approx(lines["amount"].sum(), abs=CENT), place
        assert row.revenue == pytest.approx(lines["all_amount"].iloc[0], abs=CENT)
        assert row.margin == pytest.approx(lines["margin"].sum(), abs=CENT)
        assert len(lines) == lines["all_lines"].iloc[0]


def test_a_list_cut_short_still_says_what_all_lines_come_to(sample_store):
    row = measure.customers_behind(sample_store, most=1, **SPRING).iloc[0]
    lines = measure.orders_behind(sample_store, row["customer_id"], most=1, **SPRING)

    assert 1 == len(lines)
    assert lines["all_lines"].iloc[0] > 1
    assert row["revenue"] == pytest.approx(lines["all_amount"].iloc[0], abs=CENT)


def test_the_walk_of_headcount_takes_opening_to_closing(sample_store):
    frame = measure.series(sample_store, "headcount").frame
    whole = frame[~frame["partial"]].set_index("period")["value"]

    for period in list(whole.index)[-12:]:
        steps = measure.headcount_walk(sample_store, start=period, end=add_months(period, 1) - DAY)
        walked = dict(steps)
        assert steps[0] == ("opening", whole[add_months(period, -1)])
        assert walked["closing"] == whole[period]
        assert walked["closing"] == sum(people for step, people in steps if step != "closing")


def test_members_of_answers_on_people_are_those_of_closed_waves(sample_store):
    listed = measure.members(sample_store)

    assert ["Finance & People", "Operations", "Product", "Sales", "Support"] == sorted(
        listed["engagement"]["department"]
    )
    assert ["Hamburg", "Lyon", "Porto", "Turin"] == sorted(listed["engagement"]["site"])


def test_a_copy_of_the_sample_can_be_written_into_and_the_shared_one_stays(fresh_sample, sample_store):
    before = measure.series(sample_store, "revenue").total["value"]
    upload(fresh_sample, "orders", "Date,Order,Customer,Amount\n2026-09-27,Z1,Z1,1000")

    assert before + 1000 == pytest.approx(measure.series(fresh_sample, "revenue").total["value"], abs=CENT)
    assert before == measure.series(sample_store, "revenue").total["value"]


# --- Any company: what holds for every table of orders -----------------------------------------------------

FIRST = date(2022, 1, 1)
DAYS = 365 * 3
NAMES = {"region": ("North", "South", ""), "segment": ("Large", "Small"), "product_line": ("Rope", "Paint", "")}
NAMES |= {"channel": ("Web", "Phone"), "team": ("A", "")}
LINE = st.tuples(
    st.integers(0, DAYS - 1),
    st.sampled_from(["O1", "O2", "O3", "O4", "O5", "O6", ""]),
    st.sampled_from(["C1", "C2", "C3", "C4", "C5", ""]),
    *(st.sampled_from(names) for names in NAMES.values()),
    st.integers(-5_000, 20_000),  # cents
    st.one_of(st.none(), st.integers(-4_000, 15_000)),
)
TABLES = st.lists(LINE, min_size=5, max_size=60)
FEW = settings(  # not shrunk when it fails: each example opens stores of its own, and is small as it is
    max_examples=15,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
COLUMNS = ["day", "order", "customer", *NAMES, "amount", "cost"]


@contextmanager
def company_of(table: list[tuple], empty_file: Path) -> Iterator[tuple[Store, pd.DataFrame]]:
    """A store with these order lines and with one of 1 cent on the first and last day, and the lines as a frame."""
    ends = [(0, "", "", *[""] * len(NAMES), 1, 1), (DAYS - 1, "", "", *[""] * len(NAMES), 1, 1)]
    lines = pd.DataFrame([*table, *ends], columns=COLUMNS).astype({"cost": "Int64"})
    lines["day"] = [FIRST + timedelta(days=int(days)) for days in lines["day"]]
    csv = lines.assign(amount=lines["amount"] / 100, cost=lines["cost"].astype(float) / 100)
    header = ["Date", "Order", "Customer", "Region", "Segment", "Product line", "Channel", "Team", "Amount", "Cost"]
    with tempfile.TemporaryDirectory() as folder, Store(shutil.copy(empty_file, folder), Settings()) as store:
        upload(store, "orders", csv.to_csv(index=False, header=header))
        yield store, lines


@FEW
@given(TABLES, st.permutations(list(NAMES)), st.data())
def test_the_rows_of_any_drill_path_add_up_to_its_number(empty_file, table, path, data):
    with company_of(table, empty_file) as (store, lines):
        only: dict[str, str] = {}
        view = lines
        last = lines["day"].max()
        for name in path:
            on_screen = view["amount"].sum() / 100
            rows = measure.customers_behind(store, only=only, most=2, start=FIRST, end=last)
            assert on_screen == pytest.approx(rows["revenue"].sum(), abs=CENT)
            parts = measure.series(store, "revenue", grain="year", by=[name], only=only)
            assert on_screen == pytest.approx(parts.frame["value"].sum(), abs=CENT)
            assert on_screen == pytest.approx(parts.total["value"], abs=CENT)
            row = rows[rows["part"] != "rest"].iloc[-1]
            customer = row["customer_id"] if row["part"] == "one" else None
            behind = measure.orders_behind(store, customer, only=only, start=FIRST, end=last)
            assert row["revenue"] == pytest.approx(behind["amount"].sum(), abs=CENT)
            member = data.draw(st.sampled_from(sorted(set(view[name]))), label=name)
            only[name] = member or measure.NO_MEMBER
            view = view[view[name] == member]
        on_screen = measure.series(store, "revenue", grain="year", only=only).total["value"]
        assert on_screen == pytest.approx(view["amount"].sum() / 100, abs=CENT)


@FEW
@given(
    TABLES, st.sampled_from([(metric, by) for metric in ORDERS for by in itertools.permutations(metric.dimensions, 2)])
)
def test_the_parts_of_any_split_make_the_whole(empty_file, table, asked):
    metric, by = asked
    with company_of(table, empty_file) as (store, lines):
        whole = measure.series(store, metric.id, grain="quarter").frame.set_index("period")
        for names in (by, by[:1]):
            parts = measure.series(store, metric.id, grain="quarter", by=names).frame
            sums = parts.groupby("period")[["num", "den"]].sum(min_count=1)  # no number anywhere is no number
            told = whole["num"].notna()  # a quarter whose lines have no cost has no margin, though quiet groups have 0
            np.testing.assert_allclose(sums["num"][told], whole["num"][told], atol=CENT)
            if metric.roll == "ratio":
                np.testing.assert_allclose(sums["den"], whole["den"], atol=CENT)
                known = sums["den"].abs() > CENT
                np.testing.assert_allclose(
                    (sums["num"] / sums["den"])[known], whole["value"][known], rtol=1e-9, atol=1e-9
                )
                assert whole["value"][~known].isna().all()
        if metric.id == "revenue":
            by_quarter = lines.groupby([Calendar().start(day, "quarter") for day in lines["day"]])["amount"].sum()
            np.testing.assert_allclose(whole.loc[by_quarter.index, "value"], by_quarter / 100, atol=CENT)


def windows(lines: pd.DataFrame, window: int) -> dict[date, dict[str, tuple[int, int]]]:
    """Month -> customer -> (opening, closing) in cents, worked out from the lines: what movements are held against."""
    bought: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in lines[lines["customer"] != ""].itertuples():
        bought[row.customer][(row.day.year - FIRST.year) * 12 + row.day.month - 1] += row.amount
    found = {}
    for month in range(2 * window - 1, DAYS // 30 - 1):
        inside = {}
        for customer, months in bought.items():
            closing = sum(amount for m, amount in months.items() if month - window < m <= month)
            opening = sum(amount for m, amount in months.items() if month - 2 * window < m <= month - window)
            if opening or closing:
                inside[customer] = (opening, closing)
        found[add_months(FIRST, month)] = inside
    return found


@FEW
@given(TABLES)
def test_movements_take_opening_to_closing_to_the_cent_in_every_month_and_region(empty_file, table):
    with company_of(table, empty_file) as (store, lines):
        for window in (3, 6, 12):
            whole = measure.movements(store, window_months=window).set_index(["month", "movement"]).sort_index()
            assert ((whole["opening"] + whole["change"] - whole["closing"]).abs() <= CENT).all()
            falls = whole.index.get_level_values("movement").isin(["contraction", "lost"])
            assert (whole.loc[falls, "change"] < 0).all()
            assert (whole.loc[~falls, "change"] >= 0).all()
            parts = [measure.movements(store, window_months=window, region=region) for region in NAMES["region"]]
            sums = pd.concat(parts).groupby(["month", "movement"]).sum(numeric_only=True)
            pd.testing.assert_frame_equal(whole, sums, check_dtype=False, atol=CENT)
            ends = whole.groupby("month")[["opening", "closing"]].sum()
            for month, customers in windows(lines, window).items():
                # who has the same credit in both windows has a case of its own in metrics/revenue_movements.toml
                moved = [(o, c) for o, c in customers.values() if not o == c <= 0]
                found = ends.loc[month] if month in ends.index else pd.Series({"opening": 0, "closing": 0})
                assert found["opening"] == pytest.approx(sum(o for o, _ in moved) / 100, abs=CENT)
                assert found["closing"] == pytest.approx(sum(c for _, c in moved) / 100, abs=CENT)


@FEW
@given(TABLES)
def test_retention_and_active_customers_are_those_worked_out_from_the_lines(empty_file, table):
    with company_of(table, empty_file) as (store, lines):
        nrr = measure.series(store, "net_revenue_retention").frame.set_index("period")
        grr = measure.series(store, "gross_revenue_retention").frame.set_index("period")
        for month, customers in windows(lines, 12).items():
            base = [(o, c) for o, c in customers.values() if o > 0]
            opened = sum(o for o, _ in base)
            if not opened:
                assert month not in nrr.index or np.isnan(nrr.loc[month, "value"])
                continue
            assert nrr.loc[month, "value"] == pytest.approx(sum(c for _, c in base) / opened)
            assert grr.loc[month, "value"] == pytest.approx(sum(min(o, c) for o, c in base) / opened)
            assert grr.loc[month, "value"] <= 1
        active = measure.series(store, "active_customers").frame.set_index("period")["value"]
        buys = lines[(lines["customer"] != "") & (lines["amount"] > 0)]
        for place in range(5, 35):
            close = add_months(FIRST, place + 1) - DAY
            inside = buys[(buys["day"] >= add_months(close, -6)) & (buys["day"] <= close)]
            # a month with nobody has a case of its own in metrics/active_customers.toml
            assert active.get(add_months(FIRST, place), 0.0) == inside["customer"].nunique()
