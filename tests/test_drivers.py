"""Drivers ranked from sums: the weights against other routes to the same numbers, and how often chance is called a driver."""

from datetime import date
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from keel import company, drivers, intake, measure
from keel.charts import shares
from keel.drivers import DRIVER, WITH_THE_REST, Driver, Drivers, Moments
from keel.settings import Settings
from keel.store import Store

NAMES = ("Clarity", "Growth", "Manager", "Pride", "Team", "Trust")


def moments(answers: np.ndarray) -> Moments:
    """The moments of answers: people x (drivers, and last the outcome)."""
    people, columns = answers.shape
    return Moments(NAMES[: columns - 1], np.cov(answers.T), people, people)


def r2(correlation: np.ndarray, chosen: list[int]) -> float:
    """What some of the drivers account for: r' R^-1 r."""
    with_outcome = correlation[chosen, -1]
    return float(with_outcome @ np.linalg.solve(correlation[np.ix_(chosen, chosen)], with_outcome)) if chosen else 0.0


def averaged_over_orders(correlation: np.ndarray) -> np.ndarray:
    """What each driver adds to R² when it is put in, averaged over every order (Lindeman, Merenda and Gold, 1980)."""
    count = len(correlation) - 1
    found = np.zeros(count)
    orders = list(permutations(range(count)))
    for order in orders:
        for place, one in enumerate(order):
            found[one] += r2(correlation, list(order[: place + 1])) - r2(correlation, list(order[:place]))
    return found / len(orders)


def tables(count: int, of: int, seed: int = 3) -> list[np.ndarray]:
    """Correlation tables of people with one mood behind all their answers."""
    luck = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        mood = luck.normal(size=(500, 1))
        found.append(np.corrcoef((luck.uniform(0.2, 1.0, of + 1) * mood + luck.normal(size=(500, of + 1))).T))
    return found


# The weights


def test_of_two_drivers_the_weights_are_the_closed_form():
    """Of two drivers that correlate by r the root of the table is [[s, t], [t, s]] with s² + t² = 1 and 2st = r, so with
    u = √(1 + r), v = √(1 - r): s = (u + v) / 2, t = (u - v) / 2. By hand for r = .5 and outcomes .4, .3: s = .965926,
    t = .258819; the stand-ins' coefficients (s·.4 - t·.3) / (s² - t²) = .356493 and (s·.3 - t·.4) / (s² - t²) = .215063;
    s²·.127087 + t²·.046252 = .121672 and t²·.127087 + s²·.046252 = .051667. They add up to R² = (.16 + .09 - 2·.5·.4·.3) / .75.
    """
    raw, coefficients = drivers.relative_weights(np.array([[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]]))

    assert [0.121672, 0.051667] == pytest.approx(raw, abs=1e-5)
    assert 0.13 / 0.75 == pytest.approx(raw.sum())
    assert [0.25 / 0.75, 0.10 / 0.75] == pytest.approx(
        coefficients
    )  # (.4 - .5·.3) / (1 - .25) and (.3 - .5·.4) / (1 - .25)


def test_uncorrelated_drivers_weigh_what_their_squared_correlations_do():
    correlation = np.array([[1, 0, 0, 0.5], [0, 1, 0, -0.3], [0, 0, 1, 0], [0.5, -0.3, 0, 1]])

    assert [0.25, 0.09, 0.0] == pytest.approx(drivers.relative_weights(correlation)[0])


def test_the_weights_are_those_of_the_root_found_by_steps_and_add_up_to_r2():
    """The root of the table by Denman and Beavers' iteration (1976), which knows no eigenvalues, and lstsq for the rest."""
    for correlation in tables(20, 5):
        root, inverse = correlation[:-1, :-1], np.eye(5)
        for _ in range(60):
            root, inverse = (root + np.linalg.inv(inverse)) / 2, (inverse + np.linalg.inv(root)) / 2
        of_stand_ins = np.linalg.lstsq(root, correlation[:-1, -1])[0]
        raw, coefficients = drivers.relative_weights(correlation)

        assert root**2 @ of_stand_ins**2 == pytest.approx(raw)
        assert r2(correlation, [0, 1, 2, 3, 4]) == pytest.approx(raw.sum())
        assert np.linalg.solve(correlation[:-1, :-1], correlation[:-1, -1]) == pytest.approx(coefficients)


def test_the_weights_lie_close_to_what_each_adds_on_average_over_every_order():
    """The two agree to a few hundredths of R² (Johnson, 2000; LeBreton, Ployhart and Ladd, 2004), and order the drivers alike."""
    for correlation in tables(20, 5):
        raw, expected = drivers.relative_weights(correlation)[0], averaged_over_orders(correlation)

        assert expected / expected.sum() == pytest.approx(raw / raw.sum(), abs=0.03)
        assert expected.argmax() == raw.argmax()


def test_the_ranges_of_coefficients_are_as_wide_as_the_textbook_has_them():
    """Of uncorrelated drivers, one with .3 and one with nothing, 100 people: the coefficients are correlations, so that of .3 has
    the standard error (1 - .3²) / √100 = .091 (Fisher, 1915); that of none has √((1 - .3²) / 100) = .0954, of what is left unexplained.
    """
    correlation = np.array([[1, 0, 0.3], [0, 1, 0], [0.3, 0, 1]])
    found = drivers.rank(Moments(NAMES[:2], correlation, 100, 100), seed=("width",)).found

    for one, error in zip(found, (0.091, 0.0954), strict=True):
        assert 2 * 1.96 * error == pytest.approx(one.coefficient_high - one.coefficient_low, rel=0.07)
        assert one.coefficient_low < one.coefficient < one.coefficient_high


# Chance and drivers


def verdicts(answers: np.ndarray, seed: int) -> list[bool]:
    found = {one.name: one.verdict == DRIVER for one in drivers.rank(moments(answers), seed=(str(seed),)).found}
    return [found[name] for name in NAMES[: answers.shape[1] - 1]]


@pytest.mark.parametrize("kind", ["apart", "together", "scales"])
def test_noise_is_called_a_driver_one_time_in_twenty_and_what_was_planted_is_found(kind):
    """Two drivers planted (.4 and .3 of a standard deviation and noise of one) among three that are noise: independent of all
    ("apart"), or of one mood with the planted ones ("together", and on scales of 5 and 11 points: "scales"), where each correlates with
    the outcome and says nothing once the others are known. 5 % of 3 x 120 is 18; the 99.9 % point of the binomial is 33.
    """
    luck = np.random.default_rng(7)
    false = found = 0
    for seed in range(120):
        mood = 0.0 if kind == "apart" else 0.6 * luck.normal(size=(250, 1))
        asked = mood + 0.8 * luck.normal(size=(250, 5))
        if kind == "scales":
            asked = np.clip(np.rint(3.6 + asked), 1, 5) - 3.6
        outcome = 0.4 * asked[:, 0] + 0.3 * asked[:, 1] + luck.normal(size=250)
        if kind == "scales":
            outcome = np.clip(np.rint(7.6 + 1.6 * outcome), 0, 10)
        called = verdicts(np.column_stack([asked, outcome]), seed)
        found += sum(called[:2])
        false += sum(called[2:])

    assert false <= 33
    assert found >= 0.85 * 240


def test_what_says_nothing_once_the_others_are_known_moves_with_the_rest():
    """Growth is Clarity with noise on it: it correlates with the outcome, and adds nothing to it."""
    luck = np.random.default_rng(2)
    clarity = luck.normal(size=400)
    growth = clarity + luck.normal(size=400)
    found = drivers.rank(
        moments(np.column_stack([clarity, growth, clarity + luck.normal(size=400)])), seed=("x",)
    ).found

    assert [("Clarity", DRIVER), ("Growth", WITH_THE_REST)] == [(one.name, one.verdict) for one in found]
    assert found[1].share > 0.2


def test_the_same_names_give_the_same_ranges_and_other_names_others():
    answers = np.random.default_rng(4).normal(size=(200, 4))
    first, again, other = (drivers.rank(moments(answers), seed=(seed,)) for seed in ("Pulse", "Pulse", "Survey"))

    assert first == again
    assert first.found[0].low != other.found[0].low
    assert first.found[0].share == other.found[0].share


def test_the_random_numbers_are_the_same_on_every_machine():
    """Worked out once; PCG64's raw stream is promised by numpy, and each number is 53 bits of it."""
    assert 3 == len(set(drivers._uniform(("Pulse", "enps"), 3)))
    assert drivers._uniform(("a", "bc"), 1) != drivers._uniform(("ab", "c"), 1)


# Several waves


def test_a_drift_from_wave_to_wave_is_no_correlation():
    """Within each wave the two are independent; both rise by three from one wave to the next."""
    luck = np.random.default_rng(6)
    waves = [luck.normal(size=(400, 3)) + 3 * wave for wave in range(4)]
    parts = [(len(of), of.sum(axis=0), of.T @ of) for of in waves]
    found = drivers.pooled(parts, NAMES[:2])

    assert (400, 1600) == (found.people, found.answers)
    assert np.mean([np.cov(of.T) for of in waves], axis=0) == pytest.approx(found.covariance)
    assert np.cov(np.concatenate(waves).T)[0, 2] > 10 > 0.1 > abs(found.covariance[0, 2])


def test_questions_of_one_driver_are_taken_together():
    luck = np.random.default_rng(8)
    of = luck.normal(size=(300, 4))
    groups = np.array([[0.5, 0.5, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    found = drivers.pooled([(300, of.sum(axis=0), of.T @ of)], NAMES[:2], groups)

    assert np.cov((of @ groups.T).T) == pytest.approx(found.covariance)


# Where nothing is ranked


def test_too_few_people_are_told_how_many_it_takes():
    answers = np.random.default_rng(1).normal(size=(79, 4))
    found = drivers.rank(moments(answers), seed=("x",))

    assert () == found.found
    assert found.reason == (
        "79 people answered every question in the month in which most did; it takes 80 in one month to tell 3 drivers from chance."
    )
    assert (80, 80, 120) == (drivers.fewest(3), drivers.fewest(8), drivers.fewest(12))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda of: of[:, [0, 3]], "There is one driver only, and nothing to rank it against."),
        (
            lambda of: np.column_stack([of[:, 0], np.full(len(of), 0.75), of[:, 3]]),
            "Everybody answered alike on Growth, so nothing can move with it.",
        ),
        (
            lambda of: np.column_stack([of[:, 0], of[:, 1], 2 * of[:, 0] + 1, of[:, 3]]),
            "Clarity and Manager say the same in every answer, so they cannot be told apart.",
        ),
        (
            lambda of: np.column_stack([of[:, 0], of[:, 1], np.ones(len(of))]),
            "Everybody gave the same answer to the question they are held against.",
        ),
    ],
)
def test_what_cannot_be_told_apart_is_named(change, expected):
    answers = np.random.default_rng(1).normal(size=(200, 4))

    assert expected == drivers.rank(moments(change(answers)), seed=("x",)).reason


# From a survey to the ranking

SPAN = {"start": date(2026, 1, 1), "end": date(2026, 3, 31)}
ASKED = {
    "I know what is expected": {"role": "engagement", "driver": "Clarity"},
    "My manager listens": {"role": "engagement", "driver": "Manager"},
    "My manager thanks me": {"role": "engagement", "driver": "Manager"},
    "My workload is too high": {"role": "engagement", "driver": "Workload", "reversed": True},
    "Would you recommend us?": {"role": "enps"},
}


def answers_of(people: int, luck: np.random.Generator) -> np.ndarray:
    """people x questions of ASKED: recommending goes with the manager (both questions) and with a low workload."""
    scores = np.clip(np.rint(3 + 1.2 * luck.normal(size=(people, 4))), 1, 5)
    manager, workload = scores[:, [1, 2]].mean(axis=1), 6 - scores[:, 3]
    recommend = 6 + 1.2 * (manager - 3) + 0.8 * (workload - 3) + luck.normal(size=people)
    return np.column_stack([scores, np.clip(np.rint(recommend), 0, 10)])


def brought(store: Store, by_month: dict[int, np.ndarray], **options: object) -> int:
    """A survey with these answers, a month each; nan is left out. Returns its batch."""
    lines = [",".join(["Date", "Respondent", "Department", *ASKED])]
    for month, scores in by_month.items():
        for person, given in enumerate(scores):
            cells = ["" if np.isnan(score) else f"{score:.0f}" for score in given]
            lines.append(",".join([f"2026-{month:02}-{5 + person % 3:02}", f"P{person}", f"D{person % 3}", *cells]))
    questions = {text: said for text, said in ASKED.items() if text not in options.get("without", ())}
    said = {"kind": "survey", "as_of": "2026-04-02", "questions": questions}
    mapping = intake.with_options(said, {"survey": "Pulse"})
    reading = company.preview(
        store, "\n".join(lines).encode(), name="pulse.csv", mapping=mapping, today=date(2026, 4, 2)
    )
    return company.take_in(store, reading, who="test")


def test_a_survey_is_ranked_by_driver_as_its_answers_say(tmp_path: Path):
    """The correlations of the answers themselves, a month around its own means, the two questions on the manager as one."""
    luck = np.random.default_rng(5)
    by_month = {month: answers_of(150, luck) for month in (1, 2, 3)}
    with Store(tmp_path / "keel.duckdb", Settings()) as store:
        brought(store, by_month)
        ranked = measure.ranked_drivers(store, **SPAN)
    within = np.concatenate([scores - scores.mean(axis=0) for scores in by_month.values()])
    table = np.corrcoef([within[:, 0], within[:, 1] + within[:, 2], -within[:, 3], within[:, 4]])
    raw, coefficients = drivers.relative_weights(table)

    found = {one.name: one for one in ranked.found}
    assert ("Manager", "Workload", "Clarity") == tuple(found)
    assert [DRIVER, DRIVER, WITH_THE_REST] == [one.verdict for one in ranked.found]
    assert raw / raw.sum() == pytest.approx([found[name].share for name in ("Clarity", "Manager", "Workload")])
    assert coefficients == pytest.approx([found[name].coefficient for name in ("Clarity", "Manager", "Workload")])
    assert raw.sum() == pytest.approx(ranked.r2)
    assert (150, 450) == (ranked.people, ranked.answers)


def test_a_rebuild_and_a_file_taken_out_and_brought_again_rank_the_same(tmp_path: Path):
    luck = np.random.default_rng(6)
    by_month = {1: answers_of(150, luck)}
    with Store(tmp_path / "keel.duckdb", Settings()) as store:
        batch = brought(store, by_month)
        first, contents = measure.ranked_drivers(store, **SPAN), store.contents()
        company.rebuild(store)
        assert contents == store.contents()
        assert first == measure.ranked_drivers(store, **SPAN)
        store.undo(batch, who="test")
        assert "No month has closed" in measure.ranked_drivers(store, **SPAN).reason
        brought(store, by_month)
        assert first == measure.ranked_drivers(store, **SPAN)


def test_a_file_brought_again_with_two_answers_exchanged_does_not_tell_the_month_anew(tmp_path: Path):
    """Of questions by themselves all counts are as they were; what they say together is not, and two tellings would set two people apart."""
    scores = answers_of(150, np.random.default_rng(7))
    scores[[0, 3]] = [[5, 5, 5, 1, 10], [1, 1, 1, 5, 0]]  # both of one department
    otherwise = scores.copy()
    otherwise[[0, 3], 4] = [0, 10]
    with Store(tmp_path / "keel.duckdb", Settings()) as store:
        batch = brought(store, {1: scores})
        before = measure.ranked_drivers(store, **SPAN)
        store.undo(batch, who="test")
        brought(store, {1: otherwise})
        assert before == measure.ranked_drivers(store, **SPAN)


def test_a_month_in_which_few_are_set_apart_is_not_ranked_under_a_raised_minimum(tmp_path: Path):
    """Six of 150 leave a question out: enough beside five, too few beside eight."""
    scores = answers_of(150, np.random.default_rng(8))
    scores[:6, 0] = np.nan
    scores[:6, 1:] = [[1, 5, 1, 9], [5, 1, 5, 2], [1, 5, 1, 9], [5, 1, 5, 2], [1, 5, 1, 7], [5, 1, 5, 7]]
    with Store(tmp_path / "keel.duckdb", Settings()) as store:
        brought(store, {1: scores})
        assert (144, "") == (measure.ranked_drivers(store, **SPAN).people, measure.ranked_drivers(store, **SPAN).reason)
    with Store(tmp_path / "keel.duckdb", Settings(minimum_group=8)) as store:
        assert "without revealing someone" in measure.ranked_drivers(store, **SPAN).reason


def test_a_survey_that_asks_nothing_to_hold_drivers_against_says_what_to_ask(tmp_path: Path):
    with Store(tmp_path / "keel.duckdb", Settings()) as store:
        brought(store, {1: answers_of(150, np.random.default_rng(9))[:, :5]}, without=["Would you recommend us?"])
        reason = measure.ranked_drivers(store, **SPAN).reason
    assert "no question that drivers could be held against" in reason
    assert "how likely people are to recommend" in reason


# In words


def test_a_ranking_in_words_says_how_much_whose_and_whether_the_order_holds():
    found = (
        Driver("<b>Pay</b>", 0.6, 0.5, 0.7, 0.5, 0.4, 0.6, DRIVER),
        Driver("Growth", 0.3, 0.2, 0.4, -0.2, -0.3, -0.1, DRIVER),
        Driver("Team", 0.1, 0.0, 0.2, 0.0, -0.1, 0.1, WITH_THE_REST),
    )
    said = shares(Drivers(found, 0.41, 120, 300), outcome="staying")

    assert "account for 41 % of the differences in staying" in said.replace("\u00a0", " ")
    assert "300 times somebody answered every question, up to 120" in said
    assert "&lt;b&gt;Pay&lt;/b&gt;" in said
    assert "<b>Pay</b>" not in said
    assert ">driver, the other way round<" in said
    assert ">moves with the rest<" in said
    assert "overlap" not in said
    assert "cause" not in said
    assert 2 == said.count("keel-share-own")


def test_where_nothing_is_ranked_the_reason_stands_alone():
    said = shares(Drivers((), np.nan, 60, 60, reason="60 people answered."), outcome="staying")

    assert said == '<div class="keel-words">Nothing is ranked. 60 people answered.</div>'
