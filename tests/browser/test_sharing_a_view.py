"""A link shows the same view: to the next page, after a reload, to a colleague."""

from playwright.sync_api import Locator, expect

from tests.browser.screen import Screen, Visit

PATH = ".st-key-drill-path"


def seen(screen: Screen) -> dict[str, str]:
    """What makes a view: number, breadcrumb, filters, grain."""
    return {
        "path": screen.text(PATH),
        "sum": screen.text(".st-key-box-drill .keel-sum"),
        "region": screen.widget("region").locator("input").input_value(),
        "segment": screen.widget("segment").locator("input").input_value(),
        "span": screen.widget("span").locator("input").input_value(),
        "grain": screen.widget("grain").locator('[aria-checked="true"]').inner_text().strip(),
        "card": screen.text('[class*="st-key-card-lag-"]'),
    }


def test_a_reload_and_a_colleague_see_the_same_view(sample: str, visit: Visit):
    screen = visit(sample).open("/revenue")
    whole = seen(screen)
    screen.choose("region", "North").press("grain", "Month").choose("span", "24 months")
    screen.page.locator('.keel-bar[title^="Small: "]').click()
    expect(screen.page.locator(PATH)).to_contain_text("Small")
    mine = seen(screen.settle())
    assert mine["sum"] != whole["sum"]
    assert {"path", "region", "grain", "span"} <= set(screen.asked())

    screen.page.reload()
    expect(screen.page.locator(PATH)).to_contain_text("Small")
    assert seen(screen.settle()) == mine
    screen.fine()

    link = screen.page.url.removeprefix(sample)
    colleague = visit(sample).open(link)
    assert seen(colleague) == mine
    colleague.fine()


def test_a_shared_filter_goes_along_to_the_next_page_and_into_its_address(sample: str, visit: Visit):
    screen = visit(sample).open("/revenue")
    screen.choose("region", "West").press("grain", "Quarter")

    for title in ("Satisfaction", "Metric", "Revenue"):
        screen.go(title).fine()
        expect(screen.widget("region").locator("input")).to_have_value("West")
        expect(screen.widget("grain").get_by_role("radio", name="Quarter")).to_have_attribute("aria-checked", "true")
        assert screen.asked()["region"] == ["West"]
        assert screen.asked()["grain"] == ["Quarter"]


def label(screen: Screen, words: str) -> Locator:
    return screen.page.locator('[class*="st-key-card-"]').get_by_role("link", name=words, exact=True)


def test_a_click_on_the_label_of_a_card_opens_its_metric(sample: str, visit: Visit):
    screen = visit(sample).open()

    label(screen, "Net revenue").click()

    expect(screen.page.locator(".keel-title")).to_have_text("Net revenue")


def test_the_label_of_a_card_opens_the_metric_page_of_that_metric(sample: str, visit: Visit):
    screen, words = visit(sample).open(), "Customer NPS"

    label(screen, words).press("Enter")

    expect(screen.page.locator(".keel-title")).to_have_text(words)
    screen.settle().fine()
    expect(screen.widget("choose-metric").locator("input").first).to_have_value(words)
    screen.back()
    expect(screen.page.locator(".keel-title")).to_have_text("Balance")


def test_the_label_of_a_card_takes_the_filters_along(sample: str, visit: Visit):
    screen = visit(sample).open()
    screen.choose("region", "North").press("grain", "Month").choose("span", "24 months")

    label(screen, "Net revenue").press("Enter")

    expect(screen.page.locator(".keel-title")).to_have_text("Net revenue")
    screen.settle().fine()
    expect(screen.widget("region").locator("input")).to_have_value("North")
    expect(screen.widget("span").locator("input")).to_have_value("24 months")
    expect(screen.widget("grain").get_by_role("radio", name="Month")).to_have_attribute("aria-checked", "true")
