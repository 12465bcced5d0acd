"""Short questionnaires that the Uploads page hands out, as CSV and XLSX; what is declared of them is in templates.toml."""

import csv
import io
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROWS = 1000  # rows of the XLSX in which a score outside its scale is refused


@dataclass(frozen=True)
class Template:
    """One questionnaire: the columns beside its questions, and each question with the answers it takes."""

    id: str
    title: str
    about: str
    introduction: str
    columns: tuple[str, ...]
    questions: tuple[tuple[str, str], ...]

    @property
    def header(self) -> list[str]:
        """The header row of the file to fill."""
        return [*self.columns, *(text for text, _ in self.questions)]


@cache
def templates() -> tuple[Template, ...]:
    """Every questionnaire, in the order of templates.toml."""
    declared = tomllib.loads((Path(__file__).parent / "templates.toml").read_text(encoding="utf-8"))["template"]
    return tuple(
        Template(
            one["id"], one["title"], one["about"], one["introduction"], tuple(one["columns"]),
            tuple((question["text"], question["answers"]) for question in one["question"]),
        )
        for one in declared
    )  # fmt: skip


def as_csv(template: Template) -> bytes:
    """A CSV with the header row, as spreadsheet programs open it best (UTF-8 with its mark)."""
    written = io.StringIO()
    csv.writer(written).writerow(template.header)
    return written.getvalue().encode("utf-8-sig")


def as_xlsx(template: Template) -> bytes:
    """A workbook: the sheet to fill, where scores are held to their scale, and a sheet with the words to send along."""
    import xlsxwriter

    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("Answers")
        sheet.write_row(0, 0, template.header, head)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(template.columns) - 1, 14)
        sheet.set_column(len(template.columns), len(template.header) - 1, 28)
        for place, (_, answers) in enumerate(template.questions, len(template.columns)):
            scale = _scale(answers)
            if scale:
                low, high = scale
                sheet.data_validation(
                    1, place, ROWS, place,
                    {"validate": "integer", "criteria": "between", "minimum": low, "maximum": high, "input_message": answers},
                )  # fmt: skip
        words = book.add_worksheet("Words to send along")
        words.set_column(0, 0, 70, wrapped)
        words.set_column(1, 1, 50, wrapped)
        words.write(0, 0, template.introduction)
        for row, (text, answers) in enumerate(template.questions, 2):
            words.write_row(row, 0, [text, answers])
    return written.getvalue()


def _scale(answers: str) -> tuple[int, int] | None:
    """The least and the most score, of "1 strongly disagree … 5 strongly agree"."""
    ends = [end.split(" ")[0] for end in answers.split(" … ")]
    return (int(ends[0]), int(ends[1])) if len(ends) == 2 and all(end.isdigit() for end in ends) else None
