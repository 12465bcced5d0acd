"""Bearings on real stores: the week's own numbers, what is declared and when it counts, the evidence in words, the outlook's series."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from keel import __main__ as command_line
from keel import bearings, charts, company, intake, measure, outlook, verdicts
from keel.charts.chain import Arrow, Node
from keel.errors import QuestionError
from keel.leads import CONFIRMED, NO_EVIDENCE, SUGGESTIVE, TOO_LITTLE, WEEK, Link
from keel.store import Store
from keel.verdicts import Claim

PLANTED = {
    "engagement",
    "enps",
    "nps",
    "csat",
    "ces",
    "advocates",
}  # the sample's chain, and other questions of the same surveys


@pytest.fixture
def store(empty_store: Store) -> Store:
    return empty_store


def take_in(store: Store, kind: str, rows: str) -> None:
    reading = company.preview(
        store, rows.strip().encode(), name=f"{kind}.csv", kind=kind, mapping=intake.with_options(None, {}) or None
    )
    assert [] == list(reading.rejected)
    company.take_in(store, reading, who="test")


def declared(store: Store, **asked: object) -> dict[tuple[str, str], Link]:
    pairs, ways = bearings.declared_pairs(store, bearings.claims(store), end=asked.get("end"))  # type: ignore[arg-type]
    found = bearings.evidence(store, pairs, directions=ways, **asked)  # type: ignore[arg-type]
    return {(link.lead, link.lag): link for link in found}


# The sample company


def test_what_is_planted_in_the_sample_is_confirmed_at_its_lag(sample_store: Store):
    """Planted: engagement moves NPS 8 weeks later, NPS revenue 13 weeks later (keel.sample_truth)."""
    found = declared(sample_store)
    for pair, weeks in ((("engagement", "nps"), 8), (("nps", "revenue"), 13)):
        assert CONFIRMED == found[pair].status
        assert 1 == found[pair].sign
        lag = found[pair].lag_weeks
        assert lag is not None
        assert abs(lag - weeks) <= 1
    assert {("engagement", "nps"), ("nps", "revenue")} == {
        pair for pair, link in found.items() if link.status == CONFIRMED
    }


def test_engagement_is_no_evidence_for_turnover_and_says_what_could_have_been_seen(sample_store: Store):
    link = declared(sample_store)["engagement", "voluntary_turnover"]
    assert NO_EVIDENCE == link.status
    assert 0.05 < link.detectable_r2 < 0.25
    known = measure.metrics(sample_store)
    words = verdicts.in_words(link, known["engagement"], known["voluntary_turnover"])
    assert f"{round(100 * link.detectable_r2)}\u00a0%" in words.would_change
    assert "Nothing in 155 weeks" in words.sentence


def test_nothing_is_claimed_for_unrelated_pairs_of_the_sample(sample_store: Store):
    pairs = bearings.other_pairs(sample_store, bearings.claims(sample_store))
    found = bearings.evidence(sample_store, pairs)
    claimed = [link for link in found if link.status in (CONFIRMED, SUGGESTIVE)]
    assert {link.status for link in claimed} <= {SUGGESTIVE}  # what was found by looking is never confirmed
    assert {link.lead for link in claimed} <= PLANTED
    assert len(found) > 100


def test_on_the_first_60_weeks_nothing_at_all_is_claimed(sample_store: Store):
    end = date(2023, 10, 2) + 60 * WEEK - timedelta(days=1)
    found = declared(sample_store, end=end)
    pairs = bearings.other_pairs(sample_store, bearings.claims(sample_store), end=end)
    every = [*found.values(), *bearings.evidence(sample_store, pairs, end=end)]
    assert {TOO_LITTLE} == {link.status for link in every}
    assert 60 == found["engagement", "nps"].n


def test_what_comes_after_the_day_asked_for_changes_nothing_before_it(sample_store: Store):
    end = date(2026, 3, 1)
    early = bearings.history(sample_store, ["revenue", "nps", "voluntary_turnover", "customer_churn"], end=end)
    late = bearings.history(sample_store, ["revenue", "nps", "voluntary_turnover", "customer_churn"])
    assert early.weeks == late.weeks[: len(early.weeks)]
    assert early.weeks[-1] + 7 * timedelta(days=1) - timedelta(days=1) == end
    for id, values in early.values.items():
        np.testing.assert_array_equal(values, late.values[id][: len(values)])


def test_the_same_question_has_the_same_answer(sample_store: Store):
    assert declared(sample_store) == declared(sample_store)


def test_a_view_of_one_region_takes_what_has_regions_and_says_what_has_none(sample_store: Store):
    found = declared(sample_store, only={"region": "North"})
    assert TOO_LITTLE == found["engagement", "nps"].status
    assert "not split by region" in found["engagement", "nps"].reason
    assert 156 == found["nps", "revenue"].n
    whole = declared(sample_store)["nps", "revenue"]
    assert whole.p != found["nps", "revenue"].p or whole.z != found["nps", "revenue"].z


def test_each_region_is_looked_at_and_so_none_is_declared(sample_store: Store):
    found = dict(bearings.within(sample_store, "nps", "revenue", "region"))
    assert ["East", "North", "South", "West"] == sorted(found)
    assert not any(link.declared for link in found.values())


@pytest.mark.parametrize(
    ("lead", "by", "sentence"),
    [
        ("engagement", "region", "it cannot be split by 'region'"),
        ("turnover", "department", "is on people, whose groups are told by month"),
        ("nps", "colour", "cannot be split"),
    ],
)
def test_a_split_that_is_not_there_is_one_sentence(sample_store: Store, lead: str, by: str, sentence: str):
    with pytest.raises(QuestionError, match=sentence):
        bearings.within(sample_store, lead, {"nps": "revenue", "turnover": "voluntary_turnover"}.get(lead, "nps"), by)


# The week's own numbers


def test_the_weeks_own_leavers_over_the_people_at_its_start(store: Store):
    """Six people on 1 January 2024, a Monday. In the week of the 8th one resigns (Wednesday the 10th) and one retires (Sunday
    the 14th): 2/6 left, 1/6 resigned. In the week of the 15th nobody of the four left, and one is hired: 0/4.
    """
    rows = ["employee,hired,left,leaving kind", *(f"E{n},2020-01-01,," for n in range(4))]
    rows += ["E5,2020-01-01,2024-01-10,resignation", "E6,2020-01-01,2024-01-14,retirement", "E7,2024-01-16,,"]
    rows += ["E8,2020-01-01,2024-01-02,resignation", "E9,2024-01-22,2024-01-29,resignation"]
    take_in(store, "employees", "\n".join(rows))
    found = {
        (row["metric"], row["period"]): (row["num"], row["den"])
        for row in store.rows("weekly_flows", region=None, segment=None)
    }
    assert (2, 6) == found["turnover", date(2024, 1, 8)]
    assert (1, 6) == found["voluntary_turnover", date(2024, 1, 8)]
    assert (0, 4) == found["turnover", date(2024, 1, 15)]
    assert ("turnover", date(2024, 1, 1)) not in found  # begins before the first leaving in the file, of the 2nd


def test_a_week_of_fewer_people_than_may_be_told_has_no_number(store: Store):
    """Five at the start of the week of the 8th, then four: the second week is not told."""
    rows = ["employee,hired,left,leaving kind", *(f"E{n},2020-01-01,," for n in range(4))]
    rows += [
        "E5,2020-01-01,2024-01-10,resignation",
        "E6,2020-01-01,2024-01-02,resignation",
        "E7,2024-01-22,2024-01-29,resignation",
    ]
    take_in(store, "employees", "\n".join(rows))
    past = bearings.history(store, ["turnover"])
    assert (date(2024, 1, 8),) == past.weeks
    assert [0.2] == past.values["turnover"].tolist()


def test_the_weeks_own_churn_is_as_a_person_would_count_it(sample_store: Store):
    """By pandas-free counting over the customers' spells, three weeks of them."""
    spells = sample_store._connection.execute("select number, active_from, active_until from spells").fetchall()
    found = {
        row["period"]: (row["num"], row["den"])
        for row in sample_store.rows("weekly_flows", region=None, segment=None)
        if row["metric"] == "customer_churn"
    }
    for week in (date(2024, 6, 3), date(2025, 3, 10), date(2026, 9, 14)):
        opens, closes = week - timedelta(days=1), week + timedelta(days=6)
        at_start = {n for n, begins, ends in spells if begins <= opens < ends}
        at_close = {n for n, begins, ends in spells if begins <= closes < ends}
        assert (len(at_start - at_close), len(at_start)) == found[week]


def test_a_number_measured_by_month_says_so(sample_store: Store):
    past = bearings.history(sample_store, ["net_revenue_retention", "revenue"])
    assert "measured by month" in past.missing["net_revenue_retention"]
    assert ["revenue"] == list(past.values)
    with pytest.raises(QuestionError, match="measured by month"):
        bearings.ahead(sample_store, "net_revenue_retention")


def test_amounts_and_counts_are_taken_in_logarithms_and_scores_are_not(sample_store: Store):
    assert {"revenue", "orders"} == bearings.history(sample_store, ["revenue", "orders", "nps", "engagement"]).amounts


# What is declared


def test_what_the_catalogue_declares_counts_from_the_beginning(fresh_sample: Store):
    bearings.look(fresh_sample, [("nps", "revenue")], who="Ann")
    claim = next(claim for claim in bearings.claims(fresh_sample) if claim.pair == ("nps", "revenue"))
    assert (None, None, None) == (claim.declared_on, claim.looked_on, claim.counts_from)
    assert claim.pair in bearings.counting([claim], None)


def test_good_is_expected_to_be_followed_by_good(sample_store: Store):
    """More engagement is better, less turnover is better: they go opposite ways; NPS and revenue go the same way."""
    ways = {claim.pair: claim.direction for claim in bearings.claims(sample_store)}
    assert -1 == ways["engagement", "voluntary_turnover"]
    assert 1 == ways["nps", "revenue"]
    assert -1 == ways["voluntary_turnover", "nps"]


def test_a_pair_declared_before_anyone_looked_counts_at_once(fresh_sample: Store):
    bearings.declare(fresh_sample, "csat", "revenue", weeks=(8, 13), direction=1, who="Ann", token="1")
    link = declared(fresh_sample)["csat", "revenue"]
    assert link.declared
    assert 13 == len(link.z_by_lag[0])


def test_a_pair_that_was_looked_at_first_waits_for_as_many_new_weeks(fresh_sample: Store):
    bearings.look(fresh_sample, [("csat", "revenue")], who="Bo")
    bearings.declare(fresh_sample, "csat", "revenue", weeks=(8, 13), direction=1, who="Ann", token="1")
    claim = bearings.claims(fresh_sample)[-1]
    today = claim.declared_on
    assert today is not None
    assert today == claim.looked_on
    assert today + 13 * WEEK == claim.counts_from
    assert [] == bearings.counting([claim], date(2026, 9, 27))
    assert [] == bearings.counting([claim], today + 13 * WEEK - timedelta(days=1))
    assert [claim.pair] == bearings.counting([claim], today + 13 * WEEK)
    assert ("csat", "revenue") not in declared(fresh_sample)
    assert ("csat", "revenue") == bearings.other_pairs(fresh_sample, bearings.claims(fresh_sample))[0]


def test_the_first_look_is_kept_and_a_second_changes_nothing(fresh_sample: Store):
    bearings.look(fresh_sample, [("csat", "revenue"), ("ces", "revenue")], who="Bo")
    before = fresh_sample.rows("said")
    bearings.look(fresh_sample, [("ces", "revenue")], who="Ann")
    assert before == fresh_sample.rows("said")
    bearings.look(fresh_sample, [("ces", "revenue"), ("ces", "orders")], who="Ann")
    assert {("csat", "revenue"), ("ces", "revenue"), ("ces", "orders")} == bearings.looked_at(fresh_sample)


def test_a_declaration_said_again_keeps_its_first_day_and_takes_the_last_words(fresh_sample: Store):
    bearings.declare(fresh_sample, "csat", "revenue", weeks=(8, 13), direction=1, who="Ann", token="1")
    first = bearings.claims(fresh_sample)[-1]
    bearings.look(fresh_sample, [("csat", "revenue")], who="Bo")
    bearings.declare(fresh_sample, "csat", "revenue", weeks=(4, 6), direction=-1, who="Bo", token="2")
    last = bearings.claims(fresh_sample)[-1]
    assert ((4, 6), -1, "Bo", first.declared_on) == (last.weeks, last.direction, last.who, last.declared_on)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"lag": "csat"}, "on both sides; two different numbers"),
        ({"lag": "no such"}, "there is no such metric"),
        ({"weeks": (0, 4)}, "found 0 to 4 weeks; from 1 to 26"),
        ({"weeks": (9, 4)}, "found 9 to 4 weeks"),
        ({"direction": 2}, "found the direction 2"),
        ({"who": "  "}, "your name: nothing was typed"),
        ({"lead": "nps"}, "is declared to lead Net revenue already"),
    ],
)
def test_a_declaration_that_says_too_little_is_one_sentence(
    fresh_sample: Store, more: dict[str, object], sentence: str
):
    asked: dict[str, object] = {
        "lead": "csat",
        "lag": "revenue",
        "weeks": (4, 8),
        "direction": 1,
        "who": "Ann",
        "token": "1",
    }
    with pytest.raises(QuestionError, match=sentence):
        bearings.declare(fresh_sample, **{**asked, **more})  # type: ignore[arg-type]
    assert [] == fresh_sample.rows("said")


def test_nothing_can_be_declared_of_nothing(empty_store: Store):
    with pytest.raises(QuestionError, match="nothing has been uploaded yet"):
        bearings.declare(empty_store, "nps", "orders", weeks=(4, 8), direction=1, who="Ann", token="1")
    assert ([], []) == bearings.declared_pairs(empty_store, bearings.claims(empty_store))
    assert [] == bearings.other_pairs(empty_store, bearings.claims(empty_store))


def test_what_goes_the_other_way_than_was_declared_is_no_evidence_for_it(sample_store: Store):
    (right,) = bearings.evidence(sample_store, [("nps", "revenue")], directions=[1])
    (wrong,) = bearings.evidence(sample_store, [("nps", "revenue")], directions=[-1])
    (open_,) = bearings.evidence(sample_store, [("nps", "revenue")], directions=[0])
    assert (CONFIRMED, NO_EVIDENCE, CONFIRMED) == (right.status, wrong.status, open_.status)
    assert "the other way than was declared" in wrong.reason
    known = measure.metrics(sample_store)
    told = verdicts.in_words(wrong, known["nps"], known["revenue"], Claim("nps", "revenue", (8, 26), -1))
    assert "the opposite of what was declared" in told.sentence


def test_what_is_looked_for_goes_from_leading_numbers_to_results_or_further_down_the_way(sample_store: Store):
    pairs = {*bearings.undeclared(sample_store, bearings.claims(sample_store))}
    assert ("enps", "nps") in pairs  # from people to customers
    assert ("csat", "revenue") in pairs
    assert ("nps", "engagement") not in pairs  # against the way
    assert ("engagement", "nps") not in pairs  # declared
    assert ("nps", "csat") not in pairs  # of one survey
    assert ("revenue", "orders") not in pairs  # from a result
    assert ("csat", "net_revenue_retention") not in pairs  # by month


# In words


@pytest.fixture
def known(sample_store: Store) -> dict[str, object]:
    return dict(measure.metrics(sample_store))


MADE = Link(
    "nps", "revenue", True, 156, CONFIRMED, "", p=0.001, q=0.01, lag_weeks=13, lag_set=(13,), window=1, z=5.0, sign=1, passes=True,
    detectable_r2=0.114, usual_move=5.83, effect=0.035, effect_low=0.027, effect_high=0.0434, is_lag_log=True,
)  # fmt: skip


def test_a_confirmed_link_is_told_with_what_it_was_worth_as_a_range(known):
    told = verdicts.in_words(MADE, known["nps"], known["revenue"])
    assert "Customer NPS has moved about 13 weeks before net revenue, in the same direction." == told.sentence
    assert (
        "A usual move of customer NPS, 5.8 pts up, was followed by net revenue 2.7 to 4.3 % higher than it would have been."
        == told.worth.replace("\u00a0", " ")
    )


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-0.043, -0.027, "2.7 to 4.3 % lower"),
        (-0.002, 0.043, "between 0.20 % lower and 4.3 % higher"),
        (0.1234, 0.25, "12 to 25 % higher"),
    ],
)
def test_a_range_says_its_direction(known, low, high, words):
    told = verdicts.in_words(replace(MADE, effect_low=low, effect_high=high), known["nps"], known["revenue"])
    assert words in told.worth.replace("\u00a0", " ")


def test_no_verdict_speaks_of_causes_or_of_p(known):
    for status in (CONFIRMED, SUGGESTIVE, NO_EVIDENCE, TOO_LITTLE):
        told = verdicts.in_words(
            replace(MADE, status=status, passes=status in (CONFIRMED, SUGGESTIVE)), known["nps"], known["revenue"]
        )
        every = " ".join(vars(told).values()).lower()
        assert not {"cause", "causes", "because of", "p ="} & {*every.split(), *(["p ="] if "p =" in every else [])}
        assert told.word in ("Confirmed", "Suggestive", "No evidence", "Too little data")
        assert told.advice


def test_a_lag_outside_what_was_expected_is_said(known):
    told = verdicts.in_words(MADE, known["nps"], known["revenue"], Claim("nps", "revenue", (2, 6), 1))
    assert "Expected were 2 to 6 weeks." in told.sentence


def test_too_little_data_says_how_many_weeks_are_lacking(known):
    told = verdicts.in_words(
        replace(MADE, status=TOO_LITTLE, n=100, reason="Too little."), known["nps"], known["revenue"]
    )
    assert "4 more weeks would do" in told.would_change


def test_the_record_of_past_outlooks_is_told_whole():
    made = outlook.Outlook((), "", None, 100, mase=0.7, record=outlook.Record((), 26, 14, 22))
    told = verdicts.record_in_words(made).replace("\u00a0", " ")
    assert (
        "Of 26 weeks foretold before, 22 lay inside the 80 % band and 14 inside the 50 % band. On average they were 30 % closer than last year's same weeks."
        == told
    )
    assert "no record" in verdicts.record_in_words(outlook.Outlook((), "", None, 30))


# The outlook, and pictures


def test_the_outlook_of_revenue_takes_its_confirmed_lead_and_its_weeks_follow_the_data(sample_store: Store):
    pairs, ways = bearings.declared_pairs(sample_store, bearings.claims(sample_store))
    links = bearings.evidence(sample_store, pairs, directions=ways)
    confirmed = bearings.confirmed_into(links, "revenue")
    assert [("nps", 13)] == confirmed
    made, past = bearings.ahead(sample_store, "revenue", confirmed=confirmed)
    assert [date(2026, 9, 28) + n * WEEK for n in range(13)] == [one.week for one in made.ahead]
    assert date(2026, 9, 21) == past.weeks[-1]
    assert 26 == made.record.weeks
    assert made.mase < made.mase_without  # the planted lead makes it better


def test_the_chain_draws_every_number_once_and_escapes_what_was_typed():
    nodes = [Node("a", "<b>A</b>", "lead", "One", "1"), Node("b", "B", "lead", "Two"), Node("c", "C", "lag", "Three")]
    arrows = [
        Arrow("a", "b", "no evidence", "no evidence"),
        Arrow("a", "c", "confirmed", "✓ about 8 weeks"),
        Arrow("b", "c", "confirmed", "✓ 2"),
    ]
    html = charts.chain(nodes, arrows, ["One", "Zero", "Two", "Three"], theme=charts.LIGHT)
    assert 3 == html.count("keel-chain-box")
    assert 3 == html.count("keel-chain-words")
    assert "&lt;b&gt;A&lt;/b&gt;" in html
    assert "Zero" not in html
    assert "" == charts.chain(nodes, [], ["One"], theme=charts.LIGHT)


def test_links_over_the_same_stages_have_lanes_of_their_own():
    from keel.charts.chain import _Drawing

    nodes = tuple(
        Node(id, id, "lead", stage) for id, stage in (("a", "1"), ("b", "1"), ("c", "2"), ("d", "3"), ("e", "4"))
    )
    arrows = tuple(
        Arrow(lead, lag, "confirmed", "") for lead, lag in (("a", "c"), ("a", "d"), ("b", "d"), ("a", "e"), ("d", "e"))
    )
    drawn = _Drawing(nodes, arrows, ("1", "2", "3", "4"))
    assert {1, 2, 3} == {*drawn.lanes}  # those that do not go to the next stage
    assert 3 == len({*drawn.lanes.values()})


def test_the_evidence_by_lag_has_a_bar_for_each_and_the_band_of_an_outlook_no_bare_line(sample_store: Store):
    link = declared(sample_store)["engagement", "nps"]
    bars = charts.by_lag(link, theme=charts.LIGHT).data[0]
    assert [*range(1, 14)] == list(bars.x)
    assert 8 == 1 + int(np.argmax(np.abs(bars.y)))
    made, past = bearings.ahead(sample_store, "revenue")
    metric = measure.metrics(sample_store)["revenue"]
    figure = charts.outlook(past.weeks, past.values["revenue"].tolist(), made.ahead, metric, theme=charts.LIGHT)
    after = [trace for trace in figure.data if trace.x[0] >= "2026-09-28" and trace.mode == "lines"]
    assert 4 == len(after)
    assert {0} == {trace.line.width for trace in after}
    shown = bearings.shifted(sample_store, "engagement", "nps", lag_weeks=8)
    lines = charts.shifted(shown, metric, metric, lag_weeks=8, theme=charts.LIGHT).data
    assert 112 == len(lines[0].x)  # two years and the eight weeks that the lead is ahead


# The command line


@pytest.fixture
def ask(fresh_sample: Store, capsys: pytest.CaptureFixture[str]) -> Callable[..., dict]:
    path = str(fresh_sample.path)
    fresh_sample.close()

    def asking(*words: str) -> dict:
        assert 0 == command_line.main([*words, "--json", "--store", path])
        found: dict = json.loads(capsys.readouterr().out)
        return found

    return asking


def test_leads_as_json_has_the_shape_that_was_promised_and_looking_is_kept(ask):
    found = ask("leads", "--lag", "revenue")
    assert "2026-09-27" == found["as_of"]
    first = found["pairs"][0]
    assert {
        "lead",
        "lag",
        "declared",
        "n",
        "p",
        "q",
        "lag_weeks",
        "lag_set",
        "window",
        "z",
        "reverse_p",
        "status",
        "detectable_r2",
    } <= {*first}
    assert ("nps", "revenue", True, "confirmed", 13) == tuple(
        first[name] for name in ("lead", "lag", "declared", "status", "lag_weeks")
    )
    assert {"revenue"} == {pair["lag"] for pair in found["pairs"]}
    assert not any(pair["declared"] for pair in found["pairs"][1:])
    assert first == ask("leads", "--lead", "nps", "--lag", "revenue")["pairs"][0]


def test_an_outlook_as_json_names_its_weeks_bands_and_record(ask):
    found = ask("outlook", "revenue")
    assert 13 == len(found["ahead"])
    week = found["ahead"][0]
    assert "2026-09-28" == week["week"]
    assert week["low_80"] < week["low_50"] < week["high_50"] < week["high_80"]
    assert {"weeks", "inside_50", "inside_80"} == {*found["record"]}
    early = ask("outlook", "revenue", "--as-of", "2024-05-01")
    assert ([], "Too little history for an outlook: 30 weeks; it takes 39.") == (early["ahead"], early["reason"])
