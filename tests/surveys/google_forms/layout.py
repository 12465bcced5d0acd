"""A survey as Google Forms writes it: the sheet as CSV in two locales, the form's own download, the workbook."""

import io
from datetime import datetime

import xlsxwriter

from tests.surveys.model import Question, Survey

DATES = {"sheet": "mdy"}  # the locale of the sheet, which its values need not show


def _cell(question: Question, answer: object) -> str:
    if answer is None:
        return ""
    return ", ".join(answer) if isinstance(answer, tuple) else str(answer)


def _rows(survey: Survey, *headers: str, moment) -> list[list[str]]:
    rows = [[*headers, *(question.text for question in survey.questions)]]
    for number, response in enumerate(survey.responses):
        own = [moment(response.answered_at), *([f"person{number}@example.com"] if len(headers) > 1 else [])]
        rows.append([*own, *(_cell(q, a) for q, a in zip(survey.questions, response.answers, strict=True))])
    return rows


def sheet(survey: Survey) -> list[list[str]]:
    """The sheet of responses as CSV, in the locale of the United States."""
    return _rows(survey, "Timestamp", "Email Address", moment=lambda at: f"{at:%-m/%-d/%Y %-H:%M:%S}")


def german(survey: Survey) -> list[list[str]]:
    """The sheet of responses as CSV, in German."""
    return _rows(survey, "Zeitstempel", moment=lambda at: f"{at:%d.%m.%Y %H:%M:%S}")


def download(survey: Survey) -> list[list[str]]:
    """The form's own download of its responses."""
    return _rows(survey, "Timestamp", "Username", moment=lambda at: f"{at:%Y/%m/%d %-I:%M:%S %p} GMT+2")


def workbook(survey: Survey) -> bytes:
    """The sheet of responses as XLSX."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "default_date_format": "m/d/yyyy h:mm:ss"}) as book:
        sheet = book.add_worksheet("Form Responses 1")
        for place, header in enumerate(["Timestamp", *(question.text for question in survey.questions)]):
            sheet.write_string(0, place, header)
        for number, response in enumerate(survey.responses, 1):
            sheet.write_datetime(number, 0, datetime.fromisoformat(response.answered_at.isoformat()))
            for place, (question, answer) in enumerate(zip(survey.questions, response.answers, strict=True), 1):
                if isinstance(answer, int):
                    sheet.write_number(number, place, answer)
                elif answer is not None:
                    sheet.write_string(number, place, _cell(question, answer))
    return written.getvalue()


LAYOUTS = {"sheet": sheet, "german": german, "download": download, "workbook": workbook}
