"""One page of the dashboard in a browser: how a person moves about on it, and what must never be there."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Error, Locator, Request, expect

PAGES = {
    "Balance": "/", "Revenue": "/revenue", "Customers": "/customers", "Engagement": "/engagement", "Turnover": "/turnover",
    "Satisfaction": "/satisfaction", "Bearings": "/bearings", "Review": "/review", "Metric": "/metric", "Uploads": "/uploads", "Definitions": "/definitions",
    "What can be seen": "/what_can_be_seen",
}  # fmt: skip
DESK, PHONE = (1400, 900), (390, 844)
WAIT = 30_000  # milliseconds; what takes one second on a machine at rest
expect.set_options(timeout=WAIT)
EXCEPTION = '[data-testid="stException"]'
ERROR = '[data-testid="stAlertContentError"]'

# Streamlit does not know beforehand where its server's root is: on a deep link its own frontend first asks below
# the page's path (/revenue/_stcore/health), is told 404, and asks at the root. Nothing else may fail.
PROBE = re.compile(r"http://127\.0\.0\.1:\d+/\w+/_stcore/(health|host-config)")
IDLE = """() => {
    const app = document.querySelector('[data-testid="stApp"]')
    return app?.dataset.testScriptState === "notRunning" && app.dataset.testConnectionState === "CONNECTED"
        && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]')
}"""
WIDER_THAN_THE_SCREEN = """() => {
    const places = [document.documentElement, document.querySelector('[data-testid="stMain"]')]
    return places.map(place => place.scrollWidth - place.clientWidth)
}"""


class Screen:
    """A page of its own in the browser, with all that it complained of and asked for."""

    def __init__(
        self, context: BrowserContext, address: str, *, theme: str = "light", size: tuple[int, int] = DESK
    ) -> None:
        self.address = address
        self.complaints: list[str] = []
        width, height = size
        self.page = context.new_page()
        self.page.set_default_timeout(WAIT)
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        self.page.on("request", self._request)
        self.page.on("dialog", self._dialog)

    # Moving about

    def open(self, path: str = "/", *, wait: int = WAIT) -> "Screen":
        """Go to an address of the dashboard and wait until the page stands."""
        self.page.goto(self.address + path)
        expect(self.page.locator(f".keel-title, {EXCEPTION}").first).to_be_visible(timeout=wait)
        expect(self.page.locator(EXCEPTION)).to_have_count(0)
        return self.settle()

    def slow(self, times: int) -> "Screen":
        """Let the page work so many times slower than this machine can."""
        self.page.context.new_cdp_session(self.page).send("Emulation.setCPUThrottlingRate", {"rate": times})
        self.page.set_default_timeout(WAIT * times)
        return self

    def go(self, title: str) -> "Screen":
        """Open a page by its entry in the navigation."""
        opener = self.page.get_by_test_id("stExpandSidebarButton")
        if self.page.get_by_test_id("stTopNavLink").count() == 0:
            if opener.is_visible():  # on a phone the entries are behind it, and go away after a choice
                opener.click()
            self.page.get_by_test_id("stSidebarNavLink").filter(has_text=title).click()
        else:
            self.page.get_by_test_id("stTopNavLink").filter(has_text=title).click()
        self.page.wait_for_url(lambda url: urlsplit(url).path == PAGES[title])
        if title != "Metric":  # it is titled by the metric
            expect(self.page.locator(".keel-title")).to_have_text(title)
        return self.settle()

    def settle(self) -> "Screen":
        """Wait until nothing runs and nothing on the page is from before."""
        quiet = 0
        while quiet < 2:
            self.page.wait_for_function(IDLE)
            self.page.wait_for_timeout(60)
            quiet = quiet + 1 if self.page.evaluate(IDLE) else 0
        return self

    def back(self) -> "Screen":
        """The browser's own back button."""
        self.page.go_back()
        return self.settle()

    def choose(self, key: str, option: str) -> "Screen":
        """Take an option of a select box."""
        self.widget(key).locator("input").click()
        self.page.get_by_role("option", name=option, exact=True).click()
        expect(self.widget(key).locator("input")).to_have_value(option)
        return self.settle()

    def press(self, key: str, words: str) -> "Screen":
        """Press one of a row of choices."""
        self.widget(key).get_by_role("radio", name=words).click()
        expect(self.widget(key).get_by_role("radio", name=words)).to_have_attribute("aria-checked", "true")
        return self.settle()

    def tab_to(self, wanted: Locator, *, most: int = 90, keys: str = "Tab") -> None:
        """Reach something by the keyboard alone."""
        for _ in range(most):
            self.page.keyboard.press(keys)
            if wanted.count() and wanted.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"{keys} {most} times did not reach {wanted}")

    # What is on it

    def widget(self, key: str) -> Locator:
        """What Streamlit drew under a key."""
        return self.page.locator(f".st-key-{key}")

    def text(self, where: str) -> str:
        """The words at a place, as one line."""
        return " ".join(self.page.locator(where).first.inner_text().split())

    def asked(self) -> dict[str, list[str]]:
        """The query of the address."""
        return parse_qs(urlsplit(self.page.url).query)

    def rows(self, table: Locator) -> list[dict[str, str]]:
        """Every row of a table, header to text, scrolled through from the top: it draws only what is in view."""
        canvas = table.locator("canvas").first
        canvas.scroll_into_view_if_needed()
        expect(canvas.locator("tbody tr").first).to_be_attached()
        found: dict[int, dict[str, str]] = {}
        every = int(canvas.locator("table").get_attribute("aria-rowcount") or 0) - 1
        box = canvas.bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + 40, box["y"] + box["height"] / 2)
        for _ in range(60):
            found |= {place: cells for place, cells in canvas.evaluate(_CELLS)}
            if len(found) >= every:
                break
            self.page.mouse.wheel(0, 200)
            self.page.wait_for_timeout(100)
        return [found[place] for place in sorted(found)]

    # What must never be there

    def fine(self, *, errors: int = 0) -> "Screen":
        """Nothing failed, nothing was asked of an outside machine, nothing is wider than the screen."""
        expect(self.page.locator(EXCEPTION)).to_have_count(0)
        expect(self.page.locator(ERROR)).to_have_count(errors)
        assert max(self.page.evaluate(WIDER_THAN_THE_SCREEN)) <= 0, f"{self.page.url} scrolls sideways"
        assert self.complaints == [], self.page.url
        return self

    def close(self) -> None:
        """Shut the page; a second time is nothing."""
        self.page.close()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        source = message.location.get("url", "")
        if PROBE.fullmatch(source) and message.text.startswith("Failed to load resource") and "404" in message.text:
            return
        self.complaints.append(f"console: {message.text} ({source})")

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).hostname != "127.0.0.1" and urlsplit(request.url).scheme not in ("data", "blob"):
            self.complaints.append(f"asked an outside machine: {request.url}")

    def _dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"a dialog: {dialog.message}")
        try:
            dialog.dismiss()
        except Error:  # the page is gone with it
            return


Visit = Callable[..., Screen]

_CELLS = """canvas => {
    const header = [...canvas.querySelectorAll("thead th")].map(cell => cell.textContent)
    return [...canvas.querySelectorAll("tbody tr")].map(row => [
        Number(row.getAttribute("aria-rowindex")),
        Object.fromEntries([...row.querySelectorAll("td")].map(
            cell => [header[Number(cell.getAttribute("aria-colindex")) - 1], cell.textContent]))])
}"""
