"""A survey file through the page: what it is, what counts, a choice changed, in, out; sixty columns on a desk and a phone."""

import csv
import io
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from keel import templates
from tests.browser.screen import DESK, PHONE, Screen, Visit
from tests.browser.test_uploading import bring_in, column, drop, take_out

RECOMMEND = "How likely are you to recommend us to a friend?"
SATISFIED = "How satisfied are you with our work?"


def qualtrics(questions: list[tuple[str, list[str]]], responses: int) -> str:
    """A Qualtrics export: its three header rows, then responses of the last weeks; the second is a preview, the third was
    not finished. Each question comes with the answers it gets in turn."""
    meta = [("StartDate", "startDate"), ("Status", "status"), ("Finished", "finished"), ("RecordedDate", "recordedDate"),
            ("ResponseId", "_recordId")]  # fmt: skip
    codes = [code for code, _ in meta] + [f"Q{n}" for n in range(1, len(questions) + 1)]
    texts = [code for code, _ in meta] + [text for text, _ in questions]
    ids = [mark for _, mark in meta] + [f"QID{n}" for n in range(1, len(questions) + 1)]
    rows = [codes, texts, [f'{{"ImportId":"{mark}"}}' for mark in ids]]
    for n in range(responses):
        day = str(date.today() - timedelta(days=3 + n)) + " 09:30:00"
        rows.append([day, "Survey Preview" if n == 1 else "IP Address", "False" if n == 2 else "True", day, f"R_{n:015d}",
                     *(answers[n % len(answers)] for _, answers in questions)])  # fmt: skip
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


def count_as(screen: Screen, role: str) -> None:
    """Say what the question at hand counts as; the list closes when the page scrolls, so that comes first."""
    screen.settle()
    column(screen, "It counts as").scroll_into_view_if_needed()
    column(screen.settle(), "It counts as").click()
    screen.page.get_by_role("option", name=role, exact=True).click()


@pytest.fixture
def uploads(own_data: str, visit: Visit) -> Screen:
    return visit(own_data).open("/uploads").fine()


def test_a_survey_is_previewed_a_choice_changes_the_counts_it_comes_in_and_goes_out(uploads: Screen):
    scores = [(RECOMMEND, ["0", "10", "9", "7"]), (SATISFIED, ["4", "5", "1"])]
    drop(uploads, "service.csv", qualtrics(scores, 10))

    preview = uploads.page.locator('[class*="st-key-box-preview-"]')
    expect(preview).to_contain_text("survey · 8 of 10 responses will be counted")
    expect(preview).to_contain_text("An export of Qualtrics (sure)")
    expect(preview).to_contain_text("Left out: 1 partial · 1 test")
    asked = preview.locator(".keel-asked")
    expect(asked).to_have_count(2)
    expect(asked.nth(0)).to_contain_text("counts as NPS0–10, 'recommend'")
    expect(asked.nth(0)).to_contain_text("8 answered")
    expect(asked.nth(1)).to_contain_text("counts as CSAT")
    expect(asked.nth(0).locator(".keel-counts i")).to_have_count(11)
    uploads.fine()

    preview.get_by_role("radio", name="count", exact=True).click()
    expect(preview).to_contain_text("survey · 9 of 10 responses will be counted")
    expect(preview).to_contain_text("Left out: 1 test")
    count_as(uploads, "nothing")
    expect(asked.nth(0)).not_to_contain_text("counts as")
    count_as(uploads, "NPS")
    expect(asked.nth(0)).to_contain_text("counts as NPSas said")
    preview.get_by_test_id("stExpander").click()
    expect(preview.get_by_role("cell", name="R_000000000000000", exact=True)).to_be_visible()
    uploads.settle().fine()

    bring_in(uploads, "service.csv")
    expect(uploads.page.locator(".keel-file").first).to_contain_text("survey · 9 rows")
    uploads.go("Satisfaction").fine()
    # answers 0 . 9 7 | 0 10 9 7 | 0 10 with the preview's 10 left out: four promoters, two passives, three detractors
    expect(uploads.page.locator('[data-testid="stMain"]')).to_contain_text("Promoters44 %% of 9 answers")

    drop(uploads.go("Uploads"), "the same.csv", qualtrics(scores, 10))
    expect(uploads.page.get_by_test_id("stAlertContentInfo")).to_contain_text("The same rows came in already")
    take_out(uploads.fine())


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_survey_of_sixty_columns_reads_down_and_never_sideways(own_data: str, visit: Visit, size):
    words = ["Strongly disagree", "Agree", "Strongly agree", ""]
    questions = [
        (f"Statement {n}: in our part of the company I have what I need to do my work well", words)
        for n in range(1, 56)
    ]
    screen = visit(own_data, size=size).open("/uploads")

    drop(screen, "wide.csv", qualtrics(questions, 40))

    asked = screen.page.locator(".keel-asked")
    expect(asked).to_have_count(55)
    width = size[0]
    for place in (0, 20, 54):
        row = asked.nth(place)
        row.scroll_into_view_if_needed()
        box, text = row.bounding_box(), row.locator(".keel-asked-text").bounding_box()
        assert box is not None
        assert text is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert text["width"] > 200  # words have room; they are not broken letter by letter
    screen.fine()


def test_a_questionnaire_is_handed_out(uploads: Screen):
    with uploads.page.expect_download() as handed:
        uploads.widget("template-customer-nps-CSV").get_by_role("button").click()
    assert "customer-nps.csv" == handed.value.suggested_filename
    (template,) = [one for one in templates.templates() if one.id == "customer-nps"]
    assert templates.as_csv(template) == handed.value.path().read_bytes()
    uploads.fine()
