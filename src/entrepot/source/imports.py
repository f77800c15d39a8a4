"""The imports that a text states, and when each of them happens.

*When* is one of:

    "import"     when the module is imported: at the top, in a class body, in an ``if`` or ``try``
    "function"   when a function is called
    "typing"     never: only a type checker reads it (``if TYPE_CHECKING:``)
    "lazy"       when the name is first used (``lazy import``, PEP 810)
    "main"       only when the file is run as a program (``if __name__ == "__main__":``)
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
#: The fields of other statements that hold statements.
_BODIES_BY_KIND: Mapping[type, Sequence[str]] = {
    ast.ClassDef: ("body",),
    ast.With: ("body",),
    ast.AsyncWith: ("body",),
    ast.For: ("body", "orelse"),
    ast.AsyncFor: ("body", "orelse"),
    ast.While: ("body", "orelse"),
    ast.Match: ("cases",),
    ast.match_case: ("body",),
    ast.ExceptHandler: ("body",),
}


class ImportFact:
    """One name that one import statement brings in.

    Attributes:
        module: What stands after ``import`` or ``from``, without dots: ``"shop.cart"``.
        level: The number of dots before it.
        name: What stands after ``from ... import``, ``"*"`` included; None for ``import ...``.
        asname: The name that it is bound to by ``as``, if any.
        line: The first line of the statement.
        end_line: Its last line.
        when: When it happens; see the top of this file.
        is_guarded: Whether it stands in a ``try`` that goes on without it.
    """

    __slots__ = ("asname", "end_line", "is_guarded", "level", "line", "module", "name", "when")

    def __init__(
        self,
        module: str,
        level: int,
        name: str | None,
        asname: str | None,
        lines: tuple[int, int],
        when: str,
        *,
        is_guarded: bool = False,
    ) -> None:
        self.module = module
        self.level = level
        self.name = name
        self.asname = asname
        self.line, self.end_line = lines
        self.when = when
        self.is_guarded = is_guarded

    def fields(self) -> tuple[object, ...]:
        """Return everything that is known, for comparing."""
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ImportFact) and self.fields() == other.fields()

    def __hash__(self) -> int:
        return hash(self.fields())

    def __repr__(self) -> str:
        return f"ImportFact({self.text()!r}, line {self.line}, {self.when!r})"

    def text(self) -> str:
        """Return the statement that states this import and no other."""
        origin = "." * self.level + self.module
        suffix = f" as {self.asname}" if self.asname else ""
        if self.name is None:
            return f"import {origin}{suffix}"
        return f"from {origin} import {self.name}{suffix}"


def imports_of(tree: ast.Module) -> list[ImportFact]:
    r"""Return the imports that a module's text states, in the order of the text.

    Example:
        >>> text = "import a.b\nif TYPE_CHECKING:\n    from . import c\ndef f():\n    import d"
        >>> imports_of(ast.parse(text))  # doctest: +NORMALIZE_WHITESPACE
        [ImportFact('import a.b', line 1, 'import'),
         ImportFact('from . import c', line 3, 'typing'),
         ImportFact('import d', line 5, 'function')]
    """
    return list(_imports_in(tree.body, "import", is_guarded=False))


def imports_at_import(body: Sequence[ast.AST]) -> list[ImportFact]:
    r"""Return the imports that happen when some statements of a module are executed.

    Example:
        >>> text = "import a.b\nif TYPE_CHECKING:\n    from . import c\ndef f():\n    import d"
        >>> imports_at_import(ast.parse(text).body)
        [ImportFact('import a.b', line 1, 'import')]
    """
    found = _imports_in(body, "import", is_guarded=False, with_functions=False)
    return [fact for fact in found if fact.when == "import"]


def facts_of_statement(
    node: ast.Import | ast.ImportFrom, when: str, *, is_guarded: bool
) -> Iterator[ImportFact]:
    """Yield a fact for each name that one statement brings in."""
    if when == "import" and getattr(node, "is_lazy", False):
        when = "lazy"
    lines = node.lineno, node.end_lineno or node.lineno
    for alias in node.names:
        if isinstance(node, ast.Import):
            module, level, name = alias.name, 0, None
        else:
            module, level, name = node.module or "", node.level, alias.name
        yield ImportFact(module, level, name, alias.asname, lines, when, is_guarded=is_guarded)


def _imports_in(
    body: Sequence[ast.AST], when: str, *, is_guarded: bool, with_functions: bool = True
) -> Iterator[ImportFact]:
    def below(body: Sequence[ast.AST], when: str, *, guards: bool) -> Iterator[ImportFact]:
        return _imports_in(body, when, is_guarded=guards, with_functions=with_functions)

    for node in body:
        kind = type(node)
        if isinstance(node, _FUNCTIONS):
            if with_functions:
                inner = "function" if when in ("import", "main") else when
                yield from below(node.body, inner, guards=is_guarded)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from facts_of_statement(node, when, is_guarded=is_guarded)
        elif isinstance(node, ast.If):
            inside, after = when_of_branches(node.test, when)
            yield from below(node.body, inside, guards=is_guarded)
            yield from below(node.orelse, after, guards=is_guarded)
        elif isinstance(node, ast.Try | ast.TryStar):
            guards = is_guarded or any(catches_import_error(h) for h in node.handlers)
            yield from below(node.body, when, guards=guards)
            for part in (node.handlers, node.orelse, node.finalbody):
                yield from below(part, when, guards=is_guarded)
        elif isinstance(node, ast.With) and any(map(_suppresses, node.items)):
            yield from below(node.body, when, guards=True)
        elif kind in _BODIES_BY_KIND:
            for field in _BODIES_BY_KIND[kind]:
                yield from below(getattr(node, field), when, guards=is_guarded)


def when_of_branches(test: ast.expr, when: str) -> tuple[str, str]:
    """Return when the two branches of an ``if`` happen, which itself happens at ``when``."""
    if when not in ("import", "function"):
        return when, when
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inside, after = when_of_branches(test.operand, when)
        return after, inside
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        found = (when_of_branches(value, when)[0] for value in test.values)
        return next((inside for inside in found if inside != when), when), when
    if is_type_checking(test):
        return "typing", when
    if is_main_check(test) and when == "import":
        return "main", when
    return when, when


def is_type_checking(test: ast.expr) -> bool:
    """Tell whether a condition is ``TYPE_CHECKING``: true for type checkers only."""
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", None)
    return name == "TYPE_CHECKING"


def is_main_check(test: ast.expr) -> bool:
    """Tell whether a condition is ``__name__ == "__main__"``."""
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1):
        return False
    if not isinstance(test.ops[0], ast.Eq):
        return False
    sides = [test.left, test.comparators[0]]
    names = {side.id for side in sides if isinstance(side, ast.Name)}
    values = {side.value for side in sides if isinstance(side, ast.Constant)}
    return names == {"__name__"} and values == {"__main__"}


def catches_import_error(handler: ast.ExceptHandler) -> bool:
    """Tell whether an ``except`` clause goes on without what could not be imported."""
    return catches(handler, ("ImportError", "ModuleNotFoundError"))


def _suppresses(item: ast.withitem) -> bool:
    """Tell whether ``with`` goes on without an import: ``with suppress(ImportError):``."""
    call = item.context_expr
    if not isinstance(call, ast.Call):
        return False
    if getattr(call.func, "attr", getattr(call.func, "id", "")) != "suppress":
        return False
    kinds = ast.Tuple(elts=call.args, ctx=ast.Load())
    return catches_import_error(ast.ExceptHandler(type=kinds, name=None, body=[]))


def catches(handler: ast.ExceptHandler, kinds: tuple[str, ...]) -> bool:
    """Tell whether an ``except`` clause names one of these kinds, or a kind above all."""
    if handler.type is None:
        return True
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {getattr(node, "attr", getattr(node, "id", "")) for node in types}
    return bool(names & {*kinds, "Exception", "BaseException"})
