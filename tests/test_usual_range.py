"""The command `signals`: a metric's closed periods against their usual range."""

import json

import pytest

from keel import __main__ as command_line
from keel import company, measure

# The series of METHODS A: sixteen numbers, the last one far out.
SERIES = [5045, 4350, 4350, 3975, 4290, 4430, 4485, 4285, 3980, 3925, 3645, 3760, 3300, 3685, 3463, 5200]


@pytest.fixture
def weekly(empty_store):
    """One uploaded number a day, the same on every day of a week, so that a week's mean is that week's number."""
    from datetime import date, timedelta

    start = date(2024, 1, 1)
    rows = [f"{start + timedelta(days=7 * week + day)},{n}" for week, n in enumerate(SERIES) for day in range(7)]
    content = "\n".join(["Date,Level", *rows]).encode()
    mapping = {"all_measures": {"roll": "mean"}}
    reading = company.preview(
        empty_store, content, name="level.csv", kind="measures", mapping=mapping, today=date(2024, 6, 1)
    )
    company.take_in(empty_store, reading, who="test")
    return empty_store


def test_plain_limits_are_those_of_the_acceptance_series(weekly):
    judged = measure.judged(weekly, "Level", plain=True)
    periods, found = judged.periods, judged.signals
    assert 16 == len(periods) == len(found.points)
    assert (4135.5, 3188.7173, 5082.2827) == (found.centre, round(found.low, 4), round(found.high, 4))
    assert 1163.1901 == round(found.mr_limit, 4)
    assert [15] == [point.index for point in found.points if "R1" in point.rules]


def test_the_command_prints_them_as_the_design_says(weekly, capsys):
    path = str(weekly.path)
    weekly.close()
    assert 0 == command_line.main(["signals", "Level", "--plain", "--json", "--store", path])
    document = json.loads(capsys.readouterr().out)
    assert {"metric", "method", "baseline", "centre", "low", "high", "mr_limit", "points"} <= document.keys()
    assert {"from", "to", "n", "locked"} == document["baseline"].keys()
    assert {"period", "value", "centre", "low", "high", "rules", "status"} == document["points"][0].keys()
    # 5200 is outside the limits, and 1737 above the week before
    assert (5200.0, ["MR", "R1"], "2024-04-15") == tuple(
        document["points"][-1][key] for key in ("value", "rules", "period")
    )
