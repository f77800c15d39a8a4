"""What a piece of code may read, bind and touch, by its syntax; ``uses.py`` has the words.

Names are taken from the syntax and from the code object, which knows what is local.
"""

# The visitor's names say which node is meant.
# ruff: noqa: N802

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .by_name import (
    ANY,
    MODULE,
    OWN,
    is_store,
    item_chain,
    named_module,
    said_attributes,
    said_chain,
    said_text,
    stored_chain,
)
from .imports import when_of_branches
from .naming import Naming
from .nodes import (
    Chain,
    arguments_of,
    bound_names,
    chain_of,
    handed_on,
    root_chain,
)
from .uses import Touch, Uses

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from types import CodeType

DYNAMIC = frozenset({"globals", "locals", "vars", "dir", "eval", "exec", "__import__"})
WRITING = frozenset({"globals", "locals", "vars", "exec", "eval"})
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def uses_of(node: ast.stmt, never: Collection[str] = ()) -> Uses:
    r"""Return what executing a top-level statement uses itself.

    Args:
        node: The statement.
        never: Branches that are never taken, as ``imports.py`` names them: ``{"typing"}``.

    Example:
        >>> uses = uses_of(ast.parse("@app.route(PATH)\ndef f(a=N): return M").body[0])
        >>> sorted(uses.reads), sorted(uses.binds), sorted(uses.touches, key=repr)
        (['N', 'PATH', 'app'], ['f'], [Touch(PATH, 'argument', ''), Touch(app, 'method', 'route')])
    """
    uses = Uses()
    reader = _Reader(uses, frozenset(), never, is_top=True)
    reader.visit(node)
    return uses


def uses_of_function(node: ast.AST, code: CodeType, never: Collection[str] = ()) -> Uses:
    """Return what one call of a function (lambda, generator expression) uses.

    Example:
        >>> tree = ast.parse("def f(box): box.append(N)").body[0]
        >>> code = compile("def f(box): box.append(N)", "m", "exec").co_consts[0]
        >>> uses = uses_of_function(tree, code)
        >>> uses.reads, uses.local_touches
        ({'N'}, {Touch(box, 'method', 'append')})
    """
    uses = Uses()
    local = frozenset((*code.co_varnames, *code.co_cellvars, *code.co_freevars))
    reader = _Reader(uses, local, never, is_top=False)
    if isinstance(node, ast.Lambda):
        reader.visit(node.body)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        for statement in node.body:
            reader.visit(statement)
    elif isinstance(node, ast.ClassDef):
        reader.class_body(node)
    else:
        reader.generic_visit(node)
    return uses


class _Reader(Naming):
    """Collects the uses of one piece of code; does not enter function bodies."""

    def visit_Call(self, node: ast.Call) -> None:
        chain = said_chain(node)
        if chain:
            self.said(node, chain)
            return
        if is_store(node) and self._stores(node):
            return
        callee = said_chain(node.func)
        self.uses.attributes.update(said_attributes(node))
        if callee:
            self.said(node.func, callee)
            if len(callee) > 1:
                self.add_touch(Touch(callee[:-1], "method", callee[-1]))
            elif (
                callee[0] in DYNAMIC
                and self.is_global(callee[0])
                and self._is_own(callee[0], node)
            ):
                self.uses.is_dynamic = True
                self.uses.by_text = self.uses.by_text or callee[0] in WRITING
            elif self.is_global(callee[0]):
                self.add_touch(Touch(callee, "call"))
        else:
            if not self.is_asked_only(node.func):
                if isinstance(node.func, ast.Attribute):
                    self.touch(node.func.value, "method", node.func.attr)
                self.visit(node.func)
        word = (said_text(node.args[1]) if is_store(node) else None) or ""
        for position, argument in enumerate(node.args):
            self._argument(callee, position, argument, word)
        for keyword in node.keywords:
            self._argument(callee, keyword.arg or "**", keyword.value)

    def _stores(self, node: ast.Call) -> bool:
        """Read ``setattr`` or ``delattr``; return whether it is known what they store."""
        chain = stored_chain(node)
        if not chain:
            self.uses.by_text = self.uses.by_text or named_module(node.args[0]) in {OWN, ANY}
            return False
        called = chain_of(node.func)
        self.load(called, is_whole=False)
        self.stored(chain, is_deleted=called[-1:] == ("delattr",))
        self.said(node.args[0], chain[:-1])
        for argument in node.args[2:]:
            self.visit(argument)
        return True

    def _is_own(self, name: str, node: ast.Call) -> bool:
        """Return whether a call by text works on the names of this module, not on others."""
        if name == "locals":
            return self.is_top
        if name in {"vars", "dir"}:
            return not node.args
        if name not in {"eval", "exec"} or any(isinstance(a, ast.Starred) for a in node.args):
            return True
        given = [*node.args[1:2], *(k.value for k in node.keywords if k.arg in {"globals", None})]
        parts = [part for value in given for part in ast.walk(value)]
        return not given or any(
            isinstance(part, ast.Attribute) and part.attr in {"__dict__", "__globals__"}
            for part in parts
        )

    def _argument(
        self, callee: Chain, position: int | str, node: ast.expr, word: str = ""
    ) -> None:
        for part in handed_on(node):
            chain = said_chain(part)
            if chain[:1] and chain[0].startswith(MODULE) and len(chain) == 1:
                self.uses.whole.add(chain[0])
            chain = item_chain(part) or root_chain(part)
            if chain and not isinstance(part, ast.Call):
                self.add_touch(Touch(chain, "argument", word, callee, position))
        self.visit(node)

    # statements that bind

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is None and isinstance(node.target, ast.Name):
            self.visit(node.annotation)  # ``K: int`` binds nothing
        else:
            self.generic_visit(node)

    def _imported(self, names: Iterable[ast.alias]) -> None:
        for alias in names:
            self.bind(alias.asname or alias.name.partition(".")[0])

    def visit_Import(self, node: ast.Import) -> None:
        self._imported(node.names)
        for alias in node.names:
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            self.imported[alias.asname or name] = (MODULE + name,)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.names[0].name == "*":
            self.uses.is_dynamic = True
            self.uses.stars.add((node.module or "", node.level))
        else:
            self._imported(node.names)
            for alias in node.names:
                self.uses.imports.add((node.module or "", node.level, alias.name))
                source = MODULE + "." * node.level + (node.module or "")
                self.imported[alias.asname or alias.name] = (source, alias.name)

    def visit_Global(self, node: ast.Global) -> None:
        self.declared.update(node.names)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._decorators(node.decorator_list)
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        before, self.is_annotation = self.is_annotation, not node.decorator_list
        for argument in arguments_of(node.args):
            if argument.annotation is not None:
                self.visit(argument.annotation)
        if node.returns is not None:
            self.visit(node.returns)
        self.is_annotation = before
        self._type_params(node)
        self.bind(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 (the visitor's naming)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._decorators(node.decorator_list)
        for base in node.bases:
            self.visit(base)
        for keyword in node.keywords:
            self.visit(keyword.value)
        self._type_params(node)
        self.class_body(node)
        self.bind(node.name)

    def class_body(self, node: ast.ClassDef) -> None:
        """Read a class body: names bound above a load are the class's own."""
        before = self.local, self.is_top, self.own
        self.is_top = False
        for statement in node.body:
            self.own = set()
            self.visit(statement)
            self.local = self.local | self.own
        self.local, self.is_top, self.own = before

    def _decorators(self, decorators: list[ast.expr]) -> None:
        for decorator in decorators:
            chain = chain_of(decorator)
            if len(chain) > 1:
                self.add_touch(Touch(chain[:-1], "method", chain[-1]))
            elif chain and self.is_global(chain[0]):
                self.add_touch(Touch(chain, "call"))
            if chain:
                self.load(chain, is_whole=False)
                self.uses.attributes.update(chain[1:])
            else:
                self.visit(decorator)

    def _type_params(self, node: ast.AST) -> None:
        for parameter in getattr(node, "type_params", ()):
            self.local = self.local | {parameter.name}
            self.visit(parameter)

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self.touch(item.context_expr, "enter")
        self._compound(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.bind(node.name)
            self.uses.deletes.add(node.name)
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        if node.name:
            self.bind(node.name)
        self.generic_visit(node)

    visit_MatchStar = visit_MatchAs  # noqa: N815

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self.bind(node.rest)
        self.generic_visit(node)

    def _compound(self, node: ast.AST) -> None:
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1

    def visit_If(self, node: ast.If) -> None:
        inside, after = when_of_branches(node.test, "import")
        self.depth += 1
        self.visit(node.test)
        for statement in [
            *(node.body if inside not in self.never else ()),
            *(node.orelse if after not in self.never else ()),
        ]:
            self.visit(statement)
        self.depth -= 1

    visit_For = visit_While = visit_Try = visit_Match = _compound  # noqa: N815
    visit_TryStar = visit_AsyncFor = _compound  # noqa: N815
    visit_AsyncWith = visit_With  # noqa: N815

    def _comprehension(self, node: ast.AST) -> None:
        before = self.local
        generators: list[ast.comprehension] = getattr(node, "generators", [])
        names = {name for part in generators for name in bound_names(part.target)}
        self.visit(generators[0].iter)
        self.local = self.local | names
        self.generic_visit(node)
        self.local = before

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension  # noqa: N815
