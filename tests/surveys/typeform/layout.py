"""A survey as Typeform writes it: before there were response types, as today, and with headings above merged cells."""

import hashlib

from tests.surveys.model import Response, Survey


def before(survey: Survey) -> list[list[str]]:
    """One header row; the dates and the Network ID end it."""
    header = ["#", *_headers(survey), "Start Date (UTC)", "Submit Date (UTC)", "Network ID"]
    return [header, *([_id(n, r), *_cells(survey, r), _at(r), _at(r), "a1b2c3d4e5"] for n, r in _numbered(survey))]


def current(survey: Survey) -> list[list[str]]:
    """The same with the response's type, the date of its stage, tags and the ending it came to."""
    header = [
        "#", *_headers(survey), "Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Submit Date (UTC)", "Network ID",
        "Tags", "Ending",
    ]  # fmt: skip
    return [
        header,
        *(
            [_id(n, r), *_cells(survey, r), "completed", _at(r), "", _at(r), "a1b2c3d4e5", "", "default"]
            for n, r in _numbered(survey)
        ),
    ]


def with_headings(survey: Survey) -> list[list[str]]:
    """A row above the header names each question; of a multiple choice above the first of its options."""
    headings = [""]
    for question in survey.questions:
        headings += [question.text, *[""] * (len(question.options) - 1 if question.kind == "multi" else 0)]
    names = ["#"]
    for question in survey.questions:
        names += question.options if question.kind == "multi" else [question.text]
    return [
        [*headings, "", "", ""],
        [*names, "Start Date (UTC)", "Submit Date (UTC)", "Network ID"],
        *(
            [_id(n, r), *_cells(survey, r, with_other=False), _at(r), _at(r), "a1b2c3d4e5"]
            for n, r in _numbered(survey)
        ),
    ]


def _numbered(survey: Survey) -> list[tuple[int, Response]]:
    return list(enumerate(survey.responses))


def _has_other(survey: Survey, place: int) -> bool:
    """Whether a multiple choice allows Other: here where only that column parts it from the next one."""
    following = survey.questions[place + 1 : place + 2]
    return bool(following) and following[0].kind == "multi"


def _headers(survey: Survey) -> list[str]:
    found: list[str] = []
    for place, question in enumerate(survey.questions):
        if question.kind != "multi":
            found.append(question.text)
            continue
        found += [*question.options, *(["Other"] if _has_other(survey, place) else [])]
    return found


def _cells(survey: Survey, response: Response, *, with_other: bool = True) -> list[str]:
    found: list[str] = []
    for place, (question, answer) in enumerate(zip(survey.questions, response.answers, strict=True)):
        if question.kind != "multi":
            found.append("" if answer is None else str(answer))
            continue
        chosen = answer if isinstance(answer, tuple) else ()
        found += [option if option in chosen else "" for option in question.options]
        found += [""] if with_other and _has_other(survey, place) else []
    return found


def _id(number: int, response: Response) -> str:
    return hashlib.md5(f"{number} {response.answered_at}".encode()).hexdigest()


def _at(response: Response) -> str:
    return f"{response.answered_at:%Y-%m-%d %H:%M:%S}"


LAYOUTS = {"before": before, "current": current, "with headings": with_headings}
