"""A survey as REDCap exports it with labels: one form, several events, and labelled headers above raw data. Exports with
field names hold no question's words; they are in cases.toml."""

from tests.surveys.model import Response, Survey


def labelled(survey: Survey) -> list[list[str]]:
    """Headers and cells are labels; each option of a checkbox has a column of Checked and Unchecked."""
    return _rows(survey, (), "Checked", "Unchecked", "Complete")


def labelled_events(survey: Survey) -> list[list[str]]:
    """The same, in a project with events and groups of users."""
    return _rows(survey, ("Event Name", "Data Access Group"), "Checked", "Unchecked", "Complete")


def labelled_headers(survey: Survey) -> list[list[str]]:
    """Headers are labels, cells are codes."""
    return _rows(survey, (), "1", "0", "2")


def _rows(survey: Survey, more: tuple[str, ...], yes: str, no: str, complete: str) -> list[list[str]]:
    header = ["Record ID", *more, "Survey Identifier", "Survey Timestamp"]
    for question in survey.questions:
        if question.kind == "multi":
            header += [f"{question.text} (choice={option})" for option in question.options]
        else:
            header.append(question.text)
    extra = ["Baseline", "North"][: len(more)]
    return [
        [*header, "Complete?"],
        *(
            [str(n), *extra, "", f"{r.answered_at:%Y-%m-%d %H:%M:%S}", *_cells(survey, r, yes, no), complete]
            for n, r in enumerate(survey.responses, 1)
        ),
    ]


def _cells(survey: Survey, response: Response, yes: str, no: str) -> list[str]:
    found: list[str] = []
    for question, answer in zip(survey.questions, response.answers, strict=True):
        if question.kind == "multi":
            chosen = answer if isinstance(answer, tuple) else ()
            found += [yes if option in chosen else no for option in question.options]
        else:
            found.append("" if answer is None else str(answer))
    return found


LAYOUTS = {"labelled": labelled, "labelled events": labelled_events, "labelled headers": labelled_headers}
SEPARATORS = [",", ";", "\t"]
