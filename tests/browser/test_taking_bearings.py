"""Bearings: what is solid and what is not, what if a lead moved, a declaration, and a look at what nobody declared."""

from playwright.sync_api import expect

from tests.browser.screen import Visit


def test_a_reader_learns_which_link_is_solid_and_what_a_lead_would_move(sample: str, visit: Visit):
    screen = visit(sample).open("/bearings?link=nps.revenue").fine()
    verdict = screen.page.locator(".keel-verdict")
    expect(verdict).to_contain_text("Confirmed. Customer NPS has moved about 13 weeks before net revenue")
    expect(screen.page.locator(".keel-chain-confirmed")).to_have_text(["✓ about 8 weeks", "✓ about 13 weeks"])
    screen.page.get_by_text("Engagement → Voluntary turnover").click()
    expect(verdict).to_contain_text(
        "No evidence. Nothing in 155 weeks shows engagement moving before voluntary turnover"
    )
    assert ["engagement.voluntary_turnover"] == screen.settle().fine().asked()["link"]
    screen.widget("what-if-step").scroll_into_view_if_needed()
    screen.settle()  # a list that is scrolled away from closes
    screen.choose("what-if-step", "Customer NPS one usual move up")
    expect(screen.page.locator(".st-key-box-outlook .keel-sum")).to_contain_text("Week 13 moves if it stays there")
    screen.fine()


def test_what_is_declared_is_kept_with_its_day_and_a_look_with_its_own(own_sample: str, visit: Visit):
    screen = visit(own_sample).open("/bearings").fine()
    screen.page.get_by_role("button", name="Declare a lead").click()
    screen.page.get_by_label("Why you expect it").fill("<b>They pay later</b>")
    screen.page.get_by_role("button", name="Declare", exact=True).press("Enter")
    expect(screen.page.locator(".st-key-box-links label")).to_have_count(8)
    screen.settle().page.get_by_role("button", name="other pairs").click()
    expect(screen.page.locator(".st-key-box-others")).to_contain_text("other pairs show nothing")
    expect(screen.page.locator(".st-key-box-others")).to_contain_text("Customer satisfaction → Net revenue")
    screen.settle().fine()
