"""What a cell does to the names of the notebook: read from its text, never run.

A name of the notebook is *taken* from a module when the last statement that binds it is a
from-import (or a star import); any other binding makes it the notebook's own.
"""

from __future__ import annotations

import ast
import shlex
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Where a name comes from: the module and the name in it; ``None`` for the notebook's own.
Origin: TypeAlias = "tuple[str, str] | None"

#: Magics whose cell, or whose line, is Python that runs in the notebook.
PYTHON_MAGICS = frozenset(
    {"time", "timeit", "capture", "prun", "debug", "memit", "mprun", "lprun"}
)


class Reading:
    """What one cell binds.

    Attributes:
        bindings: The names that it binds in the order in which it does, and where each comes
            from: ``[("LIMIT", ("shop.config", "LIMIT")), ("total", None)]``. A star import is
            ``("*", ("shop.config", "*"))``.
        scripts: The files that it runs with ``%run``.
    """

    __slots__ = ("bindings", "scripts")

    def __init__(self) -> None:
        self.bindings: list[tuple[str, Origin]] = []
        self.scripts: list[str] = []


def read_cell(source: str) -> Reading:
    """Return what a cell binds; nothing when its text is no Python.

    Args:
        source: The cell as IPython runs it: magics are calls of ``get_ipython()``.

    Example:
        >>> reading = read_cell("from shop import LIMIT as top, f; f = 2")
        >>> reading.bindings
        [('top', ('shop', 'LIMIT')), ('f', ('shop', 'f')), ('f', None)]
    """
    reading = Reading()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return reading
    _read(tree.body, reading)
    return reading


def _read(statements: Iterable[ast.stmt], reading: Reading) -> None:
    for node in _outside_functions(statements):
        if isinstance(node, ast.ImportFrom):
            _read_import_from(node, reading)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                _bind(reading, alias.asname or alias.name.partition(".")[0])
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            _bind(reading, node.name)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            _bind(reading, node.id)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            _bind(reading, node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            _bind(reading, node.rest)
        elif isinstance(node, ast.Call):
            _read_magic(node, reading)


def _bind(reading: Reading, name: str, origin: Origin = None) -> None:
    reading.bindings.append((name, origin))


def _read_import_from(node: ast.ImportFrom, reading: Reading) -> None:
    if node.level or not node.module:
        return
    for alias in node.names:
        _bind(reading, alias.asname or alias.name, (node.module, alias.name))


def _outside_functions(statements: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the nodes in the order of the text, leaving out what has a scope of its own."""
    for node in statements:
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from _outside_functions(node.decorator_list)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            yield from (n.target for n in ast.walk(node) if isinstance(n, ast.NamedExpr))
        elif not isinstance(node, ast.Lambda):
            yield from _outside_functions(_by_time(node))


def _by_time(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a node: of an assignment the value first, as it runs."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        if node.value is not None:
            yield node.value
        yield from (part for part in ast.iter_child_nodes(node) if part is not node.value)
    else:
        yield from ast.iter_child_nodes(node)


def _read_magic(node: ast.Call, reading: Reading) -> None:
    """Look into the magics whose text runs in the notebook."""
    called = node.func
    if not isinstance(called, ast.Attribute) or called.attr not in {
        "run_line_magic",
        "run_cell_magic",
    }:
        return
    words = [
        a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
    ]
    if len(words) != len(node.args) or len(words) < 2:
        return
    if words[0] == "run":
        reading.scripts.extend(_script_of(words[1]))
    elif words[0] in PYTHON_MAGICS:
        inner = read_cell(words[-1])
        reading.bindings.extend(inner.bindings)


def _script_of(line: str) -> list[str]:
    """Return the file that the words after ``%run`` name.

    Example:
        >>> _script_of("-i 'my script.py' --fast")
        ['my script.py']
    """
    try:
        words = shlex.split(line)
    except ValueError:
        return []
    while words and words[0].startswith("-"):
        flag = words.pop(0)
        if flag == "-m":
            return []  # a module: its import is recorded like any other
        if flag in {"-l", "-b", "-N"} and words:
            words.pop(0)
    return words[:1]
