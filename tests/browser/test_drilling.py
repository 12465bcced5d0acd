"""From the revenue number to the orders and back: by mouse, by keyboard, by the browser's own buttons."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

from keel import wording
from tests.browser.screen import Screen, Visit

DRILL = ".st-key-box-drill"
PATH = ".st-key-drill-path"
BAR = ".st-key-drill-chart .keel-bar"
STEPS = ("region", "segment", "product_line", "customer")

TWO_CLICKS = """async names => {
    for (const name of names) {
        let bar = null
        while (!(bar = document.querySelector(`button.keel-bar[title^="${name}: "]`))) await new Promise(requestAnimationFrame)
        bar.click()
        await new Promise(done => setTimeout(done, 60))
    }
}"""


@dataclass(frozen=True)
class Level:
    """What the drill shows: the path in the address, the number, the total said below, bars by name."""

    path: list[str]
    number: str
    total: float
    bars: dict[str, float]


def amount(words: str) -> float:
    """1234.5 of "1,234.50 EUR"."""
    return float(words.split(" EUR")[0].replace(",", "").replace("−", "-"))


def level(screen: Screen) -> Level:
    total = amount(screen.text(f"{DRILL} .keel-sum").split(" up to ")[1])
    told = [bar.get_attribute("title") or "" for bar in screen.page.locator(BAR).all()]
    bars = {name: amount(words) for name, words in (words.rsplit(": ", 1) for words in told)}
    number = screen.page.locator(f"{PATH} .keel-value").evaluate("value => value.firstChild.textContent")
    return Level(screen.asked().get("path", []), number, total, bars)


def adds_up(shown: Level) -> None:
    assert wording.number(shown.total, "money") == shown.number
    if shown.bars:
        assert sum(shown.bars.values()) == pytest.approx(shown.total, abs=0.01)


def arrived(screen: Screen, depth: int) -> Level:
    """The drill so many steps down, once it stands."""
    screen.page.wait_for_function(
        "depth => new URLSearchParams(location.search).getAll('path').length === depth", arg=depth
    )
    expect(screen.widget("drill-path").locator('[class*="st-key-crumb-"]')).to_have_count(depth + 1)
    screen.settle().fine()
    return level(screen)


def bar(screen: Screen, name: str) -> Locator:
    return screen.page.locator(f'button{BAR.split()[1]}[title^="{name}: "]')


def crumb(screen: Screen, words: str):
    # a button with a tip is drawn twice, once for the fingers of a phone
    return screen.widget("drill-path").get_by_role("button", name=words, exact=True).locator("visible=true")


def second(shown: Level) -> str:
    """The name of the second longest bar that is one member, not the rest in one."""
    return sorted((name for name in shown.bars if " more customers" not in name), key=lambda name: -shown.bars[name])[1]


def test_clicking_bars_leads_from_region_to_orders_and_the_breadcrumb_leads_back(sample: str, visit: Visit):
    screen = visit(sample).open("/revenue")
    trail = [level(screen)]
    adds_up(trail[0])
    for depth, step in enumerate(STEPS, 1):
        name = second(trail[-1])
        bar(screen, name).click()
        shown = arrived(screen, depth)
        assert shown.path[:-1] == trail[-1].path
        assert shown.path[-1].startswith(f"{step}=")
        assert shown.total == pytest.approx(trail[-1].bars[name], abs=0.01)
        adds_up(shown)
        trail.append(shown)

    lines = screen.rows(screen.page.locator(f"{DRILL} [data-testid=stDataFrame]"))
    count = int(screen.text(f"{DRILL} .keel-sum").split()[0])
    assert len(lines) == count
    amounts = [float(line["Amount"].replace(",", "").replace("(", "-").rstrip(")")) for line in lines]
    assert sum(amounts) == pytest.approx(trail[-1].total, abs=0.01)
    steps = [step.split("=", 1)[1] for step in trail[-1].path]
    for depth in (2, 0):
        crumb(screen, ["All revenue", *steps][depth]).click()
        assert arrived(screen, depth) == trail[depth]


def test_the_keyboard_alone_leads_down_and_back(sample: str, visit: Visit):
    screen = visit(sample).open("/revenue")
    trail = [level(screen)]
    for depth in range(1, len(STEPS) + 1):
        name = second(trail[-1])
        screen.tab_to(bar(screen, name))
        screen.page.keyboard.press("Enter")
        shown = arrived(screen, depth)
        adds_up(shown)
        assert shown.total == pytest.approx(trail[-1].bars[name], abs=0.01)
        trail.append(shown)

    back = screen.widget("crumb-0").locator("button")
    screen.tab_to(back, keys="Shift+Tab")
    screen.page.keyboard.press("Enter")

    assert arrived(screen, 0) == trail[0]


def two_levels_down(screen: Screen) -> list[Level]:
    """Open two bars, one below the other; the three levels seen on the way."""
    trail = [level(screen)]
    for depth in (1, 2):
        bar(screen, second(trail[-1])).click()
        trail.append(arrived(screen, depth))
    return trail


def test_the_browsers_back_and_forward_buttons_walk_the_levels(sample: str, visit: Visit):
    screen = visit(sample).open("/revenue")
    trail = two_levels_down(screen)

    for depth in (1, 0):
        screen.page.go_back()
        assert arrived(screen, depth) == trail[depth]
    screen.page.go_forward()
    assert arrived(screen, 1) == trail[1]


def test_two_quick_clicks_go_down_two_levels(sample: str, visit: Visit):
    screen = visit(sample).open("/revenue")

    screen.page.evaluate(TWO_CLICKS, ["South", "Small"])  # the second as soon as the browser has drawn the new bars

    assert arrived(screen, 2).path == ["region=South", "segment=Small"]


def test_the_drill_and_the_cards_above_it_tell_of_the_same_region(sample: str, visit: Visit):
    screen = visit(sample).open("/revenue?path=region%3DSouth")
    before = level(screen)

    screen.choose("region", "North")

    steps = level(screen).path
    assert "region=South" not in steps or level(screen).total != pytest.approx(before.total, abs=0.01)


def test_a_link_to_a_place_that_is_not_there_breaks_nothing_and_keeps_the_way_out(sample: str, visit: Visit):
    screen = visit(sample).open("/revenue?path=region%3DAtlantis&path=planet%3DMars")

    screen.fine()
    expect(crumb(screen, "All revenue")).to_be_enabled()


def test_the_way_back_above_the_bars_goes_up_one_level(sample: str, visit: Visit):
    screen = visit(sample).open("/revenue")
    trail = two_levels_down(screen)

    for depth in (1, 0):
        screen.page.locator(".keel-bars-back").click()
        assert arrived(screen, depth) == trail[depth]
    expect(screen.page.locator(".keel-bars-back")).to_be_hidden()
