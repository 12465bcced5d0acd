"""A .sql file with its typed parameters: the only place where SQL is read from disk."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from keel.errors import SettingsError

QUERIES = Path(__file__).resolve().parent.parent / "queries"
_DECLARED = re.compile(r"\$([a-z]\w*):")
_USED = re.compile(r"\$([a-z]\w*)")


@dataclass(frozen=True)
class Query:
    """One statement: its name (`read/series`), its text, what it is in a sentence, its parameters."""

    name: str
    text: str
    about: str
    parameters: frozenset[str]


@cache
def query(name: str) -> Query:
    """The query of queries/<name>.sql. Raises SettingsError when it is missing or a parameter is undeclared."""
    path = QUERIES / f"{name}.sql"
    if not path.exists():
        raise SettingsError(f"queries/{name}.sql: there is no such file. Add it, or correct the name.")
    text = path.read_text(encoding="utf-8")
    comment = [line[3:] for line in text.splitlines() if line.startswith("-- ")]
    declared = {match[1] for line in comment if (match := _DECLARED.match(line))}
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
    used = set(_USED.findall(code))
    if used != declared:
        raise SettingsError(
            f"queries/{name}.sql: it uses {sorted(used)} and declares {sorted(declared)}; "
            "one header line '-- $name: type and meaning' for each was expected. Add or take out the line."
        )
    about = " ".join(comment).split("$", 1)[0].removeprefix("What this is: ").strip()
    return Query(name, text, about, frozenset(used))


@cache
def folder(name: str) -> tuple[str, ...]:
    """Names of the queries of one folder, in order: ("answers/010_sales", ...)."""
    return tuple(f"{name}/{path.stem}" for path in sorted((QUERIES / name).glob("*.sql")))
