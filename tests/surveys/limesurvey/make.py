"""Writes merged.xlsx: a workbook whose second sheet holds the responses, under a row of questions in merged cells and a
row of sub-questions. Run in this folder after a change: python make.py"""

import datetime
from pathlib import Path

import xlsxwriter

QUESTIONS = (
    ("How satisfied are you with", ("our prices", "our people")),
    ("Which do you use?", ("Chat", "Phone, letters", "Other")),
)
RESPONSES = (
    (1, datetime.datetime(2024, 10, 1, 9, 0), 3, "en", 5, 4, "Y", "", "", "fine"),
    (2, datetime.datetime(2024, 10, 2, 9, 0), 3, "en", 1, 2, "Y", "Y", "fax", ""),
    (3, None, 1, "en", 3, None, "", "", "", ""),
)

with xlsxwriter.Workbook(Path(__file__).parent / "merged.xlsx") as book:
    about = book.add_worksheet("Survey")
    about.write_row(0, 0, ["Title", "A survey of customers"])
    about.write_row(1, 0, ["Responses", 3])
    sheet = book.add_worksheet("Responses")
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.write_row(0, 0, ["Response ID", "Date submitted", "Last page", "Start language"])
    place = 4
    for question, parts in QUESTIONS:
        sheet.merge_range(0, place, 0, place + len(parts) - 1, question)
        sheet.write_row(1, place, parts)
        place += len(parts)
    sheet.write(0, place, "Anything else?")
    for row, cells in enumerate(RESPONSES, 2):
        for column, cell in enumerate(cells):
            if isinstance(cell, datetime.datetime):
                sheet.write_datetime(row, column, cell, moment)
            elif cell not in (None, ""):
                sheet.write(row, column, cell)
