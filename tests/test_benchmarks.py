"""What the benchmarks say of their figures: the table and the places a session goes; nothing is timed here."""

import pytest

from benchmarks import sessions, side_by_side
from benchmarks.clicks import Click
from benchmarks.side_by_side import BIG, Figures, report


def clicks(chart: list[float], rest: float) -> list[Click]:
    return [Click(one, rest) for one in chart]


@pytest.fixture
def all_run() -> Figures:
    """Every figure, chosen so that each percentile can be told by hand."""
    memory: dict[str, float | None] = {"Keel": 250.0, "bare": 400.0, "Dash": 200.0}
    return Figures(
        down={
            "Keel": clicks([40, 50, 90], 200),
            "Dash": clicks([100, 100, 100], 210),
            "bare": clicks([300, 300, 300], 190),
            BIG: clicks([56, 56, 56], 200),
        },
        up={name: clicks([50], 100) for name in ("Keel", "Dash", "bare", BIG)},
        first={"Keel": [2.0, 3.0, 4.0], "bare": [2.0], "Dash": [1.0], BIG: [2.9]},
        second_cold={"Keel": [300.0], BIG: [301.0]},
        second={(name, title): [100.0, 200.0] for name in ("Keel", BIG) for title in ("Balance", "Customers")},
        load={(name, many): [100.0, 100.0] for name in ("Keel", "Dash", "bare") for many in (1, 10, 25)},
        memory=memory,
        scripts=["/static/js/PlotlyChart.js"],
    )


def line(found: Figures, *words: str) -> str:
    """The one line of the report in which all these words stand."""
    lines = [line for line in report(found).splitlines() if all(word in line for word in words)]
    assert 1 == len(lines), lines
    return lines[0]


def test_a_figure_stands_beside_the_other_app_with_its_claim(all_run: Figures) -> None:
    painted = "| Click on a region → its segments painted |"
    assert f"{painted} 50 ms | Dash 100 ms | 0.50 | ≤ 0.8 × Dash | yes |" == line(all_run, painted, "Dash")
    assert f"{painted} 50 ms | bare 300 ms | 0.17 | ≤ 0.3 × bare | yes |" == line(all_run, painted, "bare")


def test_the_95th_percentile_lies_between_the_two_largest_of_three(all_run: Figures) -> None:
    found = line(all_run, "segments painted, p95", "Dash")
    assert " 86 ms " in found  # 50 + .9 * (90 - 50): nine tenths of the way from the second to the third
    assert found.endswith("| ≤ 1 × Dash | yes |")


@pytest.mark.parametrize(
    "words",
    [
        ("number, line and table show it too |", "bare"),  # 200 ms, not at most 190
        ("segments painted, big store",),  # 56 ms is more than 1.10 times 50
        ("just started, big store",),  # 301 ms
        ("25 sessions", "p95", "bare"),  # 1 of it, not a quarter
    ],
)
def test_a_claim_that_fails_says_so(all_run: Figures, words: tuple[str, ...]) -> None:
    assert line(all_run, *words).endswith("| **no** |")


@pytest.mark.parametrize(
    "words",
    [
        ("first chart painted |", "bare"),  # the median of 2, 3 and 4 s is 1.5 times 2 s
        ("just started |",),  # 300 ms is at most 300 ms
        ("Memory", "bare"),
        ("Copies of Plotly",),
    ],
)
def test_a_claim_that_holds_at_its_limit_says_so(all_run: Figures, words: tuple[str, ...]) -> None:
    assert line(all_run, *words).endswith("| yes |")


def test_without_dash_every_other_figure_stands(all_run: Figures) -> None:
    for taken in (all_run.down, all_run.up, all_run.first, all_run.memory):
        taken.pop("Dash")
    all_run.load = {at: tries for at, tries in all_run.load.items() if at[0] != "Dash"}
    for found in [found for found in report(all_run).splitlines() if "Dash" in found]:
        assert found.endswith(f"| {side_by_side.NO_DASH} |")
    assert line(all_run, "segments painted |", "bare").endswith("| yes |")


def test_without_a_big_store_or_a_browser_the_reason_is_said() -> None:
    load = {(name, many): [100.0] for name in ("Keel", "bare") for many in (1, 10, 25)}
    without = Figures(load=load, memory={"Keel": None, "bare": None})
    assert line(without, "segments painted |", "bare").endswith(f"| {side_by_side.NO_BROWSER} |")
    assert line(without, "Copies of Plotly").endswith(f"| {side_by_side.NO_BROWSER} |")
    assert line(without, "Memory", "bare").endswith(f"| {side_by_side.NO_MEMORY} |")
    with_browser = Figures(down={"Keel": clicks([50], 100), "bare": clicks([300], 300)}, first={"Keel": [1.0]})
    assert line(with_browser, "segments painted, big store").endswith(f"| {side_by_side.NO_BIG} |")


def test_the_last_line_names_the_command_for_the_query_layer() -> None:
    assert "python -m benchmarks.queries" in report(Figures()).splitlines()[-1]


def test_a_session_goes_down_twice_and_back_to_the_top() -> None:
    region, segment, top, another = sessions.places(0, 4)
    assert [("region", "North")] == region
    assert [("region", "North"), ("segment", "Enterprise")] == segment
    assert [] == top
    assert [("region", "South")] == another
