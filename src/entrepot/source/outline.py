"""What a module binds at its top level, and where: enough to say where a name would come from."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .imports import when_of_branches
from .nodes import bound_names, local_names
from .statements import FUNCTIONS
from .usage import uses_by_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .statements import FunctionNode
    from .text import Text
    from .usage import Use

_DYNAMIC_CALLS = frozenset({"globals", "exec", "eval", "vars", "setattr"})


class ModuleSource:
    """One module's text, under the name that it is imported by.

    Attributes:
        name: Such as ``"shop.cart"``.
        text: Its text.
        is_package: Whether its file is an ``__init__``.
        package: The package that its relative imports start from, ``""`` for none; for a program
            that is run by ``-m``, that of its file.
    """

    def __init__(
        self, name: str, text: Text, *, is_package: bool, package: str | None = None
    ) -> None:
        self.name = name
        self.text = text
        self.is_package = is_package
        own = name if is_package else name.rpartition(".")[0]
        self.package = own if package is None else package
        self._tree: ast.Module | None = None
        self._outline: Outline | None = None
        self._uses_by_name: dict[str, list[Use]] | None = None

    @property
    def file(self) -> str:
        """Its file's absolute name."""
        return self.text.file

    def with_text(self, text: Text) -> ModuleSource:
        """Return the same module with another text."""
        return ModuleSource(self.name, text, is_package=self.is_package, package=self.package)

    @property
    def tree(self) -> ast.Module:
        """Its syntax tree.

        Raises:
            SyntaxError: It has none.
            ValueError: It holds null bytes (before Python 3.12).
        """
        if self._tree is None:
            self._tree = ast.parse(self.text.source, self.file)
        return self._tree

    @property
    def outline(self) -> Outline:
        """What it binds."""
        if self._outline is None:
            self._outline = Outline(self.tree)
        return self._outline

    @property
    def uses_by_name(self) -> dict[str, list[Use]]:
        """Where its code uses each global name."""
        if self._uses_by_name is None:
            self._uses_by_name = uses_by_name(self.tree)
        return self._uses_by_name

    def __repr__(self) -> str:
        return f"ModuleSource({self.name!r}, {self.file!r})"


class Outline:
    r"""What a module binds at its top level.

    Attributes:
        lines_by_name: The first lines of the statements that bind a name, such as
            ``{"RATE": [3, 9]}``.
        stars: Its star imports, such as ``[("shop.cart", 0, 2)]``: module, level, line.
        has_getattr: Whether it answers for other names by a ``__getattr__``.
        is_dynamic: Whether it may bind names that no statement shows (``globals()``, ``exec``).
        public: The names of a literal ``__all__``, None if there is none.
        imports: The import statements, those of functions too.
        declared_global: Names that functions declare to be global, and may bind.
        keeps_annotations: Whether a future statement keeps annotations from being executed.

    Example:
        >>> outline = Outline(ast.parse("from a import *\nN, M = 1, 2\ndef f(): x = 1"))
        >>> outline.lines_by_name, outline.stars
        ({'N': [2], 'M': [2], 'f': [3]}, [('a', 0, 1)])
    """

    def __init__(self, tree: ast.Module) -> None:
        self.lines_by_name: dict[str, list[int]] = {}
        self.stars: list[tuple[str, int, int]] = []
        self.public: list[str] | None = None
        for statement in statements_at_import(tree.body):
            for name in names_bound_by(statement):
                self.lines_by_name.setdefault(name, []).append(statement.lineno)
            if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
                self.stars.append((statement.module or "", statement.level, statement.lineno))
            if "__all__" in names_bound_by(statement):
                self.public = _names_in(getattr(statement, "value", None))
        self.has_getattr = "__getattr__" in self.lines_by_name
        self.is_dynamic = False
        self.declared_global: set[str] = set()
        self.imports: list[ast.Import | ast.ImportFrom] = []
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self.imports.append(node)
            elif isinstance(node, ast.Global):
                self.declared_global.update(node.names)
            self.is_dynamic = self.is_dynamic or _is_dynamic(node)
        self.keeps_annotations = any(
            isinstance(node, ast.ImportFrom)
            and node.module == "__future__"
            and any(alias.name == "annotations" for alias in node.names)
            for node in tree.body
        )
        self._locals_by_node: dict[FunctionNode, frozenset[str]] = {}

    def locals_in(self, node: FunctionNode) -> frozenset[str]:
        """Return the local names of one of the module's functions; they are found once."""
        names = self._locals_by_node.get(node)
        if names is None:
            names = self._locals_by_node[node] = local_names(node)
        return names


def statements_at_import(body: Sequence[ast.AST]) -> Iterator[ast.stmt]:
    """Yield the statements that importing a module may execute, those of class bodies left out."""
    for node in body:
        if isinstance(node, ast.stmt):
            yield node
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            continue
        fields = ["body", "orelse", "finalbody", "handlers", "cases"]
        if isinstance(node, ast.If):
            inside, after = when_of_branches(node.test, "import")
            fields = ["body"] * (inside != "typing") + ["orelse"] * (after != "typing")
        for field in fields:
            yield from statements_at_import(getattr(node, field, ()) or ())


def names_bound_by(statement: ast.stmt) -> list[str]:
    """Return the names that a statement binds itself, not those of statements inside of it.

    Example:
        >>> [names_bound_by(s) for s in ast.parse("import a.b, c as d; x = y = 1").body]
        [['a', 'd'], ['x', 'y']]
    """
    names: list[str] = []
    if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        names.append(statement.name)
    elif isinstance(statement, ast.Import):
        names += [alias.asname or alias.name.partition(".")[0] for alias in statement.names]
    elif isinstance(statement, ast.ImportFrom):
        names += [a.asname or a.name for a in statement.names if a.name != "*"]
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            names += bound_names(target)
    elif isinstance(statement, ast.AnnAssign):
        names += bound_names(statement.target) if statement.value is not None else []
    elif isinstance(statement, ast.AugAssign | ast.For | ast.AsyncFor):
        names += bound_names(statement.target)
    elif isinstance(statement, ast.With | ast.AsyncWith):
        for item in statement.items:
            names += bound_names(item.optional_vars) if item.optional_vars else []
    elif type(statement).__name__ == "TypeAlias":
        names += bound_names(statement.name)  # type: ignore[attr-defined]
    if not isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        names += _walrus_names(statement)
    return names


def _walrus_names(statement: ast.stmt) -> Iterator[str]:
    for field in ("value", "test", "iter", "subject"):
        part = getattr(statement, field, None)
        for node in ast.walk(part) if isinstance(part, ast.AST) else ():
            if isinstance(node, ast.NamedExpr):
                yield node.target.id


def _names_in(value: ast.expr | None) -> list[str] | None:
    if not isinstance(value, ast.List | ast.Tuple):
        return None
    names = [item.value for item in value.elts if isinstance(item, ast.Constant)]
    return [n for n in names if isinstance(n, str)] if len(names) == len(value.elts) else None


def _is_dynamic(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in _DYNAMIC_CALLS
    return isinstance(node, ast.Attribute) and node.attr == "modules"
