"""A survey as KoboToolbox writes it with labels: plain, and with the groups before the questions. A choice of several has
a column of all that was chosen and one of 0 and 1 for each option."""

from datetime import UTC, timedelta, timezone

from tests.surveys.model import Response, Survey

_LAST = [
    "_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by", "__version__", "_tags",
    "_index",
]  # fmt: skip
_HERE = timezone(timedelta(hours=-5))  # late in the evening it is the next day in UTC


def labels(survey: Survey) -> list[list[str]]:
    """Headers are the questions."""
    return _rows(survey, "")


def in_groups(survey: Survey) -> list[list[str]]:
    """Headers are "group/question"; a last question of the group was never answered."""
    rows = _rows(survey, "The first part/")
    return [
        [*row[: -len(_LAST)], "The first part/Is there anything else?" if place == 0 else "", *row[-len(_LAST) :]]
        for place, row in enumerate(rows)
    ]


def _rows(survey: Survey, group: str) -> list[list[str]]:
    header = ["start", "end"]
    for question in survey.questions:
        header.append(f"{group}{question.text}")
        if question.kind == "multi":
            header += [f"{group}{question.text}/{option}" for option in question.options]
    return [[*header, *_LAST], *(_row(survey, number, r) for number, r in enumerate(survey.responses, 1))]


def _row(survey: Survey, number: int, response: Response) -> list[str]:
    ended = response.answered_at.replace(tzinfo=_HERE)
    cells = [
        (ended - timedelta(minutes=3)).isoformat(timespec="milliseconds"),
        ended.isoformat(timespec="milliseconds"),
    ]
    for question, answer in zip(survey.questions, response.answers, strict=True):
        if question.kind == "multi":
            chosen = answer if isinstance(answer, tuple) else ()
            cells.append(" ".join(chosen))
            cells += [str(int(option in chosen)) if chosen else "" for option in question.options]
        else:
            cells.append("" if answer is None else str(answer))
    sent = f"{ended.astimezone(UTC) + timedelta(seconds=9):%Y-%m-%dT%H:%M:%S}"
    uuid = f"6f1f0d3c-0000-4000-8000-{number:012d}"
    return [*cells, str(4000 + number), uuid, sent, "", "", "submitted_via_web", "", "vQ7", "", str(number)]


LAYOUTS = {"labels": labels, "in groups": in_groups}
SEPARATORS = [";"]
