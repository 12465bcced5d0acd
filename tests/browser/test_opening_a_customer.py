"""Customers: from a list to one of them, a word said there that the review hears, and a case on the win-back desk."""

from playwright.sync_api import expect

from tests.browser.screen import Visit


def test_a_note_on_a_customer_is_heard_in_the_review_and_leads_back(own_sample: str, visit: Visit):
    screen = visit(own_sample).open("/customers?customer=C0417").fine()
    expect(screen.page.locator(".keel-facts-tight")).to_contain_text("Advocate")
    screen.page.get_by_role("button", name="Note", exact=True).click()
    screen.page.get_by_role("textbox", name="Note").fill("<b>new buyer there</b>")
    screen.page.get_by_role("button", name="Say it").press("Enter")
    expect(screen.page.locator(".st-key-box-customer-said .keel-heard")).to_contain_text("<b>new buyer there</b>")
    screen.open("/review").fine()
    link = screen.page.locator(".keel-heard a", has_text="Harrowby Ferries & Co")
    expect(link).to_have_attribute("href", "/customers?customer=C0417")


def test_what_is_next_is_kept_on_the_desk_and_refused_without_a_day(own_sample: str, visit: Visit):
    screen = visit(own_sample).open("/customers?customer=C0386").fine()
    screen.page.get_by_role("button", name="Say what is next").click()
    screen.page.get_by_label("Owner", exact=True).fill("Ann")
    screen.page.get_by_label("Next step").fill("Visit them")
    screen.page.get_by_role("button", name="Keep it").press("Enter")
    expect(screen.page.get_by_text("the next step has no day")).to_be_visible()
    screen.page.get_by_role("spinbutton", name="year, By").focus()
    screen.page.keyboard.type("20261009")
    screen.page.get_by_role("button", name="Keep it").press("Enter")
    expect(screen.page.locator(".st-key-box-customer-desk .keel-heard")).to_contain_text(
        "next: Visit them (Ann, 2026-10-09)"
    )


def test_any_customer_is_found_by_a_few_letters(sample: str, visit: Visit):
    screen = visit(sample).open("/customers").fine()
    screen.page.get_by_role("textbox", name="Find a customer").fill("brûlerie")
    screen.page.keyboard.press("Enter")
    screen.page.get_by_role("button", name="Brûlerie Étoile, Père & Fils").click()
    expect(screen.page.locator(".keel-heading").first).to_contain_text("Brûlerie Étoile, Père & Fils")
    assert ["C0312"] == screen.settle().fine().asked()["customer"]


def test_a_click_on_the_curve_opens_the_customer_it_names(sample: str, visit: Visit):
    screen = visit(sample).open("/customers").fine()
    curve = screen.page.locator(".st-key-box-pareto .js-plotly-plot")
    x, y = curve.evaluate(
        """plot => {
            const line = plot._fullData[0], at = 60, box = plot.querySelector('.nsewdrag').getBoundingClientRect();
            return [box.x + plot._fullLayout.xaxis.c2p(line.x[at]), box.y + plot._fullLayout.yaxis.c2p(line.y[at])];
        }"""
    )
    screen.page.mouse.move(x, y)  # at once: a point on the way would be named first
    named = curve.locator(".hoverlayer .hovertext tspan").first
    expect(named).to_be_visible()
    name = (named.text_content() or "").strip()
    screen.page.mouse.click(x, y)
    expect(screen.page.locator(".keel-facts-tight")).to_be_visible()
    expect(screen.page.locator(".keel-heading").first).to_contain_text(name)
    assert screen.settle().fine().asked()["customer"][0].startswith("C")
