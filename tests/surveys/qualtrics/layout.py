"""A survey as Qualtrics exports it: choices joined or split, as a workbook without import ids, and the legacy way."""

import json
from collections.abc import Callable

from tests.surveys.model import Question, Response, Survey

NOTED = {  # code -> words, import id
    "StartDate": ("Start Date", "startDate"),
    "EndDate": ("End Date", "endDate"),
    "Status": ("Response Type", "status"),
    "IPAddress": ("IP Address", "ipAddress"),
    "Progress": ("Progress", "progress"),
    "Duration (in seconds)": ("Duration (in seconds)", "duration"),
    "Finished": ("Finished", "finished"),
    "RecordedDate": ("Recorded Date", "recordedDate"),
    "ResponseId": ("Response ID", "_recordId"),
    "RecipientEmail": ("Recipient Email", "recipientEmail"),
    "ExternalReference": ("External Data Reference", "externalDataReference"),
    "DistributionChannel": ("Distribution Channel", "distributionChannel"),
    "UserLanguage": ("User Language", "userLanguage"),
}
LEGACY = (
    "ResponseID", "ResponseSet", "Name", "ExternalDataReference", "EmailAddress", "IPAddress", "Status", "StartDate",
    "EndDate", "Finished",
)  # fmt: skip


def joined(survey: Survey) -> list[list[str]]:
    """Three header rows; the choices of a multiple choice in one cell, a bare comma between them."""
    return _current(survey, _joined)


def split(survey: Survey) -> list[list[str]]:
    """Three header rows; a column for each option, which holds its words where it was chosen."""
    return _current(survey, _split)


def workbook(survey: Survey) -> list[list[str]]:
    """The same without the row of import ids, and in numbers: 1 where an option was chosen."""
    codes, words, _, *rows = _current(survey, _flags)
    return [codes, words, *rows]


def legacy(survey: Survey) -> list[list[str]]:
    """Two header rows, V1 to V10 in front, a mere hyphen before the option, and an empty column at the end."""
    asked = [column for n, question in enumerate(survey.questions, 1) for column in _flags(n, question, "-")]
    rows = [
        [
            f"R_{n:015d}",
            "Default Response Set",
            "Anonymous",
            "",
            "",
            "192.0.2.1",
            "0",
            _at(r),
            _at(r),
            "1",
            *_cells(asked, r),
            "",
        ]
        for n, r in enumerate(survey.responses, 1)
    ]
    codes = [*(f"V{n}" for n in range(1, 11)), *(code for code, *_ in asked), ""]
    return [codes, [*LEGACY, *(words for _, words, *_ in asked), ""], *rows]


Column = tuple[str, str, dict[str, str], Callable[[Response], str]]


def _current(survey: Survey, choices: Callable[..., list[Column]]) -> list[list[str]]:
    asked = [column for n, question in enumerate(survey.questions, 1) for column in choices(n, question)]
    ids = [_import(told) for _, told in NOTED.values()] + [json.dumps(told) for _, _, told, _ in asked]
    rows = [
        [
            _at(r), _at(r), "IP Address", "192.0.2.1", "100", "61", "True", _at(r), f"R_{n:015d}", "", "", "anonymous", "EN",
            *_cells(asked, r),
        ]
        for n, r in enumerate(survey.responses, 1)
    ]  # fmt: skip
    return [
        [*NOTED, *(code for code, *_ in asked)],
        [*(words for words, _ in NOTED.values()), *(words for _, words, *_ in asked)],
        ids,
        *rows,
    ]


def _import(told: str) -> str:
    zone = {"timeZone": "America/Denver"} if told.endswith("Date") else {}
    return json.dumps({"ImportId": told, **zone}, separators=(",", ":"))


def _plain(number: int, question: Question) -> Column:
    told = f"QID{number}_TEXT" if question.kind == "text" else f"QID{number}"
    return f"Q{number}", question.text, {"ImportId": told}, lambda response: _cell(response, number)


def _joined(number: int, question: Question) -> list[Column]:
    return [_plain(number, question)]


def _split(number: int, question: Question) -> list[Column]:
    return _columns(number, question, " - ", lambda option: option)


def _flags(number: int, question: Question, mark: str = " - ") -> list[Column]:
    return _columns(number, question, mark, lambda option: "1")


def _columns(number: int, question: Question, mark: str, said: Callable[[str], str]) -> list[Column]:
    if question.kind != "multi":
        return [_plain(number, question)]
    return [
        (
            f"Q{number}_{place}",
            f"{question.text}{mark}{option}",
            {"ImportId": f"QID{number}", "choiceId": str(place)},
            lambda response, option=option: said(option) if option in (response.answers[number - 1] or ()) else "",
        )
        for place, option in enumerate(question.options, 1)
    ]


def _cell(response: Response, number: int) -> str:
    answer = response.answers[number - 1]
    if answer is None:
        return ""
    return ",".join(answer) if isinstance(answer, tuple) else str(answer)


def _cells(asked: list[Column], response: Response) -> list[str]:
    return [written(response) for *_, written in asked]


def _at(response: Response) -> str:
    return f"{response.answered_at:%Y-%m-%d %H:%M:%S}"


LAYOUTS = {"joined": joined, "split": split, "workbook": workbook, "legacy": legacy}
