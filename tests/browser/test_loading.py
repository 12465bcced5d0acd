"""What is on the page while it loads: what stands stays where it is, and a long wait says how far it is."""

from pathlib import Path

import duckdb
from playwright.sync_api import expect

from tests.browser import serving
from tests.browser.screen import DESK, PHONE, Visit

MOST_MOVED = 0.01  # of the screen, by how far: a page counts as still up to 0.1 (web.dev, Cumulative Layout Shift)
# Before a page has its title, its style and what draws it are being loaded: Streamlit's own grey bars stand there and go.
WATCHING = """
window.moved = 0; window.sidebars = 0; window.order = []; window.stands = Infinity
new PerformanceObserver(list => { for (const one of list.getEntries()) if (one.startTime > stands) window.moved += one.value })
    .observe({type: "layout-shift", buffered: true})
const parts = {title: ".keel-title", changed: ".st-key-box-changed", card: ".keel-value", progress: '[data-testid="stProgress"]'}
const look = () => {
    if (document.querySelector('[data-testid="stSidebar"]')) window.sidebars += 1
    if (order.includes("title")) window.stands = Math.min(stands, performance.now() + 50)  // from the frame after its first
    for (const [name, where] of Object.entries(parts))
        if (!window.order.includes(name) && document.querySelector(where)) window.order.push(name)
    requestAnimationFrame(look)
}
requestAnimationFrame(look)
"""


def test_the_very_first_page_comes_from_the_top_down_and_nothing_that_stands_jumps(own_store: Path, visit: Visit):
    for size in (DESK, PHONE):
        with serving.dashboard(own_store) as address:
            screen = visit(address, size=size)
            screen.page.add_init_script(WATCHING)
            screen.slow(4)  # what comes in the wrong order by chance on a busy machine does so nearly every time

            screen.open(wait=60_000)

            order = screen.page.evaluate("order")
            # The box of what changed may come before the title: it stands empty until what draws both is loaded.
            assert [part for part in order if part in ("title", "card")] == ["title", "card"]
            assert [part for part in order if part in ("changed", "card")] == ["changed", "card"]
            assert "progress" not in order[1:]  # a machine that opens the store slowly says so first
            assert screen.page.evaluate("moved") <= MOST_MOVED
            if size == DESK:  # on a phone the pages are in it
                assert 0 == screen.page.evaluate("sidebars")
            screen.page.goto("about:blank")  # before the server it would ask again is gone


def test_a_store_whose_answers_must_be_made_anew_says_how_far_that_is(own_store: Path, visit: Visit):
    with duckdb.connect(str(own_store)) as connection:
        connection.execute("update settings set fingerprint = 'of the version before'")
    with serving.dashboard(own_store) as address:
        screen = visit(address)
        screen.page.add_init_script(WATCHING)

        screen.page.goto(address)

        expect(screen.page.get_by_test_id("stProgress")).to_contain_text("Making the answers anew")
        expect(screen.page.locator(".keel-title")).to_have_text("Balance", timeout=60_000)
        expect(screen.page.get_by_test_id("stProgress")).to_have_count(0)
        assert screen.page.evaluate("order")[0] == "progress"
        screen.page.goto("about:blank")


def test_what_charts_are_drawn_with_comes_while_the_first_page_is_at_rest_and_once(sample: str, visit: Visit):
    screen = visit(sample, apart=True)
    asked: list[str] = []
    screen.page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))

    with screen.page.expect_response("**/PlotlyChart.*.js"), screen.page.expect_response("**/DataFrame.*.js"):
        screen.open("/")  # which shows neither
    for page in ("Revenue", "Customers"):
        screen.go(page)
        expect(screen.page.locator(".js-plotly-plot .js-line").first).to_be_visible()

    for name in ("PlotlyChart", "DataFrame"):
        assert 1 == len([one for one in asked if one.startswith(f"{name}.") and one.endswith(".js")])


def test_a_page_that_works_for_over_a_second_shows_a_bar_and_a_quick_one_does_not(sample: str, visit: Visit):
    screen = visit(sample).open()
    bar = """async wait => {
        const app = document.querySelector('[data-testid="stApp"]')
        app.setAttribute("data-test-script-state", "running")
        await new Promise(done => setTimeout(done, wait))
        const shown = getComputedStyle(app, "::before").opacity
        app.setAttribute("data-test-script-state", "notRunning")
        return shown
    }"""

    assert "0" == screen.page.evaluate(bar, 600)
    assert "1" == screen.page.evaluate(bar, 1300)
