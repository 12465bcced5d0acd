"""The weekly review: walked with the arrow keys, heard by a second browser, published, and out as a presentation."""

import os
import time

from playwright.sync_api import expect

from tests.browser.screen import WAIT, Screen, Visit

WRITES = int(os.environ.get("KEEL_MANY_WRITES", "8"))
SOON = 4_000  # milliseconds: two seconds by which others' words are seen, and a slow machine


def item(screen: Screen) -> str:
    return screen.text(".keel-item h2")


def say(screen: Screen, words: str) -> None:
    screen.page.get_by_role("button", name="Note", exact=True).click()
    screen.page.get_by_role("textbox", name="Note").fill(words)
    screen.page.get_by_role("button", name="Say it").press("Enter")
    expect(screen.page.locator(".keel-heard")).to_contain_text(words)


def test_the_meeting_is_walked_with_the_arrow_keys(own_sample: str, visit: Visit):
    screen = visit(own_sample).open("/review").fine()
    expect(screen.page.get_by_text("No decision is open.")).to_be_visible()
    screen.page.keyboard.press("ArrowRight")
    expect(screen.page.locator(".keel-item h2")).to_contain_text("Engagement")
    screen.settle()
    screen.page.keyboard.press("ArrowRight")
    expect(screen.page.locator(".keel-item h2")).not_to_contain_text("Engagement")
    screen.settle()
    screen.page.keyboard.press("ArrowLeft")
    expect(screen.page.locator(".keel-item h2")).to_contain_text("Engagement")
    assert ["engagement"] == screen.settle().fine().asked()["item"]


def test_two_browsers_in_one_meeting_hear_each_other(own_sample: str, visit: Visit):
    one, other = (visit(own_sample).open("/review?item=engagement").fine() for _ in range(2))
    say(one, '=HYPERLINK("x") <b>two teams merged</b>')
    begun = time.monotonic()
    expect(other.page.locator(".keel-heard")).to_contain_text("<b>two teams merged</b>", timeout=SOON)
    assert time.monotonic() - begun < SOON / 1000


def test_two_browsers_that_write_at_the_same_moment_lose_and_double_nothing(own_sample: str, visit: Visit):
    """Notes and decisions by turns, sent from both before either is waited for; KEEL_MANY_WRITES=200 writes them all."""
    both = [visit(own_sample).open("/review?item=engagement").fine() for _ in range(2)]
    written = []
    for turn in range(WRITES // 2):
        for place, screen in enumerate(both):
            words = f"{'decided' if turn % 2 else 'noted'} {turn:03d} by {place}"
            written.append(words)
            fill(screen, words, is_decision=bool(turn % 2))
        for screen in both:
            screen.page.get_by_role("button", name="Decide" if turn % 2 else "Say it", exact=True).press("Enter")
        for screen in both:
            for words in written[-2:]:
                expect(screen.page.locator(".keel-heard")).to_contain_text(words, timeout=WAIT)
    third = visit(own_sample).open("/review?item=engagement").fine()
    heard = third.text(".keel-heard")
    assert [1] * len(written) == [heard.count(words) for words in written]


def fill(screen: Screen, words: str, *, is_decision: bool) -> None:
    screen.page.get_by_role("button", name="Decision" if is_decision else "Note", exact=True).click()
    if is_decision:
        screen.page.get_by_label("What is done").fill(words)
        screen.page.get_by_label("Owner").fill("Ann")
        screen.page.get_by_role("spinbutton", name="year, By").focus()
        screen.page.keyboard.type("20271009")
    else:
        screen.page.get_by_role("textbox", name="Note").fill(words)


def test_a_decision_is_refused_without_a_day_and_an_edition_is_published_and_opened(own_sample: str, visit: Visit):
    screen = visit(own_sample).open("/review?item=engagement").fine()
    screen.page.get_by_role("button", name="Decision", exact=True).click()
    screen.page.get_by_label("What is done").fill("Ask the two teams")
    screen.page.get_by_label("Owner").fill("Ann")
    screen.page.get_by_role("button", name="Decide", exact=True).press("Enter")
    expect(screen.page.get_by_text("it has no day; a real one was expected")).to_be_visible()
    screen.page.get_by_role("spinbutton", name="year, By").focus()
    screen.page.keyboard.type("20261009")
    screen.page.get_by_role("button", name="Decide", exact=True).press("Enter")
    expect(screen.page.locator(".keel-heard")).to_contain_text("Ask the two teams — Ann, 9 Oct 2026")

    screen.open("/review?part=Editions")
    screen.page.get_by_role("button", name="Publish").click()
    edition = screen.page.locator(".keel-edition")
    expect(edition).to_contain_text("Ask the two teams", timeout=WAIT)
    expect(edition).to_contain_text("67.6 %")
    expect(screen.page.get_by_text("Nothing that came later changes it.")).to_be_visible()
    screen.page.get_by_role("button", name="Make the pack").last.click()
    expect(screen.page.get_by_role("button", name="PowerPoint")).to_be_visible(timeout=2 * WAIT)
    with screen.page.expect_download() as pack:
        screen.page.get_by_role("button", name="PowerPoint").click()
    assert pack.value.suggested_filename == "keel-2026-09-27-edition-1.pptx"
    assert pack.value.path().read_bytes()[:2] == b"PK"
