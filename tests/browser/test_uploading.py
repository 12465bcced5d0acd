"""A file through the page: what it is, what will be counted and what not, change it, import it, undo it."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, expect

from keel import wording
from tests.browser.screen import Screen, Visit

HEADER = "Order Date,Order ID,Customer,Product Line,Region,Amount,Paid"
REGIONS = ("North", "South")
MARKUP = "<img src=x onerror=alert(1)>"
PICTURE = "![x](https://outside.example/x.png)"  # a picture in Markdown: drawn, it would ask an outside machine
FORMULA = '=HYPERLINK("x")'


def orders(*, bad: bool = True) -> str:
    """Ten orders of the last weeks, billed 100 to 1000 and paid one less; the fourth has no date."""
    newest = date.today() - timedelta(days=3)
    rows = [
        f"{'soon' if bad and place == 4 else newest - timedelta(days=place)},O-{place},C{place % 3},Rope,"
        f"{REGIONS[place % 2]},{100 * place}.00,{100 * place - 1}.00"
        for place in range(1, 11)
    ]
    return "\n".join([HEADER, *rows]) + "\n"


def drop(screen: Screen, name: str, content: str | bytes) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    screen.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": data}
    )
    expect(screen.page.get_by_test_id("stFileChip")).to_have_count(1)
    screen.settle()


def column(screen: Screen, field: str) -> Locator:
    return screen.page.get_by_role("combobox", name=field, exact=True)


def bring_in(screen: Screen, name: str) -> None:
    screen.page.get_by_role("button", name="Import", exact=True).click()
    expect(screen.page.locator(".keel-file").first).to_contain_text(name)
    expect(screen.page.get_by_test_id("stFileChip")).to_have_count(0)
    screen.settle()


def take_out(screen: Screen) -> None:
    screen.page.get_by_role("button", name="Undo").locator("visible=true").first.click()
    expect(screen.page.locator(".keel-file")).to_have_count(0)
    screen.settle()


@pytest.fixture
def uploads(own_data: str, visit: Visit) -> Screen:
    return visit(own_data).open("/uploads").fine()


def test_a_file_is_previewed_corrected_imported_listed_and_undone(uploads: Screen):
    drop(uploads, "orders.csv", orders())

    preview = uploads.page.locator('[class*="st-key-box-preview-"]')
    expect(preview).to_contain_text("orders · 9 of 10 rows will be counted")
    expect(column(uploads, "Amount")).to_have_value("Amount")
    expect(column(uploads, "Region")).to_have_value("Region")
    rejects = uploads.rows(preview.get_by_test_id("stDataFrame"))
    assert [(row["Row"], row["Column"], row["Value"]) for row in rejects] == [("5", "Order Date", "soon")]
    assert rejects[0]["Reason"]
    preview.get_by_test_id("stExpander").click()
    expect(preview.get_by_role("cell", name="O-1", exact=True)).to_be_visible()

    column(uploads, "Amount").click()
    uploads.page.get_by_role("option", name="Paid", exact=True).click()
    expect(preview).to_contain_text("Not used: Amount")
    expect(column(uploads, "Amount")).to_have_value("Paid")
    uploads.settle().fine()

    bring_in(uploads, "orders.csv")
    expect(uploads.page.locator(".keel-file")).to_contain_text("orders · 9 rows")
    uploads.fine()
    paid = sum(100 * place - 1 for place in range(1, 11) if place != 4)
    uploads.go("Revenue").fine()
    expect(uploads.page.locator(".keel-sum").first).to_contain_text(f"add up to {wording.exact(paid, 'money')} EUR")

    take_out(uploads.go("Uploads"))
    uploads.fine()
    uploads.go("Revenue").fine()
    expect(uploads.page.get_by_test_id("stAlertContentInfo")).to_contain_text("Bring orders")


def test_the_same_file_twice_is_noticed_and_not_counted_again(uploads: Screen):
    drop(uploads, "orders.csv", orders(bad=False))
    bring_in(uploads, "orders.csv")

    drop(uploads, "the same.csv", orders(bad=False))

    expect(uploads.page.get_by_test_id("stAlertContentInfo")).to_contain_text("The same rows came in already")
    expect(uploads.page.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    take_out(uploads.fine())


def test_ambiguous_dates_are_asked_about_and_then_read(uploads: Screen):
    drop(uploads, "billed.csv", "Order Date,Customer,Amount\n03/02/2026,A,10.00\n05/04/2026,B,20.00\n")
    expect(uploads.page.get_by_test_id("stAlertContentError")).to_contain_text("03/02/2026")

    uploads.page.get_by_role("radio", name="day first").click()

    expect(uploads.page.locator('[class*="st-key-box-preview-"]')).to_contain_text("From 3 Feb 2026 to")
    uploads.settle().fine()
    bring_in(uploads, "billed.csv")
    expect(uploads.page.locator(".keel-file")).to_contain_text("3 Feb 2026 to")
    take_out(uploads)


def test_a_pdf_that_calls_itself_csv_gets_one_clear_sentence(uploads: Screen):
    drop(uploads, "report.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n\x00\x01%%EOF\n")

    said = uploads.page.get_by_test_id("stAlertContentError")
    expect(said).to_contain_text("report.csv")
    expect(said).to_contain_text("PDF")
    assert "Traceback" not in said.inner_text()
    uploads.fine(errors=1)
    expect(uploads.page.get_by_role("button", name="Import", exact=True)).to_have_count(0)


def is_inert(screen: Screen) -> None:
    expect(screen.page.locator('img[src="x"], img[src*="outside"], a[href*="outside"]')).to_have_count(0, timeout=2000)
    screen.fine()


def test_a_hostile_file_name_and_its_members_are_shown_as_text_on_uploads_and_in_the_drill(uploads: Screen):
    name = f"{MARKUP}{FORMULA}.csv".replace("/", "")
    newest = date.today() - timedelta(days=3)
    regions, customers = (MARKUP, "North"), (FORMULA, MARKUP, "C")
    rows = [
        f'{newest - timedelta(days=place)},"{regions[place % 2]}","{customers[place % 3].replace(chr(34), chr(34) * 2)}",{100 + place}.00'
        for place in range(12)
    ]
    drop(uploads, name, "\n".join([f"Order Date,Region,Customer,Amount,{MARKUP}", *(f"{row},1" for row in rows)]))
    uploads.page.get_by_test_id("stExpander").locator("visible=true").first.click()
    expect(uploads.page.locator('[class*="st-key-box-preview-"]')).to_contain_text(MARKUP)
    is_inert(uploads)
    bring_in(uploads, MARKUP)
    is_inert(uploads)

    uploads.go("Revenue")
    is_inert(uploads)
    for member in (MARKUP, FORMULA):
        uploads.page.locator("button.keel-bar").filter(has_text=member).click()
        expect(uploads.widget("drill-path")).to_contain_text(member)
        is_inert(uploads.settle())
    assert uploads.asked()["path"] == [f"region={MARKUP}", f"customer={FORMULA}"]
    take_out(uploads.go("Uploads"))
    is_inert(uploads)


MARKDOWN = "text of a file is given to Streamlit as Markdown: a picture in it is fetched from an outside machine"


def markdown_orders() -> str:
    newest = date.today() - timedelta(days=3)
    rows = [f"{newest - timedelta(days=place)},{(PICTURE, 'North')[place % 2]},C{place % 3},{100 + place}.00,1" for place in range(12)]  # fmt: skip
    return "\n".join([f"Order Date,Region,Customer,Amount,{PICTURE}", *rows])


def test_markdown_in_a_file_is_shown_as_text_on_uploads(uploads: Screen):
    drop(uploads, "orders.csv", markdown_orders())
    uploads.page.get_by_test_id("stExpander").locator("visible=true").first.click()

    is_inert(uploads)


def test_markdown_in_the_name_of_a_region_is_shown_as_text_in_the_drill(uploads: Screen):
    drop(uploads, "orders.csv", markdown_orders())
    bring_in(uploads, "orders.csv")
    uploads.go("Revenue")
    uploads.complaints.clear()  # of Uploads, where the test above looks

    uploads.page.locator("button.keel-bar").filter(has_text=PICTURE).click()

    expect(uploads.widget("drill-path").locator('[class*="st-key-crumb-"]')).to_have_count(2)
    is_inert(uploads.settle())
