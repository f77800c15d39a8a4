"""Remedies that move statements: below or above others, or into a module of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .deferring import short
from .outline import names_bound_by, statements_at_import
from .remedy import Change, Remedy, lines_of
from .statements import first_line

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from .outline import ModuleSource


def statement_at(source: ModuleSource, line: int) -> ast.stmt | None:
    """Return the top-level statement that a line belongs to."""
    for statement in source.tree.body:
        if first_line(statement) <= line <= (statement.end_lineno or 0):
            return statement
    return None


def binding_statements(source: ModuleSource, name: str) -> list[ast.stmt]:
    """Return the top-level statements that bind a name, or that may hold one that does."""
    found = []
    for statement in source.tree.body:
        inner = list(statements_at_import([statement]))
        if any(name in names_bound_by(s) for s in inner):
            found.append(statement)
    return found


def reordered(
    source: ModuleSource, line: int, name: str, binders: list[ast.stmt]
) -> Iterator[Remedy]:
    """Yield remedies that have a name bound before the statement at a line is executed.

    Args:
        source: The module that does not have the name yet.
        line: The line that it is executing.
        name: The name.
        binders: The top-level statements that bind it.
    """
    statement = statement_at(source, line)
    later = [b for b in binders if statement is not None and b.lineno > statement.lineno]
    if statement is None or not later or not _stand_alone(source, statement, *later):
        return
    file, first = short(source.file), first_line(statement)
    below, end = later[-1], source.tree.body[-1]
    says = f"move {file}:{first} below line {below.end_lineno}, where {name!r} is bound"
    yield Remedy("reorder", says, _moved(source, statement, (below.end_lineno or 0) + 1), 4)
    if len(later) == 1:
        line = first_line(later[0])
        says = f"move {file}:{line}, which binds {name!r}, above line {first}"
        yield Remedy("reorder", says, _moved(source, later[0], first), 4.5)
    if end is not below and _stand_alone(source, end):
        says = f"move {file}:{first} to the end of the file, when {name!r} is bound"
        yield Remedy("reorder", says, _moved(source, statement, (end.end_lineno or 0) + 1), 5)


def _stand_alone(source: ModuleSource, *statements: ast.stmt) -> bool:
    """Tell whether statements have their lines for themselves."""
    for statement in statements:
        first, last = first_line(statement), statement.end_lineno or 0
        for other in source.tree.body:
            if other is statement:
                continue
            if first_line(other) <= last and (other.end_lineno or 0) >= first:
                return False
        text = "".join(lines_of(source.text.source)[first - 1 : last])
        if text.rstrip().endswith(";"):
            return False
    return True


def _moved(source: ModuleSource, statement: ast.stmt, to: int) -> list[Change]:
    lines = lines_of(source.text.source)
    first, last = first_line(statement), statement.end_lineno or 0
    old = "".join(lines[first - 1 : last])
    new = old if old.endswith("\n") else old + "\n"
    return [
        Change(source.file, first, last, old, ""),
        Change(source.file, to, to - 1, "", new),
    ]
