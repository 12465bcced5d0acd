"""Writes responses.xlsx, the spreadsheet of responses as Google saves it: true datetimes, numbers, a sheet of notes."""

from datetime import datetime
from pathlib import Path

import xlsxwriter

RECOMMEND = "How likely are you to recommend us?"
ROWS = [  # the form asks the same question before and after a change; the scale is 1 to 10
    ("Timestamp", RECOMMEND, "How easy was it, on a scale of 1–10?", RECOMMEND),
    (datetime(2024, 1, 15, 10, 30, 0), 9, 10, 3),
    (datetime(2024, 1, 16, 23, 59, 59), 10, 1, None),
    (datetime(2024, 2, 1, 0, 0, 1), 0, 7, 10),
]


def main() -> None:
    path = Path(__file__).with_name("responses.xlsx")
    with xlsxwriter.Workbook(path, {"default_date_format": "m/d/yyyy h:mm:ss"}) as book:
        book.set_properties({"created": datetime(2024, 2, 2)})
        sheet = book.add_worksheet("Form Responses 1")
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
        book.add_worksheet("Notes").write_row(0, 0, ("asked in January", "and again in February"))


if __name__ == "__main__":
    main()
