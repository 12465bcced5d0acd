import json
import re
import time
from datetime import date, timedelta
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from keel import charts
from keel.catalogue import Metric
from keel.charts import CONFIG, DARK, LIGHT, Event
from keel.suppression import HIDDEN
from keel.wording import MINUS, NBSP

MONDAY = date(2026, 6, 1)
NAN = float("nan")
CUTS = [(0, 6, "Detractors"), (7, 8, "Passives"), (9, 10, "Promoters")]
HOSTILE = "<b>R&D</b>"
SAFE = "&lt;b&gt;R&amp;D&lt;/b&gt;"


def a_metric(**other):
    given = {"id": "revenue", "label": "Net revenue", "meaning": "m", "kind": "lag", "unit": "money", "better": "up"}
    return Metric(**{**given, "roll": "sum", "source": "orders", "compare": "percent", **other})


REVENUE = a_metric()
ENPS = a_metric(id="enps", kind="lead", unit="points", roll="ratio", compare="points")
ENGAGEMENT = a_metric(id="engagement", kind="lead", unit="rate", roll="ratio", compare="points")


def weeks(values, **columns):
    """A series frame of Mondays with these values, and with these columns in place of the usual ones."""
    frame = pd.DataFrame({"period": [MONDAY + timedelta(days=7 * i) for i in range(len(values))], "value": values})
    usual = {"num": NAN, "den": NAN, "n": NAN, "low": NAN, "high": NAN, "partial": False, "hidden": False}
    return frame.assign(**{**usual, "note": "", "prior": NAN, **columns})


def by_member(names, values, **columns):
    return pd.DataFrame({"region": names, "value": values}).assign(**columns)


def trace(figure, name):
    """The one trace of that name."""
    (found,) = [one for one in figure.data if one.name == name]
    return found


def names(figure):
    return [one.name for one in figure.data]


def plain(text):
    return text.replace(NBSP, " ").replace(MINUS, "-")


def said(figure):
    """Everything written on the figure but the ticks: labels and the text beside marks."""
    labels = [label.text for label in figure.layout.annotations]
    texts = [text for one in figure.data if one.text is not None for text in one.text]
    return [plain(text).strip() for text in [*labels, *texts]]


def a_trend(values=(1.0e6, 1.1e6, 1.2e6), metric=REVENUE, theme=LIGHT, grain="week", columns=None, **other):
    return charts.trend(weeks(list(values), **(columns or {})), metric, theme=theme, grain=grain, **other)


def a_waterfall(**other):
    steps = [("Opening", 100.0, "total"), ("New", 90.0, "up"), ("Lost", 80.0, "down"), ("Closing", 110.0, "total")]
    return charts.waterfall(steps, **{"theme": LIGHT, **other})


def a_distribution(theme=LIGHT, cuts=CUTS):
    answers = pd.DataFrame({"score": [0, 6, 7, 9, 10], "answers": [10, 10, 20, 30, 30]})
    return charts.distribution(answers, theme=theme, low=0, high=10, cuts=cuts)


def a_curve(days=(0, 100, 365, 700), **other):
    stay = np.linspace(1, 0.7, len(days))
    frame = pd.DataFrame({"day": days, "at_risk": 100, "leavers": 3, "stay": stay, "low": stay - 0.05, "high": stay})
    return charts.survival_curve(frame, **{"theme": LIGHT, **other})


def some_drivers(theme=LIGHT, names=("Manager", "Pay", "Tools")):
    frame = pd.DataFrame({"driver": names, "value": [0.71, 0.5, 0.68], "n": [812, 800, 44]})
    return charts.drivers(frame.assign(low=[0.69, 0.47, 0.5], high=[0.74, 0.53, 0.8]), theme=theme, overall=0.65)


EVERY_CHART = {
    "trend": lambda theme: a_trend(theme=theme, target=1.2e6, events=[Event(date(2026, 6, 9), "Fair")]),
    "trend and its usual range": lambda theme: a_trend(
        theme=theme,
        usual=usual([9e5] * 3, [1.3e6] * 3, status=["", "watch", "signal"]),
        events=[Event(date(2026, 6, 9), "Fair", date(2026, 6, 12))],
    ),
    "bars": lambda theme: charts.bars(by_member(["a", "b"], [2, 1]), REVENUE, theme=theme, member="region"),
    "waterfall": lambda theme: a_waterfall(theme=theme),
    "distribution": lambda theme: a_distribution(theme),
    "survival_curve": lambda theme: a_curve(theme=theme),
    "drivers": some_drivers,
}
EMPTY_CHARTS = {
    "trend": lambda: a_trend(()),
    "trend without a value": lambda: a_trend((NAN, NAN)),
    "bars": lambda: charts.bars(by_member([], []), REVENUE, theme=LIGHT, member="region"),
    "waterfall": lambda: charts.waterfall([], theme=LIGHT),
    "distribution": lambda: charts.distribution(
        pd.DataFrame({"score": [], "answers": []}), theme=LIGHT, low=0, high=10, cuts=CUTS
    ),
    "survival_curve": lambda: a_curve(days=()),
    "drivers": lambda: charts.drivers(
        pd.DataFrame(columns=["driver", "value", "n", "low", "high"]), theme=LIGHT, overall=0.5
    ),
}


# Every chart


@pytest.mark.parametrize("chart", EVERY_CHART)
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_chart_lets_a_finger_scroll_the_page_and_paints_no_ground(chart, theme):
    layout = EVERY_CHART[chart](theme).layout

    assert (True, True) == (layout.xaxis.fixedrange, layout.yaxis.fixedrange)
    assert (False, False) == (layout.dragmode, layout.showlegend)
    assert ("rgba(0,0,0,0)",) * 2 == (layout.paper_bgcolor, layout.plot_bgcolor)
    assert layout.font.family.startswith("Inter")
    assert theme.ink == layout.font.color
    assert layout.uirevision


@pytest.mark.parametrize("chart", EVERY_CHART)
def test_no_chart_in_the_dark_has_a_colour_of_the_light(chart):
    drawn = EVERY_CHART[chart](DARK).to_json()

    assert [] == [colour for colour in vars(LIGHT).values() if colour in drawn]


@pytest.mark.parametrize("chart", EMPTY_CHARTS)
def test_nothing_to_show_is_one_sentence_without_axes(chart):
    figure = EMPTY_CHARTS[chart]()

    (sentence,) = said(figure)
    assert sentence in ("No data yet", "No answers yet")
    assert () == figure.data
    assert (False, False) == (figure.layout.xaxis.visible, figure.layout.yaxis.visible)


@pytest.mark.parametrize("chart", EVERY_CHART)
def test_no_chart_writes_ten_decimals(chart):
    written = json.dumps([said(EVERY_CHART[chart](LIGHT)), EVERY_CHART[chart](LIGHT).layout.yaxis.ticktext])

    assert not re.search(r"\.\d{3}", written)


def test_light_is_what_any_theme_but_dark_gets():
    assert [DARK, LIGHT, LIGHT] == [charts.theme(kind) for kind in ("dark", "light", "")]
    assert "--keel-lag: #1F5FA8;" in LIGHT.variables()


def test_nothing_is_sent_to_a_cloud_and_no_money_is_set_as_mathematics():
    assert ["sendChartToCloud"] == CONFIG["modeBarButtonsToRemove"]
    assert [False] * 4 == [CONFIG[k] for k in ("displayModeBar", "displaylogo", "scrollZoom", "typesetMath")]


@pytest.mark.parametrize("ground", ["ground", "card"])
@pytest.mark.parametrize("text", ["ink", "muted", "lag", "lead", "signal", "watch"])
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_text_can_be_read_on_every_ground(theme, text, ground):
    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05

    pair = sorted(light(getattr(theme, name)) for name in (text, ground))
    assert pair[1] / pair[0] >= 4.5


# The trend


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize(("metric", "kind"), [(REVENUE, "lag"), (ENPS, "lead")])
def test_the_line_has_the_colour_of_its_kind(metric, kind, theme):
    assert getattr(theme, kind) == trace(a_trend((10, 20), metric, theme), "value").line.color


def test_a_missing_period_is_a_gap_and_one_alone_is_a_dot():
    line = trace(a_trend((1, 2, NAN, 4, None, 6, 7)), "value")

    assert (1, 2, None, 4, None, 6, 7) == line.y
    assert line.connectgaps is False
    assert (0, 0, 0, 5, 0, 0, 8) == line.marker.size


def test_the_running_period_is_drawn_apart():
    figure = a_trend((10, 12, 3), columns={"partial": [False, False, True]})

    assert (10, 12, None) == trace(figure, "value").y
    assert (None, None, 3) == trace(figure, "so far").y
    assert LIGHT.card == trace(figure, "so far").marker.color
    assert (None, 12, 3) == trace(figure, "so far, joined").y
    assert "px" in trace(figure, "so far, joined").line.dash
    assert "so far" in said(figure)
    assert "not yet a whole week" in trace(figure, "told").hovertext[-1]


def test_a_first_period_covered_in_part_is_drawn_apart_too():
    figure = a_trend((3, 10, 12), columns={"partial": [True, False, False]})

    assert (None, 10, 12) == trace(figure, "value").y
    assert (3, 10, None) == trace(figure, "so far, joined").y
    assert "so far" not in said(figure)


def test_the_last_full_value_is_said_and_not_the_running_one():
    figure = a_trend((1.0e6, 1.24e6, 3e5), columns={"partial": [False, False, True]})

    assert "<b>1.24 M</b>" in said(figure)
    assert "<b>300 k</b>" not in said(figure)


def test_a_hidden_period_shows_no_number_even_if_one_is_in_the_frame():
    figure = a_trend(
        (31, 32, 77, 33), ENPS, columns={"hidden": [False, False, True, False], "note": ["", "", HIDDEN, ""]}
    )

    assert (31, 32, None, 33) == trace(figure, "value").y
    assert [None, None, 1, None] == [None if y is None else 1 for y in trace(figure, "hidden").y]
    assert "hidden" in said(figure)
    assert "revealing someone" in trace(figure, "told").hovertext[2]
    assert "77" not in json.dumps([trace(figure, "told").hovertext, said(figure)])


def test_a_series_hidden_throughout_says_why():
    (sentence,) = said(a_trend((NAN, NAN), ENPS, columns={"hidden": True, "note": HIDDEN}))

    assert "Hidden: too few people to show this<br>without revealing someone" == sentence


def test_last_year_is_thinner_than_the_line_and_named_at_its_end():
    figure = a_trend(columns={"prior": [9e5, 9.5e5, 1e6]})

    assert (9e5, 9.5e5, 1e6) == trace(figure, "last year").y
    assert trace(figure, "last year").line.width < trace(figure, "value").line.width
    assert "last year" in said(figure)


def test_the_interval_is_a_band_for_each_run_and_a_stroke_for_a_period_alone():
    values = np.array([10, 11, NAN, 12])
    figure = a_trend(values, ENPS, columns={"low": values - 5, "high": values + 5})

    band, stroke = [one for one in figure.data if one.name == "95 % interval"]
    assert (15, 16, 6, 5) == band.y
    assert (7, 17) == stroke.y


def test_a_target_is_a_dotted_line_with_its_words():
    figure = a_trend(target=1.2e6)

    assert {1.2e6} == set(trace(figure, "target").y)
    assert "dot" == trace(figure, "target").line.dash
    assert "target 1.20 M" in said(figure)


def test_a_dated_target_steps_and_the_one_in_force_is_said():
    days = [date(2026, 1, 1), date(2026, 6, 8), date(2027, 1, 1)]
    figure = a_trend(target=pd.DataFrame({"valid_from": days, "value": [1e6, 1.3e6, 9e9]}))

    line = trace(figure, "target")
    assert ((1e6, 1.3e6, 1.3e6), "hv") == (line.y, line.line.shape)
    assert ("2026-06-01", "2026-06-08") == line.x[:2]
    assert "target 1.30 M" in said(figure)


@pytest.mark.parametrize("height", [160, 320])
def test_labels_at_the_right_never_lie_on_each_other(height):
    figure = a_trend(
        (1e6, 1.2e6, 1.2e6),
        columns={"prior": [1e6, 1.2e6, 1.2e6], "partial": [False, False, True]},
        target=1.2e6,
        height=height,
    )

    plot = height - figure.layout.margin.t - figure.layout.margin.b
    feet = sorted(label.y * plot for label in figure.layout.annotations if label.x == 1)
    assert len(feet) >= 3
    assert min(np.diff(feet)) > 14
    assert feet[0] >= -1
    assert feet[-1] <= plot + 1


def usual(low, high, **columns):
    """Usual ranges of the periods of `weeks`, their centre half way, with these columns in place of the usual ones."""
    low, high = np.array(low, dtype=float), np.array(high, dtype=float)
    frame = pd.DataFrame(
        {"period": [MONDAY + timedelta(days=7 * i) for i in range(len(low))], "low": low, "high": high}
    )
    return frame.assign(centre=(low + high) / 2, **{"status": "", "words": "", **columns})


@pytest.mark.parametrize(("theme", "grid"), [(LIGHT, "rgba(227,231,238,0.4)"), (DARK, "rgba(42,51,71,0.4)")])
def test_the_usual_range_is_a_band_that_varies_by_period_with_its_centre_and_its_words(theme, grid):
    figure = a_trend((10, 11, 12), ENPS, theme, usual=usual([8, 7, 6], [14, 13, 12]))

    band = trace(figure, "usual range")
    assert (14, 13, 12, 6, 7, 8) == band.y
    assert (band.x[:3], band.x[3:]) == (("2026-06-01", "2026-06-08", "2026-06-15"), band.x[2::-1])
    assert ("toself", grid) == (band.fill, band.fillcolor)
    assert (11, 10, 9) == trace(figure, "usual").y
    assert "usual range" in said(figure)
    assert names(figure).index("usual range") < names(figure).index("value")


def test_a_usual_range_lies_with_its_words_at_the_end_further_from_the_number():
    for last, edge in ((13, 6), (7, 14)):
        figure = a_trend((10, last), ENPS, usual=usual([6, 6], [14, 14]))

        low, high = figure.layout.yaxis.range
        (words,) = [label for label in figure.layout.annotations if label.text == "usual range"]
        assert (edge - low) / (high - low) == pytest.approx(words.y, abs=1e-3)


@pytest.mark.parametrize("missing", [NAN, float("inf"), None])
def test_a_usual_range_has_a_gap_where_a_limit_is_missing_and_a_stroke_for_a_period_alone(missing):
    limits = usual([8, 8, 8, 8], [14, 14, 14, 14]).astype({"high": object})
    limits.loc[2, "high"] = missing
    figure = a_trend((10, 11, 12, 11), ENPS, usual=limits)

    band, stroke = [one for one in figure.data if one.name == "usual range"]
    assert ((14, 14, 8, 8), (8, 14)) == (band.y, stroke.y)
    assert (11, 11, None, 11) == trace(figure, "usual").y


@pytest.mark.parametrize("limits", [usual([], []), usual([NAN] * 3, [NAN] * 3), None])
def test_without_a_usual_range_the_interval_is_the_band(limits):
    columns = {"low": [5, 6, 7], "high": [15, 16, 17]}
    figure = a_trend((10, 11, 12), ENPS, usual=limits, columns=columns)

    assert ["95 % interval", "value", "told"] == names(figure)
    assert "usual range" not in said(figure)


def test_beside_a_usual_range_the_interval_is_thin_whiskers():
    columns = {"low": [7, 9, NAN], "high": [15, 12, NAN]}
    figure = a_trend((10, 11, 12), ENPS, usual=usual([8] * 3, [14] * 3), columns=columns)

    whiskers = trace(figure, "value").error_y
    assert ((5, 1, 0), (3, 2, 0), 1) == (whiskers.array, whiskers.arrayminus, whiskers.thickness)
    assert "95 % interval" not in names(figure)
    assert "95 %: 9 to 12" in plain(trace(figure, "told").hovertext[1])


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_what_was_out_of_the_usual_is_ringed_in_its_colour_and_told_in_words(theme):
    limits = usual(
        [8] * 5, [14] * 5, status=["", "signal", "watch", "provisional", "signal"],
        words=["", "above its usual range", "", "", "below its usual range"],
    )  # fmt: skip
    figure = a_trend((10, 17, 13, 15, 2), ENPS, theme, usual=limits, columns={"partial": [False] * 4 + [True]})

    signal, watch = trace(figure, "signal"), trace(figure, "watch")
    assert (("2026-06-08",), (17,), theme.signal) == (signal.x, signal.y, signal.marker.line.color)
    assert (("2026-06-15",), (13,), theme.watch) == (watch.x, watch.y, watch.marker.line.color)
    assert signal.marker.symbol != watch.marker.symbol
    told = [plain(text).split("<br>") for text in trace(figure, "told").hovertext]
    assert ["<b>17</b>", "8 Jun–14 Jun 2026", "n/a on last year"][:2] == told[1][:2]
    assert ["above its usual range", "usual range 8 to 14"] == told[1][2:]
    assert ["watch", "usual range 8 to 14"] == told[2][2:]


def test_a_period_not_yet_whole_is_not_judged():
    limits = usual([8, 8], [14, 14], status="signal", words="below its usual range")
    figure = a_trend((10, 2), ENPS, usual=limits, columns={"partial": [False, True]})

    assert ("2026-06-01",) == trace(figure, "signal").x
    assert "below its usual range" not in trace(figure, "told").hovertext[1]


def test_of_a_hidden_period_no_usual_range_and_no_judgement_is_in_the_figure():
    limits = usual([8, 7391, 8], [14, 7393, 14], status=["", "signal", ""], words=["", "above it", ""])
    columns = {"hidden": [False, True, False], "note": ["", HIDDEN, ""]}
    figure = a_trend((10, 7392, 11), ENPS, usual=limits, columns=columns)

    assert not re.search("739|7,39|above it", figure.to_json())
    assert "signal" not in names(figure)


def test_the_axis_holds_the_usual_range_unless_it_would_press_the_line_flat():
    low, high = a_trend((20, 30), ENPS, usual=usual([10, 11], [39, 40])).layout.yaxis.range
    assert low <= 10 < 40 <= high  # three times as tall as the ten points of the values

    low, high = a_trend((20, 30), ENPS, usual=usual([5, 5], [36, 36])).layout.yaxis.range
    assert (5 < low < 10, 36 < high) == (True, True)  # no lower than ten points below the lowest

    low, high = a_trend((20, 20), ENPS, usual=usual([-50, -50], [90, 90])).layout.yaxis.range
    assert low <= -50 < 90 <= high  # values that do not vary have no spread to keep


def test_a_point_alone_has_its_usual_range_too():
    figure = a_trend((10,), ENPS, usual=usual([8], [14], status="watch"))

    assert (8, 14) == trace(figure, "usual range").y
    assert (10,) == trace(figure, "watch").y


def test_an_event_is_a_rule_with_its_words_above_and_one_out_of_view_is_none():
    fair, strike = Event(date(2026, 6, 9), "Fair"), Event(date(2026, 6, 9), "Strike")
    events = [fair, strike, Event(date(2020, 1, 1), "Long ago"), Event(date(2026, 6, 22), "To come")]
    figure = a_trend(events=events)

    (rule,) = figure.layout.shapes
    assert "2026-06-09" == rule.x0
    assert "Fair; Strike" in said(figure)
    assert "Fair · 9 Jun<br>Strike · 9 Jun" in [label.hovertext for label in figure.layout.annotations]
    assert not re.search("Long ago|To come", json.dumps(said(figure)))


def test_an_event_that_lasted_is_a_shaded_stretch_behind_the_lines_with_its_words_over_its_start():
    figure = a_trend(events=[Event(date(2026, 6, 3), "Outage", date(2026, 6, 9))])

    (shade,) = figure.layout.shapes
    assert ("rect", "2026-06-03", "2026-06-10", "below", 0) == (
        shade.type, shade.x0, shade.x1, shade.layer, shade.line.width,
    )  # fmt: skip
    (label,) = [label for label in figure.layout.annotations if label.text == "Outage"]
    assert ("2026-06-03", "Outage · 3 Jun–9 Jun") == (label.x, label.hovertext)


@pytest.mark.parametrize(
    ("event", "shade", "label"),
    [
        # three Mondays, 1 to 15 June: the axis reaches three days beyond each end
        (Event(date(2026, 5, 1), "E", date(2026, 6, 5)), ("2026-05-29", "2026-06-06"), "2026-06-01"),
        (Event(date(2026, 6, 12), "E", date(2026, 9, 1)), ("2026-06-12", "2026-06-18"), "2026-06-12"),
        (Event(date(2026, 6, 20), "E", date(2026, 6, 21)), ("2026-06-15", "2026-06-18"), "2026-06-15"),
    ],
)
def test_an_event_that_reaches_out_of_view_is_shaded_as_far_as_the_axis_goes(event, shade, label):
    figure = a_trend(events=[event])

    assert [shade] == [(shape.x0, shape.x1) for shape in figure.layout.shapes]
    assert label == next(one.x for one in figure.layout.annotations if one.text == "E")


@pytest.mark.parametrize("ends_on", [date(2026, 6, 9), date(2026, 6, 1)])
def test_an_event_of_one_day_or_one_that_ends_before_it_begins_is_a_rule(ends_on):
    (rule,) = a_trend(events=[Event(date(2026, 6, 9), "Fair", ends_on)]).layout.shapes

    assert ("line", "2026-06-09") == (rule.type, rule.x0)


def test_events_that_find_no_room_are_a_mark_whose_words_are_in_the_tooltip():
    events = [Event(date(2026, 6, 8 + i), f"A long event {i}") for i in range(6)]
    labels = a_trend(events=events).layout.annotations

    marks = [label for label in labels if label.text == "▾"]
    assert 3 == len(marks)
    assert "A long event 3" in marks[0].hovertext


def test_the_axis_begins_at_zero_for_sums_and_not_for_points_and_rates():
    assert 0 == a_trend((5e6, 6e6)).layout.yaxis.range[0]
    assert a_trend((50, 60), ENPS).layout.yaxis.range[0] > 40
    assert a_trend((0.5, 0.6), ENGAGEMENT).layout.yaxis.range[0] > 0.4


@pytest.mark.parametrize(
    ("values", "metric", "ticks"),
    [
        ((4e5, 1.2e6), REVENUE, ["0", "0.5 M", "1.0 M"]),
        ((120, 900), REVENUE, ["0", "200", "400", "600", "800"]),
        ((-2e4, 4e4), REVENUE, ["-20 k", "0", "20 k", "40 k"]),
        ((0.405, 0.43), ENGAGEMENT, ["41 %", "42 %", "43 %"]),
        ((0.9, 1.0), ENGAGEMENT, ["90.0 %", "92.5 %", "95.0 %", "97.5 %", "100.0 %"]),
        ((-12, 20), ENPS, ["-10", "0", "10", "20"]),
        ((7, 7), ENPS, None),
        ((0, 0), REVENUE, None),
    ],
)
def test_ticks_are_few_round_and_in_the_unit(values, metric, ticks):
    shown = [plain(text) for text in a_trend(values, metric).layout.yaxis.ticktext]

    assert 1 <= len(shown) <= 5
    assert shown == (ticks or shown)


def test_the_currency_is_said_once_over_the_axis_and_in_every_tooltip():
    figure = a_trend(currency="EUR")

    assert 1 == said(figure).count("EUR")
    assert all("EUR" in told for told in trace(figure, "told").hovertext)


def test_a_tooltip_says_value_period_change_interval_and_n():
    columns = {"prior": [25, 29], "low": [22, 25], "high": [38, 45], "n": [180, 190], "note": ["", "new items"]}
    told = trace(a_trend((30, 35), ENPS, columns=columns), "told").hovertext[-1]

    expected = "<b>35</b>|8 Jun–14 Jun 2026|▲ 6 pts on last year|95 %: 25 to 45|n 190|new items"
    assert expected.split("|") == plain(told).split("<br>")


@pytest.mark.parametrize(
    ("grain", "days", "expected"),
    [
        ("week", [date(2025, 12, 29), date(2026, 1, 5)], ["29 Dec<br>2025", "5 Jan<br>2026"]),
        ("month", [date(2025, 12, 1), date(2026, 1, 1)], ["Dec<br>2025", "Jan<br>2026"]),
        ("quarter", [date(2025, 10, 1), date(2026, 1, 1)], ["Q4<br>2025", "Q1<br>2026"]),
        ("year", [date(2025, 1, 1), date(2026, 1, 1)], ["2025", "2026"]),
    ],
)
def test_few_periods_are_named_in_the_words_of_their_grain(grain, days, expected):
    frame = weeks([1, 2]).assign(period=days)

    assert expected == list(charts.trend(frame, REVENUE, theme=LIGHT, grain=grain).layout.xaxis.ticktext)


def test_a_long_series_shows_its_newest_part_and_says_so():
    columns = {"prior": 1.0, "low": 0.0, "high": 9.0}
    figure = a_trend(range(520), columns=columns)

    assert sum(len(one.x) for one in figure.data) <= 500
    assert 519 == trace(figure, "value").y[-1]
    assert "The newest 100 of 520 weeks" in said(figure)


def test_a_chart_leaves_its_frame_as_it_was():
    frame = weeks([3, 2, 1]).iloc[::-1]
    before = frame.copy()

    figure = charts.trend(frame, REVENUE, theme=LIGHT, grain="week")

    pd.testing.assert_frame_equal(before, frame)
    assert (3, 2, 1) == trace(figure, "value").y


# Members


def test_bars_stand_largest_first_with_value_and_share_at_their_ends():
    figure = charts.bars(by_member(["b", "a"], [88_000, 412_000]), REVENUE, theme=LIGHT, member="region")

    assert ["a", "b"] == list(figure.layout.yaxis.ticktext)
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
    assert ["412 k · 82 %", "88.0 k · 18 %"] == said(figure)


def test_a_click_on_a_bar_tells_the_member_as_it_is_and_the_reader_sees_no_tag():
    figure = charts.bars(by_member([HOSTILE, "b"], [2, 1]), REVENUE, theme=LIGHT, member="region", selected="b")

    bar = trace(figure, "value")
    assert (HOSTILE, "b") == bar.customdata
    assert SAFE == figure.layout.yaxis.ticktext[0]
    assert f"<b>{SAFE}</b>" == bar.hovertext[0].split("<br>")[0]


def test_the_chosen_bar_is_bold_and_the_others_step_back():
    figure = charts.bars(by_member(["a", "b"], [2, 1]), REVENUE, theme=LIGHT, member="region", selected="b")

    assert ["a", "<b>b</b>"] == list(figure.layout.yaxis.ticktext)
    assert (0.35, 1.0) == trace(figure, "value").marker.opacity


def test_the_rest_stands_last_and_muted_however_large_it_is():
    figure = charts.bars(by_member(["rest", "a", "(none)"], [9, 2, 1]), REVENUE, theme=DARK, member="region")

    assert ["a", "rest", "(none)"] == list(figure.layout.yaxis.ticktext)
    assert (DARK.lag, DARK.muted, DARK.muted) == trace(figure, "value").marker.color


def test_a_long_name_is_shortened_beside_the_bar_and_whole_in_the_tooltip():
    long = "Germany, Austria and Switzerland"
    figure = charts.bars(by_member([long, "b"], [2, 1]), REVENUE, theme=LIGHT, member="region")

    (shown, _) = figure.layout.yaxis.ticktext
    assert shown.endswith("…")
    assert len(shown.replace("<br>", " ")) <= 24
    assert long in trace(figure, "value").hovertext[0]


def test_two_names_shortened_alike_keep_two_bars():
    long = ["The same beginning of a name: one", "The same beginning of a name: two"]

    assert (0, 1) == trace(charts.bars(by_member(long, [2, 1]), REVENUE, theme=LIGHT, member="region"), "value").y


def test_a_bar_below_zero_has_its_label_on_the_free_side():
    figure = charts.bars(by_member(["a", "b"], [5, -3]), REVENUE, theme=LIGHT, member="region")

    assert (5, 0) == trace(figure, "label").x
    assert figure.layout.xaxis.range == (-3, 5)
    assert "-3 · -150 %" in said(figure)


def test_a_hidden_member_has_no_bar_and_with_one_hidden_no_shares_are_said():
    frame = by_member(["a", "b"], [5, 3], hidden=[False, True], note=["", HIDDEN])
    figure = charts.bars(frame, REVENUE, theme=LIGHT, member="region")

    assert (5, None) == trace(figure, "value").x
    assert ["5", "hidden"] == said(figure)


def test_a_rate_has_its_interval_and_no_share_and_its_label_beyond_the_whisker():
    frame = by_member(["a"], [0.5], low=[0.4], high=[0.7], n=[40])
    figure = charts.bars(frame, ENGAGEMENT, theme=LIGHT, member="region")

    whiskers = trace(figure, "value").error_x
    assert [0.2, 0.1] == pytest.approx([*whiskers.array, *whiskers.arrayminus])
    assert ["50.0 %"] == said(figure)
    assert (0.7,) == trace(figure, "label").x
    assert "n 40" in plain(trace(figure, "value").hovertext[0])


def test_height_grows_by_28_px_a_bar_and_a_hundred_are_the_most():
    def height(count):
        frame = by_member([f"m{i}" for i in range(count)], range(count))
        return charts.bars(frame, REVENUE, theme=LIGHT, member="region")

    assert 28 == height(5).layout.height - height(4).layout.height
    assert 100 == len(trace(height(130), "value").y)
    assert "The first 100 of 130" in said(height(130))


# Movements


def test_each_movement_begins_where_the_one_before_it_ended():
    bar = trace(a_waterfall(), "movement")

    assert ((0, 100, 190, 0), (100, 90, -80, 110)) == (bar.base, bar.x)


def test_a_movement_says_its_sign_and_is_marked_by_more_than_its_colour():
    figure = a_waterfall(theme=DARK)

    assert ["100", "+90", "-80", "110"] == said(figure)
    assert ("", "", "/", "") == trace(figure, "movement").marker.pattern.shape
    assert (DARK.lag, DARK.muted) == trace(figure, "movement").marker.color[1:3]


def test_the_headcount_walk_has_the_colour_of_a_leading_number():
    assert LIGHT.lead == trace(a_waterfall(unit="count", kind="lead"), "movement").marker.color[1]


def test_small_movements_are_seen_and_the_chart_says_its_bars_begin_above_zero():
    steps = [("Opening", 412, "total"), ("Hired", 48, "up"), ("Left", -26, "down"), ("Closing", 434, "total")]
    figure = charts.waterfall(steps, theme=LIGHT, unit="count")

    floor = trace(figure, "movement").base[0]
    assert 0 < floor < 412
    assert f"bars begin at {floor:.0f}, not at 0" in said(figure)
    assert ["412", "+48", "-26", "434"] == said(figure)[1:]


def test_a_step_of_another_kind_is_refused_by_name():
    with pytest.raises(ValueError, match="must be total, up or down"):
        charts.waterfall([("New", 1, "sideways")], theme=LIGHT)


# Answers, people and drivers


def test_groups_of_scores_carry_their_share_and_each_score_its_own():
    figure = a_distribution()

    assert ["Detractors<br><b>20 %</b>", "Passives<br><b>20 %</b>", "Promoters<br><b>60 %</b>"] == said(figure)[:3]
    assert ("10", "0") == trace(figure, "answers").text[:2]
    assert tuple(range(11)) == trace(figure, "answers").x
    assert "% of 100 answers, by score" in said(figure)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_best_group_has_the_colour_of_a_leading_number_and_no_score_that_of_a_signal(theme):
    colours = trace(a_distribution(theme), "answers").marker.color

    assert (theme.lead, theme.lead) == colours[9:]
    assert theme.lead not in colours[:9]
    assert theme.signal not in colours


def test_a_hidden_bar_is_a_hatched_ground_of_the_whole_width_with_its_word_and_no_number():
    rows = by_member(
        ["Sales", "Legal", "IT"], [0.8, 0.123, 0.456], low=[0.7, 0.1, 0.4], high=[0.9, 0.2, 0.5], n=[40, 3, 2],
        hidden=[False, True, True], note=["", HIDDEN, HIDDEN],
    )  # fmt: skip
    figure = charts.bars(rows, ENGAGEMENT, theme=LIGHT, member="region")

    ground = trace(figure, "hidden")
    assert ((1, 2), (0.9, 0.9), (0.0, 0.0)) == (ground.y, ground.x, ground.base)
    assert ("/", "overlay") == (ground.marker.pattern.shape, figure.layout.barmode)
    assert (0.8, None, None) == trace(figure, "value").x
    assert ["80.0 %", "hidden", "hidden"] == said(figure)
    assert all("revealing someone" in tip.replace("<br>", " ") for tip in ground.hovertext)
    assert not re.search(r"123|12\.3|456|45\.6", figure.to_json())


def test_bars_without_a_hidden_one_have_no_such_ground():
    assert "hidden" not in names(charts.bars(by_member(["a"], [1]), REVENUE, theme=LIGHT, member="region"))


def test_a_share_says_what_it_is_made_of_and_a_hidden_one_does_not():
    rows = by_member(["Sales", "Legal"], [0.75, NAN], num=[30, NAN], den=[40, NAN], hidden=[False, True])
    figure = charts.bars(rows, ENGAGEMENT, theme=LIGHT, member="region", counts=True)

    assert ["75.0 % · 30 of 40", "hidden"] == said(figure)


def test_the_curve_is_in_steps_over_months_and_says_who_is_left_after_a_year():
    figure = a_curve()

    line = trace(figure, "stay")
    assert (12.0, "hv", LIGHT.lead) == (line.x[2], line.line.shape, line.line.color)
    assert (12.0,) == trace(figure, "at 12 months").x
    assert "<b>80 % still here</b><br>after 12 months<br>75 to 80 %" in said(figure)


@pytest.mark.parametrize(("after_a_year", "at"), [(0.9, "foot"), (0.2, "band")])
def test_the_words_on_a_year_stand_where_a_curve_that_only_falls_does_not_come(after_a_year, at):
    stay = np.array([1, after_a_year, 0.1])
    frame = pd.DataFrame(
        {"day": [0, 365, 1000], "at_risk": 50, "leavers": 1, "stay": stay, "low": stay - 0.05, "high": stay + 0.05}
    )
    figure = charts.survival_curve(frame, theme=LIGHT)

    (words,) = [note for note in figure.layout.annotations if "still here" in note.text]
    assert words.y == {"foot": figure.layout.yaxis.range[0], "band": pytest.approx(after_a_year + 0.05)}[at]
    assert ("bottom", "left") == (words.yanchor, words.xanchor)


def test_a_curve_that_has_not_reached_a_year_says_so():
    figure = a_curve(days=(0, 50, 200))

    assert "not yet followed for 12 months" in said(figure)
    assert "at 12 months" not in names(figure)


def test_a_long_curve_is_thinned_and_still_true_at_a_year():
    days = np.arange(0, 1000)
    stay = 1 - days / 2000
    frame = pd.DataFrame({"day": days, "at_risk": 50, "leavers": 1, "stay": stay, "low": stay, "high": stay})
    figure = charts.survival_curve(frame, theme=LIGHT)

    assert sum(len(one.x) for one in figure.data) <= 500
    assert (1 - 365 / 2000,) == trace(figure, "at 12 months").y


def test_drivers_are_sorted_beside_the_company_and_open_where_not_distinguishable():
    figure = some_drivers()

    assert ["Manager", "Tools", "Pay"] == list(figure.layout.yaxis.ticktext)
    assert ["71 % · n 812", "68 % · n 44", "50 % · n 800", "company 65 %"] == said(figure)[:4]
    assert (LIGHT.lead, LIGHT.card, LIGHT.lead) == trace(figure, "driver").marker.color
    assert 0.65 == figure.layout.shapes[0].x0


HOSTILE_CHARTS = {
    "trend": lambda: a_trend(
        events=[Event(MONDAY, HOSTILE, MONDAY + timedelta(days=9))], columns={"note": HOSTILE}, currency=HOSTILE
    ),
    "trend and its usual range": lambda: a_trend(usual=usual([1] * 3, [2] * 3, words=HOSTILE, status=HOSTILE)),
    "bars": lambda: charts.bars(
        by_member([HOSTILE], [1], note=HOSTILE, low=0.5, high=2),
        REVENUE,
        theme=LIGHT,
        member="region",
        currency=HOSTILE,
    ),
    "waterfall": lambda: charts.waterfall([(HOSTILE, 1, "total")], theme=LIGHT, currency=HOSTILE),
    "distribution": lambda: a_distribution(cuts=[(0, 10, HOSTILE)]),
    "drivers": lambda: some_drivers(names=(HOSTILE, "b", "c")),
}


@pytest.mark.parametrize("chart", HOSTILE_CHARTS)
def test_no_text_from_data_becomes_a_tag(chart):
    figure = HOSTILE_CHARTS[chart]()
    for one in figure.data:  # what a click gives back is the member itself, and is never written
        one.customdata = None

    written = json.dumps(figure.to_plotly_json(), default=str)
    assert "R&amp;D" in written
    assert "<b>R" not in written
    assert "&amp;amp;" not in written


# The small line on a card


def a_sparkline(values, kind="lag", columns=None, **other):
    svg = charts.sparkline(weeks(list(values), **(columns or {})), **{"kind": kind, "theme": LIGHT, **other})
    return ElementTree.fromstring(svg), svg


def marks(root, tag):
    return root.findall(f"{{http://www.w3.org/2000/svg}}{tag}")


def test_a_sparkline_says_in_words_what_it_shows():
    root, _ = a_sparkline(np.linspace(1.1e6, 1.3e6, 40)[-26:], unit="money", target=1.2e6, band=(1e6, 1.25e6))

    assert "img" == root.get("role")
    words = "26 weeks, from 1.17 M to 1.30 M, usual range 1.00 M to 1.25 M, target 1.20 M, met"
    assert words == plain(root.get("aria-label"))


def test_a_sparkline_shows_the_last_26_periods():
    _, svg = a_sparkline(range(40))

    assert 26 == len(re.findall(r"[ML]\d", svg))
    assert "26 weeks, from 14 to 39" in svg


@pytest.mark.parametrize("kind", ["lag", "lead"])
def test_a_sparkline_takes_its_colours_from_the_page(kind):
    _, svg = a_sparkline([1, 2], kind, target=1, band=(1, 2), theme=DARK)

    assert f'stroke="var(--keel-{kind}, {getattr(DARK, kind)})"' in svg
    assert f'fill="var(--keel-grid, {DARK.grid})" fill-opacity="0.4"' in svg
    assert f'stroke="var(--keel-muted, {DARK.muted})" stroke-dasharray="4 3"' in svg


def corners(polygon):
    return [tuple(float(number) for number in point.split(",")) for point in polygon.get("points").split()]


def test_a_usual_range_of_all_periods_is_an_area_from_edge_to_edge():
    root, _ = a_sparkline([0, 10, 5], band=(2, 6))

    # 36 px between the edges hold 0 to 10: 6 lies 21.6 px above the foot at 40, and 2 lies 7.2 px above it
    xs, ys = zip(*corners(marks(root, "polygon")[0]), strict=True)
    assert ((0, 220), {18.4, 32.8}) == ((min(xs), max(xs)), set(ys))


def test_a_usual_range_varies_by_period_and_has_a_gap_where_there_is_none():
    frame = weeks([0, 10, 5, 5, 5])
    band = [(0, 10), (5, 10), (NAN, NAN), (float("inf"), 1), (4, 2)]
    svg = charts.sparkline(frame, kind="lag", theme=LIGHT, band=band)
    root = ElementTree.fromstring(svg)

    # five periods lie 53 px apart; the last pair is turned round
    first, second = (corners(polygon) for polygon in marks(root, "polygon"))
    assert [(0, 4), (4, 4), (57, 4), (83.5, 4), (83.5, 22), (57, 22), (4, 40), (0, 40)] == first
    assert [(189.5, 25.6), (216, 25.6), (220, 25.6), (220, 32.8), (216, 32.8), (189.5, 32.8)] == second
    assert "usual range 2 to 4" in root.get("aria-label")


def test_usual_ranges_follow_their_rows_whatever_the_order_of_the_frame():
    frame, band = weeks([1, 2, 3]), [(0, 1), (1, 2), (7, 9)]

    given = charts.sparkline(frame, kind="lag", theme=LIGHT, band=band)
    assert given == charts.sparkline(frame.iloc[::-1], kind="lag", theme=LIGHT, band=band[::-1])
    assert "usual range 7 to 9" in given


def test_the_usual_range_that_is_told_is_that_of_the_last_whole_period():
    root, _ = a_sparkline([1, 2, 3], band=[(0, 1), (1, 4), (7, 9)], columns={"partial": [False, False, True]})
    assert "usual range 1 to 4" in root.get("aria-label")

    root, _ = a_sparkline([1, 2], band=[(0, 1), (NAN, NAN)])
    assert "usual range" not in root.get("aria-label")


@pytest.mark.parametrize("values", [[], [NAN], [1], [1] * 40])
def test_a_usual_range_stays_inside_the_picture_however_few_or_many_periods(values):
    root, _ = a_sparkline(values, band=[(-1e9, 1e9)] * len(values), target=2)

    for polygon in marks(root, "polygon"):
        assert all(0 <= x <= 220 and 0 <= y <= 44 for x, y in corners(polygon))
    assert len(marks(root, "polygon")) == (1 if 1 in values else 0)


def test_a_hidden_period_has_no_line_and_no_usual_range_in_a_sparkline():
    shown = a_sparkline([1, NAN, 2], band=[(0, 3), (NAN, NAN), (0, 3)])[1]
    hidden = a_sparkline([1, 99, 2], band=[(0, 3), (50, 98), (0, 3)], columns={"hidden": [False, True, False]})[1]

    assert shown == hidden


def test_a_usual_range_for_other_rows_is_refused():
    with pytest.raises(ValueError, match="shape"):
        a_sparkline([1, 2, 3], band=[(0, 1), (0, 1)] * 2)


@pytest.mark.parametrize(("mark", "words"), [("signal", "a signal"), ("watch", "one to watch")])
def test_a_mark_is_a_ring_around_the_last_whole_period_and_a_word(mark, words):
    columns = {"partial": [False, False, True]}
    root, _ = a_sparkline([1, 2, 3], mark=mark, theme=DARK, columns=columns)

    open_one, dot, ring = marks(root, "circle")
    assert (dot.get("cx"), dot.get("cy"), "none") == (ring.get("cx"), ring.get("cy"), ring.get("fill"))
    assert dot.get("cx") != open_one.get("cx")
    assert f"var(--keel-{mark}, {getattr(DARK, mark)})" == ring.get("stroke")
    assert words in root.get("aria-label")


def test_without_a_mark_there_is_no_ring_and_another_one_is_refused():
    assert 1 == len(marks(a_sparkline([1, 2])[0], "circle"))
    with pytest.raises(ValueError, match="mark must be"):
        a_sparkline([1, 2], mark='"><script>')


def test_a_sparkline_lifts_its_pen_over_a_gap_and_dots_a_period_alone():
    root, _ = a_sparkline([1, 2, NAN, 3, NAN, 4, 5])

    assert "MLMhML" == re.sub(r"[^MLh]", "", marks(root, "path")[0].get("d"))
    assert "2 weeks without data" in root.get("aria-label")


def test_a_sparkline_ends_in_a_filled_dot_and_a_running_period_in_an_open_one_at_the_edge():
    root, _ = a_sparkline([10, 11, 12, 1], columns={"partial": [False, False, False, True]})

    open_dot, filled = marks(root, "circle")
    assert open_dot.get("fill").startswith("var(--keel-card")
    assert filled.get("fill").startswith("var(--keel-lag")
    assert "40.0" == open_dot.get("cy")
    assert marks(root, "path")[1].get("stroke-dasharray")
    assert "from 10 to 12, the last week not yet full" in root.get("aria-label")


@pytest.mark.parametrize(("better", "words"), [("up", "not met"), ("down", "met"), ("neither", "")])
def test_whether_the_target_is_met_depends_on_what_is_better(better, words):
    root, _ = a_sparkline([1, 2], target=3, better=better)

    assert root.get("aria-label").endswith(f"target 3{', ' + words if words else ''}")


def test_a_sparkline_is_rounded_to_a_tenth_of_a_pixel_and_stays_inside():
    root, svg = a_sparkline(np.random.default_rng(1).normal(0, 1e6, 26), target=3e6)

    assert not re.search(r"\d\.\d{2}", re.sub(r'aria-label="[^"]*"', "", svg).replace("2.8", ""))
    points = re.findall(r"[ML]([-\d.]+) ([-\d.]+)", marks(root, "path")[0].get("d"))
    assert all(0 <= float(x) <= 220 and 0 <= float(y) <= 44 for x, y in points)


@pytest.mark.parametrize("values", [[], [NAN, NAN]])
def test_a_sparkline_without_a_value_says_so(values):
    root, svg = a_sparkline(values)

    assert "No data yet" == root.get("aria-label")
    assert ">No data yet</text>" in svg


def test_a_flat_sparkline_runs_through_the_middle():
    root, _ = a_sparkline([5, 5, 5])

    assert {"22.0"} == set(re.findall(r"[ML][\d.]+ ([\d.]+)", marks(root, "path")[0].get("d")))


def test_a_sparkline_escapes_what_it_is_told():
    _, svg = a_sparkline([1, 2], unit="money", currency='"><script>')

    assert "<script>" not in svg


# The time it takes


def test_two_years_of_weeks_are_drawn_in_a_blink():
    frame = weeks(np.linspace(1e6, 2e6, 104), prior=1e6, low=9e5, high=2.1e6, n=300)

    def once():
        started = time.perf_counter()
        charts.trend(frame, REVENUE, theme=LIGHT, grain="week", target=1.5e6, currency="EUR")
        return time.perf_counter() - started

    assert min(once() for _ in range(5)) < 0.1  # 15 ms is the aim; a shared machine gets room
