"""Every page by its entry in the navigation, in both themes, on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.screen import DESK, PAGES, PHONE, Screen, Visit

# the tokens of the design: ground, card, ink, the colour of lagging numbers
LIGHT = ("rgb(246, 247, 249)", "rgb(255, 255, 255)", "rgb(20, 33, 61)", "rgb(31, 95, 168)")
DARK = ("rgb(15, 20, 32)", "rgb(23, 30, 46)", "rgb(232, 236, 244)", "rgb(127, 176, 234)")


def has_the_colours(screen: Screen, theme: str) -> None:
    ground, card, ink, lag = DARK if theme == "dark" else LIGHT
    expect(screen.page.get_by_test_id("stApp")).to_have_css("background-color", ground)
    expect(screen.page.locator(".keel-title")).to_have_css("color", ink)
    for box in screen.page.locator('[class*="st-key-card-"], [class*="st-key-box-"]').all():
        expect(box).to_have_css("background-color", card)
    bar = screen.page.locator(".keel-bars-lag .keel-bar-track i").first
    if bar.count():
        expect(bar).to_have_css("background-color", lag)


@pytest.mark.parametrize(
    ("theme", "size"), [("light", DESK), ("dark", DESK), ("light", PHONE)], ids=["light", "dark", "phone"]
)
def test_every_page_opens_by_its_entry_and_is_whole(sample: str, visit: Visit, theme: str, size: tuple[int, int]):
    screen = visit(sample, theme=theme, size=size).open()

    for title in [*list(PAGES)[1:], "Balance"]:
        screen.go(title).fine()
        has_the_colours(screen, theme)


def test_a_deep_link_opens_a_page_and_its_charts_say_in_words_what_they_show(sample: str, visit: Visit):
    screen = visit(sample, theme="dark", size=PHONE)

    for path in ("/revenue", "/turnover", "/satisfaction", "/metric"):
        screen.open(path).fine()
        charts = screen.page.get_by_test_id("stPlotlyChart").all()
        assert charts
        assert all(chart.get_attribute("aria-label") for chart in charts), path


def test_on_a_phone_the_navigation_goes_away_after_a_choice_and_stays_away(sample: str, visit: Visit):
    screen = visit(sample, touch=True).open("/revenue")
    entry = screen.page.get_by_test_id("stSidebarNavLink").filter(has_text="Customers")
    expect(entry).not_to_be_in_viewport()
    screen.page.get_by_test_id("stExpandSidebarButton").tap()
    expect(entry).to_be_in_viewport()

    entry.tap()

    expect(screen.page.locator(".keel-title")).to_have_text("Customers")
    expect(entry).not_to_be_in_viewport()
    screen.settle().fine()
    screen.page.reload()
    expect(screen.page.locator(".keel-title")).to_have_text("Customers")
    expect(entry).not_to_be_in_viewport()
    screen.settle().fine()
