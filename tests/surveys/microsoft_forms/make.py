"""Writes responses.xlsx, the workbook that Open in Excel gives: a table of true datetimes and numbers, with a row of totals."""

from datetime import datetime
from pathlib import Path

import xlsxwriter

HEADERS = ("ID", "Start time", "Completion time", "Email", "Name", "How easy was it to get help? (1–7)", "What helped?")
ROWS = [
    (1, datetime(2024, 1, 15, 10, 28, 1), datetime(2024, 1, 15, 10, 30, 15), "anonymous", None, 7, "Chat;Phone;"),
    (2, datetime(2024, 1, 16, 23, 58, 0), datetime(2024, 1, 17, 0, 1, 9), "anonymous", None, 1, "Phone;"),
    (4, datetime(2024, 2, 1, 8, 0, 0), datetime(2024, 2, 1, 8, 2, 33), "anonymous", None, None, None),
    ("Total", None, None, None, None, 4, 2),
]


def main() -> None:
    path = Path(__file__).with_name("responses.xlsx")
    with xlsxwriter.Workbook(path, {"default_date_format": "m/d/yy h:mm:ss"}) as book:
        book.set_properties({"created": datetime(2024, 2, 2)})
        sheet = book.add_worksheet("Sheet1")
        for number, row in enumerate((HEADERS, *ROWS)):
            sheet.write_row(number, 0, row)


if __name__ == "__main__":
    main()
