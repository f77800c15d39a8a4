"""The remedy that takes a change of the module cache out of a text, and leaves the rest."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .deferring import short
from .remedy import Change, Remedy, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .text import Text


def taken_out(text: Text, line: int) -> Remedy | None:
    r"""Return the remedy that takes the change of ``sys.modules`` on a line out.

    A statement that only makes the change goes; of one that also binds a name, what binds it
    stays. None where the line has no such statement, or where more than that would be lost.

    Example:
        >>> from .text import Text
        >>> remedy = taken_out(Text("m.py", b"old = sys.modules.pop('a')\n"), 1)
        >>> remedy.changes[0].new
        "old = sys.modules.get('a')\n"
    """
    try:
        tree = ast.parse(text.source)
    except (SyntaxError, ValueError):  # after an edit
        return None
    statement = _innermost(tree, line)
    if statement is None:
        return None
    new = _without_change(statement, text.source)
    if new is None:
        return None
    segment = ast.get_source_segment(text.source, statement) or ""
    says = f"take out {segment.splitlines()[0]!r} ({short(text.file)}:{statement.lineno})"
    if new:
        says = f"write {new.splitlines()[0]!r} ({short(text.file)}:{statement.lineno})"
    return Remedy("remove", says, [_replaced(text, tree, statement, new)], 1)


def lines_that_change(text: Text, name: str) -> tuple[list[int], list[int]]:
    r"""Return the lines that change an entry of ``sys.modules``: sure ones, and possible ones.

    Possible are those that do not say which entry they change.

    Example:
        >>> from .text import Text
        >>> content = b"sys.modules['a'] = 1\ndel sys.modules['b']\ndel sys.modules[name]"
        >>> lines_that_change(Text("m.py", content), "a")
        ([1], [3])
    """
    try:
        tree = ast.parse(text.source)
    except (SyntaxError, ValueError):
        return [], []
    sure, possible = set(), set()
    for part in _changes_in(tree):
        keys = list(_keys_in(part))
        named = [key.value for key in keys if isinstance(key, ast.Constant)]
        if name in named:
            sure.add(getattr(part, "lineno", 0))
        elif len(named) < len(keys) or not keys:
            possible.add(getattr(part, "lineno", 0))
    return sorted(sure), sorted(possible)


def _keys_in(part: ast.AST) -> Iterator[ast.AST]:
    """Yield the expressions that name the entries which a part of a statement changes."""
    if isinstance(part, ast.Subscript):
        yield part.slice
    elif isinstance(part, ast.Call):
        for argument in part.args[:1]:
            yield from (
                filter(None, argument.keys) if isinstance(argument, ast.Dict) else [argument]
            )
        yield from (ast.Constant(keyword.arg) for keyword in part.keywords if keyword.arg)


def _innermost(tree: ast.Module, line: int) -> ast.stmt | None:
    """Return the statement without statements inside that a line belongs to."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt) or hasattr(node, "body") or not _changes_in(node):
            continue
        if node.lineno <= line <= (node.end_lineno or 0):
            return node
    return None


def _changes_in(node: ast.AST) -> list[ast.AST]:
    """Return the parts of a statement that change an entry of the cache."""
    return [
        part
        for part in ast.walk(node)
        if (isinstance(part, ast.Subscript) and not isinstance(part.ctx, ast.Load)
            and _is_cache(part.value)) or _call_that_changes(part)
    ]  # fmt: skip


def _is_cache(node: ast.expr) -> bool:
    """Tell whether an expression looks like the module cache: ``sys.modules``, ``modules``."""
    return ast.unparse(node).rpartition(".")[2] == "modules"


def _call_that_changes(node: ast.AST) -> str:
    """Return the method of the cache that a call changes it by, ``""`` for none."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        changes = node.func.attr in ("pop", "update", "setdefault", "clear", "__setitem__")
        return node.func.attr if changes and _is_cache(node.func.value) else ""
    return ""


def _without_change(statement: ast.stmt, source: str) -> str | None:
    """Return what is left of a statement, ``""`` for nothing; None if it cannot be said."""
    changes = _changes_in(statement)
    if isinstance(statement, ast.Expr) and statement.value in changes:
        return ""
    if isinstance(statement, ast.Delete):
        kept = [t for t in statement.targets if t not in changes]
        return "del " + ", ".join(map(ast.unparse, kept)) if kept else ""
    if isinstance(statement, ast.Assign) and any(t in changes for t in statement.targets):
        targets = [t for t in statement.targets if t not in changes]
        if any(change not in statement.targets for change in changes):
            return None
        value = ast.get_source_segment(source, statement.value) or ""
        return " = ".join([*map(ast.unparse, targets), value]) if targets else ""
    calls = [part for part in changes if _call_that_changes(part) == "pop"]
    if len(changes) == len(calls) == 1 and isinstance(calls[0], ast.Call):
        return _asked_only(statement, calls[0], source)
    return None


def _asked_only(statement: ast.stmt, call: ast.Call, source: str) -> str:
    """Return a statement that gets an entry where it popped it."""
    text = ast.get_source_segment(source, statement) or ""
    called = ast.get_source_segment(source, call.func) or ""
    return text.replace(called, called.removesuffix("pop") + "get", 1)


def _replaced(text: Text, tree: ast.Module, statement: ast.stmt, new: str) -> Change:
    """Return the change that puts a new text in place of a statement, as its lines allow."""
    lines = lines_of(text.source)
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    old = "".join(lines[first - 1 : last])
    before = lines[first - 1].encode()[: statement.col_offset].decode()
    after = lines[last - 1].encode()[statement.end_col_offset or 0 :].decode()
    is_alone = not before.strip() and (not after.strip() or after.lstrip().startswith("#"))
    if new or not is_alone or any(body == [statement] for body in _bodies(tree)):
        return Change(text.file, first, last, old, before + (new or "pass") + after)
    return Change(text.file, first, last, old, "")


def _bodies(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """Yield the bodies of which one statement at least must be left."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody") if not isinstance(node, ast.Module) else ():
            body = getattr(node, field, None)
            if isinstance(body, list):
                yield body
