"""The remedy that moves a definition, with what it needs, into a module that both sides import."""

from __future__ import annotations

import ast
import posixpath
from typing import TYPE_CHECKING

from .deferring import Statement, short
from .moving import binding_statements, statement_at
from .nodes import chain_of
from .outline import names_bound_by, statements_at_import
from .redirecting import as_written
from .remedy import Change, Remedy, lines_of
from .statements import FUNCTIONS, first_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .outline import ModuleSource
    from .rehearsal import Provider


#: What the smallest of these remedies costs, less than one for each definition that moves.
CHEAPEST_MOVE = 8


def extracted(
    provider: Provider, owner: ModuleSource, importer: ModuleSource, taken: Taken
) -> Iterator[tuple[Remedy, str, str]]:
    """Yield the remedy with the name and the file of the module that it makes.

    Args:
        provider: Gives the other modules.
        owner: The module that defines the names.
        importer: The module that needs them.
        taken: The names, and where.
    """
    moved = moved_out(provider, owner, taken.names, is_relative=bool(owner.package))
    if moved is None:
        return
    at_importer = _at_importer(importer, moved.module, taken)
    if at_importer is None:
        return
    listed = " and ".join(map(repr, taken.names))
    says = f"move {listed} from {short(owner.file)} to {short(moved.file)}, which both import"
    cost = CHEAPEST_MOVE + len(moved.names)
    yield Remedy("move", says, moved.changes + at_importer, cost), moved.module, moved.file


class Moved:
    """Definitions moved out of a module into one that is new.

    Attributes:
        module: The new module's name.
        file: Its file.
        names: What it defines.
        changes: The new file, and what changes in the module that had them.
    """

    __slots__ = ("changes", "file", "module", "names")

    def __init__(self, module: str, file: str, names: list[str], changes: list[Change]) -> None:
        self.module = module
        self.file = file
        self.names = names
        self.changes = changes


def moved_out(
    provider: Provider, owner: ModuleSource, names: list[str], *, is_relative: bool
) -> Moved | None:
    """Return definitions, with all that they need, moved into a module of their own.

    Args:
        provider: Gives the other modules.
        owner: The module that defines the names.
        names: The names.
        is_relative: Whether the owner can import the new module by a relative name.

    Returns:
        None if some of it must stay.
    """
    statements = _closure(owner, names)
    definitions = [s for s in statements or () if not _is_import(s)]
    if not definitions or statements is None:
        return None
    module, file = _new_module(provider, owner, names[0])
    bound = [names_bound_by(s)[0] for s in definitions]
    import_line = (
        f"from {as_written(module, owner, is_relative=is_relative)} import {', '.join(bound)}\n"
    )
    changes = [Change(file, 1, 0, "", _text_of_new(owner, statements))]
    changes += _taken_out(owner, definitions, import_line)
    return Moved(module, file, bound, changes)


class Taken:
    """Names that one module takes from another, and how.

    Attributes:
        names: The names.
        kind: ``"import"`` for a from-import; ``"attribute"`` or ``"name"`` as for `Missing`.
        line: The line in the importer.
    """

    __slots__ = ("kind", "line", "names")

    def __init__(self, names: list[str], kind: str, line: int) -> None:
        self.names = names
        self.kind = kind
        self.line = line


def _closure(owner: ModuleSource, names: list[str]) -> list[ast.stmt] | None:
    """Return the statements that define names and all that these need; None if they must stay."""
    waiting: list[str] = list(names)
    found: list[ast.stmt] = []
    while waiting:
        binders = binding_statements(owner, waiting.pop())
        if len(binders) != 1 or binders[0] in found:
            if len(binders) != 1:
                return None
            continue
        statement = binders[0]
        if not _can_move(owner, statement):
            return None
        found.append(statement)
        if not _is_import(statement):
            waiting += [n for n in _names_read(statement) if n in owner.outline.lines_by_name]
    return sorted(found, key=lambda s: s.lineno)


def _can_move(owner: ModuleSource, statement: ast.stmt) -> bool:
    if _is_import(statement):
        return True
    if not isinstance(statement, (*FUNCTIONS, ast.ClassDef, ast.Assign, ast.AnnAssign)):
        return False
    if len(names_bound_by(statement)) != 1 or len(list(statements_at_import([statement]))) != 1:
        return False
    return names_bound_by(statement)[0] not in owner.outline.declared_global


def _is_import(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Import | ast.ImportFrom)


def _names_read(statement: ast.stmt) -> set[str]:
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def _new_module(provider: Provider, owner: ModuleSource, name: str) -> tuple[str, str]:
    """Return the name and the file of a module that is not there yet, beside its owner."""
    folder = posixpath.dirname(owner.file)
    stem = posixpath.basename(owner.file).removesuffix(".py")
    tail = name.lower().strip("_") if owner.is_package else f"{stem}_{name.lower().strip('_')}"
    prefix = f"{owner.package}." if owner.package else ""
    while provider(prefix + tail) is not None:
        tail += "_"
    return prefix + tail, posixpath.join(folder, f"{tail}.py")


def _text_of_new(owner: ModuleSource, statements: list[ast.stmt]) -> str:
    lines = lines_of(owner.text.source)
    future = [
        f"from __future__ import {', '.join(alias.name for alias in node.names)}\n\n"
        for node in owner.tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
    parts: list[str] = []
    for statement in statements:
        text = "".join(lines[first_line(statement) - 1 : statement.end_lineno])
        gap = "\n\n" if isinstance(statement, (*FUNCTIONS, ast.ClassDef)) and parts else ""
        parts.append(gap + text.rstrip("\n") + "\n")
    return "".join(future + parts)


def _taken_out(
    owner: ModuleSource, statements: list[ast.stmt], import_line: str
) -> Iterator[Change]:
    lines = lines_of(owner.text.source)
    for position, statement in enumerate(statements):
        first, last = first_line(statement), statement.end_lineno or 0
        old = "".join(lines[first - 1 : last])
        yield Change(owner.file, first, last, old, "" if position else import_line)


def _at_importer(importer: ModuleSource, module: str, taken: Taken) -> list[Change] | None:
    """Return the changes that have the importer take the names from the new module."""
    origin = as_written(module, importer, is_relative=bool(importer.package))
    for node in ast.walk(importer.tree):
        if (
            isinstance(node, ast.ImportFrom)
            and node.lineno == taken.line
            and taken.kind == "import"
        ):
            aliases = [alias for alias in node.names if alias.name in taken.names]
            statement = Statement(importer, node)
            if not aliases or not statement.is_alone:
                return None
            stated = ", ".join(a.name + (f" as {a.asname}" if a.asname else "") for a in aliases)
            more = f"{statement.indent}from {origin} import {stated}\n"
            return [statement.replaced([a for a in node.names if a not in aliases], more)]
    return _in_place_of_attribute(importer, origin, taken)


def _in_place_of_attribute(
    importer: ModuleSource, origin: str, taken: Taken
) -> list[Change] | None:
    name = taken.names[0]
    statement = statement_at(importer, taken.line)
    if statement is None or name in importer.outline.lines_by_name:
        return None
    first, last = first_line(statement), statement.end_lineno or 0
    lines = lines_of(importer.text.source)[first - 1 : last]
    old = "".join(lines)
    if taken.kind == "attribute":
        places = [
            node
            for node in ast.walk(statement)
            if isinstance(node, ast.Attribute)
            and node.attr == name
            and chain_of(node)
            and node.lineno == node.end_lineno
        ]
        for node in sorted(places, key=lambda n: n.col_offset, reverse=True):
            line = lines[node.lineno - first].encode()
            line = line[: node.col_offset] + name.encode() + line[node.end_col_offset or 0 :]
            lines[node.lineno - first] = line.decode()
    new = f"from {origin} import {name}\n" + "".join(lines)
    return [Change(importer.file, first, last, old, new)]
