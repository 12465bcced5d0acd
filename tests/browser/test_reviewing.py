"""The weekly review: walked with the arrow keys, heard by a second browser, published, and out as a presentation."""

import os
from pathlib import Path

import duckdb
from playwright.sync_api import expect

from tests.browser import serving
from tests.browser.screen import Screen, Visit

WRITES = int(os.environ.get("KEEL_MANY_WRITES", "40"))
KINDS = ("note", "decision")
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
    expect(other.page.locator(".keel-heard")).to_contain_text("<b>two teams merged</b>", timeout=SOON)


def test_two_browsers_that_write_at_the_same_moment_lose_and_double_nothing(own_store: Path, visit: Visit):
    """A note from one and a decision from the other, then by turns; both are sent before either is waited for. The screens of both
    hold all of it at the end, and so does the file, counted without Keel. KEEL_MANY_WRITES=200 writes that many.
    """
    written = []
    with serving.dashboard(own_store) as address:
        both = [visit(address, apart=True).open("/review?item=engagement").fine() for _ in range(2)]
        for turn in range(WRITES // 2):
            kinds = [KINDS[(turn + place) % 2] for place in range(2)]
            for place, (screen, kind) in enumerate(zip(both, kinds, strict=True)):
                written.append((kind, f"{kind} {turn:03d} by {place}"))
                fill(screen, written[-1][1], kind=kind, nth=turn // 2)
            for screen in both:
                screen.page.keyboard.press("Enter")
            for screen, kind in zip(both, kinds, strict=True):  # taken: the next one of its kind is blank
                expect(screen.widget(f"{kind}-engagement-{turn // 2 + 1}")).to_be_visible()
        for screen in both:
            expect(screen.page.locator(".keel-heard > li")).to_have_count(len(written))
            heard = screen.settle().fine().text(".keel-heard")
            assert [1] * len(written) == [heard.count(words) for _, words in written]
            screen.close()
    with duckdb.connect(str(own_store)) as connection:
        kept = connection.execute("select kind, body ->> 'words', entry from said order by entry").fetchall()
    assert sorted(written) == sorted((kind, words) for kind, words, _ in kept)
    assert list(range(1, len(written) + 1)) == [entry for _, _, entry in kept]


def fill(screen: Screen, words: str, *, kind: str, nth: int) -> None:
    """Type the nth note or decision of this browser; Enter sends it."""
    form = f"{kind}-engagement-{nth}"
    screen.widget(form).get_by_role("button").click()
    screen.widget(f"{form}-words").get_by_role("textbox").fill(words)
    if kind == "decision":
        screen.widget(f"{form}-owner").get_by_role("textbox").fill("Ann")
        screen.widget(f"{form}-due").get_by_role("spinbutton", name="year").focus()
        screen.page.keyboard.type("20271009")
    screen.page.get_by_role("button", name="Decide" if kind == "decision" else "Say it", exact=True).focus()


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
    expect(edition).to_contain_text("Ask the two teams")
    expect(edition).to_contain_text("67.6 %")
    expect(screen.page.get_by_text("Nothing that came later changes it.")).to_be_visible()
    screen.page.get_by_role("button", name="Make the pack").last.click()
    expect(screen.page.get_by_role("button", name="PowerPoint")).to_be_visible()
    with screen.page.expect_download() as pack:
        screen.page.get_by_role("button", name="PowerPoint").click()
    assert pack.value.suggested_filename == "keel-2026-09-27-edition-1.pptx"
    assert pack.value.path().read_bytes()[:2] == b"PK"
