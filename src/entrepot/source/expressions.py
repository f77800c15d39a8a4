"""What expressions lead to, as far as a rehearsal follows them: a walk below statements."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, Any

from .nodes import bound_names, chain_of
from .statements import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .rehearsal import Acted, Rehearsal

_DEEPEST_CALL = 12
_ANNOTATIONS_ARE_LAZY = sys.version_info >= (3, 14)


class Ended(Exception):
    """A body ends early: ``return``, ``raise``, ``break``."""


class Expressions:
    """Walks expressions in the namespace of one module.

    Attributes:
        line: The line of the statement that is being walked.
        function: The function that is called, ``"<module>"`` for the module's own code.
    """

    def __init__(
        self,
        rehearsal: Rehearsal,
        acted: Acted,
        function: str = "<module>",
        scopes: Sequence[dict[str, Any]] = (),
    ) -> None:
        self.rehearsal = rehearsal
        self.acted = acted
        self.function = function
        self.scopes = list(scopes)
        self.line = 0
        self.globals_declared: set[str] = set()
        self._doubts = 0
        self.classes: list[dict[str, Any]] = []
        self.keeps_annotations = _ANNOTATIONS_ARE_LAZY or acted.source.outline.keeps_annotations

    def body(self, statements: Sequence[ast.AST]) -> None:
        """Walk a whole body."""
        raise NotImplementedError

    def statements(self, statements: Iterable[ast.AST]) -> None:
        """Walk some statements of a body."""
        raise NotImplementedError

    def plain(self, node: ast.AST) -> None:
        """Walk the parts of a node that needs no more."""
        for child in ast.iter_child_nodes(node):
            self.value(child)

    # names

    def bind_target(self, target: ast.AST, value: Any = None) -> None:
        """Bind the names of an assignment's target."""
        if isinstance(target, ast.Name):
            self.bind(target.id, value)
            return
        if isinstance(target, ast.Tuple | ast.List):
            for item in target.elts:
                self.bind_target(item)
        elif isinstance(target, ast.Starred):
            self.bind_target(target.value)
        elif isinstance(target, ast.Subscript):
            self.value(target.value)
            self.value(target.slice)
        elif isinstance(target, ast.Attribute):
            owner = self.value(target.value)
            if isinstance(owner, tuple) and owner[0] == "module":
                acted = self.rehearsal.acted_by_name.get(owner[1])
                if acted is not None:
                    acted.values_by_name[target.attr] = value

    def bind(self, name: str, value: Any) -> None:
        """Bind a name in the innermost scope."""
        if name in self.globals_declared:
            self.acted.values_by_name[name] = value
        elif self.classes:
            self.classes[-1][name] = value
        elif self.scopes:
            self.scopes[-1][name] = value
        else:
            self.acted.values_by_name[name] = value

    def name(self, name: str) -> Any:
        """Return what a name leads to, looked up from the innermost scope."""
        if self.classes and name in self.classes[-1]:
            return self.classes[-1][name]
        if name not in self.globals_declared:
            for scope in reversed(self.scopes):
                if name in scope:
                    return scope[name]
        return self.rehearsal.global_name(self.acted, name)

    # expressions

    def value(self, node: ast.AST) -> Any:
        """Walk an expression; return what it leads to, as far as that is followed."""
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                return self.name(node.id)
            return None
        if isinstance(node, ast.Attribute):
            owner = self.value(node.value)
            if isinstance(owner, tuple):
                self.line = node.end_lineno or self.line
                return self._attribute(owner, node.attr)
            return None
        if isinstance(node, ast.Call):
            return self._called(node)
        if isinstance(node, ast.Lambda):
            for default in (*node.args.defaults, *node.args.kw_defaults):
                if default is not None:
                    self.value(default)
            return None
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            self._comprehension(node)
            return None
        if isinstance(node, ast.NamedExpr):
            value = self.value(node.value)
            self.bind(node.target.id, value)
            return value
        if isinstance(node, ast.stmt):
            self.statements([node])
        else:
            self.plain(node)
        return None

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    ) -> None:
        self.value(node.generators[0].iter)
        names = {n: None for g in node.generators for n in bound_names(g.target)}
        classes, self.classes = self.classes, []
        self.scopes.append(names)
        try:
            for position, generator in enumerate(node.generators):
                for part in ([generator.iter] if position else []) + generator.ifs:
                    self.value(part)
            for field in ("elt", "key", "value"):
                element: ast.expr | None = getattr(node, field, None)
                if element is not None:
                    self.value(element)
        finally:
            self.scopes.pop()
            self.classes = classes

    def _attribute(self, owner: tuple[Any, ...], name: str) -> Any:
        if owner[0] == "module":
            return self.rehearsal.attribute(owner[1], name)
        if owner[0] in ("class", "instance"):
            return self._method(owner, name)
        return None

    def _method(self, owner: tuple[Any, ...], name: str, depth: int = 0) -> Any:
        """Return a method of a class that is followed, or of a class above it."""
        for statement in owner[2].body:
            if isinstance(statement, FUNCTIONS) and statement.name == name:
                return ("function", owner[1], statement, ())
        for base in owner[2].bases if depth < _DEEPEST_CALL else ():
            above = self._class_named(base, owner[1])
            found = self._method(above, name, depth + 1) if above is not None else None
            if found is not None:
                return found
        return None

    def _class_named(self, node: ast.expr, module: str) -> tuple[Any, ...] | None:
        """Return the class that an expression names in a module, None if it is not followed."""
        chain = chain_of(node)
        value: Any = ("module", module)
        for tail in chain:
            acted = self.rehearsal.acted_by_name.get(value[1]) if value else None
            value = acted.values_by_name.get(tail) if acted is not None else None
            if not isinstance(value, tuple):
                return None
        return value if chain and value[0] == "class" else None

    def made(self, node: ast.ClassDef) -> None:
        """Call what making a class calls: ``__init_subclass__``, and its metaclass."""
        owner = ("class", self.acted.source.name, node)
        for base in node.bases:
            above = self._class_named(base, owner[1])
            hook = self._method(above, "__init_subclass__") if above is not None else None
            if hook is not None:
                self.call(hook)
                break
        metaclass = self._metaclass_of(owner)
        for name in ("__new__", "__init__") if metaclass is not None else ():
            self.call(self._method(metaclass, name) if metaclass is not None else None)

    def _metaclass_of(self, owner: tuple[Any, ...], depth: int = 0) -> tuple[Any, ...] | None:
        for keyword in owner[2].keywords:
            if keyword.arg == "metaclass":
                return self._class_named(keyword.value, owner[1])
        for base in owner[2].bases if depth < _DEEPEST_CALL else ():
            above = self._class_named(base, owner[1])
            found = self._metaclass_of(above, depth + 1) if above is not None else None
            if found is not None:
                return found
        return None

    def _called(self, node: ast.Call) -> Any:
        callee = self.value(node.func)
        line = self.line
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            self.value(argument)
        self.line = line
        if callee is None and _imports_by_call(node.func) and node.args:
            named = node.args[0]
            if isinstance(named, ast.Constant) and isinstance(named.value, str):
                is_followed = self.rehearsal.ensure(named.value)
                return ("module", named.value) if is_followed else None
        if callee is None:
            self.rehearsal.follow_seen(self.acted.source, node.lineno)
        return self.call(callee)

    def call(self, callee: Any) -> Any:
        """Walk the body of what is called."""
        if not isinstance(callee, tuple) or callee[0] not in ("function", "class"):
            return None
        if callee[0] == "class":
            self.call(self._attribute(callee, "__init__"))
            return ("instance", *callee[1:])
        _kind, module, node, scopes = callee
        walks = self.rehearsal.walks
        acted = self.rehearsal.acted_by_name.get(module)
        is_inside = any(walk.function == node.name and walk.acted is acted for walk in walks)
        if acted is None or is_inside or len(walks) > _DEEPEST_CALL + 50:
            return None
        if sum(walk.function != "<module>" for walk in walks) >= _DEEPEST_CALL:
            return None
        names = dict.fromkeys(acted.source.outline.locals_in(node))
        walk = type(self)(self.rehearsal, acted, node.name, [*scopes, names])
        walks.append(walk)
        try:
            walk.body(node.body)
        finally:
            if walks and walks[-1] is walk:
                walks.pop()
        return None


def _imports_by_call(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in ("import_module", "__import__")
