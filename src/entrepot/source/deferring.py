"""Remedies that put an import off: to where its names are used, or to where nothing runs.

typing   only annotations use the names: ``if TYPE_CHECKING:``
defer    only functions use them: the import goes into those functions, or the module is
         imported in their place and asked for the name when it is used
lazy     ``lazy import`` (PEP 810)
remove   nothing uses them
"""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from .missing import absolute
from .remedy import Change, Remedy, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .outline import ModuleSource
    from .statements import FunctionNode
    from .usage import Use

_NEEDS_FUTURE = frozenset({"annotation", "field"})
#: Kinds of uses that nobody executes, once annotations are put off.
_NOT_EXECUTED = frozenset({"annotation", "text"})


class Statement:
    """An import statement at the top level of a module, and who uses its names."""

    def __init__(self, source: ModuleSource, node: ast.Import | ast.ImportFrom) -> None:
        self.source = source
        self.node = node
        self.lines = lines_of(source.text.source)
        self.first, self.last = node.lineno, node.end_lineno or node.lineno
        self.indent = " " * node.col_offset
        self.uses_by_alias: dict[ast.alias, list[Use]] = {
            alias: source.uses_by_name.get(bound_name(alias), []) for alias in node.names
        }

    @property
    def where(self) -> str:
        """The file and line, for a sentence."""
        return f"{short(self.source.file)}:{self.first}"

    @property
    def is_alone(self) -> bool:
        """Whether the statement has its lines for itself."""
        first = self.lines[self.first - 1].encode()[: self.node.col_offset]
        last = self.lines[self.last - 1].encode()[self.node.end_col_offset or 0 :]
        rest = last.decode().strip()
        return not first.strip() and (not rest or rest.startswith("#"))

    @property
    def old(self) -> str:
        """Its lines as they are."""
        return "".join(self.lines[self.first - 1 : self.last])

    def stated(self, aliases: Sequence[ast.alias], *, indent: str = "") -> str:
        """Return a statement that imports only these names, as one line."""
        names = ", ".join(a.name + (f" as {a.asname}" if a.asname else "") for a in aliases)
        if isinstance(self.node, ast.Import):
            return f"{indent}import {names}\n"
        origin = "." * self.node.level + (self.node.module or "")
        return f"{indent}from {origin} import {names}\n"

    def kinds(self, alias: ast.alias) -> set[str]:
        """Return the kinds of uses that an imported name has."""
        return {use.kind for use in self.uses_by_alias[alias]}

    def replaced(self, kept: Sequence[ast.alias], more: str = "") -> Change:
        """Return the change that leaves only these names, with more lines after them."""
        new = (self.stated(kept, indent=self.indent) if kept else "") + more
        if not new and self._is_only_statement():
            new = f"{self.indent}pass\n"
        return Change(self.source.file, self.first, self.last, self.old, new)

    def _is_only_statement(self) -> bool:
        for parent in ast.walk(self.source.tree):
            for field in ("body", "orelse", "finalbody"):
                body = getattr(parent, field, None)
                if isinstance(body, list) and self.node in body:
                    return len(body) == 1 and not isinstance(parent, ast.Module)
        return False


def bound_name(alias: ast.alias) -> str:
    """Return the name that an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def short(file: str) -> str:
    """Return a file's name as a sentence shows it: its last part, with the folder of an init."""
    parts = file.split("/")
    return "/".join(parts[-2:]) if parts[-1] == "__init__.py" else parts[-1]


def put_off(source: ModuleSource, node: ast.Import | ast.ImportFrom) -> Iterator[Remedy]:
    """Yield the remedies that put an import off; whether one helps, a rehearsal tells."""
    statement = Statement(source, node)
    if not statement.is_alone or any(alias.name == "*" for alias in node.names):
        return
    exported = set(source.outline.public or ())
    free = [
        alias
        for alias in node.names
        if not statement.kinds(alias) & {"import", "rebound"} and bound_name(alias) not in exported
    ]
    if not free:
        return
    kept = [alias for alias in node.names if alias not in free]
    if all(not statement.kinds(alias) for alias in free):
        # A package's __init__ imports for others, and `import name` may be for what it executes.
        if isinstance(node, ast.ImportFrom) and not source.is_package:
            yield _removed(statement, free, kept)
        return
    makers = (
        _for_type_checkers,
        _into_functions,
        _into_functions_and_for_type_checkers,
        _through_module,
    )
    for remedy in (maker(statement, free, kept) for maker in makers):
        if remedy is not None:
            yield remedy
    if sys.version_info >= (3, 15) and not node.col_offset and not kept:
        yield _lazy(statement, free)


def _quoted(aliases: Sequence[ast.alias]) -> str:
    names = [repr(bound_name(alias)) for alias in aliases]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _removed(statement: Statement, free: list[ast.alias], kept: list[ast.alias]) -> Remedy:
    says = f"nothing in {short(statement.source.file)} uses {_quoted(free)}: take the import out"
    return Remedy("remove", f"{says} ({statement.where})", [statement.replaced(kept)], 6)


def _lazy(statement: Statement, free: list[ast.alias]) -> Remedy:
    says = f"import {_quoted(free)} lazily ({statement.where}), which needs Python 3.15"
    change = Change(
        statement.source.file, statement.first, statement.last, statement.old,
        f"lazy {statement.old}",
    )  # fmt: skip
    return Remedy("lazy", says, [change], 2.5)


def _for_type_checkers(
    statement: Statement, free: list[ast.alias], kept: list[ast.alias]
) -> Remedy | None:
    if any(statement.kinds(alias) - _NOT_EXECUTED for alias in free):
        return None
    changes = _guarded(statement, free, kept)
    if changes is None:
        return None
    says = f"only annotations use {_quoted(free)}: import it for type checkers only"
    return Remedy("typing", f"{says} ({statement.where})", changes, 2)


def _guarded(
    statement: Statement, free: list[ast.alias], kept: list[ast.alias]
) -> list[Change] | None:
    """Return the changes that import names for type checkers only; None for an inner statement."""
    if statement.indent:
        return None
    tree, file = statement.source.tree, statement.source.file
    guarded = "if TYPE_CHECKING:\n" + statement.stated(free, indent="    ")
    changes = []
    if not _imports(tree, "typing", "TYPE_CHECKING"):
        guarded = "from typing import TYPE_CHECKING\n\n" + guarded
    kinds = set().union(*(statement.kinds(alias) for alias in free))
    if kinds & _NEEDS_FUTURE and not _imports(tree, "__future__", "annotations"):
        line = _first_line_for_future(statement.source)
        changes.append(Change(file, line, line - 1, "", "from __future__ import annotations\n"))
    if any(change.line == statement.first for change in changes):
        guarded = changes.pop().new + guarded
    changes.append(statement.replaced(kept, guarded))
    return changes


def _imports(tree: ast.Module, module: str, name: str) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == module
        and any(alias.name == name and alias.asname is None for alias in node.names)
        for node in tree.body
    )


def _first_line_for_future(source: ModuleSource) -> int:
    body = source.tree.body
    if ast.get_docstring(source.tree, clean=False) is not None:
        return body[1].lineno if len(body) > 1 else (body[0].end_lineno or 1) + 1
    return min((d.lineno for d in getattr(body[0], "decorator_list", ())), default=body[0].lineno)


def _into_functions(
    statement: Statement, free: list[ast.alias], kept: list[ast.alias]
) -> Remedy | None:
    allowed = {"function", "text"}
    if any(statement.kinds(alias) - allowed for alias in free):
        return None
    inside = _in_functions(statement, free)
    if inside is None:
        return None
    functions, changes = inside
    says = f"import {_quoted(free)} inside {functions}, not at the top ({statement.where})"
    cost = 1 + len(changes)
    return Remedy("defer", says, [statement.replaced(kept), *changes], cost)


def _into_functions_and_for_type_checkers(
    statement: Statement, free: list[ast.alias], kept: list[ast.alias]
) -> Remedy | None:
    """Put an import off whose names functions use when they run, and annotations never."""
    if any(statement.kinds(alias) - _NOT_EXECUTED - {"function"} for alias in free):
        return None
    typed = [alias for alias in free if statement.kinds(alias) & _NOT_EXECUTED]
    inside = _in_functions(statement, free)
    guarded = _guarded(statement, typed, kept) if typed else None
    if inside is None or guarded is None or not inside[1]:
        return None
    functions, changes = inside
    if {change.line for change in changes} & {change.line for change in guarded}:
        return None
    says = (
        f"import {_quoted(free)} inside {functions}, and for annotations for type checkers only "
        f"({statement.where})"
    )
    return Remedy("defer", says, [*guarded, *changes], 2 + len(changes))


def _in_functions(statement: Statement, free: list[ast.alias]) -> tuple[str, list[Change]] | None:
    """Return the functions that use names, in words, and the changes that import them there."""
    aliases_by_function: dict[FunctionNode, list[ast.alias]] = {}
    for alias in free:
        for use in statement.uses_by_alias[alias]:
            if use.kind == "function" and use.function is not None:
                names = aliases_by_function.setdefault(use.function, [])
                names += [alias] * (alias not in names)
    changes = []
    for function, aliases in aliases_by_function.items():
        change = _at_the_top(statement, function, aliases)
        if change is None:
            return None
        changes.append(change)
    if len({change.line for change in changes} | {statement.first}) <= len(changes):
        return None  # two functions on one line
    return " and ".join(f"{function.name}()" for function in aliases_by_function), changes


def _at_the_top(
    statement: Statement, function: FunctionNode, aliases: list[ast.alias]
) -> Change | None:
    body = function.body
    first = body[1] if len(body) > 1 and _is_docstring(body[0]) else body[0]
    line = min((d.lineno for d in getattr(first, "decorator_list", ())), default=first.lineno)
    file, lines = statement.source.file, statement.lines
    before = lines[line - 1].encode()[: first.col_offset].decode()
    if not before.strip():
        return Change(file, line, line - 1, "", statement.stated(aliases, indent=before))
    if line != function.lineno and line != body[0].lineno:
        return None
    if body[0].lineno != (body[-1].end_lineno or 0) or ";" in before:
        return None
    indent = before[: len(before) - len(before.lstrip())] + "    "
    head = lines[line - 1].encode()[: body[0].col_offset].decode().rstrip()
    rest = lines[line - 1].encode()[body[0].col_offset :].decode()
    new = f"{head}\n{statement.stated(aliases, indent=indent)}{indent}{rest}"
    return Change(file, line, line, lines[line - 1], new)


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _through_module(
    statement: Statement, free: list[ast.alias], kept: list[ast.alias]
) -> Remedy | None:
    """Import the module, and ask it for its names where they are used."""
    node = statement.node
    if isinstance(node, ast.Import) or any("text" in statement.kinds(alias) for alias in free):
        return None
    stated = _module_statement(statement, node)
    if stated is None:
        return None
    text, name = stated
    uses = [(alias, use) for alias in free for use in statement.uses_by_alias[alias]]
    if any(use.kind in _NEEDS_FUTURE for _alias, use in uses) or _is_taken(statement, name):
        return None
    changes = [statement.replaced(kept, statement.indent + text)]
    lines: dict[int, list[tuple[int, int, str]]] = {}
    for alias, use in uses:
        place = use.node.col_offset, use.node.end_col_offset or 0, f"{name}.{alias.name}"
        lines.setdefault(use.node.lineno, []).append(place)
    for line, places in lines.items():
        old = statement.lines[line - 1]
        content = old.encode()
        for start, end, new in sorted(places, reverse=True):
            content = content[:start] + new.encode() + content[end:]
        changes.append(Change(statement.source.file, line, line, old, content.decode()))
    says = f"import the module {name!r}, and ask it for {_quoted(free)} where it is used"
    return Remedy("defer", f"{says} ({statement.where})", changes, 2.5 + len(uses))


def _module_statement(statement: Statement, node: ast.ImportFrom) -> tuple[str, str] | None:
    """Return a statement that imports the module of a from-import, and the name it binds."""
    module = node.module or ""
    dots = "." * node.level
    if node.level and module:
        head, _, name = module.rpartition(".")
        return f"from {dots}{head} import {name}\n", name
    if not node.level:
        head, _, name = module.rpartition(".")
        return (f"from {head} import {name}\n" if head else f"import {name}\n"), name
    package = absolute("", node.level, statement.source.package)
    if package is None or "." in package:
        return None
    return f"import {package}\n", package


def _is_taken(statement: Statement, name: str) -> bool:
    if name in statement.source.outline.lines_by_name:
        return True
    return any(
        isinstance(node, ast.Name | ast.arg)
        and getattr(node, "id", getattr(node, "arg", "")) == name
        for node in ast.walk(statement.source.tree)
    )
