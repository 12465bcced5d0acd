"""A survey as an SPSS file: bytes, for there are no rows to write; plain, compressed, as Qualtrics, with declared sets."""

from tests.surveys.model import Question, Survey
from tests.surveys.spss.make import with_sets, written

SELECTED = " - Selected Choice - "


def _columns(survey: Survey, *, joint: str, in_label: bool) -> tuple[dict, dict, dict]:
    """The questions as columns, labels and value labels; an option's word stands in its variable's label."""
    columns, labels, values = {}, {}, {}
    for number, question in enumerate(survey.questions, 1):
        answers = [response.answers[number - 1] for response in survey.responses]
        if question.kind == "multi":
            for place, option in enumerate(question.options, 1):
                name = f"Q{number}_{place}"
                columns[name] = [1.0 if answer and option in answer else None for answer in answers]
                labels[name] = f"{question.text}{joint}{option}" if in_label else option
                values[name] = {1: option}
            continue
        name = f"Q{number}"
        columns[name], labels[name] = _cells(question, answers), question.text
        if question.kind == "single":
            values[name] = dict(enumerate(question.options, 1))
    return columns, labels, values


def _cells(question: Question, answers: list) -> list:
    if question.kind == "text":
        return [answer or "" for answer in answers]
    if question.kind == "single":
        return [None if answer is None else 1.0 + question.options.index(answer) for answer in answers]
    return [None if answer is None else float(answer) for answer in answers]


def _moments(survey: Survey) -> list:
    return [response.answered_at for response in survey.responses]


def plain(survey: Survey, *, zsav: bool = False) -> bytes:
    """A number for each response, and when it came."""
    columns, labels, values = _columns(survey, joint=": ", in_label=True)
    own = {"RespondentID": [10_000_000_001.0 + n for n in range(len(survey.responses))], "EndDate": _moments(survey)}
    return written({**own, **columns}, labels=labels, values=values, zsav=zsav)


def compressed(survey: Survey) -> bytes:
    """The same as a .zsav."""
    return plain(survey, zsav=True)


def qualtrics(survey: Survey) -> bytes:
    """As Qualtrics exports."""
    columns, labels, values = _columns(survey, joint=SELECTED, in_label=True)
    many = len(survey.responses)
    own = {
        "StartDate": _moments(survey), "EndDate": _moments(survey), "Status": [0.0] * many, "Progress": [100.0] * many,
        "Finished": [1.0] * many, "RecordedDate": _moments(survey), "ResponseId": [f"R_{n:015}" for n in range(many)],
        "ExternalReference": [""] * many, "UserLanguage": ["EN"] * many,
    }  # fmt: skip
    said = {"Status": {0: "IP Address"}, "Finished": {0: "False", 1: "True"}}
    return written({**own, **columns}, labels={"ResponseId": "Response ID", **labels}, values={**said, **values})


def sets(survey: Survey) -> bytes:
    """With its multiple choices declared as sets."""
    columns, labels, values = _columns(survey, joint="", in_label=False)
    content = written({"submitdate": _moments(survey), **columns}, labels=labels, values=values)
    lines = []
    for number, question in enumerate(survey.questions, 1):
        if question.kind == "multi":
            names = " ".join(f"q{number}_{place}" for place in range(1, len(question.options) + 1))
            lines.append(f"$set{number}=D1 1 {len(question.text.encode())} {question.text} {names}")
    return with_sets(content, lines) if lines else content


LAYOUTS = {"plain": plain, "compressed": compressed, "qualtrics": qualtrics, "sets": sets}
