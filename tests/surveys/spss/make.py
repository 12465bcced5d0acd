"""Writes the SPSS files of this folder; what pyreadstat cannot write (code pages, multiple-response sets) is put into its bytes."""

import struct
import tempfile
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyreadstat

HERE = Path(__file__).parent
MADE = b"15 Jan 2410:30:00"  # the day and time in the header of every file


def written(columns, *, zsav=False, labels=None, values=None, missing=None, measure=None, formats=None):
    """The bytes of an SPSS file of these columns: name -> values."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.sav"
        pyreadstat.write_sav(
            pd.DataFrame(columns), path, compress=zsav, column_labels=labels, variable_value_labels=values,
            missing_ranges=missing, variable_measure=measure, variable_format=formats,
        )  # fmt: skip
        content = path.read_bytes()
    return content[:92] + MADE + content[92 + len(MADE) :]


def with_sets(content, lines):
    """The same with multiple-response sets declared, a line each: extension record 7, in front of the dictionary's end."""
    text = "".join(f"{line}\n" for line in lines).encode()
    end = content.index(struct.pack("<ii", 999, 0))
    return content[:end] + struct.pack("<4i", 7, 7, 1, len(text)) + text + content[end:]


def in_cp1252(content, letters):
    """The same in Windows' code page: stand-ins of one byte become letters, and the two records that name UTF-8 cp1252."""
    name = b"windows-1252"
    declared = struct.pack("<4i", 7, 20, 1, 5) + b"UTF-8"
    page = struct.pack("<i", 65001)
    assert declared in content
    assert content.count(page) == 1
    content = content.replace(declared, struct.pack("<4i", 7, 20, 1, len(name)) + name)
    content = content.replace(page, struct.pack("<i", 1252))
    for stand_in, letter in letters.items():
        content = content.replace(stand_in.encode(), letter.encode("cp1252"))
    return content


def qualtrics():
    """As Qualtrics exports: previews, spam, unfinished ones, a code that is declared missing, choices, a matrix."""
    agree = {1: "Strongly disagree", 2: "Disagree", 3: "Neutral", 4: "Agree", 5: "Strongly agree"}
    which = "Which of these matter to you? - Selected Choice"
    return written(
        {
            "StartDate": [datetime(2024, 1, day, 9, 0) for day in (15, 16, 17, 18, 19, 20)],
            "RecordedDate": [datetime(2024, 1, day, 23, 59, 59) for day in (15, 16, 17, 18, 19, 20)],
            "Status": [0.0, 0, 1, 0, 8, 0],
            "Finished": [1.0, 1, 1, 0, 1, 1],
            "IPAddress": ["192.0.2.1"] * 6,
            "ResponseId": [f"R_{number}" for number in range(1, 7)],
            "ExternalReference": ["", "E2", "", "E4", "", "E6"],
            "UserLanguage": ["EN"] * 6,
            "Q1_NPS_GROUP": [3.0, 1, 3, 3, 3, 3],
            "Q1": [10.0, 0, 10, 10, 10, 9],
            "Q2": [5.0, 99, 5, 5, 5, 4],
            "Q3_1": [1.0, None, 1, 1, 1, 1],
            "Q3_2": [1.0, None, 1, 1, 1, None],
            "Q3_3": [None, None, None, None, None, 1.0],
            "Q3_3_TEXT": ["", "", "", "", "", "the view"],
            "Q4_1": [4.0, 2, 4, 4, 4, 5],
            "Q4_2": [3.0, None, 3, 3, 3, 1],
            "Q5": ["=1+1 was all\nthey said", "", "test", "", "buy now", "Zoë was kind"],
            "Region": ["North", "South", "North", "North", "North", "South"],
        },
        labels={
            "StartDate": "Start Date", "RecordedDate": "Recorded Date", "Status": "Response Type", "ResponseId": "Response ID",
            "Q1_NPS_GROUP": "How likely are you to recommend us to a friend? - Group",
            "Q1": "How likely are you to recommend us to a friend?",
            "Q2": "How satisfied are you with our service?",
            "Q3_1": f"{which} - Price", "Q3_2": f"{which} - Speed, always", "Q3_3": f"{which} - Other:",
            "Q3_3_TEXT": "Which of these matter to you? - Other: - Text",
            "Q4_1": "How far do you agree? - It was easy to order", "Q4_2": "How far do you agree? - It came in time",
            "Q5": "What else?",
        },
        values={
            "Status": {0: "IP Address", 1: "Survey Preview", 8: "Spam"},
            "Finished": {0: "False", 1: "True"},
            "Q1_NPS_GROUP": {1: "Detractor", 2: "Passive", 3: "Promoter"},
            "Q2": {1: "Very dissatisfied", 2: "Dissatisfied", 3: "Neutral", 4: "Satisfied", 5: "Very satisfied", 99: "Don't know"},
            "Q3_1": {1: "Price"}, "Q3_2": {1: "Speed, always"}, "Q3_3": {1: "Other:"},
            "Q4_1": agree, "Q4_2": agree,
        },
        missing={"Q2": [99]},
        measure={"Q1": "scale", "Q2": "ordinal"},
    )  # fmt: skip


def missing():
    """Codes declared missing: a range with a code beside it, three codes, all below zero, and a text."""
    return written(
        {
            "interview_date": [date(2024, 3, day) for day in (1, 2, 3, 4)],
            "nps": [9.0, 98, 97, 10],
            "sat": [4.0, 7, 8, 9],
            "ease": [-9.0, 6, -1, 7],
            "plan": ["gold", "REF", "free", "gold"],
            "spent": [12.5, 0.1, 999, None],
        },
        labels={
            "nps": "How likely are you to recommend us?", "sat": "How satisfied are you with us?",
            "ease": "How easy was it to order?", "plan": "Which plan are you on?", "spent": "What did you spend?",
        },
        values={
            "nps": {0: "Not at all likely", 10: "Extremely likely", 97: "Refused", 98: "Don't know"},
            "sat": {1: "Very dissatisfied", 5: "Very satisfied", 7: "Refused", 8: "Don't know", 9: "No answer"},
            "ease": {-9: "Not asked", 1: "Very hard", 7: "Very easy"},
            "plan": {"gold": "Gold", "free": "Free of charge", "REF": "Refused"},
        },
        missing={
            "nps": [{"lo": 95, "hi": 99}], "sat": [7, 8, 9], "ease": [{"lo": float("-inf"), "hi": -0.5}],
            "plan": ["REF"], "spent": [{"lo": 900, "hi": 999}, -1],
        },
    )  # fmt: skip


def code_page():
    """In Windows' code page: accents in labels, codes and answers; whole numbers and fractions."""
    content = written(
        {
            "ID": [1.0, 2, 3],
            "DATUM": [date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 2)],
            "F1": [1.0, 2, 1],
            "F2": ["sch^n", "", "na~f"],
            "ALTER": [38.5, 40.0, 41.25],
        },
        labels={"F1": "Welche Gr^`e tragen Sie?", "F2": "Was noch?", "ALTER": "Alter in Jahren"},
        values={"F1": {1: "gr^`er", 2: "v^llig egal"}},
    )
    return in_cp1252(content, {"^": "ö", "`": "ß", "~": "ï"})


def right_to_left():
    """Compressed, with names and labels from right to left."""
    return written(
        {
            "תאריך_הגשה": [datetime(2024, 5, 1, 8, 30), datetime(2024, 5, 2, 8, 30), datetime(2024, 5, 3, 8, 30)],
            "שביעות_רצון": [1.0, 2, 2],
            "ملاحظات": ["جيد جدا", "", "شكرا لكم"],
        },
        zsav=True,
        labels={"שביעות_רצון": "עד כמה אתם מרוצים?", "ملاحظات": "ملاحظات أخرى؟"},
        values={"שביעות_רצון": {1: "מרוצים", 2: "לא מרוצים"}},
    )


def sets():
    """Multiple-response sets as declared: yes and no, letters, and mentions in the order they were given."""
    yes = {1: "Yes", 2: "No"}
    brand = {1: "Alpha", 2: "Beta, new", 3: "Gamma"}
    content = written(
        {
            "caseid": [101.0, 102, 103, 104],
            "endtime": [datetime(2024, 6, day, 12, 0) for day in (1, 2, 3, 4)],
            "reasons_for_choosing_price": [1.0, 2, 1, None],
            "reasons_for_choosing_speed": [2.0, 1, 1, None],
            "c1": ["Y", "", "Y", ""],
            "c2": ["", "", "Y", "Y"],
            "first": [1.0, 3, 2, None],
            "second": [2.0, None, 1, None],
            "wt": [0.5, 1.5, 1, 1],
        },
        labels={
            "reasons_for_choosing_price": "Price", "reasons_for_choosing_speed": "Speed, always", "c1": "By mail", "c2": "By phone",
            "first": "Brand named first", "second": "Brand named second",
        },
        values={
            "reasons_for_choosing_price": yes, "reasons_for_choosing_speed": yes, "first": brand, "second": brand,
        },
    )  # fmt: skip
    reasons = "What made you choose us ($ aside)?"
    contact = "How may we reach you?"
    brands = "Which brands do you know?"
    return with_sets(
        content,
        [  # short names, as SPSS writes them there
            f"$reasons=D1 1 {len(reasons)} {reasons} reasons_ v1",
            f"$contact=D1 Y {len(contact)} {contact} c1 c2",
            f"$brands=C {len(brands)} {brands} first second",
        ],
    )


def lime_survey():
    """As LimeSurvey exports: no moment of submission where the last page was not reached; 0 and 1 for options."""
    chosen = {0: "Not selected", 1: "Yes"}
    return written(
        {
            "id": [1.0, 2, 3],
            "submitdate": ["2024-07-01 10:00:00", "", "2024-07-03 10:00:00"],
            "lastpage": [3.0, 1, 3],
            "startlanguage": ["en"] * 3,
            "seed": ["123"] * 3,
            "token": ["a1", "b2", "c3"],
            "startdate": ["2024-07-01 09:00:00", "2024-07-02 09:00:00", "2024-07-03 09:00:00"],
            "G01Q01_SQ001": [1.0, 0, 0],
            "G01Q01_SQ002": [0.0, 0, 1],
            "G01Q02": ["fine", "", "slow"],
        },
        labels={
            "G01Q01_SQ001": "What do you use? : Shop", "G01Q01_SQ002": "What do you use? : Phone", "G01Q02": "How was it for you?",
        },
        values={"G01Q01_SQ001": chosen, "G01Q01_SQ002": chosen},
    )  # fmt: skip


def no_cases():
    """Variables, and not one case."""
    return written({"Q1": pd.Series([], dtype="float64")}, labels={"Q1": "How was it for you?"})


FILES = {
    "qualtrics.sav": qualtrics, "missing.sav": missing, "code_page.sav": code_page, "right_to_left.zsav": right_to_left,
    "sets.sav": sets, "limesurvey.sav": lime_survey, "no_cases.sav": no_cases,
}  # fmt: skip


def main() -> None:
    for name, made in FILES.items():
        (HERE / name).write_bytes(made())


if __name__ == "__main__":
    main()
