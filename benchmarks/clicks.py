"""What a person waits for, timed inside Chromium: a click until it is painted, the first chart, the next page.

A click lasts from the mouse button coming up to the second frame after the one in which what is waited for stands: by
then it has been painted. A page that goes on drawing may leave no second frame for long; when its first words were presented
is asked of Chromium itself (Element Timing). The names of bars are text of the page, and so is a Dash table; the tables of Streamlit are
drawn on a canvas, so every text drawn there is noted with its time.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, Response, sync_playwright

from benchmarks import generate
from benchmarks.servers import App, chromium

TOP, NEXT = generate.REGIONS, generate.SEGMENTS  # what the bars are called, before and after a click
SETTLED_MS = 700  # after a click: a garbage collection, what is remembered for the next one
READ_MS = 5_000  # before the first page of a visit is left for the next
HOVER_MS = 100  # Plotly looks at what is under the mouse before it takes a click
SIZE = {"width": 1400, "height": 900}
WAIT_MS = 60_000
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PLOTLY = "plotly-logomark"  # a word of Plotly's script that outlives its shortening

NOTE_CANVAS_TEXT = """() => {
    window.drawn = new Map();
    const draw = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
        window.drawn.set(String(text), performance.now());
        return draw.call(this, text, ...rest);
    };
}"""
# Holds what stands where a click changes something. `chart` stands when its bars are called `wanted` and none is called
# `gone`; the rest when number and line differ from before, and the table names all of `wanted` anew.
WATCH = """([app, wanted, gone]) => {
    const named = (selector) => [...document.querySelectorAll(selector)].map(found => found.textContent);
    const bars = () => named(`${app.chart} .ytick text, ${app.chart} .keel-bar-label`);
    const number = () => document.querySelector(app.number)?.textContent;
    const line = () => [...document.querySelectorAll(`${app.line} .scatterlayer path.js-line`)].map(path => path.getAttribute('d')).join();
    const was = { number: number(), line: line() };
    const chart = () => {
        const names = bars();
        const has = name => names.some(shown => shown.startsWith(name));
        return wanted.every(has) && !gone.some(has);
    };
    const table = (from) => {
        const cells = named(`${app.table} td`);
        return wanted.every(name => window.drawn.get(name) > from || cells.includes(name));
    };
    const rest = (from) => number() && number() !== was.number && line() && line() !== was.line && table(from);
    window.painted = new Promise((done, failed) => {
        const found = {};
        let from = null;
        window.addEventListener('mouseup', event => { from = event.timeStamp; }, { capture: true, once: true });
        const note = (name) => {
            found[name] = 0;
            requestAnimationFrame(() => requestAnimationFrame(() => {
                found[name] = performance.now() - from;
                if (found.chart && found.rest) done(found);
            }));
        };
        const look = () => {
            if (from !== null) {
                if (!('chart' in found) && chart()) note('chart');
                if ('chart' in found && !('rest' in found) && rest(from)) note('rest');
                if (performance.now() - from > 30000) return failed(new Error(`after 30 s: ${JSON.stringify([found, bars(), was.number, number(), line() !== was.line, table(from)])}`));
            }
            if (!('rest' in found)) requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
    });
}"""
STANDS = """([app, wanted]) => {
    const names = [...document.querySelectorAll(`${app.chart} .ytick text, ${app.chart} .keel-bar-label`)].map(tick => tick.textContent);
    return wanted.every(name => names.some(shown => shown.startsWith(name)));
}"""
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
APPEARS = """(selector) => {
    window.appeared = new Promise((done, failed) => {
        let from = null;
        window.addEventListener('mouseup', event => { from = event.timeStamp; }, { capture: true, once: true });
        const look = () => {
            if (from !== null && document.querySelector(selector)?.getClientRects().length) requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - from)));
            else if (from !== null && performance.now() - from > 30000) failed(new Error(`after 30 s there is no ${selector}`));
            else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
    });
}"""
# When Chromium presented the first words of what comes to stand there.
PRESENTED = """(selector) => {
    window.presented = new Promise((done, failed) => {
        let from = null;
        window.addEventListener('mouseup', event => { from = event.timeStamp; }, { capture: true, once: true });
        setTimeout(() => failed(new Error(`after 30 s there is no ${selector}`)), 30000);
        new PerformanceObserver(list => {
            const [first] = list.getEntries().filter(entry => entry.identifier === 'awaited');
            if (first) done(first.renderTime - from);
        }).observe({ type: 'element' });
        new MutationObserver((_, observer) => {
            const found = from !== null && document.querySelector(selector);
            if (!found) return;
            for (const part of [found, ...found.querySelectorAll('*')]) part.setAttribute('elementtiming', 'awaited');
            observer.disconnect();
        }).observe(document.body, { childList: true, subtree: true });
    });
}"""
FIRST_OF = {"Balance": '[class*="st-key-card-lag-wake"] .keel-value', "Customers": ".keel-facts-row"}


@dataclass(frozen=True)
class Click:
    """Milliseconds until the chart, and until number, line and table as well, show where the click leads."""

    chart: float
    rest: float


@contextmanager
def chromium_open() -> Iterator[Browser]:
    """One Chromium without a window, the one this machine has."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def first_chart(page: Page, app: App, address: str) -> None:
    """Open the app's page; returns when its chart of regions is painted."""
    page.add_init_script(f"({NOTE_CANVAS_TEXT})()")
    page.goto(f"{address}/{app.page}")
    page.wait_for_function(STANDS, arg=[_places(app), list(TOP)], timeout=WAIT_MS)
    page.evaluate(TWO_FRAMES)


def require_cards(page: Page, app: App) -> None:
    """Stop the run unless all cards of the page are there."""
    page.locator(app.cards).nth(app.count - 1).wait_for(timeout=WAIT_MS)
    if (found := page.locator(app.cards).count()) != app.count:
        raise SystemExit(f"{app.name}: {found} cards; expected {app.count}.")


def go_down(page: Page, app: App) -> Click:
    """Click the largest region."""
    box = page.locator(app.bar).bounding_box()
    if box is None:
        raise SystemExit(f"{app.name}: the chart of regions has no bar to click.")
    return _clicked(page, app, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, wanted=NEXT, gone=TOP)


def go_up(page: Page, app: App) -> Click:
    """Click the way back to all regions."""
    box = page.locator(app.back).bounding_box()
    if box is None:
        raise SystemExit(f"{app.name}: there is no way back to click.")
    return _clicked(page, app, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, wanted=TOP, gone=NEXT)


def _clicked(page: Page, app: App, x: float, y: float, *, wanted: Sequence[str], gone: Sequence[str]) -> Click:
    page.mouse.move(x, y)
    page.wait_for_timeout(HOVER_MS)
    page.evaluate(WATCH, [_places(app), list(wanted), list(gone)])
    page.mouse.click(x, y)
    found = page.evaluate("() => window.painted")
    return Click(found["chart"], found["rest"])


def _places(app: App) -> dict[str, str]:
    return {"chart": app.chart, "number": app.number, "line": app.line, "table": app.table}


def next_page(page: Page, title: str) -> float:
    """Open a page of Keel's by its name in the navigation; milliseconds until the first thing it tells is presented."""
    _open(page, title, PRESENTED, FIRST_OF[title])
    return float(page.evaluate("() => window.presented"))


def first_charts_after_home(browser: Browser, app: App, address: str) -> float:
    """A new visitor reads Balance, which has no charts, then opens Revenue: milliseconds until its first line is painted."""
    with browser.new_context(viewport=SIZE) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(address)
        page.locator(FIRST_OF["Balance"]).first.wait_for(timeout=WAIT_MS)
        page.wait_for_timeout(READ_MS)
        _open(page, "Revenue", APPEARS, f"{app.line} .js-line")
        return float(page.evaluate("() => window.appeared"))


def _open(page: Page, title: str, watch: str, awaited: str) -> None:
    """Click a page's name in Keel's navigation, with what is awaited watched for."""
    link = page.get_by_test_id("stTopNavLink").filter(has_text=title)
    box = link.bounding_box()
    if box is None:
        raise SystemExit(f"The navigation has no {title}.")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.wait_for_timeout(HOVER_MS)
    page.evaluate(watch, awaited)
    page.mouse.click(x, y)


def plotly_scripts(browser: Browser, app: App, address: str) -> list[str]:
    """The addresses of all that brought Plotly's script to a new visitor of Keel who opens Revenue, then Metric."""
    found: list[str] = []

    def note(response: Response) -> None:
        is_script = response.request.resource_type in ("script", "fetch") and response.ok
        if "plotly" in response.url.lower() or (is_script and PLOTLY in response.text()):
            found.append(response.url)

    with browser.new_context(viewport=SIZE) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.on("response", note)
        first_chart(page, app, address)
        page.locator(f"{app.line} .js-line").first.wait_for(timeout=WAIT_MS)
        page.get_by_test_id("stTopNavLink").filter(has_text="Metric").click()
        page.locator(".js-plotly-plot .js-line").first.wait_for(timeout=WAIT_MS)
        page.wait_for_timeout(SETTLED_MS)
    return found


def start(browser: Browser, app: App, address: str, begun: float) -> tuple[float, float | None]:
    """Seconds from `begun` to the first chart of a server just started; of Keel, milliseconds to its second page."""
    with browser.new_context(viewport=SIZE) as context:  # type: ignore[arg-type]
        page = context.new_page()
        first_chart(page, app, address)
        first = time.perf_counter() - begun
        if app.name != "Keel":
            return first, None
        page.wait_for_timeout(SETTLED_MS)
        return first, next_page(page, "Balance")
