"""Walking the statements of one module, or of a function that it calls, for a rehearsal."""

# The visitor's names say which statement is meant.
# ruff: noqa: N802, N815

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, Any

from .expressions import Ended, Expressions
from .imports import catches, is_main_check, is_type_checking
from .missing import Missing, absolute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


_CAUGHT_BY_KIND: Mapping[str, tuple[str, ...]] = {
    "import": ("ImportError",),
    "attribute": ("AttributeError",),
    "name": ("NameError",),
}


class Walk(Expressions):
    """Walks statements in the namespace of one module.

    Attributes:
        line: The line of the statement that is being walked.
        function: The function that is called, ``"<module>"`` for the module's own code.
    """

    # statements

    def body(self, statements: Sequence[ast.AST]) -> None:
        """Walk a whole body."""
        try:
            self.statements(statements)
        except Ended:
            pass

    def statements(self, statements: Iterable[ast.AST]) -> None:
        """Walk some statements of a body."""
        for statement in statements:
            self.line = getattr(statement, "lineno", self.line)
            self.rehearsal.spend()
            method = getattr(self, f"_visit_{type(statement).__name__}", None)
            if method is not None:
                method(statement)
            else:
                self.plain(statement)

    def _doubtful(self, *bodies: Sequence[ast.AST]) -> None:
        self._doubts += 1
        try:
            for statements in bodies:
                self.statements(statements)
        finally:
            self._doubts -= 1

    def _end(self, node: ast.AST) -> None:
        self.plain(node)
        if not self._doubts:
            raise Ended

    _visit_Return = _visit_Raise = _visit_Break = _visit_Continue = _end

    def _visit_Global(self, node: ast.Global) -> None:
        self.globals_declared.update(node.names)

    def _visit_If(self, node: ast.If) -> None:
        verdict = self._known(node.test)
        if verdict is None:
            self.value(node.test)
            self._doubtful(node.body, node.orelse)
        else:
            self.statements(node.body if verdict else node.orelse)

    def _known(self, test: ast.expr) -> bool | None:
        """Return a condition's value where the text tells it."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            inner = self._known(test.operand)
            return None if inner is None else not inner
        if isinstance(test, ast.Constant):
            return bool(test.value)
        if is_type_checking(test):
            return False
        if is_main_check(test):
            return self.acted.source.name == "__main__"
        if isinstance(test, ast.Compare) and ast.unparse(test.left) == "sys.version_info":
            return _compared_version(test)
        return None

    def _visit_For(self, node: ast.For) -> None:
        self.value(node.iter)
        self.bind_target(node.target)
        self._doubtful(node.body, node.orelse)

    _visit_AsyncFor = _visit_For

    def _visit_While(self, node: ast.While) -> None:
        self.value(node.test)
        self._doubtful(node.body, node.orelse)

    def _visit_With(self, node: ast.With) -> None:
        for item in node.items:
            self.value(item.context_expr)
            if item.optional_vars is not None:
                self.bind_target(item.optional_vars)
        self.statements(node.body)

    _visit_AsyncWith = _visit_With

    def _visit_Match(self, node: ast.Match) -> None:
        self.value(node.subject)
        for case in node.cases:
            for part in ast.walk(case.pattern):
                name = getattr(part, "name", None)
                if isinstance(name, str):
                    self.bind(name, None)
            self._doubtful(case.body)

    def _visit_Try(self, node: ast.Try) -> None:
        walks = len(self.rehearsal.walks)
        try:
            try:
                self.statements(node.body)
            except Missing as missing:
                self._caught(node.handlers, missing, walks)
            else:
                self.statements(node.orelse)
        except Ended:
            self.statements(node.finalbody)
            raise
        self.statements(node.finalbody)

    _visit_TryStar = _visit_Try

    def _caught(self, handlers: Sequence[ast.ExceptHandler], missing: Missing, walks: int) -> None:
        del self.rehearsal.walks[walks:]
        for handler in handlers:
            if catches(handler, _CAUGHT_BY_KIND[missing.kind]):
                if handler.name:
                    self.bind(handler.name, None)
                if any(isinstance(s, ast.Raise) for s in handler.body):
                    break
                self.statements(handler.body)
                return
        raise missing

    def _visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            top = alias.name.partition(".")[0]
            if getattr(node, "is_lazy", 0):
                self.bind(alias.asname or top, ("lazy", alias.name, None))
                continue
            is_followed = self.rehearsal.ensure(alias.name)
            if alias.asname:
                self.bind(alias.asname, ("module", alias.name) if is_followed else None)
            else:
                is_followed = top in self.rehearsal.acted_by_name
                self.bind(top, ("module", top) if is_followed else None)

    def _visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = absolute(node.module or "", node.level, self.acted.source.package)
        if module is None:
            return
        for alias in node.names:
            if alias.name == "*":
                self._star(module)
            elif getattr(node, "is_lazy", 0):
                self.bind(alias.asname or alias.name, ("lazy", module, alias.name))
            else:
                value = self.rehearsal.imported(module, alias.name)
                self.bind(alias.asname or alias.name, value)

    def _star(self, module: str) -> None:
        if not self.rehearsal.ensure(module):
            return
        self.acted.stars.append(module)
        other = self.rehearsal.acted_by_name[module]
        names = [name for name in other.values_by_name if not name.startswith("_")]
        public = other.source.outline.public
        if public is not None and "__all__" in other.values_by_name:
            names = public
            for name in names:
                if not self.rehearsal.ensure(f"{module}.{name}"):
                    self.rehearsal.attribute(module, name)
        for name in names:
            self.bind(name, other.values_by_name.get(name))

    def _visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        decorators = [self.value(decorator) for decorator in node.decorator_list]
        arguments = node.args
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.value(default)
        if not self.keeps_annotations:
            every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs,
                     arguments.vararg, arguments.kwarg)  # fmt: skip
            for argument in every:
                if argument is not None and argument.annotation is not None:
                    self.value(argument.annotation)
            if node.returns is not None:
                self.value(node.returns)
        self.bind(node.name, ("function", self.acted.source.name, node, tuple(self.scopes)))
        for decorator in reversed(decorators):
            self.call(decorator)

    _visit_AsyncFunctionDef = _visit_FunctionDef

    def _visit_ClassDef(self, node: ast.ClassDef) -> None:
        decorators = [self.value(decorator) for decorator in node.decorator_list]
        for base in (*node.bases, *(keyword.value for keyword in node.keywords)):
            self.value(base)
        self.classes.append({})
        try:
            self.statements(node.body)
        finally:
            self.classes.pop()
        self.made(node)
        self.bind(node.name, ("class", self.acted.source.name, node))
        for decorator in reversed(decorators):
            self.call(decorator)

    def _visit_Assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.bind_target(target, value)

    def _visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        value = self.value(node.value) if node.value is not None else None
        is_local = self.function != "<module>" and not self.classes
        if not self.keeps_annotations and not is_local:
            self.value(node.annotation)
        if node.value is not None:
            self.bind_target(node.target, value)

    def _visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.name(node.target.id)
        self.value(node.value)
        self.bind_target(node.target)

    def _visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name) and not self.scopes and not self.classes:
                self.acted.values_by_name.pop(target.id, None)
            else:
                self.plain(target)

    def _visit_TypeAlias(self, node: Any) -> None:
        self.bind(node.name.id, None)  # its value is computed when it is asked for


def _compared_version(test: ast.Compare) -> bool | None:
    operations: dict[type, Callable[[Any, Any], bool]] = {
        ast.Lt: lambda a, b: a < b, ast.LtE: lambda a, b: a <= b,
        ast.Gt: lambda a, b: a > b, ast.GtE: lambda a, b: a >= b,
    }  # fmt: skip
    operation = operations.get(type(test.ops[0]))
    try:
        version = ast.literal_eval(test.comparators[0])
    except ValueError:
        return None
    if operation is None or not isinstance(version, tuple):
        return None
    return operation(tuple(sys.version_info[:3]), version)
