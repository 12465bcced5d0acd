"""A survey as Alchemer writes it: with a column for each option, with joined choices, and as SurveyGizmo did."""

from tests.surveys.model import Question, Response, Survey

_AFTER = [
    "Contact ID", "Legacy Comments", "Comments", "Language", "Referer", "SessionID", "User Agent", "Tags", "IP Address",
    "Longitude", "Latitude", "Country", "City", "State/Region", "Postal",
]  # fmt: skip
_CONSTANTS = [
    "", "", "", "English", "", "1700000000_655f1a2b3c4d5", "Mozilla/5.0", "", "192.0.2.7", "0.1", "51.5",
    "United Kingdom", "London", "ENG", "",
]  # fmt: skip


def spread(survey: Survey) -> list[list[str]]:
    """A multiple choice has a column for each option, "Option:Question", that holds the option's words."""
    header = ["Response ID", "Time Started", "Date Submitted", "Status", *_AFTER, *_spread(survey)]
    return [
        header,
        *(
            [str(n), _at(r), _at(r), "Complete", *_CONSTANTS, *_cells(survey, r)]
            for n, r in enumerate(survey.responses, 1)
        ),
    ]


def joined(survey: Survey) -> list[list[str]]:
    """A multiple choice has one column, its choices joined by a semicolon."""
    header = ["Response ID", "Time Started", "Date Submitted", "Status", *_AFTER, *(q.text for q in survey.questions)]
    return [
        header,
        *(
            [str(n), _at(r), _at(r), "Complete", *_CONSTANTS, *map(_together, r.answers)]
            for n, r in enumerate(survey.responses, 1)
        ),
    ]


def surveygizmo(survey: Survey) -> list[list[str]]:
    """Few columns of its own, and times with the month's name."""
    return [
        ["Response ID", "Time Started", "Date Submitted", "Status", *_spread(survey)],
        *([str(n), _long(r), _long(r), "Complete", *_cells(survey, r)] for n, r in enumerate(survey.responses, 1)),
    ]


def _spread(survey: Survey) -> list[str]:
    return [header for question in survey.questions for header in _headers(question)]


def _headers(question: Question) -> list[str]:
    return [f"{option}:{question.text}" for option in question.options] if question.kind == "multi" else [question.text]


def _cells(survey: Survey, response: Response) -> list[str]:
    found: list[str] = []
    for question, answer in zip(survey.questions, response.answers, strict=True):
        if question.kind == "multi":
            chosen = answer if isinstance(answer, tuple) else ()
            found += [option if option in chosen else "" for option in question.options]
        else:
            found.append(_together(answer))
    return found


def _together(answer: int | str | tuple[str, ...] | None) -> str:
    if answer is None:
        return ""
    return "; ".join(answer) if isinstance(answer, tuple) else str(answer)


def _at(response: Response) -> str:
    return f"{response.answered_at:%Y-%m-%d %H:%M:%S}"


def _long(response: Response) -> str:
    at = response.answered_at
    return f"{at:%b} {at.day}, {at.year} {at.hour % 12 or 12}:{at:%M:%S} {'am' if at.hour < 12 else 'pm'}"


LAYOUTS = {"spread": spread, "joined": joined, "surveygizmo": surveygizmo}
