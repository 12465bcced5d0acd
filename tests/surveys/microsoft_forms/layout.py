"""A survey as Microsoft Forms writes it: the workbook, the same saved as CSV, the same with serial dates, a quiz."""

import io
from datetime import datetime, timedelta

import xlsxwriter

from tests.surveys.model import Question, Survey

DATES = {"saved_as_csv": "mdy", "quiz": "mdy"}  # the locale of the workbook, which its values need not show
OWN = ["ID", "Start time", "Completion time", "Email", "Name"]


def _cell(question: Question, answer: object) -> str:
    if answer is None:
        return ""
    return "".join(f"{option};" for option in answer) if isinstance(answer, tuple) else str(answer)


def _american(at: datetime) -> str:
    return f"{at:%-m/%-d/%y %-H:%M:%S}"


def _serial(at: datetime) -> str:
    return f"{(at - datetime(1899, 12, 30)) / timedelta(days=1):.10f}".rstrip("0").rstrip(".")


def _rows(survey: Survey, written) -> list[list[str]]:
    rows = [[*OWN, *(question.text for question in survey.questions)]]
    for number, response in enumerate(survey.responses, 1):
        times = [written(response.answered_at - timedelta(minutes=2)), written(response.answered_at)]
        answers = [_cell(q, a) for q, a in zip(survey.questions, response.answers, strict=True)]
        rows.append([str(number), *times, "anonymous", "", *answers])
    return rows


def saved_as_csv(survey: Survey) -> list[list[str]]:
    """The workbook saved as CSV; headers end with a no-break space, as those of questions often do."""
    header, *rows = _rows(survey, _american)
    return [[*OWN, *(f"{text}\u00a0" for text in header[len(OWN) :])], *rows]


def serials(survey: Survey) -> list[list[str]]:
    """The workbook saved as CSV by a program that writes dates as days since the end of 1899."""
    return _rows(survey, _serial)


def quiz(survey: Survey) -> list[list[str]]:
    """A quiz: points and a remark beside each question, and of the whole."""
    rows = []
    for number, row in enumerate(_rows(survey, _american)):
        own, answers = row[: len(OWN)], row[len(OWN) :]
        whole = ["Total points", "Quiz feedback", "Last modified time"] if number == 0 else ["1", "", ""]
        if number:
            own[3:] = [f"person{number}@example.com", f"Person {number}"]
        beside = [
            cell
            for answer in answers
            for cell in ((answer, f"Points - {answer}", f"Feedback - {answer}") if number == 0 else (answer, "1", ""))
        ]
        rows.append([*own, *whole, *beside])
    return rows


def workbook(survey: Survey) -> bytes:
    """The workbook itself."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "default_date_format": "m/d/yy h:mm:ss"}) as book:
        sheet = book.add_worksheet("Sheet1")
        for place, header in enumerate([*OWN, *(question.text for question in survey.questions)]):
            sheet.write_string(0, place, header)
        for number, response in enumerate(survey.responses, 1):
            sheet.write_number(number, 0, number)
            sheet.write_datetime(number, 1, response.answered_at - timedelta(minutes=2))
            sheet.write_datetime(number, 2, response.answered_at)
            sheet.write_string(number, 3, "anonymous")
            for place, (question, answer) in enumerate(zip(survey.questions, response.answers, strict=True), len(OWN)):
                if isinstance(answer, int):
                    sheet.write_number(number, place, answer)
                elif answer is not None:
                    sheet.write_string(number, place, _cell(question, answer))
    return written.getvalue()


LAYOUTS = {"saved_as_csv": saved_as_csv, "serials": serials, "quiz": quiz, "workbook": workbook}
