"""What executing a statement computes, without what only calling it would run.

The bodies of functions are left out of it, and so is where the statement stands.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .statements import Statement

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_BLANKED = frozenset({"body"})


def signature_of(node: ast.AST) -> str:
    """Return what a statement computes as text, the bodies of its functions left out.

    Example:
        >>> signature_of(ast.parse("x = 1").body[0])
        "Assign(targets=[Name(id='x', ctx=Store())], value=Constant(value=1))"
    """
    out: list[str] = []
    _write(node, out)
    return "".join(out)


def _write(node: object, out: list[str], *, without: frozenset[str] = frozenset()) -> None:
    """Write the dump of a node; a function's body, and a lambda's, are left out."""
    if isinstance(node, ast.AST):
        blank = _BLANKED if isinstance(node, _FUNCTIONS) else without
        out.append(type(node).__name__)
        out.append("(")
        separator = ""
        for field in node._fields:
            value = getattr(node, field, None)
            if value is None or value == [] or field in blank:
                continue
            out.append(f"{separator}{field}=")
            _write(value, out)
            separator = ", "
        out.append(")")
    elif isinstance(node, list):
        out.append("[")
        for position, item in enumerate(node):
            if position:
                out.append(", ")
            _write(item, out)
        out.append("]")
    else:
        out.append(repr(node))


def same_signature(old: Statement, new: Statement) -> bool:
    r"""Return whether executing two statements computes the same.

    Members of a class that have the same lines are not looked into: a class may be long.

    Example:
        >>> from .statements import split
        >>> from .text import Text
        >>> sources = ("class C:\n  A = 1", "\nclass C:\n  A = 1", "class C:\n  A = 2")
        >>> one, moved, other = (split(Text("m", s.encode()))[0] for s in sources)
        >>> same_signature(one, moved), same_signature(one, other)
        (True, False)
    """
    before, after = old.node, new.node
    if not (isinstance(before, ast.ClassDef) and isinstance(after, ast.ClassDef)):
        return old.signature == new.signature
    if len(before.body) != len(after.body) or _head(before) != _head(after):
        return False
    olds, news = _Lines(old), _Lines(new)
    return all(
        olds.of(one) == news.of(other) or signature_of(one) == signature_of(other)
        for one, other in zip(before.body, after.body, strict=True)
    )


def _head(node: ast.ClassDef) -> str:
    out: list[str] = []
    _write(node, out, without=_BLANKED)
    return "".join(out)


class _Lines:
    """The lines of a statement."""

    def __init__(self, statement: Statement) -> None:
        self._lines = statement.text.split("\n")
        self._first = statement.first - statement.shift

    def of(self, node: ast.stmt) -> tuple[Sequence[str], int]:
        """Return the lines of a part, and in which column it begins."""
        decorators: list[ast.expr] = getattr(node, "decorator_list", [])
        first = decorators[0].lineno if decorators else node.lineno
        last = node.end_lineno or first
        return self._lines[first - self._first : last - self._first + 1], node.col_offset
