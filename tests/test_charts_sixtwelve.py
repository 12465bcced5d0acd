import json
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from keel import charts
from keel.charts import DARK, LIGHT, Event
from keel.periods import Calendar
from keel.sixtwelve import SixTwelve
from keel.suppression import HIDDEN
from tests.test_charts import ENGAGEMENT, HOSTILE, REVENUE, a_metric, names, plain, trace

ENDING = date(2026, 9, 20)
WEEKS = (70, 71, 72, 73, 74, 75)
PRIOR = (60, 61, 62, 63, 64, 65)
MONTHS = tuple(range(300, 312))
PRIOR_MONTHS = tuple(range(280, 292))
INFINITE = float("inf")
NAN = float("nan")


def a_week(at, value, prior, note=""):
    ending = ENDING - timedelta(days=7 * (5 - at))
    return {"ending": ending, "label": f"wk {33 + at}", "value": value, "prior": prior, "note": note}


def a_month(at, value, prior, note="", partial=False, calendar=Calendar()):  # noqa: B008
    month = date(2025 + (8 + at) // 12, (8 + at) % 12 + 1, 1)
    label = calendar.label(month, "month")
    return {"month": month, "label": label, "value": value, "prior": prior, "partial": partial, "note": note}


def a_view(weeks=WEEKS, prior=PRIOR, months=MONTHS, prior_months=PRIOR_MONTHS, running=None, change_in="fraction"):
    """Weeks ending 16 August to 20 September 2026, September 2025 to August 2026, and what September has so far."""
    return SixTwelve(
        week_ending=ENDING,
        weeks=tuple(a_week(at, *pair) for at, pair in enumerate(zip(weeks, prior, strict=True))),
        months=tuple(a_month(at, *pair) for at, pair in enumerate(zip(months, prior_months, strict=True))),
        running=None if running is None else a_month(12, running, 292, partial=True),
        totals={}, change_in=change_in, as_of=ENDING,
    )  # fmt: skip


def a_figure(view=None, metric=REVENUE, theme=LIGHT, **other):
    return charts.sixtwelve(view or a_view(), metric, theme=theme, **{"calendar": Calendar(), **other})


def blank(at, note):
    """A view with one week of which there is no number, and a note that says why."""
    view = a_view()
    return replace(view, weeks=(*view.weeks[:at], a_week(at, None, None, note), *view.weeks[at + 1 :]))


def labels(figure):
    return [plain(label.text) for label in figure.layout.annotations]


def label(figure, words):
    (found,) = [one for one in figure.layout.annotations if plain(one.text) == words]
    return found


def test_six_weeks_stand_left_of_twelve_months_with_a_gap_and_a_divider_between_them():
    figure = a_figure()

    weeks, months = trace(figure, "weeks"), trace(figure, "months")
    assert (tuple(range(6)), WEEKS) == (weeks.x, weeks.y)
    assert (tuple(range(7, 19)), MONTHS) == (months.x, months.y)
    assert (6, 6) == (figure.layout.shapes[0].x0, figure.layout.shapes[0].x1)
    assert LIGHT.grid == figure.layout.shapes[0].line.color
    assert (2.5, 12.5) == (label(figure, "six weeks").x, label(figure, "twelve months").x)


def test_numbers_that_add_up_have_a_scale_of_weeks_on_the_left_and_of_months_on_the_right():
    figure = a_figure()

    assert ("y", "y2") == (trace(figure, "weeks").yaxis, trace(figure, "months").yaxis)
    left, right = figure.layout.yaxis, figure.layout.yaxis2
    assert ("right", "y") == (right.side, right.overlaying)
    assert (0, 0) == (left.range[0], right.range[0])
    assert 75 < left.range[1] < 100 < 311 < right.range[1] < 400
    # rules at the ticks of each, no further than its own side
    rules = [shape for shape in figure.layout.shapes if shape.y0 in (*left.tickvals, *right.tickvals)]
    assert {("y", 5.5), ("y2", 19)} == {(rule.yref, rule.x1) for rule in rules}


@pytest.mark.parametrize("metric", [ENGAGEMENT, a_metric(unit="count", roll="last")])
def test_rates_and_levels_share_one_scale(metric):
    rates = [0.5 + at / 100 for at in range(12)]
    figure = a_figure(a_view(rates[:6], rates[:6], rates, rates), metric)

    assert {"y"} == {trace(figure, name).yaxis for name in ("weeks", "months", "last year, months")}
    assert "yaxis2" not in figure.layout.to_plotly_json()
    assert figure.layout.yaxis.range[1] > 0.61


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_last_year_lies_behind_in_the_muted_colour_and_is_named_once(theme):
    figure = a_figure(theme=theme)

    order = names(figure)
    for zone, values in (("weeks", PRIOR), ("months", PRIOR_MONTHS)):
        line = trace(figure, f"last year, {zone}")
        assert values == line.y
        assert line.line.width < trace(figure, zone).line.width
        assert order.index(f"last year, {zone}") < order.index(zone)
    red, green, blue = (int(theme.muted[i : i + 2], 16) for i in (1, 3, 5))
    assert line.line.color.startswith(f"rgba({red},{green},{blue}")
    assert 1 == labels(figure).count("last year")


@pytest.mark.parametrize("kind", ["lag", "lead"])
def test_the_newest_week_and_month_are_said_in_the_colour_of_the_line(kind):
    figure = a_figure(metric=a_metric(kind=kind), theme=DARK)

    for zone, words, at in (("weeks", "<b>75</b>", 5), ("months", "<b>311</b>", 18)):
        assert (at, getattr(DARK, kind)) == (label(figure, words).x, label(figure, words).font.color)
        assert getattr(DARK, kind) == trace(figure, zone).line.color


def test_the_other_numbers_are_said_where_plotly_finds_room():
    figure = a_figure(a_view(weeks=(50, 60, 55, 60, 55, 60), prior=(None,) * 6))

    numbers = trace(figure, "numbers, weeks")
    assert ("50", "60", "55", "60", "55") == numbers.text
    assert ("inside", 1, "rgba(0,0,0,0)") == (numbers.textposition, numbers.width, numbers.marker.color)
    assert "hide" == figure.layout.uniformtext.mode
    # the line rises from the first so steeply that a number over it would lie on the line
    over = [base > value for base, value in zip(numbers.base, (50, 60, 55, 60, 55), strict=True)]
    assert [False, True, True, True, True] == over


def test_a_number_that_another_line_would_strike_through_is_left_out():
    figure = a_figure(a_view(weeks=(70,) * 6, prior=(75, 75, 75, None, None, None)), week_targets=[65] * 3)

    assert (3, 4) == trace(figure, "numbers, weeks").x


def test_weeks_are_named_by_their_last_day_and_months_with_the_year_where_it_changes():
    figure = a_figure()

    always, on_wide = labels(figure), trace(figure, "names, weeks").text
    assert ["23<br>Aug", "6<br>Sep", "20<br>Sep"] == [words for words in always if "<br>" in words]
    assert ("16<br>Aug", "30<br>Aug", "13<br>Sep") == on_wide
    assert ("Sep", "Nov", "Jan", "Mar", "May", "Jul") == trace(figure, "names, months").text
    assert ["Oct", "Dec", "Feb", "Apr", "Jun", "Aug"] == [
        words for words in always if words in "Oct Dec Feb Apr Jun Aug"
    ]
    assert {"2025": 7, "2026": 11} == {words: label(figure, words).x for words in ("2025", "2026")}


def test_months_made_of_weeks_are_named_as_the_company_does():
    calendar = Calendar("saturday", 1, "4-4-5")
    starts = [date(2025, 2, 2)]
    while len(starts) < 12:
        starts.append(calendar.next(starts[-1], "month"))
    months = tuple(
        {
            "month": start,
            "label": calendar.label(start, "month"),
            "value": 5.0,
            "prior": None,
            "partial": False,
            "note": "",
        }
        for start in starts
    )
    figure = a_figure(replace(a_view(), months=months), calendar=calendar)

    assert ("P1", "P3", "P5", "P7", "P9", "P11") == trace(figure, "names, months").text
    assert 7 == label(figure, "FY26").x


def test_the_running_month_is_an_open_marker_joined_by_dashes_and_says_so():
    figure = a_figure(a_view(running=120))

    open_one, dashes = trace(figure, "so far"), trace(figure, "so far, joined")
    assert ((19,), (120,), LIGHT.card) == (open_one.x, open_one.y, open_one.marker.color)
    assert ((18, 19), (311, 120)) == (dashes.x, dashes.y)
    assert "px" in dashes.line.dash
    assert (None, 311) == (trace(figure, "months").y[-1], trace(figure, "months").y[-2])
    assert 19 == label(figure, "so far").x
    told = plain(trace(figure, "told, months").hovertext[-1]).split("<br>")
    assert ["<b>120</b>", "Sep 2026", "so far: not yet a whole month", "last year 292"] == told


@pytest.mark.parametrize(
    ("running", "number", "so_far"),
    [(310, "bottom", "top"), (312, "top", "bottom"), (900, "top", "bottom"), (50, "bottom", "top")],
)
def test_the_newest_number_and_so_far_stand_on_two_sides_of_their_points(running, number, so_far):
    figure = a_figure(a_view(running=running, prior_months=(None,) * 12))

    assert (number, so_far) == (label(figure, "<b>311</b>").yanchor, label(figure, "so far").yanchor)


def test_last_year_is_named_where_nothing_else_is_near():
    # over the line from the seventh month on: before, the months lie just over it and the target just under
    view = a_view(months=[215] * 6 + [300] * 6, prior_months=[200] * 12)
    name = label(a_figure(view, month_targets=[180] * 6), "last year")

    assert (13 <= name.x <= 18, 200, "bottom") == (True, name.y, name.yanchor)


def test_a_blank_week_is_a_gap_with_a_small_mark_and_its_note_in_the_tooltip():
    figure = a_figure(blank(2, "1 of 7 days has no data"))

    assert (70, 71, None, 73, 74, 75) == trace(figure, "weeks").y
    assert trace(figure, "weeks").connectgaps is False
    mark = trace(figure, "no data, weeks")
    assert ((2,), "x-thin") == (mark.x, mark.marker.symbol)
    told = plain(trace(figure, "told, weeks").hovertext[2]).split("<br>")
    assert ["<b>no data</b>", "wk 35 · 24 Aug–30 Aug 2026", "1 of 7 days has no data"] == told


def test_a_month_that_is_still_to_come_has_no_mark():
    view = a_view()
    view = replace(view, months=(*view.months[:-1], a_month(11, None, 291, "still to come")))
    figure = a_figure(view)

    assert "no data, months" not in names(figure)
    assert "still to come" in trace(figure, "told, months").hovertext[-1]


def test_of_a_hidden_week_only_the_reason_is_in_the_figure():
    figure = a_figure(blank(3, HIDDEN))

    assert "revealing someone" in trace(figure, "told, weeks").hovertext[3].replace("<br>", " ")
    assert not re.search(r"\b73\b", json.dumps([labels(figure), trace(figure, "numbers, weeks").text]))
    assert 73 not in [y for one in figure.data for y in one.y]


def test_targets_are_a_dotted_step_with_a_name():
    figure = a_figure(week_targets=[80] * 6, month_targets=[None, *[320] * 5, *[330] * 6])

    weeks, months = trace(figure, "target, weeks"), trace(figure, "target, months")
    assert ((-0.5, 0.5, 0.5, 1.5), (80, 80, 80, 80), "dot") == (weeks.x[:4], weeks.y[:4], weeks.line.dash)
    assert (None, None, 320, 320) == months.y[:4]
    assert ((11.5, 12.5, 12.5, 13.5), (320, 320, 330, 330)) == (months.x[10:14], months.y[10:14])
    assert 330 == label(figure, "target 330").y


@pytest.mark.parametrize("targets", [[80], [NAN, 80], [INFINITE], [None] * 6, [1] * 99])
def test_targets_that_are_missing_or_too_many_are_no_trouble(targets):
    figure = a_figure(week_targets=targets)

    known = [value for value in targets[:6] if value in (80, 1)]
    shown = [one for one in figure.data if one.name == "target, weeks"]
    assert bool(known) == bool(shown)
    assert not known or known == [y for y in shown[0].y if y is not None][::2]


def test_an_event_marks_the_week_it_falls_in_and_its_month_and_is_in_their_tooltips():
    figure = a_figure(events=[Event(date(2026, 8, 27), "Price rise")])

    assert 2 == label(figure, "Price rise").x  # the week that ends on 30 August
    assert 18 == label(figure, "▾").x
    assert "Price rise · 27 Aug" == label(figure, "▾").hovertext
    assert [2, 18] == [shape.x0 for shape in figure.layout.shapes if shape.yref == "y domain"]
    told = [trace(figure, f"told, {zone}").hovertext[at] for zone, at in (("weeks", 2), ("months", 11))]
    assert ["Price rise · 27 Aug"] * 2 == [words.split("<br>")[-1] for words in told]


@pytest.mark.parametrize(("day", "week"), [(24, 2), (30, 2), (31, 3)])
def test_an_event_belongs_to_the_week_that_holds_its_day(day, week):
    figure = a_figure(events=[Event(date(2026, 8, day), "Fair")])

    assert [week] == [at for at, told in enumerate(trace(figure, "told, weeks").hovertext) if "Fair" in told]


def test_an_event_that_lasted_is_shaded_over_the_places_it_touches():
    figure = a_figure(events=[Event(date(2025, 11, 20), "Fair", date(2026, 1, 12))])

    (shade,) = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert (8.5, 11.5) == (shade.x0, shade.x1)  # November to January
    assert ["Fair" in told for told in trace(figure, "told, months").hovertext] == [False] * 2 + [True] * 3 + [
        False
    ] * 7
    assert "▾" not in labels(figure)


def test_an_event_out_of_view_is_not_in_the_figure():
    figure = a_figure(events=[Event(date(2024, 1, 1), "Long ago"), Event(date(2026, 10, 1), "To come")])

    assert not re.search("Long ago|To come", figure.to_json())


def test_a_tooltip_says_value_when_change_last_year_and_target():
    figure = a_figure(week_targets=[80] * 6, currency="EUR")

    told = plain(trace(figure, "told, weeks").hovertext[-1]).split("<br>")
    # 75 on 65 is 15.38 %
    expected = [
        "<b>EUR 75</b>",
        "wk 38 · 14 Sep–20 Sep 2026",
        "▲ 15.4 % on last year",
        "last year EUR 65",
        "target EUR 80",
    ]
    assert expected == told
    assert 1 == labels(figure).count("EUR")


def test_a_change_of_a_rate_is_told_in_basis_points():
    rates = [0.5] * 12
    figure = a_figure(a_view([0.512] * 6, [0.5] * 6, rates, rates, change_in="bps"), ENGAGEMENT)

    assert "▲ 120 bps on last year" in plain(trace(figure, "told, weeks").hovertext[0])


@pytest.mark.parametrize("nothing", [None, NAN, INFINITE])
@pytest.mark.parametrize(
    ("note", "sentence"), [("", "No data yet"), ("no data since 2 Jan 2026", "No data since 2 Jan 2026")]
)
def test_nothing_to_show_is_one_sentence_without_axes(nothing, note, sentence):
    figure = a_figure(replace(a_view([nothing] * 6, [1] * 6, [nothing] * 12, [1] * 12), note=note))

    assert [sentence] == labels(figure)
    assert ((), False) == (figure.data, figure.layout.xaxis.visible)


def test_a_view_hidden_throughout_says_why():
    view = a_view()
    weeks = tuple(a_week(at, None, None, HIDDEN) for at in range(6))
    months = tuple(a_month(at, None, None, HIDDEN) for at in range(12))

    (sentence,) = labels(a_figure(replace(view, weeks=weeks, months=months)))
    assert "revealing someone" in sentence.replace("<br>", " ")


def test_a_metric_of_months_says_that_its_weeks_have_no_data():
    figure = a_figure(a_view([None] * 6, [None] * 6))

    assert 2.5 == label(figure, "no data").x
    assert () == figure.layout.yaxis.tickvals
    assert tuple(range(6)) == trace(figure, "no data, weeks").x


def test_infinite_numbers_are_no_numbers():
    figure = a_figure(a_view((70, INFINITE, 72, 73, -INFINITE, 75), (60, NAN, 62, 63, 64, 65)))

    assert (70, None, 72, 73, None, 75) == trace(figure, "weeks").y
    assert 75 < figure.layout.yaxis.range[1] < 100


@pytest.mark.parametrize("running", [None, 7])
def test_one_point_is_a_chart(running):
    figure = a_figure(a_view([None] * 6, [None] * 6, [None] * 11 + [9], [None] * 12, running))

    assert 9 == trace(figure, "months").y[11]
    assert "<b>9</b>" in labels(figure)


def test_a_running_month_alone_is_a_chart():
    figure = a_figure(a_view([None] * 6, [None] * 6, [None] * 12, [None] * 12, 7))

    assert (7,) == trace(figure, "so far").y


def test_no_text_from_data_becomes_a_tag():
    event = Event(date(2026, 8, 27), HOSTILE, date(2026, 9, 27))
    written = a_figure(blank(2, HOSTILE), currency=HOSTILE, events=[event]).to_json()

    assert "R\\u0026amp;D" in written or "R&amp;D" in written
    assert not re.search(r"(<|\\u003c)b(>|\\u003e)R", written)


def test_it_lets_a_finger_scroll_the_page_and_has_no_colour_of_the_light_in_the_dark():
    figure = a_figure(a_view(running=5), theme=DARK, events=[Event(date(2026, 9, 1), "E")], week_targets=[1] * 6)

    assert [True] * 4 == [figure.layout[axis].fixedrange for axis in ("xaxis", "yaxis", "yaxis2", "yaxis3")]
    assert (False, False) == (figure.layout.dragmode, figure.layout.showlegend)
    assert [] == [colour for colour in vars(LIGHT).values() if colour in figure.to_json()]
