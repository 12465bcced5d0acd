"""The questionnaires handed out come back without a question asked."""

import csv
import io
from datetime import date

import pytest
import xlsxwriter

from keel import intake, templates
from keel.readings import Known

TODAY = date(2026, 9, 27)
# What each question counts as, and how many there are: written here from what the issue asks for.
ROLES = {
    "engagement-pulse": ["engagement"] * 6 + ["enps", None],
    "customer-nps": ["nps", "csat", None],
    "lost-customer": [None, "csat", "ces", None, None],
}
FILLED = {
    "Date": ["2026-09-01", "2026-09-02"], "Department": ["Sales", "Support"], "Invited": ["10", "10"],
    "Customer ID": ["C1", "C2"],
}  # fmt: skip


def filled(template):
    """Two rows as two people might fill them, neither reaching the ends of any scale."""
    rows = []
    for turn in range(2):
        row = [FILLED[column][turn] for column in template.columns]
        for _, answers in template.questions:
            choices = answers.split("; ")
            if answers[0].isdigit():
                row.append("34"[turn])
            else:
                row.append(choices[turn] if len(choices) > 1 else ("Better coffee on board", "Nothing at all")[turn])
        rows.append(row)
    return rows


def as_csv(template):
    written = io.StringIO(templates.as_csv(template).decode("utf-8-sig"))
    written.seek(0, io.SEEK_END)
    csv.writer(written).writerows(filled(template))
    return written.getvalue().encode("utf-8-sig")


def as_xlsx(template):
    """The sheet handed out with the rows typed in; xlsxwriter cannot open a file, so it is laid out again."""
    header = next(csv.reader(io.StringIO(templates.as_csv(template).decode("utf-8-sig"))))
    written = io.BytesIO()
    with xlsxwriter.Workbook(written) as book:
        for place, row in enumerate([header, *filled(template)]):
            book.worksheets()[0].write_row(place, 0, row) if place else book.add_worksheet("Answers").write_row(
                0, 0, row
            )
        book.add_worksheet("Words to send along").write_column(0, 0, [template.introduction, *template.header])
    return written.getvalue()


@pytest.mark.parametrize("template", templates.templates(), ids=lambda template: template.id)
@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_a_template_filled_in_imports_without_a_question_asked(template, write):
    reading = intake.read(write(template), name="answers", known=Known(today=TODAY, currency="EUR"))
    assert ("survey", 2, "") == (reading.kind, reading.rows_accepted, reading.refusal)
    assert ROLES[template.id] == [question["role"] for question in reading.questions]


@pytest.mark.parametrize("template", templates.templates(), ids=lambda template: template.id)
def test_the_workbook_and_the_csv_hold_the_same_header(template):
    from keel import sheets

    (found, words) = sheets.read(templates.as_xlsx(template), name="template.xlsx")
    assert template.header == [column[0].as_py() for column in found.cells.columns]
    assert template.introduction == words.cells.column(0)[0].as_py()
    assert template.header == next(csv.reader(io.StringIO(templates.as_csv(template).decode("utf-8-sig"))))


@pytest.mark.parametrize("template", templates.templates(), ids=lambda template: template.id)
def test_an_empty_template_is_refused_with_what_is_missing(template):
    reading = intake.read(templates.as_csv(template), name="answers.csv", known=Known(today=TODAY, currency="EUR"))
    assert "there is a header and no rows below it" in reading.refusal


def test_the_templates_have_as_many_questions_as_they_say_and_are_short():
    assert {"engagement-pulse": 8, "customer-nps": 3, "lost-customer": 5} == {
        template.id: len(template.questions) for template in templates.templates()
    }
