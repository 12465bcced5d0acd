"""On a metric's page: a target, an event and a new beginning of the usual range are typed, seen, and taken out again."""

import re

from playwright.sync_api import Page, expect

from tests.browser.screen import Screen, Visit


def a_day(page: Page, label: str, digits: str) -> None:
    page.get_by_role("spinbutton", name=re.compile(f"^year, {label}")).focus()
    page.keyboard.type(digits)


def opened(screen: Screen, label: str) -> Page:
    screen.page.get_by_role("button", name=label).click()
    return screen.page


def send(screen: Screen, label: str) -> None:
    screen.page.get_by_role("button", name=label, exact=True).press("Enter")
    screen.settle()


def test_a_target_is_set_judged_and_removed(own_sample: str, visit: Visit):
    screen = visit(own_sample).open("/metric?metric=csat").fine()
    targets = screen.page.locator(".st-key-box-targets")
    expect(targets).to_contain_text("None yet")
    page = opened(screen, "Set a target")
    page.get_by_label("Target (%)").fill("75")
    a_day(page, "From", "20260101")
    send(screen, "Set it")
    expect(targets).to_contain_text("75.0 % from 1 Jan 2026 The company")
    # the last week of the sample is 76.1 %
    expect(screen.page.locator('[class*="st-key-card-"]')).to_contain_text("target 75.0 % · ✓ met by 1.1 pts")
    targets.get_by_role("button", name="Remove").click()
    expect(targets).to_contain_text("None yet")
    screen.settle().fine()


def test_an_event_that_lasts_is_drawn_on_the_chart_of_what_it_touches(own_sample: str, visit: Visit):
    screen = visit(own_sample).open("/metric?metric=csat").fine()
    page = opened(screen, "Note an event")
    page.get_by_label("What happened").fill("Outage <b>")
    a_day(page, "Day", "20260603")
    a_day(page, "Last day", "20260619")
    send(screen, "Note it")
    events = screen.page.locator(".st-key-box-events")
    expect(events).to_contain_text("3 Jun–19 Jun 2026 Outage <b>")
    expect(screen.page.locator(".js-plotly-plot").first).to_contain_text(re.compile("Outage"))
    screen.open("/metric?metric=headcount")
    expect(screen.page.locator(".st-key-box-events")).not_to_contain_text("Outage")


def test_a_usual_range_begins_anew_only_with_a_reason(own_sample: str, visit: Visit):
    screen = visit(own_sample).open("/metric?metric=csat").fine()
    opened(screen, "Begin it anew")
    send(screen, "Begin anew")
    expect(screen.page.get_by_text("Why: nothing was typed; a reason was expected")).to_be_visible()
    screen.page.get_by_label("Why", exact=True).fill("Another questionnaire")
    send(screen, "Begin anew")
    limits = screen.page.locator(".st-key-box-limits")
    expect(limits).to_contain_text("Another questionnaire")
    # the newest week is the only one after it: it waits
    expect(limits).to_contain_text("waits until there are 8 weeks after it")
