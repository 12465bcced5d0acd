"""Groups beside the company: what is hidden is drawn as hidden, and no number of it is written anywhere."""

import base64
import math
import re
from datetime import date
from html import unescape
from xml.etree import ElementTree

import pandas as pd
import pytest

from keel import charts
from keel.charts import DARK, LIGHT
from keel.suppression import HIDDEN
from keel.wording import MINUS, NBSP

WHY = f"{HIDDEN}; the nearest group that can be shown is Legal and People together"
HOSTILE = '<b onclick="x">R&D</b>'
NAN = math.nan
MONTHS = [date(2026, month, 1) for month in range(1, 7)]


def cell(driver, member, value, *, low=NAN, high=NAN, n=40, hidden=False, note=""):
    note = WHY if hidden else note
    return {
        "driver": driver,
        "member": member,
        "value": value,
        "low": low,
        "high": high,
        "n": n,
        "hidden": hidden,
        "note": note,
    }


def a_table(*more):
    """Two drivers: the company, a group above, a group below, and the rows given."""
    rows = [
        cell("Pay", "", 0.50, low=0.48, high=0.52, n=900), cell("Growth", "", 0.70, low=0.68, high=0.72, n=900),
        cell("Pay", "Sales", 0.58, low=0.53, high=0.63), cell("Growth", "Sales", 0.704, low=0.6, high=0.8),
        cell("Pay", "Support", 0.47, low=0.40, high=0.54), cell("Growth", "Support", 0.45, low=0.40, high=0.50),
        *more,
    ]  # fmt: skip
    return pd.DataFrame(rows)


def heat(*more):
    return charts.heat_map(a_table(*more), group="Department")


def rows_of(html):
    """The rows of the table: what each cell says, without its tip."""
    found = []
    for row in re.findall(r"<tr.*?</tr>", html, re.S):
        cells = re.findall(r"<t[hd].*?</t[hd]>", re.sub(r"<i class.*?</i>|<small>.*?</small>", "", row), re.S)
        found.append([plain(re.sub(r"<[^>]+>", " ", cell)) for cell in cells])
    return found


def plain(text):
    return " ".join(unescape(text).replace(NBSP, " ").replace(MINUS, "-").split())


def tips(html):
    return [unescape(tip).replace(NBSP, " ") for tip in re.findall(r'title="(.*?)"', html, re.S)]


def test_the_company_comes_first_and_the_drivers_stand_by_what_it_says():
    rows = rows_of(heat())

    assert ["Department", "Growth", "Pay"] == rows[0]
    assert ["The company", "70 %", "50 %"] == rows[1]
    assert ["Sales", "Support"] == [row[0] for row in rows[2:]]


def test_a_difference_is_written_with_its_direction_and_only_then_coloured():
    html = heat()

    assert ["Sales", "70 % =", "58 % ▲ 8"] == rows_of(html)[2]
    assert ["Support", "45 % ▼ 25", "47 % ▼ 3"] == rows_of(html)[3]
    assert ["keel-above-2 keel-clear", "keel-below-3 keel-clear", "keel-below-1"] == re.findall(
        r"keel-heat-cell (keel-(?:above|below)[^\"]*)", html
    )


def test_a_cell_says_in_its_tip_how_far_it_can_be_trusted():
    (sales,) = [tip for tip in tips(heat()) if tip.startswith("Sales · Growth")]

    assert "70 %, as the company (70 %)" in sales
    assert "not distinguishable from the company" in sales
    assert "95 %: 60.0 to 80.0 %, n 40" in sales


def test_a_hidden_cell_is_its_own_thing_says_why_and_holds_no_number_even_if_one_is_in_the_frame():
    html = heat(
        cell("Pay", "Legal", 0.77, low=0.66, high=0.88, n=4, hidden=True),
        cell("Growth", "Legal", 0.61, low=0.5, high=0.7, n=40),
    )

    assert ["Legal", "61 % ▼ 9", "hidden"] == rows_of(html)[3]
    (why,) = [tip for tip in tips(html) if tip.startswith("Legal · Pay")]
    assert f"Legal · Pay\nHidden: {WHY}" == why
    assert '<td role="cell" class="keel-hidden"' in html
    assert not re.search(r"77|66|88|n.4\b", html)
    assert '<i class="keel-hidden"></i>hidden' in html


def test_a_group_hidden_throughout_is_one_hidden_cell_and_stands_last():
    html = heat(cell("Pay", "Legal", 0.99, hidden=True), cell("Growth", "Legal", 0.99, hidden=True))

    assert ["Legal", "hidden"] == rows_of(html)[4]
    assert 'colspan="2"' in html
    assert "99" not in html


def test_people_without_a_group_stand_below_the_others_and_a_driver_not_asked_is_no_zero():
    rows = rows_of(heat(cell("Pay", "(none)", 0.9)))

    assert ["(none)", "not asked", "90 % ▲ 40"] == rows[-1]


def test_a_group_told_in_some_months_only_is_marked():
    html = heat(cell("Pay", "People", 0.5, low=0.4, high=0.6, note="told in 2 of 6 months"))

    assert "◐ told in some of the months only" in html
    assert any("told in 2 of 6 months" in tip for tip in tips(html))
    assert "◐ told" not in heat()


def test_the_table_can_be_read_by_row_with_the_keyboard_and_keeps_its_roles_as_a_list():
    html = heat()

    assert 3 == html.count('<tr role="row" tabindex="0"')
    assert {"table", "row", "cell", "columnheader", "rowheader", "rowgroup", "region"} == set(
        re.findall(r'role="(\w+)"', html)
    )


def test_no_text_from_data_becomes_a_tag():
    table = charts.heat_map(a_table(cell(HOSTILE, HOSTILE, 0.5, note=HOSTILE)), group=HOSTILE)
    lines = charts.small_lines(by_month({HOSTILE: [0.5] * 6}), whole(), by="department", unit="rate", theme=LIGHT)

    for html in (table, lines):
        assert "<b onclick" not in html
        assert 'onclick="' not in html
        assert "R&amp;D" in html


def test_what_is_hidden_is_told_once_for_all_that_share_the_reason():
    other = f"{HIDDEN}; the nearest group that can be shown is the company as a whole"
    frame = a_table(
        cell("Pay", "Legal", NAN, hidden=True), cell("Growth", "Legal", NAN, hidden=True),
        cell("Pay", "People", NAN, hidden=True), cell("Growth", "People", NAN, hidden=True),
        cell("Pay", "IT", NAN, hidden=True) | {"note": other},
    )  # fmt: skip

    assert [("Legal and People", WHY), ("IT: Pay", other)] == charts.hidden_because(frame, part="driver")
    assert [] == charts.hidden_because(a_table())


# The small lines


def by_month(groups, *, hidden=None, n=20):
    """A series by department: name -> its values; hidden: name -> the months hidden, whose values stay in the frame."""
    rows = [
        {"period": month, "department": name, "value": value, "low": value - 0.1, "high": value + 0.1, "n": n,
         "hidden": at in (hidden or {}).get(name, ()), "note": WHY if at in (hidden or {}).get(name, ()) else ""}
        for name, values in groups.items()
        for at, (month, value) in enumerate(zip(MONTHS, values, strict=True)) if value is not None
    ]  # fmt: skip
    return pd.DataFrame(rows)


def whole():
    return pd.DataFrame({"period": MONTHS, "value": 0.7, "low": 0.65, "high": 0.75, "n": 200, "hidden": False, "note": "",
                         "partial": [False] * 5 + [True]})  # fmt: skip


def lines(groups, theme=LIGHT, **more):
    return charts.small_lines(by_month(groups, **more), whole(), by="department", unit="rate", theme=theme)


def drawings(html):
    found = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', html)
    return [ElementTree.fromstring(base64.b64decode(one)) for one in found]


def strokes(drawing, colour):
    paths = drawing.findall("{http://www.w3.org/2000/svg}path")
    return [path.get("d") for path in paths if path.get("stroke") == colour and path.get("stroke-width") == "2.25"]


def test_each_group_has_a_panel_that_says_its_last_month_and_the_company_is_behind_it():
    html = lines({"Sales": [0.6, 0.7, 0.7, 0.7, 0.8, 0.5], "Support": [0.5] * 6})

    assert ["Sales", "Support"] == re.findall(r'keel-line-head"><span>(.*?)</span>', html)
    assert "Sales, Jan 2026 to Jun 2026: from 60 % to 50 %" in plain(html)
    assert all(strokes(drawing, LIGHT.lead) for drawing in drawings(html))
    assert any("the company 70 %" in tip for tip in tips(html))


def test_a_hidden_month_has_its_own_ground_and_the_line_is_lifted_over_it():
    html = lines({"Legal": [0.6, 0.6, 0.987, 0.987, 0.6, 0.6]}, hidden={"Legal": (2, 3)})

    assert ["Mar 2026 to Apr 2026: hidden"] == [tip.split("\n")[0] for tip in tips(html) if "hidden" in tip]
    assert 'class="keel-hidden" style="flex:2"' in html
    (line,) = strokes(drawings(html)[0], LIGHT.lead)
    assert 2 == line.count("M")
    assert "hidden in 2 months" in html
    assert not re.search(r"98|99", re.sub(r"base64,[^\"]+", "", html))


def test_a_month_without_answers_is_a_gap_and_not_hidden():
    html = lines({"Legal": [0.6, None, 0.6, 0.6, 0.6, 0.6], "Sales": [0.6] * 6})

    assert "Feb 2026: no answers" in tips(html)
    assert "hidden" not in html


def test_a_group_hidden_in_every_month_has_no_panel_and_its_numbers_do_not_set_the_scale():
    groups = {"Sales": [0.6, 0.61, 0.62, 0.61, 0.6, 0.6]}
    html = lines({**groups, "Legal": [0.01] * 6}, hidden={"Legal": range(6)})

    assert html == lines(groups)
    assert "Legal" not in html


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_lines_have_the_colours_of_the_theme(theme):
    drawn = "".join(
        ElementTree.tostring(one, encoding="unicode") for one in drawings(lines({"Sales": [0.6] * 6}, theme))
    )

    other = DARK if theme is LIGHT else LIGHT
    assert theme.lead in drawn
    assert theme.muted in drawn
    assert [] == [colour for colour in vars(other).values() if colour in drawn]


def test_ticks_are_few_and_round():
    html = lines({"Sales": [0.31, 0.4, 0.5, 0.6, 0.7, 0.83]})

    assert ["40 %", "60 %", "80 %"] == [plain(tick) for tick in re.findall(r"keel-line-tick[^>]*>(.*?)</i>", html)]


def test_every_group_hidden_is_one_sentence():
    assert "too few people" in lines({"Legal": [0.5] * 6}, hidden={"Legal": range(6)})
