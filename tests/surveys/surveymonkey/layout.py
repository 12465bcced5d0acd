"""A survey as SurveyMonkey writes it: two header rows, condensed or with a column for each option; and in one row."""

from tests.surveys.model import Survey

META = [
    "Respondent ID",
    "Collector ID",
    "Start Date",
    "End Date",
    "IP Address",
    "Email Address",
    "First Name",
    "Last Name",
    "Custom Data 1",
]
DATES = {"two rows": "mdy", "single choices spread": "mdy", "without ids": "mdy", "one row": "mdy"}


def meta(number, response):
    moment = response.answered_at.strftime("%m/%d/%Y %I:%M:%S %p")
    return [str(114_000_000_000 + number), "401200300", moment, moment, "192.0.2.1", "", "", "", ""]


def cells(question, answer, *, spread):
    if question.kind == "multi" or (question.kind == "single" and spread):
        chosen = answer if isinstance(answer, tuple) else (answer,)
        return [option if option in chosen else "" for option in question.options]
    return ["" if answer is None else str(answer)]


def two_rows(survey: Survey, *, spread=False) -> list[list[str]]:
    first, second = list(META), [""] * len(META)
    for question in survey.questions:
        if question.kind == "multi" or (question.kind == "single" and spread):
            first += [question.text, *[""] * (len(question.options) - 1)]
            second += question.options
        else:
            first.append(question.text)
            second.append("Open-Ended Response" if question.kind == "text" else "Response")
    rows = [first, second]
    for number, response in enumerate(survey.responses, 1):
        row = meta(number, response)
        for question, answer in zip(survey.questions, response.answers, strict=True):
            row += cells(question, answer, spread=spread)
        rows.append(row)
    return rows


def spread(survey: Survey) -> list[list[str]]:
    return two_rows(survey, spread=True)


def without_ids(survey: Survey) -> list[list[str]]:
    """As people share it: neither ids nor what the machine said, only the days."""
    return [row[2:4] + row[9:] for row in two_rows(survey)]


def one_row(survey: Survey) -> list[list[str]]:
    """Flattened: "Question - Option"."""
    header = list(META)
    for question in survey.questions:
        several = question.kind == "multi"
        header += [f"{question.text} - {option}" for option in question.options] if several else [question.text]
    return [header, *two_rows(survey)[2:]]


LAYOUTS = {"two rows": two_rows, "single choices spread": spread, "without ids": without_ids, "one row": one_row}
