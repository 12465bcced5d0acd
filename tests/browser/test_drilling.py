"""From a number to what it is made of and back: by mouse, keyboard, finger and the browser's own buttons."""

import re
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


# The bars hold the level that the server has for them; there are none below a customer.
BARS_ARE_AT = """depth => {
    const bars = document.querySelector(".keel-bars")
    return !bars || (bars.path.length === depth && bars.now.data.path.length === depth)
}"""


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
    screen.page.wait_for_function(BARS_ARE_AT, arg=depth)
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
        crumb(screen, ["All net revenue", *steps][depth]).click()
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


FOCUSED = "() => document.activeElement.title.split(': ')[0]"


def test_the_arrow_keys_go_from_bar_to_bar_and_escape_goes_up_to_the_bar_that_was_opened(sample: str, visit: Visit):
    screen = visit(sample).open("/revenue")
    names = sorted(level(screen).bars, key=lambda name: -level(screen).bars[name])
    group, status = screen.page.locator(".keel-bars"), screen.page.locator(".keel-bars-unseen[role=status]")
    expect(group).to_have_role("group")
    expect(group).to_have_accessible_name("Net revenue by region")
    expect(group).to_have_accessible_description(re.compile("Enter opens a bar.*Escape goes one level up"))
    expect(bar(screen, names[1])).to_have_accessible_name(re.compile(f"^{names[1]}, .* · .*, opens segment$"))
    expect(status).to_have_text("")  # only a step is announced

    screen.tab_to(bar(screen, names[0]))
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "Enter"):
        screen.page.keyboard.press(key)
    shown = arrived(screen, 1)
    assert shown.path == [f"region={names[1]}"]
    expect(status).to_have_text(re.compile(f"^Net revenue by segment, {names[1]}: \\d+ bars$"))
    assert screen.page.evaluate(FOCUSED) in shown.bars  # still among the bars

    for key in ("Escape", "Backspace"):
        screen.page.keyboard.press(key)
        arrived(screen, 0)
        assert screen.page.evaluate(FOCUSED) == names[1]
        if key == "Escape":
            screen.page.keyboard.press("Space")
            arrived(screen, 1)


CUSTOMERS_AHEAD = """() => {
    const root = document.querySelector(".keel-bars")
    return root.ahead?.token === root.now.data.token && root.querySelectorAll("button").length === Object.keys(root.ahead.next).length
}"""
CLICK_AND_LOOK = """async name => {
    document.querySelector(`button.keel-bar[title^="${name}: "]`).click()
    const before = new URLSearchParams(location.search).getAll("path").length
    return [before, document.querySelector(".keel-bars").getAttribute("aria-label")]
}"""
RUNS = """() => {
    window.runs = 0
    const app = document.querySelector('[data-testid="stApp"]')
    new MutationObserver(() => { window.runs += app.dataset.testScriptState === "running" }).observe(app, { attributes: true })
}"""


def test_customers_are_fetched_while_the_page_is_at_rest_and_drawn_at_the_click(sample: str, visit: Visit):
    screen = visit(sample).open("/revenue?path=region%3DSouth&path=segment%3DSmall")
    screen.page.wait_for_function(CUSTOMERS_AHEAD)
    screen.page.evaluate(RUNS)
    screen.page.wait_for_timeout(1200)  # three rests
    assert screen.page.evaluate("window.runs") == 0  # asked once, not for ever

    name = second(level(screen))
    assert screen.page.evaluate(CLICK_AND_LOOK, name) == [2, "Net revenue by customer"]  # before the server knows
    adds_up(arrived(screen, 3))


HOLD_IDLE = "window.held = []; window.requestIdleCallback = then => window.held.push(then)"
BACK_AS_REST_COMES = """async () => {
    document.querySelector(".keel-bars-back").click()
    for (let turn = 0; turn < 20; turn++) {
        await new Promise(then => setTimeout(then, 15))
        window.held.forEach(then => then())
    }
}"""


def about_to_ask_ahead(screen: Screen) -> Screen:
    """At rest, with bars whose customers are asked for as soon as the test lets what waits for idle moments go."""
    screen.page.add_init_script(HOLD_IDLE)
    screen.open("/revenue?path=region%3DSouth&path=segment%3DSmall")
    screen.page.wait_for_function("window.held.length > 0")
    return screen


def test_nothing_of_the_place_before_stays_when_a_click_meets_what_is_fetched_ahead(sample: str, visit: Visit):
    screen = about_to_ask_ahead(visit(sample))

    screen.page.evaluate(BACK_AS_REST_COMES)

    assert arrived(screen, 1).path == ["region=South"]
    assert screen.text(PATH).count("click a bar to open it") == 1


ASK_AND_CLICK = "() => { window.held.splice(0).forEach(then => then()); document.body.click() }"
SOME_ARE_AHEAD = "() => Object.keys(document.querySelector('.keel-bars').ahead.next).length > 0"


def test_after_a_click_nothing_more_is_asked_ahead_until_the_bars_have_their_next_answer(sample: str, visit: Visit):
    screen = about_to_ask_ahead(visit(sample))

    screen.page.evaluate(ASK_AND_CLICK)
    screen.page.wait_for_function(SOME_ARE_AHEAD)
    assert not screen.page.evaluate(f"({CUSTOMERS_AHEAD})()")  # there is more to ask for
    screen.page.wait_for_timeout(1200)  # three rests
    assert screen.page.evaluate("window.held.length") == 0

    screen.page.locator(".keel-bars-back").click()
    arrived(screen, 1)
    bar(screen, "Small").click()
    arrived(screen, 2)
    screen.page.wait_for_function("window.held.length > 0")


def test_any_metric_is_drilled_on_its_page_by_what_the_reader_chooses(sample: str, visit: Visit):
    screen = visit(sample).open("/metric?metric=nps")
    scripts: set[str] = set()
    screen.page.on("request", lambda asked: scripts.add(asked.url))
    expect(screen.page.locator(f"{BAR} u").first).to_be_attached()  # the 95 % range, as the split had it
    screen.choose("drill-by", "by team")
    assert screen.asked()["by"] == ["team"]
    screen.page.locator(f"button{BAR.split()[1]}").nth(1).click()
    expect(screen.widget("drill-path").locator('[class*="st-key-crumb-"]')).to_have_count(2)
    team = screen.settle().asked()["path"][0]
    assert team.startswith("team=")
    expect(crumb(screen, "All customer NPS")).to_be_enabled()
    screen.page.reload()
    expect(screen.widget("drill-path")).to_contain_text(team.removeprefix("team="))
    screen.settle().fine()

    screen.choose("choose-metric", "Voluntary turnover")  # it has no teams
    expect(screen.widget("drill-path").locator('[class*="st-key-crumb-"]')).to_have_count(1)
    expect(screen.page.locator(".keel-bars")).to_have_accessible_name("Voluntary turnover by department")
    expect(screen.page.locator("button.keel-bar")).to_have_count(0)  # by two at once, small groups could be worked out
    expect(screen.widget("box-trend")).to_contain_text("It goes no deeper")
    screen.go("Revenue").fine()
    plotly = {url for url in scripts if "plotly" in url.lower()}
    assert len(plotly) == 1, plotly  # Streamlit's own copy; the drill brings none
    assert all(url.startswith(sample) for url in scripts if url.startswith("http"))


def style(found: Locator, name: str, part: str = "") -> str:
    return str(found.first.evaluate("(one, [name, part]) => getComputedStyle(one, part)[name]", [name, part]))


def test_bars_move_only_for_those_who_allow_it_and_are_seen_in_forced_colours(sample: str, visit: Visit):
    screen = visit(sample).open("/metric?metric=orders")
    fill = screen.page.locator(f"{BAR} i")
    bar(screen, "South").click()
    expect(screen.page.locator(".keel-bars-moved")).to_be_attached()
    screen.settle()
    assert (style(fill, "animationName"), style(fill, "animationDuration")) == ("keel-bars-grow", "0.12s")
    screen.page.emulate_media(reduced_motion="reduce", forced_colors="active")
    assert style(fill, "animationName") == "none"
    ground = style(screen.page.locator(".keel-bars"), "backgroundColor")
    assert style(fill, "backgroundColor") not in (ground, "rgba(0, 0, 0, 0)")


def test_a_finger_has_44_px_for_every_bar(sample: str, visit: Visit):
    screen = visit(sample, touch=True).open("/revenue?path=region%3DSouth")
    for one in screen.page.locator(f"{BAR}, .keel-bars-back, {PATH} button >> visible=true").all():
        box = one.bounding_box()
        assert box is not None
        assert box["height"] >= 44, one
    screen.page.locator(f"button{BAR.split()[1]}").first.tap()
    arrived(screen, 2)
    screen.fine()


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
    expect(crumb(screen, "All net revenue")).to_be_enabled()


def test_the_way_back_above_the_bars_goes_up_one_level(sample: str, visit: Visit):
    screen = visit(sample).open("/revenue")
    trail = two_levels_down(screen)

    for depth in (1, 0):
        screen.page.locator(".keel-bars-back").click()
        assert arrived(screen, depth) == trail[depth]
    expect(screen.page.locator(".keel-bars-back")).to_be_hidden()
