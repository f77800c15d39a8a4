"""The rules of the house that no linter knows: sizes, names, state, what an import costs.

A rule that must be broken is broken in the tables at the top, with the reason beside it.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "entrepot"
FILES = sorted(SOURCE.rglob("*.py"))
LIBRARY = [f for f in FILES if f.relative_to(SOURCE).parts[0] not in {"cli", "notebook"}]

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 50
MOST_PUBLIC_NAMES = 20

#: Functions that are longer, as ``"engine/system.py:name"``, and why.
LONG_FUNCTIONS: dict[str, str] = {}

#: Files that may hold mutable state at module level, and why.
FILES_WITH_STATE = {"engine/takeover.py": "the process has one import system; it is kept here"}

#: Parts that run in a program's process after its first line.
BESIDE_A_PROGRAM = frozenset({"reloading", "running", "source", "verifying", "views"})

#: Modules named like one of the standard library that are reached by no absolute import, and why.
NAMES_SHARED_WITH_THE_LIBRARY: dict[str, str] = {}

#: Calls at module level that make something mutable.
MAKES_MUTABLE = re.compile(
    "dict|list|set|bytearray|defaultdict|deque|Counter|OrderedDict|ChainMap|Weak.*|local|"
    "ContextVar|R?Lock|Event|Condition|Semaphore|.*Queue|count"
)
#: Annotations through which mypy lets nobody write: a table of constants is stated with one.
READ_ONLY = re.compile(r"['\"]?(Final\[)?(Mapping|Sequence|Collection|AbstractSet)\[")
DISPLAYS = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
CONSTANT_LISTS = frozenset({"__all__", "__path__"})


def short(file: Path) -> str:
    """Return the file as it is named in the tables above."""
    return file.relative_to(SOURCE).as_posix()


def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_bytes(), filename=str(file))


def imported_by(node: ast.AST) -> list[str]:
    """Return the absolute names of the modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [node.module or ""]
    return []


def functions_of(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def statements_at_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run when the module is imported, class bodies included."""
    for statement in body:
        if isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING":
            continue
        yield statement
        for field in ("body", "orelse", "finalbody"):
            if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from statements_at_import(getattr(statement, field, []))


def listed(broken: list[str]) -> str:
    """Return every place that breaks a rule, one a line."""
    return "\n  ".join(["this breaks the rule:", *broken])


def is_public(name: str) -> bool:
    return not name.startswith("_")


def is_setter(node: ast.stmt) -> bool:
    """Return whether a definition is a property's setter, which its getter tells."""
    decorators = getattr(node, "decorator_list", [])
    return any(ast.unparse(decorator).endswith(".setter") for decorator in decorators)


def test_no_file_is_longer_than_a_reader_holds() -> None:
    lines = {short(file): len(file.read_text().splitlines()) for file in FILES}

    too_long = {file for file, n in lines.items() if n > MOST_LINES_OF_A_FILE}
    assert not too_long, listed([f"{file}: {lines[file]} lines" for file in sorted(too_long)])


def test_no_function_is_longer_than_a_screen() -> None:
    long = {}
    for file in FILES:
        for function in functions_of(tree_of(file)):
            lines = (function.end_lineno or 0) - function.lineno + 1
            if lines > MOST_LINES_OF_A_FUNCTION:
                long[f"{short(file)}:{function.name}"] = lines

    too_long = [f"{name}: {n} lines" for name, n in long.items() if name not in LONG_FUNCTIONS]
    assert not too_long, listed(too_long)
    assert set(LONG_FUNCTIONS) <= set(long), "the table of long functions names one that is not"


def test_only_take_over_holds_state_at_module_level() -> None:
    found = []
    for file in FILES:
        if short(file) in FILES_WITH_STATE:
            continue
        tree = tree_of(file)
        found += [f"{short(file)}:{line}" for line in lines_with_state(tree)]

    assert not found, listed(found)


def lines_with_state(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield node.lineno
    for statement in statements_at_import(tree.body):
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
            continue
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        names = {target.id for target in targets if isinstance(target, ast.Name)}
        annotation = statement.annotation if isinstance(statement, ast.AnnAssign) else None
        if names <= CONSTANT_LISTS or (annotation and READ_ONLY.match(ast.unparse(annotation))):
            continue
        if is_mutable(statement.value):
            yield statement.lineno


def is_mutable(value: ast.expr) -> bool:
    if isinstance(value, DISPLAYS):
        return True
    if not isinstance(value, ast.Call):
        return False
    called = value.func
    name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
    return MAKES_MUTABLE.fullmatch(name) is not None


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        pytest.param("FINDERS = []", [1], id="a-list"),
        pytest.param("SEEN: set[str] = set()", [1], id="a-set-made-by-a-call"),
        pytest.param("x = 0\ndef f():\n    global x", [3], id="a-global-statement"),
        pytest.param("class C:\n    seen = {}", [2], id="shared-by-all-instances"),
        pytest.param("if True:\n    local = threading.local()", [2], id="inside-a-branch"),
        pytest.param("__all__ = ['a']\nX = frozenset({1})", [], id="constants"),
        pytest.param("X: Mapping[str, int] = {'a': 1}", [], id="a-table-nobody-may-write"),
        pytest.param("X: 'Mapping[str, int]' = {'a': 1}", [], id="the-same-in-quotes"),
        pytest.param("def f():\n    x = []", [], id="a-local-variable"),
    ],
)
def test_the_rule_on_state_notices(code: str, lines: list[int]) -> None:
    assert list(lines_with_state(ast.parse(code))) == lines


def test_every_public_function_and_class_has_a_docstring() -> None:
    definitions = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    bare = []
    for file in FILES:
        tree = tree_of(file)
        if file.stat().st_size and ast.get_docstring(tree) is None:
            bare.append(short(file))
        classes = [n for n in tree.body if isinstance(n, ast.ClassDef) and is_public(n.name)]
        bodies = [tree.body, *(owner.body for owner in classes)]
        public = [
            n
            for body in bodies
            for n in body
            if isinstance(n, definitions) and is_public(n.name) and not is_setter(n)
        ]
        bare += [f"{short(file)}:{n.name}" for n in public if ast.get_docstring(n) is None]

    assert not bare, listed(bare)


def test_no_module_is_named_like_one_of_the_standard_library() -> None:
    taken = [
        short(file)
        for file in [*FILES, *(p for p in SOURCE.rglob("*") if p.is_dir())]
        if file.stem in sys.stdlib_module_names and file.stem not in {"__init__", "__main__"}
    ]

    assert [name for name in taken if name not in NAMES_SHARED_WITH_THE_LIBRARY] == []


def test_library_parts_import_only_the_standard_library_at_module_level() -> None:
    allowed = sys.stdlib_module_names | {"entrepot"}
    found = []
    for file in LIBRARY:
        for statement in statements_at_import(tree_of(file).body):
            names = []
            if isinstance(statement, ast.Import):
                names = [alias.name for alias in statement.names]
            elif isinstance(statement, ast.ImportFrom) and statement.level == 0:
                names = [statement.module or ""]
            found += [
                f"{short(file)}:{statement.lineno}: {name}"
                for name in names
                if name.partition(".")[0] not in allowed
            ]

    assert not found, listed(found)


def test_what_runs_beside_a_program_takes_standard_modules_by_names_of_ours() -> None:
    """Within a function ``import json`` may find a program's ``json.py``: see ``standard.py``."""
    always_there = {*sys.builtin_module_names, "io", "importlib"}
    wrong = [
        f"{short(file)}:{function.name} {name}"
        for file in FILES
        if file.relative_to(SOURCE).parts[0] in BESIDE_A_PROGRAM
        for function in functions_of(tree_of(file))
        for node in ast.walk(function)
        for name in imported_by(node)
        if name.partition(".")[0] in sys.stdlib_module_names - always_there
    ]

    assert not wrong, listed(wrong)


def test_siblings_are_imported_with_one_dot_and_other_packages_absolutely() -> None:
    found = [
        f"{short(file)}:{node.lineno}"
        for file in FILES
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ImportFrom) and node.level > 1
    ]

    assert not found, listed(found)


def tracked_files() -> list[Path]:
    """Return the files that a clone would have."""
    if shutil.which("git") is None:
        pytest.skip("no git on the PATH, as where a Python is reached through a launcher")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_nothing_names_a_registry_or_a_folder_of_one_machine() -> None:
    # Written in pieces, so that this file does not find itself.
    registry = r"(files\.)?py" + r"pi(hosted)?\.org|registry\." + r"npm" + r"js|index-" + r"url"
    folder = r"(?<![\w.~$}])/(root|home/\w+|work|opt)" + r"/\w"
    pattern = re.compile(f"{registry}|{folder}")
    found = []
    for file in tracked_files():
        try:
            lines = file.read_text().splitlines()
        except UnicodeDecodeError:
            continue
        name = file.relative_to(ROOT)
        found += [f"{name}:{n}" for n, line in enumerate(lines, 1) if pattern.search(line)]

    assert not found, listed(found)


#: What stands in the module cache before the first line of a program that is kept live.
BEFORE_A_FIRST_LINE = (
    "entrepot.cli.main",
    "entrepot.cli.keeping",
    "entrepot.engine.takeover",
    "entrepot.running.keeper",
    "entrepot.running.program",
    "entrepot.running.restart",
)


@pytest.mark.process
@pytest.mark.parametrize("modules", ["entrepot", "threading, " + ", ".join(BEFORE_A_FIRST_LINE)])
def test_importing_entrepot_loads_nothing_heavy(modules: str) -> None:
    code = (
        f"import sys; before = set(sys.modules); import {modules}; "
        "print(*sorted(set(sys.modules) - before))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    ).stdout.split()

    assert {"dataclasses", "inspect", "ast", "typing", "re"}.isdisjoint(loaded)
    assert {name.partition(".")[0] for name in loaded} <= sys.stdlib_module_names | {"entrepot"}


def test_at_most_twenty_names_are_public_and_each_of_them_is_there() -> None:
    import entrepot

    public = list(getattr(entrepot, "__all__", []))

    assert len(public) <= MOST_PUBLIC_NAMES
    assert len(set(public)) == len(public)
    assert [name for name in public if not hasattr(entrepot, name)] == []
