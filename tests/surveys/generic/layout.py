"""Any table with one header row and one row a response: what people type together, or a tool nobody has heard of writes."""

from tests.surveys.model import Survey


def _cell(answer, joined):
    return joined.join(answer) if isinstance(answer, tuple) else "" if answer is None else str(answer)


def _written(joined):
    def write(survey: Survey) -> list[list[str]]:
        rows = [["Answered at", "Submission ID", *(question.text for question in survey.questions)]]
        for number, response in enumerate(survey.responses, 1):
            cells = [_cell(answer, joined) for answer in response.answers]
            rows.append([f"{response.answered_at:%Y-%m-%d %H:%M:%S}", f"s{number}", *cells])
        return rows

    return write


LAYOUTS = {"choices with semicolons": _written("; "), "choices with bars": _written("|")}
