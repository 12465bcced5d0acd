"""Writes workbook.xlsx, the export as a workbook: two header rows without import ids, true datetimes, numbers."""

from datetime import datetime
from pathlib import Path

import xlsxwriter

ROWS = [
    ("StartDate", "EndDate", "Status", "Progress", "RecordedDate", "ResponseId", "UserLanguage",
     "Q1", "Q2_1", "Q2_2", "Q2_4", "Q2_4_TEXT", "Q3", "Q3_DO", "Site"),
    ("Start Date", "End Date", "Response Type", "Progress", "Recorded Date", "Response ID", "User Language",
     "How easy was it to get help? (1 to 7)", "Which did you use? - Selected Choice - Chat",
     "Which did you use? - Selected Choice - Phone, in person", "Which did you use? - Selected Choice - Other",
     "Which did you use? - Other - Text", "Which branch - if any - did you visit?", "Q3 - Display Order", "Site"),
    (datetime(2024, 5, 6, 8, 0), datetime(2024, 5, 6, 8, 4), 0, 100, datetime(2024, 5, 6, 8, 4, 1), "R_8Wo01RkBoOk2XlSx", "EN",
     7, 1, None, None, None, "Centre", "1|2", "Leeds"),
    (datetime(2024, 5, 7, 8, 0), datetime(2024, 5, 7, 8, 4), 0, 100, datetime(2024, 5, 7, 8, 4, 1), "R_8Wo02RkBoOk2XlSx", "EN",
     1, 1, 1, None, None, "Harbour", "2|1", "York"),
    (datetime(2024, 5, 8, 8, 0), datetime(2024, 5, 8, 8, 4), 0, 100, datetime(2024, 5, 8, 8, 4, 1), "R_8Wo03RkBoOk2XlSx", "EN",
     6, None, None, 1, "A letter", "Centre", "2|1", "Leeds"),
    (datetime(2024, 5, 9, 8, 0), datetime(2024, 5, 9, 8, 1), 0, 35, datetime(2024, 5, 16, 8, 1), "R_8Wo04RkBoOk2XlSx", "EN",
     2, None, None, None, None, None, None, "York"),
    (datetime(2024, 5, 5, 8, 0), datetime(2024, 5, 5, 8, 4), 1, 100, datetime(2024, 5, 5, 8, 4), "R_8Wo05RkBoOk2XlSx", "EN",
     7, 1, 1, 1, "x", "Centre", "1|2", None),
]  # fmt: skip


def main() -> None:
    path = Path(__file__).with_name("workbook.xlsx")
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        book.set_properties({"created": datetime(2024, 5, 17)})
        sheet = book.add_worksheet("Sheet0")
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)


if __name__ == "__main__":
    main()
