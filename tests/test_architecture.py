"""The laws of the tree, read from its text; nothing of the product is imported here.

Each rule takes the root of a tree and returns its breaches as *file:line: found; expected.* A rule about
files that are not there has nothing to say. The last tests give every rule a tree that breaks it, so that
no rule can pass by looking at nothing.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

PRODUCT = ("dashboard.py", "pages/**/*.py", "keel/**/*.py")
EVERYTHING = (*PRODUCT, "tests/**/*.py", "benchmarks/**/*.py")

NOT_IN_A_PAGE = ("pandas", "numpy", "duckdb", "keel.store")
PURE = (
    "periods", "signals", "sixtwelve", "leads", "outlook", "survival",
    "verdicts", "winback", "intervals", "wording", "review", "suppression", "tallies", "targets", "drivers",
)  # fmt: skip
PURE_MAY_IMPORT = ("numpy", "pandas", "scipy", "keel.errors", *(f"keel.{name}" for name in PURE))
# each says that something is in there, and not what
EMPTY_WORDS = {"util", "utils", "helper", "helpers", "manager", "managers"}
EMPTY_WORDS |= {"service", "services", "common"}

# A sentence may hold the words of SQL ("Select a file from your computer"). It is told apart by its capital,
# by columns that stand without commas, and by the article after "from".
TERM = r"[\w.\"'$]+(?:\([^;]*?\))?"
COLUMNS = rf"(?:\*|(?:distinct|case)\b[^;]*?|{TERM}(?:\s*[-+*/|]+\s*{TERM})*(?:\s+as\s+\w+)?(?:\s*,[^;]*?)?)"
ARTICLE = r"(?:the|an?|your|this|that|these|those|each|every|all|it|which|what|one)\b"
SQL = re.compile(
    rf"\bselect\s+{COLUMNS}\s+from\s+(?!{ARTICLE})[\w\"(]"
    r"|\binsert\s+(?:or\s+\w+\s+)?into\s+\w"
    r"|\bcreate\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+)?(?:table|view|macro|sequence)\s+\w"
    rf"|\bdelete\s+from\s+(?!{ARTICLE})\w"
    r"|\bupdate\s+\w+\s+set\s+\w+\s*="
    r"|\b(?:drop|alter)\s+(?:table|view)\s+\w",
    re.IGNORECASE | re.DOTALL,
)
# the words of SQL that are no one's column; in capitals they are a breach of the house style
KEYWORDS = re.compile(
    r"\b(?:SELECT|FROM|WHERE|GROUP|ORDER|BY|HAVING|QUALIFY|LIMIT|JOIN|LEFT|INNER|OUTER|CROSS|USING|WITH"
    r"|UNION|EXCEPT|INTERSECT|DISTINCT|AS|ON|AND|OR|NOT|NULL|IS|IN|BETWEEN|LIKE|CASE|WHEN|THEN|ELSE|END"
    r"|CAST|OVER|PARTITION|FILTER|CREATE|TABLE|VIEW|INSERT|INTO|VALUES|SUM|COUNT|MIN|MAX|AVG|COALESCE)\b"
)
# of a quoted text or name, or of a comment, the case is free
FREE_SQL = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"[^\"]*\"", re.DOTALL)

# people's answers, and counts of fewer than five
PRIVATE = re.compile(r"\b(?:raw_answers|scored_answers|told_answers|wave_rows|closed_\w+|respondent|person)\b")
MACHINE_PATH = re.compile(r"(?<![\w.}])/(?:home|root|tmp|work|farm|opt|mnt|Users)/\w")
PINNED = re.compile(r"[\w.-]+(?:\[[\w,-]+\])?==[\w.]+\s*(?:;[^#]*)?(?:#.*)?")
INCLUDED = re.compile(r"-[cr] [\w.-]+\.txt")


# What is read


def files(root: Path, patterns: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """The files of the tree that match, by name, each with its path from the root."""
    for pattern in patterns:
        for path in sorted(root.glob(pattern)):
            if path.is_file():
                yield path.relative_to(root).as_posix(), path


def parsed(root: Path, patterns: tuple[str, ...]) -> Iterator[tuple[str, ast.Module]]:
    """The Python files that match, each as its syntax tree."""
    for name, path in files(root, patterns):
        yield name, ast.parse(path.read_text(encoding="utf-8"), filename=name)


def imports(name: str, module: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything a file imports, wherever in it; `from a import b` is `a.b`."""
    package = name.removesuffix(".py").split("/")[:-1]
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = [*above, *([node.module] if node.module else [])]
            yield from ((node.lineno, ".".join([*base, alias.name])) for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                yield node.lineno, node.args[0].value


def is_in(imported: str, modules: tuple[str, ...]) -> bool:
    """Whether an imported name is one of the modules or inside one."""
    return any(imported == module or imported.startswith(module + ".") for module in modules)


def text_of(node: ast.AST) -> str:
    """The text a node builds, with `x` for what is put in: literals, f-strings, + and %."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else "x"
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return text_of(node.left) + text_of(node.right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return text_of(node.left).replace("%s", "x")
    return "x"


def sql_texts(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and opening of each text in a file that reads as SQL; a docstring is not run and left out."""
    docstrings = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    told: set[int] = set()
    for node in ast.walk(module):
        if id(node) in docstrings or not isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp):
            continue
        for found in SQL.finditer(re.sub(r"\{\w*\}", "x", text_of(node))):
            verb = found[0].split()[0]
            if verb in (verb.lower(), verb.upper()) and node.lineno not in told:
                told.add(node.lineno)
                yield node.lineno, " ".join(found[0].split())[:40]


def kept_files(root: Path) -> Iterator[tuple[str, Path]]:
    """The files git keeps or would keep; without git, all but what begins with a dot."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        names = sorted(set(listed.stdout.decode().split("\0")) - {""})
        yield from ((name, root / name) for name in names if (root / name).is_file())
    else:
        yield from ((name, path) for name, path in files(root, ("**/*",)) if not re.search(r"(^|/)\.", name))


# The rules


def breaches_of_home(root: Path, library: str, homes: tuple[str, ...]) -> list[str]:
    return [
        f"{name}:{line}: imports {imported}; expected only in {', '.join(homes)}."
        for name, module in parsed(root, PRODUCT)
        if not any(name == home or (home.endswith("/") and name.startswith(home)) for home in homes)
        for line, imported in imports(name, module)
        if is_in(imported, (library,))
    ]


def duckdb_outside_the_store(root: Path) -> list[str]:
    return breaches_of_home(root, "duckdb", ("keel/store.py", "keel/engine/"))


def plotly_outside_the_charts(root: Path) -> list[str]:
    return breaches_of_home(root, "plotly", ("keel/charts/",))


def printing_outside_the_exports(root: Path) -> list[str]:
    return [
        *breaches_of_home(root, "reportlab", ("keel/export/",)),
        *breaches_of_home(root, "pptx", ("keel/export/",)),
    ]


def streamlit_outside_the_frame(root: Path) -> list[str]:
    return breaches_of_home(root, "streamlit", ("keel/ui/", "keel/drill/", "dashboard.py", "pages/"))


def pages_that_do_more_than_choose_ask_and_show(root: Path) -> list[str]:
    return [
        f"{name}:{line}: a page imports {imported}; expected keel.measure for numbers, keel.ui to show them."
        for name, module in parsed(root, ("pages/**/*.py",))
        for line, imported in imports(name, module)
        if is_in(imported, NOT_IN_A_PAGE)
    ]


def sql_outside_the_store(root: Path) -> list[str]:
    return [
        f'{name}:{line}: SQL in Python, "{found}"; expected a file in queries/, asked for by name.'
        for name, module in parsed(root, PRODUCT)
        if name
        not in ("keel/store.py", "keel/refresh.py", "keel/closing.py")  # the store's own: they wrap and join the files
        for line, found in sql_texts(module)
    ]


def impure_imports(root: Path) -> list[str]:
    patterns = tuple(pattern for name in PURE for pattern in (f"keel/{name}.py", f"keel/{name}/**/*.py"))
    return [
        f"{name}:{line}: a pure module imports {imported}; expected the standard library, "
        "numpy, pandas, scipy, keel.errors and other pure modules."
        for name, module in parsed(root, patterns)
        for line, imported in imports(name, module)
        if imported.split(".")[0] not in sys.stdlib_module_names and not is_in(imported, PURE_MAY_IMPORT)
    ]


def vendors_that_know_each_other(root: Path) -> list[str]:
    folder = "keel/surveys"
    modules = tuple(f"keel.surveys.{path.stem}" for _, path in files(root, (f"{folder}/*.py",)))
    return [
        f"{name}:{line}: a vendor imports {imported}; expected none of the others. Move what they share up."
        for name, module in parsed(root, (f"{folder}/*.py",))
        if name != f"{folder}/__init__.py"
        for line, imported in imports(name, module)
        if is_in(imported, modules)
    ]


def names_that_say_nothing(root: Path) -> list[str]:
    return [
        f'{name}:1: "{word}" names no thing; expected a noun a manager would say.'
        for name, _ in files(root, PRODUCT)
        for word in re.split(r"[/_]", name.removesuffix(".py"))
        if word in EMPTY_WORDS
    ]


def swallowed_errors(root: Path) -> list[str]:
    def broad(kind: ast.expr | None) -> bool:
        kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
        return any(isinstance(k, ast.Name) and k.id in ("Exception", "BaseException") for k in kinds)

    def silent(body: list[ast.stmt]) -> bool:
        return all(
            isinstance(line, ast.Pass) or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
            for line in body
        )

    return [
        f"{name}:{node.lineno}: any error at all is swallowed; expected the kind that can be mended, by name."
        for name, module in parsed(root, EVERYTHING)
        for node in ast.walk(module)
        if isinstance(node, ast.ExceptHandler) and (node.type is None or (broad(node.type) and silent(node.body)))
    ]


def metrics_without_their_papers(root: Path) -> list[str]:
    queries = {path.stem for _, path in files(root, ("queries/metrics/*.sql",))}
    cases = {path.stem for _, path in files(root, ("tests/metrics/*.toml",))}
    entries = {
        metric
        for _, path in files(root, ("queries/catalogue.toml",))
        for metric in tomllib.loads(path.read_text(encoding="utf-8")).get("metric", {})
    }
    papers = (
        (
            queries,
            entries,
            "queries/catalogue.toml:1: no [metric.{0}]; expected one for queries/metrics/{0}.sql.",
        ),
        (queries, cases, "tests/metrics/{0}.toml:1: not there; expected cases of queries/metrics/{0}.sql."),
        (entries, queries, "queries/metrics/{0}.sql:1: not there; expected the query of [metric.{0}]."),
        (cases, queries, "queries/metrics/{0}.sql:1: not there; expected by tests/metrics/{0}.toml."),
    )
    # one side empty: that part of the tree is still to be written
    return [
        message.format(metric)
        for having, needed, message in papers
        if having and needed
        for metric in sorted(having - needed)
    ]


def sql_out_of_style(root: Path) -> list[str]:
    breaches = []
    for name, path in files(root, ("queries/metrics/*.sql", "queries/read/*.sql")):
        text = path.read_text(encoding="utf-8")
        if not text.startswith("-- "):
            breaches.append(f'{name}:1: begins "{text[:20]}"; expected "-- What this is: one row per ...".')
        bare = FREE_SQL.sub(lambda free: re.sub(r"[^\n]", " ", free[0]), text)
        for number, line in enumerate(bare.splitlines(), start=1):
            breaches += [
                f"{name}:{number}: {word} in capitals; expected {word.lower()}." for word in KEYWORDS.findall(line)
            ]
    return breaches


def answers_within_reach(root: Path) -> list[str]:
    """What a page, an export or the command line can ask must not name the tables that hold people's answers."""
    breaches = []
    for name, path in files(root, ("queries/read/*.sql",)):
        code = FREE_SQL.sub(lambda free: re.sub(r"[^\n]", " ", free[0]), path.read_text(encoding="utf-8"))
        for number, line in enumerate(code.splitlines(), start=1):
            breaches += [
                f"{name}:{number}: reads {found}, where single answers lie; expected the tables of closed waves."
                for found in PRIVATE.findall(line)
            ]
    return breaches


def paths_of_a_machine(root: Path) -> list[str]:
    breaches = []
    for name, path in kept_files(root):
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:  # a font, a picture, a packed sample
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if found := MACHINE_PATH.search(line):
                breaches.append(f'{name}:{number}: "{found[0]}...", a path of one machine; expected one from the root.')
    return breaches


def loose_requirements(root: Path) -> list[str]:
    return [
        f'{name}:{number}: "{line}"; expected name==version, or -c or -r and a file of this folder.'
        for name, path in files(root, ("requirements*.txt", "constraints.txt"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if line.strip() and not line.startswith("#")
        if not (PINNED.fullmatch(line.strip()) or INCLUDED.fullmatch(line.strip()))
    ]


# The tests


def held(breaches: list[str]) -> None:
    assert not breaches, "\n" + "\n".join(breaches)


def test_only_the_store_speaks_to_duckdb():
    held(duckdb_outside_the_store(ROOT))


def test_only_the_charts_speak_to_plotly():
    held(plotly_outside_the_charts(ROOT))


def test_only_the_exports_speak_to_reportlab_and_python_pptx():
    held(printing_outside_the_exports(ROOT))


def test_only_the_frame_the_pages_and_what_they_share_speak_to_streamlit():
    held(streamlit_outside_the_frame(ROOT))


def test_a_page_imports_no_pandas_no_numpy_no_duckdb_and_no_store():
    held(pages_that_do_more_than_choose_ask_and_show(ROOT))


def test_no_sql_stands_in_python_outside_the_store():
    held(sql_outside_the_store(ROOT))


def test_a_pure_module_imports_numbers_and_other_pure_modules_only():
    held(impure_imports(ROOT))


def test_no_vendor_imports_another():
    held(vendors_that_know_each_other(ROOT))


def test_every_module_is_named_for_a_thing():
    held(names_that_say_nothing(ROOT))


def test_no_error_is_swallowed():
    held(swallowed_errors(ROOT))


def test_every_metric_has_a_query_an_entry_and_worked_cases():
    held(metrics_without_their_papers(ROOT))


def test_every_query_opens_with_what_it_is_and_is_lower_case():
    held(sql_out_of_style(ROOT))


def test_no_question_that_can_be_asked_reads_single_answers():
    held(answers_within_reach(ROOT))


def test_no_file_holds_a_path_of_somebodys_machine():
    held(paths_of_a_machine(ROOT))


def test_every_requirement_is_pinned():
    held(loose_requirements(ROOT))


# The tests of the rules


Rule = Callable[[Path], list[str]]

HANDLER = "try:\n    go()\n"
PAPERS = {
    "queries/catalogue.toml": "[metric.revenue]\n",
    "tests/metrics/revenue.toml": "",
    "queries/metrics/revenue.sql": "",
}
BROKEN: list[tuple[Rule, dict[str, str], str]] = [
    (duckdb_outside_the_store, {"keel/measure.py": "\nimport duckdb as db\n"}, "keel/measure.py:2: "),
    (duckdb_outside_the_store, {"keel/a.py": "def f():\n    from duckdb import connect\n"}, "keel/a.py:2: "),
    (duckdb_outside_the_store, {"keel/a.py": "m = importlib.import_module('duckdb')\n"}, "keel/a.py:1: "),
    (
        plotly_outside_the_charts,
        {"pages/balance.py": "import plotly.graph_objects as go\n"},
        "pages/balance.py:1: ",
    ),
    (printing_outside_the_exports, {"pages/a.py": "from reportlab.pdfgen import canvas\n"}, "pages/a.py:1: "),
    (printing_outside_the_exports, {"keel/ui/a.py": "import pptx\n"}, "keel/ui/a.py:1: "),
    (streamlit_outside_the_frame, {"keel/charts/look.py": "import streamlit as st\n"}, "keel/charts/look.py:1: "),
    (
        pages_that_do_more_than_choose_ask_and_show,
        {"pages/a.py": "from keel import store\n"},
        "pages/a.py:1: ",
    ),
    (pages_that_do_more_than_choose_ask_and_show, {"pages/a.py": "import pandas as pd\n"}, "pages/a.py:1: "),
    (sql_outside_the_store, {"pages/a.py": "ask('select day, num from observations')\n"}, "pages/a.py:1: "),
    (sql_outside_the_store, {"keel/a.py": "q = f'select {x} from {y}'\n"}, "keel/a.py:1: "),
    (sql_outside_the_store, {"keel/a.py": "q = 'SELECT count(*)' + ' FROM ' + table\n"}, "keel/a.py:1: "),
    (sql_outside_the_store, {"keel/a.py": "q = 'select {} from {}'.format(x, y)\n"}, "keel/a.py:1: "),
    (sql_outside_the_store, {"keel/a.py": "q = 'select %s from t' % x\n"}, "keel/a.py:1: "),
    (
        sql_outside_the_store,
        {"keel/a.py": 'q = """\nwith a as (select 1 as b from c)\nselect * from a"""\n'},
        ":1: ",
    ),
    (sql_outside_the_store, {"keel/a.py": "q = f'insert into {t} values (1)'\n"}, "keel/a.py:1: "),
    (impure_imports, {"keel/signals.py": "from keel.measure import series\n"}, "keel/signals.py:1: "),
    (impure_imports, {"keel/leads.py": "import statsmodels.api\n"}, "keel/leads.py:1: "),
    (impure_imports, {"keel/review.py": "from . import store\n"}, "keel/review.py:1: "),
    (
        vendors_that_know_each_other,
        {"keel/surveys/a.py": "from . import b\n", "keel/surveys/b.py": ""},
        "keel/surveys/a.py:1: ",
    ),
    (
        vendors_that_know_each_other,
        {"keel/surveys/a.py": "from keel.surveys.b import read\n", "keel/surveys/b.py": ""},
        "keel/surveys/a.py:1: ",
    ),
    (names_that_say_nothing, {"keel/date_utils.py": ""}, "keel/date_utils.py:1: "),
    (names_that_say_nothing, {"keel/common/dates.py": ""}, "keel/common/dates.py:1: "),
    (swallowed_errors, {"keel/a.py": HANDLER + "except Exception:\n    pass\n"}, "keel/a.py:3: "),
    (swallowed_errors, {"keel/a.py": HANDLER + "except (OSError, Exception):\n    ...\n"}, "keel/a.py:3: "),
    (swallowed_errors, {"tests/test_a.py": HANDLER + "except:\n    stop()\n"}, "tests/test_a.py:3: "),
    (metrics_without_their_papers, {**PAPERS, "queries/metrics/nps.sql": ""}, "no [metric.nps]"),
    (metrics_without_their_papers, {**PAPERS, "queries/metrics/nps.sql": ""}, "tests/metrics/nps.toml:1: "),
    (metrics_without_their_papers, {**PAPERS, "tests/metrics/nps.toml": ""}, "queries/metrics/nps.sql:1: "),
    (
        metrics_without_their_papers,
        {**PAPERS, "queries/catalogue.toml": "[metric.revenue]\n[metric.nps]\n"},
        "queries/metrics/nps.sql:1: ",
    ),
    (sql_out_of_style, {"queries/read/a.sql": "select 1\n"}, "queries/read/a.sql:1: "),
    (
        sql_out_of_style,
        {"queries/metrics/a.sql": "-- A: one row per day\nselect day\nFROM t\n"},
        "a.sql:3: FROM",
    ),
    (
        answers_within_reach,
        {"queries/read/a.sql": "-- A: one row\nselect value\nfrom raw_answers\n"},
        "a.sql:3: reads raw_answers",
    ),
    (answers_within_reach, {"queries/read/a.sql": "-- A: one row\nselect 1\nfrom closed_count\n"}, "a.sql:3: "),
    (paths_of_a_machine, {"keel/a.py": "\nfile = '/" + "tmp/x.csv'\n"}, "keel/a.py:2: "),
    (paths_of_a_machine, {"README.md": "file:///" + "home/me/keel\n"}, "README.md:1: "),
    (loose_requirements, {"requirements.txt": "# why\npandas>=3\n"}, "requirements.txt:2: "),
    (
        loose_requirements,
        {"requirements-dev.txt": "--index-url https://a.example/simple\n"},
        "requirements-dev.txt:1: ",
    ),
]
ALLOWED: list[tuple[Rule, dict[str, str]]] = [
    (
        duckdb_outside_the_store,
        {"keel/store.py": "import duckdb\n", "keel/engine/local.py": "import duckdb\n"},
    ),
    (sql_outside_the_store, {"pages/a.py": "st.write('Select a file from your computer, or drop one.')\n"}),
    (sql_outside_the_store, {"keel/a.py": "raise E('unknown: x; expected one to select from the list')\n"}),
    (sql_outside_the_store, {"keel/a.py": '"""Runs `select a from b`."""\n'}),
    (
        impure_imports,
        {"keel/leads.py": "import math\nimport numpy as np\nfrom keel import periods\nimport keel.errors\n"},
    ),
    (
        vendors_that_know_each_other,
        {"keel/surveys/__init__.py": "from . import a\n", "keel/surveys/a.py": "import csv\n"},
    ),
    (swallowed_errors, {"keel/a.py": HANDLER + "except Exception:\n    log()\n    raise\n"}),
    (metrics_without_their_papers, {"queries/metrics/nps.sql": ""}),
    (sql_out_of_style, {"queries/read/a.sql": "-- A FROM B: one row\nselect 'AND' as \"OR\"\n"}),
    (answers_within_reach, {"queries/read/a.sql": "-- raw_answers: not read\nselect 1 from wave_sums\n"}),
    (paths_of_a_machine, {"README.md": "https://a.example/home/x and data/tmp/x and tests/work/x\n"}),
    (
        loose_requirements,
        {"requirements.txt": '-c constraints.txt\npandas==3.1.1  # frames\na==1 ; b == "c"\n'},
    ),
]


def planted(root: Path, tree: dict[str, str]) -> Path:
    for name, text in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(("rule", "tree", "expected"), BROKEN)
def test_each_rule_names_the_file_and_the_line_that_break_it(rule, tree, expected, tmp_path):
    found = rule(planted(tmp_path, tree))

    assert any(expected in breach for breach in found), found


@pytest.mark.parametrize(("rule", "tree"), ALLOWED)
def test_each_rule_leaves_alone_what_is_allowed(rule, tree, tmp_path):
    assert rule(planted(tmp_path, tree)) == []


def test_no_rule_complains_of_an_empty_tree(tmp_path):
    assert [breach for rule in {rule for rule, *_ in BROKEN} for breach in rule(tmp_path)] == []
