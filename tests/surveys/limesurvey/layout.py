"""A survey as LimeSurvey writes it: headings as texts, as codes with texts, and as a row of questions above a row of parts."""

from tests.surveys.model import Question, Response, Survey

_MEANING = ["Response ID", "Date submitted", "Last page", "Start language", "Seed", "Date started", "Date last action"]
_CODES = ["id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"]


def full_text(survey: Survey) -> list[list[str]]:
    """Headings are the questions, "Question [Option]" for a choice of several, ticked with Y."""
    header = [*_MEANING, "IP address", "Referrer URL"]
    for question in survey.questions:
        header += (
            [f"{question.text} [{option}]" for option in question.options]
            if question.kind == "multi"
            else [question.text]
        )
    return [
        header,
        *([*_own(n, r), "192.0.2.3", "", *_cells(survey, r, "Y", "")] for n, r in enumerate(survey.responses, 1)),
    ]


def code_and_text(survey: Survey) -> list[list[str]]:
    """Headings are "code. Question [Option]"; a choice of several is answered with Yes and No, in full words; timings last."""
    header = [f"{code}. {meaning}" for code, meaning in zip(_CODES, _MEANING, strict=True)] + ["token. Access code"]
    for place, question in enumerate(survey.questions, 1):
        if question.kind == "multi":
            header += [
                f"G01Q{place:02}[SQ{n:03}]. {question.text} [{option}]" for n, option in enumerate(question.options, 1)
            ]
        else:
            header.append(f"G01Q{place:02}. {question.text}")
    header += ["interviewtime. Total time", "groupTime12. Group time: All"]
    return [
        header,
        *(
            [*_own(n, r), f"token{n}", *_cells(survey, r, "Yes", "No"), "95.1", "95.1"]
            for n, r in enumerate(survey.responses, 1)
        ),
    ]


def two_rows(survey: Survey) -> list[list[str]]:
    """A row of questions, each over the first of its options (merged cells), and a row of options."""
    header, parts = list(_MEANING), [""] * len(_MEANING)
    for question in survey.questions:
        options = question.options if question.kind == "multi" else ("",)
        header += [question.text, *[""] * (len(options) - 1)]
        parts += options
    rows = [[*_own(n, r), *_cells(survey, r, "Y", "")] for n, r in enumerate(survey.responses, 1)]
    return [header, *([parts] if any(parts) else []), *rows]


def _own(number: int, response: Response) -> list[str]:
    at = f"{response.answered_at:%Y-%m-%d %H:%M:%S}"
    return [str(number), at, "2", "en", str(1000 + number), at, at]


def _cells(survey: Survey, response: Response, yes: str, no: str) -> list[str]:
    found: list[str] = []
    for question, answer in zip(survey.questions, response.answers, strict=True):
        if question.kind == "multi":
            found += _ticks(question, answer, yes, no)
        else:
            found.append("" if answer is None else str(answer))
    return found


def _ticks(question: Question, answer: object, yes: str, no: str) -> list[str]:
    chosen = answer if isinstance(answer, tuple) else ()
    return [yes if option in chosen else no if chosen else "" for option in question.options]


LAYOUTS = {"full text": full_text, "code and text": code_and_text, "two rows": two_rows}
