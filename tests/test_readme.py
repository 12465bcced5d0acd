"""The README is true: its commands exist, and what it prints is what the product prints."""

import argparse
import re
import shlex
from pathlib import Path

import pytest

from keel import __main__ as command_line

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    parser = command_line._parser()
    actions = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return sorted(actions[0].choices)


def examples() -> list[tuple[list[str], str]]:
    """Each `$ python -m keel ...` of the README with what stands below it."""
    found = []
    for block in re.findall(r"```\n(\$ .*?)```", README, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, printed = part.partition("\n")
            found.append((shlex.split(line.removeprefix("python -m keel ")), printed.strip()))
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"`{command}\b", README), f"the README's table of commands lacks {command}"


def test_the_two_commands_of_a_newcomer_stand_alone_on_their_lines() -> None:
    lines = [line for line in README.splitlines() if line.startswith(("run: `", "test: `"))]
    assert [
        "run: `python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/streamlit run dashboard.py`",
        "test: `python3 -m venv .venv && .venv/bin/pip install -r requirements-dev.txt && .venv/bin/pytest`",
    ] == lines


@pytest.mark.parametrize("file", ["data/people_survey_by_year.csv", "tests/surveys/qualtrics/split_german.csv"])
def test_an_import_of_the_readme_and_what_follows_print_what_it_says(
    file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("KEEL_STORE", str(tmp_path / "keel.duckdb"))
    told = examples()
    (first,) = [place for place, (arguments, _) in enumerate(told) if file in arguments]
    for arguments, printed in told[first : first + 2]:
        assert 0 == command_line.main(arguments)
        assert printed == capsys.readouterr().out.strip().replace("\u00a0", " ")


def test_every_file_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert [] == [link for link in links if not (ROOT / link).exists()]
