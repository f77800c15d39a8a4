"""Where a module uses its global names: while it is imported, in functions, or in annotations."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .nodes import local_names
from .statements import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .statements import FunctionNode

_PLAIN_DECORATORS = frozenset({"dataclass"})


class Use:
    """One place where a global name is used.

    Attributes:
        kind: ``"import"`` (executed while the module is imported), ``"function"`` (in the body of
            ``function``), ``"lambda"``, ``"annotation"`` (not executed if annotations are put
            off), ``"field"`` (the same, but a class may look at it), ``"text"`` (inside a quoted
            annotation) or ``"rebound"`` (assigned in a function).
        node: The name in the syntax tree; for ``"text"`` the constant.
        function: The outermost function around it, if any.
    """

    __slots__ = ("function", "kind", "node")

    def __init__(self, kind: str, node: ast.expr, function: FunctionNode | None) -> None:
        self.kind = kind
        self.node = node
        self.function = function


def uses_by_name(tree: ast.Module) -> dict[str, list[Use]]:
    r"""Return where a module's code uses each global name.

    Example:
        >>> uses = uses_by_name(ast.parse("class C(A): pass\ndef f(x: B): return A"))
        >>> [use.kind for use in uses["A"]], [use.kind for use in uses["B"]]
        (['import', 'function'], ['annotation'])
    """
    finder = _Finder()
    finder.statements(tree.body)
    return finder.uses


class _Finder:
    def __init__(self) -> None:
        self.uses: dict[str, list[Use]] = {}
        self.function: FunctionNode | None = None
        self.kind = "import"
        self.local: list[frozenset[str]] = []
        self.field_kind = "annotation"

    def statements(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, FUNCTIONS):
            self._definition(node)
        elif isinstance(node, ast.Lambda):
            self.statements(d for d in (*node.args.defaults, *node.args.kw_defaults) if d)
            kind = "lambda" if self.kind == "import" else self.kind
            arguments = [
                argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)
            ]
            self._inside(kind, self.function, arguments, [node.body])
        elif isinstance(node, ast.ClassDef):
            self._class(node)
        elif isinstance(node, ast.AnnAssign):
            self._annotation(node.annotation, self.field_kind)
            self.statements(part for part in (node.target, node.value) if part is not None)
        elif isinstance(node, ast.Name):
            self._name(node)
        elif isinstance(node, ast.Global) and self.function is not None:
            for name in node.names:
                self._add(name, "rebound", ast.Name(name))
        else:
            self.statements(ast.iter_child_nodes(node))

    def _definition(self, node: FunctionNode) -> None:
        self.statements(node.decorator_list)
        self.statements(d for d in (*node.args.defaults, *node.args.kw_defaults) if d)
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg) and argument.annotation is not None:
                self._annotation(argument.annotation, "annotation")
        if node.returns is not None:
            self._annotation(node.returns, "annotation")
        local = local_names(node)
        self._inside("function", self.function or node, local, node.body)

    def _inside(
        self,
        kind: str,
        function: FunctionNode | None,
        local: Iterable[str],
        body: Iterable[ast.AST],
    ) -> None:
        before = self.kind, self.function, self.field_kind
        self.kind, self.function = kind, function
        self.local.append(frozenset(local))
        self.statements(body)
        self.local.pop()
        self.kind, self.function, self.field_kind = before

    def _class(self, node: ast.ClassDef) -> None:
        self.statements((*node.decorator_list, *node.bases, *node.keywords))
        before = self.field_kind
        plain = {ast.unparse(d).partition("(")[0].rpartition(".")[2] for d in node.decorator_list}
        is_plain = plain <= _PLAIN_DECORATORS and not node.bases and not node.keywords
        self.field_kind = "annotation" if is_plain else "field"
        self.statements(node.body)
        self.field_kind = before

    def _annotation(self, node: ast.expr, kind: str) -> None:
        for child in ast.walk(node):
            if isinstance(child, ast.Constant) and isinstance(child.value, str):
                self._quoted(child, child.value)
        before = self.kind
        self.kind = kind if self.kind == "import" else self.kind
        self.visit(node)
        self.kind = before

    def _quoted(self, node: ast.Constant, text: str) -> None:
        try:
            inner = ast.parse(text, mode="eval")
        except (SyntaxError, ValueError):
            return
        for child in ast.walk(inner):
            if isinstance(child, ast.Name):
                self._add(child.id, "text", node)

    def _name(self, node: ast.Name) -> None:
        if any(node.id in names for names in self.local):
            return
        if isinstance(node.ctx, ast.Load):
            self._add(node.id, self.kind, node)

    def _add(self, name: str, kind: str, node: ast.expr) -> None:
        self.uses.setdefault(name, []).append(Use(kind, node, self.function))
